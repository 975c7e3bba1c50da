package local_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/local"
)

// D16: the longest name has a temporary file too, a longer one is refused.
func TestLongestNameIsWritten(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	for _, name := range []string{strings.Repeat("n", 255), strings.Repeat("漢", 85), strings.Repeat("\xff", 255)} {
		p, err := tree.Join(at(dir), name)
		must(t, err)
		s, err := tree.Create(t.Context(), p, remote.CreateOptions{Size: 1})
		if err != nil && name[0] == 0xff {
			continue // a disk that wants UTF-8
		}
		must(t, err)
		if id := s.ID(); !local.Temporary(id) || len(id) > 255 {
			t.Errorf("temporary name %q of %d bytes", id, len(id))
		}
		must(t, s.Abort(t.Context()))
		_, err = put(t, tree, p, "x", remote.CreateOptions{})
		must(t, err)
	}
	_, err := tree.Join(at(dir), strings.Repeat("n", 256))
	wantKind(t, err, remote.Invalid)
	_, err = tree.Join(at(dir), strings.Repeat("d/", 2100)+"x")
	wantKind(t, err, remote.Invalid)
	_, err = put(t, tree, at(dir, strings.Repeat("n", 256)), "x", remote.CreateOptions{})
	wantKind(t, err, remote.Invalid)
}

// D14: a link is replaced, what it leads to stays.
func TestLeafThatIsALinkIsReplaced(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	writeFile(t, filepath.Join(dir, "aim"), "safe")
	for _, target := range []string{"aim", filepath.Join(dir, "aim"), "nowhere", "."} {
		link := filepath.Join(dir, "link")
		_ = os.Remove(link)
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
		_, err := put(t, tree, at(link), "new", remote.CreateOptions{})
		must(t, err)
		if fi, err := os.Lstat(link); err != nil || !fi.Mode().IsRegular() {
			t.Errorf("link to %q is not replaced: %v, %v", target, fi, err)
		}
		if got := readFile(t, filepath.Join(dir, "aim")); got != "safe" {
			t.Errorf("what the link leads to holds %q", got)
		}
	}
	onlyNames(t, dir, "aim", "link")
}

// D15, the folder; others are in the tests for unix.
func TestFolderInTheWayIsRefusedBeforeBytesCome(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	must(t, os.MkdirAll(filepath.Join(dir, "d"), 0o755))
	_, err := tree.Create(t.Context(), at(dir, "d"), remote.CreateOptions{})
	wantKind(t, err, remote.Invalid)
	_, err = put(t, tree, at(dir, "d"), "x", remote.CreateOptions{IfAbsent: true})
	wantKind(t, err, remote.Exist)
	// The folder that appears while the file is being written.
	s, err := tree.Create(t.Context(), at(dir, "late"), remote.CreateOptions{Size: 0})
	must(t, err)
	must(t, os.Mkdir(filepath.Join(dir, "late"), 0o755))
	_, err = s.Commit(t.Context(), nil)
	wantKind(t, err, remote.Invalid)
	must(t, s.Abort(t.Context()))
	onlyNames(t, dir, "d", "late")
}

// D23: no success without the file.
func TestTemporaryFileThatIsTamperedWithIsNotPublished(t *testing.T) {
	for name, tamper := range map[string]func(string) error{
		"removed":   os.Remove,
		"truncated": func(f string) error { return os.Truncate(f, 3) },
		"replaced": func(f string) error {
			if err := os.Remove(f); err != nil {
				return err
			}
			return os.WriteFile(f, []byte("12345"), 0o644)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s, err := local.New().Create(t.Context(), at(dir, "f"), remote.CreateOptions{Size: 5})
			must(t, err)
			part, err := s.WritePart(t.Context(), 1, strings.NewReader("12345"))
			must(t, err)
			if err := tamper(filepath.Join(dir, s.ID())); err != nil {
				t.Skip(err)
			}
			_, err = s.Commit(t.Context(), []remote.Part{part})
			wantKind(t, err, remote.Corrupt)
			must(t, s.Abort(t.Context()))
			onlyNames(t, dir)
		})
	}
}

