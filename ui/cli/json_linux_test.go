package cli_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestNamesThatAreNoTextAreExactInJSON: JSON holds UTF-8 only.
func TestNamesThatAreNoTextAreExactInJSON(t *testing.T) {
	c := newCustomer(t)
	const name = "caf\xe9.txt"
	c.file(name, "alpha")
	exact := func(prefix string) string {
		return `_base64":"` + base64.StdEncoding.EncodeToString([]byte(prefix+name)) + `"`
	}
	for _, args := range [][]string{{"ls", name}, {"stat", name}, {"du", name}} {
		out, said, code := c.gantry(append(args, "--json")...)
		if code != 0 || !strings.Contains(out, `"key`+exact(c.dir+"/")) {
			t.Errorf("%v: exit code %d, %s%s", args, code, out, said)
		}
	}
	out, said, code := c.gantry("cp", "--json", name, "copies/")
	if code != 0 || !strings.Contains(out, `"source`+exact(c.dir+"/")) || !strings.Contains(out, `"target`+exact(c.dir+"/copies/")) {
		t.Errorf("cp: exit code %d, %s%s", code, out, said)
	}
	if out, said, code = c.gantry("ls", "--json", "a.txt"); code != 4 || strings.Contains(out, "base64") {
		t.Errorf("ls: exit code %d, %s%s", code, out, said)
	}
}
