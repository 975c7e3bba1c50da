package transfer_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
)

// fleeting is a bucket that somebody deletes. As long as it is gone every request
// is refused; a look at an object says no more than that it is not there.
type fleeting struct {
	*mem.Tree
	is *presence
}

type presence struct {
	mu       sync.Mutex
	requests int
	last     int // the request with which it goes; 0 for none
	gone     bool
	at       string // its location
	slow     bool   // a refusal takes as long as all that is under way
}

func newFleeting(t *mem.Tree, last int) fleeting {
	return fleeting{t, &presence{last: last, at: t.Label()}}
}

// vanish deletes the bucket, or brings it back as it was.
func (b fleeting) vanish(gone bool) {
	b.is.mu.Lock()
	defer b.is.mu.Unlock()
	b.is.gone, b.is.last = gone, 0
}

func (b fleeting) gone() bool {
	b.is.mu.Lock()
	defer b.is.mu.Unlock()
	return b.is.gone
}

// request refuses a request while the bucket is gone.
func (b fleeting) request(p remote.Path) error {
	b.is.mu.Lock()
	if b.is.requests++; b.is.requests == b.is.last {
		b.is.gone = true
	}
	gone := b.is.gone
	b.is.mu.Unlock()
	if !gone || !strings.HasPrefix(b.Label()+string(p), b.is.at) {
		return nil
	}
	if b.is.slow {
		time.Sleep(time.Millisecond) // in a bubble: once nothing else can go on
	}
	return &remote.Error{Op: "test", Path: p, Kind: remote.NotExist, Gone: b.is.at, Hint: "The bucket does not exist."}
}

func (b fleeting) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if b.request(p) != nil {
		return remote.Entry{}, fault(remote.NotExist)
	}
	return b.Tree.Stat(ctx, p)
}

func (b fleeting) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	if err := b.request(dir); err != nil {
		return remote.Page{}, err
	}
	return b.Tree.List(ctx, dir, token)
}

func (b fleeting) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	if err := b.request(dir); err != nil {
		return nil, false, err
	}
	return b.Tree.Range(ctx, dir, from)
}

func (b fleeting) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		err := b.request(dir)
		for e, werr := range b.Tree.Walk(ctx, dir) {
			if err != nil {
				break
			}
			if !yield(e, werr) {
				return
			}
			err = b.request(dir) // a page for each, so that it breaks off anywhere
		}
		if err != nil {
			yield(remote.Entry{Path: dir, Dir: true}, err)
		}
	}
}

func (b fleeting) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if err := b.request(e.Path); err != nil {
		return nil, err
	}
	return b.Tree.Open(ctx, e, off, n)
}

func (b fleeting) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	if o.PartSize > 0 && o.PartSize < o.Size { // else nothing is asked before Commit
		if err := b.request(p); err != nil {
			return nil, err
		}
	}
	s, err := b.Tree.Create(ctx, p, o)
	return fleetingSink{s, b, p}, err
}

func (b fleeting) Mkdir(ctx context.Context, p remote.Path) error {
	if err := b.request(p); err != nil {
		return err
	}
	return b.Tree.Mkdir(ctx, p)
}

func (b fleeting) Remove(ctx context.Context, ps []remote.Path) error {
	if err := b.request(ps[0]); err != nil {
		return eachOf(ps, err)
	}
	return b.Tree.Remove(ctx, ps)
}

func (b fleeting) CanCopy(src remote.Tree) bool {
	_, ok := src.(fleeting)
	return ok
}

// Copy says of either bucket no more than that one is gone, as stores do.
func (b fleeting) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	from := src.(fleeting)
	gone := from.gone()
	if err := b.request(dst); err != nil {
		return remote.Entry{}, err
	}
	if gone {
		return remote.Entry{}, &remote.Error{Op: "copy", Path: dst, Kind: remote.NotExist, Gone: b.is.at}
	}
	return b.Tree.Copy(ctx, from.Tree, e, dst, o)
}

func (b fleeting) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	if err := b.request(prefix); err != nil {
		return func(yield func(remote.Upload, error) bool) { yield(remote.Upload{}, err) }
	}
	return b.Tree.ListUploads(ctx, prefix)
}

type fleetingSink struct {
	remote.Sink
	b  fleeting
	at remote.Path
}

func (s fleetingSink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	if s.ID() != "" {
		if err := s.b.request(s.at); err != nil {
			return remote.Part{}, err
		}
	}
	return s.Sink.WritePart(ctx, n, body)
}

func (s fleetingSink) Commit(ctx context.Context, ps []remote.Part) (remote.Entry, error) {
	if err := s.b.request(s.at); err != nil {
		return remote.Entry{}, err
	}
	return s.Sink.Commit(ctx, ps)
}

// eachOf is the failure of a request that was for many paths.
func eachOf(ps []remote.Path, err error) error {
	var all []error
	for _, p := range ps {
		one := *err.(*remote.Error)
		one.Path = p
		all = append(all, &one)
	}
	return errors.Join(all...)
}
