package tomldoc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/store/tomldoc"
)

func lines(ps []remote.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.String())
	}
	return out
}

func TestEveryFaultOfSyntaxIsFoundWithoutRepeatingIt(t *testing.T) {
	_, ps := tomldoc.Parse([]byte(strings.Join([]string{
		`name = CANARY`,
		`good = 1`,
		`secret "CANARY"`,
		`[[server]`,
		`  other = "CANARY`,
		`fine = true`,
		`bell = "` + "\a" + `"`,
	}, "\n")))
	want := []string{
		`line 1, column 8: not a valid value; text stands in "quotes", on one line; numbers, true and false do not`,
		`line 3, column 8: expected key = value, a [table] or a # comment`,
		`line 4, column 9: not a valid table header; write [name] or [[name]] and nothing else on the line`,
		`line 5, column 18: not a valid value; text stands in "quotes", on one line; numbers, true and false do not`,
		`line 7, column 9: a control character stands here; in "text" write it as \u001b`,
	}
	if diff := cmp.Diff(want, lines(ps)); diff != "" {
		t.Error(diff)
	}
}

func TestWhatStandsTwiceIsFound(t *testing.T) {
	for in, want := range map[string]string{
		"a = 1\na = 2":                     "line 2, column 1: a: this key stands twice, first on line 1",
		"[a]\n[b]\n[a]":                    "line 3, column 2: a: this table stands twice, first on line 1",
		"[a]\n[[a]]":                       "line 2, column 3: a: this stands in another form on line 1; write [[...]] there too",
		"[[a]]\n[a]":                       "line 2, column 2: a: this stands elsewhere in double brackets; write [[...]] here too",
		"a = {b = 1}\n[a.c]":               "line 2, column 2: a: this has a value already and cannot be a table as well",
		"a = 1\na.b = 2":                   "line 2, column 1: a: this has a value already and cannot hold keys",
		"a = 1\nCANARYx = 1 \nCANARYx = 2": "line 3, column 1: this key stands twice, first on line 2",
	} {
		_, ps := tomldoc.Parse([]byte(in))
		if diff := cmp.Diff([]string{want}, lines(ps)); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
}

func TestColumnsCountCharacters(t *testing.T) {
	_, ps := tomldoc.Parse([]byte("\xef\xbb\xbf\"é世\" = x"))
	if len(ps) != 1 || ps[0].Line != 1 || ps[0].Col != 8 {
		t.Error(ps)
	}
}

func TestAValueOfSeveralLinesThatIsBrokenGivesOneFault(t *testing.T) {
	_, ps := tomldoc.Parse([]byte("a = [\n 1,\n 2\nb = 3\nc = 4\n"))
	if len(ps) != 1 {
		t.Error(lines(ps))
	}
}

func TestNearestFindsWhatWasMeant(t *testing.T) {
	keys := []string{"region", "read_only", "bucket", "prefix", "encryption"}
	for in, want := range map[string]string{
		"regio": "region", "Region": "region", "readonly": "read_only", "bcuket": "bucket", "encrypt": "encryption", "zzz": "", "": "",
		strings.Repeat("x", 1000): "",
	} {
		if got := tomldoc.Nearest(in, keys); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestKeysThatMayBeSecretsAreNotShown(t *testing.T) {
	for in, want := range map[string]string{
		"regio": "regio", "secret_access_key_comand": "secret_access_key_comand", "AKIAIOSFODNN7EXAMPLE": "",
		"wJalrXUtnFEMI/K7MDENG": "", "0123456789abcdef0123456789abcdef": "", "a b": "", strings.Repeat("a", 40): "",
	} {
		if got := tomldoc.ShowKey(in); got != want {
			t.Errorf("ShowKey(%q) = %q", in, got)
		}
	}
}
