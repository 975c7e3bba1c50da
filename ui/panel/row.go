package panel

import (
	"gantry/remote"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// row draws the entry e of row r of the store, -1 for "..", which is row i on
// the screen.
func (d *drawing) row(i int, e remote.Entry, r int32) {
	marked := r >= 0 && d.marks.has(r)
	all, name := d.look(i, &e, marked)
	cursor := " "
	if !d.stale && i == d.cursor && d.focus && all.Open() == "" {
		cursor = ">"
	}
	d.b.WriteString(d.side + all.Open() + cursor)
	if r < 0 {
		d.b.WriteString(name.Open() + text.Pad("..", d.w-4))
		if name.Open() != "" {
			d.b.WriteString(name.Close() + all.Open())
		}
		d.end(all)
		return
	}
	d.b.WriteString(name.Open() + sign(&e, marked) + " ")
	d.name(&e, all, name)
	if name.Open() != "" {
		d.b.WriteString(name.Close() + all.Open())
	}
	meta := theme.Style{}
	if all.Open() == "" { // on a plain row the name is what is read first
		meta = d.s.Meta
	}
	d.b.WriteString(meta.Open())
	if d.c.size > 0 {
		n := e.Size
		if e.Dir {
			n = -1
		}
		d.b.WriteString(" " + text.PadLeft(d.c.bytes(n), d.c.size))
	}
	if d.c.when > 0 {
		d.b.WriteString("  " + text.Pad(d.c.time(e.ModTime, d.now), d.c.when))
	}
	d.b.WriteString(meta.Close())
	d.end(all)
}

// end closes the style of a row and the pane on its right.
func (d *drawing) end(all theme.Style) {
	d.b.WriteString(" " + all.Close() + d.side)
}

// look is the style of the whole line and the one of the name on top of it.
func (d *drawing) look(i int, e *remote.Entry, marked bool) (all, name theme.Style) {
	switch {
	case d.stale:
		return d.s.Dim, theme.Style{}
	case i == d.drop:
		return d.s.DropTarget, theme.Style{}
	case i == d.cursor && d.focus && marked:
		return d.s.CursorMarked, theme.Style{}
	case i == d.cursor && d.focus:
		return d.s.Cursor, theme.Style{}
	case i == d.cursor:
		all = d.s.CursorBlur
	}
	switch {
	case marked:
		name = d.s.Marked
	default:
		name = tint(d.s, e)
	}
	return all, name
}

// sign says what a row is without any colour.
func sign(e *remote.Entry, marked bool) string {
	switch {
	case marked:
		return "●"
	case e.Type == remote.Link:
		return "→"
	case e.Type == remote.Special:
		return "!"
	case e.Dir:
		return "▸"
	}
	return " "
}

// name draws the name to the exact width of its column: cut in the middle when
// it is long, held in place when terminals do not agree on its width.
func (d *drawing) name(e *remote.Entry, all, style theme.Style) {
	full := e.Name
	if e.Dir {
		full += "/"
	}
	s, w, exact := text.Name(full)
	if w > d.c.name {
		s = text.Middle(s, d.c.name)
	}
	if !exact && d.pinned {
		d.b.WriteString(text.Pin(s, d.c.name, d.x+nameAt))
		return
	}
	if d.find != nil && exact {
		if at := indexFold(s, d.find.text); at >= 0 {
			end := at + len(d.find.text)
			again := all.Open() + style.Open()
			d.b.WriteString(s[:at] + d.s.Match.Open() + s[at:end] + d.s.Match.Close())
			if d.s.Match.Open() != "" {
				d.b.WriteString(again)
			}
			d.b.WriteString(s[end:] + text.Pad("", d.c.name-text.Width(s)))
			return
		}
	}
	d.b.WriteString(text.Pad(s, d.c.name))
}

// indexFold is where text, ASCII in lower case, begins in s whatever the case.
func indexFold(s string, text []byte) int {
	for i := 0; i+len(text) <= len(s); i++ {
		if lowerASCII(s[i]) == text[0] && hasPrefixFold([]byte(s[i+1:i+len(text)]), text[1:]) {
			return i
		}
	}
	return -1
}
