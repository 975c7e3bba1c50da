package ui

import (
	"context"
	"strings"
	"sync"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/ui/dialog"
	"gantry/ui/text"
)

// Bounds of a search.
const (
	findEvery = 100 * time.Millisecond // between two looks at what has been found
	findMost  = 10_000                 // results that are kept
)

// finder is the window of a search below a place.
type finder struct {
	*dialog.Results
	place  remote.Place
	hidden bool // names with a dot are looked at
	found  []remote.Entry
	search *search
	stop   context.CancelFunc
}

// search walks in one Cmd; another brings what it has found.
type search struct {
	id    int
	done  <-chan struct{}
	place remote.Place
	dots  bool
	match matcher

	mu     sync.Mutex
	fresh  []remote.Entry // found since the last look
	kept   int
	looked int64
	ended  bool
	err    error
}

// foundMsg is what a search has found since the message before.
type foundMsg struct {
	ID     int
	Found  []remote.Entry
	Looked int64
	Ended  bool
	Full   bool
	Err    error
}

// askFind opens the window of a search below the active pane's folder.
func (m *Model) askFind() tea.Cmd {
	p := m.here()
	d := &finder{place: p.Place(), hidden: p.Hidden()}
	d.Results = dialog.NewResults(m.st, dialog.ResultsOptions{
		Title:    "Find below " + d.place.Location(),
		Text:     "Part of a name, or a pattern (* ? [a-z] {a,b}); with a slash in it for the whole path:",
		OnSearch: func(query string) tea.Cmd { return m.startFind(d, query) },
		OnPick:   func(i int) tea.Cmd { return m.goFound(p, d.place, d.found[i]) },
		OnClose:  d.end,
	})
	m.finder = d
	m.dialogs.Push(d)
	return nil
}

// end calls the search off.
func (d *finder) end() {
	if d.stop != nil {
		d.stop()
	}
	d.search = nil
}

// startFind begins to search; a search under way ends.
func (m *Model) startFind(d *finder, query string) tea.Cmd {
	d.end()
	d.found = nil
	match, err := newMatcher(query)
	if err != nil {
		d.Add(nil, err.Error())
		return nil
	}
	var ctx context.Context
	ctx, d.stop = context.WithCancel(m.ctx)
	d.search = &search{id: m.nextID(), done: ctx.Done(), place: d.place, dots: d.hidden, match: match}
	d.Add(nil, "searching…")
	return tea.Batch(d.search.run(ctx), d.search.watch())
}

// run is the Cmd that walks to the end.
func (s *search) run(ctx context.Context) tea.Cmd {
	return func() tea.Msg {
		var w ways
		for e, err := range remote.Walk(ctx, s.place.Tree, s.place.Path) {
			if err == nil {
				for _, dir := range w.to(e.Name, e.Dir) {
					s.take(s.folder(dir), nil)
				}
			}
			if !s.take(e, err) || ctx.Err() != nil {
				break
			}
		}
		s.mu.Lock()
		s.ended = true
		s.mu.Unlock()
		return s.news()
	}
}

// folder is the entry of a folder that is only the beginning of names.
func (s *search) folder(rel string) remote.Entry {
	e := remote.Entry{Name: strings.TrimSuffix(rel, "/"), Dir: true, Size: -1}
	e.Path, _ = s.place.Tree.Join(s.place.Path, rel) // names of the tree's own can be joined
	return e
}

// take looks at one entry; false means that it is enough.
func (s *search) take(e remote.Entry, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.err = err
		return true
	}
	s.looked++
	if !s.dots && (strings.HasPrefix(e.Name, ".") || strings.Contains(e.Name, "/.")) {
		return true
	}
	if s.match(e.Name) {
		s.fresh = append(s.fresh, e)
		s.kept++
	}
	return s.kept < findMost
}

// watch is the Cmd that looks after a moment how far the search is.
func (s *search) watch() tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(findEvery)
		defer t.Stop()
		select {
		case <-t.C:
			return s.news()
		case <-s.done:
			return nil
		}
	}
}

// news takes what is fresh.
func (s *search) news() foundMsg {
	s.mu.Lock()
	defer s.mu.Unlock()
	msg := foundMsg{ID: s.id, Found: s.fresh, Looked: s.looked, Ended: s.ended, Full: s.kept >= findMost, Err: s.err}
	s.fresh = nil
	return msg
}

// foundNews shows what has been found, and looks again while there may be more.
func (m *Model) foundNews(msg foundMsg) tea.Cmd {
	d := m.finder
	if d == nil || d.search == nil || d.search.id != msg.ID {
		return nil
	}
	d.found = append(d.found, msg.Found...)
	rows := make([]dialog.Result, 0, len(msg.Found))
	for _, e := range msg.Found {
		r := dialog.Result{Name: e.Name, Note: text.Size(e.Size)}
		if e.Dir {
			r.Name, r.Note = strings.TrimSuffix(e.Name, "/")+"/", "folder"
		}
		rows = append(rows, r)
	}
	note := text.Plural(int64(len(d.found)), "result") + " in " + text.Plural(msg.Looked, "entry")
	switch {
	case msg.Full:
		note = "The first " + text.Count(findMost) + " results; a longer name finds fewer."
	case !msg.Ended:
		note += ", searching…"
	case msg.Err != nil && !remote.Cancelled(msg.Err):
		note += "; not all could be read: " + remote.HintOf(msg.Err)
	}
	d.Add(rows, note)
	if msg.Ended {
		return nil
	}
	return d.search.watch()
}

// goFound shows what was found in its folder, with the cursor on it.
func (m *Model) goFound(p *pane, place remote.Place, e remote.Entry) tea.Cmd {
	dir := place.Tree.Dir(e.Path)
	at := base(dir, e.Path)
	place.Path = dir
	return m.goTo(p, place, at)
}
