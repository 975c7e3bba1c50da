package transfer

import (
	"context"
	"strings"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/plan"
)

// removeUpload throws away what an earlier process recorded of an upload. One
// that was killed before it could write down the id is looked for among the
// unfinished uploads of that very object: ours is one that nobody has on
// record, that began after the job and before this process, and that has no
// part, since the id goes on record before the first part is sent.
func (q *Queue) removeUpload(ctx context.Context, tree remote.Tree, u journal.Upload, created time.Time) error {
	if !leaves(u) {
		return nil
	}
	list, ok := remote.As[remote.Uploads](tree)
	switch {
	case u.ID != "" && ok:
		return list.AbortUpload(ctx, remote.Upload{Path: u.Path, ID: u.ID})
	case u.ID != "":
		s, err := tree.Create(ctx, u.Path, remote.CreateOptions{Size: u.Size, PartSize: u.PartSize, Resume: u.ID})
		if err != nil {
			if remote.KindOf(err) == remote.NotExist {
				return nil
			}
			return err
		}
		return s.Abort(ctx)
	case !ok:
		return nil // nothing can be asked, and nothing is known
	}
	taken, err := q.recordedIDs(ctx)
	if err != nil {
		return err
	}
	disk := !plan.Keyed(tree)
	for x, err := range list.ListUploads(ctx, u.Path) {
		if k := remote.KindOf(err); err != nil && (k == remote.Denied || k == remote.Unsupported) {
			q.o.Log.Warn("unfinished uploads cannot be listed", "target", string(u.Path), "err", err)
			return nil
		}
		if remote.GoneOf(err) != "" {
			return nil // with its bucket
		}
		if err != nil {
			return err
		}
		ours := x.Path == u.Path || disk // the name of a temporary file may be cut
		if !ours || taken[x.ID] || x.Started.Before(created.Add(-slack)) || x.Started.After(q.born) {
			continue
		}
		if disk || x.Parts == 0 || u.PartSize < 0 {
			if err := list.AbortUpload(ctx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaves tells whether an upload on record can have left anything: a copy that the
// store made in one request leaves nothing unfinished.
func leaves(u journal.Upload) bool { return u.PartSize >= 0 || u.Size > copyTraced }

// slack is how far the clock of a server may be behind ours.
const slack = 5 * time.Minute

// recordedIDs are the ids of all uploads that belong to some job.
func (q *Queue) recordedIDs(ctx context.Context) (map[string]bool, error) {
	ids := map[string]bool{}
	for u := range q.jr.Uploads(ctx) {
		if u.ID != "" {
			ids[u.ID] = true
		}
	}
	return ids, context.Cause(ctx)
}

// coarse is how far the times of files may be behind the clock: the system
// takes them from its last tick.
const coarse = 20 * time.Millisecond

// sweepMost is how many items of a job that has died are looked at for traces.
// Items are begun in order, so those that were begun are among the first that
// have not ended.
const sweepMost = 2000

// sweep removes the temporary files of small files, which are not on record one
// by one: beside the targets of items that have not ended, from the time of the
// job.
func (q *Queue) sweep(ctx context.Context, tree remote.Tree, rec journal.Job) error {
	list, ok := remote.As[remote.Uploads](tree)
	if !ok || plan.Keyed(tree) {
		return nil
	}
	dirs, targets, err := q.begun(ctx, tree, rec.ID)
	if err != nil || len(targets) == 0 {
		return err
	}
	taken, err := q.recordedIDs(ctx)
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		for x, err := range list.ListUploads(ctx, dir) {
			if err != nil {
				return err
			}
			if taken[x.ID] || !becomes(x, targets) || x.Started.Before(rec.Created.Add(-coarse)) || x.Started.After(q.born) {
				continue
			}
			if err := list.AbortUpload(ctx, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// becomes tells whether x may be one of the targets. The name of a temporary
// file holds that of its target without a dot at the end, and cut if it is long.
func becomes(x remote.Upload, targets map[remote.Path]bool) bool {
	if targets[x.Path] || targets[x.Path+"."] {
		return true
	}
	if !x.Cut {
		return false
	}
	for p := range targets {
		rest, begins := strings.CutPrefix(string(p), string(x.Path))
		if begins && !strings.ContainsAny(rest, `/\`) {
			return true
		}
	}
	return false
}

// begun are the targets of items that may have been begun, and their folders,
// none inside another.
func (q *Queue) begun(ctx context.Context, tree remote.Tree, job int64) (dirs []remote.Path, targets map[remote.Path]bool, err error) {
	targets = map[remote.Path]bool{}
	for it, err := range q.jr.Items(ctx, job) {
		if err != nil {
			return nil, nil, err
		}
		if it.Dir || it.Target == "" {
			continue
		}
		targets[it.Target] = true
		dir := tree.Dir(it.Target)
		inside := false
		for _, d := range dirs {
			rest, below := strings.CutPrefix(string(dir), strings.TrimRight(string(d), `/\`))
			inside = inside || below && (rest == "" || strings.ContainsAny(rest[:1], `/\`))
		}
		if !inside {
			dirs = append(dirs, dir)
		}
		if len(targets) >= sweepMost {
			break
		}
	}
	return dirs, targets, nil
}
