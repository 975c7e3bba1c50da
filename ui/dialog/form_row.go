package dialog

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// row is a field of a form being edited.
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
	case NoteField:
		return r.Value
	default:
		return r.edit.value()
	}
}

// face is what a choice shows.
func (r *row) face() string {
	if r.picked < len(r.Labels) {
		return r.Labels[r.picked]
	}
	return r.value()
}

// set gives the row a value; it tells whether the row can have it.
func (r *row) set(value string) bool {
	switch r.Kind {
	case ChoiceField:
		i := slices.Index(r.Choices, value)
		if i >= 0 {
			r.picked = i
		}
		return i >= 0
	case BoolField:
		r.on = value == "true"
	case NoteField:
		r.Value = value
	default:
		shown := !r.edit.secret
		r.edit = newField(value, r.Kind == SecretField && !shown)
	}
	return true
}

// update edits a row.
func (r *row) update(k tea.KeyMsg) {
	n := len(r.Choices)
	switch r.Kind {
	case ChoiceField:
		switch k.String() {
		case "left":
			r.picked = (r.picked + n - 1) % max(1, n)
		case "right", " ":
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
	case NoteField:
	default:
		if r.Kind == SecretField && k.String() == "ctrl+r" {
			r.edit.secret = !r.edit.secret
			return
		}
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
		name := r.Choices[j]
		if j < len(r.Labels) {
			name = r.Labels[j]
		}
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(string(k.Runes))) {
			r.picked = j
			return
		}
	}
}
