package wrap

import (
	"context"
	"io"
	"iter"

	"gantry/remote"
)

// faultyReader has faults of Read and Close.
type faultyReader struct {
	io.ReadCloser
	f    *Faulty
	ctx  context.Context
	path remote.Path
}

// Read delivers its bytes together with the error when the fault comes After.
func (r *faultyReader) Read(p []byte) (int, error) {
	x := r.f.log.next(Read, r.path)
	if x.Do != nil {
		x.Do()
	}
	if x.Hang {
		<-r.ctx.Done()
		return 0, &remote.Error{Op: "read", Path: r.path, Err: r.ctx.Err()}
	}
	if x.Err != nil && !x.After {
		return 0, x.Err
	}
	n, err := r.ReadCloser.Read(p)
	if x.Spoil != nil {
		x.Spoil(p[:n])
	}
	if x.Err != nil {
		err = x.Err
	}
	return n, err
}

// Close always closes the reader inside.
func (r *faultyReader) Close() error {
	x := r.f.log.next(Close, r.path)
	if x.Do != nil {
		x.Do()
	}
	if err := r.ReadCloser.Close(); err != nil || x.Err == nil {
		return err
	}
	return x.Err
}

// faultySink has faults of WritePart, Commit and Abort.
type faultySink struct {
	remote.Sink
	f    *Faulty
	path remote.Path
}

func (s *faultySink) WritePart(ctx context.Context, n int, body io.ReadSeeker) (part remote.Part, err error) {
	err = s.f.strike(ctx, WritePart, s.path, func() (err error) {
		part, err = s.Sink.WritePart(ctx, n, body)
		return err
	})
	if err != nil {
		return remote.Part{}, err
	}
	return part, nil
}

func (s *faultySink) Commit(ctx context.Context, parts []remote.Part) (e remote.Entry, err error) {
	err = s.f.strike(ctx, Commit, s.path, func() (err error) {
		e, err = s.Sink.Commit(ctx, parts)
		return err
	})
	if err != nil {
		return remote.Entry{}, err
	}
	return e, nil
}

func (s *faultySink) Abort(ctx context.Context) error {
	return s.f.strike(ctx, Abort, s.path, func() error { return s.Sink.Abort(ctx) })
}

type faultyWalker struct {
	f *Faulty
	w remote.Walker
}

// Walk counts a call for each entry, which a fault replaces by its error; the
// walk goes on behind it.
func (w faultyWalker) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		for e, err := range w.w.Walk(ctx, dir) {
			if err == nil {
				err = w.f.strike(ctx, Walk, e.Path, func() error { return nil })
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

type faultyLeveler struct{ f *Faulty }

// Level goes page by page, so that the faults of List strike.
func (v faultyLeveler) Level(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return remote.Pages(ctx, v.f, dir)
}

type faultyRanger struct {
	f *Faulty
	r remote.Ranger
}

func (r faultyRanger) Range(ctx context.Context, dir, from remote.Path) (es []remote.Entry, more bool, err error) {
	err = r.f.strike(ctx, Range, from, func() (err error) {
		es, more, err = r.r.Range(ctx, dir, from)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return es, more, nil
}

type faultyCopier struct {
	f *Faulty
	c remote.Copier
}

func (c faultyCopier) CanCopy(src remote.Tree) bool { return c.c.CanCopy(src) }

func (c faultyCopier) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (out remote.Entry, err error) {
	err = c.f.strike(ctx, Copy, dst, func() (err error) {
		out, err = c.c.Copy(ctx, src, e, dst, o)
		return err
	})
	if err != nil {
		return remote.Entry{}, err
	}
	return out, nil
}

type faultyRenamer struct {
	f *Faulty
	r remote.Renamer
}

func (r faultyRenamer) Rename(ctx context.Context, from, to remote.Path) error {
	return r.f.strike(ctx, Rename, from, func() error { return r.r.Rename(ctx, from, to) })
}

type faultyScoper struct {
	f *Faulty
	s remote.Scoper
}

// Scope is a view with the same faults.
func (s faultyScoper) Scope(ctx context.Context, dir remote.Path) (remote.ScopedTree, error) {
	view, err := s.s.Scope(ctx, dir)
	if err != nil {
		return nil, err
	}
	return scoped{newFaulty(view, s.f.log), view}, nil
}
