package dialog

import (
	"maps"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/theme"
)

// FieldKind is how a field of a form is filled in.
type FieldKind uint8

// The kinds of fields.
const (
	TextField   FieldKind = iota
	SecretField           // shows dots; Ctrl-R shows what was typed
	ChoiceField           // one of Choices
	BoolField             // "true" or "false"
	NoteField             // only tells something: its Value, which nothing can change
)

// Field is one row of a form.
type Field struct {
	Key     string // its name in Values
	Label   string
	Help    string // shown while it has the focus
	Hint    string // shown dimmed in an empty text field: an example, or what empty means
	Kind    FieldKind
	Value   string   // at first
	Choices []string // of a ChoiceField
	Labels  []string // how the Choices are shown; nil shows them as they are

	// Check tells what is wrong with the field's value, on every key; nil accepts all.
	Check func(value string) error
	// Shown hides the field when it gives false; its value is then left out. nil shows it.
	Shown func(Values) bool
	// Pick offers values in a window of its own, which gives the chosen one back
	// with Form.Set. nil offers none.
	Pick func() tea.Cmd
	// Changed is called after the user has changed the value, with the new one; it
	// may Set others. nil is not called.
	Changed func(value string)
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

	// Problems tells on every change what is wrong, by the keys of the fields. nil
	// accepts all.
	Problems func(Values) map[string]string
	// Stays keeps the form open after OnOK until whoever made it drops it, so that
	// nothing that was typed is lost if it cannot be saved.
	Stays bool
}

// Form edits several values at once.
type Form struct {
	st       *theme.Styles
	o        FormOptions
	rows     []*row
	cur      int // into what can have the focus: shown rows, then the buttons
	touched  bool
	problems map[string]string // of the whole, as last asked
	body     scroll
	hits     zones
	note     string // set by SetNote
	first    string // what the fields held before the first key or click
	leaving  bool   // it asks whether what was changed may be lost
	back     int    // where the focus was before that
	values   int    // the column of the window where values begin, as last drawn
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
		case NoteField:
		default:
			r.edit = newField(d.Value, d.Kind == SecretField)
		}
		f.rows = append(f.rows, r)
	}
	f.skip(1)
	f.judge()
	return f
}

// SetNote shows a line above the buttons, such as how a test went. It is
// untrusted text like any other.
func (f *Form) SetNote(s string) { f.note = s }

// Set gives a field another value, as if it had been typed: what hangs on it
// follows. A value that a choice does not have is left alone.
func (f *Form) Set(key, value string) {
	for _, r := range f.rows {
		if r.Key != key {
			continue
		}
		if before := r.value(); r.set(value) && r.value() != before {
			r.touched = true
			f.changed(r)
		}
	}
}

// SetChoices gives a choice other words, and keeps what is chosen if it is still
// among them.
func (f *Form) SetChoices(key string, choices, labels []string) {
	for _, r := range f.rows {
		if r.Key == key && r.Kind == ChoiceField {
			was := r.value()
			r.Choices, r.Labels = choices, labels
			r.picked = max(0, slices.Index(choices, was))
		}
	}
}

// Value is what a field has, shown or not.
func (f *Form) Value(key string) string {
	for _, r := range f.rows {
		if r.Key == key {
			return r.value()
		}
	}
	return ""
}

