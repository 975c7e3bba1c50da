package s3

import (
	"context"
	"net/http"
	"strings"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// RemoveIf deletes the object at p if it has the ETag version, or no content, and was
// not written after since. A look right before comes first everywhere: it is all there
// is where the store does not know conditional deletions, and it tells whether the
// bucket would only hide the object.
func (t *Tree) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	w := act{op: "delete", api: "s3:DeleteObject", path: p, tries: metaTries}
	if err := t.writable(w.op, p); err != nil {
		return err
	}
	if p == "" || string(p) == t.within {
		return refuse(w, remote.Invalid, "The root of a server cannot be deleted.")
	}
	defer t.b.glance.forget()
	var kept bool
	send := func(bare bool) error {
		return t.b.run(ctx, w, func(a attempt) (err error) {
			kept, err = t.removeIf(a, p, version, since, bare)
			return err
		})
	}
	bare := t.c.quirks.noRemoveIf.Load()
	err := send(bare)
	if unknown(err) && !bare && t.c.srv.Endpoint != "" && t.c.srv.Integrity != "strict" {
		err = send(true)
		if err == nil {
			t.c.quirks.noRemoveIf.Store(true)
		}
	}
	switch {
	case err == nil && kept:
		return refuse(w, remote.Unsupported, "The bucket keeps what is deleted.")
	case vanished(codeOf(err), p) && strings.HasSuffix(string(p), "/"):
		return nil
	}
	return err
}

// removeIf looks and deletes, without a condition if bare. kept tells that the
// bucket would keep the object, so that nothing was done.
func (t *Tree) removeIf(a attempt, p remote.Path, version string, since time.Time, bare bool) (kept bool, err error) {
	h, err := a.head(t.key(p))
	if err != nil {
		return false, err
	}
	tag := unquote(h.header.Get("Etag"))
	other := version != "" && tag != version || version == "" && h.size != 0
	if other || !since.IsZero() && lastModified(h.header).After(since) {
		return false, &answer{status: http.StatusPreconditionFailed, code: "PreconditionFailed"}
	}
	if id := h.header.Get(hdrVersionID); id != "" && id != "null" {
		return true, nil
	}
	r := a.site.newRequest(http.MethodDelete, t.key(p), "")
	if !bare && tag != "" {
		r.Set("if-match", quoted(tag))
	}
	res, err := a.do(r)
	if err == nil {
		wire.Drain(res)
	}
	return false, err
}
