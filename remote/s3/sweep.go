package s3

import (
	"context"
	"strings"
	"sync"
	"time"

	"gantry/remote"
)

// A sweep is a listing in the order of the keys that asks for several pages at
// once where a request takes long. S3 has no way to ask for "page 7": what
// follows a page is known only when it has come. But any string may be given as
// the place to begin, so the sweep guesses where the pages after this one will
// begin (see scale) and asks for them as well. The guesses decide what it costs,
// never what it yields:
//
//   - A page is yielded whole, and of the next one only what lies behind it. So
//     pages may overlap.
//   - Where a guess was too far, the chain of the server's own tokens closes the
//     gap before anything behind it is yielded.
//   - Of two pages that overlap, both must show the same keys there, in ascending
//     order. A server whose order is another one, or that knows no start-after, is
//     found out by that; from there on the sweep follows the tokens only.
//
// At most sweepMost pages are held, and about sweepMemory bytes. A sweep belongs to one goroutine.
type sweep struct {
	t         *Tree
	dir       remote.Path
	key       string // of dir
	delimiter string

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	line  []*leaf       // on their way, in the order of the keys
	chain cursor        // behind the last page that was given out
	last  string        // the greatest key given out
	shown string        // what was given out before the page at hand
	prev  *page         // the page at hand
	quick time.Duration // the shortest time that a page took

	wide   int     // how many pages may be on their way
	most   int     // wide goes no higher; 1 for a server that cannot be asked so
	fill   float64 // how much of a page a guess hopes to need
	missed int     // guesses in a row that were of no use
	rest   int     // so many pages without a guess
	slowed int64   // how often the server had asked to slow down
	begun  bool
	over   bool
	spare  []*page
}

const (
	sweepMost   = 16
	sweepMemory = 12 << 20             // bytes of the pages on their way: with long keys they are fewer
	slowRest    = 8                    // pages without a guess after the server asked to slow down
	sweepNear   = 3                    // where the way is short, enough to keep both sides busy
	farPage     = 5 * time.Millisecond // with less it is
	fillLeast   = 0.80
	fillFirst   = 0.90
	fillMost    = 0.98
)

// leaf is one page on its way.
type leaf struct {
	k       cursor
	guessed bool
	page    *page
	next    cursor
	err     error
	took    time.Duration
	done    chan struct{} // closed when the rest is there
	cancel  context.CancelFunc
}

