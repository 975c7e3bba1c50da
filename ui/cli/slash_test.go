package cli_test

import (
	"slices"
	"testing"
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
