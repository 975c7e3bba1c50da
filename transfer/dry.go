package transfer

import (
	"context"

	"gantry/remote"
)

// foretold are what a dry run of several sources would have written by now. Since it
// writes nothing, a later source of the same name would not meet the earlier one
// there, as it will when the job is run. It belongs to job.mu.
type foretold map[remote.Path]side

// foretell remembers that a dry run would have put what s holds at p. As with twins,
// it forgets what goes beyond twinsMost.
func (j *job) foretell(p remote.Path, s side) {
	if !j.several {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.foretold == nil {
		j.foretold = foretold{}
	}
	if _, known := j.foretold[p]; !known && len(j.foretold) >= twinsMost {
		return
	}
	j.foretold[p] = s
}

// foretoldAt is what a dry run would have put at p.
func (j *job) foretoldAt(p remote.Path) (s side, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	s, ok = j.foretold[p]
	return s, ok
}

// foretoldEntry is how what a dry run would have put at p would show there.
func (j *job) foretoldEntry(p remote.Path) (remote.Entry, bool) {
	s, ok := j.foretoldAt(p)
	return remote.Entry{Path: p, Name: s.e.Name, Size: s.e.Size, ModTime: s.e.ModTime}, ok
}

// wouldWrite ends an item of a dry run that would be written.
func (t *task) wouldWrite() {
	it := t.it
	t.j.foretell(it.dst, t.source(it.src))
	t.j.finish(it, "", nil)
}

// setAsideDry is setAside of a dry run, which finds the name and leaves the target
// where it is.
func (t *task) setAsideDry(ctx context.Context) error {
	old := *t.it.target
	to, err := t.free(ctx, old.Path)
	if err == nil {
		t.j.foretell(to, t.target(old))
	}
	return err
}
