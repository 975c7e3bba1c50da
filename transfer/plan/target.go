package plan

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"

	"gantry/remote"
)

const (
	listMost = 20_000 // entries of a target folder to remember
	askFirst = 4      // items that are left Unsure before their folder is listed
)

// target is one folder of the target tree and what is known to be in it.
type target struct {
	tree remote.Tree
	dir  remote.Path
	fold bool
	grow bool // children arrive one by one: do not list for the first few

	state   knowledge
	asked   int
	entries map[string]remote.Entry
	claimed map[string]claim // names that this plan uses. nil: not needed
}

// claim is a name that a plan uses.
type claim struct {
	path remote.Path
	dir  bool
}

type knowledge uint8

const (
	untouched knowledge = iota
	absent              // the folder does not exist, so nothing is in it
	listed              // entries holds everything
	blind               // too large to remember, or not allowed to list
)

// find looks for p in the folder. sure is false when nobody looked.
func (t *target) find(ctx context.Context, p remote.Path) (e *remote.Entry, sure bool) {
	if t.state == untouched {
		if t.asked++; t.grow && t.asked <= askFirst {
			return nil, false
		}
		t.list(ctx)
	}
	switch t.state {
	case absent:
		return nil, true
	case listed:
		if e, ok := t.entries[t.key(p)]; ok {
			return &e, true
		}
		return nil, true
	default:
		return nil, false
	}
}

func (t *target) list(ctx context.Context) {
	t.state, t.entries = listed, map[string]remote.Entry{}
	for e, err := range remote.All(ctx, t.tree, t.dir) {
		switch {
		case remote.KindOf(err) == remote.NotExist:
			t.state, t.entries = absent, nil
			return
		case err != nil, len(t.entries) == listMost:
			t.state, t.entries = blind, nil
			return
		}
		t.entries[t.key(e.Path)] = e
	}
}

// claim notes that the plan will write p. It returns why it must not: another
// entry of the plan has that name already, which matters where the target folds
// case or where a file and a folder cannot share a name. Two files of the very same
// name are a conflict like any other, for whoever writes the second one.
func (t *target) claim(p remote.Path, dir bool) (reason string) {
	if t.claimed == nil || len(t.claimed) >= listMost {
		return ""
	}
	k := t.key(p)
	was, ok := t.claimed[k]
	switch {
	case !ok:
		t.claimed[k] = claim{p, dir}
	case was.dir && !dir:
		return "A folder of the same name goes to the same place. Copy one of them under another name."
	case !was.dir && dir:
		return "A file of the same name goes to the same place. Copy one of them under another name."
	case !dir && was.path != p:
		return "Another source has the same name there: the target does not tell upper from lower case. Copy one of them under another name."
	}
	return ""
}

func (t *target) key(p remote.Path) string {
	if !t.fold {
		return string(p)
	}
	return fold(p)
}

func fold(p remote.Path) string { return strings.ToLower(norm.NFC.String(string(p))) }

// Keyed tells whether t is a bucket, where a file and a folder of one name have
// different paths, as opposed to a disk. At the root of an account there are
// only buckets, so it is asked inside of one as well.
func Keyed(t remote.Tree) bool { return keyed(t, "") || keyed(t, "bucket/") }

// keyed tells whether a file and a folder of one name have different paths in
// t, as keys of a bucket have.
func keyed(t remote.Tree, dir remote.Path) bool {
	a, errA := t.Join(dir, "x")
	b, errB := t.Join(dir, "x/")
	return errA == nil && errB == nil && a != b
}
