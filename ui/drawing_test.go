package ui_test

import (
	"strings"
	"testing"
	"time"
)

// drawn compares the screen with a drawing whose lines are indented by a tab.
func (w *world) drawn(t *testing.T, want string) {
	t.Helper()
	want = strings.ReplaceAll(strings.Trim(want, "\n\t"), "\n\t", "\n")
	got := strings.TrimRight(w.Screen(), "\n")
	if got != want {
		t.Errorf("the screen is\n%s\nwant\n%s", got, want)
	}
}

// still is a world whose every time is fixed.
func still(t *testing.T) *world {
	t.Helper()
	w := build(t)
	w.disk.PutAt("/home/drafts/", "", time.Date(2026, 3, 11, 8, 0, 0, 0, time.UTC))
	return w
}

func TestTheScreenAsADrawing(t *testing.T) {
	w := still(t).start(t, 80, 16)
	w.to(t, "notes.txt")
	w.Keys("space")
	w.drawn(t, `
	┌ ~ ──────────────────────────── local ┐┌ acme:inbox/ ─────────── eu-central-1 ┐
	│ Name ↑                  Size  Time   ││ Name ↑                  Size  Time   │
	│ ..                                   ││ ..                                   │
	│ ▸ drafts/                  –  Mar 11 ││ ▸ march/                   –  –      │
	│ ● notes.txt              11B  Mar 11 ││   report.pdf              4B  Mar 11 │
	│>  q1.parquet            2.9K  Mar 11 ││                                      │
	│                                      ││                                      │
	│                                      ││                                      │
	│                                      ││                                      │
	│                                      ││                                      │
	├──────────────────────────────────────┤├──────────────────────────────────────┤
	│ 1 marked, 11 B · 3 of 3              ││ 1 of 2                               │
	└──────────────────────────────────────┘└──────────────────────────────────────┘


	F1Help F3View F4Edit F5Copy F6Move F7Folder F8Delete F9Menu F10Quit F12Queue
`)
}

func TestANarrowScreenAsADrawing(t *testing.T) {
	w := still(t).start(t, 40, 10)
	w.Keys("tab")
	w.drawn(t, `
	┌ acme:inbox/ ─────────── eu-central-1 ┐
	│ Name ↑                  Size  Time   │
	│ ..                                   │
	│>▸ march/                   –  –      │
	│   report.pdf              4B  Mar 11 │
	│                                      │
	│                                      │
	└ 1 of 2 ──────────────────────────────┘

	F1Help F5Copy F8Delete F10Quit F12Queue
`)
}

func TestAQuestionAsADrawing(t *testing.T) {
	w := still(t).start(t, 80, 16)
	w.to(t, "drafts")
	w.Keys("f8")
	w.drawn(t, `
	┌ ~ ──────────────────────────── local ┐┌ acme:inbox/ ─────────── eu-central-1 ┐
	│ Name ↑                  Size  Time   ││ Name ↑                  Size  Time   │
	│ ..                                   ││ ..                                   │
	│>▸ draf┌ Delete ──────────────────────────────────────────────────────┐–      │
	│   note│ Delete 2 objects in 1 folder, 23 B?                          │Mar 11 │
	│   q1.p│                                                              │       │
	│       │ In /home                                                     │       │
	│       │   drafts/ and everything below                               │       │
	│       │                                                              │       │
	│       │ [ Delete ]  [▸Keep ]                                         │       │
	├───────└──────────────────────────────────────────────────────────────┘───────┤
	│ 1 of 3                               ││ 1 of 2                               │
	└──────────────────────────────────────┘└──────────────────────────────────────┘


	y Delete  n Keep  Esc change nothing
`)
}
