package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/ui/app"
)

// stateful is an App whose state is in dir.
func stateful(t *testing.T, dir string) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), app.Options{ConfigFile: filepath.Join(t.TempDir(), "none", "config.toml"), StateDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	return a
}

func TestBookmarksOutliveTheProgramAndOneAnother(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	a, b := stateful(t, dir), stateful(t, dir)
	if got, err := a.Bookmarks(); err != nil || len(got) > 0 {
		t.Fatalf("at first there are %v, %v", got, err)
	}
	for _, c := range []struct {
		a                *app.App
		letter, location string
	}{{a, "a", "acme:inbox/"}, {b, "b", "/home/me/a \"b\"\n"}, {a, "a", "acme:other/"}} {
		if err := c.a.SetBookmark(c.letter, c.location); err != nil {
			t.Fatal(err)
		}
	}
	got, err := stateful(t, dir).Bookmarks()
	if want := map[string]string{"a": "acme:other/", "b": "/home/me/a \"b\"\n"}; err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v", got, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Fatalf("in the state folder are %v, %v", files, err)
	}
	if info, err := files[0].Info(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if info, err := os.Stat(dir); err != nil || info.Mode() != fs.ModeDir|0o700 {
		t.Errorf("%v, %v", info, err)
	}
}

func TestBookmarksThatCannotBeReadAreNotWrittenOver(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "bookmarks.json")
	if err := os.WriteFile(file, []byte("{ not whole"), 0o600); err != nil {
		t.Fatal(err)
	}
	a := stateful(t, dir)
	if _, err := a.Bookmarks(); err == nil {
		t.Error("a broken file is no error")
	}
	if err := a.SetBookmark("a", "/tmp"); err == nil {
		t.Error("it was written over")
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "{ not whole" {
		t.Errorf("%q, %v", text, err)
	}
	if err := a.SetBookmark("a", "/tmp/\xff"); err == nil {
		t.Error("a name that is no text is kept, and would come back as another")
	}
}

func TestBookmarksDoNotLeadOutOfTheStateFolder(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "theirs")
	if err := os.WriteFile(outside, []byte(`{"x":"/secret"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "bookmarks.json")); err != nil {
		t.Skip(err)
	}
	if got, err := stateful(t, dir).Bookmarks(); err == nil {
		t.Errorf("a link out of the folder was followed: %v", got)
	}
}
