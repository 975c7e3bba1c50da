package dialog_test

import (
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/text"
	"gantry/ui/theme"
)

func TestConfirmStartsOnYesAndADangerousOneOnNo(t *testing.T) {
	yes := func(danger bool, n int64) dialog.Dialog {
		return dialog.NewConfirm(theme.Plain(), dialog.ConfirmOptions{Danger: danger, Objects: n, OnYes: says("yes"), OnNo: says("no")})
	}
	for _, c := range []struct {
		name string
		d    dialog.Dialog
		keys []string
		done bool
		want string
	}{
		{"enter says yes", yes(false, 0), []string{"enter"}, true, "yes"},
		{"n says no", yes(false, 0), []string{"n"}, true, "no"},
		{"enter on a dangerous one says no", yes(true, 5), []string{"enter"}, true, "no"},
		{"y on a small dangerous one says yes", yes(true, 5), []string{"y"}, true, "yes"},
		{"arrow and enter", yes(true, 5), []string{"left", "enter"}, true, "yes"},
		{"y does not confirm a large one", yes(true, 1001), []string{"y"}, false, ""},
		{"nor does the button without the number", yes(true, 1001), []string{"left", "enter"}, false, ""},
		{"nor a wrong number", yes(true, 12408), append(typing("1240"), "enter"), false, ""},
		{"the number does", yes(true, 12408), append(typing("12408"), "enter"), true, "yes"},
		{"with its comma too", yes(true, 12408), append(typing("12,408"), "enter"), true, "yes"},
		{"a thousand needs no number", yes(true, 1000), []string{"y"}, true, "yes"},
		{"enter with nothing typed says no", yes(true, 12408), []string{"enter"}, true, "no"},
	} {
		if done, out := play(t, c.d, c.keys...); done != c.done || out != c.want {
			t.Errorf("%s: done %v, said %q", c.name, done, out)
		}
	}
}

func TestConfirmWorksByMouse(t *testing.T) {
	d := dialog.NewConfirm(theme.Plain(), dialog.ConfirmOptions{Text: "Go?", OnYes: says("yes"), OnNo: says("no")})
	lines := strings.Split(look(t, d, 80, 24), "\n")
	if done, cmd := clickOn(d, lines, "No"); !done || result(cmd) != "no" {
		t.Errorf("a click on No: done %v", done)
	}
	if done, _ := d.Mouse(0, 0, press1()); done {
		t.Error("a click on the border closed the window")
	}
}

func press1() tea.MouseMsg {
	return tea.MouseMsg{Button: tea.MouseButtonLeft, Action: tea.MouseActionPress}
}

// clickOn clicks the first place where word stands.
func clickOn(d dialog.Mouser, lines []string, word string) (bool, tea.Cmd) {
	for y, l := range lines {
		if i := strings.Index(l, word); i >= 0 {
			return d.Mouse(text.Width(l[:i]), y, press1())
		}
	}
	return false, nil
}

func TestPromptReplacesAllThatIsSelected(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
	}{
		{append(typing("/tmp"), "enter"), "/tmp"},
		{[]string{"end", "x", "enter"}, "acme:in/x"},
		{[]string{"enter"}, "acme:in/"},
		{[]string{"backspace", "enter"}, ""},
		{[]string{"ctrl+u", "x", "enter"}, "x"},
	} {
		p := dialog.NewPrompt(theme.Plain(), dialog.PromptOptions{
			Value: "acme:in/", SelectAll: true, OnOK: func(v string) tea.Cmd { return says(v)() },
		})
		if done, out := play(t, p, c.keys...); !done || out != c.want {
			t.Errorf("%v: done %v, said %q", c.keys, done, out)
		}
	}
}

func TestPromptReplacesTheSelectedBaseNameAndChecksAsYouType(t *testing.T) {
	prompt := func(value string) *dialog.Prompt {
		return dialog.NewPrompt(theme.Plain(), dialog.PromptOptions{
			Value: value, SelectBase: true,
			Check: func(v string) error {
				if strings.Contains(v, "/") {
					return errors.New("a name cannot hold a slash")
				}
				return nil
			},
			OnOK: func(v string) tea.Cmd { return says(v)() },
		})
	}
	for _, c := range []struct {
		name, value string
		keys        []string
		done        bool
		want        string
	}{
		{"typing replaces the base", "report.tar.gz", append(typing("new"), "enter"), true, "new.tar.gz"},
		{"delete removes it", "a.txt", []string{"delete", "b", "enter"}, true, "b.txt"},
		{"moving keeps it", "a.txt", []string{"end", "x", "enter"}, true, "a.txtx"},
		{"a dotfile is a base", ".bashrc", []string{"x", "enter"}, true, "x"},
		{"untouched it comes back byte for byte", "a\n\xff\x1b.txt", []string{"enter"}, true, "a\n\xff\x1b.txt"},
		{"what Check refuses stays open", "a", append(typing("b/c"), "enter"), false, ""},
	} {
		if done, out := play(t, prompt(c.value), c.keys...); done != c.done || out != c.want {
			t.Errorf("%s: done %v, said %q", c.name, done, out)
		}
	}
	p := prompt("a")
	play(t, p, typing("b/")...)
	if got := look(t, p, 80, 24); !strings.Contains(got, "✗ a name cannot hold a slash") {
		t.Errorf("the complaint is not shown:\n%s", got)
	}
}

