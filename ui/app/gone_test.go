package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gantry/remote"
	"gantry/remote/s3/s3test"
	"gantry/transfer"
)

// S21: another client deletes the bucket between two requests. All jobs there wait
// for it, the user reads one sentence, and when it is back they go on.
func TestJobsWaitForABucketThatSomebodyDeletes(t *testing.T) {
	w := newWorld(t)
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%02d", i)), []byte("content"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	disk, err := w.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	acme, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	entry, err := disk.Tree.Stat(t.Context(), remote.Path(dir))
	if err != nil {
		t.Fatal(err)
	}
	// More than are sent at first, so that some have arrived by then.
	submitted := make(chan struct{})
	w.s3.Fault(s3test.Rule{ID: "S21", Op: "PutObject", Nth: 40, Action: s3test.Call(func() {
		<-submitted
		w.s3.RemoveBucket("bucket")
	})})
	q := w.Queue()
	feed := q.Subscribe()
	defer feed.Close()
	var ids []transfer.JobID
	for _, to := range []remote.Path{"one/", "two/"} {
		ids = append(ids, q.Submit(transfer.Request{
			Op: transfer.Copy, From: disk.Tree, List: []transfer.Source{{Entry: entry}}, To: acme.Tree, Dir: to,
		}))
	}
	close(submitted)
	told := 0
	for done := 0; done < len(ids); {
		u, err := feed.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range u.Events {
			switch e := e.(type) {
			case transfer.Blocked:
				told++
				if want := `The bucket bucket does not exist. Check its name, and the endpoint and region of "acme".`; e.Name != "acme:" || e.Jobs != 2 || remote.HintOf(e.Err) != want {
					t.Errorf("%d jobs wait for %q: %s", e.Jobs, e.Name, remote.HintOf(e.Err))
				}
				for _, s := range q.Jobs() {
					if s.Obstacle != e.Obstacle || s.State != transfer.Asking {
						t.Errorf("job %d is %s and waits for %v", s.ID, s.State, s.Obstacle)
					}
				}
				w.s3.AddBucket("bucket", s3test.Bucket{})
				q.TryAgain(e.Obstacle)
			case transfer.Finished:
				if done++; e.Job.State != transfer.Done || e.Job.Failures > 0 {
					t.Errorf("job %d is %s with %d failures, %v", e.Job.ID, e.Job.State, e.Job.Failures, e.Job.Err)
				}
			}
		}
	}
	if told != 1 {
		t.Errorf("told %d times", told)
	}
}
