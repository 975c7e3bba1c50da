package mem

import (
	"context"
	"fmt"
	"hash/crc64"
	"slices"
	"strings"
	"sync"
	"time"

	"gantry/remote"
)

// DefaultPage is the number of entries in a page unless PageSize says
// otherwise.
const DefaultPage = 1000

// Tree is a bucket in memory. The exported fields are set before first use.
type Tree struct {
	PageSize int         // entries in a page; 0 means DefaultPage
	Limits   remote.Caps // MinPart, MaxPart, MaxParts and MaxSize are enforced
	Versions bool        // what is overwritten or deleted is kept, for Revert
	Sums     bool        // a version is a sum of the content, as in a bucket; always so with Versions

	label string
	disk  bool
	nvme  *crc64.Table

	mu      sync.Mutex
	objects map[string]*object
	sorted  []string // keys of objects in byte order; nil when stale
	uploads map[string]*upload
	older   map[string][]*object // with Versions, the latest last
	last    int                  // counts versions and upload ids
}

// object is never changed once it is in the map, so readers need no lock.
type object struct {
	data    []byte
	written time.Time
	kept    time.Time
	turn    int // of all writes to the tree
	version string
	id      string // with Versions and Sums, where the version is a sum of the content
	attrs   remote.Attrs
	sum     remote.Sum
	dir     bool // a folder of a disk
}

var (
	_ remote.Tree   = (*Tree)(nil)
	_ remote.Walker = (*Tree)(nil)
	_ remote.Copier = (*Tree)(nil)
	_ remote.Tagger = (*Tree)(nil)
	_ remote.Ranger = (*Tree)(nil)

	_ remote.Reverter = (*Tree)(nil)
	_ remote.Stamper  = (*Tree)(nil)
)

// New returns an empty bucket with that label, such as "acme:".
func New(label string) *Tree {
	return &Tree{
		label:   label,
		nvme:    crc64.MakeTable(0x9a6c9329ac4bc9b5), // the reversed polynomial of CRC-64/NVME
		objects: map[string]*object{},
		uploads: map[string]*upload{},
		older:   map[string][]*object{},
	}
}

// Label returns what New was given.
func (t *Tree) Label() string { return t.label }

// Caps tells the limits and that conditions are atomic.
func (t *Tree) Caps() remote.Caps {
	c := t.Limits
	c.IfAbsent = true
	c.EmptyDirs = true // by slash objects, or as folders
	return c
}

// Stat describes the object or folder at p.
func (t *Tree) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if err := ctx.Err(); err != nil {
		return remote.Entry{}, fail("look at", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	if o := t.objects[key]; o != nil && key != "" {
		return t.entry(key, o), nil
	}
	if key == "" || (!t.disk && strings.HasSuffix(key, "/") && t.occupied(key)) {
		return remote.Entry{Path: p, Name: base(key), Dir: true}, nil
	}
	return remote.Entry{}, fail("look at", p, remote.NotExist, nil)
}

// Mkdir makes a slash object, or a folder and its parents on a disk.
func (t *Tree) Mkdir(ctx context.Context, p remote.Path) error {
	if err := ctx.Err(); err != nil {
		return fail("make folder", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	key := t.key(p)
	if t.disk {
		return t.mkdirs(p, key)
	}
	if key != "" && !strings.HasSuffix(key, "/") {
		key += "/"
	}
	if key != "" && t.objects[key] == nil {
		t.store(key, &object{})
	}
	return nil
}

// mkdirs makes the folder key of a disk and its parents.
func (t *Tree) mkdirs(p remote.Path, key string) error {
	for i := 0; i <= len(key); i++ {
		if i < len(key) && key[i] != '/' || i == 0 {
			continue
		}
		switch o := t.objects[key[:i]]; {
		case o == nil:
			t.store(key[:i], &object{dir: true})
		case !o.dir:
			return fail("make folder", p, remote.Exist, nil)
		}
	}
	return nil
}

// Remove deletes exactly ps.
func (t *Tree) Remove(ctx context.Context, ps []remote.Path) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, p := range ps {
		if err := ctx.Err(); err != nil {
			errs = append(errs, fail("delete", p, remote.Other, err))
			continue
		}
		key := t.key(p)
		o := t.objects[key]
		if o == nil {
			continue
		}
		if o.dir && t.occupied(key+"/") {
			errs = append(errs, fail("delete", p, remote.Invalid, fmt.Errorf("the folder is not empty")))
			continue
		}
		t.keep(key)
		delete(t.objects, key)
		t.sorted = nil
	}
	return join(errs)
}

// store puts o at key as a new version. The caller holds the lock.
func (t *Tree) store(key string, o *object) {
	t.last++
	o.turn = t.last
	if o.version = fmt.Sprintf("v%d", t.last); t.Versions || t.Sums {
		o.id, o.version = o.version, etag(o.data)
	}
	if o.written.IsZero() {
		o.written = time.Now()
	}
	if o.kept.IsZero() {
		o.kept = o.written
	}
	if !o.dir && !t.disk {
		o.sum = t.checksum(o.data)
	}
	if _, ok := t.objects[key]; !ok {
		t.sorted = nil
	}
	t.keep(key)
	t.objects[key] = o
}

// Written is never the same for two writes, also of two trees at one time: labels
// make them differ.
func (t *Tree) Written(ctx context.Context, p remote.Path) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, fail("look at", p, remote.Other, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	o := t.objects[t.key(p)]
	if o == nil {
		return time.Time{}, fail("look at", p, remote.NotExist, nil)
	}
	return o.written.Add(time.Duration(crc64.Checksum([]byte(t.label), t.nvme)>>24) + time.Duration(o.turn)), nil
}

func (t *Tree) checksum(b []byte) remote.Sum {
	n := crc64.Checksum(b, t.nvme)
	d := make([]byte, 8)
	for i := range d {
		d[i] = byte(n >> (56 - 8*i))
	}
	return remote.Sum{Algorithm: remote.CRC64NVME, Digest: string(d)}
}

// entry describes o as Stat does. The caller holds the lock.
func (t *Tree) entry(key string, o *object) remote.Entry {
	e := remote.Entry{
		Path: t.path(key), Name: base(key), Dir: o.dir || (!t.disk && strings.HasSuffix(key, "/")),
		Size: int64(len(o.data)), ModTime: o.kept, Version: o.version, Class: o.attrs.StorageClass, Sum: o.sum,
	}
	if o.dir {
		e.Version = ""
	}
	return e
}

// keys returns all keys in byte order. The caller holds the lock and must not
// change the slice.
func (t *Tree) keys() []string {
	if t.sorted == nil {
		t.sorted = make([]string, 0, len(t.objects))
		for k := range t.objects {
			t.sorted = append(t.sorted, k)
		}
		slices.Sort(t.sorted)
	}
	return t.sorted
}

// occupied tells whether a key begins with prefix.
func (t *Tree) occupied(prefix string) bool {
	ks := t.keys()
	i, _ := slices.BinarySearch(ks, prefix)
	return i < len(ks) && strings.HasPrefix(ks[i], prefix)
}
