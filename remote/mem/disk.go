package mem

import (
	"context"
	"errors"
	"strings"

	"gantry/remote"
)

// Disk is a Tree with the manners of a disk.
type Disk struct{ *Tree }

var (
	_ remote.Tree    = (*Disk)(nil)
	_ remote.Walker  = (*Disk)(nil)
	_ remote.Renamer = (*Disk)(nil)
)

// NewDisk returns an empty disk: paths are absolute, "" and "/" are its root.
func NewDisk(label string) *Disk {
	t := New(label)
	t.disk = true
	return &Disk{t}
}

// Rename moves a file, or a folder with all that is in it, in one step.
func (d *Disk) Rename(ctx context.Context, from, to remote.Path) error {
	if err := ctx.Err(); err != nil {
		return fail("rename", from, remote.Other, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	a, b := d.key(from), d.key(to)
	switch {
	case a == "" || b == "":
		return fail("rename", from, remote.Invalid, errors.New("the root stays where it is"))
	case d.objects[a] == nil:
		return fail("rename", from, remote.NotExist, nil)
	case d.objects[a].dir && strings.HasPrefix(b, a+"/"):
		return fail("rename", from, remote.Invalid, errors.New("a folder cannot move into itself"))
	case d.objects[b] != nil:
		return fail("rename", to, remote.Exist, nil)
	}
	if dir := d.key(d.Dir(to)); dir != "" && (d.objects[dir] == nil || !d.objects[dir].dir) {
		return fail("rename", to, remote.NotExist, errors.New("the target's folder is missing"))
	}
	moved := map[string]*object{b: d.objects[a]}
	for k, o := range d.objects {
		if strings.HasPrefix(k, a+"/") {
			moved[b+k[len(a):]] = o
			delete(d.objects, k)
		}
	}
	delete(d.objects, a)
	for k, o := range moved {
		d.objects[k] = o
	}
	d.sorted = nil
	return nil
}
