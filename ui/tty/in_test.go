package tty_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"gantry/ui/tty"
)

// pipe is a terminal's input that can be fed from memory.
func pipe(t *testing.T, reply func(string)) (*tty.In, *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
	return tty.NewIn(r, reply), w
}

func feed(t *testing.T, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, in *tty.In, size int) string {
	t.Helper()
	buf := make([]byte, size)
	n, err := in.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func TestAnswersAreTakenOutAndTheRestIsTyped(t *testing.T) {
	for _, c := range []struct {
		name    string
		chunks  []string // each arrives by itself
		keys    []string // of each
		answers []string
	}{
		{"keys", []string{"abc", "\x1b", "\x1b[A", "ü世"}, []string{"abc", "\x1b", "\x1b[A", "ü世"}, nil},
		{"an answer", []string{"a\x1b]11;rgb:1e1e/1e1e/2e2e\x07b"}, []string{"ab"}, []string{"\x1b]11;rgb:1e1e/1e1e/2e2e\x07"}},
		{"ended by ST", []string{"\x1b]11;rgb:0/0/0\x1b\\", "\x1bP>|xterm\x1b\\", "\x1b_Gi=1;OK\x1b\\"}, []string{"", "", ""}, []string{"\x1b]11;rgb:0/0/0\x1b\\", "\x1bP>|xterm\x1b\\", "\x1b_Gi=1;OK\x1b\\"}},
		{"in pieces", []string{"\x1b]11;rgb:", "1/2/3", "\x07x"}, []string{"", "", "x"}, []string{"\x1b]11;rgb:1/2/3\x07"}},
		{"cut in its terminator", []string{"\x1b]11;rgb:1/2/3\x1b", "\\x"}, []string{"", "x"}, []string{"\x1b]11;rgb:1/2/3\x1b\\"}},
		{"broken off by a key", []string{"\x1b]11;rg\rq"}, []string{"\rq"}, nil},
		{"broken off by another sequence", []string{"\x1b]11;rg\x1b[A"}, []string{"\x1b[A"}, nil},
		{"alt and a letter", []string{"\x1b]", "\x1bP", "\x1b_x", "\x1b]x"}, []string{"\x1b]", "\x1bP", "\x1b_x", "\x1b]x"}, nil},
		{"the mouse in pieces", []string{"\x1b[<65;1", "2;8M"}, []string{"", "\x1b[<65;12;8M"}, nil},
		{"a rune in pieces", []string{"a\xe4\xb8", "\x96b"}, []string{"a", "世b"}, nil},
		{"not UTF-8", []string{"\xe4x", "\xff\xffx"}, []string{"\xe4x", "\xff\xffx"}, nil},
		{"alt and a bracket", []string{"\x1b["}, []string{"\x1b["}, nil},
		{"no sequence at all", []string{"\x1b[12\x01"}, []string{"\x1b[12\x01"}, nil},
		{"the mouse of long ago", []string{"\x1b[M !", "!x"}, []string{"", "\x1b[M !!x"}, nil},
		{"F1", []string{"\x1bOP"}, []string{"\x1bOP"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var answers []string
			in, w := pipe(t, func(s string) { answers = append(answers, s) })
			for i, chunk := range c.chunks {
				feed(t, w, chunk)
				if got := read(t, in, 256); got != c.keys[i] {
					t.Errorf("chunk %q gave %q, want %q", chunk, got, c.keys[i])
				}
			}
			if !slices.Equal(answers, c.answers) {
				t.Errorf("answers %q, want %q", answers, c.answers)
			}
		})
	}
}

// pieces are what a terminal may send; answers begin with an introducer of one.
func pieces() []string {
	return []string{
		"a", "q", "ü", "世", "🎉", "\r", "\t", "\x7f", "\x1b[A", "\x1b[1;5C", "\x1b[<65;12;8M", "\x1b[<0;120;48m", "\x1bOP",
		"\x1b[15~", "\x1b[200~pasted 世界 text\x1b[201~", "\x1ba", "\x1b[I", "\x1b[M !!",
		"\x1b]11;rgb:1e1e/1e1e/2e2e\x07", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1bP1+r524742=38\x1b\\", "\x1b_Gi=31;OK\x1b\\",
	}
}

func isReply(s string) bool {
	return len(s) > 2 && s[0] == 0x1b && bytes.ContainsAny([]byte{s[1]}, "]P_")
}

func TestNothingIsLostOrCutHoweverTheReadsFall(t *testing.T) {
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var stream, keys string
		var want, got []string
		all := pieces()
		for range 50 + rnd.IntN(300) {
			p := all[rnd.IntN(len(all))]
			stream += p
			if isReply(p) {
				want = append(want, p)
			} else {
				keys += p
			}
		}
		in, w := pipe(t, func(s string) { got = append(got, s) })
		feed(t, w, stream)
		_ = w.Close()
		var typed string
		for {
			buf := make([]byte, 256)
			n, err := in.Read(buf)
			if n == len(buf) {
				t.Fatalf("seed %d: a full read, which tells Bubble Tea that more follows", seed)
			}
			if part := keys[len(typed):]; n > len(part) || part[:n] != string(buf[:n]) {
				t.Fatalf("seed %d: read %q, want a beginning of %q", seed, buf[:n], part[:min(len(part), 80)])
			}
			typed += string(buf[:n])
			if !atBoundary(typed, all) {
				t.Fatalf("seed %d: a read ends in the middle of a sequence: %q", seed, buf[:n])
			}
			if err == io.EOF {
				break
			}
		}
		if typed != keys || !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d of %d bytes typed, %d of %d answers", seed, len(typed), len(keys), len(got), len(want))
		}
	}
}

