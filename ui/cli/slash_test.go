package cli_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/remote/s3/s3test"
)

// TestAnObjectThatEndsInASlashIsMovedAtTheFirstTry: with content it is an object like
// any other.
func TestAnObjectThatEndsInASlashIsMovedAtTheFirstTry(t *testing.T) {
	c := newCustomer(t)
	for _, x := range []struct{ key, from, to, moved string }{
		{"cp/x/", "cp/", "mv/", "mv/x/"},
		{"dd//", "dd/", "mv/dd/", "mv/dd//"},
		{"e/f//", "e/", "mv/e/", "mv/e/f//"},
	} {
		c.server.Put("data", x.key, []byte("slash\n"))
		if out, said, code := c.gantry("mv", "acme:"+x.from, "acme:"+x.to); code != 0 {
			t.Errorf("%s: %d, %s%s", x.key, code, out, said)
		}
		if keys := c.server.Keys("data"); !slices.Contains(keys, x.moved) || slices.Contains(keys, x.key) {
			t.Errorf("%s: there is %q", x.key, keys)
		}
	}
}

// TestARollbackLeavesTheFoldersOfOthers: an empty object that keeps a folder in sight
// was there before a move, which merges into it.
func TestARollbackLeavesTheFoldersOfOthers(t *testing.T) {
	c := newCustomer(t)
	for _, key := range []string{"old/sub/", "old/sub/one", "old/two", "new/sub/"} {
		c.server.Put("data", key, nil)
	}
	c.server.Fault(s3test.Rule{ID: "S05", Op: "CopyObject", Key: "new/two", Action: s3test.Deny()})
	if out, said, code := c.gantry("mv", "acme:old/", "acme:new/"); code == 0 {
		t.Fatalf("it ended well: %s%s", out, said)
	}
	if out, _, _ := c.gantry("queue", "list"); !strings.Contains(out, "copied 2 of 3") {
		t.Errorf("what was copied is not counted: %s", out)
	}
	if out, _, _ := c.gantry("queue", "list", "--json"); !strings.Contains(out, `"items_done":0,"items":3,`) {
		t.Errorf("what was copied is not done: %s", out)
	}
	if out, said, code := c.gantry("queue", "cancel", "--rollback", "--yes", "1"); code != 0 {
		t.Errorf("%d, %s%s", code, out, said)
	}
	if keys := c.server.Keys("data"); !slices.Equal(keys, []string{"new/sub/", "old/sub/", "old/sub/one", "old/two"}) {
		t.Errorf("there is %q", keys)
	}
}
