package transfer_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// TestPartsThatWouldBeTooManyAreLargerAndSaySo.
func TestPartsThatWouldBeTooManyAreLargerAndSaySo(t *testing.T) {
	for want, says := range map[int64]string{10: "since parts of 10 would be too many", 40: ""} {
		from, to := mem.NewDisk("l:"), mem.New("r:")
		to.Limits.MaxParts = 3
		from.Put("/f", content(95))
		r := request(t, transfer.Copy, from, to, "in/", "/f")
		r.Rules.PartSize = want
		note := ""
		r.OnItem = func(it transfer.ItemSnapshot) { note = it.Note }
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
		if (says == "") != (note == "") || !strings.Contains(note, says) {
			t.Errorf("parts of %d: %q", want, note)
		}
	}
}

// distant is a tree behind a long way.
type distant struct{ *wrap.Faulty }

func (distant) Distance() time.Duration { return 50 * time.Millisecond }

// Many files that are not small would only share a slow way, and a break of it
// would cost what all of them have sent.
func TestFewFilesThatAreNotSmallAreOnTheirWayAtATime(t *testing.T) {
	const files = 100
	for _, test := range []struct {
		name    string
		size    int
		workers int
		want    int
	}{
		{"small ones", 10, 0, files},
		{"larger ones", 1<<20 + 1, 0, 31},
		{"as many as the user says", 1<<20 + 1, 80, 80},
	} {
		t.Run(test.name, func(t *testing.T) {
			inBubble(t, transfer.Options{Workers: test.workers, PartSize: 8 << 20}, func(t *testing.T, q *transfer.Queue) {
				from, to := mem.NewDisk("l:"), wrap.NewFaulty(mem.New("r:"))
				body, ps := content(test.size), []remote.Path(nil)
				for i := range files {
					ps = append(ps, remote.Path(fmt.Sprintf("/f%d", i)))
					from.Put(ps[i], body)
				}
				to.Add(wrap.Commit, wrap.Fault{Hang: true, Times: files})
				r := request(t, transfer.Copy, from, mem.New("r:"), "in/", ps...)
				r.To = distant{to}
				r.Rules.Workers = test.workers
				id := q.Submit(r)
				synctest.Wait()
				if n := to.Calls(wrap.Commit); n != test.want {
					t.Errorf("%d are on their way, want %d", n, test.want)
				}
				q.Cancel(id)
				await(t, q, id)
			})
		})
	}
}
