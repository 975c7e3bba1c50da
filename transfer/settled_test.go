package transfer_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// diary is what happens to two trees, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(what string, p remote.Path) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, what+" "+string(p))
}

// settling is a disk that notes what is made durable there.
type settling struct {
	*mem.Disk
	d *diary
}

func (s settling) Settle(_ context.Context, p remote.Path) error {
	s.d.note("settle", p)
	return nil
}

// departing is a bucket that notes what is deleted from it.
type departing struct {
	*mem.Tree
	d *diary
}

func (s departing) Remove(ctx context.Context, ps []remote.Path) error {
	for _, p := range ps {
		s.d.note("delete", p)
	}
	return s.Tree.Remove(ctx, ps)
}

// P06, Y06: a process was killed between giving a file its name and making that
// name durable. The next one finds the file whole, and has to make it durable, or
// what it has written itself and the folders that it found, before it deletes the
// source.
func TestWhatAnEarlierProcessHasWrittenIsDurableBeforeItsSourceIsDeleted(t *testing.T) {
	found, written := 0, 0
	for n := 1; n < 60; n++ {
		synctest.Test(t, func(t *testing.T) {
			disk, bucket := mem.NewDisk("d:"), mem.New("b:")
			m := &machine{from: bucket, to: disk.Tree, jr: journal.NewMemory()}
			m.from.Put("x/a", content(35))
			m.from.Put("x/b", content(7))
			q := interrupted(t, m, n, transfer.Move, "/in", "x/a", "x/b")
			left, err := q.Orphans(t.Context())
			if err != nil || len(left) == 0 {
				return
			}
			closeQueue(t, q)
			there := map[remote.Path]bool{}
			for _, name := range []remote.Path{"a", "b"} {
				_, there[name] = disk.Get("/in/" + name)
				if _, err := bucket.Stat(t.Context(), "x/"+name); err != nil {
					delete(there, name) // moved already
				}
			}
			var d diary
			q = transfer.New(t.Context(), transfer.Options{
				PartSize: 10, Journal: lasting{m.jr, &death{did: map[string]int{}}, "the next"},
				Open: func(_ context.Context, label string) (remote.Tree, error) {
					if label == "d:" {
						return settling{disk, &d}, nil
					}
					return departing{bucket, &d}, nil
				},
			})
			defer closeQueue(t, q)
			if err := q.Adopt(t.Context(), left[0].ID, nil); err != nil {
				t.Fatal(err)
			}
			wantState(t, await(t, q, left[0].ID), transfer.Done)
			for name, whole := range there {
				settled := "settle /in"
				if whole {
					settled = "settle /in/" + string(name)
					found++
				} else {
					written++
				}
				deleted := slices.Index(d.lines, "delete x/"+string(name))
				if at := slices.Index(d.lines, settled); deleted < 0 || at < 0 || at > deleted {
					t.Errorf("killed at %d: %q, want %q before the source of %s is deleted", n, d.lines, settled, name)
				}
			}
		})
	}
	if found == 0 || written == 0 {
		t.Errorf("%d were found whole, %d were not", found, written)
	}
}