func newSweep(ctx context.Context, t *Tree, dir remote.Path, delimiter string) *sweep {
	s := &sweep{
		t: t, dir: dir, key: t.key(dir), delimiter: delimiter, wide: 1, most: sweepMost, fill: fillFirst,
		slowed: t.c.slowDowns.Load(),
	}
	if n := t.c.srv.MaxConnections; n > 0 {
		s.most = min(s.most, n)
	}
	if strings.HasSuffix(t.b.name, "--x-s3") {
		s.most = 1 // directory buckets have no order
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	return s
}

func (s *sweep) close() {
	s.cancel()
	s.wg.Wait()
}

// ask sends for the page at k.
func (s *sweep) ask(k cursor, guessed bool) *leaf {
	ctx, cancel := context.WithCancel(s.ctx)
	l := &leaf{k: k, guessed: guessed, done: make(chan struct{}), cancel: cancel}
	if n := len(s.spare); n > 0 {
		l.page, s.spare = s.spare[n-1], s.spare[:n-1]
	} else {
		l.page = new(page)
	}
	s.wg.Go(func() { // ends with its request, which honours ctx
		defer close(l.done)
		defer cancel()
		start := time.Now()
		l.next, l.err = s.t.fetch(ctx, s.dir, k, s.delimiter, maxPerPage, l.page)
		l.took = time.Since(start)
	})
	return l
}

// next gives the page that follows, of which the keys behind s.shown are new;
// nil at the end. The page is the caller's until the next call.
func (s *sweep) next() (*page, error) {
	if !s.begun {
		s.begun = true
		s.line = append(s.line, s.ask(cursor{}, false))
	}
	for !s.over {
		l := s.line[0]
		s.line = s.line[1:]
		<-l.done
		switch {
		case l.guessed && !s.fits(l):
			s.distrust()
			continue
		case l.guessed && l.page.last() <= s.last && l.next.token != "":
			s.goOn() // it shows nothing new
			continue
		case l.err != nil:
			return nil, l.err
		}
		return s.take(l), nil
	}
	return nil, nil
}

// take makes l the page at hand and sends for those behind it.
func (s *sweep) take(l *leaf) *page {
	if s.quick == 0 || l.took < s.quick {
		s.quick = l.took
	}
	if s.prev != nil {
		s.spare = append(s.spare, s.prev)
	}
	ordered := l.page.inOrder()
	s.shown = ""
	if l.guessed {
		s.shown = s.last
		s.missed = 0
	}
	s.last = max(s.last, l.page.last())
	s.chain, s.prev = cursor{token: l.next.token, last: s.last}, l.page
	switch {
	case l.next.token == "":
		s.over = true
		s.drop(len(s.line))
	case !ordered:
		s.distrust()
	default:
		s.prune()
		s.goOn()
		s.widen()
	}
	return l.page
}

// goOn sends for the page behind the one at hand, unless a guess begins there.
func (s *sweep) goOn() {
	if len(s.line) > 0 && s.line[0].k.after <= s.last {
		s.fill = min(fillMost, s.fill+0.001)
		return
	}
	if len(s.line) > 0 {
		s.fill = max(fillLeast, s.fill-0.02) // the guess was too far
	}
	s.line = append([]*leaf{s.ask(s.chain, false)}, s.line...)
}

// prune gives up the guesses that the page at hand has overtaken: all but the
// last one that begins before its end.
func (s *sweep) prune() {
	n := 0
	for n+1 < len(s.line) && s.line[n+1].k.after <= s.last {
		n++
	}
	if n == 0 {
		return
	}
	s.drop(n)
	s.wide = max(1, s.wide/2)
	s.missed++
	s.rest = 1 << min(s.missed, 6)
}

// drop calls off the first n pages of the line.
func (s *sweep) drop(n int) {
	for _, l := range s.line[:n] {
		l.cancel()
	}
	s.line = s.line[n:]
}

// distrust gives up all guesses for good and goes on with the server's token.
func (s *sweep) distrust() {
	s.drop(len(s.line))
	s.most, s.wide = 1, 1
	s.line = append(s.line, s.ask(s.chain, false))
}

// widen sends for further pages where that is of use.
func (s *sweep) widen() {
	if n := s.t.c.slowDowns.Load(); n != s.slowed {
		s.slowed, s.wide = n, max(1, s.wide/2)
		s.rest = max(s.rest, slowRest)
	}
	if s.rest > 0 {
		s.rest--
		return
	}
	// A page, its document and what becomes of it, by the page at hand.
	weight := 3*len(s.prev.text) + 300*len(s.prev.rows) + 1
	most := min(s.most, max(1, sweepMemory/weight))
	if s.quick < s.t.c.o.FarPage {
		most = min(most, sweepNear)
	}
	if s.wide = min(s.wide+1, most); s.chain.token == "" {
		return
	}
	if len(s.line) >= s.wide {
		return
	}
	sc, ok := newScale(s.prev, len(s.key), s.fill)
	if !ok {
		return
	}
	from := s.last
	if n := len(s.line); s.line[n-1].guessed {
		from = s.line[n-1].k.after
	}
	for len(s.line) < s.wide {
		if from, ok = sc.after(from); !ok {
			return
		}
		s.line = append(s.line, s.ask(cursor{after: from}, true))
	}
}

// fits tells whether the guessed page l agrees with the page at hand on
// everything that both of them show.
func (s *sweep) fits(l *leaf) bool {
	if l.err != nil || !l.page.inOrder() {
		return false
	}
	want, got := s.prev.behind(l.k.after), l.page.rows
	for len(got) > 0 && got[0].prefix && strings.HasPrefix(l.k.after, l.page.name(0)) {
		// A folder that the guess fell into: some show it again.
		l.page.rows = got[1:]
		got = l.page.rows
	}
	if len(got) > 0 && l.page.name(0) <= l.k.after {
		return false
	}
	for i := range want {
		if i >= len(got) {
			return l.next.token != "" // fewer on a page than before
		}
		if s.prev.nameOf(&want[i]) != l.page.name(i) {
			return false
		}
	}
	return len(got) > len(want) && s.last < l.page.name(len(want)) || len(got) == len(want)
}
