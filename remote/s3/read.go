package s3

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/minio/crc64nvme"

	"gantry/remote"
)

const (
	metaMtime = "x-amz-meta-mtime"
	hdrMtime  = "X-Amz-Meta-Mtime"
)

// Stat asks for the headers of an object, or whether a folder has anything in
// it. The root exists without asking.
func (t *Tree) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if p == "" || string(p) == t.within {
		return remote.Entry{Path: p, Name: baseName(p), Dir: true, Size: -1}, nil
	}
	if strings.HasSuffix(string(p), "/") {
		return t.statFolder(ctx, p)
	}
	e, _, err := t.statObject(ctx, p)
	return e, err
}

// statObject is Stat of an object, and its Last-Modified; the zero time where the
// store does not say that.
func (t *Tree) statObject(ctx context.Context, p remote.Path) (e remote.Entry, written time.Time, err error) {
	w := act{op: "read", api: "s3:GetObject", path: p, tries: metaTries}
	err = t.b.run(ctx, w, func(a attempt) error {
		h, err := a.head(t.key(p))
		if err == nil {
			e, written = described(p, h.header, h.size), lastModified(h.header)
		}
		return err
	})
	return e, written, err
}

// lastModified is when an object was written, in whole seconds; the zero time where
// the store does not say that.
func lastModified(h http.Header) time.Time {
	at, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return time.Time{}
	}
	return at
}

// Written is the Last-Modified of an object, whatever time is kept with it.
func (t *Tree) Written(ctx context.Context, p remote.Path) (time.Time, error) {
	_, at, err := t.statObject(ctx, p)
	if err == nil && at.IsZero() {
		w := act{op: "read", path: p}
		err = refuse(w, remote.Unsupported, "The store does not tell when the object was written.")
	}
	return at, err
}

// statFolder tells of the folder's own object what a listing does, if there is one.
func (t *Tree) statFolder(ctx context.Context, p remote.Path) (remote.Entry, error) {
	var pg page
	if _, err := t.fetch(ctx, p, cursor{}, "", 1, &pg); err != nil {
		return remote.Entry{}, err
	}
	key := t.key(p)
	if len(pg.rows) == 0 || !strings.HasPrefix(pg.last(), key) {
		return remote.Entry{}, &remote.Error{
			Op: "read", Path: p, Kind: remote.NotExist, Hint: "There is no folder of that name (any more). List its folder to see what is there now.",
		}
	}
	e := remote.Entry{Path: p, Name: baseName(p), Dir: true, Size: -1}
	if r := pg.rows[0]; string(pg.text[r.key.from:r.key.to]) == key {
		e.ModTime, e.Size = r.mod, r.size
		if r.size > 0 { // an object like any other, also in a listing
			e.Class, e.Version = r.class, string(pg.text[r.tag.from:r.tag.to])
		}
	}
	return e, nil
}

// described is the entry that the headers of an object tell of.
func described(p remote.Path, h http.Header, size int64) remote.Entry {
	e := remote.Entry{
		Path: p, Name: baseName(p), Size: size, Version: unquote(h.Get("Etag")),
		Class: className([]byte(h.Get("X-Amz-Storage-Class"))), Sum: sumOf(h), Attrs: attrsFrom(h),
	}
	e.Attrs.Joint, e.Attrs.Sealed = jointOf(h), sealed(h)
	e.ModTime = lastModified(h)
	if t, ok := parseMtime(h.Get(hdrMtime)); ok {
		e.ModTime = t
	}
	return e
}

