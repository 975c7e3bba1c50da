package s3

import (
	"context"
	"iter"

	"gantry/remote"
)

// Walk yields everything below dir in the order of the keys, which is the order
// that remote.Walk promises. While one page is being used others are on their
// way, see sweep.
func (t *Tree) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return t.swept(ctx, folder(dir), "")
}

// Level yields what is directly inside dir, in the order of the keys.
func (t *Tree) Level(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return t.swept(ctx, folder(dir), "/")
}

func (t *Tree) swept(ctx context.Context, dir remote.Path, delimiter string) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		s := newSweep(ctx, t, dir, delimiter)
		defer s.close()
		for {
			p, err := s.next()
			switch {
			case err != nil:
				yield(remote.Entry{Path: dir, Dir: true}, err)
				return
			case p == nil:
				return
			}
			if !t.rows(p, s.key, s.shown, yield) {
				return
			}
		}
	}
}

// rows yields what is on one page behind the key after.
func (t *Tree) rows(p *page, key, after string, yield func(remote.Entry, error) bool) bool {
	all := string(p.text)
	for i := range p.rows {
		r := &p.rows[i]
		if after != "" && all[r.key.from:r.key.to] <= after {
			continue
		}
		if e, ok := t.listed(r, all, key, len(key)); ok && !yield(e, nil) {
			return false
		}
	}
	return true
}
