package transfer

import "gantry/remote"

// A dry run leaves nothing in the target that the next item of the same name could
// meet there. What an item would leave is foreseen instead, so that the rules of
// conflicts say of that item what they will say of it in earnest.

// foreseenMost is how many targets a dry run remembers.
const foreseenMost = 100_000

// foresee notes that content would be at p. It does nothing but in a dry run of
// several sources.
func (t *task) foresee(p remote.Path, content side) {
	j := t.j
	if !j.req.Rules.DryRun || !j.several {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.twins.foresight == nil {
		j.twins.foresight = map[remote.Path]side{}
	}
	if len(j.twins.foresight) < foreseenMost {
		j.twins.foresight[p] = content
	}
}

// foreseen is what would be at p by now, and where its content is.
func (t *task) foreseen(p remote.Path) (there remote.Entry, content side, ok bool) {
	t.j.mu.Lock()
	defer t.j.mu.Unlock()
	if content, ok = t.j.twins.foresight[p]; !ok {
		return there, content, false
	}
	there = content.e
	there.Path, there.Version = p, ""
	return there, content, true
}

// foretell says what a dry run shows of an item besides its target: what it replaces.
func (t *task) foretell() {
	it := t.it
	if it.target != nil && it.note == "" {
		note := "It replaces what is there."
		if _, by, ok := t.foreseen(it.dst); ok {
			note = "It replaces " + by.tree.Label() + string(by.e.Path) + ", which has the same name there."
		}
		t.remark(note)
	}
	t.foresee(it.dst, t.source(it.src))
}