// Values are the contents of the fields that are shown.
func (f *Form) Values() Values {
	all := Values{}
	for _, r := range f.rows {
		if r.Kind != NoteField {
			all[r.Key] = r.value()
		}
	}
	shown := Values{}
	for _, r := range f.rows {
		if r.Kind != NoteField && (r.Shown == nil || r.Shown(all)) {
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
		if _, ok := vs[r.Key]; ok || r.Kind == NoteField && (r.Shown == nil || r.Shown(vs)) {
			out = append(out, r)
		}
	}
	return out
}

// changed follows up on a value that is another now.
func (f *Form) changed(r *row) {
	if r.Changed != nil {
		r.Changed(r.value())
	}
	f.judge()
}

// judge asks what is wrong with the whole.
func (f *Form) judge() {
	if f.o.Problems != nil {
		f.problems = f.o.Problems(f.Values())
	}
}

// complaint is what is wrong with a row, "" when nothing is.
func (f *Form) complaint(r *row) string {
	if r.Check != nil {
		if err := r.Check(r.value()); err != nil {
			return err.Error()
		}
	}
	return f.problems[r.Key]
}

// complains tells whether what is wrong with a row is shown by now: nobody is
// scolded for what he has not come to.
func (f *Form) complains(r *row) string {
	if !r.touched && !f.touched {
		return ""
	}
	return f.complaint(r)
}

func (f *Form) buttons() []button {
	if f.leaving {
		return []button{{label: "Go on"}, {label: "Discard", danger: true}}
	}
	bs := []button{{label: f.o.OK}, {label: "Cancel"}}
	if f.o.Extra != "" {
		bs = append(bs, button{label: f.o.Extra})
	}
	return bs
}

// Update moves between the fields and edits the one with the focus.
func (f *Form) Update(msg tea.Msg) (done bool, cmd tea.Cmd) {
	k, ok := msg.(tea.KeyMsg)
	if !ok {
		return false, nil
	}
	f.begin()
	if f.leaving {
		return f.answer(k), nil
	}
	if leaves(msg) {
		return f.leaveForm(), nil
	}
	rows := f.shown()
	n := len(rows) + len(f.buttons())
	switch k.String() {
	case "tab", "down":
		f.step(rows, 1)
		return false, nil
	case "shift+tab", "up":
		f.step(rows, -1)
		return false, nil
	case "pgdown":
		f.leave(rows)
		f.cur = len(rows) // the button that does it
		return false, nil
	case "pgup":
		f.leave(rows)
		f.cur = 0
		f.skip(1)
		return false, nil
	case "enter":
		if f.cur < len(rows) {
			f.step(rows, 1)
			return false, nil
		}
		return f.press(f.cur - len(rows))
	}
	if f.cur < len(rows) {
		return false, f.edit(rows[f.cur], k)
	}
	switch k.String() {
	case "left", "h":
		f.cur = max(len(rows), f.cur-1)
	case "right", "l":
		f.cur = min(n-1, f.cur+1)
	}
	return false, nil
}

// edit gives a key to a row.
func (f *Form) edit(r *row, k tea.KeyMsg) tea.Cmd {
	if name := k.String(); r.Pick != nil && (name == "f2" || name == "ctrl+o" || name == " " && r.Kind == ChoiceField) {
		return r.Pick()
	}
	before := r.value()
	r.update(k)
	if r.value() != before {
		f.note = ""
		f.changed(r)
	}
	return nil
}

// step moves the focus to the next row that can have it, or a button.
func (f *Form) step(rows []*row, by int) {
	f.leave(rows)
	n := len(rows) + len(f.buttons())
	f.cur = (f.cur + by + n) % n
	f.skip(by)
}

// skip passes rows that only tell something.
func (f *Form) skip(by int) {
	rows := f.shown()
	n := len(rows) + len(f.buttons())
	for f.cur < len(rows) && rows[f.cur].Kind == NoteField {
		f.cur = (f.cur + by + n) % n
	}
}

// leave lets the field that loses the focus complain.
func (f *Form) leave(rows []*row) {
	if f.cur < len(rows) {
		rows[f.cur].touched = true
	}
}

// press runs a button: OK, Cancel, the further one.
func (f *Form) press(i int) (done bool, cmd tea.Cmd) {
	if i == 1 {
		return true, nil
	}
	f.touched = true
	f.judge()
	for j, r := range f.shown() {
		if f.complaint(r) != "" {
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
		return !f.o.Stays, f.o.OnOK(maps.Clone(vs))
	}
	return i == 0, nil
}
