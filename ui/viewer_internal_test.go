package ui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
)

func TestRenderShowsTextAsItIsAndTheRestInHex(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, content string
		size          int64
		want          string
	}{
		{"nothing", "", 0, "(empty)"},
		{"text", "a\nb", 3, "a\nb"},
		{"text in other scripts", "größe 船\n", 12, "größe 船\n"},
		{"a letter cut at the end", "größe 船"[:10], 10, "größe \uFFFD"},
		{"more than is shown", "abc", 4096, "abc\n… the first 3 B of 4.0 KiB"},
		{"bytes", "\x00AB\x1b", 4, "00000000  00 41 42 1b                                      .AB.\n"},
	} {
		if got := render([]byte(c.content), c.size); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestLatin1IsTextAndRandomBytesAreNot(t *testing.T) {
	t.Parallel()
	if !isText([]byte("Gr\xfc\xdfe aus dem letzten Jahrtausend, in dem es noch kein UTF-8 gab")) {
		t.Error("a text with a few bytes of another encoding is dumped")
	}
	if isText([]byte(strings.Repeat("\xff\xfe\x80a", 50))) {
		t.Error("noise is shown as text")
	}
}

func TestHeadReadsOnlyTheBeginning(t *testing.T) {
	t.Parallel()
	tree := mem.New("acme:")
	e := tree.Put("big", strings.Repeat("x", viewMax+10))
	b, err := head(t.Context(), tree, e)
	if err != nil || len(b) != viewMax {
		t.Errorf("%d bytes, %v", len(b), err)
	}
	if b, err := head(t.Context(), tree, remote.Entry{Path: "none", Size: 0}); len(b) != 0 || err != nil {
		t.Errorf("an empty entry is asked for: %q, %v", b, err)
	}
	if _, err := head(t.Context(), tree, remote.Entry{Path: "none", Size: -1}); remote.KindOf(err) != remote.NotExist {
		t.Errorf("got %v", err)
	}
}

func TestTailBeginsWithAWholeLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "log")
	if err := os.WriteFile(file, []byte(strings.Repeat("0123456789\n", viewMax/10)), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := tail(file)
	if err != nil || !strings.HasPrefix(string(b), "0123456789\n") || len(b) > viewMax {
		t.Errorf("%d bytes, %.20q, %v", len(b), b, err)
	}
}
