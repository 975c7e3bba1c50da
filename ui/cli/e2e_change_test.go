//go:build unix

package cli_test

import (
	"os"
	"path/filepath"
	"strings"
)

func changeScenes() []scene {
	return []scene{
		{"a file and an object get new names", renames},
		{"new folders on the disk and in the bucket", newFolders},
		{"a deletion names its blast radius and Esc changes nothing", deletes},
		{"what is marked on the disk is deleted with all below it", deletesMarked},
		{"a read-only server is left alone", readOnly},
		{"an editor gets the terminal and the screen takes it back", edits},
		{"a shell runs in the folder of the pane", shell},
	}
}

func renames(s *stage) {
	s.file("old name.txt", []byte("file\n"))
	s.object("inbox/old key.csv", []byte("object\n"))
	s.open()
	s.point(left, "old name.txt")
	s.do("New name:", "r")
	s.Send("new name\r") // in place of all but the extension
	s.shows(left, "new name.txt")
	s.lacks(left, "old name.txt")
	s.isFile("new name.txt", []byte("file\n"))
	s.isFile("old name.txt", nil)

	s.point(right, "inbox/")
	s.Keys("enter")
	s.shows(right, "old key.csv")
	s.point(right, "old key.csv")
	s.do("New name:", "shift+f6")
	s.Send("new key\r")
	s.shows(right, "new key.csv")
	s.lacks(right, "old key.csv")
	s.isObject("inbox/new key.csv", []byte("object\n"))
	s.isObject("inbox/old key.csv", nil)

	s.do("New name:", "r")
	s.Keys("esc")
	s.WaitGone("New name:")
	s.Keys("q")
	s.end(0)
	s.isObject("inbox/new key.csv", []byte("object\n"))
}

func newFolders(s *stage) {
	s.object("a.txt", []byte("a\n"))
	s.open()
	s.do("New folder", "n")
	s.Send("reports\r")
	s.shows(left, "reports/")
	s.Keys("tab")
	s.do("New folder", "f7")
	s.Send("inbox\r")
	s.shows(right, "inbox/")
	s.isObject("inbox/", []byte{})

	// It is there although nothing is in it, and takes what is copied.
	s.file("reports/q1.txt", []byte("q1\n"))
	s.point(right, "inbox/")
	s.Keys("enter")
	s.shows(right, "inbox/ ")
	s.point(left, "reports/")
	s.Keys("enter")
	s.shows(left, "q1.txt")
	s.point(left, "q1.txt")
	s.do("Copy q1.txt", "c")
	s.Keys("enter")
	s.WaitFor("✓ copy q1.txt")
	s.isObject("inbox/q1.txt", []byte("q1\n"))
	s.Keys("q")
	s.end(0)
}

func deletes(s *stage) {
	for _, key := range []string{"inbox/a.txt", "inbox/b.txt", "inbox/deep/c.txt", "inbox.txt", "inboxes/d.txt"} {
		s.object(key, []byte("four"))
	}
	s.open()
	s.point(right, "inbox/")
	s.do("[▸Keep ]", "f8")
	for _, want := range []string{"Delete 3 objects", "12 B", "acme:", "inbox/ and everything below"} {
		s.WaitFor(want)
	}
	s.Keys("esc")
	s.WaitGone("[▸Keep ]")
	s.do("Delete 3 objects", "d")
	s.WaitFor("[▸Keep ]")
	s.Keys("enter") // it starts on No
	s.WaitGone("[▸Keep ]")
	s.isObject("inbox/deep/c.txt", []byte("four"))

	s.do("Delete 3 objects", "d")
	s.do("✓ delete inbox", "y")
	s.lacks(right, "inbox/")
	for _, key := range []string{"inbox/a.txt", "inbox/b.txt", "inbox/deep/c.txt"} {
		s.isObject(key, nil)
	}
	s.isObject("inbox.txt", []byte("four"))
	s.isObject("inboxes/d.txt", []byte("four"))
	s.Keys("q")
	s.end(0)
}

func deletesMarked(s *stage) {
	s.file("keep.txt", []byte("keep\n"))
	s.file("old/a.txt", []byte("a\n"))
	s.file("old/deep/b.txt", []byte("b\n"))
	s.file("stale.txt", []byte("stale\n"))
	s.open()
	s.point(left, "old/")
	s.Keys("space")
	s.point(left, "stale.txt")
	s.do("2 marked", "insert")
	s.do("Delete 3 objects", "delete")
	s.WaitFor("10 B")
	s.do("✓ delete 2 entries", "y")
	s.lacks(left, "stale.txt")
	s.Keys("q")
	s.end(0)
	if got := strings.Join(s.names("."), " "); got != "keep.txt" {
		s.Errorf("the folder holds %s", got)
	}
}

func readOnly(s *stage) {
	s.store("", "read_only = true")
	s.file("a.txt", []byte("a\n"))
	s.object("b.txt", []byte("b\n"))
	s.open()
	s.shows(right, "RO")
	s.point(right, "b.txt")
	for key, what := range map[string]string{"f6": "Move", "f7": "Folder", "f8": "Delete", "r": "rename"} {
		s.do(what+": acme is read-only", key)
	}
	s.point(left, "a.txt")
	s.do("Copy: acme is read-only", "f5")
	s.point(right, "b.txt")
	s.do("Copy b.txt", "f5")
	s.do("✓ copy b.txt", "enter")
	s.isFile("b.txt", []byte("b\n"))
	s.Keys("q")
	s.end(0)
	s.isObject("b.txt", []byte("b\n"))
}

// tool writes a program for the scene and returns its path.
func (s *stage) tool(script string) string {
	s.Helper()
	p := filepath.Join(s.temp, "tool")
	s.must(os.WriteFile(p, []byte("#!/bin/sh\n"+script), 0o700))
	return p
}

func edits(s *stage) {
	s.env = []string{"VISUAL='" + s.tool(`echo "now in the editor"; read line; echo "$line" >> "$1"`) + "'"}
	s.file("a.txt", []byte("first\n"))
	s.file("b.txt", []byte("b\n"))
	s.open()
	s.point(left, "a.txt")
	s.do("now in the editor", "f4")
	s.Send("second\r")
	s.WaitFor("F5Copy")
	s.isFile("a.txt", []byte("first\nsecond\n"))
	s.shows(left, "13 B")

	// Keys and mouse are the screen's again.
	s.point(left, "b.txt")
	s.shows(left, "2 of 2")
	x, y := s.at(left, "a.txt")
	s.Drag(x, y, 70, 12)
	s.WaitFor("[c] Copy")
	s.do("✓ copy a.txt", "c")
	s.isObject("a.txt", []byte("first\nsecond\n"))
	s.Keys("q")
	s.end(0)
}

func shell(s *stage) {
	s.env = []string{"SHELL=" + s.tool(`echo "now in the shell"; read line; pwd > "$line"`)}
	s.file("deep/a.txt", []byte("a\n"))
	s.open()
	s.goTo(filepath.Join(s.dir, "deep"))
	s.shows(left, "a.txt")
	s.do("now in the shell", "!")
	s.Send("where\r")
	s.WaitFor("F5Copy")
	s.shows(left, "where")
	s.isFile("deep/where", []byte(filepath.Join(s.dir, "deep")+"\n"))
	s.Keys("q")
	s.end(0)
}
