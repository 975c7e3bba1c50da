package plan

import (
	"strings"

	"gantry/remote"
)

// The reasons for leaving entries out.
const (
	reasonLink    = "a symbolic link; links are not followed"
	reasonSpecial = "a FIFO, socket or device"
)

// source plans one thing that was selected.
func (p *planner) source(s Source) {
	e, name := s.Entry, s.As
	if name == "" {
		name = e.Name
	}
	p.popTo(0)
	p.exact, p.free = s.Exact, false
	if p.s.Whole != nil && !s.Contents && (e.Dir || e.Type != remote.Regular) && p.whole(e, name) {
		return
	}
	if e.Type == remote.Link && p.s.To != nil {
		// A link that was selected itself stands for what it leads to.
		there, err := p.s.From.Stat(p.ctx, e.Path)
		if err != nil {
			p.fault(s, err)
			return
		}
		if there.Type != remote.Regular {
			p.fault(s, fail(e, remote.Unsupported, "This is a symbolic link, and links are not followed. Name what it leads to."))
			return
		}
		there.Name = e.Name
		e = there
	}
	if !e.Dir || e.Type == remote.Link {
		if !p.s.Filters.File(name) {
			p.emit(Item{Kind: Omit})
			return
		}
		if e.Type == remote.Special && p.s.To != nil {
			p.fault(s, fail(e, remote.Unsupported, "This is a FIFO, socket or device and has no content that could be copied."))
			return
		}
		p.way(name)
		// Where a write cannot be conditional, the last look is the one that counts.
		p.free = s.Free && p.s.To != nil && p.s.To.Caps().IfAbsent
		p.leaf(e, name)
		return
	}
	p.folder(e, name, s.Contents)
}

// way enters the folders that the name of a source leads through, without
// telling anybody: they are not part of the selection.
func (p *planner) way(name string) {
	i := strings.LastIndexByte(strings.TrimSuffix(name, "/"), '/') + 1
	for rest := name[:i]; rest != "" && p.s.To != nil; {
		n := strings.IndexByte(rest, '/') + 1
		p.push(&frame{full: p.top().full + rest[:n], quiet: true})
		rest = rest[n:]
	}
}

// folder plans a folder and everything below it.
func (p *planner) folder(e remote.Entry, name string, contents bool) {
	if p.s.To != nil && p.same && p.holdsTarget(e) {
		p.fault(Source{Entry: e, As: name, Contents: contents}, fail(e, remote.Invalid, "The target lies inside the source. Choose a folder outside of it."))
		return
	}
	f := &frame{top: true, known: p.after != "", src: e, exists: !contents, full: name + "/"}
	if contents {
		p.frames[0].top = true // names below are names in Dir itself
		defer func() { p.frames[0].top = false }()
	} else {
		if p.s.To != nil {
			if dst, err := p.join(f.full); err == nil && p.isSource(e, dst) {
				p.fault(Source{Entry: e, As: name}, fail(e, remote.Invalid, "Source and target are the same folder."))
				return
			}
		}
		p.way(name)
		if p.srcKeyed {
			f.exists = p.slashObject(e)
		}
		p.push(f)
	}
	p.walk(e.Path, p.visit)
	p.popTo(0)
}

// slashObject tells whether the prefix e is an object as well.
func (p *planner) slashObject(e remote.Entry) bool {
	if IsObject(e) {
		return true
	}
	there, err := p.s.From.Stat(p.ctx, e.Path)
	return err == nil && IsObject(there)
}

// IsObject tells whether a folder of a bucket is an object: a bare prefix has
// neither a version nor a time.
func IsObject(e remote.Entry) bool { return e.Version != "" || !e.ModTime.IsZero() }

// visit plans one entry below a source.
func (p *planner) visit(e remote.Entry) {
	isDir := e.Dir && e.Type != remote.Link
	name := e.Name
	if isDir {
		if p.srcKeyed && e.Size > 0 {
			p.fatSlash(e, name)
			return
		}
		p.descend(name+"/", &e)
		return
	}
	if base, ok := strings.CutSuffix(name, "/"); ok && p.srcKeyed {
		p.fatSlash(e, base)
		return
	}
	p.descend(name[:strings.LastIndexByte(name, '/')+1], nil)
	up := p.top()
	up.empty = false
	if up.omit {
		return
	}
	if !p.s.Filters.File(name) {
		p.emit(Item{Kind: Omit})
		return
	}
	if p.s.To != nil && e.Type == remote.Link {
		p.emit(Item{Kind: Skip, Src: e, Reason: reasonLink})
		return
	}
	p.leaf(e, up.full+name[len(up.prefix):])
}

