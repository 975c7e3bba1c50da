package s3

import (
	"context"
	"net/http"
	"time"

	"gantry/remote"
	"gantry/remote/s3/scan"
	"gantry/remote/s3/wire"
)

// site of a tree below an Account depends on the path, hence this ability
// instead of the type.
type holder interface {
	hold(p remote.Path) (*Tree, error)
	link() *conn
}

func (t *Tree) hold(remote.Path) (*Tree, error) { return t, nil }
func (t *Tree) link() *conn                     { return t.c }

// CanCopy tells whether the server of t can read src itself: the same endpoint,
// asked with the same credential.
func (t *Tree) CanCopy(src remote.Tree) bool { return t.c.canCopy(src) }

func (c *conn) canCopy(src remote.Tree) bool {
	h, ok := remote.As[holder](src)
	if !ok {
		return false
	}
	from := h.link()
	same := from.keys == c.keys || from.srv.Credential != "" && from.srv.Credential == c.srv.Credential
	return same && from.srv.Endpoint == c.srv.Endpoint
}

// Copy has the server copy e, with its metadata, tags and type. Up to 5 GiB
// that is one request, above it a multipart upload made of ranges of e.
func (t *Tree) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	w := act{op: "copy", api: "s3:PutObject", path: dst, tries: metaTries}
	if err := t.writable("copy", dst); err != nil {
		return remote.Entry{}, err
	}
	h, ok := remote.As[holder](src)
	if !ok {
		return remote.Entry{}, refuse(w, remote.Unsupported, "The server cannot copy from there. The bytes must pass through this machine.")
	}
	from, err := h.hold(e.Path)
	if err != nil {
		return remote.Entry{}, err
	}
	attrs, err := t.objectOf(dst, remote.CreateOptions{Attrs: o.Attrs})
	if err != nil {
		return remote.Entry{}, err
	}
	j := &copying{sink: sink{t: t, path: dst, key: t.key(dst), o: o, attrs: attrs}, from: from, e: e, act: w}
	if from.key(e.Path) == j.key && from.b.name == t.b.name && from.c.srv.Endpoint == t.c.srv.Endpoint && len(o.Attrs.Metadata) == 0 &&
		o.Attrs.ContentType == "" && o.Attrs.StorageClass == "" {
		return remote.Entry{}, refuse(w, remote.Invalid, "Source and target are the same object.")
	}
	if err := j.sourceIs(ctx); err != nil {
		return remote.Entry{}, err
	}
	if e.Size > t.c.o.MaxCopy {
		return j.large(ctx)
	}
	return j.small(ctx)
}

// sourceIs looks at the source before the copy where the store ignores
// conditions: it would copy whatever is there by now.
func (j *copying) sourceIs(ctx context.Context) error {
	if j.e.Version == "" || !weak(j.e.Version) && !j.from.c.quirks.noConditions.Load() {
		return nil
	}
	now, err := j.from.Stat(ctx, j.e.Path)
	if err == nil && now.Version != j.e.Version {
		return j.otherSource(nil)
	}
	return err
}

// otherSource is the error of a copy whose source is not what was to be copied
// any more.
func (j *copying) otherSource(cause error) error {
	return &remote.Error{
		Op: j.act.op, Path: j.act.path, Kind: remote.Changed, Source: true, Err: cause,
		Hint: "The source has changed since you looked. Try again with what is there now.",
	}
}

// outcome gives an error of the copy its final kind. A condition that failed is
// that on the source or that on the target, and the store does not say which: a
// look at the source tells.
func (j *copying) outcome(ctx context.Context, err error) error {
	if statusOf(err) == http.StatusPreconditionFailed && j.e.Version != "" {
		now, serr := j.from.Stat(ctx, j.e.Path)
		if serr == nil && now.Version != j.e.Version {
			return j.otherSource(err)
		}
	}
	return j.sink.outcome(err)
}

// copying is one copy on the server's side.
type copying struct {
	sink
	from *Tree
	e    remote.Entry
	act  act
}

// small copies with one request.
func (j *copying) small(ctx context.Context) (remote.Entry, error) {
	var got copied
	var uncertain bool
	var id string // of the version that the copy is
	replace, err := j.replacement(ctx)
	if err != nil {
		return remote.Entry{}, err
	}
	send := func() error {
		return j.t.b.run(ctx, j.act, func(a attempt) error {
			res, err := j.send(a, replace)
			if err == nil {
				id = res.Header.Get(hdrVersionID)
				got, err = j.t.copied(res)
			}
			uncertain = uncertain || err != nil && !refusedBefore(err)
			return err
		})
	}
	if err = send(); err != nil {
		err = j.t.c.adapt(err, j.conditional(), send)
	}
	if err != nil && j.vacant(ctx, err) {
		err = send()
	}
	if err != nil {
		if k := remote.KindOf(err); uncertain && (k == remote.Changed || k == remote.Unreachable) {
			e, here := j.arrived(ctx)
			if here {
				return e, nil
			}
			if err = j.outcome(ctx, err); e.Size == j.e.Size && !remote.OfSource(err) {
				err = inDoubt(err)
			}
			return remote.Entry{}, err
		}
		return remote.Entry{}, j.outcome(ctx, err)
	}
	if j.o.Progress != nil && j.e.Size > 0 {
		j.o.Progress(j.e.Size)
	}
	if !uncertain { // else another copy may lie below this one
		j.tell(id)
	}
	j.wrote(got.when)
	out := j.stored(j.e.Size, got.tag, got.sum)
	out.ModTime = got.when
	if !j.e.ModTime.IsZero() {
		out.ModTime = j.e.ModTime
	}
	return out, nil
}

