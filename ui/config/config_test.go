package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/store"
	"gantry/remote/store/tomldoc"
	"gantry/ui/config"
)

func actions() []config.Action {
	return []config.Action{
		{ID: "copy", Scope: "panes", Keys: []string{"f5", "c"}},
		{ID: "move", Scope: "panes", Keys: []string{"f6", "M"}},
		{ID: "go-top", Scope: "panes", Keys: []string{"gg", "home"}},
		{ID: "help", Scope: "", Keys: []string{"f1", "?"}},
		{ID: "pause", Scope: "queue", Keys: []string{"p"}},
		{ID: "paste", Scope: "panes", Keys: []string{"p"}},
	}
}

// file writes a store as it must be and gives its path.
func file(t *testing.T, content string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "gantry")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAMissingFileGivesTheDefaults(t *testing.T) {
	c, s, err := config.Load(filepath.Join(t.TempDir(), "none", "config.toml"), actions())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Defaults(), *c); diff != "" {
		t.Error(diff)
	}
	if len(s.Servers()) != 0 {
		t.Error("servers out of nothing")
	}
}

func TestValuesAreReadOverTheDefaults(t *testing.T) {
	c, _, err := config.Load(file(t, `
[transfer]
part_size = "16MiB"
bandwidth = "1.5MiB/s"
patience = "1h30m"
[ui]
left = "~/reports"
mouse = false
[keys]
copy = ["F5", "Ctrl-Y", "gc"]
move = []
`), actions())
	if err != nil {
		t.Fatal(err)
	}
	want := config.Defaults()
	want.Transfer.PartSize, want.Transfer.Bandwidth = 16<<20, config.Timetable(remote.Constant(3<<19))
	want.Transfer.Patience = config.Duration(90 * 60e9)
	want.UI.Left, want.UI.Mouse = "~/reports", false
	want.Keys = map[string][]string{"copy": {"f5", "ctrl+y", "g c"}, "move": {}}
	if diff := cmp.Diff(want, *c); diff != "" {
		t.Error(diff)
	}
}

func TestAllProblemsOfTheWholeFileComeAtOnceSortedByLine(t *testing.T) {
	path := file(t, `[transfer]
workers = "four"
part_size = "1MiB"
bandwidht = "1MiB/s"
on_conflict = "overwite"
patience = "soon"

[[server]]
name = "acme"
bucket = "data"
credential = "opps"
regio = "x"

[[credential]]
name = "ops"
type = "environment"

[uii]
theme = "dark"

[ui]
mouse = 1

[keys]
cpoy = ["x"]
copy = "f5"
move = ["spce", 3, "?", "g", "M"]
paste = ["p"]
`)
	_, _, err := config.Load(path, actions())
	var refused *store.Refused
	if !errors.As(err, &refused) {
		t.Fatalf("not refused: %v", err)
	}
	want := []string{
		`config.toml: line 2, column 11: transfer.workers: must be a whole number, without quotes`,
		`config.toml: line 3, column 13: transfer.part_size: must be "auto" or from 5MiB to 5GiB`,
		`config.toml: line 4, column 1: transfer.bandwidht: unknown key; did you mean "bandwidth"?`,
		`config.toml: line 5, column 15: transfer.on_conflict: must be "ask", "overwrite", "newer", "size", "checksum", "rename", "skip" or "fail"; did you mean "overwrite"?`,
		`config.toml: line 6, column 12: transfer.patience: ` + remote.ErrDuration.Error(),
		`config.toml: line 11, column 14: server[1].credential: no credential has this name; did you mean "ops"?`,
		`config.toml: line 12, column 1: server[1].regio: unknown key; did you mean "region"?`,
		`config.toml: line 18, column 2: uii: unknown key; did you mean "ui"?`,
		`config.toml: line 22, column 9: ui.mouse: must be true or false, without quotes`,
		`config.toml: line 25, column 1: keys.cpoy: no action has this name; did you mean "copy"?`,
		`config.toml: line 26, column 8: keys.copy: must be a list of keys, as in ["f5", "c"]; [] for none`,
		`config.toml: line 27, column 9: keys.move: not the name of a key; names look like "f5", "ctrl+y", "pgup", "space", "G" or "g g"`,
		`config.toml: line 27, column 17: keys.move: must be a key in quotes, as in "f5"`,
		`config.toml: line 27, column 20: keys.move: "?" collides with "?" of help`,
		`config.toml: line 27, column 25: keys.move: "g" collides with "g g" of go-top`,
	}
	if diff := cmp.Diff(want, strings.Split(refused.Error(), "\n")); diff != "" {
		t.Error(diff)
	}
}

