package dialog

import tea "github.com/charmbracelet/bubbletea"

// Mouse moves the focus, turns choices, opens lists and presses buttons; the
// wheel goes through the fields.
func (f *Form) Mouse(x, y int, msg tea.MouseMsg) (done bool, cmd tea.Cmd) {
	f.begin()
	rows := f.shown()
	if f.leaving {
		i := f.hits.at(x, y)
		switch {
		case !clicked(msg) || i < 0:
			return false, nil
		case i >= len(rows) && i < pickZone:
			return f.settle(i - len(rows)), nil
		}
		f.settle(0) // a click on a field goes on there
	}
	if n := wheel(msg); n != 0 {
		f.cur = within(f.cur+n, len(rows)+len(f.buttons()))
		f.skip(1)
		return false, nil
	}
	if !clicked(msg) {
		return false, nil
	}
	i := f.hits.at(x, y)
	switch {
	case i < 0:
		return false, nil
	case i >= pickZone:
		f.leave(rows)
		f.cur = i - pickZone
		return false, rows[f.cur].Pick()
	case i >= len(rows):
		f.leave(rows)
		f.cur = i
		return f.press(i - len(rows))
	}
	return false, f.clickRow(rows, i, x-f.values)
}

// clickRow is a click on row i, so many columns behind the beginning of its value.
func (f *Form) clickRow(rows []*row, i, col int) tea.Cmd {
	r := rows[i]
	if r.Kind == NoteField {
		return nil
	}
	f.leave(rows)
	again := f.cur == i
	f.cur = i
	switch {
	case r.Kind == BoolField:
		r.on = !r.on
		f.changed(r)
	case r.Kind == ChoiceField && again && r.Pick != nil:
		return r.Pick()
	case r.Kind == ChoiceField && again:
		r.picked = (r.picked + 1) % max(1, len(r.Choices))
		f.changed(r)
	case r.edit != nil && col >= 0:
		r.edit.point(col)
	}
	return nil
}

// Help are the keys that the field in focus knows.
func (f *Form) Help() []Hint {
	if f.leaving {
		return []Hint{{"Enter", "do it"}, {"←→", "choose"}, {"Esc", "go on"}}
	}
	hints := []Hint{{"Tab", "next"}}
	if rows := f.shown(); f.cur < len(rows) {
		r := rows[f.cur]
		switch {
		case r.Pick != nil && r.Kind == ChoiceField:
			hints = append(hints, Hint{"←→", "change"}, Hint{"Space", "list"})
		case r.Pick != nil:
			hints = append(hints, Hint{"F2 Ctrl-O", "list"})
		case r.Kind == SecretField:
			hints = append(hints, Hint{"Ctrl-R", "show or hide"})
		case r.Kind != TextField:
			hints = append(hints, Hint{"←→ Space", "change"})
		}
		hints = append(hints, Hint{"PgDn", "to " + f.o.OK})
	} else {
		hints = append(hints, Hint{"Enter", "do it"})
	}
	return append(hints, Hint{"Esc", "change nothing"})
}
