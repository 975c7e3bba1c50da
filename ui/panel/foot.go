package panel

import (
	"strings"

	"gantry/remote"
	"gantry/ui/text"
)

// foot is the line below the rows, without its borders, in at most w columns:
// what is marked, where the cursor is, what goes on, what is wrong, and the name
// under the cursor if its row has no room for it.
func (p *Panel) foot(w int) string {
	parts := p.facts()
	trouble := ""
	switch {
	case p.err != nil && !p.empty():
		trouble = text.Clean(remote.HintOf(p.err))
	case p.partial:
		trouble = "incomplete"
	}
	line := strings.Join(parts, " · ")
	foot := p.o.Styles.Foot
	if trouble == "" {
		if room := w - text.Width(line) - 3; room >= nameLeast {
			if name := p.longName(); name != "" {
				line += " · " + text.Middle(name, room)
			}
		}
		return foot.Render(text.Truncate(line, w))
	}
	if line != "" {
		line += " · "
	}
	used := text.Width(line)
	if used+8 > w { // what is wrong matters more
		line, used = "", 0
	}
	return foot.Render(line) + p.o.Styles.Bad.Render(text.Truncate("! "+trouble, w-used))
}

// nameLeast is the least room that is worth showing a long name in.
const nameLeast = 20

// facts are the parts of the foot.
func (p *Panel) facts() []string {
	var parts []string
	if p.marks.count > 0 {
		s := text.Count(int64(p.marks.count)) + " marked"
		if p.marks.bytes > 0 || p.marks.dirs < p.marks.count {
			s += ", " + text.Size(p.marks.bytes)
		}
		parts = append(parts, s)
	}
	if s := p.position(); s != "" {
		parts = append(parts, s)
	}
	if p.anchor >= 0 {
		parts = append(parts, "range")
	}
	if p.Loading() && !p.quiet {
		parts = append(parts, "loading…")
	}
	if p.spec.filter != "" {
		parts = append(parts, "filtered: "+text.Middle(text.Clean(p.spec.filter), 16))
	}
	if c := p.class(); c != "" {
		parts = append(parts, c)
	}
	return parts
}

// longName is the name under the cursor if it is cut in its row, else "".
func (p *Panel) longName() string {
	e, ok := p.Current()
	if !ok {
		return ""
	}
	name := e.Name
	if e.Dir {
		name += "/"
	}
	if name = text.Clean(name); text.Width(name) > columnsFor(p.w).name {
		return name
	}
	return ""
}

// position is "3 of 12,408", or how many there are when the cursor is on "..".
func (p *Panel) position() string {
	if p.stale || p.place.Tree == nil || p.empty() && p.err != nil {
		return ""
	}
	n := int64(p.Count())
	if p.loading && p.next == nil && p.shown.spec.filter == "" {
		n = max(n, int64(p.Total()))
	}
	if i := p.cursor - p.offset(); i >= 0 && i < p.Count() {
		return text.Count(int64(i+1)) + " of " + text.Count(n)
	}
	return text.Plural(n, "entry")
}

// class is the storage class of the object under the cursor.
func (p *Panel) class() string {
	e, ok := p.Current()
	switch {
	case !ok || e.Dir || p.place.Tree.Label() == "":
		return ""
	case e.Class == "":
		return "STANDARD"
	}
	return text.Clean(e.Class)
}

// empty tells whether no entry is known of this place.
func (p *Panel) empty() bool { return p.stale || p.rows.n() == 0 }

// notes is what stands in the place of rows when there are none, and how.
func (p *Panel) notes(w int) (lines []string, bad bool) {
	switch {
	case p.stale || p.place.Tree == nil || len(p.shown.view) > 0:
		return nil, false
	case p.empty() && p.err != nil:
		lines = text.Wrap(remote.HintOf(p.err), max(1, w-2))
		for i := range lines {
			lines[i] = "  " + lines[i]
		}
		if len(lines) > 0 {
			lines[0] = "✗" + lines[0][1:]
		}
		return lines, true
	case p.loading && p.empty():
		return []string{"loading…"}, false
	case p.shown.spec.filter != "":
		return []string{"nothing matches"}, false
	case !p.empty():
		return []string{"only hidden entries"}, false
	case p.partial:
		return nil, false
	}
	return []string{"empty"}, false
}