func TestTheExampleIsTheFileInTheRepository(t *testing.T) {
	b, err := os.ReadFile("../../config.toml.example")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(b), config.Example()); diff != "" {
		t.Error(diff)
	}
}

func TestTheExampleAsItIsChangesNothing(t *testing.T) {
	c, s, err := config.Load(file(t, config.Example()), actions())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(config.Defaults(), *c); diff != "" {
		t.Error(diff)
	}
	if len(s.Servers())+len(s.Credentials())+len(s.Mounts()) != 0 {
		t.Error("the example sets something")
	}
}

func uncommented() string {
	return regexp.MustCompile(`(?m)^#([a-z\[])`).ReplaceAllString(config.Example(), "$1")
}

func TestTheExampleUncommentedIsValidAndGivesTheDefaults(t *testing.T) {
	c, s, err := config.Load(file(t, uncommented()), actions())
	if err != nil {
		t.Fatal(err)
	}
	d := config.Defaults()
	if diff := cmp.Diff(d.Transfer, c.Transfer); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(d.UI, c.UI); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string][]string{"copy": actions()[0].Keys}, c.Keys); diff != "" {
		t.Error(diff)
	}
	for _, srv := range s.Servers() {
		if _, _, err := s.Lookup(srv.Name); err != nil {
			t.Error(err)
		}
	}
}

func TestTheExampleHasEveryKeyOfTheStore(t *testing.T) {
	doc, problems := tomldoc.Parse([]byte(uncommented()))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, table := range store.Fields() {
		n := doc.Root.Child(table.Name)
		if n == nil {
			t.Errorf("no table %s", table.Name)
			continue
		}
		for _, f := range table.Fields {
			found := false
			for _, item := range n.Items {
				found = found || item.Child(f.Name) != nil
				for _, sub := range f.Fields {
					if kid := item.Child(f.Name); kid != nil && kid.Child(sub.Name) != nil {
						found = true
					}
				}
			}
			if !found {
				t.Errorf("no key %s in %s", f.Name, table.Name)
			}
		}
	}
}

func TestTypedValuesReadWhatTheyWrite(t *testing.T) {
	for in, want := range map[string]string{"16MiB": "16MiB", "auto": "auto", "16M": "16MiB", "1500": "1500", "1.5 KiB": "1536", "2GB": "1953125KiB"} {
		var b config.Bytes
		if err := b.Set(in); err != nil || b.String() != want {
			t.Errorf("size %q is %q (%v), want %q", in, b, err, want)
		}
	}
	for in, want := range map[string]string{"50MiB/s": "50MiB/s", "unlimited": "unlimited", "0": "unlimited", "1k": "1KiB/s"} {
		var r config.Rate
		if err := r.Set(in); err != nil || r.String() != want {
			t.Errorf("rate %q is %q (%v), want %q", in, r, err, want)
		}
	}
	for in, want := range map[string]string{"15m": "15m", "90s": "1m30s", "7d": "7d", "1w12h": "7d12h", "0s": "0s", "250ms": "250ms"} {
		var d config.Duration
		if err := d.Set(in); err != nil || d.String() != want {
			t.Errorf("duration %q is %q (%v), want %q", in, d, err, want)
		}
	}
	var (
		b config.Bytes
		r config.Rate
		d config.Duration
	)
	for _, bad := range []string{"CANARY", "-1", "1 XB", "9999999999999GiB", "1.2.3MB", "-5m", "1dd"} {
		for _, err := range []error{b.Set(bad), r.Set(bad), d.Set(bad)} {
			if err == nil || strings.Contains(err.Error(), "CANARY") {
				t.Errorf("%q gives %v", bad, err)
			}
		}
	}
}

func TestDefaultsThatCollideAreNotTheUsersFault(t *testing.T) {
	known := append(actions(), config.Action{ID: "clash", Scope: "panes", Keys: []string{"c"}})
	if _, ps := config.Parse([]byte("[keys]\ncopy = [\"c\"]\n"), known); len(ps) > 0 {
		t.Error(ps)
	}
	if _, ps := config.Parse([]byte("[keys]\npause = [\"c\"]\n"), known); len(ps) > 0 {
		t.Error("another scope collides:", ps)
	}
}