func TestSecretsAreNeverShown(t *testing.T) {
	p := dialog.NewPrompt(theme.Plain(), dialog.PromptOptions{Title: "Secret", Secret: true, Value: "hunter2"})
	f := dialog.NewForm(theme.Plain(), form())
	if s := look(t, p, 80, 24) + look(t, f, 80, 24); strings.Contains(s, "hunter2") {
		t.Errorf("the secret is on the screen:\n%s", s)
	}
}

func TestChoiceTakesLettersArrowsAndClicksButNothingBlocked(t *testing.T) {
	choice := func() *dialog.Choice { return all(theme.Plain())["choice-hanging"].(*dialog.Choice) }
	if done, out := play(t, choice(), "C"); !done || out != "copy" {
		t.Errorf("the letter: done %v, said %q", done, out)
	}
	if done, _ := play(t, choice(), "m"); done {
		t.Error("a blocked option was taken")
	}
	if done, out := play(t, choice(), "up", "enter"); !done || out != "" {
		t.Errorf("Cancel: done %v, said %q", done, out)
	}
	c := choice()
	lines := strings.Split(look(t, c, 100, 30), "\n")
	if done, cmd := clickOn(c, lines, "Copy here"); !done || result(cmd) != "copy" {
		t.Errorf("a click on an option: done %v", done)
	}
	if done, cmd := c.Mouse(-20, -3, press1()); !done || cmd != nil {
		t.Errorf("a click elsewhere: done %v", done)
	}
	if x, y := c.Place(100, 30, 40, 12); x != 60 || y != 18 {
		t.Errorf("the window hangs at %d, %d and leaves the screen", x, y)
	}
}

func TestConflictAnswersForOneOrAll(t *testing.T) {
	type got struct {
		r   dialog.Resolution
		all bool
	}
	var last got
	details := false
	conflict := func() *dialog.Conflict {
		return dialog.NewConflict(theme.Plain(), dialog.ConflictOptions{
			Name: "a", Now: now,
			OnAnswer:  func(r dialog.Resolution, all bool) tea.Cmd { last = got{r, all}; return nil },
			OnDetails: func() tea.Cmd { details = true; return nil },
		})
	}
	for _, c := range []struct {
		keys []string
		want got
	}{
		{[]string{"o"}, got{dialog.Overwrite, false}},
		{[]string{"a", "n"}, got{dialog.IfNewer, true}},
		{[]string{"a", "a", "z"}, got{dialog.IfSize, false}},
		{[]string{"c"}, got{dialog.IfChecksum, false}},
		{[]string{"r"}, got{dialog.Rename, false}},
		{[]string{"k"}, got{dialog.KeepBoth, false}},
		{[]string{"enter"}, got{dialog.Skip, false}},
	} {
		last = got{}
		if done, _ := play(t, conflict(), c.keys...); !done || last != c.want {
			t.Errorf("%q: done %v, answered %+v", c.keys, done, last)
		}
	}
	last = got{}
	if done, _ := play(t, conflict(), "d"); done || !details {
		t.Error("details closed the window or did not open")
	}
	for _, size := range [][2]int{{100, 30}, {80, 24}, {40, 10}} {
		c := conflict()
		lines := strings.Split(look(t, c, size[0], size[1]), "\n")
		if done, _ := clickOn(c, lines, "all in this job"); done {
			t.Error("choosing what it applies to closed the window")
		}
		if done, _ := clickOn(c, lines, "Overwrite"); !done || last != (got{dialog.Overwrite, true}) {
			t.Errorf("%v: a click on Overwrite: done %v, answered %+v\n%s", size, done, last, strings.Join(lines, "\n"))
		}
		last = got{}
		if done, _ := clickOn(c, lines, "ater"); !done || last != (got{}) {
			t.Errorf("%v: deciding later: done %v, answered %+v", size, done, last)
		}
	}
}

