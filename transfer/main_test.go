package transfer_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newQueue returns a queue with small parts that is closed with the test.
func newQueue(t *testing.T, o transfer.Options) *transfer.Queue {
	t.Helper()
	if o.PartSize == 0 {
		o.PartSize = 10
	}
	q := transfer.New(t.Context(), o)
	t.Cleanup(func() {
		// The test's context has ended by now: Close needs one of its own.
		if err := q.Close(context.Background()); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return q
}

// run does one job and returns its last snapshot.
func run(t *testing.T, o transfer.Options, r transfer.Request) transfer.Snapshot {
	t.Helper()
	q := newQueue(t, o)
	return await(t, q, q.Submit(r))
}

// await waits until the job has ended.
func await(t *testing.T, q *transfer.Queue, id transfer.JobID) transfer.Snapshot {
	t.Helper()
	f := q.Subscribe()
	defer f.Close()
	return awaitOn(t, f, id)
}

func awaitOn(t *testing.T, f *transfer.Feed, id transfer.JobID) transfer.Snapshot {
	t.Helper()
	return awaitThat(t, f, id, func(s transfer.Snapshot) bool { return s.State.Ended() })
}

// awaitThat waits for a snapshot of the job that is as wanted.
func awaitThat(t *testing.T, f *transfer.Feed, id transfer.JobID, want func(transfer.Snapshot) bool) transfer.Snapshot {
	t.Helper()
	for {
		u, err := f.Next(t.Context())
		if err != nil {
			t.Fatalf("the feed ended: %v", err)
		}
		for _, s := range u.Jobs {
			if s.ID == id && want(s) {
				return s
			}
		}
	}
}

// list makes sources of paths.
func list(t *testing.T, tree remote.Tree, ps ...remote.Path) []remote.Entry {
	t.Helper()
	es := make([]remote.Entry, len(ps))
	for i, p := range ps {
		e, err := tree.Stat(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		es[i] = e
	}
	return es
}

// request copies or moves paths into dir of to.
func request(t *testing.T, op transfer.Op, from remote.Tree, to remote.Tree, dir remote.Path, ps ...remote.Path) transfer.Request {
	t.Helper()
	return transfer.Request{
		Op: op, From: from, Sources: transfer.Entries(list(t, from, ps...)...), To: to, Dir: dir,
		Rules: transfer.Rules{OnConflict: transfer.PolicyFail},
	}
}

func wantState(t *testing.T, s transfer.Snapshot, want transfer.State) {
	t.Helper()
	if s.State != want {
		t.Fatalf("the job is %s with %d failures (%v), want %s", s.State, s.Failures, s.Err, want)
	}
}

type getter interface {
	Get(remote.Path) (string, bool)
}

func wantContent(t *testing.T, tree getter, p remote.Path, want string) {
	t.Helper()
	if got, ok := tree.Get(p); !ok || got != want {
		t.Errorf("%s holds %d bytes (there: %t), want %d", p, len(got), ok, len(want))
	}
}

func wantNothing(t *testing.T, tree getter, p remote.Path) {
	t.Helper()
	if got, ok := tree.Get(p); ok {
		t.Errorf("%s is there with %d bytes", p, len(got))
	}
}

func fault(k remote.Kind) error {
	return &remote.Error{Op: "test", Path: "x", Kind: k, Err: errors.New("injected")}
}

// content is text of n bytes in which every place is different enough to show
// parts in the wrong order.
func content(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat(string(rune('a'+i%26)), 1+i%7))
	}
	return b.String()[:n]
}

var _ getter = (*mem.Tree)(nil)
