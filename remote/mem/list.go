package mem

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"gantry/remote"
)

// List returns a page in byte order. The token is the last key that was seen,
// so a listing goes on correctly whatever happens in between.
func (t *Tree) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	if err := ctx.Err(); err != nil {
		return remote.Page{}, fail("list", dir, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	prefix, err := t.prefix(dir)
	if err != nil {
		return remote.Page{}, err
	}
	size := t.PageSize
	if size <= 0 {
		size = DefaultPage
	}
	if token != "" && !strings.HasPrefix(token, prefix) {
		return remote.Page{}, fail("list", dir, remote.Invalid, errors.New("the token belongs to another folder"))
	}
	ks := t.keys()
	from := prefix
	if token != "" {
		from = after(token)
	}
	var page remote.Page
	for i, _ := slices.BinarySearch(ks, from); i < len(ks) && strings.HasPrefix(ks[i], prefix); {
		key := ks[i]
		if key == prefix { // the slash object of the folder itself
			i++
			continue
		}
		if len(page.Entries) == size {
			return page, nil
		}
		if n := strings.IndexByte(key[len(prefix):], '/'); n >= 0 {
			if key = key[:len(prefix)+n+1]; t.disk { // the folder is an entry of its own
				i, _ = slices.BinarySearch(ks, after(key))
				continue
			}
		}
		e := t.row(key)
		page.Entries = append(page.Entries, e)
		page.Next = key
		i, _ = slices.BinarySearch(ks, after(key))
	}
	page.Next = ""
	return page, nil
}

// after is the first key that can follow what key stands for: all of a prefix
// or one object.
func after(key string) string {
	if strings.HasSuffix(key, "/") {
		return key[:len(key)-1] + "0" // the byte behind the slash
	}
	return key + "\x00"
}

// row describes key as a listing does: a bare prefix knows its name only, an
// object of a bucket when it was written and no checksum.
func (t *Tree) row(key string) remote.Entry {
	o := t.objects[key]
	if o == nil || (!t.disk && strings.HasSuffix(key, "/")) {
		return remote.Entry{Path: t.path(key), Name: base(key), Dir: true}
	}
	e := t.entry(key, o)
	if !t.disk {
		e.ModTime, e.Sum = o.written, remote.Sum{}
	}
	return e
}

// prefix is what the keys inside dir begin with.
func (t *Tree) prefix(dir remote.Path) (string, error) {
	key := t.key(dir)
	if !t.disk {
		if key != "" && !strings.HasSuffix(key, "/") {
			key += "/"
		}
		return key, nil
	}
	if key == "" {
		return "", nil
	}
	switch o := t.objects[key]; {
	case o == nil:
		return "", fail("list", dir, remote.NotExist, nil)
	case !o.dir:
		return "", fail("list", dir, remote.Invalid, errors.New("not a folder"))
	}
	return key + "/", nil
}

// Walk yields everything below dir in byte order; see remote.Walk.
func (t *Tree) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		t.mu.Lock()
		prefix, err := t.prefix(dir)
		ks := t.keysBelow(prefix)
		t.mu.Unlock()
		if err != nil {
			yield(remote.Entry{Path: dir, Dir: true}, err)
			return
		}
		for _, key := range ks {
			if err := ctx.Err(); err != nil {
				yield(remote.Entry{Path: dir, Dir: true}, fail("list", dir, remote.Other, err))
				return
			}
			t.mu.Lock()
			o := t.objects[strings.TrimSuffix(key, t.dirMark())]
			t.mu.Unlock()
			if o == nil { // gone meanwhile
				continue
			}
			e := t.entry(strings.TrimSuffix(key, t.dirMark()), o)
			e.Name = strings.TrimSuffix(key[len(prefix):], "/")
			if !t.disk {
				e.ModTime, e.Sum = o.written, remote.Sum{}
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

// dirMark is what keysBelow adds to the folders of a disk.
func (t *Tree) dirMark() string {
	if t.disk {
		return "/"
	}
	return ""
}

// keysBelow is a sorted copy of the keys that begin with prefix, without it;
// folders of a disk have a slash so that they sort as remote.Walk wants.
func (t *Tree) keysBelow(prefix string) []string {
	ks := t.keys()
	i, _ := slices.BinarySearch(ks, prefix)
	var out []string
	for ; i < len(ks) && strings.HasPrefix(ks[i], prefix); i++ {
		key := ks[i]
		if t.objects[key].dir {
			key += "/"
		}
		if key != prefix {
			out = append(out, key)
		}
	}
	if t.disk {
		slices.Sort(out)
	}
	return out
}

// Range returns the objects below dir from a path on, at most a page of them.
func (t *Tree) Range(ctx context.Context, dir, from remote.Path) (es []remote.Entry, more bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, fail("list", dir, remote.Other, err)
	}
	if t.disk {
		return nil, false, fail("list", dir, remote.Unsupported, nil)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	prefix, err := t.prefix(dir)
	if err != nil {
		return nil, false, err
	}
	size := t.PageSize
	if size <= 0 {
		size = DefaultPage
	}
	ks := t.keys()
	i, _ := slices.BinarySearch(ks, max(prefix, string(from)))
	for ; i < len(ks) && strings.HasPrefix(ks[i], prefix); i++ {
		if len(es) == size {
			return es, true, nil
		}
		es = append(es, t.row(ks[i]))
	}
	return es, false, nil
}
