// Package quiet keeps Bubble Tea v1 from asking the terminal for its background
// colour and cursor position as soon as it is imported, which would write
// escape sequences from every headless command and wait up to five seconds for
// an answer.
//
// Main imports it and calls Restore as its very first statement. It works
// because Go initialises packages that are ready in the order of their import
// paths: this one needs only os and its path sorts before golang.org/, which
// Bubble Tea needs. So it must never import anything but os, and it is the one
// place in the program with an init function and a package-level variable.
package quiet

import "os"

// What CI was before: termenv takes a set CI for "not a terminal".
var ci, had = os.LookupEnv("CI")

func init() { _ = os.Setenv("CI", "1") }

// Restore puts the environment back as it was. Call it before anything else
// reads the environment or starts a process.
func Restore() {
	if had {
		_ = os.Setenv("CI", ci)
		return
	}
	_ = os.Unsetenv("CI")
}
