package transfer_test

import (
	"fmt"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// S21: a bucket that has answered anything at all to a job was there: what is on its
// way to it when it goes waits with the job, however early that is.
func TestABucketThatGoesUnderTheFirstRequestsOfAJobIsWaitedFor(t *testing.T) {
	for _, c := range []struct {
		name   string
		down   bool
		before bool // the targets are there
	}{{"upload", false, false}, {"upload over others", false, true}, {"download", true, false}} {
		for last := 2; last < 30; last++ { // the first one finds it
			t.Run(fmt.Sprintf("%s, gone at %d", c.name, last), func(t *testing.T) { goesEarly(t, c.down, c.before, last) })
		}
	}
}

func goesEarly(t *testing.T, down, before bool, last int) {
	inBubble(t, transfer.Options{Workers: 4}, func(t *testing.T, q *transfer.Queue) {
		disk, r := mem.NewDisk("l:"), newFleeting(mem.New("r:"), 0)
		var files, objects []remote.Path
		for i := range 12 {
			name := remote.Path(fmt.Sprintf("%02d", i))
			disk.Put("/"+name, content(i))
			r.Put("out/"+name, content(i))
			if before {
				r.Put("in/"+name, "old")
			}
			files, objects = append(files, "/"+name), append(objects, "out/"+name)
		}
		req := request(t, transfer.Copy, disk, r, "in/", files...)
		if down {
			req = request(t, transfer.Copy, r, disk, "/in", objects...)
		}
		req.Rules.OnConflict = transfer.PolicyOverwrite
		r.is.requests, r.is.last, r.is.slow = 0, last, true // what has succeeded is known before a refusal is
		id := q.Submit(req)
		<-time.After(time.Hour)
		s, _ := q.Job(id)
		if !r.gone() {
			wantState(t, s, transfer.Done)
			return
		}
		if s.Failures > 0 || s.State != transfer.Asking {
			t.Errorf("the job is %s with %d failures", s.State, s.Failures)
			return
		}
		r.vanish(false)
		wantState(t, await(t, q, id), transfer.Done)
	})
}
