package wrap

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"gantry/remote"
)

// Logged returns t, telling log about every call when it ends: what was done,
// where, for how long, and what kind of failure it was. Success and being
// called off are for debugging; failures are warnings. Reads and writes are
// told once, with their bytes, when the reader is closed or the part written.
// Errors of trees hold no secrets, nor do paths, so both are logged.
func Logged(t remote.Tree, log *slog.Logger) remote.Tree {
	l := &logged{Tree: t, log: log.With("tree", t.Label())}
	var a abilities
	if w, ok := remote.As[remote.Walker](t); ok {
		a.walker = loggedWalker{l, w}
	}
	if v, ok := remote.As[remote.Leveler](t); ok {
		a.leveler = loggedLeveler{l, v}
	}
	if r, ok := remote.As[remote.Ranger](t); ok {
		a.ranger = loggedRanger{l, r}
	}
	if c, ok := remote.As[remote.Copier](t); ok {
		a.copier = loggedCopier{l, c}
	}
	if r, ok := remote.As[remote.Renamer](t); ok {
		a.renamer = loggedRenamer{l, r}
	}
	if s, ok := remote.As[remote.Scoper](t); ok {
		a.scoper = loggedScoper{l, s, log}
	}
	if u, ok := remote.As[remote.Uploads](t); ok {
		a.uploads = loggedUploads{l, u}
	}
	if p, ok := remote.As[remote.Presigner](t); ok {
		a.presign = loggedPresigner{l, p}
	}
	if r, ok := remote.As[remote.Reverter](t); ok {
		a.revert = loggedReverter{l, r}
	}
	if p, ok := remote.As[remote.Pinner](t); ok {
		a.pinner = loggedPinner{l, p}
	}
	l.inner = chain(l, a, t)
	return l
}

type logged struct {
	remote.Tree
	log   *slog.Logger
	inner remote.Tree
}

var (
	_ remote.Tree    = (*logged)(nil)
	_ remote.Wrapper = (*logged)(nil)
)

func (l *logged) Unwrap() remote.Tree { return l.inner }

// tell logs the end of a call that began at start.
func (l *logged) tell(ctx context.Context, op string, p remote.Path, start time.Time, err error, more ...slog.Attr) {
	well := err == nil || errors.Is(err, io.EOF)
	if well && !l.log.Enabled(ctx, slog.LevelDebug) {
		return // nearly always
	}
	attrs := append([]slog.Attr{
		slog.String("op", op), slog.String("path", string(p)), slog.Duration("took", time.Since(start)),
	}, more...)
	if well {
		l.log.LogAttrs(ctx, slog.LevelDebug, "tree call", attrs...)
		return
	}
	level := slog.LevelWarn
	if remote.Cancelled(err) {
		level = slog.LevelDebug
	}
	attrs = append(attrs, slog.String("kind", remote.KindOf(err).String()), slog.String("error", err.Error()))
	l.log.LogAttrs(ctx, level, "tree call failed", attrs...)
}

func (l *logged) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	start := time.Now()
	page, err := l.Tree.List(ctx, dir, token)
	l.tell(ctx, "list", dir, start, err, slog.Int("entries", len(page.Entries)), slog.Bool("more", page.Next != ""))
	return page, err
}

func (l *logged) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	start := time.Now()
	e, err := l.Tree.Stat(ctx, p)
	l.tell(ctx, "stat", p, start, err)
	return e, err
}

func (l *logged) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	start := time.Now()
	r, err := l.Tree.Open(ctx, e, off, n)
	l.tell(ctx, "open", e.Path, start, err, slog.Int64("offset", off), slog.Int64("count", n))
	if err != nil {
		return nil, err
	}
	out := &loggedReader{ReadCloser: r, l: l, ctx: ctx, path: e.Path, start: start}
	if at, ok := r.(io.ReaderAt); ok { // a file, of which parts are read at the same time
		return keepDescribed(&loggedFile{out, at}, r), nil
	}
	return keepDescribed(out, r), nil
}

func (l *logged) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	start := time.Now()
	s, err := l.Tree.Create(ctx, p, o)
	l.tell(ctx, "create", p, start, err, slog.Int64("size", o.Size), slog.Bool("resume", o.Resume != ""))
	if err != nil {
		return nil, err
	}
	return keepAdopter(&loggedSink{s, l, p}, s), nil
}

func (l *logged) Mkdir(ctx context.Context, p remote.Path) error {
	start := time.Now()
	err := l.Tree.Mkdir(ctx, p)
	l.tell(ctx, "mkdir", p, start, err)
	return err
}

