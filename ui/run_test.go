package ui_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
	"gantry/ui"
	"gantry/ui/config"
	"gantry/ui/uitest"
)

// childEnv makes this test binary a program that shows the screen; its value
// says what goes wrong in it.
const childEnv = "GANTRY_UI_TEST_CHILD"

// reportEnv is where it writes the report of a panic.
const reportEnv = "GANTRY_UI_TEST_REPORT"

// calledOff is its exit code when its context has ended.
const calledOff = 9

// child is that program.
func child(mode string) int {
	disk, acme := mem.NewDisk(""), mem.New("acme:")
	home := remote.Path(os.TempDir())
	disk.PutAt(home+"/notes.txt", "some notes", epoch())
	acme.PutAt("inbox/report.pdf", "%PDF", epoch())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	settings := config.Defaults().UI
	err := ui.Run(ctx, ui.Deps{
		Crash: func(report []byte) (string, error) {
			path := os.Getenv(reportEnv)
			return path, os.WriteFile(path, report, 0o600)
		},
		Queue: transfer.New(ctx, transfer.Options{}), Left: string(home), Right: "acme:inbox/", UI: settings,
		Open: func(_ context.Context, l string) (remote.Place, error) {
			if l == "boom:" {
				panic("in a Cmd\x1b[31m")
			}
			if rest, ok := strings.CutPrefix(l, "acme:"); ok {
				return remote.Place{Tree: acme, Path: remote.Path(rest), Server: "acme"}, nil
			}
			return remote.Place{Tree: disk, Path: remote.Path(l)}, nil
		},
		Servers: func() []remote.ServerInfo {
			switch mode {
			case "panic":
				panic("in Update\x1b[31m")
			case "cancel":
				stop()
			}
			return nil
		},
	}, os.Stdin, os.Stdout)
	switch {
	case err != nil && errors.Is(err, context.Cause(ctx)):
		return calledOff
	case err != nil:
		fmt.Println("ended:", err)
		return 1
	}
	return 0
}

// shown is the screen in a terminal of its own.
func shown(t *testing.T, mode string, env ...string) *uitest.Term {
	t.Helper()
	x := uitest.Start(t, os.Args[0], nil, uitest.Size{W: 100, H: 30}, append(env, childEnv+"="+mode, "TMPDIR="+os.TempDir())...)
	x.WaitFor("notes.txt")
	x.WaitFor("report.pdf")
	return x
}

// written waits until the program has written s.
func written(x *uitest.Term, s string) {
	x.WaitScreen("the sequence "+s, func(string) bool { return strings.Contains(string(x.Capture()), s) })
}

// I13.
func TestQuitLeavesTheTerminalAsItWas(t *testing.T) {
	x := shown(t, "plain")
	x.Resize(uitest.Size{W: 20, H: 5})
	x.WaitFor("gantry needs")
	x.Resize(uitest.Size{W: 100, H: 30})
	x.WaitFor("notes.txt")
	x.Keys("q")
	if code := x.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	x.CheckRestored()
}

// I13, P02, P03: hang-up, termination, interrupt.
func TestSignalsLeaveTheTerminalAsItWas(t *testing.T) {
	for _, s := range []os.Signal{syscall.SIGTERM, syscall.SIGHUP, os.Interrupt} {
		t.Run(s.String(), func(t *testing.T) {
			x := shown(t, "plain")
			x.Signal(s)
			if code := x.Wait(); code != calledOff {
				t.Errorf("exit code %d", code)
			}
			x.CheckRestored()
		})
	}
}

func TestTheEndOfTheContextEndsTheScreen(t *testing.T) {
	x := shown(t, "cancel")
	x.Keys("f11")
	if code := x.Wait(); code != calledOff {
		t.Errorf("exit code %d", code)
	}
	x.CheckRestored()
}

