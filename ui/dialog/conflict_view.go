package dialog

import (
	"strings"

	"gantry/ui/text"
)

// View is both sides, the answers in a grid, and what they apply to.
func (c *Conflict) View(w, h int) []string {
	b := newBox(c.st, "Target exists", 84, w)
	grid, hits := c.grid(b.inner)
	sides := c.sides(b.inner)
	if room := h - borders - len(grid) - 1; room < len(sides) {
		sides = c.short(b.inner)
		sides = sides[:max(0, min(len(sides), room))]
	}
	b.add(sides...)
	if h > 16 {
		c.locations(b)
	}
	if len(b.lines)+len(grid)+1+borders < h {
		b.add("")
	}
	top := len(b.lines) + 1
	b.add(grid...)
	c.hits = c.hits[:0]
	for _, z := range hits {
		z.y += top
		c.hits = append(c.hits, z)
	}
	c.apply(b)
	return b.render(h)
}

// sides are the source and the target in two columns under their heads.
func (c *Conflict) sides(inner int) []string {
	if inner < 74 { // too narrow for the columns
		out := c.short(inner)
		return append(out, c.note(inner)...)
	}
	const lead = 24
	col := (inner - lead) / 2
	head := func(s string, w int) string { return text.Pad("", 10) + c.st.Header.Render(text.Pad(s, w-10)) }
	name := text.Pad(text.Middle(text.Clean(c.o.Name), lead-2), lead)
	out := []string{
		text.Pad("", lead) + head("source", col) + head("target", inner-lead-col),
		name + text.Pad(c.facts(c.o.Source), col) + text.Pad(c.facts(c.o.Target), inner-lead-col),
	}
	return append(out, c.note(inner)...)
}

func (c *Conflict) note(inner int) []string {
	if !c.o.Versioned {
		return nil
	}
	return []string{c.st.Dim.Render(text.Truncate("(versioned: the old one is kept)", inner))}
}

// short are the sides below each other, for narrow or low screens.
func (c *Conflict) short(inner int) []string {
	return []string{
		text.Middle(text.Clean(c.o.Name), inner),
		text.Truncate("source  "+c.facts(c.o.Source), inner),
		text.Truncate("target  "+c.facts(c.o.Target), inner),
	}
}

// locations adds where both sides are, for screens with room.
func (c *Conflict) locations(b *box) {
	for _, l := range []struct{ word, at string }{{"from ", c.o.Source.Location}, {"to   ", c.o.Target.Location}} {
		if l.at != "" {
			b.styled(c.st.Dim, l.word+text.Middle(text.Clean(l.at), b.inner-len(l.word)))
		}
	}
}

func (c *Conflict) facts(s Side) string {
	return text.PadLeft(text.Size(s.Size), 8) + "  " + text.WhenLong(s.Modified, c.o.Now)
}

// gap is between the columns of the grid.
const gap = 2

// grid are the answers in rows for the room there is, and where they are.
func (c *Conflict) grid(inner int) ([]string, zones) {
	all := answers()
	faces := make([]string, len(all))
	for i, a := range all {
		faces[i] = face(a.key, a.label)
	}
	// Four in the first row and five in the second, as they belong together.
	if inner >= 84 {
		return c.rows(faces, [][]int{{0, 1, 2, 3}, {4, 5, 6, 7, 8}}, inner, gap)
	}
	between := gap
	if inner < 64 {
		between = 0
		for i, a := range all {
			faces[i] = " " + strings.Replace(face(a.key, a.short), "] ", "]", 1) // the first column is for the mark
		}
	}
	for cols := 3; ; cols-- {
		rows := split(len(all), cols)
		if cols == 1 || total(widths(faces, rows), between) <= inner {
			return c.rows(faces, rows, inner, between)
		}
	}
}

// split deals n numbers into rows of cols.
func split(n, cols int) [][]int {
	var rows [][]int
	for i := range n {
		if i%cols == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], i)
	}
	return rows
}

// widths are the widths of the columns, of which the last of each row may be
// longer.
func widths(faces []string, rows [][]int) []int {
	var ws []int
	for _, row := range rows {
		for x, i := range row {
			if x == len(ws) {
				ws = append(ws, 0)
			}
			ws[x] = max(ws[x], text.Width(faces[i]))
		}
	}
	return ws
}

func total(ws []int, between int) int {
	n := between * (len(ws) - 1)
	for _, w := range ws {
		n += w
	}
	return n
}

// rows draws faces in rows; when the columns do not fit, the last ones of each
// row stand as they come.
func (c *Conflict) rows(faces []string, rows [][]int, inner, between int) ([]string, zones) {
	ws := widths(faces, rows)
	fits := total(ws, between) <= inner
	var lines []string
	var zs zones
	for y, row := range rows {
		line, x := "", 0
		for k, i := range row {
			w := min(ws[k], inner)
			if !fits && k >= 3 {
				w = text.Width(faces[i])
			}
			f, style := faces[i], c.st.Dialog
			if i == c.cur {
				f, style = pointed(f), c.st.ButtonFocus
			}
			if k > 0 {
				line, x = line+text.Pad("", between), x+between
			}
			zs = append(zs, zone{margin/2 + x, y, w, i})
			line, x = line+style.Render(text.Pad(f, w)), x+w
		}
		lines = append(lines, line)
	}
	return lines, zs
}

// face is an answer as it is shown: "[o] Overwrite".
func face(key, label string) string {
	if key == "esc" {
		key = "Esc"
	}
	return "[" + key + "] " + label
}

// pointed is a face with the cursor on it, as wide as before.
func pointed(f string) string {
	if strings.Contains(f, "] ") {
		return strings.Replace(f, "] ", "]▸", 1)
	}
	return "▸" + f[1:] // it begins with a column for it
}

// apply adds the line that says what the answer applies to.
func (c *Conflict) apply(b *box) {
	this, all := "( ) this file", "( ) all in this job"
	if c.all {
		all = "(•)" + all[3:]
	} else {
		this = "(•)" + this[3:]
	}
	lead := "[a] Apply to: "
	if b.inner < 60 {
		lead, this = "[a] ", this[:len(this)-len(" file")]
		if c.o.More > 0 {
			all = all[:len(all)-len(" in this job")]
		}
	}
	if c.o.More > 0 {
		all += " (" + text.Count(int64(c.o.More)) + " more)"
	}
	y := len(b.lines) + 1
	c.hits = append(c.hits,
		zone{margin/2 + len(lead), y, text.Width(this), zoneThis},
		zone{margin/2 + len(lead) + text.Width(this) + gap, y, text.Width(all), zoneAll})
	b.add(lead + this + text.Pad("", gap) + all)
}