// D24: nothing becomes executable, what was private stays private, and the
// time is the source's.
func TestModesAndTimes(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	for name, c := range map[string]struct{ before, after os.FileMode }{
		"private": {0o600, 0o600}, "exec": {0o755, 0o644}, "none": {0, 0o600},
	} {
		f := filepath.Join(dir, name)
		writeFile(t, f, "old")
		must(t, os.Chmod(f, c.before))
		mod := time.Date(1999, 12, 31, 23, 59, 59, 123_000_000, time.UTC)
		e, err := put(t, tree, at(f), "new", remote.CreateOptions{ModTime: mod})
		must(t, err)
		fi, err := os.Stat(f)
		must(t, err)
		if os.PathSeparator == '/' && fi.Mode()&^c.after != 0 {
			t.Errorf("%s: mode %v, want at most %v", name, fi.Mode(), c.after)
		}
		if !fi.ModTime().Equal(mod) || !e.ModTime.Equal(mod) {
			t.Errorf("%s: time %v, entry says %v, want %v", name, fi.ModTime(), e.ModTime, mod)
		}
	}
}

// D26: while it is written the name shows nothing, and the temporary file is
// not longer than what came.
func TestReservedSpaceDoesNotShow(t *testing.T) {
	dir := t.TempDir()
	s, err := local.New().Create(t.Context(), at(dir, "big"), remote.CreateOptions{Size: 8 << 20, PartSize: 1 << 20})
	must(t, err)
	defer s.Abort(t.Context()) //nolint:errcheck // the folder is removed anyway
	fi, err := os.Stat(filepath.Join(dir, s.ID()))
	must(t, err)
	if fi.Size() != 0 {
		t.Errorf("%d bytes before the first one came", fi.Size())
	}
	if _, err := os.Stat(filepath.Join(dir, "big")); err == nil {
		t.Error("the target shows")
	}
}

func TestResumedFileTakesPartsThatTheCallerHasProved(t *testing.T) {
	dir := t.TempDir()
	tree := local.New()
	o := remote.CreateOptions{Size: 6, PartSize: 4}
	first, err := tree.Create(t.Context(), at(dir, "f"), o)
	must(t, err)
	one, err := first.WritePart(t.Context(), 1, strings.NewReader("abcd"))
	must(t, err)
	o.Resume = first.ID() // the process died; the file is still there
	second, err := tree.Create(t.Context(), at(dir, "f"), o)
	must(t, err)
	two, err := second.WritePart(t.Context(), 2, strings.NewReader("ef"))
	must(t, err)
	_, err = second.Commit(t.Context(), []remote.Part{one, two})
	must(t, err)
	if got := readFile(t, filepath.Join(dir, "f")); got != "abcdef" {
		t.Errorf("got %q", got)
	}
	must(t, first.Abort(t.Context()))
	onlyNames(t, dir, "f")
}

func TestPartsThatDoNotFitAreRefused(t *testing.T) {
	s, err := local.New().Create(t.Context(), at(t.TempDir(), "f"), remote.CreateOptions{Size: 6, PartSize: 4})
	must(t, err)
	defer s.Abort(t.Context()) //nolint:errcheck // the folder is removed anyway
	for n, body := range map[int]string{0: "abcd", -1: "abcd", 1: "abcde", 2: "efg", 3: "x"} {
		if _, err := s.WritePart(t.Context(), n, strings.NewReader(body)); remote.KindOf(err) != remote.Invalid {
			t.Errorf("part %d with %q: %v", n, body, err)
		}
	}
}

func TestTemporaryKnowsItsNames(t *testing.T) {
	for name, want := range map[string]bool{
		".a.gantry-0123abcd": true, ".gantry-0123abcd": true, ".漢.gantry-ffffffff": true,
		"a.gantry-0123abcd": false, ".a.gantry-0123abc": false, ".a.gantry-0123abcg": false, ".gantry": false, "": false, ".": false,
	} {
		if got := local.Temporary(name); got != want {
			t.Errorf("Temporary(%q) = %v", name, got)
		}
	}
}

func FuzzJoinStaysInsideAndIsExact(f *testing.F) {
	for _, s := range []string{"a", "../x", "a/../../x", "..", "a/..", ".", "/etc", `..\x`, `c:\x`, "a//b", "a\x00", "a/", "/", ""} {
		f.Add(s)
	}
	tree := local.New()
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, rel string) {
		p, err := tree.Join(at(dir), rel)
		if err != nil {
			if remote.KindOf(err) != remote.Invalid {
				t.Errorf("%q: %v", rel, err)
			}
			return
		}
		back, err := filepath.Rel(dir, string(p))
		if err != nil || !filepath.IsLocal(back) || filepath.ToSlash(back) != strings.TrimSuffix(rel, "/") {
			t.Errorf("%q became %q", rel, p)
		}
	})
}