// I13, P04: in Update, in a command, in a goroutine.
func TestPanicsLeaveTheTerminalAsItWasAndOneLineWithAReport(t *testing.T) {
	for where, keys := range map[string][]string{
		"in Update": {"f11"},
		"in a Cmd":  {":", "ctrl+u", "b", "o", "o", "m", ":", "enter"},
	} {
		t.Run(where, func(t *testing.T) {
			report := filepath.Join(t.TempDir(), "report")
			// After a panic Bubble Tea closes its reader without waiting for the one
			// who reads (shutdown with kill): the race detector's word on that is no
			// part of what the program tells.
			races := "GORACE=log_path=" + filepath.Join(t.TempDir(), "races")
			x := shown(t, "panic", reportEnv+"="+report, "CANARY=SECRETCANARY", races)
			x.Keys(keys...)
			if code := x.Wait(); code != 1 {
				t.Errorf("exit code %d", code)
			}
			x.CheckRestored()
			_, told, _ := strings.Cut(string(x.Capture()), "\x1b[?1049l")
			if want := "ended: the screen crashed (" + where + "␛[31m); a report is in " + report; !strings.Contains(told, want) {
				t.Errorf("no %q in %q", want, told)
			}
			if strings.Contains(told, "goroutine") || strings.Contains(told, "\x1b[31m") {
				t.Errorf("more than a line is told: %q", told)
			}
			text, err := os.ReadFile(report)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{"panic    " + where + "␛[31m\n", "type     string\n", "screen   100x30, panes, ", "run_test.go:"} {
				if !strings.Contains(string(text), want) {
					t.Errorf("no %q in the report\n%s", want, text)
				}
			}
			for _, never := range []string{"\x1b", "SECRETCANARY", "notes.txt", "report.pdf"} {
				if strings.Contains(string(text), never) {
					t.Errorf("%q is in the report\n%s", never, text)
				}
			}
		})
	}
}

func TestTheTitleSaysWhereAndTheTaskBarHowFar(t *testing.T) {
	x := shown(t, "plain", "TERM_PROGRAM=ghostty")
	written(x, "\x1b]2;gantry – "+os.TempDir()+"\x07")
	x.Keys("tab")
	written(x, "\x1b]2;gantry – acme:inbox/\x07")
	x.Keys("tab", "home", "down", "c", "enter")
	x.WaitFor("✓ copy notes.txt")
	x.Keys("q")
	x.Wait()
	x.CheckRestored()
	out := string(x.Capture())
	if !strings.Contains(out, "\x1b[22;2t") || !strings.Contains(out, "\x1b[23;2t") {
		t.Error("the title is not given back")
	}
	on, off := strings.LastIndex(out, "\x1b]9;4;1;"), strings.LastIndex(out, "\x1b]9;4;0\x07")
	if on > off {
		t.Error("the progress stays on the task bar")
	}
}

func TestDragInARealTerminal(t *testing.T) {
	x := shown(t, "plain")
	cx, cy, ok := x.Find("notes.txt")
	if !ok {
		t.Fatal(x.Screen())
	}
	x.Drag(cx, cy, 70, 15)
	x.WaitFor("[c] Copy")
	x.Keys("esc")
	x.WaitGone("[c] Copy")
	x.Keys("q")
	x.Wait()
}

func TestRunWithoutATerminalSaysSo(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := ui.Run(t.Context(), ui.Deps{}, f, f); err != ui.ErrNoTerminal {
		t.Errorf("got %v", err)
	}
}

func TestTheEditorGetsTheTerminalAndTheMouseComesBack(t *testing.T) {
	dir := t.TempDir()
	editor := filepath.Join(dir, "my editor")
	script := "#!/bin/sh\ntest -t 0 && test -t 1 && echo \"editing $1 $2\"\nread answer\n"
	if err := os.WriteFile(editor, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	x := shown(t, "plain", "VISUAL='"+editor+"' --wait")
	x.Keys("f4")
	x.WaitFor("editing --wait /")
	x.Send("done\r")
	x.WaitFor("report.pdf")
	x.WaitFor("F4Edit")
	cx, cy, ok := x.Find("F12Queue")
	if !ok {
		t.Fatal(x.Screen())
	}
	x.Click(cx, cy)
	x.WaitFor("The queue is empty.")
	x.Keys("q")
	x.Wait()
	x.CheckRestored()
}

func TestTheShellRunsInThePanesFolder(t *testing.T) {
	x := shown(t, "plain", "SHELL=/bin/sh", "PS1=sh-here>")
	x.Keys("!")
	x.WaitFor("sh-here>")
	x.Send("pwd; exit\r")
	x.WaitFor("report.pdf")
	x.Keys("q")
	x.Wait()
	if !strings.Contains(string(x.Capture()), "\r\n"+os.TempDir()) {
		t.Errorf("the shell was elsewhere: %q", x.Capture())
	}
}
