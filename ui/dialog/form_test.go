package dialog_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/theme"
)

// deep is a form with everything that a form can have.
func deep(saved *dialog.Values) (*dialog.Form, *int) {
	picks := 0
	f := dialog.NewForm(theme.Plain(), dialog.FormOptions{
		Title: "Deep", Stays: true,
		Fields: []dialog.Field{
			{Kind: dialog.NoteField, Label: "Note", Value: "only told"},
			{Key: "name", Label: "Name", Hint: "acme"},
			{Key: "region", Label: "Region", Pick: func() tea.Cmd { picks++; return nil }},
			{Key: "service", Label: "Service", Kind: dialog.ChoiceField, Choices: []string{"aws", "hz"}, Labels: []string{"Amazon", "Hetzner"}},
			{Key: "secret", Label: "Secret", Kind: dialog.SecretField},
		},
		Problems: func(v dialog.Values) map[string]string {
			out := map[string]string{}
			if v["name"] == "" || strings.Contains(v["name"], "/") {
				out["name"] = "a name without a slash"
			}
			return out
		},
		OnOK: func(v dialog.Values) tea.Cmd { *saved = v; return nil },
	})
	return f, &picks
}

func TestAFormSaysAtTheFieldWhatIsWrongAsItIsTyped(t *testing.T) {
	var saved dialog.Values
	f, _ := deep(&saved)
	if got := look(t, f, 80, 24); strings.Contains(got, "✗") || !strings.Contains(got, "▸ Name") || !strings.Contains(got, "(acme)") {
		t.Errorf("nobody has typed yet:\n%s", got)
	}
	play(t, f, "a", "/")
	if got := look(t, f, 80, 24); !strings.Contains(got, "▸✗Name") || !strings.Contains(got, "    ✗ a name without a slash") {
		t.Errorf("a slash was typed:\n%s", got)
	}
	play(t, f, "backspace")
	if got := look(t, f, 80, 24); strings.Contains(got, "✗") {
		t.Errorf("the slash is gone:\n%s", got)
	}
	play(t, f, "backspace", "pgdown")
	if done, _ := play(t, f, "enter"); done || saved != nil {
		t.Error("a form with a fault was accepted")
	}
	play(t, f, "x", "pgdown")
	if done, _ := play(t, f, "enter"); done || saved["name"] != "x" {
		t.Errorf("done %v, saved %v; it stays until it is dropped", done, saved)
	}
	if _, ok := saved[""]; ok {
		t.Error("a note is among the values")
	}
}

func TestAFormOffersListsAndTakesWhatWasPicked(t *testing.T) {
	var saved dialog.Values
	f, picks := deep(&saved)
	play(t, f, "tab", "f2", "ctrl+o")
	if *picks != 2 {
		t.Errorf("the list was opened %d times", *picks)
	}
	lines := strings.Split(look(t, f, 80, 24), "\n")
	if clickOn(f, lines, "▾"); *picks != 3 {
		t.Error("a click on ▾ opens no list")
	}
	f.Set("region", "eu-central-1")
	f.Set("service", "none such")
	if got := f.Values(); got["region"] != "eu-central-1" || got["service"] != "aws" {
		t.Errorf("the values are %v", got)
	}
	play(t, f, "tab", "h") // by the letter of its label
	if got := f.Value("service"); got != "hz" {
		t.Errorf("h chose %q", got)
	}
	if got := look(t, f, 80, 24); !strings.Contains(got, "◂ Hetzner ▸") {
		t.Errorf("the label is not shown:\n%s", got)
	}
	f.SetChoices("service", []string{"hz", "new"}, nil)
	if got := f.Value("service"); got != "hz" {
		t.Errorf("other choices changed it to %q", got)
	}
}

func TestATypedSecretIsShownOnRequestOnly(t *testing.T) {
	var saved dialog.Values
	f, _ := deep(&saved)
	play(t, f, append([]string{"tab", "tab", "tab"}, typing("hunter2")...)...)
	if got := look(t, f, 80, 24); strings.Contains(got, "hunter2") || !strings.Contains(got, "•••••••") {
		t.Errorf("dots are wanted:\n%s", got)
	}
	play(t, f, "ctrl+r")
	if got := look(t, f, 80, 24); !strings.Contains(got, "hunter2") {
		t.Errorf("it was asked for:\n%s", got)
	}
	play(t, f, "ctrl+r")
	if got := look(t, f, 80, 24); strings.Contains(got, "hunter2") {
		t.Errorf("it was to be hidden again:\n%s", got)
	}
}

func TestAPaletteGivesWhatIsTypedWhereThatIsAllowed(t *testing.T) {
	got := ""
	o := dialog.PaletteOptions{Items: items(), Free: true, At: "rename", OnRun: func(id string) tea.Cmd { got = id; return nil }}
	p := dialog.NewPalette(theme.Plain(), o)
	if s := look(t, p, 80, 24); !strings.Contains(s, "▸ Rename") {
		t.Errorf("it does not begin with what is chosen:\n%s", s)
	}
	play(t, p, append(typing("mars-1"), "enter")...)
	if got != "mars-1" {
		t.Errorf("it gave %q", got)
	}
	o.Free, got = false, ""
	if done, _ := play(t, dialog.NewPalette(theme.Plain(), o), append(typing("mars-1"), "enter")...); done || got != "" {
		t.Error("it gave what is not in the list")
	}
}

func TestATextIsCopiedByKeyAndButton(t *testing.T) {
	n := 0
	i := dialog.NewInfo(theme.Plain(), dialog.InfoOptions{Title: "Policy", Text: "{}", OnCopy: func() tea.Cmd { n++; return nil }})
	play(t, i, "Y")
	clickOn(i, strings.Split(look(t, i, 80, 24), "\n"), "Copy")
	if n != 2 {
		t.Errorf("copied %d times", n)
	}
}

func TestAPromptTellsThatItWasLeft(t *testing.T) {
	for name, leave := range map[string]func(p *dialog.Prompt){
		"Esc":    func(p *dialog.Prompt) { play(t, p, "esc") },
		"Cancel": func(p *dialog.Prompt) { clickOn(p, strings.Split(look(t, p, 80, 24), "\n"), "Cancel") },
	} {
		left := false
		leave(dialog.NewPrompt(theme.Plain(), dialog.PromptOptions{Title: "Code", OnCancel: func() tea.Cmd { left = true; return nil }}))
		if !left {
			t.Errorf("%s said nothing", name)
		}
	}
}
