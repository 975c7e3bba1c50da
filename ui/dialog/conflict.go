package dialog

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/theme"
)

// Resolution is what becomes of an item whose target exists.
type Resolution string

// The resolutions. Rename gives the new one a free name, KeepBoth the old one.
const (
	Overwrite  Resolution = "overwrite"
	IfNewer    Resolution = "newer"
	IfSize     Resolution = "size"
	IfChecksum Resolution = "checksum"
	Rename     Resolution = "rename"
	KeepBoth   Resolution = "keep-both"
	Skip       Resolution = "skip"
)

// Side is the source or the target of a conflict.
type Side struct {
	Size     int64 // bytes; -1 when unknown
	Modified time.Time
	Location string
}

// ConflictOptions describe an item whose target exists.
type ConflictOptions struct {
	Name           string
	Source, Target Side
	Versioned      bool      // overwriting keeps the old content
	More           int       // further open conflicts of the job
	Now            time.Time // for "today"

	// OnAnswer gets the decision; all means every conflict of the job from now on.
	OnAnswer  func(r Resolution, all bool) tea.Cmd
	OnDetails func() tea.Cmd // shows both in full; the window stays open; may be nil
}

// Conflict asks what becomes of an item whose target exists. Esc decides later.
type Conflict struct {
	st   *theme.Styles
	o    ConflictOptions
	cur  int // into the answers
	all  bool
	hits zones
}

// An answer is a button of the window.
type answer struct {
	key, label string
	short      string     // the label where there is little room
	is         Resolution // "" for details and later
}

func answers() []answer {
	return []answer{
		{"o", "Overwrite", "Overwrite", Overwrite},
		{"n", "If newer", "Newer", IfNewer},
		{"z", "If size differs", "Size", IfSize},
		{"c", "If checksum differs", "Checksum", IfChecksum},
		{"r", "Rename new", "Rename", Rename},
		{"k", "Keep both", "Both", KeepBoth},
		{"s", "Skip", "Skip", Skip},
		{"d", "Details", "Details", ""},
		{"esc", "Decide later", "Later", ""},
	}
}

// ids of what can be clicked beside the answers.
const (
	zoneThis = 100 + iota
	zoneAll
)

// NewConflict makes the question. It starts on Skip, which changes nothing.
func NewConflict(st *theme.Styles, o ConflictOptions) *Conflict {
	return &Conflict{st: st, o: o, cur: 6}
}

// Renew shows what is known of both sides by now.
func (c *Conflict) Renew(source, target Side) { c.o.Source, c.o.Target = source, target }

// Update takes the letters of the answers, a or Tab for "all", arrows and Enter.
func (c *Conflict) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok || k.Paste {
		return false, nil
	}
	all := answers()
	for i, a := range all {
		if k.String() == a.key {
			return c.pick(i)
		}
	}
	switch n := len(all); k.String() {
	case "a", "tab", " ":
		c.all = !c.all
	case "left", "up", "h":
		c.cur = (c.cur + n - 1) % n
	case "right", "down", "l", "j":
		c.cur = (c.cur + 1) % n
	case "enter":
		return c.pick(c.cur)
	}
	return false, nil
}

func (c *Conflict) pick(i int) (done bool, cmd tea.Cmd) {
	a := answers()[i]
	switch {
	case a.key == "esc":
		return true, nil
	case a.is == "":
		if c.o.OnDetails == nil {
			return false, nil
		}
		return false, c.o.OnDetails()
	case c.o.OnAnswer == nil:
		return true, nil
	}
	return true, c.o.OnAnswer(a.is, c.all)
}

// Mouse presses an answer or chooses what it applies to.
func (c *Conflict) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if !clicked(msg) {
		return false, nil
	}
	switch i := c.hits.at(x, y); i {
	case -1:
	case zoneThis, zoneAll:
		c.all = i == zoneAll
	default:
		return c.pick(i)
	}
	return false, nil
}

// Help are the keys.
func (c *Conflict) Help() []Hint {
	return []Hint{{"a", "this or all"}, {"Enter", answers()[c.cur].label}, {"Esc", "decide later"}}
}