// atBoundary tells whether a stream of pieces ends with a whole one: no escape
// sequence that is a true beginning of a piece is left at its end.
func atBoundary(typed string, all []string) bool {
	i := bytes.LastIndexByte([]byte(typed), 0x1b)
	if i < 0 {
		return true
	}
	tail := typed[i:]
	if tail == "\x1b[200~pasted 世界 text"[:min(len(tail), len("\x1b[200~pasted 世界 text"))] && len(tail) >= len("\x1b[200~") {
		return true // a paste is no sequence but text between two
	}
	for _, p := range all {
		if len(tail) < len(p) && p[:len(tail)] == tail {
			return false
		}
	}
	return true
}

func TestSmallBuffersGetWhatFits(t *testing.T) {
	in, w := pipe(t, nil)
	feed(t, w, "abcdef")
	var got string
	for len(got) < 6 {
		got += read(t, in, 3)
	}
	if got != "abcdef" {
		t.Errorf("got %q", got)
	}
	if n, err := in.Read(nil); n != 0 || err != nil {
		t.Errorf("no room gave %d, %v", n, err)
	}
}

func TestBackgroundIsReadFromTheAnswer(t *testing.T) {
	for _, c := range []struct {
		seq      string
		dark, ok bool
	}{
		{"\x1b]11;rgb:1e1e/1e1e/2e2e\x07", true, true},
		{"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", false, true},
		{"\x1b]11;rgb:f/f/e\x07", false, true},
		{"\x1b]11;rgba:00/00/00/ff\x07", true, true},
		{"\x1b]11;rgb:0000/0000/ffff\x07", true, true},
		{"\x1b]10;rgb:0/0/0\x07", false, false},
		{"\x1b]11;white\x07", false, false},
		{"\x1b]11;rgb:0/0\x07", false, false},
		{"\x1b]11;rgb:x/0/0\x07", false, false},
		{"\x1b]11;rgb:00000/0/0\x07", false, false},
		{"", false, false},
	} {
		if dark, ok := tty.Background(c.seq); dark != c.dark || ok != c.ok {
			t.Errorf("%q: dark %v, ok %v", c.seq, dark, ok)
		}
	}
}

func FuzzBackground(f *testing.F) {
	f.Add("\x1b]11;rgb:1e1e/1e1e/2e2e\x07")
	f.Fuzz(func(_ *testing.T, s string) { tty.Background(s) })
}

func FuzzIn(f *testing.F) {
	for _, p := range pieces() {
		f.Add([]byte(p), 3)
	}
	f.Fuzz(func(t *testing.T, s []byte, cut int) {
		if len(s) > 32<<10 || cut < 0 {
			t.Skip()
		}
		cut = min(cut, len(s))
		answered := 0
		in, w := pipe(t, func(a string) { answered += len(a) })
		typed := 0
		take := func() bool {
			buf := make([]byte, 256)
			n, err := in.Read(buf)
			if n == len(buf) {
				t.Fatal("a full read")
			}
			typed += n
			return err == nil
		}
		for _, part := range [][]byte{s[:cut], s[cut:]} {
			if len(part) > 0 {
				feed(t, w, string(part))
				take()
			}
		}
		_ = w.Close()
		for take() {
			continue
		}
		if typed+answered > len(s) {
			t.Fatalf("%d bytes became %d typed and %d answered", len(s), typed, answered)
		}
		if !bytes.ContainsRune(s, 0x1b) && bytes.IndexFunc(s, func(r rune) bool { return r > 0x7f }) < 0 && typed != len(s) {
			t.Fatalf("%d of %d plain bytes were typed", typed, len(s))
		}
	})
}
