package dialog

import (
	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/text"
	"gantry/ui/theme"
)

// PromptOptions asks for one line of text.
type PromptOptions struct {
	Title      string
	Text       string // above the field; may be ""
	Value      string // what stands in the field at first; given back byte for byte when it is left alone
	SelectBase bool   // the name without its extension is replaced by what is typed first
	SelectAll  bool   // so is all of it
	Secret     bool   // shows dots
	OK         string // the button; "OK" when empty

	// Check tells what is wrong with a value, on every key; nil accepts all.
	Check func(value string) error
	OnOK  func(value string) tea.Cmd

	OnCancel func() tea.Cmd // it was left without an answer; may be nil
}

// Prompt asks for one line of text.
type Prompt struct {
	st      *theme.Styles
	o       PromptOptions
	field   *field
	touched bool // complaints may be shown
	hits    zones
}

// NewPrompt makes the question.
func NewPrompt(st *theme.Styles, o PromptOptions) *Prompt {
	if o.OK == "" {
		o.OK = "OK"
	}
	p := &Prompt{st: st, o: o, field: newField(o.Value, o.Secret)}
	if o.SelectBase {
		p.field.selectBase()
	}
	if o.SelectAll {
		p.field.selectAll()
	}
	return p
}

// Update edits; Enter accepts what Check accepts.
func (p *Prompt) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return p.cancel()
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	if k.Type == tea.KeyEnter {
		return p.accept()
	}
	if p.field.update(k) {
		p.touched = true
	}
	return false, nil
}

func (p *Prompt) accept() (done bool, cmd tea.Cmd) {
	p.touched = true
	if p.complaint() != "" {
		return false, nil
	}
	if p.o.OnOK == nil {
		return true, nil
	}
	return true, p.o.OnOK(p.field.value())
}

func (p *Prompt) cancel() (done bool, cmd tea.Cmd) {
	if p.o.OnCancel == nil {
		return true, nil
	}
	return true, p.o.OnCancel()
}

func (p *Prompt) complaint() string {
	if p.o.Check == nil {
		return ""
	}
	if err := p.o.Check(p.field.value()); err != nil {
		return err.Error()
	}
	return ""
}

// Mouse presses the buttons, and places the cursor.
func (p *Prompt) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if !clicked(msg) {
		return false, nil
	}
	switch p.hits.at(x, y) {
	case 0:
		return p.accept()
	case 1:
		return p.cancel()
	case fieldZone:
		p.field.point(x - margin/2)
	}
	return false, nil
}

// fieldZone is the field among what can be clicked.
const fieldZone = 2

// View is the text, the field, what is wrong with it, and the buttons.
func (p *Prompt) View(w, h int) []string {
	b := newBox(p.st, p.o.Title, max(50, text.Width(p.field.given)+1), w)
	const fixed = 3 // the field, the complaint, the buttons
	lines := text.Wrap(p.o.Text, b.inner)
	b.add(lines[:max(0, min(len(lines), h-borders-fixed))]...)
	at := len(b.lines) + 1
	b.add(p.field.view(p.st, b.inner, true))
	complaint := []string{""}
	if p.touched {
		if c := p.complaint(); c != "" {
			complaint = text.Wrap("✗ "+c, b.inner)
		}
	}
	b.styled(p.st.Bad, complaint[:max(1, min(len(complaint), h-borders-len(b.lines)-1))]...)
	bs, hits := buttons(p.st, []button{{label: text.Clean(p.o.OK)}, {label: "Cancel"}}, 0, b.inner, len(b.lines)+1)
	p.hits = append(hits, zone{margin / 2, at, b.inner, fieldZone})
	b.add(bs...)
	return b.render(h)
}

// Help are the keys.
func (p *Prompt) Help() []Hint {
	return []Hint{{"Enter", text.Clean(p.o.OK)}, {"Esc", "change nothing"}}
}
