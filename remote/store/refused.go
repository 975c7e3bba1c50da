package store

import (
	"fmt"
	"path/filepath"
	"strings"

	"gantry/remote"
)

// Refused says that the store cannot be used as it is. Nothing was read from it
// and nothing written to it.
type Refused struct {
	Path     string
	Problems []remote.Problem // all of them, sorted by line
	Fix      string           // a shell command that mends it; "" if an editor is needed
	Err      error            // what the system said, if it said something; never holds content
}

// Error names every problem on a line of its own, and the command that mends
// it on the last one.
func (r *Refused) Error() string {
	var b strings.Builder
	for i, p := range r.Problems {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(Format(r.Path, p))
	}
	if r.Fix != "" {
		b.WriteString("\nto mend it: " + r.Fix)
	}
	return b.String()
}

// Unwrap gives what the system said.
func (r *Refused) Unwrap() error { return r.Err }

// Format writes a problem with the name of its file: `config.toml: line 3,
// column 5: server[2].regio: unknown key; did you mean "region"?`.
func Format(path string, p remote.Problem) string {
	return filepath.Base(path) + ": " + p.String()
}

// Rejected says that a Change would make the file wrong. Nothing was written.
type Rejected struct {
	Path     string
	Problems []remote.Problem // lines and columns are those of the file as it would be
}

// Error names every problem, without lines: the user has not seen that file.
func (r *Rejected) Error() string {
	words := make([]string, len(r.Problems))
	for i, p := range r.Problems {
		words[i] = p.Message
		if p.Field != "" {
			words[i] = p.Field + " " + p.Message
		}
	}
	return fmt.Sprintf("%s was not changed: %s", filepath.Base(r.Path), strings.Join(words, "; "))
}

// shellQuote makes a path one word of a POSIX shell.
func shellQuote(path string) string {
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
