package tomldoc_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
	strict "github.com/pelletier/go-toml/v2"

	"gantry/remote/store/tomldoc"
)

const written = `# my servers
ui.theme = "dark"   # at night

[[server]]  # the first
  name   = 'a'    # why
  bucket = "b"
  # prefix = "x/"

# the second one
[[server]]
name = "c"
# about the mount
[[mount]]
folder = "/x"

[transfer]
workers = 4 # many

[[automation]]
name = "n"
trigger = { every = "1d", start = false }
[automation.action]
sync = "s"
[[automation]]
name = "m"`

func TestSetChangesOnlyTheBytesOfTheValue(t *testing.T) {
	for _, c := range []struct {
		target   tomldoc.Target
		key      string
		value    tomldoc.Value
		old, new string
	}{
		{tomldoc.Target{Table: "server", Index: 0}, "name", tomldoc.TextValue("é\"\x01"), `'a'    # why`, `"é\"\u0001"    # why`},
		{tomldoc.Target{Table: "server", Index: 1}, "name", tomldoc.TextValue("d"), `name = "c"`, `name = "d"`},
		{tomldoc.Plain("transfer"), "workers", tomldoc.WholeValue(16), `4 # many`, `16 # many`},
		{tomldoc.Plain("ui"), "theme", tomldoc.TextValue("light"), `"dark"   #`, `"light"   #`},
		// Missing keys come behind the last one of their table, indented like it.
		{tomldoc.Target{Table: "server", Index: 0}, "read_only", tomldoc.FlagValue(true), "\"b\"\n  # p", "\"b\"\n  read_only = true\n  # p"},
		{tomldoc.Plain("transfer"), "retries", tomldoc.WholeValue(3), "# many\n", "# many\nretries = 3\n"},
		{tomldoc.Plain("ui"), "mouse", tomldoc.FlagValue(false), "# at night\n", "# at night\nui.mouse = false\n"},
		{tomldoc.Target{Table: "automation", Index: 0}, "enabled", tomldoc.FlagValue(true), "false }\n", "false }\nenabled = true\n"},
		{tomldoc.Target{Table: "automation", Index: 1}, "enabled", tomldoc.FlagValue(true), `name = "m"`, "name = \"m\"\nenabled = true"},
		{tomldoc.Plain("keys"), "copy", tomldoc.ListValue([]string{"f5", "c"}), `name = "m"`, "name = \"m\"\n\n[keys]\ncopy = [\"f5\", \"c\"]\n"},
	} {
		got, err := tomldoc.Set([]byte(written), c.target, c.key, c.value)
		if err != nil {
			t.Errorf("%v.%s: %v", c.target, c.key, err)
			continue
		}
		if diff := cmp.Diff(strings.Replace(written, c.old, c.new, 1), string(got)); diff != "" {
			t.Errorf("%v.%s: %s", c.target, c.key, diff)
		}
	}
}

func TestUnsetTakesTheLineOrThePartOfATable(t *testing.T) {
	got, err := tomldoc.Unset([]byte(written), tomldoc.Target{Table: "server", Index: 0}, "bucket")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Replace(written, "  bucket = \"b\"\n", "", 1), string(got)); diff != "" {
		t.Error(diff)
	}
	inline := []byte(`server = [{ a = 1, b = 2, c = 3 }, {d = 4}]`)
	for _, c := range []struct {
		i         int
		key, want string
	}{
		{0, "a", `server = [{ b = 2, c = 3 }, {d = 4}]`},
		{0, "c", `server = [{ a = 1, b = 2 }, {d = 4}]`},
		{1, "d", `server = [{ a = 1, b = 2, c = 3 }, {}]`},
		{1, "nothing", string(inline)},
	} {
		got, err := tomldoc.Unset(inline, tomldoc.Target{Table: "server", Index: c.i}, c.key)
		if err != nil || string(got) != c.want {
			t.Errorf("without %s: %s (%v)", c.key, got, err)
		}
	}
}

func TestAddComesAfterTheLastOfItsKind(t *testing.T) {
	pair := []tomldoc.Pair{{Key: "name", Value: tomldoc.TextValue("new")}}
	for _, c := range []struct{ table, old, new string }{
		{"mount", "folder = \"/x\"\n", "folder = \"/x\"\n\n[[mount]]\nname = \"new\"\n"},
		{"automation", `name = "m"`, "name = \"m\"\n\n[[automation]]\nname = \"new\"\n"},
		{"sync", `name = "m"`, "name = \"m\"\n\n[[sync]]\nname = \"new\"\n"},
		{"server", "\"c\"\n# about", "\"c\"\n\n[[server]]\nname = \"new\"\n\n# about"},
	} {
		got, err := tomldoc.Add([]byte(written), c.table, pair)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Replace(written, c.old, c.new, 1), string(got)); diff != "" {
			t.Errorf("%s: %s", c.table, diff)
		}
	}
	if got, err := tomldoc.Add(nil, "server", pair); err != nil || string(got) != "[[server]]\nname = \"new\"\n" {
		t.Errorf("into nothing: %q (%v)", got, err)
	}
	crlf, err := tomldoc.Add([]byte("a = 1\r\n"), "server", pair)
	if err != nil || string(crlf) != "a = 1\r\n\r\n[[server]]\r\nname = \"new\"\r\n" {
		t.Errorf("with CRLF: %q (%v)", crlf, err)
	}
}

