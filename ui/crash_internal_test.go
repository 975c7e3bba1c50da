package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

func TestTheFirstPanicIsReportedAndAllOfThemEndTheProgram(t *testing.T) {
	t.Parallel()
	killed, reports := 0, 0
	c := &crash{kill: func() { killed++ }, keep: func([]byte) (string, error) { reports++; return "/state/crash.txt", nil }}
	bad := func(what string) tea.Cmd { return func() tea.Msg { panic(what) } }
	msg := c.guard(tea.Batch(bad("first"), func() tea.Msg { return "fine" }, nil))()
	batch, ok := msg.(tea.BatchMsg)
	if !ok {
		t.Fatalf("got %T", msg)
	}
	for _, cmd := range batch {
		if got := cmd(); got != nil && got != "fine" {
			t.Errorf("got %v", got)
		}
	}
	c.guard(bad("second"))()
	if err := c.ended(); err == nil || err.Error() != "the screen crashed (first); a report is in /state/crash.txt" {
		t.Errorf("told %v", err)
	}
	if killed != 2 || reports != 1 {
		t.Errorf("killed %d times, %d reports", killed, reports)
	}
	if c.guard(nil) != nil {
		t.Error("nothing is something")
	}
}

func TestACrashWithoutAReportStillSaysWhat(t *testing.T) {
	t.Parallel()
	c := &crash{kill: func() {}}
	c.report(errors.New(strings.Repeat("long\x1b ", 100)), nil)
	if got := c.ended().Error(); strings.Contains(got, "\x1b") || len(got) > 400 || !strings.Contains(got, "long␛") {
		t.Errorf("told %q", got)
	}
	c = &crash{kill: func() {}, keep: func([]byte) (string, error) { return "", errors.New("the disk is full") }}
	c.report("x", nil)
	if got := c.ended().Error(); got != "the screen crashed (x), and no report could be written: the disk is full" {
		t.Errorf("told %q", got)
	}
}

// TestSEC06ACrashReportHoldsNoSecret: also not that of a value that was in the
// hands of who panicked.
func TestSEC06ACrashReportHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const canary = "SECRETCANARY"
	held := remote.Credential{Name: "ops", SecretAccessKey: remote.NewSecret(canary), SessionToken: remote.NewSecret(canary)}
	for _, v := range []any{held, &held, fmt.Errorf("no keys: %+v", held), []remote.Secret{held.SecretAccessKey}} {
		var report []byte
		c := &crash{kill: func() {}, keep: func(b []byte) (string, error) { report = b; return "/state/crash.txt", nil }}
		func(credential remote.Credential) {
			defer c.catch()
			panic(v)
		}(held)
		if len(report) == 0 || strings.Contains(string(report), canary) || strings.Contains(c.ended().Error(), canary) {
			t.Errorf("%T: %s, %v", v, report, c.ended())
		}
	}
}
