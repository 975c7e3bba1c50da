package wrap

import (
	"context"
	"io"

	"gantry/remote"
)

// Limiter grants bytes. Wait returns when n more bytes may pass, or with the
// error of ctx. It is called from several goroutines.
type Limiter interface {
	Wait(ctx context.Context, n int) error
	// Limited tells whether there is a limit at all. While there is none, what
	// begins is not looked at, and goes on freely should one come.
	Limited() bool
}

// chunk is the most that is asked of a Limiter at once, so that a low limit
// flows instead of coming in bursts.
const chunk = 32 << 10

// Limited returns t with the content that is read from it and written to it
// passing through l. Listings, copies on the server's side and renames are not
// slowed. A part that is read twice, as for a checksum first, or sent again is
// counted once.
func Limited(t remote.Tree, l Limiter) remote.Tree {
	w := &limited{Tree: t, l: l}
	var a abilities
	a.walker, _ = remote.As[remote.Walker](t)
	a.leveler, _ = remote.As[remote.Leveler](t)
	a.ranger, _ = remote.As[remote.Ranger](t)
	a.copier, _ = remote.As[remote.Copier](t)
	a.renamer, _ = remote.As[remote.Renamer](t)
	if s, ok := remote.As[remote.Scoper](t); ok {
		a.scoper = limitedScoper{s, l}
	}
	if u, ok := remote.As[remote.Uploads](t); ok {
		a.uploads = u
	}
	a.presign, _ = remote.As[remote.Presigner](t)
	a.revert, _ = remote.As[remote.Reverter](t)
	a.pinner, _ = remote.As[remote.Pinner](t)
	w.inner = chain(w, a, t)
	return w
}

type limited struct {
	remote.Tree
	l     Limiter
	inner remote.Tree
}

var (
	_ remote.Tree    = (*limited)(nil)
	_ remote.Wrapper = (*limited)(nil)
)

func (w *limited) Unwrap() remote.Tree { return w.inner }

func (w *limited) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	r, err := w.Tree.Open(ctx, e, off, n)
	if err != nil || !w.l.Limited() {
		return r, err
	}
	return keepDescribed(&limitedReader{ReadCloser: r, ctx: ctx, l: w.l, path: e.Path}, r), nil
}

func (w *limited) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	s, err := w.Tree.Create(ctx, p, o)
	if err != nil {
		return nil, err
	}
	return keepAdopter(&limitedSink{s, w.l, p}, s), nil
}

type limitedReader struct {
	io.ReadCloser
	ctx  context.Context
	l    Limiter
	path remote.Path
}

func (r *limitedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p[:min(len(p), chunk)])
	if n > 0 {
		if werr := r.l.Wait(r.ctx, n); werr != nil {
			return n, &remote.Error{Op: "read", Path: r.path, Kind: remote.KindOf(werr), Err: werr}
		}
	}
	return n, err
}

type limitedSink struct {
	remote.Sink
	l    Limiter
	path remote.Path
}

func (s *limitedSink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	if !s.l.Limited() {
		return s.Sink.WritePart(ctx, n, body)
	}
	slow := &limitedBody{ReadSeeker: body, ctx: ctx, l: s.l, path: s.path}
	if at, ok := body.(io.ReaderAt); ok { // to look at before it is sent, see remote.Sink
		return s.Sink.WritePart(ctx, n, limitedFile{slow, at})
	}
	return s.Sink.WritePart(ctx, n, slow)
}

type limitedFile struct {
	*limitedBody
	io.ReaderAt
}

// limitedBody counts the bytes beyond the furthest that was read so far.
type limitedBody struct {
	io.ReadSeeker
	ctx     context.Context
	l       Limiter
	path    remote.Path
	at, far int64
}

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadSeeker.Read(p[:min(len(p), chunk)])
	b.at += int64(n)
	if fresh := min(b.at-b.far, int64(n)); fresh > 0 {
		b.far = b.at
		if werr := b.l.Wait(b.ctx, int(fresh)); werr != nil {
			return n, &remote.Error{Op: "write", Path: b.path, Kind: remote.KindOf(werr), Err: werr}
		}
	}
	return n, err
}

// Seek moves as the body does; what it jumps over forwards, as when a size is
// measured, is not counted as read.
func (b *limitedBody) Seek(offset int64, whence int) (int64, error) {
	at, err := b.ReadSeeker.Seek(offset, whence)
	if err == nil {
		b.at = at
	}
	return at, err
}

type limitedScoper struct {
	s remote.Scoper
	l Limiter
}

func (s limitedScoper) Scope(ctx context.Context, dir remote.Path) (remote.ScopedTree, error) {
	view, err := s.s.Scope(ctx, dir)
	if err != nil {
		return nil, err
	}
	return scoped{Limited(view, s.l), view}, nil
}