// fatSlash plans an object whose name ends in a slash and that has content all
// the same: a bucket takes it as it is, a disk cannot.
func (p *planner) fatSlash(e remote.Entry, name string) {
	p.descend(name+"/", nil)
	f := p.top()
	f.empty = false
	switch {
	case f.omit:
	case p.s.To == nil:
		p.leaf(e, f.full)
	case p.toKeyed:
		p.leaf(e, f.full)
	case p.s.Encode:
		p.atSlash(e, f)
	default:
		p.fault(Source{Entry: e, As: f.full}, fail(e, remote.Invalid, "The object has content although its name ends in a slash. A disk cannot hold that: copy it under another name."))
	}
}

// leaf plans one entry without anything below it; full is its name relative to
// Spec.Dir.
func (p *planner) leaf(e remote.Entry, full string) {
	if p.s.To == nil {
		p.emit(Item{Kind: File, Src: e})
		return
	}
	if e.Type == remote.Special {
		p.emit(Item{Kind: Skip, Src: e, Reason: reasonSpecial})
		return
	}
	up := p.top()
	if up.err != nil {
		p.fault(Source{Entry: e, As: full}, up.err)
		return
	}
	dst, err := p.join(full)
	if err != nil {
		p.fault(Source{Entry: e, As: full}, err)
		return
	}
	it := Item{Kind: File, Src: e, Dst: dst, Same: p.isSource(e, dst)}
	if why := up.target.claim(dst, false); why != "" {
		p.fault(Source{Entry: e, As: full}, fail(e, remote.Exist, why))
		return
	}
	there, sure := up.target.find(p.ctx, dst)
	it.Target, it.Unsure, it.Seen = there, !sure && !p.free, up.target.state == listed
	if there != nil && there.Dir && there.Path == dst && !p.toKeyed {
		p.fault(Source{Entry: e, As: full}, fail(e, remote.Exist, "A folder of this name is in the way. Rename or delete it first."))
		return
	}
	p.emit(it)
}

// whole tries to move e in one step and tells whether it is dealt with.
func (p *planner) whole(e remote.Entry, name string) bool {
	dst, err := p.join(name)
	if err != nil || p.isSource(e, dst) || (e.Dir && p.holdsTarget(e)) || len(p.s.Filters) > 0 {
		return false // the long way says why
	}
	switch err = p.s.Whole(p.ctx, e, dst); remote.KindOf(err) {
	case remote.Exist, remote.Unsupported:
		return false
	}
	if err != nil {
		p.fault(Source{Entry: e, As: name}, err)
		return true
	}
	p.emit(Item{Kind: Moved, Src: e, Dst: dst})
	return true
}

// isSource tells whether dst is the path of e itself.
func (p *planner) isSource(e remote.Entry, dst remote.Path) bool {
	if !p.same {
		return false
	}
	a, b := e.Path, dst
	if e.Dir {
		a, b = bare(a), bare(b)
	}
	return a == b || (p.s.To.Caps().FoldsCase && fold(a) == fold(b))
}

// holdsTarget tells whether the target's folder is e or lies inside it. On a
// disk the folders above the target are compared by what they are as well,
// because links make one folder reachable by many paths.
func (p *planner) holdsTarget(e remote.Entry) bool {
	folds := p.s.To.Caps().FoldsCase
	for d := p.s.Dir; ; {
		a, b := bare(d), bare(e.Path)
		if a == b || (folds && fold(a) == fold(b)) {
			return true
		}
		up := p.s.To.Dir(d)
		if up == d {
			break
		}
		d = up
	}
	if p.toKeyed || e.Version == "" {
		return false
	}
	for _, a := range p.folderAbove() {
		if a.Version == e.Version {
			return true
		}
	}
	return false
}

// folderAbove looks at Dir and the folders that hold it, once.
func (p *planner) folderAbove() []remote.Entry {
	if p.above != nil {
		return p.above
	}
	p.above = []remote.Entry{}
	for d := p.s.Dir; ; {
		if e, err := p.s.To.Stat(p.ctx, d); err == nil && e.Dir {
			p.above = append(p.above, e)
		}
		up := p.s.To.Dir(d)
		if up == d {
			return p.above
		}
		d = up
	}
}

// bare is the path of a folder without the slash that a key may have or not.
func bare(p remote.Path) remote.Path {
	return remote.Path(strings.TrimSuffix(string(p), "/"))
}
