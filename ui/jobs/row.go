package jobs

import (
	"strings"

	"gantry/transfer"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// headLines are the lines above the first row.
const headLines = 1

// View is the list, or the details when they are open, as h lines of w columns.
func (v *View) View(w, h int) []string {
	if w < 1 || h < 1 {
		return nil
	}
	if v.detail != nil {
		return v.viewDetail(w, h)
	}
	out := make([]string, 0, h)
	cols := layout(w)
	v.rows = max(0, h-headLines-len(v.elsewhere(cols, h/2)))
	v.follow()
	cols = cols.fit(v.jobs[v.off:min(len(v.jobs), v.off+v.rows)], v.others)
	out = append(out, v.st.Header.Render(cols.head()))
	others := v.elsewhere(cols, h/2)
	for i := v.off; i < min(len(v.jobs), v.off+v.rows); i++ {
		out = append(out, v.row(v.jobs[i], cols))
	}
	if len(v.jobs) == 0 && h > 1 {
		none := "  The queue is empty."
		if v.ShowsOthers() {
			none = "  This gantry has no jobs."
		}
		out = append(out, v.st.Dim.Render(text.Pad(none, w)))
	}
	for len(out) < h-len(others) {
		out = append(out, text.Pad("", w))
	}
	return append(out, others...)[:h]
}

// follow scrolls so that the cursor can be seen.
func (v *View) follow() {
	i := max(0, v.index())
	if i < v.off {
		v.off = i
	}
	if i >= v.off+v.rows {
		v.off = i - v.rows + 1
	}
	v.off = max(0, min(v.off, len(v.jobs)-v.rows))
}

// columns are the widths of a row's parts; 0 leaves a part out. Without a rate
// of its own a job that moves shows it in the place of its state.
type columns struct {
	w                                            int
	title, percent, bar, rate, eta, items, state int
}

const (
	lead      = 5  // cursor, state, arrow, and spaces
	itemsLong = 24 // "1,204 of at least 9,000"
	itemsW    = 12 // "1,204/9,000+"
)

// layout gives the parts their widths, the least important going first.
func layout(w int) columns {
	c := columns{w: w}
	rest := w - lead
	take := func(n, keep int) int {
		if rest-n-1 < keep {
			return 0
		}
		rest -= n + 1
		return n
	}
	c.percent = take(5, 6)
	c.state = take(9, 8)
	c.items = take(itemsW, 14)
	c.bar = take(8, 16)
	c.eta = take(7, 18)
	c.rate = take(9, 28)
	if more := itemsLong - itemsW; rest-more >= 36 {
		c.items = itemsLong
		rest -= more
	}
	c.title = max(1, rest)
	return c
}

// fit gives the counts of the jobs on screen what their titles leave over.
func (c columns) fit(own []transfer.Snapshot, others []transfer.Record) columns {
	if c.items < itemsLong {
		return c
	}
	title, counts := 0, c.items
	see := func(s transfer.Snapshot) {
		title, counts = max(title, text.Width(text.Clean(s.Title))), max(counts, text.Width(longCounts(s)))
	}
	for _, s := range own {
		see(s)
	}
	for _, r := range others {
		see(r.Snapshot)
	}
	more := max(0, min(counts-c.items, c.title-title))
	c.items, c.title = c.items+more, c.title-more
	return c
}

// counts are the items in the width of their column: in short rather than cut, since
// the failures stand last.
func (c columns) counts(s transfer.Snapshot) string {
	if long := longCounts(s); c.items >= itemsLong && text.Width(long) <= c.items {
		return long
	}
	return fewItems(s)
}

// longCounts are the items, of a single file its bytes.
func longCounts(s transfer.Snapshot) string {
	if single(s) {
		return text.Size(s.Bytes.Done) + " of " + text.Size(s.Bytes.Total)
	}
	return items(s)
}

// now is the state, or the rate where it has no column of its own.
func (c columns) now(s transfer.Snapshot) string {
	if r := rate(s); c.rate == 0 && r != "" && s.Conflicts == 0 {
		return r
	}
	return state(s)
}

func (c columns) head() string {
	var b strings.Builder
	b.WriteString(text.Pad("", lead) + text.Pad("Job", c.title))
	for _, p := range []struct {
		w    int
		name string
	}{{c.percent, "%"}, {c.bar, ""}, {c.rate, "Rate"}, {c.eta, "Left"}} {
		if p.w > 0 {
			b.WriteString(" " + text.PadLeft(p.name, p.w))
		}
	}
	if c.items > 0 {
		b.WriteString(" " + text.Pad("Items", c.items))
	}
	if c.state > 0 {
		b.WriteString(" " + text.Pad("State", c.state))
	}
	return text.Pad(b.String(), c.w)
}

// row is one job in exactly c.w columns.
func (v *View) row(s transfer.Snapshot, c columns) string {
	base, mark := v.st.File, " "
	if s.ID == v.cur {
		base, mark = v.st.Cursor, "▸"
	}
	var b strings.Builder
	part := func(st theme.Style, t string) {
		if s.ID == v.cur || st.Open() == "" { // one style from edge to edge
			b.WriteString(t)
			return
		}
		b.WriteString(st.Open() + t + st.Close() + base.Open())
	}
	b.WriteString(base.Open())
	b.WriteString(mark)
	part(v.tone(s), glyph(s.State)+" ")
	b.WriteString(arrow(s) + " ")
	b.WriteString(text.Pad(text.Middle(text.Clean(s.Title), c.title), c.title))
	if c.percent > 0 {
		b.WriteString(" " + text.PadLeft(percent(s), c.percent))
	}
	if c.bar > 0 {
		filled, rest := text.BarParts(fraction(s), c.bar)
		b.WriteString(" ")
		part(v.st.Progress, filled)
		part(v.st.ProgressRest, strings.ReplaceAll(rest, " ", "·"))
	}
	if c.rate > 0 {
		b.WriteString(" " + text.PadLeft(rate(s), c.rate))
	}
	if c.eta > 0 {
		b.WriteString(" " + text.PadLeft(text.ETA(eta(s)), c.eta))
	}
	if c.items > 0 {
		b.WriteString(" " + text.Pad(c.counts(s), c.items))
	}
	if c.state > 0 {
		b.WriteString(" ")
		part(v.tone(s), text.Pad(c.now(s), c.state))
	}
	b.WriteString(base.Close())
	if c.w <= lead { // not even the marks fit
		return text.Pad(b.String(), c.w)
	}
	return b.String()
}

// tone is the style of a job's state.
func (v *View) tone(s transfer.Snapshot) theme.Style {
	switch {
	case s.State == transfer.Failed || s.Failures > 0:
		return v.st.Bad
	case s.State == transfer.Asking || s.Conflicts > 0 || troubled(s):
		return v.st.Warn
	case s.State == transfer.Done:
		return v.st.Good
	case s.State == transfer.Waiting, s.State == transfer.Paused, s.State == transfer.Cancelled:
		return v.st.Dim
	}
	return v.st.Text
}
