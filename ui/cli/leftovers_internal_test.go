package cli

import (
	"bytes"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// An upload that a job is writing is shown and stays, whatever its bucket is called
// there, and so counts for nothing in the question.
func TestTheQuestionAboutLeftoversWeighsWhatWouldGo(t *testing.T) {
	for _, onTerminal := range []bool{false, true} {
		var out bytes.Buffer
		b := mem.New("acme:")
		l := leftovers{env: &env{out: newPrinter(&out, onTerminal)}, jobs: map[string]transfer.Record{
			"busy": {Snapshot: transfer.Snapshot{ID: 7, State: transfer.Running}, Owned: true},
		}}
		for id, size := range map[string]int64{"busy": 100 << 20, "left": 5 << 20, "unknown": -1} {
			if err := l.show(b, remote.Upload{Path: "k", ID: id, Size: size, Parts: 1}); err != nil {
				t.Fatal(err)
			}
		}
		if len(l.found) != 2 || l.weight() != 5<<20 {
			t.Errorf("%d uploads of %d bytes would go", len(l.found), l.weight())
		}
		if err := l.env.out.Flush(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(out.String(), "5.0 MiB"); got != onTerminal {
			t.Errorf("on a terminal %t:\n%s", onTerminal, &out)
		}
	}
}
