package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// sources calls look with every file of the product.
func sources(t *testing.T, look func(path, text string)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		n++
		look(strings.TrimPrefix(filepath.ToSlash(path), "../../"), string(text))
		return err
	})
	if err != nil || n < 100 {
		t.Fatalf("%d files, %v", n, err)
	}
}

// TestSEC11TheSDKNeverLogsRequests: its log modes print signatures and tokens.
func TestSEC11TheSDKNeverLogsRequests(t *testing.T) {
	bad := regexp.MustCompile(`aws\.Log(Signing|Request|Response)|ClientLogMode|WithClientLogMode`)
	sources(t, func(path, text string) {
		if m := bad.FindString(text); m != "" {
			t.Errorf("%s: %s", path, m)
		}
	})
}

// TestSEC19NothingSwitchesVerificationOff: there is no way around certificates.
func TestSEC19NothingSwitchesVerificationOff(t *testing.T) {
	sources(t, func(path, text string) {
		if strings.Contains(text, "InsecureSkip"+"Verify") {
			t.Errorf("%s", path)
		}
	})
}

// TestSEC14OnlyTheRoomsOfTheTerminalMakeEscapeSequences: whatever else is shown
// goes through ui/text, which takes them out.
func TestSEC14OnlyTheRoomsOfTheTerminalMakeEscapeSequences(t *testing.T) {
	rooms := []string{"ui/text/", "ui/theme/", "ui/tty/", "ui/uitest/", "ui/run.go"}
	makers := []string{"github.com/charmbracelet/x/ansi", "github.com/charmbracelet/lipgloss", "github.com/muesli/termenv"}
	own := map[string]bool{ // these write nothing but what they make themselves
		"ui/cli/progress.go": true, // clears its line
		"ui/manage.go":       true, // the clipboard, in base64
	}
	escape := regexp.MustCompile(`\\x1b[^\\]|\\033|\\u001b`)
	sources(t, func(path, text string) {
		for _, room := range rooms {
			if strings.HasPrefix(path, room) {
				return
			}
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			for _, maker := range makers {
				if strings.Trim(imported.Path.Value, `"`) == maker {
					t.Errorf("%s imports %s", path, maker)
				}
			}
		}
		if strings.HasPrefix(path, "ui/") && !own[path] && escape.MatchString(text) {
			t.Errorf("%s writes an escape sequence: %q", path, escape.FindString(text))
		}
	})
}
