package ui_test

import (
	"strings"
	"testing"

	"gantry/remote"
)

// server is a server of the store.
func (w *world) server(t *testing.T, name string) remote.Server {
	t.Helper()
	for _, s := range w.admin.Servers() {
		if s.Server.Name == name {
			return s.Server
		}
	}
	t.Fatalf("there is no server %s on\n%s", name, w.Screen())
	return remote.Server{}
}

// field goes to a field of the form in front, by its label.
func (w *world) field(t *testing.T, label string) {
	t.Helper()
	w.Keys("pgup")
	for range 40 {
		if s := w.Screen(); strings.Contains(s, "▸ "+label) || strings.Contains(s, "▸✗"+label) {
			return
		}
		w.Keys("tab")
	}
	t.Fatalf("no field %q on\n%s", label, w.Screen())
}

func TestAServerIsAddedTestedBrowsedEditedAndRemoved(t *testing.T) {
	w := newWorld(t)
	w.Keys("f11")
	w.sees(t, "[Servers 2]", "acme", "○ untested", "eu-central-1")
	w.Keys("n")
	w.Type("pics")
	w.field(t, "Bucket")
	w.Type("fotos")
	w.Keys("pgdown", "enter")
	w.sees(t, "✗ pics: There is no bucket of this name; check the spelling.", "✗ inactive")
	w.Keys("t")
	w.sees(t, "✓ name resolves", "✗ list", "check the spelling", "! tags", "not supported", "It does not work yet")
	w.Keys("esc", "e")
	w.field(t, "Bucket")
	w.Keys("ctrl+u")
	w.Type("photos")
	w.Keys("pgdown", "enter")
	w.sees(t, "✓ pics is connected", "✓ connected")
	if s := w.server(t, "pics"); s.Bucket != "photos" || s.Credential != "ops" || s.Type != "s3" || s.Region != "auto" {
		t.Errorf("saved was %+v", s)
	}
	w.Keys("x")
	w.sees(t, "Remove server pics", "stay as they are")
	w.Keys("y")
	w.sees(t, "Removed: server pics", "[Servers 2]")
	w.Keys("g", "g", "enter")
	w.sees(t, "acme:")
}
