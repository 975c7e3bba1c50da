//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"time"
)

func copyScenes() []scene {
	return []scene{
		{"a newcomer copies to the demo's bucket and back and leaves nothing behind", newcomer},
		{"a large file goes up in parts and comes back the same", roundTrip},
		{"rows dragged to the other pane are copied", dragCopies},
		{"a drag that ends with Esc or elsewhere changes nothing", dragCancelled},
		{"a conflict waits for its answer while the rest goes on", conflict},
		{"a move leaves nothing at the source and all at the target", moves},
	}
}

func newcomer(s *stage) {
	demo := s.demo()

	// Two marked rows go up.
	s.point(left, "notes.md")
	s.Keys("space")
	s.point(left, "manifest.csv")
	s.do("2 marked", "space")
	s.do("Copy 2 entries", "f5")
	s.Keys("enter")
	s.shows(right, "notes.md")
	s.shows(right, "manifest.csv")

	// One of them, and one that was there, come back into a new folder.
	s.do("New folder", "f7")
	s.Send("back\r")
	s.shows(left, "back/")
	s.point(left, "back/")
	s.Keys("enter")
	s.shows(left, "scratch/back")
	s.Keys("tab")
	s.point(right, "manifest.csv")
	s.Keys("space")
	s.point(right, "todo.txt")
	s.do("2 marked", "space")
	s.do("Copy 2 entries", "c")
	s.Keys("enter")
	s.shows(left, "manifest.csv")
	s.shows(left, "todo.txt")
	s.WaitFor("✓ copy 2 entries to /")

	s.dir = filepath.Join(demo, "scratch")
	sent, err := os.ReadFile(filepath.Join(s.dir, "manifest.csv"))
	s.must(err)
	s.isFile("back/manifest.csv", sent)
	s.isFile("back/todo.txt", []byte("[x] order cranes\n[ ] paint cranes\n[ ] name cranes\n"))

	s.Keys("f10")
	s.end(0)
	if left := s.leftovers(); len(left) > 0 {
		s.Errorf("the demo left %q", left)
	}
	if running := s.processes(demo); len(running) > 0 {
		s.Errorf("the demo's server runs on: %q", running)
	}
}

// demo opens the demo and returns the folder that all of it is in.
func (s *stage) demo() (dir string) {
	s.Helper()
	s.start("--demo")
	s.shows(left, "film.bin")
	s.shows(right, "todo.txt")
	found, err := filepath.Glob(filepath.Join(s.temp, "gantry-demo-*"))
	s.must(err)
	if len(found) != 1 {
		s.Fatalf("the demo's folders are %q", found)
	}
	return found[0]
}

