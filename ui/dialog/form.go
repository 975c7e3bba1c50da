package dialog

import (
	"maps"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/theme"
)

// FieldKind is how a field of a form is filled in.
type FieldKind uint8

// The kinds of fields.
const (
	TextField   FieldKind = iota
	SecretField           // shows dots
	ChoiceField           // one of Choices
	BoolField             // "true" or "false"
)

// Field is one row of a form.
type Field struct {
	Key     string // its name in Values
	Label   string
	Help    string // shown while it has the focus
	Kind    FieldKind
	Value   string   // at first
	Choices []string // of a ChoiceField

	// Check tells what is wrong with the field's value, on every key; nil accepts all.
	Check func(value string) error
	// Shown hides the field when it gives false; its value is then left out. nil shows it.
	Shown func(Values) bool
}

// Values are the contents of a form by the keys of its fields.
type Values map[string]string

// FormOptions is a form.
type FormOptions struct {
	Title  string
	Text   string // above the fields; may be ""
	Fields []Field
	OK     string               // the button; "OK" when empty
	Check  func(Values) error   // what is wrong with the whole; nil accepts all
	OnOK   func(Values) tea.Cmd // gets a copy
	Extra  string               // a further button such as "Test"; "" for none
	OnTry  func(Values) tea.Cmd // what Extra does; the form stays open
}

// Form edits several values at once.
type Form struct {
	st      *theme.Styles
	o       FormOptions
	rows    []*row
	cur     int // into what can have the focus: shown rows, then the buttons
	touched bool
	body    scroll
	hits    zones
	note    string // set by SetNote
}

// row is a field being edited.
type row struct {
	Field
	edit    *field // of text and secrets
	picked  int    // of a choice
	on      bool   // of a bool
	touched bool
}

func (r *row) value() string {
	switch r.Kind {
	case ChoiceField:
		if len(r.Choices) == 0 {
			return ""
		}
		return r.Choices[r.picked]
	case BoolField:
		if r.on {
			return "true"
		}
		return "false"
	default:
		return r.edit.value()
	}
}

func (r *row) complaint() string {
	if r.Check == nil {
		return ""
	}
	if err := r.Check(r.value()); err != nil {
		return err.Error()
	}
	return ""
}

// NewForm makes the form.
func NewForm(st *theme.Styles, o FormOptions) *Form {
	if o.OK == "" {
		o.OK = "OK"
	}
	f := &Form{st: st, o: o}
	for _, d := range o.Fields {
		r := &row{Field: d}
		switch d.Kind {
		case ChoiceField:
			r.picked = max(0, slices.Index(d.Choices, d.Value))
		case BoolField:
			r.on = d.Value == "true"
		default:
			r.edit = newField(d.Value, d.Kind == SecretField)
		}
		f.rows = append(f.rows, r)
	}
	return f
}

// SetNote shows a line above the buttons, such as how a test went. It is
// untrusted text like any other.
func (f *Form) SetNote(s string) { f.note = s }

// Values are the contents of the fields that are shown.
func (f *Form) Values() Values {
	all := Values{}
	for _, r := range f.rows {
		all[r.Key] = r.value()
	}
	shown := Values{}
	for _, r := range f.rows {
		if r.Shown == nil || r.Shown(all) {
			shown[r.Key] = r.value()
		}
	}
	return shown
}

// shown are the rows that can be seen.
func (f *Form) shown() []*row {
	vs := f.Values()
	var out []*row
	for _, r := range f.rows {
		if _, ok := vs[r.Key]; ok {
			out = append(out, r)
		}
	}
	return out
}

func (f *Form) buttons() []button {
	bs := []button{{label: f.o.OK}, {label: "Cancel"}}
	if f.o.Extra != "" {
		bs = append(bs, button{label: f.o.Extra})
	}
	return bs
}

// Update moves between the fields and edits the one with the focus.
func (f *Form) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	if leaves(msg) {
		return true, nil
	}
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	rows := f.shown()
	n := len(rows) + len(f.buttons())
	switch k.String() {
	case "tab", "down":
		f.leave(rows)
		f.cur = (f.cur + 1) % n
		return false, nil
	case "shift+tab", "up":
		f.leave(rows)
		f.cur = (f.cur + n - 1) % n
		return false, nil
	case "enter":
		if f.cur < len(rows) {
			f.leave(rows)
			f.cur++
			return false, nil
		}
		return f.press(f.cur - len(rows))
	}
	if f.cur < len(rows) {
		rows[f.cur].update(k)
		return false, nil
	}
	switch k.String() {
	case "left", "h":
		f.cur = max(len(rows), f.cur-1)
	case "right", "l":
		f.cur = min(n-1, f.cur+1)
	}
	return false, nil
}

// leave lets the field that loses the focus complain.
func (f *Form) leave(rows []*row) {
	if f.cur < len(rows) {
		rows[f.cur].touched = true
	}
}

// update edits a row.
func (r *row) update(k tea.KeyMsg) {
	n := len(r.Choices)
	switch r.Kind {
	case ChoiceField:
		switch k.String() {
		case "left", "h":
			r.picked = (r.picked + n - 1) % max(1, n)
		case "right", "l", " ":
			r.picked = (r.picked + 1) % max(1, n)
		default:
			r.pickByLetter(k)
		}
	case BoolField:
		switch k.String() {
		case " ", "left", "right", "x":
			r.on = !r.on
		case "y":
			r.on = true
		case "n":
			r.on = false
		}
	default:
		if r.edit.update(k) {
			r.touched = true
		}
	}
}

// pickByLetter goes to the next choice that begins with a letter.
func (r *row) pickByLetter(k tea.KeyMsg) {
	if k.Type != tea.KeyRunes || k.Paste {
		return
	}
	n := len(r.Choices)
	for i := 1; i <= n; i++ {
		j := (r.picked + i) % n
		if strings.HasPrefix(strings.ToLower(r.Choices[j]), strings.ToLower(string(k.Runes))) {
			r.picked = j
			return
		}
	}
}

// press runs a button: OK, Cancel, the further one.
func (f *Form) press(i int) (done bool, cmd tea.Cmd) {
	if i == 1 {
		return true, nil
	}
	f.touched = true
	for j, r := range f.shown() {
		if r.complaint() != "" {
			f.cur, r.touched = j, true
			return false, nil
		}
	}
	vs := f.Values()
	if f.o.Check != nil && f.o.Check(vs) != nil {
		return false, nil
	}
	switch {
	case i == 2 && f.o.OnTry != nil:
		return false, f.o.OnTry(maps.Clone(vs))
	case i == 0 && f.o.OnOK != nil:
		return true, f.o.OnOK(maps.Clone(vs))
	}
	return i == 0, nil
}

// Mouse moves the focus, turns choices and presses buttons.
func (f *Form) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	if !clicked(msg) {
		return false, nil
	}
	i, rows := f.hits.at(x, y), f.shown()
	switch {
	case i < 0:
		return false, nil
	case i >= len(rows):
		f.leave(rows)
		f.cur = i
		return f.press(i - len(rows))
	}
	f.leave(rows)
	again := f.cur == i
	f.cur = i
	if r := rows[i]; r.Kind == BoolField {
		r.on = !r.on
	} else if r.Kind == ChoiceField && again {
		r.picked = (r.picked + 1) % max(1, len(r.Choices))
	}
	return false, nil
}

// Help are the keys.
func (f *Form) Help() []Hint {
	return []Hint{{"Tab", "next"}, {"←→ Space", "change"}, {"Enter", "go on"}, {"Esc", "change nothing"}}
}
