package transfer_test

import (
	"context"
	"io"
	"sync/atomic"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// shy is a bucket whose pieces come without the checksum of the whole, whose
// first HEAD fails, and which damages the first piece.
type shy struct {
	*mem.Tree
	stats, opens atomic.Int64
}

func (s *shy) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if s.stats.Add(1) == 1 {
		return remote.Entry{}, fault(remote.Invalid) // 400, and no body says why
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

// N05, N21: a HEAD that fails once does not let a flipped bit of a piece pass.
func TestAFailedLookAtTheSourceDoesNotLetDamagePass(t *testing.T) {
	from, to := &shy{Tree: mem.New("r:")}, mem.NewDisk("l:")
	want := content(35)
	from.Put("a", want)
	e := list(t, from.Tree, "a")[0]
	e.Sum = remote.Sum{} // as a listing shows it
	s := run(t, transfer.Options{}, transfer.Request{
		Op: transfer.Copy, From: from, Sources: transfer.Entries(e), To: to, Dir: "/in",
		Rules: transfer.Rules{OnConflict: transfer.PolicyFail},
	})
	wantState(t, s, transfer.Done)
	wantContent(t, to, "/in/a", want)
}

var _ remote.Described = (*flipped)(nil)
