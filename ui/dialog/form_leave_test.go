package dialog_test

import (
	"strings"
	"testing"

	"gantry/ui/dialog"
	"gantry/ui/theme"
)

const asks = "What you have changed is not saved"

func TestAFormThatWasChangedIsNotLostToEsc(t *testing.T) {
	var saved dialog.Values
	f, _ := deep(&saved)
	play(t, f, "x", "backspace", "tab", "tab")
	if done, _ := play(t, f, "esc"); !done {
		t.Error("a form in which nothing is changed asks before it closes")
	}
	f, _ = deep(&saved)
	play(t, f, typing("acme")...)
	if done, _ := play(t, f, "esc"); done {
		t.Fatal("Esc threw away what was typed")
	}
	if got := look(t, f, 80, 24); !strings.Contains(got, asks) || !strings.Contains(got, "[▸Go on ]") || !strings.Contains(got, "acme") {
		t.Errorf("it has to ask, and to start on going on:\n%s", got)
	}
	for _, k := range []string{"esc", "enter", "g"} {
		if done, _ := play(t, f, k); done {
			t.Errorf("%s threw away what was typed", k)
		}
		if got := look(t, f, 80, 24); strings.Contains(got, asks) || !strings.Contains(got, "▸ Name") {
			t.Errorf("%s goes on where it was:\n%s", k, got)
		}
		play(t, f, "esc")
	}
	if done, _ := play(t, f, "right", "enter"); !done {
		t.Error("Discard does not close the form")
	}
	for _, keys := range [][]string{{"esc", "d"}, {"ctrl+c", "ctrl+c"}} {
		f, _ = deep(&saved)
		play(t, f, "x")
		if done, _ := play(t, f, keys...); !done {
			t.Errorf("%v does not close the form", keys)
		}
	}
}

func TestTheQuestionOfALeftFormIsAnsweredByMouse(t *testing.T) {
	var saved dialog.Values
	f, _ := deep(&saved)
	play(t, f, "x", "esc")
	if done, _ := clickOn(f, strings.Split(look(t, f, 80, 24), "\n"), "Go on"); done || strings.Contains(look(t, f, 80, 24), asks) {
		t.Error("Go on does not go on")
	}
	play(t, f, "esc")
	if done, _ := clickOn(f, strings.Split(look(t, f, 80, 24), "\n"), "Region"); done || !strings.Contains(look(t, f, 80, 24), "▸ Region") {
		t.Error("a click on a field does not go on there")
	}
	play(t, f, "esc")
	if done, _ := clickOn(f, strings.Split(look(t, f, 80, 24), "\n"), "Discard"); !done {
		t.Error("Discard does not close the form")
	}
}

func TestAClickPlacesTheCursorInAField(t *testing.T) {
	f := dialog.NewForm(theme.Plain(), dialog.FormOptions{Title: "T", Fields: []dialog.Field{
		{Key: "other", Label: "Other"},
		{Key: "name", Label: "Name", Value: "世界 bucket"},
		{Key: "long", Label: "Long", Value: strings.Repeat("abcdefghij", 20)},
	}})
	lines := strings.Split(look(t, f, 60, 24), "\n")
	clickOn(f, lines, "ucket")
	play(t, f, "X")
	if got := f.Value("name"); got != "世界 bXucket" {
		t.Errorf("a click on the u and an X made %q", got)
	}
	lines = strings.Split(look(t, f, 60, 24), "\n")
	clickOn(f, lines, "界")
	play(t, f, "X")
	if got := f.Value("name"); got != "世X界 bXucket" {
		t.Errorf("a click on 界 and an X made %q", got)
	}
	clickOn(f, strings.Split(look(t, f, 60, 24), "\n"), "Long") // its label: the cursor stays at the end
	play(t, f, "!")
	if got := f.Value("long"); !strings.HasSuffix(got, "j!") {
		t.Errorf("a click on the label moved the cursor: %q", got)
	}
	lines = strings.Split(look(t, f, 60, 24), "\n")
	clickOn(f, lines, "j!")
	play(t, f, "?")
	if got := f.Value("long"); !strings.HasSuffix(got, "i?j!") {
		t.Errorf("a click into a scrolled field made %q", got)
	}
	p := dialog.NewPrompt(theme.Plain(), dialog.PromptOptions{Title: "P", Value: "report.pdf", SelectBase: true})
	clickOn(p, strings.Split(look(t, p, 60, 10), "\n"), "pdf")
	play(t, p, "x")
	if got := look(t, p, 60, 10); !strings.Contains(got, "report.xpdf") {
		t.Errorf("a click into a prompt:\n%s", got)
	}
}
