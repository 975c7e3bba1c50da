package tty

import (
	"io"
	"os"
)

// Input is what Bubble Tea should read from: the console itself, whose events
// it reads whole by another interface. reply is not called.
func Input(f *os.File, _ func(seq string)) io.Reader { return f }
