package ui

import (
	"context"
	"errors"
	"iter"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/panel"
	"gantry/ui/text"
)

// cargo is what an action works on, captured when the user asked: nothing that
// the cursor does later changes it.
type cargo struct {
	place remote.Place // where the entries are
	count int
	dirs  int
	bytes int64
	first remote.Entry
	marks bool // it is what was marked, so the marks have been used
	cut   bool // it was taken to be moved, which works once
	all   iter.Seq[remote.Entry]
}

// selected is the cargo of a selection; false if nothing is selected.
func selected(s panel.Selection) (cargo, bool) {
	first, ok := s.First()
	return cargo{place: s.Place, count: s.Count, dirs: s.Dirs, bytes: s.Bytes, first: first, all: s.All()}, ok
}

// single is the cargo of one entry.
func single(place remote.Place, e remote.Entry) cargo {
	c := cargo{place: place, count: 1, bytes: max(0, e.Size), first: e}
	if e.Dir {
		c.dirs, c.bytes = 1, 0
	}
	c.all = func(yield func(remote.Entry) bool) { yield(e) }
	return c
}

// String is "report.parquet, 1.2 GiB" or "3 entries, 1 folder and all below".
func (c cargo) String() string {
	var b strings.Builder
	if c.count == 1 {
		b.WriteString(text.Clean(c.first.Name))
		if c.dirs == 1 {
			b.WriteString("/ and everything below it")
		}
	} else {
		b.WriteString(text.Plural(int64(c.count), "entry"))
	}
	if c.dirs < c.count {
		b.WriteString(", " + text.Size(c.bytes))
	}
	if c.dirs > 0 && c.count > 1 {
		b.WriteString(", " + text.Plural(int64(c.dirs), "folder") + " and everything below")
	}
	return b.String()
}

// sources are the entries for the queue, the only one under the name as if it
// is not "".
func (c cargo) sources(as string) iter.Seq2[transfer.Source, error] {
	all := c.all
	return func(yield func(transfer.Source, error) bool) {
		for e := range all {
			if !yield(transfer.Source{Entry: e, As: as}, nil) {
				return
			}
		}
	}
}

// cargo is what is marked, else what is under the cursor; false if neither.
func (m *Model) cargo() (cargo, bool) {
	c, ok := selected(m.here().Selection())
	n, _ := m.here().Marked()
	c.marks = n > 0
	return c, ok
}

// needCargo is the Blocked of all actions that work on entries.
func needCargo(m *Model) string {
	if n, _ := m.here().Marked(); n > 0 {
		return ""
	}
	if _, ok := m.here().Current(); !ok {
		return "nothing is under the cursor"
	}
	return ""
}

// carry copies or moves the selection: at once to the other pane, or after a
// prompt that shows what and lets the user change where.
func (m *Model) carry(op transfer.Op) tea.Cmd {
	c, ok := m.cargo()
	if !ok {
		return nil
	}
	to := m.there().Place()
	if !m.d.UI.Confirm && to.Tree != nil && !same(to, c.place) {
		m.submit(op, c, to.Tree, to.Path, "")
		m.uncheck(m.active, c)
		return nil
	}
	return m.askWhere(op, c, to)
}

// askWhere is the prompt of copy and move.
func (m *Model) askWhere(op transfer.Op, c cargo, to remote.Place) tea.Cmd {
	given := ""
	if to.Tree != nil {
		given = to.Location()
	}
	if same(to, c.place) && c.count == 1 { // a copy beside itself needs another name
		given = locationIn(to, c.first.Name)
	}
	from := m.active
	verb := title(op)
	m.dialogs.Push(dialog.NewPrompt(m.st, dialog.PromptOptions{
		Title: verb, Text: verb + " " + c.String() + " to:", Value: given, OK: verb,
		Check: func(v string) error {
			if v == "" {
				return errors.New("a location is needed, such as acme:inbox/ or ~/reports")
			}
			if v == c.place.Location() {
				return errors.New("that is where it is now")
			}
			return nil
		},
		OnOK: func(v string) tea.Cmd {
			m.uncheck(from, c)
			if to.Tree != nil && v == to.Location() {
				m.submit(op, c, to.Tree, to.Path, "")
				return nil
			}
			return m.resolveTarget(op, c, v)
		},
	}))
	return nil
}

