package transfer_test

import (
	"context"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// shy is a bucket whose pieces come without the checksum of the whole, whose
// first HEADs fail, and which damages the first piece.
type shy struct {
	*mem.Tree
	kind         remote.Kind
	fails        int64
	stats, opens atomic.Int64
}

func (s *shy) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if s.stats.Add(1) <= s.fails {
		return remote.Entry{}, fault(s.kind)
	}
	return s.Tree.Stat(ctx, p)
}

func (s *shy) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	r, err := s.Tree.Open(ctx, e, off, n)
	if err != nil {
		return nil, err
	}
	return &flipped{ReadCloser: r, flip: s.opens.Add(1) == 1}, nil
}

type flipped struct {
	io.ReadCloser
	flip bool
}

func (f *flipped) Entry() remote.Entry {
	e := f.ReadCloser.(remote.Described).Entry()
	e.Sum = remote.Sum{}
	return e
}

func (f *flipped) Read(b []byte) (int, error) {
	n, err := f.ReadCloser.Read(b)
	if f.flip && n > 0 {
		b[0], f.flip = b[0]^1, false
	}
	return n, err
}

func shyCopy(q *transfer.Queue, from *shy, to remote.Tree, e remote.Entry) transfer.JobID {
	e.Sum = remote.Sum{} // as a listing shows it
	return q.Submit(transfer.Request{
		Op: transfer.Copy, From: from, Sources: transfer.Entries(e), To: to, Dir: "/in",
		Rules: transfer.Rules{OnConflict: transfer.PolicyFail},
	})
}

// levelsIn is how the items of a job were verified.
func levelsIn(s transfer.Snapshot) string {
	var all []string
	for _, l := range s.Levels {
		all = append(all, l.String())
	}
	return strings.Join(all, ", ")
}

// N05, N21: a HEAD that fails, however often and for whatever reason that may
// pass, does not let a flipped bit of a piece pass.
func TestAFailedLookAtTheSourceDoesNotLetDamagePass(t *testing.T) {
	for _, x := range []struct {
		kind  remote.Kind
		fails int64
	}{
		{kind: remote.Invalid, fails: 1}, // 400, and no body says why
		{kind: remote.Invalid, fails: 9},
		{kind: remote.Other, fails: 9},
		{kind: remote.Changed, fails: 9},
		{kind: remote.Unreachable, fails: 9},
		{kind: remote.NotExist, fails: 2},
	} {
		t.Run(x.kind.String(), func(t *testing.T) {
			inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
				from, to, want := &shy{Tree: mem.New("r:"), kind: x.kind, fails: x.fails}, mem.NewDisk("l:"), content(35)
				from.Put("a", want)
				s := await(t, q, shyCopy(q, from, to, list(t, from.Tree, "a")[0]))
				wantState(t, s, transfer.Done)
				wantContent(t, to, "/in/a", want)
				if got := levelsIn(s); got != "verified CRC64NVME" {
					t.Errorf("it is %s", got)
				}
			})
		})
	}
}

// A look that is refused for good, and not because it is denied, fails the item:
// nobody would know what was read.
func TestALookThatStaysWithoutAnAnswerFailsTheItem(t *testing.T) {
	for _, kind := range []remote.Kind{remote.Invalid, remote.NotExist} {
		inBubble(t, transfer.Options{}, func(t *testing.T, q *transfer.Queue) {
			from, to := &shy{Tree: mem.New("r:"), kind: kind, fails: 1 << 40}, mem.NewDisk("l:")
			from.Put("a", content(35))
			wantState(t, await(t, q, shyCopy(q, from, to, list(t, from.Tree, "a")[0])), transfer.Failed)
			wantNothing(t, to, "/in/a")
		})
	}
}

// S14: who may read but not look has the content all the same.
func TestWhoMayNotLookReadsAllTheSame(t *testing.T) {
	for _, kind := range []remote.Kind{remote.Denied, remote.Unsupported} {
		from, to, want := &shy{Tree: mem.New("r:"), kind: kind, fails: 1 << 40}, mem.NewDisk("l:"), content(35)
		from.opens.Store(1) // nothing is damaged
		from.Put("a", want)
		q := newQueue(t, transfer.Options{})
		s := await(t, q, shyCopy(q, from, to, list(t, from.Tree, "a")[0]))
		wantState(t, s, transfer.Done)
		wantContent(t, to, "/in/a", want)
		if got := levelsIn(s); got != "size only" || from.stats.Load() != 1 {
			t.Errorf("it is %s, after %d looks", got, from.stats.Load())
		}
	}
}

var _ remote.Described = (*flipped)(nil)
