package cli_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/ui"
)

// update writes anew what the README shows of the program.
var update = flag.Bool("update", false, "write the key table of README.md and the picture of the screen anew")

const (
	keysBegin = "<!-- keys: generated from the action table, checked by a test -->\n"
	keysEnd   = "<!-- /keys -->"
)

func TestTheReadmeHasTheKeysOfTheActionTable(t *testing.T) {
	file := filepath.Join("..", "..", "README.md")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(raw), keysBegin)
	table, tail, ok2 := strings.Cut(rest, keysEnd)
	if !ok || !ok2 {
		t.Fatalf("README.md lacks %q or %q", keysBegin, keysEnd)
	}
	if *update {
		if err := os.WriteFile(file, []byte(head+keysBegin+ui.KeyTable()+keysEnd+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(ui.KeyTable(), table); diff != "" {
		t.Errorf("README.md is not up to date; go test ./ui/cli -run Readme -update mends it (-want +got):\n%s", diff)
	}
}
