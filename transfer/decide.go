package transfer

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer/budget"
	"gantry/transfer/plan"
)

// verdict is what to do with an item, given what is in its place.
type verdict uint8

const (
	write verdict = iota
	skip
	park
)

// decide looks at the target where nobody has yet and applies the policy. With
// write, dst and the conditions of the item are set; with skip the reason comes
// along.
func (t *task) decide(ctx context.Context) (verdict, string, error) {
	it := t.it
	it.ifAbsent, it.ifVersion = false, ""
	policy := t.policy()
	if it.same && policy != PolicyRename && policy != PolicyKeepBoth {
		return 0, "", t.refuse(remote.Invalid, "Source and target are the same. Give the copy another name.")
	}
	if err := t.lookWhereNeeded(ctx); err != nil {
		return 0, "", err
	}
	if it.target == nil && !it.same {
		it.ifAbsent = true
		return write, "", nil
	}
	if it.target != nil && it.target.Dir && it.target.Path == it.dst && !it.src.Dir {
		return 0, "", t.refuse(remote.Exist, "A folder of this name is in the way. Rename or delete it first.")
	}
	if it.target != nil && t.j.req.Op == Move && t.alias(ctx) {
		// Two names for one object: the copy would replace the source and then
		// deleting the source would delete the only copy.
		return 0, "", t.refuse(remote.Invalid, "Source and target seem to be the same object under two names. Nothing was moved. If they are two, delete the source: they hold the same.")
	}
	return t.apply(ctx, policy)
}

// apply does what the policy says about an existing target.
func (t *task) apply(ctx context.Context, policy Policy) (verdict, string, error) {
	it := t.it
	switch policy {
	case PolicyAsk:
		if t.j.req.Rules.DryRun {
			return skip, "target exists", nil
		}
		return park, "", nil
	case PolicySkip:
		return skip, "target exists", nil
	case PolicyFail:
		return 0, "", t.refuse(remote.Exist, t.exists())
	case PolicySize:
		same, err := t.sameSize(ctx)
		if err != nil || same {
			return skip, "target has the same size", err
		}
	case PolicyNewer:
		newer, err := t.newer(ctx)
		if err != nil || !newer {
			return skip, "target is not older", err
		}
	case PolicyChecksum:
		same, err := t.sameContent(ctx)
		if err != nil || same {
			return skip, "target has the same content", err
		}
	case PolicyRename:
		return write, "", t.freeName(ctx)
	case PolicyKeepBoth:
		if it.same {
			return write, "", t.freeName(ctx)
		}
		return write, "", t.setAside(ctx)
	case PolicyOverwrite:
	}
	if it.target == nil { // it went while it was compared
		it.ifAbsent = true
		return write, "", nil
	}
	it.ifVersion = it.target.Version
	return write, "", nil
}

// exists is the sentence about a target that is there and stays.
func (t *task) exists() string {
	if t.it.twin {
		return "Two of the sources have this name there; the other one was left as it is."
	}
	return "The target exists."
}

// lookWhereNeeded finds out what is at dst where nobody has yet, and whether
// that which the user was asked about is still there.
func (t *task) lookWhereNeeded(ctx context.Context) error {
	it := t.it
	switch {
	case it.same:
		return nil
	case it.unsure:
		return t.look(ctx)
	case it.asked && it.target != nil:
		_, err := t.restat(ctx, t.j.to, t.j.toGate, it.target.Path)
		if hasGone(err) {
			it.target, err = nil, nil
		}
		if remote.KindOf(err) == remote.Denied {
			return nil // may write but not look
		}
		return err
	}
	return nil
}

// again looks at both sides once more, for a comparison of what is there now;
// false if there is no target any more.
func (t *task) again(ctx context.Context) (src, dst remote.Entry, there bool, err error) {
	it := t.it
	if src, err = t.restat(ctx, t.j.req.From, t.fromGate(), it.src.Path); err != nil {
		return src, dst, false, err
	}
	var known bool
	if dst, _, known = t.foreseen(it.target.Path); !known {
		dst, err = t.restat(ctx, t.j.to, t.j.toGate, it.target.Path)
	}
	switch {
	case hasGone(err):
		it.target = nil
		return src, dst, false, nil
	case err != nil:
		return src, dst, false, err
	}
	it.target = &dst // what was compared is what may be replaced
	return src, dst, true, nil
}

func (t *task) policy() Policy {
	if t.it.decided {
		return t.it.policy
	}
	t.j.mu.Lock()
	defer t.j.mu.Unlock()
	return t.j.policy
}

func (t *task) refuse(k remote.Kind, hint string) error {
	return &remote.Error{Op: t.j.req.Op.String(), Path: t.it.src.Path, Kind: k, Hint: hint}
}

// look finds out what is at dst.
func (t *task) look(ctx context.Context) error {
	it := t.it
	var err error
	there, _, known := t.foreseen(it.dst)
	if !known {
		there, err = t.stat(ctx, t.j.to, t.j.toGate, it.dst)
	}
	switch {
	case err == nil:
		it.target = &there
		t.j.targeted.Store(true)
	case remote.KindOf(err) == remote.NotExist:
		it.target = nil
	case remote.KindOf(err) == remote.Denied:
		it.target = nil // may write but not look: IfAbsent guards what is there
	default:
		return err
	}
	it.unsure = false
	return nil
}

func (t *task) stat(ctx context.Context, tree remote.Tree, g *budget.Gate, p remote.Path) (e remote.Entry, err error) {
	err = t.try(ctx, g, func(ctx context.Context) error {
		start := now()
		if e, err = tree.Stat(ctx, p); err == nil {
			t.j.q.budget.Seen(g, now().Sub(start))
		}
		return err
	})
	return e, err
}