func TestFormMovesChecksAndGivesWhatIsShown(t *testing.T) {
	f := dialog.NewForm(theme.Plain(), form())
	done, out := play(t, f, "enter", "enter", "enter", "enter", "enter")
	if !done || out != "map[name:acme ro:true secret:hunter2 type:access_key]" {
		t.Errorf("untouched: done %v, said %q", done, out)
	}

	f = dialog.NewForm(theme.Plain(), form())
	keys := append([]string{"tab", "right", "tab"}, typing("arn")...) // type, role
	done, out = play(t, f, append(keys, "tab", " ", "enter", "enter")...)
	if !done || out != "map[name:acme ro:false role:arn type:assume_role]" {
		t.Errorf("another type: done %v, said %q", done, out)
	}

	f = dialog.NewForm(theme.Plain(), form())
	done, _ = play(t, f, "backspace", "backspace", "backspace", "backspace", "shift+tab", "shift+tab", "shift+tab", "enter")
	if got := look(t, f, 80, 24); done || !strings.Contains(got, "✗ a name is needed") {
		t.Errorf("an empty name: done %v\n%s", done, got)
	}

	f = dialog.NewForm(theme.Plain(), form())
	if done, out = play(t, f, "shift+tab", "enter"); done || out != "tested" {
		t.Errorf("Test: done %v, said %q", done, out)
	}
	f.SetNote("connected in 40 ms")
	if got := look(t, f, 80, 24); !strings.Contains(got, "connected in 40 ms") {
		t.Errorf("the note is not shown:\n%s", got)
	}
}

func TestFailureShowsTheRemedyFirstAndRetries(t *testing.T) {
	d := all(theme.Plain())["failure"]
	if done, out := play(t, d, "r"); !done || out != "retry" {
		t.Errorf("done %v, said %q", done, out)
	}
	chain := dialog.Chain(errors.Join(errors.New("a"), errors.New("b")))
	if strings.Join(chain, "|") != "a|b" {
		t.Errorf("the chain of two is %q", chain)
	}
	if got := dialog.Chain(nil); len(got) != 0 {
		t.Errorf("no error has the chain %q", got)
	}
}

func TestPaletteFindsByLettersInOrder(t *testing.T) {
	palette := func() *dialog.Palette {
		return dialog.NewPalette(theme.Plain(), dialog.PaletteOptions{Items: items(), OnRun: func(id string) tea.Cmd { return says(id)() }})
	}
	for _, c := range []struct {
		query, want string
		done        bool
	}{{"ren", "rename", true}, {"zzz", "", false}, {"invma", "invert", true}, {"Copy OTHER", "copy", true}, {"move to", "", false}} {
		if done, out := play(t, palette(), append(typing(c.query), "enter")...); done != c.done || out != c.want {
			t.Errorf("%q: done %v, said %q", c.query, done, out)
		}
	}
	if done, out := play(t, palette(), "down", "down", "enter"); !done || out != "rename" {
		t.Errorf("arrows: done %v, said %q", done, out)
	}
	p := palette()
	lines := strings.Split(look(t, p, 80, 24), "\n")
	if done, cmd := clickOn(p, lines, "Invert"); !done || result(cmd) != "invert" {
		t.Errorf("a click: done %v", done)
	}
}

func TestMenuGoesThroughGroups(t *testing.T) {
	menu := func() *dialog.Menu {
		return dialog.NewMenu(theme.Plain(), dialog.MenuOptions{Items: items(), OnRun: func(id string) tea.Cmd { return says(id)() }})
	}
	for _, c := range []struct {
		keys []string
		want string
	}{
		{[]string{"enter"}, "copy"},
		{[]string{"right", "down", "enter"}, "invert"},
		{[]string{"left", "enter"}, "help"},
		{[]string{"up", "enter"}, "rename"},
	} {
		if done, out := play(t, menu(), c.keys...); !done || out != c.want {
			t.Errorf("%q: done %v, said %q", c.keys, done, out)
		}
	}
	if done, _ := play(t, menu(), "down", "enter"); done {
		t.Error("a blocked item ran")
	}
	m := menu()
	lines := strings.Split(look(t, m, 80, 24), "\n")
	if done, _ := clickOn(m, lines, "Mark "); done {
		t.Error("a click on a group closed the menu")
	}
	lines = strings.Split(look(t, m, 80, 24), "\n")
	if done, cmd := clickOn(m, lines, "Invert"); !done || result(cmd) != "invert" {
		t.Errorf("a click on an item: done %v", done)
	}
	if done, _ := play(t, dialog.NewMenu(theme.Plain(), dialog.MenuOptions{}), "enter"); !done {
		t.Error("an empty menu stays open")
	}
}

