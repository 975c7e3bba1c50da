package s3

import (
	"context"
	"net/http"

	"golang.org/x/sync/errgroup"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// doomed is an object that is to be deleted, if tag is not "" only while it has that
// ETag.
type doomed struct {
	path remote.Path
	tag  string
}

// RemovePinned deletes the objects of es that still have the ETags which were seen, a
// thousand with one request.
func (t *Tree) RemovePinned(ctx context.Context, es []remote.Entry) error {
	ds := make([]doomed, len(es))
	for i, e := range es {
		if ds[i].path = e.Path; !weak(e.Version) {
			ds[i].tag = e.Version
		}
	}
	return t.remove(ctx, ds)
}

// removeOne sends one request for one key.
func (t *Tree) removeOne(ctx context.Context, d doomed) error {
	w := act{op: "delete", api: "s3:DeleteObject", path: d.path, tries: metaTries}
	if t.c.quirks.noRemoveIf.Load() {
		d.tag = ""
	}
	err := t.b.run(ctx, w, func(a attempt) error {
		r := a.site.newRequest(http.MethodDelete, t.key(d.path), "")
		if d.tag != "" {
			r.Set("if-match", quoted(d.tag))
		}
		res, err := a.do(r)
		if err == nil {
			wire.Drain(res)
		}
		return err
	})
	if d.tag != "" {
		err = t.unpinned(ctx, d, err)
	}
	if vanished(codeOf(err), d.path) || statusOf(err) == http.StatusNotFound && codeOf(err) != "NoSuchBucket" {
		return nil
	}
	return err
}

// unpinned settles the failure of a deletion with a condition. The object may be gone,
// by an earlier try of ours. Where a store does not know the condition, or refuses it
// although the object has that ETag, the look of whoever wants it deleted has to do.
func (t *Tree) unpinned(ctx context.Context, d doomed, err error) error {
	if statusOf(err) == http.StatusPreconditionFailed {
		now, _, serr := t.statObject(ctx, d.path)
		if serr != nil {
			return serr
		}
		if now.Version != d.tag {
			return err
		}
	} else if !unknown(err) {
		return err
	}
	if !t.lenient() {
		return err
	}
	d.tag = ""
	if err = t.removeOne(ctx, d); err == nil {
		t.c.quirks.noRemoveIf.Store(true)
	}
	return err
}

// lenient tells whether the store may know less than AWS.
func (t *Tree) lenient() bool { return t.c.srv.Endpoint != "" && t.c.srv.Integrity != "strict" }

// removeEach sends one request for each key.
func (t *Tree) removeEach(ctx context.Context, ds []doomed) []error {
	errs := make([]error, len(ds))
	var g errgroup.Group
	g.SetLimit(removeAhead)
	for i, d := range ds {
		g.Go(func() error {
			errs[i] = t.removeOne(ctx, d)
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	return errs
}
