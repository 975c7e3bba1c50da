package transfer_test

import (
	"context"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// A move whose source could not be deleted is finished by a retry: what was copied is
// recognised. What is another content, or may be the source itself, is not.
func TestARetriedMoveFinishesWhatItHadCopied(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to *mem.Tree
		src, dir remote.Path
		meddle   bool
	}{
		{"up", mem.NewDisk("l:").Tree, mem.New("r:"), "/a", "in/", false},
		{"down", mem.New("r:"), mem.NewDisk("l:").Tree, "a", "/in", false},
		{"between buckets", mem.New("r:"), mem.New("s:"), "a", "in/", false},
		{"up, somebody writes meanwhile", mem.NewDisk("l:").Tree, mem.New("r:"), "/a", "in/", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			jr, _, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
			if err != nil {
				t.Fatal(err)
			}
			c.from.Put(c.src, content(25))
			f := wrap.NewFaulty(plain{c.from})
			f.Add(wrap.Remove, wrap.Fault{Times: 1, Err: fault(remote.Denied)})
			q := transfer.New(t.Context(), transfer.Options{
				Unattended: true, Journal: jr, PartSize: 10,
				Open: func(_ context.Context, label string) (remote.Tree, error) {
					if label == c.from.Label() {
						return f, nil
					}
					return plain{c.to}, nil
				},
			})
			defer func() {
				closeQueue(t, q)
				if err := jr.Close(); err != nil {
					t.Error(err)
				}
			}()
			r := request(t, transfer.Move, f, plain{c.to}, c.dir, c.src)
			r.Rules.OnConflict = transfer.PolicyFail
			s := await(t, q, q.Submit(r))
			wantState(t, s, transfer.Failed)
			at, _ := c.to.Join(c.dir, "a")
			if got, _ := c.to.Get(at); got != content(25) {
				t.Fatalf("copied was %q", got)
			}
			want := content(25)
			if c.meddle {
				want = content(24) + "!"
				c.to.Put(at, want)
			}
			id, err := q.Again(t.Context(), s.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			s = await(t, q, id)
			_, there := c.from.Get(c.src)
			if got, _ := c.to.Get(at); got != want || there != c.meddle || (s.State == transfer.Done) == c.meddle {
				t.Errorf("%s, %+v: the target holds %q, the source is there: %t", s.State, s.Err, got, there)
			}
		})
	}
}

// What a conflict has kept from being written may be the source itself under another
// name, as where a bucket is mounted: a retry deletes nothing for it.
func TestARetriedMoveDoesNotTakeAnotherForItsCopy(t *testing.T) {
	jr, _, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(25))
	to.Put("in/a", content(25))
	q := transfer.New(t.Context(), transfer.Options{
		Unattended: true, Journal: jr,
		Open: func(_ context.Context, label string) (remote.Tree, error) {
			if label == from.Label() {
				return from, nil
			}
			return to, nil
		},
	})
	defer func() {
		closeQueue(t, q)
		if err := jr.Close(); err != nil {
			t.Error(err)
		}
	}()
	r := request(t, transfer.Move, from, to, "in/", "/a")
	r.Rules.OnConflict = transfer.PolicyFail
	s := await(t, q, q.Submit(r))
	wantState(t, s, transfer.Failed)
	id, err := q.Again(t.Context(), s.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantState(t, await(t, q, id), transfer.Failed)
	if _, there := from.Get("/a"); !there {
		t.Error("the source is gone")
	}
}

// watched is a journal that tells when the end of a job is about to be put on record.
type watched struct {
	*journal.Memory
	ends func(id int64)
}

func (w watched) PutJob(ctx context.Context, j journal.Job) error {
	if !j.Ended.IsZero() {
		w.ends(j.ID)
	}
	return w.Memory.PutJob(ctx, j)
}

// A job is over when that is on record: who sees it and retries it finds it there.
func TestAJobIsNotOverBeforeThatIsOnRecord(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	from.Put("/a", content(5))
	var q *transfer.Queue
	var seen []transfer.Snapshot
	q = newQueue(t, transfer.Options{Journal: watched{journal.NewMemory(), func(id int64) {
		s, _ := q.Job(transfer.JobID(id))
		seen = append(seen, s)
	}}})
	s := await(t, q, q.Submit(request(t, transfer.Copy, from, to, "in/", "/a")))
	wantState(t, s, transfer.Done)
	if len(seen) != 1 || seen[0].State.Ended() || !seen[0].Finished.IsZero() || s.Finished.IsZero() {
		t.Errorf("before: %+v, at the end: %+v", seen, s)
	}
}
