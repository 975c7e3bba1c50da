package uitest

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// RunScripts plays every txtar file that matches pattern as a subtest. The
// files of an archive are laid out in a folder first, which start is given to
// make its model; the screen has 100 by 30 cells. The archive's comment is the
// script, a command a line:
//
//	key NAME...                      press keys
//	type TEXT                        type the rest of the line
//	paste TEXT                       paste it
//	click X Y | click TEXT           click a cell, or where TEXT first stands
//	drag X Y X Y                     drag with the left button
//	wheel up|down X Y                turn the wheel by one notch
//	resize W H                       change the size of the screen
//	wait TEXT                        wait until the screen contains TEXT
//	screen contains|lacks TEXT       look once
//	quit                             the model must have asked to end
//	golden NAME                      the screen must be the archive's file NAME
//
// With UITEST_UPDATE=1 in the environment golden files are written instead.
func RunScripts(t *testing.T, pattern string, start func(t testing.TB, dir string) tea.Model) {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("uitest: no script matches %q (%v)", pattern, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			if err := txtar.Write(a, dir); err != nil {
				t.Fatal(err)
			}
			s := &script{t: t, file: file, archive: a, ui: New(t, start(t, dir), 100, 30)}
			s.play()
		})
	}
}

type script struct {
	t       *testing.T
	file    string
	line    int
	archive *txtar.Archive
	ui      *UI
}

func (s *script) play() {
	s.t.Helper()
	lines := bufio.NewScanner(strings.NewReader(string(s.archive.Comment)))
	for lines.Scan() {
		s.line++
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		verb, rest, _ := strings.Cut(line, " ")
		s.do(verb, strings.TrimSpace(rest))
	}
}

func (s *script) do(verb, rest string) {
	s.t.Helper()
	switch verb {
	case "key":
		s.ui.Keys(strings.Fields(rest)...)
	case "type":
		s.ui.Type(rest)
	case "paste":
		s.ui.Paste(rest)
	case "click":
		s.click(rest)
	case "drag":
		n := s.numbers(rest, 4)
		s.ui.Drag(n[0], n[1], n[2], n[3])
	case "wheel":
		way, at, _ := strings.Cut(rest, " ")
		n := s.numbers(at, 2)
		button := tea.MouseButtonWheelDown
		if way == "up" {
			button = tea.MouseButtonWheelUp
		}
		s.ui.Mouse(n[0], n[1], tea.MouseActionPress, button)
	case "resize":
		n := s.numbers(rest, 2)
		s.ui.Resize(n[0], n[1])
	case "wait":
		s.ui.WaitText(rest)
	case "screen":
		s.screen(rest)
	case "quit":
		if !s.ui.Quit() {
			s.fail("the model has not asked to end")
		}
	case "golden":
		s.golden(rest)
	default:
		s.fail("no command is named " + verb)
	}
}

func (s *script) click(rest string) {
	s.t.Helper()
	x, y, ok := s.ui.Find(rest)
	if f := strings.Fields(rest); len(f) == 2 {
		if cx, err := strconv.Atoi(f[0]); err == nil {
			if cy, err := strconv.Atoi(f[1]); err == nil {
				x, y, ok = cx, cy, true
			}
		}
	}
	if !ok {
		s.fail("nothing to click reads " + rest)
	}
	s.ui.Click(x, y)
}

func (s *script) screen(rest string) {
	s.t.Helper()
	how, what, _ := strings.Cut(rest, " ")
	has := strings.Contains(s.ui.Screen(), what)
	switch {
	case how != "contains" && how != "lacks":
		s.fail("screen contains|lacks TEXT")
	case how == "contains" && !has:
		s.fail("the screen lacks " + what)
	case how == "lacks" && has:
		s.fail("the screen contains " + what)
	}
}

func (s *script) numbers(rest string, n int) []int {
	s.t.Helper()
	f := strings.Fields(rest)
	out := make([]int, 0, n)
	for _, w := range f {
		if v, err := strconv.Atoi(w); err == nil {
			out = append(out, v)
		}
	}
	if len(out) != n || len(f) != n {
		s.fail(strconv.Itoa(n) + " numbers are wanted")
	}
	return out
}

// golden compares the screen with a file of the archive, or writes that file.
func (s *script) golden(name string) {
	s.t.Helper()
	got := s.ui.Screen() + "\n"
	for i := range s.archive.Files {
		f := &s.archive.Files[i]
		if f.Name != name {
			continue
		}
		if diff := cmp.Diff(string(f.Data), got); diff != "" && !updating() {
			s.t.Errorf("%s:%d: the screen is not %s (-want +got):\n%s", s.file, s.line, name, diff)
		}
		f.Data = []byte(got)
		s.write()
		return
	}
	if !updating() {
		s.fail("the archive has no file " + name + "; it would be\n" + got)
	}
	s.archive.Files = append(s.archive.Files, txtar.File{Name: name, Data: []byte(got)})
	s.write()
}

func updating() bool { return os.Getenv("UITEST_UPDATE") != "" }

func (s *script) write() {
	s.t.Helper()
	if !updating() {
		return
	}
	if err := os.WriteFile(s.file, txtar.Format(s.archive), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *script) fail(why string) {
	s.t.Helper()
	s.t.Fatalf("%s:%d: %s\n%s", s.file, s.line, why, s.ui.Screen())
}
