package cli_test

import (
	"strings"
	"testing"
)

// TestACopyInAStoreOfAnObjectInPartsIsVerified: by its checksums, and by its content
// with --verify full.
func TestACopyInAStoreOfAnObjectInPartsIsVerified(t *testing.T) {
	c := newCustomer(t)
	c.file("big", strings.Repeat("0123456789abcdef", 11<<16))
	if _, said, code := c.gantry("cp", "big", "acme:m/big", "--part-size", "5MiB"); code != 0 {
		t.Fatal(said)
	}
	for _, x := range []struct {
		args []string
		gets int
	}{
		{[]string{"cp", "acme:m/", "acme:n/", "--json"}, 0},
		{[]string{"cp", "acme:m/", "acme:o/", "--json", "--verify", "full"}, 1},
		{[]string{"mv", "acme:m/", "acme:p/", "--json", "--verify", "full"}, 1},
	} {
		before := c.server.Count("GetObject")
		out, said, code := c.gantry(x.args...)
		if code != 0 || !strings.Contains(out, `"CRC64NVME"`) || strings.Contains(out, "size only") {
			t.Errorf("%v: %d, %s%s", x.args, code, out, said)
		}
		if n := c.server.Count("GetObject") - before; n != x.gets {
			t.Errorf("%v: it was read %d times, want %d", x.args, n, x.gets)
		}
	}
	if keys := strings.Join(c.server.Keys("data"), " "); keys != "n/big o/big p/big" {
		t.Errorf("there is %s", keys)
	}
}
