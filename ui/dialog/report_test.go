package dialog_test

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/ui/dialog"
	"gantry/ui/theme"
)

func TestAReportGrowsStopsAndIsCopied(t *testing.T) {
	stopped, copied := 0, ""
	open := func() *dialog.Report {
		return dialog.NewReport(theme.Plain(), dialog.ReportOptions{
			Title: "Test", Busy: "testing", OnStop: func() { stopped++ },
			OnCopy: func(s string) tea.Cmd { copied = s; return nil },
		})
	}
	r := open()
	if got := look(t, r, 80, 24); !strings.Contains(got, "… testing") || strings.Contains(got, "Copy") {
		t.Errorf("at first:\n%s", got)
	}
	r.Add(dialog.ReportLine{Title: "List", Word: "denied", Tone: dialog.Bad, Notes: []string{"missing: s3:ListBucket"}})
	if got := look(t, r, 80, 24); !strings.Contains(got, "✗ List  denied") || !strings.Contains(got, "    missing: s3:ListBucket") {
		t.Errorf("after a step:\n%s", got)
	}
	if done, _ := play(t, r, "esc"); !done || stopped != 1 {
		t.Errorf("Esc: done %v, stopped %d times", done, stopped)
	}

	r = open()
	r.Add(dialog.ReportLine{Title: "List", Word: "ok", Tone: dialog.Good})
	r.Finish("works", dialog.Good, dialog.Option{Key: "t", Label: "Again", Run: says("again")})
	if done, _ := play(t, r, "Y"); done || !strings.Contains(copied, "✓ List") || !strings.HasSuffix(copied, "works\n") {
		t.Errorf("Y: done %v, copied %q", done, copied)
	}
	if done, said := play(t, r, "t"); !done || said != "again" {
		t.Errorf("t: done %v, said %q", done, said)
	}
	lines := strings.Split(look(t, r, 80, 24), "\n")
	if done, _ := clickOn(r, lines, "Close"); !done || stopped != 1 {
		t.Errorf("Close: done %v, stopped %d times", done, stopped)
	}
}

func TestALongReportShowsTheFirstFailureWhenItEnds(t *testing.T) {
	r := dialog.NewReport(theme.Plain(), dialog.ReportOptions{Title: "Test"})
	for range 30 {
		r.Add(dialog.ReportLine{Title: "fine", Word: "ok", Tone: dialog.Good})
	}
	r.Add(dialog.ReportLine{Title: "broken", Word: "failed", Tone: dialog.Bad})
	for range 30 {
		r.Add(dialog.ReportLine{Title: "skipped"})
	}
	if got := look(t, r, 60, 12); !strings.Contains(got, "60 of 61") && !strings.Contains(got, "61 of 61") {
		t.Errorf("it does not follow the newest line:\n%s", got)
	}
	r.Finish("no", dialog.Bad)
	if got := look(t, r, 60, 12); !strings.Contains(got, "✗ broken") {
		t.Errorf("the failure is out of sight:\n%s", got)
	}
	play(t, r, "home")
	if got := look(t, r, 60, 12); strings.Contains(got, "broken") {
		t.Errorf("it does not scroll:\n%s", got)
	}
}