// restat looks once more at what was there.
func (t *task) restat(ctx context.Context, tree remote.Tree, g *budget.Gate, p remote.Path) (e remote.Entry, err error) {
	err = t.try(ctx, g, func(ctx context.Context) error {
		e, err = statAgain(ctx, tree, p)
		return err
	})
	return e, err
}

// statAgain is Stat of what was there. A store does not say why it shows no
// object, but whether there is a bucket to list: the end of a bucket is not to be
// taken for that of each of its objects.
func statAgain(ctx context.Context, tree remote.Tree, p remote.Path) (remote.Entry, error) {
	e, err := tree.Stat(ctx, p)
	if remote.KindOf(err) == remote.NotExist && plan.Keyed(tree) {
		if _, lerr := tree.List(ctx, tree.Dir(p), ""); remote.GoneOf(lerr) != "" {
			return e, lerr
		}
	}
	return e, err
}

// alias tells whether source and target may be one object under two names. A copy
// has the content and the time of what it was made of; when it was written is its
// own.
func (t *task) alias(ctx context.Context) bool {
	it := t.it
	a, b := it.src, *it.target
	if a.Version == "" || a.Version != b.Version || a.Size != b.Size || !a.ModTime.Equal(b.ModTime) {
		return false
	}
	from, ok1 := remote.As[remote.Stamper](t.j.req.From)
	to, ok2 := remote.As[remote.Stamper](t.j.to)
	if !ok1 || !ok2 {
		return true
	}
	var one, other time.Time
	err := t.try(ctx, t.fromGate(), func(ctx context.Context) (err error) {
		if one, err = from.Written(ctx, a.Path); err == nil {
			other, err = to.Written(ctx, b.Path)
		}
		return err
	})
	return err != nil || one.Equal(other)
}

// sameSize compares the sizes. What the user was asked about was seen some time
// ago: then both sides are looked at once more.
func (t *task) sameSize(ctx context.Context) (bool, error) {
	if it := t.it; !it.asked {
		return it.src.Size == it.target.Size, nil
	}
	src, dst, there, err := t.again(ctx)
	return err == nil && there && src.Size == dst.Size, err
}

// newer compares modification times. Listings of a bucket show when an object
// was written; the time that was kept with it takes a look at the object.
func (t *task) newer(ctx context.Context) (bool, error) {
	src, dst, there, err := t.again(ctx)
	if err != nil || !there {
		return err == nil, err
	}
	a, b := src.ModTime, dst.ModTime
	if a.Nanosecond() == 0 || b.Nanosecond() == 0 {
		a, b = a.Truncate(time.Second), b.Truncate(time.Second) // one side keeps seconds only
	}
	return a.After(b), nil
}

// freeName gives the item a name that nothing has: "a (2).txt".
func (t *task) freeName(ctx context.Context) error {
	p, err := t.free(ctx, t.it.dst)
	if err != nil {
		return err
	}
	t.j.mu.Lock()
	t.it.dst = p // snapshots show it
	t.j.mu.Unlock()
	t.it.target, t.it.same, t.it.ifAbsent = nil, false, true
	return nil
}

// namesMost is how many numbers are tried for a free name.
const namesMost = 10_000

// free finds a path beside p that nothing has.
func (t *task) free(ctx context.Context, p remote.Path) (remote.Path, error) {
	dir := t.j.to.Dir(p)
	name := strings.TrimPrefix(string(p), string(dir))
	name = strings.Trim(name, `/\`)
	for n := 2; n < namesMost; n++ {
		q, err := t.j.to.Join(dir, numbered(name, n))
		if err != nil {
			return "", err
		}
		if _, _, taken := t.foreseen(q); taken {
			continue
		}
		_, err = t.stat(ctx, t.j.to, t.j.toGate, q)
		if remote.KindOf(err) == remote.NotExist && err != nil {
			return q, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", t.refuse(remote.Exist, "There are too many copies of this name already.")
}

// numbered puts a number before the extension: "a.tar.gz" becomes
// "a (2).tar.gz", ".profile" becomes ".profile (2)".
func numbered(name string, n int) string {
	stem, ext := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		stem, ext = name[:i], name[i:]
		if strings.HasSuffix(stem, ".tar") && len(stem) > len(".tar") {
			stem, ext = strings.TrimSuffix(stem, ".tar"), ".tar"+ext
		}
	}
	return fmt.Sprintf("%s (%d)%s", stem, n, ext)
}

// setAside gives the target another name, so that the item can have its own.
func (t *task) setAside(ctx context.Context) error {
	it, old := t.it, *t.it.target
	to, err := t.free(ctx, old.Path)
	if err != nil {
		return err
	}
	if t.j.req.Rules.DryRun {
		t.remark("What is there becomes " + t.j.req.To.Label() + string(to) + ".")
		t.foresee(to, t.target(old))
		return nil
	}
	if r, ok := remote.As[remote.Renamer](t.j.to); ok {
		if err := t.try(ctx, t.j.toGate, func(ctx context.Context) error { return r.Rename(ctx, old.Path, to) }); err != nil {
			return err
		}
		it.target, it.ifAbsent = nil, true
		return nil
	}
	c, ok := remote.As[remote.Copier](t.j.to)
	if !ok || !c.CanCopy(t.j.to) {
		return t.refuse(remote.Unsupported, "The target cannot be renamed there. Choose to rename the new one.")
	}
	// The old content has its copy before the new one replaces it.
	err = t.try(ctx, t.j.toGate, func(ctx context.Context) error {
		_, err := c.Copy(ctx, t.j.to, old, to, remote.CreateOptions{Size: old.Size, IfAbsent: true})
		return err
	})
	if err != nil {
		return err
	}
	it.ifVersion = old.Version
	return nil
}
