package panel

import (
	"slices"
	"strconv"
	"strings"

	"gantry/remote"
	"gantry/ui/text"
)

// crumb is one step of the location in the title.
type crumb struct {
	path  remote.Path
	text  string // clean
	width int
	exact bool
	x     int // where it was drawn last, -1 if it was not
}

// maxCrumbs bounds how far up a path is followed; no title is that wide.
const maxCrumbs = 512

// makeCrumbs takes a location apart from its end upwards, with the user's home
// as ~.
func makeCrumbs(place remote.Place, home string) []crumb {
	tree, label := place.Tree, place.Tree.Label()
	var out []crumb
	for at := place.Path; len(out) < maxCrumbs; {
		up := tree.Dir(at)
		part, root := "", up == at
		switch {
		case label == "" && home != "" && string(at) == home:
			part, root = "~", true
		case root:
			part = label + string(at)
		default:
			part = strings.TrimPrefix(string(at), string(up))
		}
		c := crumb{path: at, x: -1}
		c.text, c.width, c.exact = text.Name(part)
		out = append([]crumb{c}, out...)
		if root {
			break
		}
		at = up
	}
	return out
}

// title draws the upper border: the location on the left, what is to be known
// about the place on the right.
func (p *Panel) title(b *strings.Builder, focus bool) {
	border, style := p.o.Styles.Border, p.o.Styles.Title
	if focus {
		border, style = p.o.Styles.BorderFocus, p.o.Styles.PathFocus
	}
	if p.drop == DropPane {
		border = p.o.Styles.DropTarget
	}
	// "┌ title ", "─ badges " and "┐" leave this for the two texts and the line.
	room := p.w - 7
	badges := p.badges()
	width := badgesWidth(badges)
	for len(badges) > 0 && room-width < min(p.titleWidth(), max(8, room/2)) {
		badges = badges[1:] // the region first, warnings last
		width = badgesWidth(badges)
	}
	if len(badges) == 0 {
		room += 3
	}
	b.WriteString(border.Render("┌") + style.Open() + " ")
	used := p.drawCrumbs(b, max(1, room-width))
	b.WriteString(" " + style.Close() + border.Open())
	for i := used + width; i < room; i++ {
		b.WriteString("─")
	}
	if len(badges) > 0 {
		b.WriteString("─ ")
	}
	b.WriteString(border.Close())
	x := p.w - 2 - width
	p.tabW = 0
	for i, g := range badges {
		if i > 0 {
			b.WriteString(border.Open() + " ─ " + border.Close())
			x += 3
		}
		if g.tab {
			p.tabX, p.tabW = x, text.Width(g.text)
		}
		s := p.o.Styles.Badge
		if g.warn {
			s = p.o.Styles.BadgeWarn
		}
		if i == 0 && !g.must {
			s = border
		}
		b.WriteString(s.Render(g.text))
		x += text.Width(g.text)
	}
	if len(badges) > 0 {
		b.WriteString(" ")
	}
	b.WriteString(border.Open() + "┐" + border.Close())
}

// badge is a word on the right of the title.
type badge struct {
	text string // clean
	must bool   // a badge proper, not just the region
	warn bool
	tab  bool
}

// SetTab tells that the panel is the nth of several tabs; the title says so
// when it is not alone.
func (p *Panel) SetTab(n, of int) {
	if p.tab != n || p.tabs != of {
		p.tab, p.tabs = n, of
		p.version++
	}
}

// SetBadges tells what else is to be known about the place: "versioned",
// "locked".
func (p *Panel) SetBadges(words []string) {
	if !slices.Equal(p.words, words) {
		p.words = slices.Clone(words)
		p.version++
	}
}

// SetRegion tells the region of the place once it is known.
func (p *Panel) SetRegion(region string) {
	if p.place.Region != region {
		p.place.Region = region
		p.version++
	}
}

func badgesWidth(list []badge) int {
	w := 3 * max(0, len(list)-1)
	for _, g := range list {
		w += text.Width(g.text)
	}
	return w
}

func (p *Panel) badges() []badge {
	var out []badge
	switch {
	case p.place.Tree == nil:
		return nil
	case p.place.Region != "":
		out = append(out, badge{text: text.Clean(p.place.Region)})
	case p.place.Tree.Label() == "":
		out = append(out, badge{text: "local"})
	}
	if p.place.Mount != "" {
		out = append(out, badge{text: "mount", must: true})
	}
	for _, w := range p.words {
		out = append(out, badge{text: text.Clean(w), must: true})
	}
	if f, ok := p.place.Tree.(interface{ Fault() string }); ok { // it stands for a place that could not be opened
		out = append(out, badge{text: text.Clean(f.Fault()), must: true, warn: true})
	} else {
		if p.place.Tree.Caps().ReadOnly {
			out = append(out, badge{text: "RO", must: true})
		}
		if p.partial {
			out = append(out, badge{text: "?", must: true, warn: true})
		}
	}
	if p.tabs > 1 {
		out = append(out, badge{text: "tab " + strconv.Itoa(p.tab) + "/" + strconv.Itoa(p.tabs), must: true, tab: true})
	}
	return out
}

func (p *Panel) titleWidth() int {
	w := 0
	for i := range p.crumbs {
		w += p.crumbs[i].width
	}
	return w
}

// drawCrumbs draws the end of the location that fits w cells and returns how
// many it took.
func (p *Panel) drawCrumbs(b *strings.Builder, w int) int {
	first, width := len(p.crumbs), 0
	for first > 0 && width+p.crumbs[first-1].width <= w {
		first--
		width += p.crumbs[first].width
	}
	lead := ""
	if first > 0 {
		lead = text.Ellipsis
		for first < len(p.crumbs) && width+1 > w {
			width -= p.crumbs[first].width
			first++
		}
	}
	for i := range p.crumbs {
		p.crumbs[i].x = -1
	}
	x, out, exact := 2+text.Width(lead), lead, true
	if n := len(p.crumbs); first == n && n > 0 { // not even the last one
		c := &p.crumbs[n-1]
		c.x, exact = 2, c.exact
		out = text.Middle(c.text, w)
	}
	for i := first; i < len(p.crumbs); i++ {
		c := &p.crumbs[i]
		c.x = x
		x += c.width
		out += c.text
		exact = exact && c.exact
	}
	used := text.Width(out)
	if exact || !p.pinned {
		b.WriteString(out)
	} else {
		b.WriteString(text.Pin(out, used, p.x+2))
	}
	return used
}
