package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/dialog"
	"gantry/ui/jobs"
	"gantry/ui/keys"
	"gantry/ui/panel"
	"gantry/ui/servers"
	"gantry/ui/theme"
)

// Model is the screen. It is made by New and belongs to the event loop; see the
// package comment.
type Model struct {
	ctx context.Context
	d   Deps
	st  *theme.Styles

	actions []Action
	matcher *keys.Matcher
	letter  string // what was pressed for <letter> of the action that runs
	bar     []int  // what the key bar shows, as indexes of actions

	w, h   int
	lay    Layout
	view   scope // what has the body of the screen
	single bool
	split  int      // percent of the left pane, 0 for half
	panes  [2]*pane // those on the screen
	tabs   [2]tabs  // of which they are one each
	active int
	syncd  bool // the other pane follows: sync-browsing

	jobs    *jobs.View
	servers *servers.View
	dialogs dialog.Stack
	filter  filterLine
	status  status
	mouse   mouse
	zones   []zone // buttons of the last frame

	feed       *transfer.Feed
	touched    map[transfer.JobID][]remote.Place   // what to reload when the job has ended
	asking     map[uint64]*dialog.Conflict         // windows of conflicts, by the id of the ask
	obstacles  map[transfer.Obstacle]dialog.Dialog // windows about what jobs wait for
	blast      *blastDialog                        // the deletion that is being asked about
	finder     *finder                             // the last search
	clip       clipboard
	questions  map[uint64]*dialog.Prompt // of workers, by id
	polling    bool                      // a look at the mounts is on its way
	watching   bool                      // and one at the jobs of other gantries
	prints     *footprints
	freshening bool              // the time to list what jobs have changed is waited for
	away       bool              // the terminal has lost the focus
	trouble    string            // why the store on disk is not used
	marks      map[string]string // bookmarks: locations by letter
	ids        int               // of tallies and openings, never used twice
	leaving    bool              // quit when no job is busy any more

	console    *console                      // nil where there is no terminal
	raw        func(string)                  // writes a sequence to the terminal outside of frames; may be nil
	appearance func(dark bool) *theme.Styles // nil when the styles are fixed
}

// New makes the screen. ctx ends whatever it has running. Nothing is opened
// before Init's Cmds run.
func New(ctx context.Context, d Deps) *Model {
	d = d.withDefaults()
	m := &Model{
		ctx: ctx, d: d, st: d.Styles, view: onPanes,
		actions:   table(),
		jobs:      jobs.New(d.Styles, d.Now),
		touched:   map[transfer.JobID][]remote.Place{},
		asking:    map[uint64]*dialog.Conflict{},
		obstacles: map[transfer.Obstacle]dialog.Dialog{},
		marks:     map[string]string{},
		questions: map[uint64]*dialog.Prompt{},
		prints:    newFootprints(),
	}
	m.dialogs.Now = d.Now
	m.matcher = keys.NewMatcher(bind(m.actions, d.Keys))
	m.bar = keyBar(m.actions)
	m.servers = m.newManager()
	for i := range m.panes {
		m.panes[i] = newPane(m.nextID(), d)
		m.tabs[i] = tabs{list: []*pane{m.panes[i]}}
	}
	m.jobs.Items = d.Queue.Items
	m.jobs.AskHint = m.keyOf("decide") + " answers"
	m.jobs.Reset(d.Queue.Jobs())
	if d.Notice != "" {
		m.tell(plain, d.Notice)
	}
	if d.Warning != "" {
		m.tell(bad, d.Warning) // stays in the log
		m.dialogs.PushAuto(dialog.NewInfo(m.st, dialog.InfoOptions{Title: "The journal", Text: d.Warning}))
	}
	m.feed = d.Queue.Subscribe()
	return m
}

// Init opens both panes and begins to listen to the queue.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(
		m.openLocation(m.panes[0], m.d.Left, atStart),
		m.openLocation(m.panes[1], m.d.Right, atStart),
		m.waitQueue(),
		m.loadBookmarks(),
		m.askUnfinished(),
		m.waitQuestion(),
		m.waitStore(),
		m.tick(),
	)
}

// here is the pane that has the focus.
func (m *Model) here() *pane { return m.panes[m.active] }

// there is the other pane.
func (m *Model) there() *pane { return m.panes[1-m.active] }

// nextID is a number that was never given before.
func (m *Model) nextID() int {
	m.ids++
	return m.ids
}

// now is the time, as tests may set it.
func (m *Model) now() time.Time { return m.d.Now() }

// resize lays out the screen anew.
func (m *Model) resize() {
	m.lay = Arrange(m.w, m.h, Prefs{Single: m.single, Active: m.active, Split: m.split, Whole: m.view != onPanes})
	if m.lay.TooSmall {
		return
	}
	for i, p := range m.panes {
		if r := m.lay.Panes[i]; !r.Empty() {
			p.SetSize(r.W, r.H)
			p.SetPos(r.X)
		}
	}
}

// focus gives pane i the keys.
func (m *Model) focus(i int) {
	if m.active != i {
		m.active = i
		m.filter.end() // it belongs to the pane that was left
		m.resize()     // a single pane is the active one
	}
}

// sortOf reads the word of [ui].sort.
func sortOf(word string) panel.SortBy {
	switch word {
	case "size":
		return panel.BySize
	case "time":
		return panel.ByTime
	case "type":
		return panel.ByType
	}
	return panel.ByName
}