// leftovers are the program's temporary files.
func (s *stage) leftovers() (names []string) {
	s.Helper()
	list, err := os.ReadDir(s.temp)
	s.must(err)
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

// processes are those that have word among their arguments, where the system
// shows that in files.
func (s *stage) processes(word string) (lines []string) {
	s.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	s.must(err)
	for _, p := range all {
		if line, err := os.ReadFile(p); err == nil && strings.Contains(string(line), word) {
			lines = append(lines, string(line))
		}
	}
	return lines
}

func roundTrip(s *stage) {
	s.store("[transfer]\npart_size = \"5MiB\"\n")
	content := random(12<<20, 1)
	s.file("big.bin", content)
	s.file("back/here", nil)
	s.open()
	s.point(left, "big.bin")
	s.do("Copy big.bin, 12 MiB to:", "c")
	s.do("✓ copy big.bin to acme:", "enter")
	s.shows(right, "big.bin")
	s.isObject("big.bin", content)

	s.point(left, "back/")
	s.Keys("enter")
	s.shows(left, "here")
	s.point(right, "big.bin")
	s.do("Copy big.bin, 12 MiB to:", "f5")
	s.do("✓ copy big.bin to /", "enter")
	s.shows(left, "big.bin")
	s.isFile("back/big.bin", content)
	s.sameTime("big.bin", "back/big.bin")
	if n := s.uploads(); n != 0 {
		s.Errorf("%d uploads are left", n)
	}
	s.Keys("q")
	s.end(0)
}

// sameTime checks that two files of the stage were modified at the same time,
// as far as metadata of objects keep it.
func (s *stage) sameTime(a, b string) {
	s.Helper()
	x, err := os.Stat(filepath.Join(s.dir, a))
	s.must(err)
	y, err := os.Stat(filepath.Join(s.dir, b))
	s.must(err)
	if d := x.ModTime().Sub(y.ModTime()).Abs(); d > time.Microsecond {
		s.Errorf("%s and %s were modified %v apart", a, b, d)
	}
}

func dragCopies(s *stage) {
	s.file("one.txt", []byte("one\n"))
	s.file("two.txt", []byte("two\n"))
	s.file("zzz.txt", []byte("zzz\n"))
	s.object("inbox/old.txt", []byte("old\n"))
	s.open()

	// One row onto the pane.
	x, y := s.at(left, "one.txt")
	s.Press(x, y)
	s.Motion(60, 15)
	s.WaitFor("one.txt, 4 B") // the ghost beside the pointer
	s.Release(60, 15)
	s.WaitFor("[c] Copy")
	for _, want := range []string{"[m] Move", "[x] Cancel", "one.txt, 4 B to acme:"} {
		s.WaitFor(want)
	}
	s.do("✓ copy one.txt", "c")
	s.shows(right, "one.txt")
	s.isObject("one.txt", []byte("one\n"))
	s.isFile("one.txt", []byte("one\n"))

	// All that is marked onto a folder.
	s.CtrlClick(s.at(left, "two.txt"))
	s.CtrlClick(s.at(left, "zzz.txt"))
	s.WaitFor("2 marked, 8 B")
	x, y = s.at(left, "zzz.txt")
	toX, toY := s.at(right, "inbox/")
	s.Press(x, y)
	s.Motion(toX, toY)
	s.WaitFor("2 entries, 8 B")
	s.Release(toX, toY)
	s.WaitFor("2 entries, 8 B to acme:inbox/")
	s.Click(s.at(right, "[c] Copy"))
	s.WaitFor("✓ copy 2 entries")
	s.isObject("inbox/two.txt", []byte("two\n"))
	s.isObject("inbox/zzz.txt", []byte("zzz\n"))
	s.isObject("two.txt", nil)
	s.Keys("q")
	s.end(0)
}

func dragCancelled(s *stage) {
	s.file("one.txt", []byte("one\n"))
	s.object("two.txt", []byte("two\n"))
	s.open()
	x, y := s.at(left, "one.txt")
	const ghost, menu = "one.txt, 4 B", "[m] Move"

	s.Press(x, y)
	s.Motion(70, 12)
	s.WaitFor(ghost)
	s.Keys("esc")
	s.WaitGone(ghost)
	s.Release(70, 12)

	s.Press(x, y) // at once on the same cell, and yet no double click
	s.Motion(70, 12)
	s.WaitFor(ghost)
	s.Motion(10, 12)
	s.Release(10, 12) // where it came from
	s.WaitGone(ghost)

	s.Drag(x, y, 70, 12)
	s.WaitFor(menu)
	s.Keys("esc")
	s.WaitGone(menu)

	s.Drag(x, y, 70, 12)
	s.WaitFor(menu)
	s.Keys("x")
	s.WaitGone(menu)
	s.Keys("q") // would ask if a job had begun
	s.end(0)
	s.isObject("one.txt", nil)
	s.isFile("one.txt", []byte("one\n"))
	s.isFile("two.txt", nil)
}

func conflict(s *stage) {
	s.size.W = 120 // for the column of items in the queue
	for _, name := range []string{"a", "b", "c"} {
		s.file(name+".txt", []byte("new "+name+"\n"))
	}
	s.object("b.txt", []byte("the old content\n"))
	s.open()
	s.Keys("ctrl+a")
	s.do("Copy 3 entries, 18 B to:", "f5")
	s.Keys("enter")
	s.WaitFor("Target exists")
	for _, want := range []string{"source", "target", "b.txt", "6 B", "16 B", "[o] Overwrite", "[Esc] Decide later"} {
		s.WaitFor(want)
	}
	s.Keys("esc")
	s.WaitGone("Target exists")
	s.WaitFor("?1")

	// The rest went on.
	s.do("2 of 3", "f12")
	s.WaitFor("needs you")
	s.isObject("a.txt", []byte("new a\n"))
	s.isObject("b.txt", []byte("the old content\n"))
	s.isObject("c.txt", []byte("new c\n"))

	s.do("Target exists", "a")
	s.Keys("o")
	s.WaitFor("3 of 3")
	s.WaitGone("?1")
	s.isObject("b.txt", []byte("new b\n"))
	s.do("F5Copy", "esc")
	s.shows(right, "c.txt")
	s.Keys("q")
	s.end(0)
}

func moves(s *stage) {
	s.file("up/one.txt", []byte("one\n"))
	s.file("up/deep/two.txt", []byte("two\n"))
	s.object("down/three.txt", []byte("three\n"))
	s.object("down/deep/four.txt", []byte("four\n"))
	s.open()
	s.point(left, "up/")
	s.do("Move up/ and everything below it to:", "f6")
	s.Keys("enter")
	s.WaitFor("✓ move up")
	s.shows(right, "up/")
	s.lacks(left, "up/")
	s.isObject("up/one.txt", []byte("one\n"))
	s.isObject("up/deep/two.txt", []byte("two\n"))

	s.point(right, "down/")
	s.do("Move down/ and everything below it to:", "M")
	s.Keys("enter")
	s.WaitFor("✓ move down")
	s.shows(left, "down/")
	s.lacks(right, "down/")
	s.isFile("down/three.txt", []byte("three\n"))
	s.isFile("down/deep/four.txt", []byte("four\n"))
	s.isObject("down/three.txt", nil)
	s.isObject("down/deep/four.txt", nil)
	s.Keys("q")
	s.end(0)
	if got := strings.Join(s.names("."), " "); got != "down" {
		s.Errorf("the folder holds %s", got)
	}
}
