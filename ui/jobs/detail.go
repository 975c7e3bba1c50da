package jobs

import (
	"slices"
	"strings"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// fetched is how many items the details hold at a time.
const fetched = 200

// detail is the items of one job.
type detail struct {
	job    transfer.JobID
	filter transfer.ItemFilter
	base   int // the offset of items in all that the filter lists
	items  []transfer.ItemSnapshot
	off    int // the first line on screen
	lines  int // of the items held, in the last View
	room   int // lines for items in the last View
	width  int // of the last View
	tabs   []tab
	tabY   int
}

type tab struct {
	x, w   int
	filter transfer.ItemFilter
}

// Open shows the details of the job under the cursor: what moves, or what
// failed when nothing does.
func (v *View) Open() {
	s, ok := v.Selected()
	if !ok {
		return
	}
	f := transfer.ItemsActive
	switch {
	case s.Conflicts > 0:
		f = transfer.ItemsConflicts
	case s.State.Ended() && s.Failures > 0:
		f = transfer.ItemsFailed
	case s.State.Ended() && s.Skipped > 0:
		f = transfer.ItemsSkipped
	case s.State == transfer.Done:
		f = transfer.ItemsDone
	}
	v.detail = &detail{job: s.ID, filter: f}
	v.refresh()
}

// Close goes back to the list; it tells whether the details were open.
func (v *View) Close() bool {
	open := v.detail != nil
	v.detail = nil
	return open
}

// Detailed tells whether the details are open.
func (v *View) Detailed() bool { return v.detail != nil }

// Tab shows another kind of items in the details, n further to the right.
func (v *View) Tab(n int) {
	if v.detail == nil {
		return
	}
	const all = int(transfer.ItemsDone) + 1
	v.setFilter(transfer.ItemFilter((int(v.detail.filter) + n%all + all) % all))
}

func (v *View) setFilter(f transfer.ItemFilter) {
	v.detail.filter, v.detail.base, v.detail.off = f, 0, 0
	v.refresh()
}

func tabNames() [5]string {
	return [...]string{
		transfer.ItemsActive:    "Active",
		transfer.ItemsFailed:    "Failed",
		transfer.ItemsSkipped:   "Skipped",
		transfer.ItemsConflicts: "Conflicts",
		transfer.ItemsDone:      "Done",
	}
}

func noItems() [5]string {
	return [...]string{
		transfer.ItemsActive:    "nothing is under way",
		transfer.ItemsFailed:    "nothing has failed",
		transfer.ItemsSkipped:   "nothing was skipped",
		transfer.ItemsConflicts: "no conflicts",
		transfer.ItemsDone:      "nothing is done yet",
	}
}

// refresh fetches the items anew.
func (v *View) refresh() {
	d := v.detail
	i := v.find(d.job)
	if i < 0 {
		return
	}
	if v.Items == nil {
		d.items = nil
		if d.filter == transfer.ItemsActive {
			d.items = v.jobs[i].Active
		}
		return
	}
	d.items = v.Items(d.job, d.filter, d.base, fetched)
	if len(d.items) == 0 && d.base > 0 {
		d.base, d.off = 0, 0
		d.items = v.Items(d.job, d.filter, 0, fetched)
	}
}

// scroll moves the details by n lines; near either end of what is held it
// fetches what comes next, without a jump on the screen.
func (v *View) scroll(n int) {
	d := v.detail
	const step = fetched / 2
	switch {
	case n > 0 && d.off+d.room+n > d.lines && len(d.items) == fetched:
		gone := v.height(d.items[:step])
		d.base += step
		v.refresh()
		d.off -= gone
		d.lines = v.height(d.items)
	case n < 0 && d.off+n < 0 && d.base > 0:
		d.base = max(0, d.base-step)
		v.refresh()
		d.off += v.height(d.items[:min(step, len(d.items))])
		d.lines = v.height(d.items)
	}
	d.off = max(0, min(d.off+n, d.lines-d.room))
}

// height is how many lines items take.
func (v *View) height(items []transfer.ItemSnapshot) int {
	n := 0
	for _, it := range items {
		n += len(v.item(it, v.detail.width))
	}
	return n
}

func (v *View) clickDetail(x, y int) bool {
	for _, t := range v.detail.tabs {
		if y == v.detail.tabY && x >= t.x && x < t.x+t.w {
			v.setFilter(t.filter)
			return true
		}
	}
	return false
}

// viewDetail is one job in full.
func (v *View) viewDetail(w, h int) []string {
	d := v.detail
	s, _ := v.Selected()
	out := v.facts(s, w)
	if len(out) > h/2 {
		out = out[:max(1, h/2)]
	}
	d.tabY = len(out)
	out = append(out, v.tabLine(s, w))
	var lines []string
	for _, it := range d.items {
		lines = append(lines, v.item(it, w)...)
	}
	if len(lines) == 0 {
		none := noItems()[d.filter]
		if d.filter == transfer.ItemsDone && s.Items.Done > int64(s.Skipped) {
			none = "folders and deletions are not listed"
		}
		lines = []string{v.st.Dim.Render(text.Pad("  "+none, w))}
	}
	d.lines, d.room, d.width = len(lines), max(0, h-len(out)), w
	d.off = max(0, min(d.off, d.lines-d.room))
	out = append(out, lines[d.off:min(len(lines), d.off+d.room)]...)
	for len(out) < h {
		out = append(out, text.Pad("", w))
	}
	return out[:h]
}

// facts are the lines about the job as a whole.
func (v *View) facts(s transfer.Snapshot, w int) []string {
	line := func(st theme.Style, t string) string { return st.Render(text.Pad(t, w)) }
	out := []string{line(v.st.TitleFocus, glyph(s.State)+" "+arrow(s)+" "+text.Middle(text.Clean(s.Title), w-4))}
	sum := []string{state(s), items(s)}
	if s.Bytes.Total > 0 {
		sum = append(sum, text.Size(s.Bytes.Done)+" of "+text.Size(s.Bytes.Total))
	}
	sum = append(sum, percent(s), rate(s), limit(s), text.ETA(eta(s)), "since "+text.When(s.Created, v.now()))
	if !s.Finished.IsZero() {
		sum = append(sum, "ended "+text.When(s.Finished, v.now()))
	}
	out = append(out, line(v.st.Text, "  "+join(sum)))
	if proof := join([]string{verified(s.Proven), levels(s.Levels)}); proof != "" {
		out = append(out, line(v.st.Text, "  "+text.Truncate(proof, w-2)))
	}
	if troubled(s) {
		for _, l := range text.Wrap("! "+again(s.Trouble), w-2) {
			out = append(out, line(v.st.Warn, "  "+l))
		}
	}
	if s.Err != nil {
		for _, l := range text.Wrap("✗ "+remote.HintOf(s.Err), w-2) {
			out = append(out, line(v.st.Bad, "  "+l))
		}
	}
	return append(out, line(v.st.Dim, "  "+text.Middle(where(s), w-2)))
}

// limit is the bandwidth that a job was given; "" for none.
func limit(s transfer.Snapshot) string {
	if s.Bandwidth == 0 || s.State.Ended() {
		return ""
	}
	return "limit " + remote.FormatRate(s.Bandwidth)
}

// where is which trees a job is about: "disk → acme:inbox/". Their labels stand
// for them; the disk has none.
func where(s transfer.Snapshot) string {
	from := text.Clean(s.From)
	if from == "" {
		from = "disk"
	}
	if s.To == "" {
		return "in " + from
	}
	return from + " → " + text.Clean(s.To)
}

// join puts what is not empty in a row.
func join(parts []string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, " · ")
}