// Open reads content of the version that e names.
func (t *Tree) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	if off < 0 {
		return nil, refuse(act{op: "read", path: e.Path}, remote.Invalid, "A negative place in an object was asked for.")
	}
	if n == 0 && e.Size != 0 || off > 0 && e.Version != "" && e.Size >= 0 && off >= e.Size {
		return io.NopCloser(strings.NewReader("")), nil
	}
	var out io.ReadCloser
	w := act{op: "read", api: "s3:GetObject", path: e.Path, tries: dataTries}
	err := t.b.run(ctx, w, func(a attempt) error {
		r := a.site.newRequest(http.MethodGet, t.key(e.Path), "")
		ranged := off > 0 || n > 0 && (e.Size < 0 || n < e.Size)
		if ranged {
			r.Set("range", rangeOf(off, n))
		} else {
			r.Set("x-amz-checksum-mode", "ENABLED")
		}
		if e.Version != "" && !weak(e.Version) { // else the answer is compared all the same
			r.Set("if-match", quoted(e.Version))
		}
		res, err := a.do(r)
		if err != nil {
			return err
		}
		if out, err = t.reader(ctx, w, res, e, off, n); err != nil {
			_ = res.Body.Close()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func rangeOf(off, n int64) string {
	if n < 0 {
		return "bytes=" + strconv.FormatInt(off, 10) + "-"
	}
	return "bytes=" + strconv.FormatInt(off, 10) + "-" + strconv.FormatInt(off+n-1, 10)
}

// reader checks that the answer is what was asked for before a byte of it is
// believed: the version, the place in the content, and how many bytes follow.
func (t *Tree) reader(ctx context.Context, w act, res *http.Response, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	total, start := res.ContentLength, int64(0)
	if res.StatusCode == http.StatusPartialContent {
		var ok bool
		if start, total, ok = contentRange(res.Header.Get("Content-Range")); !ok {
			return nil, refuse(w, remote.Corrupt, "The server's answer does not say which part of the object it is. Try again.")
		}
	}
	got := described(e.Path, res.Header, total)
	if e.Version != "" && got.Version == e.Version && total >= 0 && total < e.Size {
		return nil, refuse(w, remote.Corrupt, "The server sends fewer bytes than the object has. Try again.")
	}
	if e.Version != "" && got.Version != "" && got.Version != e.Version || e.Version != "" && e.Size >= 0 && total >= 0 && total != e.Size {
		return nil, refuse(w, remote.Changed, "The object has changed since you looked. Try again with what is there now.")
	}
	if e.Version != "" && got.Version == "" && res.StatusCode == http.StatusPartialContent {
		return nil, refuse(w, remote.Unsupported, "This store does not say of which version a part is. Read the object in one piece.")
	}
	if start != off {
		return nil, refuse(w, remote.Unsupported, "This store cannot send a part of an object. Read it from the start.")
	}
	want := int64(-1)
	if total >= 0 {
		if want = max(total-off, 0); n >= 0 {
			want = min(want, n)
		}
		if res.ContentLength >= 0 && res.ContentLength < want {
			return nil, refuse(w, remote.Corrupt, "The server sends fewer bytes than the object has. Try again.")
		}
	}
	r := &reader{ctx: ctx, t: t, w: w, body: res.Body, left: want, entry: got}
	if off == 0 && want == total && got.Sum.Algorithm == remote.CRC64NVME {
		r.sum = crc64nvme.New()
	}
	return r, nil
}

func refuse(w act, k remote.Kind, hint string) error {
	return &remote.Error{Op: w.op, Path: w.path, Kind: k, Hint: hint}
}

// contentRange reads "bytes 5-9/100".
func contentRange(s string) (start, total int64, ok bool) {
	var end int64
	if _, err := fmt.Sscanf(s, "bytes %d-%d/%d", &start, &end, &total); err != nil {
		return 0, 0, false
	}
	return start, total, start >= 0 && end >= start && total > end
}

// reader is the content on its way: it ends where it was planned to, tells a
// connection that broke from the end, and checks the whole against its sum.
type reader struct {
	ctx   context.Context
	t     *Tree
	w     act
	body  io.ReadCloser
	left  int64 // -1 when nobody knows
	sum   hash.Hash64
	entry remote.Entry
}

// Entry is the object as the answer described it.
func (r *reader) Entry() remote.Entry { return r.entry }

// Read gives content; io.EOF only when all of it was there and is sound.
func (r *reader) Read(b []byte) (int, error) {
	if r.left == 0 {
		return 0, r.end()
	}
	if r.ctx.Err() != nil { // what lies in buffers is not given out any more
		return 0, stopped(r.ctx, r.w)
	}
	if r.left > 0 && int64(len(b)) > r.left {
		b = b[:r.left]
	}
	n, err := r.body.Read(b)
	if r.sum != nil {
		_, _ = r.sum.Write(b[:n]) // never fails
	}
	if r.left > 0 {
		r.left -= int64(n)
	}
	switch {
	case err == nil:
		return n, nil
	case err == io.EOF && r.left <= 0:
		return n, r.end()
	case err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	if n > 0 && r.left == 0 {
		return n, nil
	}
	if r.ctx.Err() != nil {
		return n, stopped(r.ctx, r.w)
	}
	return n, r.t.c.fault(r.w, r.t.b, inspect(err))
}

func (r *reader) end() error {
	if r.sum == nil {
		return io.EOF
	}
	if digest(r.sum.Sum64()) != r.entry.Sum.Digest {
		return refuse(r.w, remote.Corrupt, "Bytes were damaged on the way: the checksum does not match. Try again; if it happens often, suspect memory or a proxy.")
	}
	return io.EOF
}

// Close ends the request. What is left of the body is read if it is little, so
// that the connection serves the next one.
func (r *reader) Close() error {
	if r.left == 0 {
		_, _ = io.CopyN(io.Discard, r.body, 1) // the end of the body frees the connection
	}
	return r.body.Close()
}

func digest(crc uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], crc)
	return string(b[:])
}

func unquote(tag string) string {
	if len(tag) >= 2 && tag[0] == '"' && tag[len(tag)-1] == '"' {
		return tag[1 : len(tag)-1]
	}
	return tag
}

// weak tells whether a tag names what is alike and not what is the same. It meets
// no condition (RFC 9110, section 13.1.1).
func weak(tag string) bool { return strings.HasPrefix(tag, "W/") }

func quoted(tag string) string {
	if weak(tag) {
		return tag
	}
	return `"` + tag + `"`
}

// formatMtime writes a time as rclone does: seconds since 1970 with decimals.
func formatMtime(t time.Time) string {
	s, ns := t.Unix(), t.Nanosecond()
	if ns == 0 {
		return strconv.FormatInt(s, 10)
	}
	sign := ""
	if s < 0 {
		// -1.25 s is the second -2 and 0.75 s.
		sign, s, ns = "-", -s-1, 1e9-ns
	}
	return sign + strconv.FormatInt(s, 10) + "." + strings.TrimRight(fmt.Sprintf("%09d", ns), "0")
}

// parseMtime reads what formatMtime, rclone and others write.
func parseMtime(s string) (time.Time, bool) {
	whole, frac, _ := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	sec, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || sec < 0 || sec > math.MaxInt64/4 {
		return time.Time{}, false
	}
	frac = (frac + "000000000")[:9]
	ns, err := strconv.ParseUint(frac, 10, 32)
	if err != nil {
		return time.Time{}, false
	}
	if strings.HasPrefix(s, "-") {
		return time.Unix(-sec, -int64(ns)), true
	}
	return time.Unix(sec, int64(ns)), true
}
