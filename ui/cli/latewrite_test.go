package cli_test

import (
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// TestAMoveLeavesWhatIsWrittenRightBeforeItDeletes: the store is asked to delete only
// what was copied, one object with a request or many, and with no request more.
func TestAMoveLeavesWhatIsWrittenRightBeforeItDeletes(t *testing.T) {
	for op, to := range map[string]string{"DeleteObject": "down/", "DeleteObjects": "acme:new/"} {
		c := newCustomer(t)
		for _, key := range []string{"old/x", "old/y", "old/z"} {
			c.server.Put("data", key, []byte("what is moved"))
		}
		late := s3test.Rule{ID: "late", Op: op, Action: s3test.Call(func() { c.server.Put("data", "old/x", []byte("of others")) })}
		want := map[string]int{"DeleteObjects": 1, "DeleteObject": 1} // one that settles what was refused
		if op == "DeleteObject" {
			late.Key = "old/x"
			want = map[string]int{"DeleteObject": 3, "HeadObject": 4} // a look and a deletion for each, and a look at what was refused
		}
		c.server.Fault(late)
		out, said, code := c.gantry("mv", "acme:old/", to)
		if code != 1 || !strings.Contains(said, "the source has changed since and was kept") {
			t.Errorf("%d, %s%s", code, out, said)
		}
		if o, there := c.server.Object("data", "old/x"); !there || string(o.Content) != "of others" {
			t.Errorf("old/x holds %q", o.Content)
		}
		for _, key := range []string{"old/y", "old/z"} {
			if _, there := c.server.Object("data", key); there {
				t.Errorf("%s is left", key)
			}
		}
		for name, n := range want {
			if got := c.server.Count(name); got != n {
				t.Errorf("%s: %d times %s, want %d", to, got, name, n)
			}
		}
	}
}
