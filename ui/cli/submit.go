package cli

import (
	"context"
	"fmt"
	"iter"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/app"
	"gantry/ui/text"
)

// found is a source and the location that meant it.
type found struct {
	source
	location string
}

// batch is what one job is about: the locations of a command that are in one
// tree.
type batch struct {
	locations []string
}

// batches are the locations of a command by the tree that they are in, in the
// order in which the trees come. One that is in no tree is told to lost.
func batches(ctx context.Context, a *app.App, locations []string, lost func(string, error)) []batch {
	var all []batch
	at := map[string]int{}
	for _, location := range locations {
		place, err := a.Open(ctx, location)
		if err != nil {
			lost(location, err)
			continue
		}
		i, known := at[place.Tree.Label()]
		if !known {
			i = len(all)
			at[place.Tree.Label()] = i
			all = append(all, batch{})
		}
		all[i].locations = append(all[i].locations, location)
	}
	return all
}

// submit queues a job for each tree that locations are in: many files that a
// shell has put on the command line are one thing the user asked for. expand is
// what a batch of locations means; it finds that out while the first copies are
// under way where a pattern may mean millions.
func (r *run) submit(ctx context.Context, a *app.App, op transfer.Op, dest destination, locations []string,
	expand func([]string) iter.Seq2[found, error],
) {
	r.t.Op = op.String()
	for _, b := range batches(ctx, a, locations, r.lost) {
		r.submitBatch(ctx, op, dest, b, expand(b.locations))
	}
}

// lost notes a location that could not be resolved. Jobs call it.
func (r *run) lost(location string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.clear()
	r.failures.add(r.env, location, err)
}

// refused notes a job that was named and is not gone on with.
func (r *run) refused(id transfer.JobID, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.clear()
	r.failures.addAs(r.env, fmt.Sprintf("job %d", id), err, triedCode(err))
}

func (r *run) submitBatch(ctx context.Context, op transfer.Op, dest destination, b batch, all iter.Seq2[found, error]) {
	next, stop := iter.Pull2(all)
	var known []found // each of which is all that its location means, but for the last
	for enough := false; !enough; {
		f, err, ok := next()
		switch {
		case ctx.Err() != nil, !ok && len(known) == 0: // part of it is not what was asked for
			stop()
			return
		case !ok:
			enough = true
		case err != nil:
			r.lost(f.location, err)
		default:
			known, enough = append(known, f), !f.only
		}
	}
	if dest.rename != "" && len(known) == 1 && !known[0].certain { // the folder of the new name would be made
		if err := known[0].isThere(ctx); remote.KindOf(err) == remote.NotExist {
			r.lost(known[0].location, err)
			stop()
			return
		}
	}
	place := known[0].place
	req := transfer.Request{
		Op: op, From: place.Tree, To: dest.place.Tree, Dir: dest.place.Path,
		Title: titleOf(op, b.locations, dest), Rules: r.rules, OnItem: r.item,
	}
	if last := known[len(known)-1]; last.only {
		stop()
		// On record at once, so that it is not lost even if it has to wait.
		for _, f := range known {
			req.List = append(req.List, dest.source(f.source))
		}
	} else {
		req.Sources = r.stream(ctx, dest, known, next, stop)
	}
	id := r.queue.Submit(req)
	r.jobs[id] = transfer.Snapshot{}
	if len(known) == 1 && !known[0].certain {
		r.guessed[id] = known[0]
	}
	r.open++
}

// stream are the sources of a job: those that are known, and what next gives.
func (r *run) stream(ctx context.Context, dest destination, known []found, next func() (found, error, bool), stop func()) iter.Seq2[transfer.Source, error] {
	return func(yield func(transfer.Source, error) bool) {
		defer stop()
		for _, f := range known {
			if !yield(dest.source(f.source), nil) {
				return
			}
		}
		for f, err, ok := next(); ok; f, err, ok = next() {
			switch {
			case ctx.Err() != nil: // it is told once that the command was stopped
				return
			case err != nil:
				r.lost(f.location, err)
			case !yield(dest.source(f.source), nil):
				return
			}
		}
	}
}

// source is what becomes of s at the destination.
func (d destination) source(s source) transfer.Source {
	out := transfer.Source{Entry: s.entry, As: s.as, Contents: s.contents}
	if d.rename != "" {
		// "dir/ new": what is in dir goes into the folder new.
		out.As, out.Contents, out.Free = d.rename, false, d.free
	}
	return out
}

func titleOf(op transfer.Op, locations []string, dest destination) string {
	what := locations[0]
	if n := len(locations) - 1; n > 0 {
		what = what + " and " + text.Count(int64(n)) + " more"
	}
	if op == transfer.Delete {
		return "delete " + what
	}
	return fmt.Sprintf("%s %s to %s", op, what, dest.location())
}

// location is where the sources go, in words.
func (d destination) location() string {
	if d.rename == "" {
		return d.place.Location()
	}
	if p, err := d.place.Tree.Join(d.place.Path, d.rename); err == nil {
		return remote.Place{Tree: d.place.Tree, Path: p}.Location()
	}
	return d.place.Location() + d.rename
}