func TestRemoveTakesTheTableAndKeepsWhatBelongsToOthers(t *testing.T) {
	for _, c := range []struct {
		target tomldoc.Target
		gone   string
	}{
		{tomldoc.Target{Table: "server", Index: 0}, "[[server]]  # the first\n  name   = 'a'    # why\n  bucket = \"b\"\n  # prefix = \"x/\"\n\n"},
		{tomldoc.Target{Table: "server", Index: 1}, "[[server]]\nname = \"c\"\n"},
		{tomldoc.Target{Table: "automation", Index: 0}, "[[automation]]\nname = \"n\"\ntrigger = { every = \"1d\", start = false }\n[automation.action]\nsync = \"s\"\n"},
		{tomldoc.Target{Table: "automation", Index: 1}, "[[automation]]\nname = \"m\""},
	} {
		got, err := tomldoc.Remove([]byte(written), c.target)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Replace(written, c.gone, "", 1), string(got)); diff != "" {
			t.Errorf("%v: %s", c.target, diff)
		}
	}
}

func TestWhatCannotBeEditedIsLeftAlone(t *testing.T) {
	v := tomldoc.TextValue("x")
	for _, c := range []struct {
		data string
		t    tomldoc.Target
		want error
	}{
		{`a = `, tomldoc.Plain("ui"), tomldoc.ErrSyntax},
		{`[a]`, tomldoc.Target{Table: "server", Index: 0}, tomldoc.ErrGone},
		{`server = [{}]`, tomldoc.Target{Table: "server", Index: 0}, tomldoc.ErrForm},
		{`ui = 3`, tomldoc.Plain("ui"), tomldoc.ErrForm},
		{"[ui.name]\nx = 1", tomldoc.Plain("ui"), tomldoc.ErrForm},
	} {
		if _, err := tomldoc.Set([]byte(c.data), c.t, "name", v); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.data, err, c.want)
		}
	}
	if _, err := tomldoc.Set(nil, tomldoc.Plain("ui"), "left", tomldoc.TextValue("\xff")); !errors.Is(err, tomldoc.ErrText) {
		t.Errorf("invalid UTF-8: %v", err)
	}
}

func tree(t *testing.T, data []byte) map[string]any {
	t.Helper()
	out := map[string]any{}
	if _, err := toml.Decode(string(data), &out); err != nil {
		return nil
	}
	return out
}

// FuzzSet sets a value in any file: the result says the new value, and all else
// says what it said before.
func FuzzSet(f *testing.F) {
	f.Add([]byte(written), "theme", "x")
	f.Add([]byte("[ui]\r\ntheme='a'\r\n#c\r\n[x]"), "left", "a\nb")
	f.Add([]byte("ui={theme=\"\"\"\na\"\"\",b=1}"), "c", "\x00")
	f.Add([]byte("\xef\xbb\xbfui.a.b=[1,2]\nui.c=1979-05-27"), "a b", "\"")
	f.Add([]byte("[ui.a]\nb=1\n[[ui.c]]"), "d", "é")
	f.Fuzz(func(t *testing.T, data []byte, key, value string) {
		before := tree(t, data)
		after, err := tomldoc.Set(data, tomldoc.Plain("ui"), key, tomldoc.TextValue(value))
		if err != nil || before == nil {
			return
		}
		got := tree(t, after)
		if got == nil {
			// Forms that only one of the two parsers takes are refused by the
			// store, which asks both.
			t.Skip()
		}
		ui, ok := got["ui"].(map[string]any)
		if !ok || ui[key] != value {
			t.Fatalf("%q: ui.%q is not %q", after, key, value)
		}
		was, _ := before["ui"].(map[string]any)
		if was == nil {
			was = map[string]any{}
			before["ui"] = was
		}
		was[key] = value
		if diff := cmp.Diff(before, got); diff != "" {
			t.Fatalf("%q became %q: %s", data, after, diff)
		}
	})
}

// FuzzParse reads anything without a panic, finds no fault in what is valid, and
// never repeats what it read.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		written, "a = CANARY", "a = \"CANARY", "[[a", "a=1\na=2", "[a]\n[a]", "[a]\n[[a]]", "a={b=1}\n[a.c]", "a.b=1\na=2", "\xff",
		"a = [\n1,\n2", "a = '''x\ny''' z", "\x00", "a = {b = 1,\n# c\n d = 2}", "[a.b]\n[a]\nb.c=1", "a=[]\n[[a]]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, problems := tomldoc.Parse(data)
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, p := range append(problems, doc.Check([]tomldoc.Field{{Name: "a", Kind: tomldoc.Text}, {Name: "b", Kind: tomldoc.Tables}})...) {
			if p.Line < 1 || p.Line > lines || p.Col < 1 || strings.Contains(p.String(), "CANARY") {
				t.Fatalf("%q: %v", data, p)
			}
		}
		// BurntSushi takes files that the specification refuses; go-toml does not.
		if len(problems) > 0 && strict.Unmarshal(data, &map[string]any{}) == nil {
			t.Fatalf("%q is valid, and yet: %v", data, problems)
		}
	})
}
