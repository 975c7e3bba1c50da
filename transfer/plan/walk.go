package plan

import (
	"context"
	"strings"

	"gantry/remote"
)

// planner is one run of Items. It keeps one frame for each folder on the way
// from the target's folder down to where the walk is.
type planner struct {
	ctx   context.Context
	s     Spec
	yield func(Item) bool
	ended bool // the consumer has enough

	index int    // of the source at hand
	exact bool   // its name is not escaped
	free  bool   // nothing had its name in the target a moment ago
	pos   string // of what the walk is at
	after string // the walk begins behind it

	same     bool // both sides are the same place
	toKeyed  bool
	srcKeyed bool
	claims   bool
	above    []remote.Entry // the folders that hold Dir, when looked up
	frames   []*frame
}

// frame is one folder, of the source and of the target.
type frame struct {
	prefix string // of the names in it, relative to what is walked: "", "a/", "a/b/"
	full   string // of the names in it, relative to Spec.Dir
	src    remote.Entry
	dst    remote.Path
	exists bool // src is an entry of its own
	top    bool // the source itself
	quiet  bool // no Enter and Leave: only a folder on the way
	omit   bool // excluded by a filter
	known  bool // an earlier plan has made it
	empty  bool // nothing came below it
	made   bool // Enter said to make it
	err    error
	target *target
}

func newPlanner(ctx context.Context, s Spec, yield func(Item) bool) *planner {
	p := &planner{ctx: ctx, s: s, yield: yield, srcKeyed: Keyed(s.From), after: s.After}
	base := &frame{quiet: true, dst: s.Dir}
	if s.To != nil {
		p.same = s.From.Label() == s.To.Label()
		p.toKeyed = keyed(s.To, s.Dir)
		p.claims = s.To.Caps().FoldsCase || (p.srcKeyed && !p.toKeyed)
		base.target = p.newTarget(s.Dir)
		base.target.grow = true
	}
	p.frames = []*frame{base}
	return p
}

func (p *planner) newTarget(dir remote.Path) *target {
	t := &target{tree: p.s.To, dir: dir, fold: p.s.To.Caps().FoldsCase}
	if p.claims {
		t.claimed = map[string]claim{}
	}
	return t
}

func (p *planner) stopped() bool { return p.ended || p.ctx.Err() != nil }

func (p *planner) emit(it Item) {
	if !p.stopped() {
		it.Source = max(p.index, 0)
		if it.Kind != Enter && it.Kind != Leave {
			it.Pos = p.pos
		}
		p.ended = !p.yield(it)
	}
}

func (p *planner) fault(s Source, err error) {
	p.emit(Item{Kind: Fault, Src: s.Entry, Again: s, Err: err})
}

func (p *planner) top() *frame { return p.frames[len(p.frames)-1] }

// walk visits everything below dir. A listing that broke is begun again if
// Spec.Again says so; what was visited already is passed over, which works
// because Walk has an order.
func (p *planner) walk(dir remote.Path, visit func(remote.Entry)) {
	last, tries := p.after, 0
	given := map[remote.Path]bool{} // folders that were given up
	for again := true; again && !p.stopped(); {
		again = false
		for e, err := range remote.Walk(p.ctx, p.s.From, dir) {
			if p.stopped() {
				return
			}
			if err != nil {
				if given[e.Path] || p.isBehind(e) {
					continue
				}
				tries++
				if again = p.s.Again != nil && p.s.Again(p.ctx, tries, err); again {
					break
				}
				given[e.Path], tries = true, 0
				p.unreadable(e, err)
				continue
			}
			key := e.Name
			if e.Dir {
				key += "/"
			}
			if last != "" && key <= last {
				continue
			}
			last, tries = key, 0
			p.pos = key
			visit(e)
		}
	}
}

// isBehind tells whether an earlier plan is past the folder e, with whatever it
// could read there.
func (p *planner) isBehind(e remote.Entry) bool {
	key := e.Name + "/"
	return e.Name != "" && key <= p.after && !strings.HasPrefix(p.after, key)
}