// locationIn is the location of an entry called name in a place, as a user
// would type it.
func locationIn(p remote.Place, name string) string {
	path, err := p.Tree.Join(p.Path, name)
	if err != nil {
		return p.Location()
	}
	return p.Tree.Label() + string(path)
}

// title is an operation at the head of a window.
func title(op transfer.Op) string {
	w := op.String()
	return strings.ToUpper(w[:1]) + w[1:]
}

// targetMsg is the target that the user typed for a copy or move.
type targetMsg struct {
	op    transfer.Op
	cargo cargo
	to    remote.Place
	as    string // the new name of a single entry; "" to keep it
	where string // as it was typed
	err   error
}

// resolveTarget finds out in a Cmd what a typed target means: as with cp, one
// that ends in a slash or is a folder receives the entries under their own
// names, else a single entry gets the new name.
func (m *Model) resolveTarget(op transfer.Op, c cargo, location string) tea.Cmd {
	ctx, open := m.ctx, m.d.Open
	return func() tea.Msg {
		msg := targetMsg{op: op, cargo: c, where: location}
		msg.to, msg.err = open(ctx, location)
		if msg.err == nil {
			msg.to, msg.as, msg.err = target(ctx, msg.to, location, c.count)
		}
		return msg
	}
}

// target is the folder that location means as a target, and the new name of a
// single entry.
func target(ctx context.Context, place remote.Place, location string, count int) (remote.Place, string, error) {
	t, p := place.Tree, place.Path
	slash := strings.HasSuffix(location, "/") || strings.HasSuffix(location, `\`) && isDisk(place)
	if p == "" || slash || p == place.Root && place.Mount != "" {
		return place, "", nil
	}
	asFolder := p
	if !isDisk(place) && !strings.HasSuffix(string(p), "/") {
		asFolder = p + "/"
	}
	e, err := t.Stat(ctx, asFolder)
	if err == nil && e.Dir {
		place.Path = asFolder
		return place, "", nil
	}
	if err != nil && remote.KindOf(err) != remote.NotExist {
		return place, "", err
	}
	if count > 1 {
		return place, "", &remote.Error{
			Op: "open", Path: p, Kind: remote.NotExist,
			Hint: "There is no folder " + location + ". End it with a slash to make it, or choose one that exists.",
		}
	}
	dir := t.Dir(p)
	as := base(dir, p)
	place.Path = dir
	return place, as, nil
}

// targetFound queues the job whose target has been resolved.
func (m *Model) targetFound(msg targetMsg) tea.Cmd {
	if msg.err != nil {
		m.fail(msg.op.String()+" to "+msg.where, msg.err)
		return nil
	}
	if why := unwritable(msg.to); why != "" {
		m.say(bad, title(msg.op)+": "+why)
		return nil
	}
	m.submit(msg.op, msg.cargo, msg.to.Tree, msg.to.Path, msg.as)
	return nil
}

// submit queues a job. Its target is fixed from now on, and so is what it is about:
// a list is on record while the job waits.
func (m *Model) submit(op transfer.Op, c cargo, to remote.Tree, dir remote.Path, as string) {
	r := transfer.Request{Op: op, From: c.place.Tree, List: make([]transfer.Source, 0, c.count), To: to, Dir: dir}
	for s := range c.sources(as) {
		r.List = append(r.List, s)
	}
	what := text.Clean(c.first.Name)
	if c.count > 1 {
		what = text.Plural(int64(c.count), "entry")
	}
	touched := []remote.Place{c.place}
	r.Title = op.String() + " " + what
	if to != nil {
		target := remote.Place{Tree: to, Path: dir}
		touched = append(touched, target)
		r.Title += " to " + text.Clean(target.Location()+as)
	} else {
		r.Title += " in " + text.Clean(c.place.Location())
	}
	if c.cut {
		m.clip = clipboard{}
	}
	r.OnItem, r.OnHeld = m.prints.of(op), m.prints.of(transfer.Copy) // what is held is still at its source
	id := m.d.Queue.Submit(r)
	m.touched[id] = touched
	m.d.Log.Info("submitted", "job", int64(id), "op", op.String(), "entries", c.count)
	m.sayOf(plain, "Queued: "+r.Title, "")
}
