package transfer_test

import (
	"context"
	"io"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// twice is a bucket whose sinks look at a part before they take it: through
// ReadAt where they can.
type twice struct {
	remote.Tree
	t *testing.T
}

type twiceSink struct {
	remote.Sink
	t *testing.T
}

func (w twice) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	s, err := w.Tree.Create(ctx, p, o)
	return twiceSink{s, w.t}, err
}

func (s twiceSink) WritePart(ctx context.Context, n int, rs io.ReadSeeker) (remote.Part, error) {
	body := rs.(interface {
		io.ReadSeeker
		io.ReaderAt
	})
	size, err := body.Seek(0, io.SeekEnd)
	if err != nil {
		s.t.Error(err)
	}
	first := make([]byte, size)
	if m, err := body.ReadAt(first, 0); int64(m) != size || err != nil {
		s.t.Errorf("ReadAt gave %d of %d bytes, %v", m, size, err)
	}
	if _, err := body.ReadAt(make([]byte, 3), size); size > 0 && err == nil {
		s.t.Error("there is something behind the end")
	}
	if _, err := body.Seek(-1, io.SeekStart); err == nil {
		s.t.Error("there is something before the start")
	}
	return s.Sink.WritePart(ctx, n, body)
}

func TestASinkMayLookAtAPartBeforeItTakesIt(t *testing.T) {
	for _, c := range both {
		if c.to().Label() != "right:" || c.dir != "in/" {
			continue // disks take a part in one go
		}
		t.Run(c.name, func(t *testing.T) {
			from, to := c.from(), c.to()
			from.Put(c.root+"a", content(35))
			from.Put(c.root+"b", content(5))
			s := run(t, transfer.Options{}, request(t, transfer.Copy, stream{from}, twice{plain{to}, t}, c.dir, c.root+"a", c.root+"b"))
			wantState(t, s, transfer.Done)
			wantContent(t, to, "in/a", content(35))
			if s.Bytes.Done != 40 {
				t.Errorf("bytes %v", s.Bytes)
			}
		})
	}
}

// stream is a tree whose readers can do no more than read, as those of a
// network are.
type stream struct{ *mem.Tree }

func (s stream) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	r, err := s.Tree.Open(ctx, e, off, n)
	if err != nil {
		return nil, err
	}
	return struct{ io.ReadCloser }{r}, nil
}

// hasty is a tree whose connections end too early, n times.
type hasty struct {
	stream
	n *int
}

func (h hasty) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if *h.n > 0 && n > 1 {
		*h.n--
		n = 1
	}
	return h.stream.Open(ctx, e, off, n)
}

func TestAConnectionThatEndsTooEarlyIsNotTheEndOfTheObject(t *testing.T) { // N18, N19
	for _, target := range []remote.Tree{mem.NewDisk("r:"), plain{mem.New("r:")}} {
		inBubble(t, transfer.Options{Workers: 1}, func(t *testing.T, q *transfer.Queue) {
			from, times := mem.New("l:"), 3
			from.Put("a", content(35))
			from.Put("b", content(5))
			dir := remote.Path("in/")
			if _, ok := target.(*mem.Disk); ok {
				dir = "/in"
			}
			s := await(t, q, q.Submit(request(t, transfer.Copy, hasty{stream{from}, &times}, target, dir, "a", "b")))
			wantState(t, s, transfer.Done)
			if s.Bytes.Done != 40 || times != 0 {
				t.Errorf("bytes %v, %d faults left", s.Bytes, times)
			}
		})
	}
}
