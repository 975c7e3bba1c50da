package s3

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// Create begins to write the object at p: one request at Commit when there is a
// single part, else a multipart upload that begins now.
func (t *Tree) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	if err := t.writable("upload", p); err != nil {
		return nil, err
	}
	if len(t.key(p)) > maxKey || p == "" || string(p) == t.within {
		if _, err := t.Join("", string(p)); err != nil {
			return nil, err
		}
		return nil, refuse(act{op: "upload", path: p}, remote.Invalid, "The root of a bucket is no object. Name one.")
	}
	if o.Size > maxObject {
		return nil, refuse(act{op: "upload", path: p}, remote.Invalid, "The file is bigger than the 48.8 TiB that S3 allows.")
	}
	a, err := t.objectOf(p, o)
	if err != nil {
		return nil, err
	}
	if a.contentType == "" && p[len(p)-1] != '/' {
		a.contentType = typeOf(string(p))
	}
	base := sink{t: t, path: p, key: t.key(p), o: o, attrs: a}
	if o.Resume == "" && (o.PartSize == 0 || o.Size >= 0 && o.Size <= o.PartSize) {
		return &single{sink: base}, nil
	}
	return t.multipart(ctx, base)
}

// sink is what both kinds have in common.
type sink struct {
	t     *Tree
	path  remote.Path
	key   string
	o     remote.CreateOptions
	attrs object
	looks bool // the store's conditions are not to be trusted for this object: see vacant
}

// stored is the entry of what was just published.
func (s *sink) stored(size int64, tag string, sum remote.Sum) remote.Entry {
	s.t.b.glance.wrote(s.key, tag)
	e := remote.Entry{
		Path: s.path, Name: baseName(s.path), Size: size, ModTime: s.o.ModTime, Version: tag,
		Class: className([]byte(s.attrs.class)), Sum: sum,
	}
	if e.ModTime.IsZero() {
		e.ModTime = time.Now()
	}
	return e
}

// conditions sets what must hold for the object to be published.
func (s *sink) conditions(r *wire.Request) {
	if s.unconditioned() {
		return
	}
	switch {
	case s.o.IfAbsent:
		r.Set("if-none-match", "*")
	case s.o.IfVersion != "":
		r.Set("if-match", quoted(s.o.IfVersion))
	}
}

// lookFirst stands in for conditions on a store that does not know them.
func (s *sink) lookFirst(a attempt) error {
	if !s.conditional() || !s.unconditioned() {
		return nil
	}
	return s.look(a)
}

func (s *sink) unconditioned() bool {
	return s.looks || weak(s.o.IfVersion) || s.t.c.quirks.noConditions.Load()
}

// vacant tells, after the store has refused to write because something is there,
// that nothing is: some take the mark that a deletion leaves in a bucket with
// versions for an object. From then on a look stands in for the condition, once.
func (s *sink) vacant(ctx context.Context, err error) bool {
	if !s.o.IfAbsent || s.looks || s.t.c.srv.Endpoint == "" || statusOf(err) != http.StatusPreconditionFailed {
		return false
	}
	_, err = s.t.Stat(ctx, s.path)
	s.looks = remote.KindOf(err) == remote.NotExist && remote.GoneOf(err) == ""
	return s.looks
}

// look asks whether the conditions hold right now.
func (s *sink) look(a attempt) error {
	h, err := a.head(s.key)
	gone := err != nil && inspect(err).status == http.StatusNotFound
	switch {
	case err != nil && !gone:
		return err
	case s.o.IfAbsent && !gone, s.o.IfVersion != "" && (gone || unquote(h.header.Get("Etag")) != s.o.IfVersion):
		return &answer{status: http.StatusPreconditionFailed, code: "PreconditionFailed"}
	}
	return nil
}

