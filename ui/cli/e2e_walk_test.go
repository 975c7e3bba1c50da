//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

func walkScenes() []scene {
	return []scene{
		{"a filter narrows the rows while it is typed", filters},
		{"rows are sorted by key and by the heads of the columns", sorts},
		{"names with a dot show when they are asked for", hidden},
		{"a location, the way back, the way forward and bookmarks", goes},
		{"a mount's folder opens the bucket in place and .. leads back to the disk", mount},
		{"a folder that vanished is left for its nearest parent", vanished},
		{"the server list, the help, the palette and the menu open and close", views},
		{"keys of the store take the place of the action's own", ownKeys},
		{"marks by pattern, range and all survive a filter and a sort", marks},
	}
}

// row is a line of a pane that shows an entry.
var row = regexp.MustCompile(`^│.{2,3}(.*?)/?  +[0-9–]`)

// rows are the names in a pane in their order.
func (s *stage) rows(side int) (names []string) {
	for line := range strings.SplitSeq(s.pane(side), "\n") {
		if m := row.FindStringSubmatch(line); m != nil {
			names = append(names, strings.TrimSpace(strings.TrimLeft(m[1], "▸●→ ")))
		}
	}
	return names
}

// ordered waits until a pane shows these rows in this order.
func (s *stage) ordered(side int, names ...string) {
	s.Helper()
	s.waitPane(side, fmt.Sprintf("%q", names), func(string) bool { return slices.Equal(s.rows(side), names) })
}

func filters(s *stage) {
	for _, name := range []string{"report.csv", "report.pdf", "summary.pdf", "notes.txt"} {
		s.object(name, []byte(name))
	}
	s.open()
	s.Keys("tab")
	s.do("Filter:", "/")
	s.Send("rep")
	s.ordered(right, "report.csv", "report.pdf")
	s.Send(".p")
	s.Keys("backspace", "backspace", "enter")
	s.ordered(right, "report.csv", "report.pdf")
	s.shows(right, "filtered: rep")
	s.Keys("/")
	s.Send("x")
	s.shows(right, "nothing matches")
	s.Keys("esc")
	s.ordered(right, "notes.txt", "report.csv", "report.pdf", "summary.pdf")
	s.Keys("/")
	s.Send("*.pdf")
	s.ordered(right, "report.pdf", "summary.pdf")
	s.Keys("enter")
	s.WaitGone("Filter:")
	s.Keys("esc")
	s.ordered(right, "notes.txt", "report.csv", "report.pdf", "summary.pdf")
	s.Keys("q")
	s.end(0)
}

func sorts(s *stage) {
	now := time.Now()
	for i, f := range []struct {
		name string
		size int
	}{{"b.txt", 30}, {"a.zip", 20}, {"c.csv", 10}, {"file10.txt", 5}, {"file9.txt", 4}} {
		s.file(f.name, random(f.size, 1))
		at := now.Add(-time.Duration(i) * time.Hour)
		s.must(os.Chtimes(filepath.Join(s.dir, f.name), at, at))
	}
	s.file("zoo/a", nil)
	s.open()
	s.ordered(left, "zoo", "a.zip", "b.txt", "c.csv", "file9.txt", "file10.txt")
	s.Keys(",", "s")
	s.ordered(left, "zoo", "file9.txt", "file10.txt", "c.csv", "a.zip", "b.txt")
	s.Keys(",", "S")
	s.ordered(left, "zoo", "b.txt", "a.zip", "c.csv", "file10.txt", "file9.txt")
	s.Keys(",", "m")
	s.ordered(left, "zoo", "file9.txt", "file10.txt", "c.csv", "a.zip", "b.txt")
	s.Keys(",", "t")
	s.ordered(left, "zoo", "c.csv", "b.txt", "file9.txt", "file10.txt", "a.zip")
	s.Keys(",", "N")
	s.ordered(left, "zoo", "file10.txt", "file9.txt", "c.csv", "b.txt", "a.zip")
	s.Click(s.at(left, "Size"))
	s.ordered(left, "zoo", "file9.txt", "file10.txt", "c.csv", "a.zip", "b.txt")
	s.Click(s.at(left, "Size"))
	s.ordered(left, "zoo", "b.txt", "a.zip", "c.csv", "file10.txt", "file9.txt")
	s.Keys("q")
	s.end(0)
}

func hidden(s *stage) {
	s.file(".secret", nil)
	s.file("plain", nil)
	s.open()
	s.ordered(left, "plain")
	s.Keys(".")
	s.ordered(left, ".secret", "plain")
	s.Keys(".")
	s.ordered(left, "plain")
	s.Keys("q")
	s.end(0)
}

func goes(s *stage) {
	s.file("deep/er/file.txt", []byte("x"))
	s.object("inbox/2026/march/q1.csv", []byte("x"))
	s.object("outbox/done.csv", []byte("x"))
	s.open()
	s.goTo("acme:inbox/2026/")
	s.shows(left, "march/")
	s.goTo(filepath.Join(s.dir, "deep", "er"))
	s.shows(left, "file.txt")
	s.goTo("acme:outbox/done.csv") // an object: its folder, with the cursor on it
	s.shows(left, "acme:outbox/")
	s.shows(left, "1 of 1 · STANDARD")

	s.Keys("H")
	s.shows(left, "file.txt")
	s.Keys("H")
	s.shows(left, "march/")
	s.Keys("L")
	s.shows(left, "file.txt")
	s.Keys("m", "x", "h")
	s.ordered(left, "er")
	s.Keys("=")
	s.ordered(right, "er")
	s.Keys("'", "x")
	s.ordered(left, "file.txt")
	s.Keys("W")
	s.ordered(right, "file.txt")
	s.ordered(left, "er")

	s.goTo("nosuch:x")
	s.WaitFor(`There is no server "nosuch"`)
	s.Keys("esc")
	s.WaitGone("Could not open")
	s.Keys("g", "/")
	s.shows(right, "/ ─")
	s.Keys("q")
	s.end(0)
}