func TestLongTextsScroll(t *testing.T) {
	d := dialog.NewInfo(theme.Plain(), dialog.InfoOptions{Title: "log", Text: strings.Repeat("line\n", 99) + "the last"})
	if got := look(t, d, 60, 12); strings.Contains(got, "the last") || !strings.Contains(got, "1–9 of 100") {
		t.Errorf("at the top:\n%s", got)
	}
	play(t, d, "end")
	if got := look(t, d, 60, 12); !strings.Contains(got, "the last") {
		t.Errorf("at the end:\n%s", got)
	}
	d.Mouse(1, 1, tea.MouseMsg{Button: tea.MouseButtonWheelUp})
	if got := look(t, d, 60, 12); strings.Contains(got, "the last") {
		t.Errorf("after the wheel:\n%s", got)
	}
	if done, _ := play(t, d, "q"); !done {
		t.Error("q does not close it")
	}
}

func TestConfirmMarksWhatEnterDoes(t *testing.T) {
	d := dialog.NewConfirm(theme.Plain(), dialog.ConfirmOptions{Danger: true, Objects: 5000, Yes: "Delete", No: "Keep", OnYes: says("yes")})
	play(t, d, typing("500")...)
	if got := look(t, d, 80, 24); !strings.Contains(got, "[▸Keep ]") {
		t.Errorf("with half of the number:\n%s", got)
	}
	play(t, d, "0")
	if got := look(t, d, 80, 24); !strings.Contains(got, "[▸Delete ]") {
		t.Errorf("with the number:\n%s", got)
	}
	if done, out := play(t, d, "enter"); !done || out != "yes" {
		t.Errorf("done %v, said %q", done, out)
	}
}

func TestConfirmThatWaitsTakesNoYesAndKeepsItsFocus(t *testing.T) {
	o := dialog.ConfirmOptions{Danger: true, Wait: true, Yes: "Counting…", No: "Keep", OnYes: says("yes"), OnNo: says("no")}
	if done, out := play(t, dialog.NewConfirm(theme.Plain(), o), "enter"); !done || out != "no" {
		t.Errorf("Keep: done %v, said %q", done, out)
	}
	d := dialog.NewConfirm(theme.Plain(), o)
	if done, out := play(t, d, "y", "left", "enter"); done || out != "" {
		t.Errorf("while it waits: done %v, said %q", done, out)
	}
	o.Wait, o.Yes, o.Objects = false, "Delete", 3
	d.Change(o)
	if got := look(t, d, 80, 24); !strings.Contains(got, "[▸Delete ]") {
		t.Errorf("the focus has moved:\n%s", got)
	}
	if done, out := play(t, d, "enter"); !done || out != "yes" {
		t.Errorf("afterwards: done %v, said %q", done, out)
	}
}

func TestResultsSearchWithEnterAndGoWithTheNext(t *testing.T) {
	closed := 0
	r := dialog.NewResults(theme.Plain(), dialog.ResultsOptions{
		OnSearch: func(q string) tea.Cmd { return says("search " + q)() },
		OnPick:   func(i int) tea.Cmd { return says(strings.Repeat("i", i+1))() },
		OnClose:  func() { closed++ },
	})
	if done, out := play(t, r, "enter"); done || out != "" {
		t.Errorf("nothing to search for: done %v, said %q", done, out)
	}
	if done, out := play(t, r, append(typing("ab"), "enter")...); done || out != "search ab" {
		t.Errorf("done %v, said %q", done, out)
	}
	if done, out := play(t, r, "enter"); done || out != "" {
		t.Errorf("nothing found: done %v, said %q", done, out)
	}
	r.Add([]dialog.Result{{Name: "one"}}, "")
	r.Add([]dialog.Result{{Name: "two"}}, "done")
	play(t, r, "down", "down")
	if got := look(t, r, 60, 14); !strings.Contains(got, "▸ two") || !strings.Contains(got, "done") {
		t.Errorf("got\n%s", got)
	}
	if done, out := play(t, r, "enter"); !done || out != "ii" || closed != 1 {
		t.Errorf("done %v, said %q, closed %d times", done, out, closed)
	}
	if done, out := play(t, r, "c", "enter"); done || out != "search abc" {
		t.Errorf("another search: done %v, said %q", done, out)
	}
	if done, _ := play(t, r, "esc"); !done || closed != 2 {
		t.Errorf("done %v, closed %d times", done, closed)
	}
}
