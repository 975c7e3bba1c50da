package dialog

import (
	"gantry/ui/text"
)

// View is the fields with their labels, what is wrong, and the buttons. When
// not all fields fit, those around the focus are shown.
func (f *Form) View(w, h int) []string {
	b := newBox(f.st, f.o.Title, 64, w)
	rows := f.shown()
	f.cur = min(f.cur, len(rows)+len(f.buttons())-1)
	bs, hits := buttons(f.st, f.cleanButtons(), f.cur-len(rows), b.inner, 0)
	fixed := len(bs) + 1
	if lines := text.Wrap(f.o.Text, b.inner); len(lines) > 0 && h-borders-fixed-len(lines) >= min(4, len(rows)) {
		b.add(lines...)
	}
	room := h - borders - fixed - len(b.lines)
	if room > len(rows) {
		room = max(len(rows), 1)
	}
	f.body.page = max(1, room)
	f.body.show(min(f.cur, len(rows)-1))
	from, to := f.body.window(len(rows), room)
	f.hits = f.hits[:0]
	label := f.labelWidth(rows, b.inner)
	for i := from; i < to; i++ {
		f.hits = append(f.hits, zone{1, len(b.lines) + 1, b.inner + 2, i})
		b.add(f.line(rows[i], label, b.inner, i == f.cur))
	}
	b.foot = f.body.position()
	f.message(b, rows)
	for _, z := range hits {
		z.y += len(b.lines) + 1
		z.id += len(rows)
		f.hits = append(f.hits, z)
	}
	b.add(bs...)
	return b.render(h)
}

func (f *Form) cleanButtons() []button {
	bs := f.buttons()
	for i := range bs {
		bs[i].label = text.Clean(bs[i].label)
	}
	return bs
}

func (f *Form) labelWidth(rows []*row, inner int) int {
	n := 0
	for _, r := range rows {
		n = max(n, text.Width(text.Clean(r.Label)))
	}
	return min(n, inner/2)
}

// line is one row: a mark when something is wrong, label, value.
func (f *Form) line(r *row, label, inner int, focused bool) string {
	mark := "  "
	switch {
	case (r.touched || f.touched) && r.complaint() != "":
		mark = f.st.Bad.Render("✗ ")
	case focused:
		mark = f.st.BorderFocus.Render("▸ ")
	}
	name := text.Pad(text.Clean(r.Label), label)
	return mark + name + "  " + f.widget(r, inner-label-4, focused)
}

// widget is the part of a row that is edited, in w columns.
func (f *Form) widget(r *row, w int, focused bool) string {
	style := f.st.Dialog
	if focused {
		style = f.st.ButtonFocus
	}
	switch r.Kind {
	case ChoiceField:
		return style.Render(text.Truncate("◂ "+text.Clean(r.value())+" ▸", w))
	case BoolField:
		if r.on {
			return style.Render("[x]")
		}
		return style.Render("[ ]")
	default:
		return r.edit.view(f.st, w, focused)
	}
}

// message is one line: what is wrong with the field in focus, else with the
// form, else the note, else the field's help.
func (f *Form) message(b *box, rows []*row) {
	if f.cur < len(rows) {
		if r := rows[f.cur]; r.touched || f.touched {
			if c := r.complaint(); c != "" {
				b.styled(f.st.Bad, text.Truncate("✗ "+text.Clean(c), b.inner))
				return
			}
		}
	}
	if f.touched && f.o.Check != nil {
		if err := f.o.Check(f.Values()); err != nil {
			b.styled(f.st.Bad, text.Truncate("✗ "+text.Clean(err.Error()), b.inner))
			return
		}
	}
	if f.note != "" {
		b.styled(f.st.Dialog, text.Truncate(text.Clean(f.note), b.inner))
		return
	}
	help := ""
	if f.cur < len(rows) {
		help = rows[f.cur].Help
	}
	b.styled(f.st.Dim, text.Truncate(text.Clean(help), b.inner))
}
