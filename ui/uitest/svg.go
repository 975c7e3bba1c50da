package uitest

import (
	"fmt"
	"html"
	"image/color"
	"strings"
)

// The measures of a picture in user units. A letter of the fonts named in
// svgHead is about 0.6 times as wide as it is high; textLength mends the rest.
const (
	cellW, cellH = 8.4, 18.0
	fontSize     = 14.0
	baseline     = 13.5 // from the top of a cell
	border       = 10.0
)

// What a terminal without settings of its own shows.
const (
	paper = "#0d1117"
	ink   = "#e6edf3"
)

// Attributes of a cell, bits of uv.Style.Attrs.
const (
	attrBold    = 1 << 0
	attrFaint   = 1 << 1
	attrItalic  = 1 << 2
	attrReverse = 1 << 5
)

const svgHead = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]g %[2]g" width="%[1]g" height="%[2]g" ` +
	`font-family="ui-monospace,'SF Mono',Menlo,'DejaVu Sans Mono','Noto Sans Mono',Consolas,monospace" font-size="%[3]g">
<rect width="%[1]g" height="%[2]g" rx="8" fill="` + paper + `"/>
`

// glyph is a cell as a picture sees it.
type glyph struct {
	text   string
	width  int
	fg, bg string // "#rrggbb"; bg is "" for the terminal's own
	style  string // the attributes of <text> that are not its place
}

// SVG is the screen as a picture: text stays text, so that it can be searched
// and its changes read; lines and blocks are shapes, so that they have no gaps
// in any font. The same screen gives the same bytes.
func (x *Term) SVG() string {
	x.draw.Lock()
	defer x.draw.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, svgHead, num(float64(x.size.W)*cellW+2*border), num(float64(x.size.H)*cellH+2*border), fontSize)
	for y := range x.size.H {
		line := x.glyphs(y)
		svgPaper(&b, line, y)
		svgText(&b, line, y)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// glyphs is line y, one for each cell; the second half of a wide one has no
// text and no width.
func (x *Term) glyphs(y int) []glyph {
	line := make([]glyph, x.size.W)
	for cx := range line {
		g := &line[cx]
		c := x.emu.CellAt(cx, y)
		if c == nil {
			*g = glyph{text: " ", width: 1, fg: ink}
			continue
		}
		*g = glyph{text: c.Content, width: c.Width, fg: hex(c.Style.Fg, ink), bg: hex(c.Style.Bg, "")}
		if c.Width == 0 && cx > 0 {
			g.bg = line[cx-1].bg
		}
		if c.Style.Attrs&attrReverse != 0 {
			g.fg, g.bg = orElse(g.bg, paper), g.fg
		}
		g.style = svgStyle(g.fg, c.Style.Attrs, c.Style.Underline != 0)
	}
	return line
}

func svgStyle(fg string, attrs uint8, underline bool) string {
	s := ` fill="` + fg + `"`
	if attrs&attrBold != 0 {
		s += ` font-weight="bold"`
	}
	if attrs&attrFaint != 0 {
		s += ` opacity="0.7"`
	}
	if attrs&attrItalic != 0 {
		s += ` font-style="italic"`
	}
	if underline {
		s += ` text-decoration="underline"`
	}
	return s
}

// svgPaper draws the backgrounds of a line, one rectangle for each run.
func svgPaper(b *strings.Builder, line []glyph, y int) {
	for from := 0; from < len(line); {
		to := from + 1
		for to < len(line) && line[to].bg == line[from].bg {
			to++
		}
		if line[from].bg != "" {
			svgRect(b, left0(from), top0(y), float64(to-from)*cellW, cellH, line[from].bg)
		}
		from = to
	}
}

// svgText draws what stands in a line: runs of one style that hold no more than
// one space in a row, and shapes.
func svgText(b *strings.Builder, line []glyph, y int) {
	for from := 0; from < len(line); {
		g := &line[from]
		switch {
		case g.width == 0 || g.text == " " || g.text == "":
			from++
			continue
		case isShape(g.text):
			from += svgShape(b, line[from:], from, y)
			continue
		}
		to, text := from, ""
		for to < len(line) && line[to].style == g.style && !isShape(line[to].text) {
			if to+1 < len(line) && line[to].text == " " && line[to+1].text == " " {
				break
			}
			text += line[to].text
			to += max(1, line[to].width)
		}
		cells := to - from - (len(text) - len(strings.TrimRight(text, " ")))
		fmt.Fprintf(b, `<text x="%g" y="%g" textLength="%g"%s>%s</text>`+"\n",
			num(left0(from)), num(top0(y)+baseline), num(float64(cells)*cellW), g.style, html.EscapeString(strings.TrimRight(text, " ")))
		from = to
	}
}

// strokes are the lines of box drawing characters: what they have on the left,
// on the right, above and below the middle of the cell.
func strokes(text string) (l, r, u, d, ok bool) {
	switch text {
	case "─":
		return true, true, false, false, true
	case "│":
		return false, false, true, true, true
	case "┌":
		return false, true, false, true, true
	case "┐":
		return true, false, false, true, true
	case "└":
		return false, true, true, false, true
	case "┘":
		return true, false, true, false, true
	case "├":
		return false, true, true, true, true
	case "┤":
		return true, false, true, true, true
	}
	return false, false, false, false, false
}

// eighths is the width of the blocks "▏" to "█", 0 for any other text.
func eighths(text string) int {
	r := []rune(text)
	if len(r) != 1 || r[0] < '█' || r[0] > '▏' {
		return 0
	}
	return int('▏'-r[0]) + 1
}

func isShape(text string) bool {
	_, _, _, _, ok := strokes(text)
	return ok || eighths(text) > 0
}

// svgShape draws the line or block that line begins with, which is cell cx, and
// returns how many cells it took: a long line is one shape.
func svgShape(b *strings.Builder, line []glyph, cx, y int) int {
	g := line[0]
	n := 1
	for n < len(line) && (g.text == "─" || g.text == "█") && line[n].text == g.text && line[n].fg == g.fg {
		n++
	}
	left, top, width := left0(cx), top0(y), float64(n)*cellW
	if part := eighths(g.text); part > 0 {
		if part < 8 {
			width = cellW * float64(part) / 8
		}
		svgRect(b, left, top, width, cellH, g.fg)
		return n
	}
	l, r, u, d, _ := strokes(g.text)
	midX, midY := left+width/2, top+cellH/2
	path := ""
	if l || r {
		path += fmt.Sprintf("M%g %gH%g", num(pick(l, left, midX)), num(midY), num(pick(r, left+width, midX)))
	}
	if u || d {
		path += fmt.Sprintf("M%g %gV%g", num(midX), num(pick(u, top, midY)), num(pick(d, top+cellH, midY)))
	}
	fmt.Fprintf(b, `<path d="%s" stroke="%s"/>`+"\n", path, g.fg)
	return n
}

func svgRect(b *strings.Builder, x, y, w, h float64, fill string) {
	fmt.Fprintf(b, `<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>`+"\n", num(x), num(y), num(w), num(h), fill)
}

func left0(cx int) float64 { return border + float64(cx)*cellW }

func top0(y int) float64 { return border + float64(y)*cellH }

// num rounds to a hundredth, which is enough for any screen.
func num(f float64) float64 { return float64(int64(f*100+0.5)) / 100 }

func pick(first bool, a, b float64) float64 {
	if first {
		return a
	}
	return b
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// hex is a colour as "#rrggbb".
func hex(c color.Color, none string) string {
	if c == nil {
		return none
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
