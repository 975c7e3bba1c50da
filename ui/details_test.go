package ui_test

import (
	"strings"
	"testing"

	"gantry/remote"
)

func TestTheNameInFullIsOneKeyAway(t *testing.T) {
	w := build(t)
	long := strings.Repeat("quarterly report ", 5) + "\x1b[31m.pdf"
	w.acme.PutAt(remote.Path("inbox/"+long), "%PDF-1.7", epoch().AddDate(0, 0, -2))
	w.start(t, 120, 30)
	w.Keys("tab", "G", "k", "I")
	w.sees(t, "About this file", strings.Repeat("quarterly report ", 3), `\x1b[31m.pdf"`, "␛[31m.pdf",
		"8 B, 8 bytes", "2026-03-12 15:09:26 UTC, 2 days ago", "STANDARD", "Location  acme:inbox/quarterly")
	w.Keys("q", "g", "g", "j", "I")
	w.sees(t, "About this folder", "Name      march")
	w.lacks(t, "STANDARD", "bytes")
}