func (l *logged) Remove(ctx context.Context, ps []remote.Path) error {
	start := time.Now()
	err := l.Tree.Remove(ctx, ps)
	var first remote.Path
	if len(ps) > 0 {
		first = ps[0]
	}
	l.tell(ctx, "remove", first, start, err, slog.Int("entries", len(ps)))
	return err
}

type loggedReader struct {
	io.ReadCloser
	l     *logged
	ctx   context.Context
	path  remote.Path
	start time.Time
	n     atomic.Int64
	err   error
}

type loggedFile struct {
	*loggedReader
	at io.ReaderAt
}

func (f *loggedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.at.ReadAt(p, off)
	f.n.Add(int64(n))
	return n, err
}

func (r *loggedReader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	r.n.Add(int64(n))
	if err != nil {
		r.err = err
	}
	return n, err
}

func (r *loggedReader) Close() error {
	err := r.ReadCloser.Close()
	told := r.err
	if err != nil {
		told = err
	}
	r.l.tell(r.ctx, "read", r.path, r.start, told, slog.Int64("bytes", r.n.Load()))
	return err
}

type loggedSink struct {
	remote.Sink
	l    *logged
	path remote.Path
}

func (s *loggedSink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	start := time.Now()
	part, err := s.Sink.WritePart(ctx, n, body)
	s.l.tell(ctx, "write part", s.path, start, err, slog.Int("part", n), slog.Int64("bytes", part.Size))
	return part, err
}

func (s *loggedSink) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	start := time.Now()
	e, err := s.Sink.Commit(ctx, parts)
	s.l.tell(ctx, "commit", s.path, start, err, slog.Int("parts", len(parts)), slog.Int64("bytes", e.Size))
	return e, err
}

func (s *loggedSink) Abort(ctx context.Context) error {
	start := time.Now()
	err := s.Sink.Abort(ctx)
	s.l.tell(ctx, "abort", s.path, start, err)
	return err
}

type loggedWalker struct {
	l *logged
	w remote.Walker
}

func (w loggedWalker) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return w.l.visit(ctx, "walk", dir, w.w.Walk(ctx, dir))
}

type loggedLeveler struct {
	l *logged
	v remote.Leveler
}

func (v loggedLeveler) Level(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return v.l.visit(ctx, "list", dir, v.v.Level(ctx, dir))
}

type loggedRanger struct {
	l *logged
	r remote.Ranger
}

func (r loggedRanger) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	start := time.Now()
	es, more, err := r.r.Range(ctx, dir, from)
	r.l.tell(ctx, "list", dir, start, err, slog.Int("entries", len(es)), slog.Bool("more", more))
	return es, more, err
}

// visit tells what came of a walk.
func (l *logged) visit(ctx context.Context, what string, dir remote.Path, es iter.Seq2[remote.Entry, error]) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		start, n := time.Now(), 0
		for e, err := range es {
			if n++; err != nil {
				l.tell(ctx, what+" into", e.Path, start, err)
			}
			if !yield(e, err) {
				break
			}
		}
		l.tell(ctx, what, dir, start, nil, slog.Int("entries", n))
	}
}

type loggedCopier struct {
	l *logged
	c remote.Copier
}

func (c loggedCopier) CanCopy(src remote.Tree) bool { return c.c.CanCopy(src) }

func (c loggedCopier) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	start := time.Now()
	out, err := c.c.Copy(ctx, src, e, dst, o)
	c.l.tell(ctx, "copy", dst, start, err, slog.String("from", src.Label()+string(e.Path)), slog.Int64("bytes", out.Size))
	return out, err
}

type loggedRenamer struct {
	l *logged
	r remote.Renamer
}

func (r loggedRenamer) Rename(ctx context.Context, from, to remote.Path) error {
	start := time.Now()
	err := r.r.Rename(ctx, from, to)
	r.l.tell(ctx, "rename", to, start, err, slog.String("from", string(from)))
	return err
}

type loggedScoper struct {
	l   *logged
	s   remote.Scoper
	log *slog.Logger
}

func (s loggedScoper) Scope(ctx context.Context, dir remote.Path) (remote.ScopedTree, error) {
	start := time.Now()
	view, err := s.s.Scope(ctx, dir)
	s.l.tell(ctx, "scope", dir, start, err)
	if err != nil {
		return nil, err
	}
	return scoped{Logged(view, s.log), view}, nil
}
