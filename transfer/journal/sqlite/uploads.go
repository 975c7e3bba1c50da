package sqlite

import (
	"context"
	"encoding/binary"
	"iter"
	"strings"

	"gantry/remote"
	"gantry/transfer/journal"
)

const (
	uploadColumns = 9
	partColumns   = 8
)

// Intend records an upload before the tree is asked for it, in place of an
// earlier one of the item.
func (j *Journal) Intend(ctx context.Context, u journal.Upload) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		if _, err := t.ours(u.Job); err != nil {
			return err
		}
		if err := t.dropParts(u.Job, u.Item); err != nil {
			return err
		}
		return t.putUpload(u)
	})
}

func (t *txn) putUpload(u journal.Upload) error {
	return t.put("upload", u.Job, u.Item, []byte(u.Tree), []byte(u.Path), u.Size, u.PartSize, versions(u), []byte(u.ID))
}

// versions are that of the source as it is; or, behind a zero, its length, it, and
// the version of what is replaced.
func versions(u journal.Upload) []byte {
	if u.Before == "" && !strings.HasPrefix(u.Version, "\x00") {
		return []byte(u.Version)
	}
	b := binary.AppendUvarint([]byte{0}, uint64(len(u.Version)))
	return append(append(b, u.Version...), u.Before...)
}

// versionsOf takes versions apart.
func versionsOf(s string) (version, before string) {
	if !strings.HasPrefix(s, "\x00") {
		return s, ""
	}
	n, used := binary.Uvarint([]byte(s[1:]))
	if rest := s[1+max(used, 0):]; used > 0 && n <= uint64(len(rest)) {
		return rest[:n], rest[n:]
	}
	return s, ""
}

func readUpload(c cols) journal.Upload {
	version, before := versionsOf(c.str(6))
	return journal.Upload{
		Job: c.int(0), Item: c.int(1), Tree: c.str(2), Path: remote.Path(c.str(3)),
		Size: c.int(4), PartSize: c.int(5), Version: version, Before: before, ID: c.str(7),
	}
}

func (t *txn) upload(job, item int64) (u journal.Upload, found bool, err error) {
	err = t.each("upload", uploadColumns, func(c cols) error {
		u, found = readUpload(c), true
		return nil
	}, "SELECT * FROM upload WHERE job=? AND item=?", job, item)
	return u, found, err
}

func (t *txn) dropParts(job, item int64) error {
	_, err := t.exec("DELETE FROM part WHERE job=? AND item=?", job, item)
	return err
}

// Began records the upload's id, before its first part is sent.
func (j *Journal) Began(ctx context.Context, job, item int64, id string) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		if _, err := t.ours(job); err != nil {
			return err
		}
		u, found, err := t.upload(job, item)
		if err != nil || !found {
			return err
		}
		u.ID = id
		return t.putUpload(u)
	})
}

// Part records a part that the tree has; the last one of a number counts.
func (j *Journal) Part(ctx context.Context, job, item int64, p remote.Part) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		if _, err := t.ours(job); err != nil {
			return err
		}
		_, found, err := t.upload(job, item)
		if err != nil || !found {
			return err
		}
		return t.put("part", job, item, int64(p.Num), p.Size, []byte(p.Tag), int64(p.Sum.Algorithm), []byte(p.Sum.Digest))
	})
}

func readPart(c cols) remote.Part {
	return remote.Part{
		Num: int(c.int(2)), Size: c.int(3), Tag: c.str(4),
		Sum: remote.Sum{Algorithm: remote.Algorithm(c.int(5)), Digest: c.str(6)}, //nolint:gosec // as written
	}
}

// Settled says that nothing of the item's upload is left.
func (j *Journal) Settled(ctx context.Context, job, item int64) error {
	return j.w.do(ctx, 1, func(t *txn) error {
		if _, err := t.ours(job); err != nil {
			return err
		}
		return t.settle(job, item)
	})
}

// settle drops the item's upload, if there is one.
func (t *txn) settle(job, item int64) error {
	n, err := t.exec("DELETE FROM upload WHERE job=? AND item=?", job, item)
	if err != nil || n == 0 {
		return err
	}
	return t.dropParts(job, item)
}

// Unsettled is an upload that nobody has finished or thrown away.
type Unsettled struct {
	journal.Upload
	Parts []remote.Part // by number
	Alive bool          // the process that runs its job lives: it is not left over
}

// Uploads yields the uploads that are not settled, with the parts they have, by
// job and item, also those of other processes. It stops when they cannot be
// read; who must not take that for the end uses Unsettled.
func (j *Journal) Uploads(ctx context.Context) iter.Seq2[journal.Upload, []remote.Part] {
	return func(yield func(journal.Upload, []remote.Part) bool) {
		for u, err := range j.Unsettled(ctx) {
			if err != nil {
				j.f.log.Error("uploads cannot be read from the journal", "err", err)
				return
			}
			if !yield(u.Upload, u.Parts) {
				return
			}
		}
	}
}

// Unsettled is Uploads with errors: it yields one and stops.
func (j *Journal) Unsettled(ctx context.Context) iter.Seq2[Unsettled, error] {
	return func(yield func(Unsettled, error) bool) {
		jobs := map[int64]bool{} // whose process lives
		for u, err := range j.uploads(ctx) {
			full := Unsettled{Upload: u}
			if err == nil {
				full.Parts, err = j.parts(ctx, u.Job, u.Item)
			}
			if err == nil {
				full.Alive, err = j.aliveJob(ctx, jobs, u.Job)
			}
			if err != nil {
				yield(Unsettled{}, err)
				return
			}
			if !yield(full, nil) {
				return
			}
		}
	}
}

func (j *Journal) aliveJob(ctx context.Context, known map[int64]bool, id int64) (bool, error) {
	alive, ok := known[id]
	if ok {
		return alive, nil
	}
	s, err := j.Job(ctx, id)
	if err != nil && remote.KindOf(err) != remote.NotExist {
		return false, err
	}
	known[id] = s.Alive
	return s.Alive, nil
}

func (j *Journal) uploads(ctx context.Context) iter.Seq2[journal.Upload, error] {
	return func(yield func(journal.Upload, error) bool) {
		for job, item := int64(-1<<62), int64(0); ; {
			var page []journal.Upload
			rows, err := j.read.QueryContext(ctx, "SELECT * FROM upload WHERE (job, item)>(?, ?) ORDER BY job, item LIMIT ?", job, item, pageRows)
			if err == nil {
				err = each(ctx, rows, "upload", uploadColumns, func(c cols) error {
					page = append(page, readUpload(c))
					return nil
				})
			}
			if err != nil {
				yield(journal.Upload{}, j.failed("read", err))
				return
			}
			for _, u := range page {
				job, item = u.Job, u.Item
				if !yield(u, nil) {
					return
				}
			}
			if len(page) < pageRows {
				return
			}
		}
	}
}

func (j *Journal) parts(ctx context.Context, job, item int64) ([]remote.Part, error) {
	rows, err := j.read.QueryContext(ctx, "SELECT * FROM part WHERE job=? AND item=? ORDER BY num", job, item)
	if err != nil {
		return nil, j.failed("read", err)
	}
	var parts []remote.Part
	err = each(ctx, rows, "part", partColumns, func(c cols) error {
		parts = append(parts, readPart(c))
		return nil
	})
	return parts, j.failed("read", err)
}
