package dialog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"

	"gantry/ui/dialog"
	"gantry/ui/text"
	"gantry/ui/theme"
)

// press is the message of a key by its name in Bubble Tea.
func press(name string) tea.KeyMsg {
	for t := tea.KeyType(-200); t < 200; t++ {
		if k := (tea.KeyMsg{Type: t}); t != tea.KeyRunes && k.String() == name {
			return k
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// said is a message that tells which closure ran.
type said string

func says(s string) func() tea.Cmd {
	return func() tea.Cmd { return func() tea.Msg { return said(s) } }
}

// result runs a Cmd and gives what it said.
func result(cmd tea.Cmd) string {
	if cmd == nil {
		return ""
	}
	s, _ := cmd().(said)
	return string(s)
}

// play presses keys until the dialog is done, and gives what was said.
func play(t *testing.T, d dialog.Dialog, names ...string) (done bool, out string) {
	t.Helper()
	for i, n := range names {
		var cmd tea.Cmd
		done, cmd = d.Update(press(n))
		if s := result(cmd); s != "" {
			out = s
		}
		if done && i < len(names)-1 {
			t.Fatalf("closed after %q of %q", n, names)
		}
	}
	return done, out
}

// typing is the keys of a text.
func typing(s string) []string {
	var out []string
	for _, r := range s {
		out = append(out, string(r))
	}
	return out
}

// look is a dialog as text, checked for its shape.
func look(t *testing.T, d dialog.Dialog, w, h int) string {
	t.Helper()
	lines := d.View(w, h)
	if len(lines) > h {
		t.Errorf("%d lines do not fit %d", len(lines), h)
	}
	for i, l := range lines {
		if n := text.Width(l); n != text.Width(lines[0]) || n > w {
			t.Errorf("line %d has %d columns, the first %d, the screen %d: %q", i, n, text.Width(lines[0]), w, l)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

const hostile = "\x1b]52;c;ZXZpbA==\x07\u202egpj.exe\r\n\xff 世界 e\u0301"

var now = time.Date(2024, 3, 5, 15, 0, 0, 0, time.UTC)

func items() []dialog.Item {
	return []dialog.Item{
		{ID: "copy", Group: "Files", Help: "Copy to the other pane", Keys: "F5 c"},
		{ID: "move", Group: "Files", Help: "Move to the other pane", Keys: "F6 M", Blocked: "acme is read-only"},
		{ID: "rename", Group: "Files", Help: "Rename", Keys: "r"},
		{ID: "mark", Group: "Mark", Help: "Mark and step", Keys: "Space Insert"},
		{ID: "invert", Group: "Mark", Help: "Invert the marks", Keys: "*"},
		{ID: "help", Group: "Other", Help: "Help", Keys: "F1 ?"},
	}
}

// all is one of each window, with text that must be cleaned or does not fit.
func all(st *theme.Styles) map[string]dialog.Dialog {
	long := strings.Repeat("objects below inbox/2026/ and all of their versions ", 8)
	failure := fmt.Errorf("list acme:inbox/: %w", errors.Join(errors.New("dial tcp: connection refused"), errors.New(hostile)))
	at := &dialog.Point{X: 70, Y: 20}
	opts := []dialog.Option{
		{Key: "c", Label: "Copy here", Run: says("copy")},
		{Key: "m", Label: "Move here", Danger: true, Blocked: "acme is read-only", Run: says("move")},
		{Label: "Cancel"},
	}
	return map[string]dialog.Dialog{
		"confirm":        dialog.NewConfirm(st, dialog.ConfirmOptions{Title: "Copy", Text: "Copy 3 entries to acme:inbox/?", OnYes: says("yes")}),
		"danger":         dialog.NewConfirm(st, dialog.ConfirmOptions{Title: "Delete", Text: "Delete 12 objects (1.3 GiB) below acme:inbox/2026/?", Danger: true, Objects: 12, Yes: "Delete", OnYes: says("yes")}),
		"danger-typed":   dialog.NewConfirm(st, dialog.ConfirmOptions{Title: "Delete", Text: long, Danger: true, Objects: 12408, Yes: "Delete", OnYes: says("yes")}),
		"confirm-nasty":  dialog.NewConfirm(st, dialog.ConfirmOptions{Title: hostile, Text: hostile, Yes: hostile, No: hostile}),
		"prompt":         dialog.NewPrompt(st, dialog.PromptOptions{Title: "Rename", Text: "New name for report.tar.gz", Value: "report.tar.gz", SelectBase: true}),
		"prompt-nasty":   dialog.NewPrompt(st, dialog.PromptOptions{Title: hostile, Text: hostile, Value: hostile}),
		"choice":         dialog.NewChoice(st, dialog.ChoiceOptions{Title: "Drop", Text: "3 entries, 1.3 GiB", Options: opts}),
		"choice-hanging": dialog.NewChoice(st, dialog.ChoiceOptions{Title: hostile, Options: opts, At: at}),
		"conflict": dialog.NewConflict(st, dialog.ConflictOptions{
			Name: "report.parquet", Versioned: true, More: 2, Now: now,
			Source: dialog.Side{Size: 1288490188, Modified: now.Add(-58 * time.Minute), Location: "/home/u/reports/report.parquet"},
			Target: dialog.Side{Size: 1288490188, Modified: now.Add(-30 * time.Hour), Location: "acme:inbox/" + strings.Repeat("deep/", 20) + "report.parquet"},
		}),
		"conflict-nasty": dialog.NewConflict(st, dialog.ConflictOptions{Name: hostile + strings.Repeat("x", 100), Now: now, Source: dialog.Side{Size: -1}}),
		"form":           dialog.NewForm(st, form()),
		"report":         report(st),
		"failure":        dialog.NewFailure(st, dialog.FailureOptions{Title: "acme cannot be listed", Hint: "The server refuses connections. Check its endpoint, then press r.", Err: failure, More: []string{"request id 4711"}, Retry: says("retry")}),
		"help":           dialog.NewHelp(st, items()),
		"palette":        dialog.NewPalette(st, dialog.PaletteOptions{Items: items()}),
		"results":        results(st),
		"menu":           dialog.NewMenu(st, dialog.MenuOptions{Items: items()}),
		"menu-hanging":   dialog.NewMenu(st, dialog.MenuOptions{Items: items()[:3], At: at}),
		"info":           dialog.NewInfo(st, dialog.InfoOptions{Title: "q1.parquet", Text: "key\tinbox/q1.parquet\n" + hostile + "\n" + long}),
	}
}

// results is a search that has found something.
func results(st *theme.Styles) *dialog.Results {
	r := dialog.NewResults(st, dialog.ResultsOptions{
		Title: "Find below acme:inbox/", Text: "Part of a name:",
		OnSearch: func(q string) tea.Cmd { return says("search " + q)() }, OnPick: func(i int) tea.Cmd { return says(fmt.Sprint("pick ", i))() },
	})
	r.Add([]dialog.Result{{Name: "2026/march/report.pdf", Note: "1.2 GiB"}, {Name: hostile, Note: hostile}, {Name: strings.Repeat("deep/", 40) + "x.txt", Note: "folder"}}, "3 results in 1,204 entries, searching…")
	return r
}

func report(st *theme.Styles) *dialog.Report {
	r := dialog.NewReport(st, dialog.ReportOptions{Title: "Test of acme", Text: "Nothing is written.", Busy: "testing", OnCopy: func(string) tea.Cmd { return nil }})
	r.Add(dialog.ReportLine{Title: "Name resolves", Word: "ok", Tone: dialog.Good, Detail: "192.0.2.1"})
	r.Add(dialog.ReportLine{Title: "List", Word: "denied", Tone: dialog.Bad, Detail: hostile, Notes: []string{"missing: s3:ListBucket", hostile}})
	r.Add(dialog.ReportLine{Title: "Tags", Word: "not supported", Tone: dialog.Warn})
	r.Add(dialog.ReportLine{Title: "Write", Word: "skipped", Detail: "not asked to write"})
	r.Finish("It does not work yet.", dialog.Bad, dialog.Option{Key: "t", Label: "Test again", Run: says("again")})
	return r
}

func form() dialog.FormOptions {
	return dialog.FormOptions{
		Title: "New server", Text: "A server is a named connection to one bucket.", Extra: "Test",
		Fields: []dialog.Field{
			{Key: "name", Label: "Name", Value: "acme", Help: "How you call it: acme:inbox/", Check: func(v string) error {
				if v == "" {
					return errors.New("a name is needed")
				}
				return nil
			}},
			{Key: "type", Label: "Credential", Kind: dialog.ChoiceField, Choices: []string{"access_key", "assume_role", "anonymous"}, Value: "access_key"},
			{Key: "secret", Label: "Secret key", Kind: dialog.SecretField, Value: "hunter2", Shown: func(v dialog.Values) bool { return v["type"] == "access_key" }},
			{Key: "role", Label: "Role ARN", Shown: func(v dialog.Values) bool { return v["type"] == "assume_role" }},
			{Key: "ro", Label: "Read-only", Kind: dialog.BoolField, Value: "true"},
		},
		OnOK:  func(v dialog.Values) tea.Cmd { return says(fmt.Sprint(map[string]string(v)))() },
		OnTry: func(dialog.Values) tea.Cmd { return says("tested")() },
	}
}

func TestWindowsLookAsDrawn(t *testing.T) {
	for name, d := range all(theme.Plain()) {
		t.Run(name, func(t *testing.T) {
			golden.RequireEqual(t, []byte(look(t, d, 100, 30)+"\n"+look(t, d, 40, 10)))
		})
	}
}

func TestWindowsFitEveryScreenAndHoldNothingHostile(t *testing.T) {
	st := theme.New("dark", termenv.TrueColor, true)
	for name, d := range all(st) {
		for _, size := range [][2]int{{300, 100}, {100, 30}, {80, 24}, {60, 12}, {40, 10}, {20, 5}, {9, 3}, {5, 2}} {
			look(t, d, size[0], size[1])
		}
		for _, l := range d.View(100, 30) {
			l = strings.NewReplacer("\x1b[m", "").Replace(l)
			if strings.ContainsAny(l, "\x07\r\n\u202e") || strings.Contains(l, "\x1b]") || strings.Contains(l, "\xff") {
				t.Errorf("%s shows hostile text raw: %q", name, l)
			}
		}
		if len(d.Help()) == 0 {
			t.Errorf("%s has no help", name)
		}
	}
}

func TestEscapeAndCtrlCCloseEveryWindowAndRunNothing(t *testing.T) {
	for _, k := range []string{"esc", "ctrl+c"} {
		for name, d := range all(theme.Plain()) {
			d.View(80, 24)
			if done, said := play(t, d, k); !done || said != "" {
				t.Errorf("%s on %s: done %v, ran %q", k, name, done, said)
			}
		}
	}
}
