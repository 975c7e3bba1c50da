package transfer

import (
	"context"
	"errors"

	"gantry/remote"
)

// looksMost is how often a source that is said to be gone is looked at again.
const looksMost = 3

// lookAhead asks for the headers of the source, because the answer to a range has no
// checksum of the whole. It returns what waits for the answer, puts it into w
// and tells whether it was of use. Who may read but not look goes without, and
// so does what the store has no checksum of; with any other failure the item
// fails. With nil for w the request is called off.
func (t *task) lookAhead(ctx context.Context) (see func(w *writing) (known bool, err error)) {
	it, from := t.it, t.j.req.From
	var e remote.Entry
	var err error
	start, done := now(), make(chan struct{})
	asking, cancel := context.WithCancel(ctx)
	go func() { // ends with its request, for which see waits
		defer close(done)
		e, err = from.Stat(asking, it.src.Path)
	}()
	return func(w *writing) (bool, error) {
		defer cancel()
		if w == nil {
			cancel()
			<-done
			return false, nil
		}
		<-done
		if err == nil {
			t.j.q.budget.Seen(t.fromGate(), now().Sub(start))
		} else if !goesWithout(err) {
			e, err = t.lookHarder(ctx)
		}
		switch {
		case err != nil && goesWithout(err):
			return false, nil
		case err != nil:
			return false, sourceError{err}
		case e.Version != it.src.Version:
			return false, nil
		}
		if known := w.entry.Sum; e.Sum.Algorithm == remote.NoSum {
			e.Sum = known
		}
		if e.Attrs == nil {
			e.Attrs = w.entry.Attrs
		}
		w.entry = e
		return true, nil
	}
}

// goesWithout tells whether err is a lasting answer to who only looks.
func goesWithout(err error) bool {
	k := remote.KindOf(err)
	return k == remote.Denied || k == remote.Unsupported
}

// lookHarder looks at the source until it answers, for as long as the job has
// patience. Without its checksum a flipped bit would pass unseen, and the source
// can be read: whatever refuses the look without a reason is taken to pass.
func (t *task) lookHarder(ctx context.Context) (e remote.Entry, err error) {
	for range looksMost {
		err = t.try(ctx, t.fromGate(), func(ctx context.Context) (err error) {
			start := now()
			if e, err = statAgain(ctx, t.j.req.From, t.it.src.Path); err == nil {
				t.j.q.budget.Seen(t.fromGate(), now().Sub(start))
			}
			return t.noReason(err)
		})
		if remote.KindOf(err) != remote.NotExist {
			break
		}
	}
	return e, err
}

// noReason makes a refusal that says nothing worth another try.
func (t *task) noReason(err error) error {
	var known *remote.Error
	if !errors.As(err, &known) {
		return err
	}
	switch known.Kind {
	case remote.Invalid, remote.Other, remote.Changed:
		return &remote.Error{
			Op: "read", Path: t.it.src.Path, Kind: remote.Unreachable, Err: err,
			Hint: "The server does not tell the checksum of the source, without which damage on the way would pass unseen. " + known.Hint,
		}
	}
	return err
}
