package s3

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"gantry/remote"
)

// maxPageBytes bounds one page: a thousand keys of 1024 escaped bytes, and room.
const maxPageBytes = 16 << 20

// cursor is where a listing stands. It travels in the token of a Page, so that
// a server that turns in circles is found out without keeping any state.
type cursor struct {
	token string // of the server
	last  string // greatest key so far
	after string // where to begin, without a token: behind this key
}

const cursorGap = "\x00"

func (k cursor) String() string {
	if k.token == "" {
		return ""
	}
	return k.token + cursorGap + k.last
}

func parseCursor(s string) cursor {
	token, last, _ := strings.Cut(s, cursorGap)
	return cursor{token: token, last: last}
}

// query is one request for a page.
func (k cursor) query(prefix, delimiter string, limit int) string {
	q := make([]byte, 0, 128+len(prefix)+len(k.token))
	if k.token != "" {
		q = appendQuery(append(q, "continuation-token="...), k.token)
		q = append(q, '&')
	}
	if delimiter != "" {
		q = appendQuery(append(q, "delimiter="...), delimiter)
		q = append(q, '&')
	}
	q = append(q, "encoding-type=url&list-type=2&max-keys="...)
	q = append(q, limitText(limit)...)
	q = appendQuery(append(q, "&prefix="...), prefix)
	if k.token == "" && k.after != "" {
		q = appendQuery(append(q, "&start-after="...), k.after)
	}
	return string(q)
}

func limitText(n int) string {
	if n == 1 {
		return "1"
	}
	return "1000"
}

// advance checks that a page goes on behind the ones before it.
func (k cursor) advance(p *page) (cursor, error) {
	next := cursor{last: k.last}
	if last := p.last(); last != "" {
		if k.token != "" && last <= k.last {
			return cursor{}, errRepeats
		}
		next.last = last
	}
	if p.truncated {
		if next.token = p.next; next.token == k.token {
			return cursor{}, errRepeats
		}
	}
	return next, nil
}

// fetch gets one page into p, with retries.
func (t *Tree) fetch(ctx context.Context, dir remote.Path, k cursor, delimiter string, limit int, p *page) (cursor, error) {
	var next cursor
	start := time.Now() // what is written from now on may not be on the page
	w := act{op: "list", api: "s3:ListBucket", path: dir, tries: metaTries}
	err := t.b.run(ctx, w, func(a attempt) error {
		res, err := a.do(a.site.newRequest(http.MethodGet, "", k.query(t.key(dir), delimiter, limit)))
		if err != nil {
			return err
		}
		buf := t.c.buffer()
		defer t.c.putBuffer(buf)
		if err := buf.fill(res, maxPageBytes); err != nil {
			return err
		}
		if err = p.read(buf.b); err == nil {
			next, err = k.advance(p)
		}
		if err != nil {
			return listingError(err)
		}
		return nil
	})
	if err == nil && len(p.rows) == 0 && !p.truncated && k == (cursor{}) {
		t.b.glance.nothing(t.key(dir), start)
	}
	return next, err
}

// listingError is for answers that must not be taken for the whole truth.
func listingError(err error) error {
	e := &remote.Error{Op: "list", Kind: remote.Corrupt, Err: err}
	switch err {
	case errPartial:
		e.Hint = "The listing is incomplete: the server says that more follows but not how to ask for it. Nothing should be deleted on the strength of it."
	case errRepeats:
		e.Hint = "The listing never ends: the server repeats its pages. Ask who runs the server."
	default:
		e.Hint = "The server's listing cannot be read. Check that the endpoint speaks S3."
	}
	return e
}

// List gives one page of dir: its objects and its folders, as they come.
func (t *Tree) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	dir = folder(dir)
	var p page
	next, err := t.fetch(ctx, dir, parseCursor(token), "/", maxPerPage, &p)
	if err != nil {
		return remote.Page{}, err
	}
	out := remote.Page{Next: next.String(), Entries: make([]remote.Entry, 0, len(p.rows))}
	all, at := string(p.text), len(t.key(dir))
	for i := range p.rows {
		if e, ok := t.listed(&p.rows[i], all, t.key(dir), at); ok {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

// listed is the entry of a row in the listing of the folder whose key is dir.
// The folder's own slash object is not in it, unless it has content: then it is
// an object like any other, named as it would be from outside.
func (t *Tree) listed(r *row, all, dir string, at int) (remote.Entry, bool) {
	key := all[r.key.from:r.key.to]
	if !strings.HasPrefix(key, dir) || key == "" {
		return remote.Entry{}, false // a server that answers something else
	}
	if key == dir {
		if r.size <= 0 {
			return remote.Entry{}, false
		}
		e := t.entry(r, all, at)
		e.Name = baseName(remote.Path(key)) + "/"
		return e, true
	}
	return t.entry(r, all, at), true
}

// buffer holds the body of one answer and is used again for the next.
type buffer struct{ b []byte }

var errTooLong = io.ErrShortBuffer

// fill reads the whole body and closes it.
func (u *buffer) fill(res *http.Response, limit int) error {
	defer func() { _ = res.Body.Close() }() // what was read has been read
	u.b = u.b[:0]
	for {
		if len(u.b) == cap(u.b) {
			grown := make([]byte, len(u.b), max(2*cap(u.b), 256<<10))
			copy(grown, u.b)
			u.b = grown
		}
		n, err := res.Body.Read(u.b[len(u.b):cap(u.b)])
		u.b = u.b[:len(u.b)+n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case len(u.b) > limit:
			return errTooLong
		}
	}
}

// spare keeps buffers of answers; it is a field so that nothing is shared
// between servers.
type spare struct{ pool sync.Pool }

func (c *conn) buffer() *buffer {
	if b, ok := c.spare.pool.Get().(*buffer); ok {
		return b
	}
	return &buffer{}
}

func (c *conn) putBuffer(b *buffer) {
	if cap(b.b) <= 2<<20 {
		c.spare.pool.Put(b)
	}
}
