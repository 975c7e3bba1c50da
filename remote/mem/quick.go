package mem

import (
	"slices"
	"strings"
	"time"

	"gantry/remote"
)

// Put writes content at p now, whatever is there, and returns its entry.
func (t *Tree) Put(p remote.Path, content string) remote.Entry {
	return t.PutAt(p, content, time.Time{})
}

// PutAt is Put with a time at which the content was written and modified.
// A path that ends in a slash makes a folder.
func (t *Tree) PutAt(p remote.Path, content string, mod time.Time) remote.Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	o := &object{data: []byte(content), written: mod, kept: mod}
	if t.disk {
		parent := key[:max(strings.LastIndexByte(key, '/'), 0)]
		if strings.HasSuffix(string(p), "/") {
			parent, o.dir = key, true
		}
		if err := t.mkdirs(p, parent); err != nil {
			panic(err) // cannot happen unless the test contradicts itself
		}
	}
	t.store(key, o)
	return t.entry(key, o)
}

// SetAttrs replaces the attributes of the object at p, which must exist.
func (t *Tree) SetAttrs(p remote.Path, a remote.Attrs) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := *t.objects[t.key(p)]
	o.attrs = a
	t.objects[t.key(p)] = &o
}

// Attrs returns the attributes of the object at p; zero if there is none.
func (t *Tree) Attrs(p remote.Path) remote.Attrs {
	t.mu.Lock()
	defer t.mu.Unlock()
	if o := t.objects[t.key(p)]; o != nil {
		return o.attrs
	}
	return remote.Attrs{}
}

// Get returns the content at p and whether there is any.
func (t *Tree) Get(p remote.Path) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.objects[t.key(p)]
	if o == nil || o.dir {
		return "", false
	}
	return string(o.data), true
}

// Keys returns the paths of everything in the tree, in byte order; folders of
// a disk have a trailing slash.
func (t *Tree) Keys() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	ks := slices.Clone(t.keys())
	for i, k := range ks {
		if t.objects[k].dir {
			k += "/"
		}
		ks[i] = string(t.path(k))
	}
	return ks
}

// Uploads counts the sinks that are neither committed nor aborted.
func (t *Tree) Uploads() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.uploads)
}