// goTo types a location for the active pane.
func (s *stage) goTo(location string) {
	s.Helper()
	s.do("Go to", ":")
	s.Keys("ctrl+u")
	s.Send(location + "\r")
	s.WaitGone("Go to")
}

func mount(s *stage) {
	window := filepath.Join(s.dir, "partner inbox")
	s.must(os.Mkdir(window, 0o755))
	s.store(fmt.Sprintf("[[mount]]\nfolder = %q\nserver = \"acme\"\npath = \"inbox/\"\n", window))
	s.file("send.txt", []byte("send\n"))
	s.object("inbox/old.txt", []byte("old\n"))
	s.object("inbox/deep/er.txt", []byte("er\n"))
	s.open()
	s.point(left, "partner inbox/")
	s.Keys("enter")
	s.shows(left, "old.txt")
	s.shows(left, "mount")
	s.point(left, "deep/")
	s.Keys("enter")
	s.shows(left, "er.txt")
	s.Keys("backspace")
	s.shows(left, "old.txt")

	// A real window: what goes in is in the bucket.
	s.do("New folder", "f7")
	s.Send("made\r")
	s.shows(left, "made/")
	s.isObject("inbox/made/", []byte{})

	// What somebody else does in the bucket shows by itself.
	s.gantry("cp", filepath.Join(s.dir, "send.txt"), "acme:inbox/from-elsewhere.txt")
	s.shows(left, "from-elsewhere.txt")

	s.point(left, "..")
	s.Keys("enter")
	s.shows(left, "send.txt")
	s.shows(left, "1 of 2") // the cursor is on the window
	s.Keys("q")
	s.end(0)
	if got := s.names("partner inbox"); len(got) != 0 {
		s.Errorf("the mount's folder on the disk holds %q", got)
	}
}

func vanished(s *stage) {
	s.size.W = 200 // for the whole message
	s.file("a/b/c/d.txt", []byte("d\n"))
	s.file("a/here.txt", []byte("here\n"))
	s.open()
	s.goTo(filepath.Join(s.dir, "a", "b", "c"))
	s.shows(left, "d.txt")
	s.must(os.RemoveAll(filepath.Join(s.dir, "a", "b")))
	s.Keys("ctrl+r")
	s.shows(left, "here.txt")
	s.WaitFor("does not exist any more")
	s.Keys("q")
	s.end(0)
}

func views(s *stage) {
	s.open()
	for _, v := range []struct{ key, shows string }{
		{"f11", "Enter browses"},
		{"f1", "MOVE"},
		{"?", "PANES"},
		{"f2", "make a folder"},
		{"ctrl+p", "copy to the other pane"},
		{"f9", "[work]"},
		{"f12", "Enter details"},
		{"w", "State"},
	} {
		s.do(v.shows, v.key)
		s.Keys("esc")
		s.WaitGone(v.shows)
	}
	s.do("Enter browses", "f11")
	s.Keys("enter")
	s.shows(left, "acme:")
	s.do("copy to the other pane", "f2")
	s.Send("mkfold")
	s.WaitGone("copy to the other pane")
	s.do("New folder", "enter")
	s.Keys("esc")
	s.WaitGone("New folder")
	s.Keys("q")
	s.end(0)
}

func ownKeys(s *stage) {
	s.store("[keys]\nnew-folder = [\"Z\"]\nquit = [\"ctrl+x q\"]\n\n[ui]\nconfirm = false\n")
	s.file("a.txt", []byte("a\n"))
	s.open()
	s.Keys("q", "n")
	s.do("ZFolder", "f7")
	s.do("New folder", "Z")
	s.Keys("esc")
	s.WaitGone("New folder")
	s.point(left, "a.txt")
	s.do("✓ copy a.txt", "c") // without a question
	s.isObject("a.txt", []byte("a\n"))
	s.Keys("ctrl+x", "q")
	s.end(0)
}

func marks(s *stage) {
	for i := range 6 {
		s.file(fmt.Sprintf("f%d.txt", i), []byte("1234"))
		s.file(fmt.Sprintf("g%d.csv", i), []byte("12"))
	}
	s.open()
	s.Keys("+", "ctrl+u")
	s.Send("*.csv\r")
	s.shows(left, "6 marked, 12 B")
	s.Keys(",", "S", "/")
	s.Send("f")
	s.ordered(left, "f0.txt", "f1.txt", "f2.txt", "f3.txt", "f4.txt", "f5.txt")
	s.Keys("esc")
	s.lacks(left, "filtered")
	s.shows(left, "6 marked, 12 B")
	s.Keys("ctrl+r")
	s.shows(left, "6 marked, 12 B")
	s.Keys("*")
	s.shows(left, "6 marked, 24 B")
	s.Keys("ctrl+a")
	s.shows(left, "12 marked, 36 B")
	s.Keys("esc")
	s.lacks(left, "marked")
	s.Keys("home", "down", "v", "down", "down", "v")
	s.shows(left, "3 marked, 12 B")
	s.Keys("q")
	s.end(0)
}
