package app_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/ui/app"
)

// newApp makes an App over a store with the server acme, the read-only server
// vault, and a mount of acme:inbox/ at folder.
func newApp(t *testing.T, folder string) *app.App {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "config")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	server := `
[[server]]
name = %q
type = "s3"
region = "eu-central-1"
bucket = %q
credential = "key"
endpoint = "http://127.0.0.1:1"
path_style = true
read_only = %v
`
	store := `
[[credential]]
name = "key"
type = "access_key"
access_key_id = "AKIDCANARY"
secret_access_key = "SECRETCANARY"
` + fmt.Sprintf(server, "acme", "acme-bucket", false) + fmt.Sprintf(server, "vault", "vault-bucket", true) +
		fmt.Sprintf("\n[[mount]]\nfolder = %q\nserver = \"acme\"\npath = \"inbox/\"\n", folder)
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte(store), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Options{ConfigFile: file, StateDir: filepath.Join(t.TempDir(), "state")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	return a
}

func TestLocationsAreTakenExactly(t *testing.T) {
	work := t.TempDir()
	t.Chdir(work)
	t.Setenv("HOME", "/home/me")
	if err := os.WriteFile("odd:name", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	a := newApp(t, filepath.Join(work, "window"))
	for _, tt := range []struct{ in, label, path string }{
		{"acme:", "acme:", ""},
		{"acme:a//b", "acme:", "a//b"},
		{"acme:dir/", "acme:", "dir/"},
		{"acme:../x", "acme:", "../x"},
		{"acme:/x", "acme:", "/x"},
		{"acme:a:b", "acme:", "a:b"},
		{"s3://bucket/key//x/", "s3://", "bucket/key//x/"},
		{"./acme:x", "", filepath.Join(work, "acme:x")},
		{"sub/a:b", "", filepath.Join(work, "sub/a:b")},
		{"odd:name", "", filepath.Join(work, "odd:name")},
		{"with space:x", "", filepath.Join(work, "with space:x")},
		{"dir/", "", filepath.Join(work, "dir")},
		{"/etc/../tmp", "", "/tmp"},
		{"~/x", "", "/home/me/x"},
		{"~user/x", "", filepath.Join(work, "~user/x")},
		{filepath.Join(work, "window"), "acme:", "inbox/"},
		{"window/sub//a", "acme:", "inbox/sub/a"},
		{"windows", "", filepath.Join(work, "windows")},
	} {
		place, err := a.Open(t.Context(), tt.in)
		if err != nil {
			t.Errorf("%s: %v", tt.in, err)
			continue
		}
		if place.Tree.Label() != tt.label || string(place.Path) != tt.path {
			t.Errorf("%s means %q in %q, want %q in %q", tt.in, place.Path, place.Tree.Label(), tt.path, tt.label)
		}
	}
}

func TestAMistypedServerIsNotALocalFile(t *testing.T) {
	t.Chdir(t.TempDir())
	a := newApp(t, "/nowhere/window")
	_, err := a.Open(t.Context(), "acmee:x")
	if remote.KindOf(err) != remote.NotExist || !strings.Contains(remote.HintOf(err), "./acmee:x") {
		t.Errorf("got %v, %q", remote.KindOf(err), remote.HintOf(err))
	}
}

func TestAMountIsEnteredFromItsFolder(t *testing.T) {
	window := filepath.Join(t.TempDir(), "window")
	a := newApp(t, window)
	here, err := a.Open(t.Context(), filepath.Dir(window))
	if err != nil {
		t.Fatal(err)
	}
	place, ok, err := a.Enter(t.Context(), here.Tree, remote.Path(window))
	if err != nil || !ok {
		t.Fatalf("entered %v, %v", ok, err)
	}
	if place.Mount != window || place.Root != "inbox/" || place.Path != "inbox/" || place.Server != "acme" {
		t.Errorf("entered %+v", place)
	}
	if _, ok, _ := a.Enter(t.Context(), place.Tree, remote.Path(window)); ok {
		t.Error("a key of the bucket that looks like the folder was taken for it")
	}
	if _, ok, _ := a.Enter(t.Context(), here.Tree, remote.Path(filepath.Dir(window))); ok {
		t.Error("the folder above the mount was taken for it")
	}
}

func TestAReadOnlyServerRefusesWrites(t *testing.T) {
	a := newApp(t, "/nowhere/window")
	place, err := a.Open(t.Context(), "vault:")
	if err != nil {
		t.Fatal(err)
	}
	if !place.Tree.Caps().ReadOnly {
		t.Error("the tree does not say that it is read-only")
	}
	err = place.Tree.Remove(t.Context(), []remote.Path{"x"})
	if remote.KindOf(err) != remote.Denied || !strings.Contains(remote.HintOf(err), "vault") {
		t.Errorf("got %v, %q", err, remote.HintOf(err))
	}
}

func TestAServerIsOpenedOnce(t *testing.T) {
	a := newApp(t, "/nowhere/window")
	first, _ := a.Open(t.Context(), "acme:x")
	second, _ := a.Open(t.Context(), "acme:y")
	if first.Tree == nil || first.Tree != second.Tree {
		t.Error("two trees for one server: copies between them would not be the server's own")
	}
}

func TestNothingIsWrittenBeforeThereIsSomethingToLog(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	a, err := app.New(t.Context(), app.Options{ConfigFile: filepath.Join(t.TempDir(), "none.toml"), StateDir: state})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(state); err == nil {
		t.Error("the state folder was made for nothing")
	}
	a.Log().Info("first", "secret", remote.NewSecret("SECRETCANARY"))
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(a.LogPath())
	if err != nil || strings.Contains(string(text), "CANARY") || !strings.Contains(string(text), "first") {
		t.Errorf("the log holds %q, %v", text, err)
	}
	for path, want := range map[string]os.FileMode{state: 0o700, filepath.Dir(a.LogPath()): 0o700, a.LogPath(): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
		}
	}
}
