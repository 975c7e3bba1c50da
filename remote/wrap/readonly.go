package wrap

import (
	"context"

	"gantry/remote"
)

// ReadOnly returns a view of t that refuses every write as Denied, with why as
// the hint for the user: "acme is read-only; change read_only in config.toml to
// write to it."
//
// Of t's abilities only those are kept that read or tell something: walking, tags,
// looking at uploads, making links to read, its credential, its distance, and that
// it is asked to slow down. The tree inside cannot be reached with remote.As, so that no ability to
// write, known here or not, leaks out of it; a copy from a ReadOnly tree is
// therefore never made on the server's side.
func ReadOnly(t remote.Tree, why string) remote.Tree {
	r := &readOnly{Tree: t, why: why}
	var a abilities
	a.walker, _ = remote.As[remote.Walker](t)
	a.leveler, _ = remote.As[remote.Leveler](t)
	a.ranger, _ = remote.As[remote.Ranger](t)
	if u, ok := remote.As[remote.Uploads](t); ok {
		a.uploads = seeing{u, r.deny}
	}
	a.presign, _ = remote.As[remote.Presigner](t)
	a.pacer, _ = remote.As[remote.Pacer](t)
	a.signer, _ = remote.As[remote.Signer](t)
	a.distant, _ = remote.As[remote.Distant](t)
	a.tagger, _ = remote.As[remote.Tagger](t)
	a.cutter, _ = remote.As[remote.Cutter](t)
	r.read = chain(r, a, nil)
	return r
}

type readOnly struct {
	remote.Tree // reads; every method that writes is overridden below
	why         string
	read        remote.Tree
}

var (
	_ remote.Tree    = (*readOnly)(nil)
	_ remote.Wrapper = (*readOnly)(nil)
)

// Unwrap leads to the abilities that read, never to the tree itself.
func (r *readOnly) Unwrap() remote.Tree { return r.read }

func (r *readOnly) Caps() remote.Caps {
	c := r.Tree.Caps()
	c.ReadOnly = true
	return c
}

func (r *readOnly) Create(_ context.Context, p remote.Path, _ remote.CreateOptions) (remote.Sink, error) {
	return nil, r.deny("write", p)
}

func (r *readOnly) Mkdir(_ context.Context, p remote.Path) error {
	return r.deny("make folder", p)
}

func (r *readOnly) Remove(_ context.Context, ps []remote.Path) error {
	var errs []error
	for _, p := range ps {
		errs = append(errs, r.deny("delete", p))
	}
	return joinErrors(errs)
}

func (r *readOnly) deny(op string, p remote.Path) error {
	return &remote.Error{Op: op, Path: p, Kind: remote.Denied, Hint: r.why}
}
