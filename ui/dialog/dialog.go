package dialog

import tea "github.com/charmbracelet/bubbletea"

// Dialog is one window.
type Dialog interface {
	// Update takes a key or any other message. done closes the window; cmd is
	// to be run in either case.
	Update(msg tea.Msg) (done bool, cmd tea.Cmd)

	// View is the window as lines of equal width, at most w columns and h lines.
	View(w, h int) []string

	// Help are the keys for the status line, the most useful first.
	Help() []Hint
}

// Mouser is a Dialog that takes the mouse. x and y count from the window's top
// left corner as it was last drawn; they are outside of it when the pointer is.
type Mouser interface {
	Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd)
}

// Placer is a Dialog that wants a certain place instead of the middle: it is
// told the size of the screen and its own, and gives its top left corner.
type Placer interface {
	Place(w, h, boxW, boxH int) (x, y int)
}

// Hint is a key and what it does.
type Hint struct{ Key, Help string }

// Point is a cell of the screen, counted from 0.
type Point struct{ X, Y int }

// Item is an action as the help, the palette and the menu show it.
type Item struct {
	ID      string // given back when it is chosen
	Group   string
	Help    string // what it does, in a few words
	Keys    string // "F5 c"
	Blocked string // why it is not possible now; "" when it is
}

// Option is one of several ways to go on.
type Option struct {
	Key     string // the letter that chooses it; may be ""
	Label   string
	Help    string         // a few words beside the label; may be ""
	Danger  bool           // it destroys something
	Blocked string         // why it is not possible now; "" when it is
	Run     func() tea.Cmd // nil only closes
}

func (o Option) run() tea.Cmd {
	if o.Run == nil {
		return nil
	}
	return o.Run()
}

// place keeps a window that hangs at p on the screen.
func place(p Point, w, h, boxW, boxH int) (x, y int) {
	return max(0, min(p.X, w-boxW)), max(0, min(p.Y, h-boxH))
}

// leaves tells whether msg closes any window.
func leaves(msg tea.Msg) bool {
	k, ok := msg.(tea.KeyMsg)
	return ok && (k.Type == tea.KeyEsc || k.Type == tea.KeyCtrlC)
}

// clicked tells whether msg is a press of the left button.
func clicked(m tea.MouseMsg) bool {
	return m.Button == tea.MouseButtonLeft && m.Action == tea.MouseActionPress
}

// wheel is -1 when m turns the wheel up, 1 when it turns it down, else 0.
func wheel(m tea.MouseMsg) int {
	switch m.Button {
	case tea.MouseButtonWheelUp:
		return -1
	case tea.MouseButtonWheelDown:
		return 1
	}
	return 0
}

// within is i, or the nearest of n items; 0 when there are none.
func within(i, n int) int { return max(0, min(i, n-1)) }

// pressed tells whether msg is a press of any button.
func pressed(m tea.MouseMsg) bool {
	return m.Action == tea.MouseActionPress && !tea.MouseEvent(m).IsWheel()
}
