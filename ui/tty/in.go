package tty

import (
	"os"
	"time"
)

const (
	// longestKey is more than any sequence of a key or the mouse has.
	longestKey = 64
	// longestAnswer is more than any answer that we ask for.
	longestAnswer = 1 << 16
	// answerTime is how long the rest of an answer may take.
	answerTime = 2 * time.Second
)

// In is the terminal's input for Bubble Tea v1, which takes 256 bytes at a time
// and turns what it cuts there into keys. A Read of In ends between sequences,
// and answers of the terminal (OSC, DCS, APC) go to Reply instead of being
// typed. An answer that breaks off is dropped: typed, its letters would be
// commands.
//
// It is read by one goroutine at a time, which is also the one that calls Reply.
type In struct {
	f     *os.File
	reply func(seq string)

	held  []byte    // the start of a sequence whose rest is on its way
	since time.Time // when the answer in held began; zero when held is none
	buf   [256]byte
}

// NewIn reads from f. reply gets each whole answer of the terminal with its
// introducer and terminator; it must not block; nil drops them.
func NewIn(f *os.File, reply func(seq string)) *In { return &In{f: f, reply: reply} }

// Fd, Name, Write and Close make In a file for the packages that wait for input
// and set the raw mode; Close leaves the file open.

// Fd is the file's descriptor.
func (r *In) Fd() uintptr { return r.f.Fd() }

// Name is the file's name.
func (r *In) Name() string { return r.f.Name() }

// Write writes to the file.
func (r *In) Write(p []byte) (int, error) { return r.f.Write(p) }

// Close does nothing.
func (r *In) Close() error { return nil }

// Read gives whole sequences, always fewer bytes than fit p: to Bubble Tea a
// short read means that an event ends there. Whatever it takes from the file it
// hands over in the same call or has to wait for more: who waits for the file
// with epoll would not come back for what stays here. It may give 0 bytes.
func (r *In) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	room := max(1, len(p)-1)
	want := min(room, len(r.buf))
	if len(r.held) > 0 && r.since.IsZero() {
		want = max(1, min(want, room-len(r.held)))
	}
	m, err := r.f.Read(r.buf[:want])
	if !r.since.IsZero() && time.Since(r.since) > answerTime {
		r.held = nil
	}
	in := append(r.held, r.buf[:m]...) //nolint:gocritic // held is given up below
	n, rest := r.sort(p[:room], in, m == want && err == nil)
	answering := len(rest) > 0 && isAnswer(rest)
	switch {
	case !answering:
		r.since = time.Time{}
	case r.since.IsZero():
		r.since = time.Now()
	}
	r.held = append([]byte(nil), rest...)
	return n, err
}

// sort copies the keys in in to p, hands out the answers, and gives back the
// beginning of a sequence that is not whole. more tells that the terminal has
// probably sent more than was read.
func (r *In) sort(p, in []byte, more bool) (n int, rest []byte) {
	for len(in) > 0 {
		k, what := next(in, more)
		switch what {
		case partial:
			return n, in
		case key:
			if n+k > len(p) { // cannot happen with the reads above
				return n, in
			}
			n += copy(p[n:], in[:k])
		case answer:
			if r.reply != nil {
				r.reply(string(in[:k]))
			}
		case broken:
		}
		in = in[k:]
	}
	return n, nil
}

// What a piece of the input is.
type piece uint8

const (
	key     piece = iota // to be handed over
	answer               // of the terminal
	broken               // the beginning of an answer that ends in something else
	partial              // the rest is on its way
)

// next measures the piece that s begins with.
func next(s []byte, more bool) (n int, what piece) {
	switch {
	case s[0] >= 0xc0:
		return letter(s)
	case s[0] != 0x1b:
		return 1, key
	case len(s) == 1:
		return 1, keyUnless(more)
	}
	switch s[1] {
	case '[':
		return control(s, more)
	case 'O':
		if len(s) < 3 {
			return len(s), keyUnless(more)
		}
		return 3, key
	case ']', 'P', '_':
		if len(s) == 2 {
			return 2, keyUnless(more)
		}
		if isAnswer(s) {
			return terminated(s)
		}
		return 2, key // Alt and the letter
	}
	return 1, key // Bubble Tea joins Esc with what follows
}

func keyUnless(more bool) piece {
	if more {
		return partial
	}
	return key
}

// letter measures a rune of several bytes; nobody types half of one.
func letter(s []byte) (int, piece) {
	n := 2
	if s[0] >= 0xe0 {
		n++
	}
	if s[0] >= 0xf0 {
		n++
	}
	for i := 1; i < n; i++ {
		if i == len(s) {
			return i, partial
		}
		if s[i]&0xc0 != 0x80 {
			return i, key // not UTF-8; what follows is a piece of its own
		}
	}
	return n, key
}

// control measures a CSI sequence. One that has begun its parameters cannot
// have been typed, so its rest is on its way.
func control(s []byte, more bool) (int, piece) {
	if len(s) > 2 && s[2] == 'M' { // the mouse of long ago: three bytes follow
		if len(s) < 6 {
			return len(s), partial
		}
		return 6, key
	}
	for i, c := range s[2:] {
		switch {
		case c >= 0x40 && c <= 0x7e:
			return i + 3, key
		case c < 0x20 || c > 0x7e || i > longestKey:
			return i + 2, key // no sequence; let Bubble Tea make of it what it can
		}
	}
	if len(s) == 2 {
		return 2, keyUnless(more)
	}
	return len(s), partial
}

// isAnswer tells whether s begins like an answer that a terminal gives and not
// like Alt with a letter and further keys.
func isAnswer(s []byte) bool {
	if len(s) < 3 || s[0] != 0x1b {
		return false
	}
	switch s[1] {
	case ']':
		return s[2] >= '0' && s[2] <= '9'
	case 'P':
		return s[2] >= '0' && s[2] <= '9' || s[2] == '>' || s[2] == '!' || s[2] == '+' || s[2] == '$'
	case '_':
		return s[2] == 'G'
	}
	return false
}

// terminated measures an answer up to its BEL or ESC \.
func terminated(s []byte) (int, piece) {
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 7:
			return i + 1, answer
		case c == 0x1b && i+1 == len(s):
			return len(s), partial
		case c == 0x1b && s[i+1] == '\\':
			return i + 2, answer
		case c < 0x20 || i > longestAnswer:
			return i, broken
		}
	}
	return len(s), partial
}
