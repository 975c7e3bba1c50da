package panel

import (
	"context"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	tea "github.com/charmbracelet/bubbletea"
)

// MarkedMsg tells what MarkPattern has done. It is for whoever asked.
type MarkedMsg struct {
	Panel   int
	On      bool
	Changed int // rows that got or lost a mark
}

// pattern is a MarkPattern whose rows are looked for in the background.
// Everything that depends on the marks settles it first, so that nobody can tell
// that it takes a while.
type pattern struct {
	seq     uint64
	match   func(name []byte) bool // for any goroutine
	list    []int32                // the rows that showed
	on      bool
	stop    context.CancelFunc
	done    bool
	changed int
}

// matchedMsg brings the rows of a pattern back.
type matchedMsg struct {
	panel int
	seq   uint64
	found []int32
	whole bool // false: it was called off
}

// MarkPattern marks the rows that show and whose names match glob, or takes
// their marks away. A MarkedMsg comes when it is done. The error is
// doublestar.ErrBadPattern.
func (p *Panel) MarkPattern(glob string, on bool) (tea.Cmd, error) {
	if !doublestar.ValidatePattern(glob) {
		return nil, doublestar.ErrBadPattern
	}
	match := func(name []byte) bool { return doublestar.MatchUnvalidated(glob, string(name)) }
	if !strings.ContainsAny(glob, `[{\`) && !strings.Contains(glob, "**") {
		wanted := []byte(glob)
		match = func(name []byte) bool { return wild(wanted, name) } // the same, ten times as fast
	}
	p.settlePattern()
	p.pattern = &pattern{match: match, on: on}
	if !p.stale {
		p.pattern.list = p.shown.view
	}
	cmd := p.findPattern()
	if len(p.pattern.list) <= narrowAtOnce {
		p.settlePattern()
	}
	return cmd, nil
}

// findPattern looks for the rows of the pattern from now on.
func (p *Panel) findPattern() tea.Cmd {
	ctx := p.parent
	if ctx == nil {
		ctx = context.Background()
	}
	ctx, p.pattern.stop = context.WithCancel(ctx)
	p.patterns++
	p.pattern.seq = p.patterns
	m, list, rows, match := matchedMsg{panel: p.o.ID, seq: p.patterns}, p.pattern.list, p.rows, p.pattern.match
	return func() tea.Msg {
		m.found, m.whole = pickNames(ctx, &rows, list, match)
		return m
	}
}

// matched takes the rows of a pattern, unless they were settled meanwhile.
func (p *Panel) matched(m matchedMsg) tea.Cmd {
	t := p.pattern
	if t == nil || m.seq != t.seq {
		return nil
	}
	if !t.done && m.whole {
		p.apply(m.found)
	}
	if !t.done {
		return nil // the program ends
	}
	told := MarkedMsg{Panel: p.o.ID, On: t.on, Changed: t.changed}
	p.pattern = nil
	return func() tea.Msg { return told }
}

// apply marks what was found.
func (p *Panel) apply(found []int32) {
	t := p.pattern
	t.stop()
	set := p.bits(found)
	for w := range set {
		has := p.marks.word(w)
		if t.on {
			has = ^has
		}
		set[w] &= has
	}
	t.changed, t.done, t.list = p.marks.flip(&p.rows, set), true, nil
	p.version++
}

// settlePattern does at once what is left of a pattern.
func (p *Panel) settlePattern() {
	if t := p.pattern; t != nil && !t.done {
		found, _ := pickNames(context.Background(), &p.rows, t.list, t.match)
		p.apply(found)
	}
}

// dropPattern forgets a pattern: its marks would not be there any more.
func (p *Panel) dropPattern() {
	if p.pattern != nil {
		p.pattern.stop()
		p.pattern = nil
	}
}

// renewPattern begins again on the rows that have just replaced those that a
// pattern was looked for in.
func (p *Panel) renewPattern() tea.Cmd {
	if p.pattern == nil || p.pattern.done {
		return nil
	}
	p.pattern.stop()
	p.pattern.list = p.shown.view
	return p.findPattern()
}

func pickNames(ctx context.Context, s *rows, list []int32, match func([]byte) bool) ([]int32, bool) {
	v := sieve{ctx: ctx, rows: s, test: func() func([]byte) bool { return match }}
	return v.pick(list)
}
