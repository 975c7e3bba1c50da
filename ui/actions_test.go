package ui_test

import (
	"slices"
	"strings"
	"testing"

	"gantry/ui"
	"gantry/ui/keys"
)

func TestActionsHaveUniqueIDsHelpAndGroup(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, a := range ui.Actions() {
		if seen[a.ID] {
			t.Errorf("there are two actions %q", a.ID)
		}
		seen[a.ID] = true
		if a.Help == "" || a.Group == "" || len(a.Keys) == 0 {
			t.Errorf("%s lacks help, group or keys: %+v", a.ID, a)
		}
		if strings.ToLower(a.ID) != a.ID || strings.ContainsAny(a.ID, " _") {
			t.Errorf("%q is no id", a.ID)
		}
	}
}

func TestNoTwoActionsShareAKey(t *testing.T) {
	t.Parallel()
	var bs []keys.Binding
	for _, a := range ui.Actions() {
		for _, k := range a.Keys {
			seq, err := keys.Parse(k)
			if err != nil {
				t.Errorf("%s: %q: %v", a.ID, k, err)
				continue
			}
			bs = append(bs, keys.Binding{Action: a.ID, Scope: a.Scope, Keys: seq})
		}
	}
	for _, c := range keys.Conflicts(bs) {
		t.Errorf("%s (%s) and %s (%s) collide", c.A.Action, c.A.Keys, c.B.Action, c.B.Keys)
	}
}

// documented are the keys that users were promised (screen.md), as far as the
// actions exist.
func TestEveryDocumentedKeyIsThere(t *testing.T) {
	t.Parallel()
	documented := map[string][]string{
		"go-parent": {"h", "left", "backspace"}, "open": {"l", "right", "enter"},
		"top": {"g g", "home"}, "bottom": {"G", "end"}, "back": {"H"}, "forward": {"L"},
		"page-up": {"pgup"}, "page-down": {"pgdown"}, "half-page-up": {"ctrl+u"}, "half-page-down": {"ctrl+d"},
		"switch-pane": {"tab"}, "same-place": {"="}, "swap-panes": {"W"}, "sync-browsing": {"ctrl+y"},
		"resize-left": {"<"}, "resize-right": {">"}, "single-pane": {"|"},
		"mark": {"space", "insert"}, "mark-range": {"v"}, "mark-pattern": {"+"}, "unmark-pattern": {"-"},
		"invert": {"*"}, "mark-all": {"ctrl+a"}, "clear-marks": {"esc"},
		"copy": {"f5", "c"}, "move": {"f6", "M"}, "rename": {"r", "shift+f6"}, "new-folder": {"f7", "n"},
		"delete": {"f8", "d", "delete"}, "view": {"f3", "i"}, "edit": {"f4", "e"}, "shell": {"!"}, "yank": {"y"}, "cut": {"x"}, "paste": {"p"},
		"filter": {"/"}, "toggle-hidden": {"."}, "sort-name": {", n"}, "sort-size-reverse": {", S"},
		"go-home": {"g h"}, "go-buckets": {"g b"}, "go-servers": {"g s"}, "go-mounts": {"g m"}, "go-root": {"g /"},
		"set-bookmark": {"m <letter>"}, "go-bookmark": {"' <letter>"}, "go-to": {":"},
		"servers": {"f11"}, "queue": {"f12", "w"}, "log": {"@"}, "help": {"f1", "?"}, "palette": {"f2", "ctrl+p"}, "menu": {"f9"},
		"reload": {"ctrl+r"}, "copy-location": {"Y"}, "quit": {"f10", "q", "ctrl+c"},
		"queue-pause": {"p"}, "queue-pause-all": {"P"}, "queue-cancel": {"x"}, "queue-retry": {"r"}, "queue-retry-all": {"R"},
		"queue-up": {"K"}, "queue-down": {"J"}, "queue-start": {"!"}, "queue-bandwidth": {"b"}, "queue-clear": {"c"}, "queue-details": {"enter"},
	}
	have := map[string][]string{}
	for _, a := range ui.Actions() {
		have[a.ID] = a.Keys
	}
	for id, ks := range documented {
		for _, k := range ks {
			if !slices.Contains(have[id], k) {
				t.Errorf("%s has no key %s, only %q", id, k, have[id])
			}
		}
	}
}

// Function keys, Alt and Ctrl-Shift may not arrive.
func TestEveryActionHasAPlainKey(t *testing.T) {
	t.Parallel()
	for _, a := range ui.Actions() {
		if !slices.ContainsFunc(a.Keys, func(k string) bool {
			return !strings.HasPrefix(k, "f") || len(k) == 1
		}) && a.ID != "menu" && a.ID != "servers" {
			t.Errorf("%s can only be reached by %q", a.ID, a.Keys)
		}
	}
}

func TestWhatWritesIsDangerous(t *testing.T) {
	t.Parallel()
	var danger []string
	for _, a := range ui.Actions() {
		if a.Danger {
			danger = append(danger, a.ID)
		}
	}
	want := []string{"edit", "copy", "move", "rename", "new-folder", "delete", "cut", "paste"}
	if !slices.Equal(danger, want) {
		t.Errorf("dangerous are %q", danger)
	}
}

func TestKeyTableHoldsEveryAction(t *testing.T) {
	t.Parallel()
	table := ui.KeyTable()
	for _, a := range ui.Actions() {
		if !strings.Contains(table, "| `"+a.ID+"` | "+a.Help+" |") {
			t.Errorf("%s is not in the table", a.ID)
		}
	}
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); n != 5 {
			t.Errorf("%d columns in %q", n-1, line)
		}
	}
}

func TestReadOnlyPlaceBlocksWhatWritesIntoIt(t *testing.T) {
	w := build(t)
	w.deps.Right = "vault:"
	w.start(t, 100, 30)
	w.to(t, "notes.txt")
	for id, want := range map[string]string{"copy": "vault is read-only", "move": "vault is read-only", "delete": "", "rename": "", "new-folder": "", "view": ""} {
		if got := ui.Blocked(w.model, id); got != want {
			t.Errorf("on the left %s: %q", id, got)
		}
	}
	w.Keys("f5")
	w.sees(t, "vault is read-only")
	w.Keys("tab")
	w.to(t, "sealed.txt")
	for id, want := range map[string]string{"copy": "", "move": "vault is read-only", "delete": "vault is read-only", "rename": "vault is read-only", "new-folder": "vault is read-only"} {
		if got := ui.Blocked(w.model, id); got != want {
			t.Errorf("on the right %s: %q", id, got)
		}
	}
	if n := len(w.queue.Jobs()); n != 0 {
		t.Errorf("%d jobs were queued", n)
	}
}

func TestTheUsersKeysReplaceTheDefaultOnes(t *testing.T) {
	w := build(t)
	w.deps.Keys = map[string][]string{"quit": {"Q"}}
	w.start(t, 100, 30)
	w.Keys("q")
	if w.Quit() {
		t.Fatal("the old key still quits")
	}
	w.Keys("Q")
	if !w.Quit() {
		t.Error("the new key does not quit")
	}
}

func TestTheKeyBarIsButtons(t *testing.T) {
	w := newWorld(t)
	w.Click(w.at(t, "F12Queue"))
	w.sees(t, "The queue is empty.")
	w.Click(w.at(t, "F12Queue"))
	w.sees(t, "notes.txt")
}
