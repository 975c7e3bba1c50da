package transfer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"

	"gantry/remote"
	"gantry/transfer/journal"
)

const (
	revertMost = 16 // copies at a time that give way to what they have replaced
	namesTold  = 3  // of copies that stay, in a sentence
)

// staying are the copies that a rollback could not take back as was wished.
type staying struct {
	n     int           // they stay, each in the place of something
	names []remote.Path // of the first of them
	why   error         // the first reason there is, beside that nothing is kept
	lost  int           // they are removed, but what they had replaced is not there
	gone  []remote.Path // of the first of these

	back    int // they have given way to what they had replaced
	beneath int // they are not what is in their place: perhaps another copy is
}

// next is for what is to be taken back once others have been: what was lost stays so.
func (s *staying) next() *staying { return &staying{lost: s.lost, gone: s.gone} }

// note adds what became of the copy at p.
func (s *staying) note(p remote.Path, r reverted) {
	if r.back {
		s.back++
	}
	if r.stays && remote.KindOf(r.why) == remote.Changed {
		s.beneath++
	}
	if r.stays {
		if s.n++; len(s.names) < namesTold {
			s.names = append(s.names, p)
		}
		s.why = cmp.Or(s.why, r.why)
	}
	if r.lost {
		if s.lost++; len(s.gone) < namesTold {
			s.gone = append(s.gone, p)
		}
	}
}

// err says which copies were not taken back, and why; nil if all were.
func (s *staying) err() error {
	var says []string
	switch {
	case s.n == 1:
		says = append(says, "1 copy replaced what was there before, which cannot be brought back; it was kept: "+named(s.names, s.n)+".")
	case s.n > 1:
		says = append(says, fmt.Sprintf("%d copies replaced what was there before, which cannot be brought back; they were kept: %s.", s.n, named(s.names, s.n)))
	}
	if s.why != nil {
		says = append(says, remote.HintOf(s.why))
	}
	if s.lost > 0 {
		says = append(says, "What had been replaced was gone by the time the copies were removed: "+named(s.gone, s.lost)+".")
	}
	if len(says) == 0 {
		return nil
	}
	says = append(says, "Every source is still in its place.")
	return &remote.Error{Op: "roll back", Kind: remote.Other, Hint: strings.Join(says, " "), Err: errors.Join(errBack, s.why)}
}

// named are the first of n paths, for a sentence.
func named(ps []remote.Path, n int) string {
	all := make([]string, len(ps))
	for i, p := range ps {
		all[i] = string(p)
	}
	if n > len(ps) {
		all = append(all, fmt.Sprintf("and %d more", n-len(ps)))
	}
	return strings.Join(all, ", ")
}

// reverted is what became of a copy that has replaced something.
type reverted struct {
	stays, lost bool
	back        bool  // it gave way
	why         error // it stays
	err         error // nobody knows
}

// revertAll brings back what the copies of some traces have replaced, as far as
// the tree has kept it. The copies that have to stay are noted.
func revertAll(ctx context.Context, to remote.Tree, replaced []journal.Trace, stay *staying) error {
	r, _ := remote.As[remote.Reverter](to)
	outs := make([]reverted, len(replaced))
	var g errgroup.Group
	g.SetLimit(revertMost)
	for i, tr := range replaced {
		if id, _ := replacedBy(tr); id == "" || r == nil {
			outs[i].stays = true
			continue
		}
		g.Go(func() error {
			outs[i] = revert(ctx, to, r, tr)
			return nil
		})
	}
	_ = g.Wait() // the errors are in outs
	var errs []error
	for i, out := range outs {
		stay.note(replaced[i].Upload.Path, out)
		errs = append(errs, out.err)
	}
	return errors.Join(errs...)
}

// revert is revertAll for one trace. The copy is deleted by the id of its
// version, so that what anybody else writes meanwhile is not touched.
func revert(ctx context.Context, to remote.Tree, r remote.Reverter, tr journal.Trace) reverted {
	p := tr.Upload.Path
	id, before := replacedBy(tr)
	_, copied, _ := copyOf(tr)
	if err := r.Revert(ctx, p, id); err != nil {
		switch k := remote.KindOf(err); {
		case k == remote.NotExist:
			return reverted{} // somebody has deleted it
		case k == remote.Changed && copied == before:
			return reverted{} // an earlier rollback has done it, or as good as done it
		case k == remote.Denied, k == remote.Changed, k == remote.Unsupported:
			return reverted{stays: true, why: err}
		}
		return reverted{err: err}
	}
	e, err := to.Stat(ctx, p)
	if err != nil && remote.KindOf(err) != remote.NotExist {
		return reverted{err: err}
	}
	return reverted{back: true, lost: err != nil || e.Version != before}
}
