package app_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// layers says which rooms of this module a room may import, and which
// libraries only some may: the table of the architecture. A room is covered by
// the longest entry that is a prefix of its path.
var layers = []struct {
	room    string
	imports []string // prefixes of packages in this module
}{
	{"gantry", []string{"gantry/ui/cli", "gantry/ui/tty/quiet"}},
	{"gantry/remote", nil},
	{"gantry/remote/local", []string{"gantry/remote"}},
	{"gantry/remote/mem", []string{"gantry/remote"}},
	{"gantry/remote/wrap", []string{"gantry/remote"}},
	{"gantry/remote/treetest", []string{"gantry/remote", "gantry/remote/wrap"}},
	{"gantry/remote/cred", []string{"gantry/remote", "gantry/remote/cred", "gantry/remote/preset"}},
	{"gantry/remote/s3", []string{"gantry/remote", "gantry/remote/cred", "gantry/remote/preset", "gantry/remote/s3"}},
	{"gantry/remote/s3/wire", nil},
	{"gantry/remote/s3/scan", nil},
	{"gantry/remote/s3/s3test", []string{"gantry/remote/demo/sigv4", "gantry/remote/demo/sts"}}, // a server, for tests only
	{"gantry/remote/preset", []string{"gantry/remote"}},
	{"gantry/remote/foreign", []string{"gantry/remote"}},
	{"gantry/remote/policy", []string{"gantry/remote", "gantry/remote/preset"}},
	{"gantry/remote/store", []string{"gantry/remote", "gantry/remote/store"}},
	{"gantry/remote/demo", []string{"gantry/remote", "gantry/remote/demo"}},
	{"gantry/transfer", []string{"gantry/remote", "gantry/transfer"}},
	{"gantry/transfer/budget", nil},
	{"gantry/ui", []string{"gantry/remote", "gantry/transfer", "gantry/ui/panel", "gantry/ui/dialog", "gantry/ui/jobs", "gantry/ui/servers", "gantry/ui/theme", "gantry/ui/text", "gantry/ui/keys", "gantry/ui/config", "gantry/ui/tty"}},
	{"gantry/ui/app", []string{"gantry/remote", "gantry/transfer", "gantry/ui/config"}},
	{"gantry/ui/cli", []string{"gantry/remote", "gantry/transfer", "gantry/ui"}},
	{"gantry/ui/cli/torture", []string{"gantry/remote", "gantry/transfer", "gantry/ui/uitest"}}, // tests only
	{"gantry/ui/config", []string{"gantry/remote", "gantry/ui/keys"}},
	{"gantry/ui/dialog", []string{"gantry/ui/theme", "gantry/ui/text"}},
	{"gantry/ui/jobs", []string{"gantry/remote", "gantry/transfer", "gantry/ui/theme", "gantry/ui/text"}},
	{"gantry/ui/servers", []string{"gantry/remote", "gantry/ui/theme", "gantry/ui/text"}},
	{"gantry/ui/keys", nil},
	{"gantry/ui/panel", []string{"gantry/remote", "gantry/ui/theme", "gantry/ui/text"}},
	{"gantry/ui/text", nil},
	{"gantry/ui/theme", nil},
	{"gantry/ui/tty", []string{"gantry/ui/tty"}},
	{"gantry/ui/uitest", []string{"gantry/remote", "gantry/transfer", "gantry/ui"}},
}

// concretes are trees that only the composition root may name; below transfer
// and ui everything speaks remote.Tree.
var concretes = []string{"gantry/remote/local", "gantry/remote/s3", "gantry/remote/mem", "gantry/remote/wrap", "gantry/remote/cred", "gantry/remote/demo", "gantry/remote/store", "gantry/transfer/journal/sqlite"}

// mayName are the rooms that may import concretes besides their own.
var mayName = map[string][]string{
	"gantry/ui/app":           {"gantry/remote/local", "gantry/remote/s3", "gantry/remote/wrap", "gantry/remote/cred", "gantry/remote/store", "gantry/transfer/journal/sqlite"},
	"gantry/ui/cli":           {"gantry/remote/demo", "gantry/remote/store"},
	"gantry/ui/config":        {"gantry/remote/store"},
	"gantry/remote/s3":        {"gantry/remote/cred"},
	"gantry/remote/s3/s3test": {"gantry/remote/demo/sigv4", "gantry/remote/demo/sts"},
	"gantry/remote/treetest":  {"gantry/remote/wrap"},
}

// libraries are allowed only below the given rooms.
var libraries = []struct {
	prefix string
	rooms  []string
}{
	{"github.com/aws/", []string{"gantry/remote/s3", "gantry/remote/cred", "gantry/remote/demo"}},
	{"github.com/versity/", []string{"gantry/remote/demo"}},
	{"github.com/charmbracelet/", []string{"gantry/ui"}},
	{"github.com/spf13/", []string{"gantry/ui/cli"}},
	{"testing", []string{"gantry/remote/treetest", "gantry/remote/s3/s3test", "gantry/transfer/journal/journaltest", "gantry/ui/uitest"}},
	{"modernc.org/", []string{"gantry/transfer/journal/sqlite"}},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestRoomsImportOnlyWhatTheArchitectureAllows(t *testing.T) {
	for _, p := range modulePackages(t) {
		for _, imported := range p.Imports {
			if strings.HasPrefix(imported, "gantry") {
				checkRoom(t, p.ImportPath, imported)
			}
			checkLibrary(t, p.ImportPath, imported)
		}
	}
}

func checkRoom(t *testing.T, room, imported string) {
	t.Helper()
	rule, ok := ruleFor(room)
	if !ok {
		t.Errorf("%s is not in the table of rooms", room)
		return
	}
	if imported == "gantry/remote" || within(imported, room) {
		return
	}
	allowed := false
	for _, prefix := range rule {
		allowed = allowed || within(imported, prefix)
	}
	for _, concrete := range concretes {
		if within(imported, concrete) && !within(room, concrete) && !mayNameIt(room, imported) {
			allowed = false
		}
	}
	if !allowed {
		t.Errorf("%s must not import %s", room, imported)
	}
}

func checkLibrary(t *testing.T, room, imported string) {
	t.Helper()
	if room == "gantry/remote" && strings.Contains(strings.SplitN(imported, "/", 2)[0], ".") {
		t.Errorf("the vocabulary imports the standard library only, not %s", imported)
	}
	for _, l := range libraries {
		if imported != l.prefix && !strings.HasPrefix(imported, l.prefix) || l.prefix == "testing" && imported != "testing" {
			continue
		}
		allowed := false
		for _, r := range l.rooms {
			allowed = allowed || within(room, r)
		}
		if !allowed {
			t.Errorf("%s must not import %s", room, imported)
		}
	}
}

func ruleFor(room string) ([]string, bool) {
	best, found := -1, false
	for i, l := range layers {
		if within(room, l.room) && (l.room != "gantry" || room == "gantry") && (best < 0 || len(l.room) > len(layers[best].room)) {
			best, found = i, true
		}
	}
	if !found {
		return nil, false
	}
	return layers[best].imports, true
}

func within(pkg, prefix string) bool {
	return pkg == prefix || strings.HasPrefix(pkg, prefix+"/")
}

func mayNameIt(room, imported string) bool {
	for _, prefix := range mayName[room] {
		if within(imported, prefix) {
			return true
		}
	}
	return false
}

// modulePackages asks the go command for every package of the module and its
// direct imports, tests left out.
func modulePackages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "gantry/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages listed", len(all))
	}
	return all
}