// outcome gives an error of publishing its final kind: a condition that failed
// is Exist or Changed.
func (s *sink) outcome(err error) error {
	var e *remote.Error
	if s.o.IfAbsent && statusOf(err) == http.StatusPreconditionFailed && errors.As(err, &e) {
		e.Kind, e.Hint = remote.Exist, "Something of that name is there by now. Overwrite it, keep both, or skip."
	}
	return err
}

// single writes an object with one PutObject, sent by Commit.
type single struct {
	sink

	mu        sync.Mutex
	body      io.ReadSeeker
	sums      sums
	uncertain bool // an earlier Commit may have worked
}

// ID is "": there is nothing to go on with.
func (s *single) ID() string { return "" }

// Have is nothing.
func (s *single) Have() []remote.Part { return nil }

// WritePart keeps body and works out its checksum; nothing is sent before
// Commit.
func (s *single) WritePart(ctx context.Context, n int, body io.ReadSeeker) (remote.Part, error) {
	if ctx.Err() != nil {
		return remote.Part{}, stopped(ctx, act{op: "upload", path: s.path})
	}
	if n != 1 {
		return remote.Part{}, refuse(act{op: "upload", path: s.path}, remote.Invalid, "An object of a single part was given another one.")
	}
	sum, err := s.t.c.hash(body, s.t.c.quirks.noCRC.Load())
	if err != nil {
		return remote.Part{}, s.t.c.fault(act{op: "upload", path: s.path}, s.t.b, inspect(err))
	}
	s.mu.Lock()
	s.body, s.sums = body, sum
	s.mu.Unlock()
	return remote.Part{Num: 1, Size: sum.size, Sum: sum.sum()}, nil
}

// Commit sends the object. The store checks the bytes against the checksum
// before it publishes them.
func (s *single) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w := act{op: "upload", api: "s3:PutObject", path: s.path, tries: dataTries}
	var size int64
	if len(parts) > 0 {
		size = parts[0].Size
	}
	if len(parts) > 1 || size != s.sums.size || s.o.Size >= 0 && size != s.o.Size {
		return remote.Entry{}, refuse(w, remote.Changed, "The source has not the size that was planned: it changed while it was read. Try again.")
	}
	if s.body == nil {
		s.sums = sums{}
	}
	var said http.Header // of the answer
	send := func() error {
		if err := s.rehash(); err != nil {
			return s.t.c.fault(w, s.t.b, inspect(err))
		}
		return s.t.b.run(ctx, w, func(a attempt) (err error) {
			said, err = s.put(a)
			s.uncertain = s.uncertain || err != nil && inspect(err).bare() // something on the way has lost the answer
			return err
		})
	}
	err := send()
	if err != nil {
		err = s.t.c.adapt(err, s.conditional(), send)
	}
	if err != nil && s.vacant(ctx, err) {
		err = send()
	}
	if err != nil {
		return s.settle(ctx, err)
	}
	if !s.uncertain { // else an earlier one may lie below this one
		s.tell(said.Get(hdrVersionID))
	}
	tag := unquote(said.Get("Etag"))
	return s.stored(size, tag, s.proof(said.Get(hdrCRC), tag)), nil
}

// proof is the checksum by which the store shows what it has: the one that it
// answers with, or an ETag that is the MD5 of the body. That it took a checksum
// without a word proves nothing, many ignore it.
func (s *single) proof(crc, tag string) remote.Sum {
	if said := crcSum(crc); said.Algorithm != remote.NoSum {
		return said
	}
	if s.md5Is(tag) {
		return md5Sum(tag)
	}
	return remote.Sum{}
}

// md5Is tells whether tag is the MD5 of the body. Unequal means nothing: with
// some encryptions an ETag is none.
func (s *single) md5Is(tag string) bool {
	want := tagMD5(tag)
	return want != "" && want == s.md5()
}

// md5 is that of the body in base64, "" when it is not what it was any more.
func (s *single) md5() string {
	switch {
	case s.sums.md5 != "":
		return s.sums.md5
	case s.body == nil:
		return emptyMD5
	}
	sum, err := s.t.c.hash(s.body, true)
	if err != nil || sum.crc != s.sums.crc || sum.size != s.sums.size {
		return ""
	}
	return sum.md5
}

