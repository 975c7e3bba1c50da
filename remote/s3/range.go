package s3

import (
	"context"
	"strings"
	"unicode/utf8"

	"gantry/remote"
)

var (
	_ remote.Ranger = (*Tree)(nil)
	_ remote.Ranger = (*Account)(nil)
)

// Range lists what is below dir from a path on, one page of it. S3 begins a
// listing behind any string (start-after), whether or not that is a key.
func (t *Tree) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	dir = folder(dir)
	key, first := t.key(dir), max(t.key(dir), t.key(from))
	after, ok := before(first, len(key))
	if !ok || strings.HasSuffix(t.b.name, "--x-s3") {
		return nil, false, refuse(act{op: "list", path: dir}, remote.Unsupported, "The listing cannot begin there.")
	}
	var p page
	next, err := t.fetch(ctx, dir, cursor{after: after}, "", maxPerPage, &p)
	if err != nil {
		return nil, false, err
	}
	if !p.inOrder() || after != "" && len(p.rows) > 0 && p.name(0) <= after { // it has another order, or begins where it likes
		return nil, false, refuse(act{op: "list", path: dir}, remote.Unsupported, "This store does not list names in order.")
	}
	all := string(p.text)
	es := make([]remote.Entry, 0, len(p.rows))
	for i := range p.rows {
		r := &p.rows[i]
		if k := all[r.key.from:r.key.to]; k >= first && strings.HasPrefix(k, key) {
			es = append(es, t.entry(r, all, len(key)))
		}
	}
	return es, next.token != "", nil
}

// before is a string that comes before key and is not much less, of which the
// first n bytes are fixed; "" when the listing begins with the folder anyway.
// false when servers may not agree on what lies behind it, see safe.
func before(key string, n int) (string, bool) {
	if len(key) <= n {
		return "", true
	}
	if key[len(key)-1] == 0 { // the place right behind a key
		key = key[:len(key)-1]
	} else {
		_, size := utf8.DecodeLastRuneInString(key)
		key = key[:len(key)-size]
	}
	if len(key) <= n {
		return "", true
	}
	return key, safe(key)
}

// Range lists what is below a folder of a bucket.
func (t *Account) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	b, err := t.hold(folder(dir))
	if err != nil {
		return nil, false, err
	}
	return b.Range(ctx, dir, from)
}
