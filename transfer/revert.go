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
	other int           // nobody knows them to be the copies, or they cannot be deleted as those
	kept  []remote.Path // of the first of these

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
	if (r.stays || r.other) && remote.KindOf(r.why) == remote.Changed {
		s.beneath++
	}
	if r.other {
		if s.other++; len(s.kept) < namesTold {
			s.kept = append(s.kept, p)
		}
		s.why = cmp.Or(s.why, r.why)
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
	switch {
	case s.other == 1:
		says = append(says, "1 object was kept, because it is not, or could not be deleted as, the copy that was made: "+named(s.kept, s.other)+".")
	case s.other > 1:
		says = append(says, fmt.Sprintf("%d objects were kept, because they are not, or could not be deleted as, the copies that were made: %s.", s.other, named(s.kept, s.other)))
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

// reverted is what became of a copy.
type reverted struct {
	stays, lost bool  // in the place of something; that was not there
	other       bool  // where nothing was before there is something, perhaps the copy
	back        bool  // it gave way
	why         error // it stays
	err         error // nobody knows
}

// standing is a copy that is to be taken back, and what is in its place.
type standing struct {
	journal.Trace
	there remote.Entry
}

// takeAll takes copies back, each by itself, and notes those that stay.
func takeAll(ctx context.Context, to remote.Tree, copies []standing, stay *staying, take func(context.Context, remote.Tree, standing) reverted) error {
	outs := make([]reverted, len(copies))
	var g errgroup.Group
	g.SetLimit(revertMost)
	for i, c := range copies {
		g.Go(func() error {
			outs[i] = take(ctx, to, c)
			return nil
		})
	}
	_ = g.Wait() // the errors are in outs
	var errs []error
	for i, out := range outs {
		stay.note(copies[i].Upload.Path, out)
		errs = append(errs, out.err)
	}
	return errors.Join(errs...)
}

// revert brings back what a copy has replaced, if the tree has kept it. The copy is
// deleted by the id of its version, so that what anybody else writes meanwhile is
// not touched.
func revert(ctx context.Context, to remote.Tree, c standing) reverted {
	p := c.Upload.Path
	id, before := replacedBy(c.Trace)
	_, copied, held := copyOf(c.Trace)
	if !held && c.Upload.Before != "" && c.Upload.Before == c.there.Version { // nothing was written, or the same
		return reverted{other: c.Upload.Version == c.Upload.Before && !unmade(ctx, to, c)}
	}
	r, ok := remote.As[remote.Reverter](to)
	if id == "" || !ok {
		return reverted{stays: true}
	}
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
