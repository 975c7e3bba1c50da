package torture_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// power watches the calls of a program as a disk does that may lose its power
// at any moment: what was not made durable is then gone.
type power struct {
	w      *world
	plan   *plan
	dirty  map[string]bool // files with content that is only in memory
	names  map[string]bool // files and folders whose names are only in memory
	broken []string
}

func newPower(w *world, p *plan) *power {
	return &power{w: w, plan: p, dirty: map[string]bool{}, names: map[string]bool{}}
}

func (p *power) complain(format string, a ...any) {
	p.broken = append(p.broken, fmt.Sprintf(format, a...))
}

// mine tells whether a path is the user's.
func (p *power) mine(path string) bool { return strings.HasPrefix(path, p.w.files+"/") }

// see follows one call.
func (p *power) see(c *call) {
	switch {
	case !c.done && c.name == "send":
		p.asked(string(c.data))
	case !c.done && (c.name == "rename" || c.name == "link") && p.dirty[c.path] && p.mine(c.to):
		p.complain("I2: %s is published before its content is on the disk", filepath.Base(c.to))
	case !c.done || c.err:
	case c.sync && c.name == "syncfs":
		clear(p.dirty)
		clear(p.names)
	case c.sync:
		delete(p.dirty, c.path)
		maps.DeleteFunc(p.names, func(name string, _ bool) bool { return filepath.Dir(name) == c.path })
	case !p.mine(c.path) && !p.mine(c.to): // of nobody's concern
	case c.name == "write" || c.name == "resize":
		p.dirty[c.path] = true
	case c.name == "rename" || c.name == "link":
		p.names[c.to] = true
		if p.dirty[c.path] {
			p.dirty[c.to] = true
		}
		delete(p.dirty, c.path)
	case c.name == "mkdir":
		p.names[c.path] = true
	case c.name == "unlink":
		delete(p.dirty, c.path)
		delete(p.names, c.path)
	}
}

// asked looks at a request: when it deletes the source of a move, the target
// must be on the disk, and so must the names that lead to it.
func (p *power) asked(request string) {
	if !strings.HasPrefix(request, "DELETE ") && !strings.HasPrefix(request, "POST /"+bucket+"/?delete") {
		return
	}
	for _, x := range p.plan.things {
		key, keyed := strings.CutPrefix(x.src, "acme:")
		if !keyed || x.dst == "" || strings.HasPrefix(x.dst, "acme:") || !strings.Contains(request, "/"+key+" ") && !strings.Contains(request, "/"+key+"?") &&
			!strings.Contains(request, "<Key>"+key+"</Key>") {
			continue
		}
		dst := filepath.Join(p.w.files, x.dst)
		if p.dirty[dst] {
			p.complain("I4: %s is deleted, and the content of %s is not on the disk", x.src, x.dst)
		}
		for name := dst; p.mine(name); name = filepath.Dir(name) {
			if p.names[name] {
				p.complain("I4: %s is deleted, and the name %s is not on the disk", x.src, strings.TrimPrefix(name, p.w.dir))
			}
		}
	}
}

// settled holds that nothing is in memory only.
func (p *power) settled(when string) {
	for _, f := range slices.Sorted(maps.Keys(p.dirty)) {
		p.complain("%s, and the content of %s is not on the disk", when, filepath.Base(f))
	}
	for _, name := range slices.Sorted(maps.Keys(p.names)) {
		p.complain("%s, and the name %s is not on the disk", when, strings.TrimPrefix(name, p.w.dir))
	}
}
