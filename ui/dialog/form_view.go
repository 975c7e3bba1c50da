package dialog

import (
	"gantry/ui/text"
)

// formWidth is how many columns a form would like, formRoomy the height from
// which every complaint stands under its field instead of that in focus alone.
const (
	formWidth = 72
	formRoomy = 20
)

// pickZone is added to the number of a row for the ▾ that opens its list.
const pickZone = 1 << 20

// valueGap is the columns between the beginning of a row and its value, the label
// apart: two marks before it and two spaces behind.
const valueGap = 4

// formLine is a line of the fields: a field, or what is wrong with it.
type formLine struct {
	text string
	row  int
	head bool // the field itself
}

// View is the fields with their labels, under each what is wrong with it, and
// the buttons. When not all fields fit, those around the focus are shown.
func (f *Form) View(w, h int) []string {
	b := newBox(f.st, f.o.Title, formWidth, w)
	rows := f.shown()
	f.cur = min(f.cur, len(rows)+len(f.buttons())-1)
	bs, hits := buttons(f.st, f.cleanButtons(), f.cur-len(rows), b.inner, 0)
	low := f.message(rows, b.inner, h)
	fixed := len(bs) + len(low)
	if lines := text.Wrap(f.o.Text, b.inner); len(lines) > 0 && h-borders-fixed-len(lines) >= min(4, len(rows)) {
		b.add(lines...)
	}
	lines := f.lines(rows, b.inner, h)
	room := h - borders - fixed - len(b.lines)
	if room > len(lines) {
		room = max(len(lines), 1)
	}
	from, to := f.scroll(lines, len(rows), room)
	f.hits = f.hits[:0]
	for _, l := range lines[from:to] {
		y := len(b.lines) + 1
		f.hits = append(f.hits, zone{1, y, b.inner + 2, l.row})
		if l.head && rows[l.row].Pick != nil {
			f.hits = append(f.hits, zone{b.inner - 1, y, 4, pickZone + l.row})
		}
		b.add(l.text)
	}
	b.foot = f.body.position()
	b.add(low...)
	for _, z := range hits {
		z.y += len(b.lines) + 1
		z.id += len(rows)
		f.hits = append(f.hits, z)
	}
	b.add(bs...)
	return b.render(h)
}

// scroll is the part of the lines that fits room, with the focus and what is
// wrong there in it.
func (f *Form) scroll(lines []formLine, rows, room int) (from, to int) {
	f.body.page = max(1, room)
	first, last := len(lines)-1, 0
	for i, l := range lines {
		if l.row == min(f.cur, rows-1) {
			first, last = min(first, i), max(last, i)
		}
	}
	f.body.show(last)
	f.body.show(max(0, first))
	return f.body.window(len(lines), room)
}

// lines are the fields and what is wrong with them.
func (f *Form) lines(rows []*row, inner, h int) []formLine {
	label := f.labelWidth(rows, inner)
	f.values = margin/2 + label + valueGap
	var out []formLine
	for i, r := range rows {
		out = append(out, formLine{f.line(r, label, inner, i == f.cur), i, true})
		complaint := f.complains(r)
		if complaint == "" || h < formRoomy && i != f.cur {
			continue
		}
		for _, l := range text.Wrap("✗ "+text.Clean(complaint), max(1, inner-4)) {
			out = append(out, formLine{f.st.Bad.Render(text.Pad("    "+l, inner)), i, false})
		}
	}
	return out
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
		if r.Kind != NoteField || r.Label != "" {
			n = max(n, text.Width(text.Clean(r.Label)))
		}
	}
	return min(n, inner/2)
}

// line is one row: a mark when something is wrong, label, value.
func (f *Form) line(r *row, label, inner int, focused bool) string {
	mark, fault := " ", " "
	if focused {
		mark = f.st.BorderFocus.Render("▸")
	}
	if f.complains(r) != "" {
		fault = f.st.Bad.Render("✗")
	}
	mark += fault
	name := text.Pad(text.Clean(r.Label), label)
	w := inner - label - valueGap
	tail := ""
	if r.Pick != nil && w > 4 {
		w -= 2
		tail = " ▾"
	}
	return text.Pad(mark+name+"  "+text.Pad(f.widget(r, w, focused), w)+tail, inner)
}

// widget is the part of a row that is edited, in w columns.
func (f *Form) widget(r *row, w int, focused bool) string {
	style := f.st.Dialog
	if focused {
		style = f.st.ButtonFocus
	}
	switch r.Kind {
	case ChoiceField:
		return style.Render("◂ " + text.Truncate(text.Clean(r.face()), w-4) + " ▸")
	case BoolField:
		if r.on {
			return style.Render("[x]")
		}
		return style.Render("[ ]")
	case NoteField:
		return f.st.Dim.Render(text.Truncate(text.Clean(r.Value), w))
	default:
		if r.Hint != "" && r.edit.value() == "" && w > 6 {
			return f.hint(r, w, focused)
		}
		return r.edit.view(f.st, w, focused)
	}
}

// hint is an empty text field with what might stand there.
func (f *Form) hint(r *row, w int, focused bool) string {
	hint := "(" + text.Truncate(text.Clean(r.Hint), w-4) + ")" // no colour has to tell that it is no value
	if !focused {
		return f.st.Dim.Render(text.Pad(hint, w))
	}
	return r.edit.view(f.st, 1, true) + f.st.Dim.Render(text.Pad(" "+hint, w-1))
}

// message is what stands above the buttons: the note if there is one, else what
// is wrong with the whole, else the help of the field in focus. It keeps its
// height while the focus moves.
func (f *Form) message(rows []*row, inner, h int) []string {
	room := 1
	if h >= formRoomy {
		room = 2
	}
	said, style := "", f.st.Dim
	if f.cur < len(rows) {
		said = rows[f.cur].Help
	}
	if f.touched && f.o.Check != nil {
		if err := f.o.Check(f.Values()); err != nil {
			said, style = "✗ "+err.Error(), f.st.Bad
		}
	}
	if f.note != "" {
		said, style = f.note, f.st.Text
		room += 2
	}
	if f.leaving {
		said, style = leavingText, f.st.Bad
	}
	lines := text.Wrap(text.Clean(said), inner)
	if len(lines) > room {
		lines = append(lines[:room-1], text.Truncate(lines[room-1]+" "+text.Ellipsis, inner))
	}
	if f.note != "" {
		room = max(1, len(lines))
	}
	out := make([]string, room)
	for i := range out {
		if i < len(lines) {
			out[i] = style.Render(text.Pad(lines[i], inner))
		}
	}
	return out
}