// unreadable reports a folder below the source whose listing failed.
func (p *planner) unreadable(e remote.Entry, err error) {
	if e.Name != "" {
		p.descend(e.Name+"/", nil)
	}
	up := p.top()
	if up.omit {
		return
	}
	again := Source{Entry: e, As: strings.TrimSuffix(up.full, "/"), Contents: up.full == ""}
	p.fault(again, err)
}

// descend makes the stack of frames end with the folder that holds names with
// this prefix; src is that folder's entry, nil when there is none.
func (p *planner) descend(prefix string, src *remote.Entry) {
	depth := len(p.frames)
	for depth > 1 && !p.frames[depth-1].top && !strings.HasPrefix(prefix, p.frames[depth-1].prefix) {
		depth--
	}
	p.popTo(depth - 1)
	for rest := prefix[len(p.top().prefix):]; rest != ""; {
		i := strings.IndexByte(rest, '/') + 1
		up := p.top()
		f := &frame{prefix: up.prefix + rest[:i], full: up.full + rest[:i], omit: up.omit}
		if rest = rest[i:]; rest == "" && src != nil {
			// A listing shows bare prefixes of a bucket as well: no entries of their own.
			f.src, f.exists = *src, !p.srcKeyed || IsObject(*src)
		}
		f.quiet = f.omit
		if !f.omit && !p.s.Filters.Folder(strings.TrimSuffix(f.prefix, "/")) {
			f.omit, f.quiet = true, true
			p.emit(Item{Kind: Omit})
		}
		p.push(f)
	}
}

// push enters the folder f and finds out what is in its place in the target.
func (p *planner) push(f *frame) {
	up := p.top()
	up.empty = false
	f.empty = true
	if p.s.To != nil && !f.omit {
		p.place(up, f)
	}
	p.frames = append(p.frames, f)
	if f.quiet {
		return
	}
	it := Item{Kind: Enter, Src: f.src, Dst: f.dst, Exists: f.exists && f.err == nil, Pos: f.prefix}
	// A folder of a disk shows in a bucket by what is in it: made on Leave, and
	// only if it is empty.
	it.Make = p.s.To != nil && f.err == nil && f.exists && (p.srcKeyed || !p.toKeyed) && !f.known
	f.made = it.Make || f.known
	p.emit(it)
	if f.err != nil && f.exists {
		p.fault(Source{Entry: f.src, As: strings.TrimSuffix(f.full, "/")}, f.err)
	}
}

// place finds the folder f in the target.
func (p *planner) place(up, f *frame) {
	if f.err = up.err; f.err != nil {
		return
	}
	if f.dst, f.err = p.join(f.full); f.err != nil {
		return
	}
	if why := up.target.claim(f.dst, true); why != "" {
		f.err = fail(f.src, remote.Exist, why)
		return
	}
	f.target = p.newTarget(f.dst)
	if up == p.frames[0] && up.top {
		up.target.grow = false // to look into each folder costs as much
	}
	there, sure := up.target.find(p.ctx, f.dst)
	switch {
	case !sure:
	case there == nil:
		f.target.state = absent
	case !there.Dir:
		f.err = fail(f.src, remote.Exist, "A file of this name is in the way of the folder. Rename or delete it first.")
	}
}

// popTo leaves folders until n+1 frames are left.
func (p *planner) popTo(n int) {
	for len(p.frames) > n+1 {
		f := p.top()
		p.frames = p.frames[:len(p.frames)-1]
		if f.quiet {
			continue
		}
		it := Item{Kind: Leave, Src: f.src, Dst: f.dst, Exists: f.exists && f.err == nil, Pos: f.prefix}
		if p.s.To != nil && f.err == nil && f.empty && !f.made {
			it.Make = f.top || (f.exists && p.toKeyed && !p.srcKeyed)
		}
		p.emit(it)
	}
}