// tabLine is the kinds of items with their counts, as far as they are known.
func (v *View) tabLine(s transfer.Snapshot, w int) string {
	d := v.detail
	counts := [...]int{transfer.ItemsActive: len(s.Active), transfer.ItemsFailed: s.Failures, transfer.ItemsSkipped: s.Skipped, transfer.ItemsConflicts: s.Conflicts, transfer.ItemsDone: max(0, int(s.Items.Done)-s.Skipped)}
	d.tabs = d.tabs[:0]
	line, x := "", 0
	for f, name := range tabNames() {
		face, st := " "+name+" "+text.Count(int64(counts[f]))+" ", v.st.Header
		if transfer.ItemFilter(f) == d.filter {
			face, st = "["+face[1:len(face)-1]+"]", v.st.HeaderSort
		}
		n := text.Width(face)
		d.tabs = append(d.tabs, tab{x, n, transfer.ItemFilter(f)})
		line += st.Render(face) + " "
		x += n + 1
	}
	return text.Pad(line, w)
}

// item is one item: a line, and its reason below when there is one.
func (v *View) item(it transfer.ItemSnapshot, w int) []string {
	right := text.Size(it.Bytes.Total)
	switch {
	case it.Dir:
		right = ""
	case it.State == transfer.Running && it.Bytes.Total > 0:
		right = text.Percent(it.Bytes.Done, it.Bytes.Total) + " of " + right
	case it.State == transfer.Verifying:
		right = it.State.String() + "  " + right
	case it.Verified != "":
		right += "  " + text.Clean(transfer.Level{Name: it.Verified}.String())
	}
	if it.Attempts > 1 {
		right = text.Plural(int64(it.Attempts), "attempt") + "  " + right
	}
	right = text.Truncate(right, w/2)
	room := max(1, w-5-text.Width(right))
	sign, st := glyph(it.State), v.st.Text
	switch {
	case it.Skipped:
		sign, st = "-", v.st.Dim
	case it.Err != nil:
		st = v.st.Bad
	case it.State == transfer.Asking:
		st = v.st.Warn
	}
	out := []string{text.Pad("  "+st.Render(sign)+" "+text.Pad(text.Middle(text.Clean(it.Source), room), room)+" "+right, w)}
	for _, note := range notes(it) {
		for _, l := range text.Wrap(note, max(1, w-6)) {
			out = append(out, st.Render(text.Pad("      "+l, w)))
		}
	}
	return out
}

// notes are what there is to say about an item below its line.
func notes(it transfer.ItemSnapshot) []string {
	all := []string{it.Reason, it.Note, verified(it.Proven)}
	if it.Err != nil {
		all[0] = remote.HintOf(it.Err)
		if cause := remote.CauseOf(it.Err); cause != "" {
			all = append(all, "("+cause+")")
		}
	}
	if it.Trouble != nil {
		all = append(all, again(it.Trouble))
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}
