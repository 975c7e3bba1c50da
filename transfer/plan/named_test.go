package plan_test

import (
	"context"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer/plan"
)

// TestALinkOrDeviceThatWasNamedIsAFailure: nothing of it is done.
func TestALinkOrDeviceThatWasNamedIsAFailure(t *testing.T) {
	d := mem.NewDisk("d:")
	d.Put("/x/a", "1")
	for word, e := range map[string]remote.Entry{
		"FIFO": {Path: "/x/fifo", Name: "fifo", Type: remote.Special},
		"link": {Path: "/x", Name: "x", Type: remote.Link, Dir: true},
	} {
		for it := range plan.Items(t.Context(), plan.Spec{From: leading{d}, To: mem.New("b:"), Sources: func(yield func(plan.Source, error) bool) {
			yield(plan.Source{Entry: e}, nil)
		}}) {
			if it.Kind != plan.Fault || !strings.Contains(remote.HintOf(it.Err), word) {
				t.Errorf("%s: %+v", word, it)
			}
		}
	}
}

// leading is a disk on which /x is a link to a folder.
type leading struct{ *mem.Disk }

func (l leading) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	e, err := l.Disk.Stat(ctx, p)
	e.Type = remote.Link
	return e, err
}
