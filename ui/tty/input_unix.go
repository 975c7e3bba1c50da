//go:build !windows

package tty

import (
	"io"
	"os"
)

// Input is what Bubble Tea should read from: In over f, with reply for the
// terminal's answers.
func Input(f *os.File, reply func(seq string)) io.Reader { return NewIn(f, reply) }
