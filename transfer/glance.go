package transfer

import (
	"context"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/transfer/budget"
)

// glanceLeast is how many paths are worth a listing; fewer are looked at one by
// one.
const glanceLeast = 3

// glance finds out what is at many paths of a tree by listing it where they
// lie, a thousand with one request. A path that is not in the result is to be
// looked at by itself: the listing did not show it, or the tree cannot be
// listed so. do makes one request, once more if need be.
func glance(ctx context.Context, tree remote.Tree, ps []remote.Path, do func(context.Context, func(context.Context) error) error) map[remote.Path]remote.Entry {
	there := make(map[remote.Path]remote.Entry, len(ps))
	r, ok := remote.As[remote.Ranger](tree)
	if !ok || len(ps) < glanceLeast {
		return there
	}
	ps = slices.Compact(slices.Sorted(slices.Values(ps)))
	dir := tree.Dir(ps[0])
	for !strings.HasPrefix(string(ps[len(ps)-1]), string(dir)) {
		dir = tree.Dir(dir)
	}
	for len(ps) > 0 {
		var es []remote.Entry
		var more bool
		err := do(ctx, func(ctx context.Context) (err error) {
			es, more, err = r.Range(ctx, dir, ps[0])
			return err
		})
		if err != nil {
			return there // whoever looks by itself meets the reason
		}
		for _, e := range es {
			for len(ps) > 0 && ps[0] < e.Path {
				ps = ps[1:]
			}
			if len(ps) > 0 && ps[0] == e.Path {
				there[e.Path] = e
				ps = ps[1:]
			}
		}
		if !more || len(es) == 0 {
			break
		}
	}
	return there
}

// glance is glance with the patience of the job.
func (t *task) glance(ctx context.Context, tree remote.Tree, g *budget.Gate, ps []remote.Path) map[remote.Path]remote.Entry {
	return glance(ctx, tree, ps, func(ctx context.Context, op func(context.Context) error) error {
		return t.try(ctx, g, op)
	})
}
