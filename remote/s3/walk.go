package s3

import (
	"context"
	"iter"
	"sync"

	"gantry/remote"
)

// turned is one page of a walk, or why there is none.
type turned struct {
	page *page
	err  error
}

// Walk yields everything below dir in the order of the keys, which is the order
// that remote.Walk promises. While one page is being used the next one is on its
// way; no more than these are held.
func (t *Tree) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	dir = folder(dir)
	return func(yield func(remote.Entry, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		quit := make(chan struct{})
		pages := make(chan turned)
		free := make(chan *page, 2)
		free <- new(page)
		free <- new(page)
		var wg sync.WaitGroup
		wg.Go(func() { t.turn(ctx, dir, free, pages, quit) }) // ended by quit or the last page
		defer wg.Wait()
		defer cancel()
		defer close(quit)
		for p := range pages {
			if p.err != nil {
				yield(remote.Entry{Path: dir, Dir: true}, p.err)
				return
			}
			if !t.rows(p.page, t.key(dir), yield) {
				return
			}
			free <- p.page
		}
	}
}

// rows yields what is on one page.
func (t *Tree) rows(p *page, key string, yield func(remote.Entry, error) bool) bool {
	all := string(p.text)
	for i := range p.rows {
		if e, ok := t.listed(&p.rows[i], all, key, len(key)); ok && !yield(e, nil) {
			return false
		}
	}
	return true
}

// turn fetches page after page into those that are free, and closes pages after
// the last one. An error is always handed over, unless nobody listens any more:
// a walk that was called off must not look like one that came to its end.
func (t *Tree) turn(ctx context.Context, dir remote.Path, free <-chan *page, pages chan<- turned, quit <-chan struct{}) {
	defer close(pages)
	for k := (cursor{}); ; {
		var p *page
		select {
		case p = <-free:
		case <-quit:
			return
		}
		next, err := t.fetch(ctx, dir, k, "", maxPerPage, p)
		select {
		case pages <- turned{p, err}:
		case <-quit:
			return
		}
		if k = next; err != nil || k.token == "" {
			return
		}
	}
}