// rehash works out the older checksum if the store turned out to need it after
// the body was given.
func (s *single) rehash() error {
	if !s.t.c.quirks.noCRC.Load() {
		s.sums.md5 = ""
		return nil
	}
	if s.sums.md5 != "" {
		return nil
	}
	if s.body == nil {
		s.sums.md5 = emptyMD5
		return nil
	}
	sum, err := s.t.c.hash(s.body, true)
	if err == nil && (sum.crc != s.sums.crc || sum.size != s.sums.size) {
		err = &wire.SourceError{Err: errChanged}
	}
	s.sums.md5 = sum.md5
	return err
}

var errChanged = errors.New("the content is another one than before")

const emptyMD5 = "1B2M2Y8AsgTpgAmY7PhCfg=="

func (s *single) put(a attempt) (http.Header, error) {
	if err := s.lookFirst(a); err != nil {
		return nil, err
	}
	r := a.site.newRequest(http.MethodPut, s.key, "")
	s.t.attributes(r, s.attrs)
	s.conditions(r)
	s.sums.protect(r)
	if s.body != nil && s.sums.size > 0 {
		r.Body = &wire.Replay{Source: s.body, Size: s.sums.size}
	}
	res, err := a.do(r)
	if err != nil {
		return nil, err
	}
	wire.Drain(res)
	return res.Header, nil
}

// settle decides after a failure under a condition whether the object was stored
// all the same: a reply that was lost, or a second try that met the first one's
// object. A server that refuses while the body is still on its way may cut the
// connection, so that its answer is lost as well.
func (s *single) settle(ctx context.Context, err error) (remote.Entry, error) {
	kind := remote.KindOf(err)
	unsure := s.uncertain
	s.uncertain = s.uncertain || kind == remote.Unreachable
	if !s.conditional() || kind != remote.Unreachable && !(unsure && statusOf(err) == http.StatusPreconditionFailed) {
		return remote.Entry{}, s.outcome(err)
	}
	now, statErr := s.t.Stat(ctx, s.path)
	switch {
	case statErr != nil:
		return remote.Entry{}, s.outcome(err)
	case now.Size == s.sums.size && (now.Sum == s.sums.sum() || s.md5Is(now.Version)):
		return now, nil
	case s.o.IfAbsent, now.Version != s.o.IfVersion:
		w := act{op: "upload", api: "s3:PutObject", path: s.path}
		refused := &answer{status: http.StatusPreconditionFailed, code: "PreconditionFailed"}
		err := s.outcome(s.t.c.fault(w, s.t.b, inspect(refused)))
		if now.Size == s.sums.size {
			err = inDoubt(err)
		}
		return remote.Entry{}, err
	}
	return remote.Entry{}, s.outcome(err)
}

// inDoubt marks a failure after which what is there may be ours: its size is right,
// and no sum or ETag of it proves anything.
func inDoubt(err error) error {
	var e *remote.Error
	if errors.As(err, &e) {
		e.Doubt = true
	}
	return err
}

// sure takes the mark of inDoubt away.
func sure(err error) error {
	var e *remote.Error
	if errors.As(err, &e) {
		e.Doubt = false
	}
	return err
}

// Abort forgets the body.
func (s *single) Abort(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body = nil
	return nil
}

// ours asks whether the object at p is the one that was just written: same
// size, and same checksum or ETag.
func (t *Tree) ours(ctx context.Context, p remote.Path, size int64, sum remote.Sum, tag string) (remote.Entry, bool) {
	e, err := t.Stat(ctx, p)
	if err != nil || e.Size != size {
		return remote.Entry{}, false
	}
	same := e.Sum.Algorithm == remote.CRC64NVME && e.Sum == sum || tag != "" && e.Version == tag
	return e, same
}