// send asks for the copy.
func (j *copying) send(a attempt, replace *object) (*http.Response, error) {
	if err := j.lookHere(a); err != nil {
		return nil, err
	}
	r := a.site.newRequest(http.MethodPut, j.key, "")
	r.Slow = true
	j.source(r)
	j.conditions(r)
	attrs := object{class: j.attrs.class}
	if replace != nil {
		attrs = *replace
		r.Set("x-amz-metadata-directive", "REPLACE")
	}
	j.t.attributes(r, attrs)
	return a.do(r)
}

// lookHere looks at the target before the copy wherever the server is not AWS:
// few others know conditions on the target of a copy, and most of those that do
// not overwrite without a word.
func (j *copying) lookHere(a attempt) error {
	if !j.conditional() || j.t.c.srv.Endpoint == "" {
		return nil
	}
	tag, known := j.t.b.glance.find(a.ctx, j.t, j.key)
	switch {
	case !known:
		return j.look(a)
	case j.o.IfAbsent && tag != "", j.o.IfVersion != "" && tag != j.o.IfVersion:
		return &answer{status: http.StatusPreconditionFailed, code: "PreconditionFailed"}
	}
	return nil
}

// refusedBefore: the server answered, so that nothing was done.
func refusedBefore(err error) bool {
	f := inspect(err)
	return f.status/100 == 4 && !f.bare() || f.status/100 == 3
}

// arrived asks whether a copy whose answer was lost is there: same size and
// same ETag or checksum as the source.
func (j *copying) arrived(ctx context.Context) (remote.Entry, bool) {
	return j.t.ours(ctx, j.path, j.e.Size, j.e.Sum, j.e.Version)
}

// source sets what is copied, and that it must still be the version of e.
func (j *copying) source(r *wire.Request) {
	r.Set("x-amz-copy-source", copySource(j.from.b.name, j.from.key(j.e.Path)))
	if j.e.Version != "" && !weak(j.e.Version) {
		r.Set("x-amz-copy-source-if-match", quoted(j.e.Version))
	}
}

// replacement is what the target gets instead of the source's attributes; nil
// when those are kept as they are. One cannot be changed without giving all.
func (j *copying) replacement(ctx context.Context) (*object, error) {
	if j.attrs.contentType == "" && len(j.attrs.meta) == 0 {
		return nil, nil
	}
	h, err := j.sourceHead(ctx)
	if err != nil {
		return nil, err
	}
	a := objectFrom(h.header).with(j.attrs)
	return &a, nil
}

func (j *copying) sourceHead(ctx context.Context) (headers, error) {
	var h headers
	w := act{op: "read", api: "s3:GetObject", path: j.e.Path, tries: metaTries}
	err := j.from.b.run(ctx, w, func(a attempt) (err error) {
		h, err = a.head(j.from.key(j.e.Path))
		return err
	})
	return h, err
}

// copied is the answer to CopyObject.
type copied struct {
	tag  string
	sum  remote.Sum
	when time.Time
}

// copied reads the answer, which may hold an error although its status is 200.
func (t *Tree) copied(res *http.Response) (copied, error) {
	var out copied
	buf := t.c.buffer()
	defer t.c.putBuffer(buf)
	if err := buf.fill(res, maxErrorBody); err != nil {
		return out, err
	}
	s := scan.New(buf.b)
	for {
		name, opens, _, err := s.Next()
		if err != nil {
			return out, err
		}
		if name == nil {
			break
		}
		if !opens {
			continue
		}
		switch string(name) {
		case "Error":
			a := parseAnswer(buf.b)
			a.status = http.StatusOK
			return out, a
		case "ETag", "LastModified", "ChecksumCRC64NVME":
			field := name[0]
			text, err := s.Leaf()
			if err != nil {
				return out, err
			}
			switch field {
			case 'E':
				out.tag = unquote(string(scan.AppendText(nil, text)))
			case 'L':
				out.when = scan.Time(text)
			default:
				out.sum = crcSum(string(text))
			}
		}
	}
	if out.tag == "" && out.when.IsZero() {
		return out, &answer{status: http.StatusOK} // empty: nobody knows whether it worked
	}
	return out, nil
}
