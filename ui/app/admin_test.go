package app_test

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3/s3test"
	"gantry/remote/store"
	"gantry/ui/app"
)

// world is an App over a store with one credential and one server on a strict
// server of its own.
type world struct {
	*app.App
	s3    *s3test.Server
	file  string
	state string
	o     app.Options
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{s3: s3test.New(t, s3test.Options{MinSession: time.Second})}
	w.s3.AddBucket("bucket", s3test.Bucket{})
	dir := filepath.Join(t.TempDir(), "config")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	w.file, w.state = filepath.Join(dir, "config.toml"), filepath.Join(t.TempDir(), "state")
	w.write(t, fmt.Sprintf(`# mine
[[credential]]
name = "ops"   # ours
type = "access_key"
access_key_id = %q
secret_access_key = %q

[[server]]
name = "acme"
type = "s3"
region = "us-east-1"
bucket = "bucket"
credential = "ops"
endpoint = %q
path_style = true
`, w.s3.Access, w.s3.Secret, w.s3.URL))
	w.o = app.Options{ConfigFile: w.file, StateDir: w.state}
	w.App = w.open(t)
	return w
}

func (w *world) write(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(w.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (w *world) read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// open starts the program once more on the same files.
func (w *world) open(t *testing.T) *app.App {
	t.Helper()
	a, err := app.New(t.Context(), w.o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close(t.Context()) })
	return a
}

func (w *world) list(t *testing.T, location string) error {
	t.Helper()
	place, err := w.Open(t.Context(), location)
	if err != nil {
		return err
	}
	_, err = place.Tree.List(t.Context(), place.Path, "")
	return err
}

func info(t *testing.T, a *app.App, name string) remote.ServerInfo {
	t.Helper()
	i := slices.IndexFunc(a.Servers(), func(i remote.ServerInfo) bool { return i.Server.Name == name })
	if i < 0 {
		t.Fatalf("no server %s", name)
	}
	return a.Servers()[i]
}

func TestAServerIsCheckedSavedRenamedAndRemoved(t *testing.T) {
	w := newWorld(t)
	s := info(t, w.App, "acme").Server
	s.Name, s.Bucket, s.Endpoint = "a:b", "", "ftp://x"
	keys := map[string]bool{}
	for _, p := range w.CheckServer("", s) {
		keys[p.Key] = true
	}
	if !keys["name"] || !keys["bucket"] || !keys["endpoint"] || len(keys) != 3 {
		t.Errorf("problems with %v", keys)
	}
	s = info(t, w.App, "acme").Server
	if ps := w.CheckServer("", s); len(ps) != 1 || ps[0].Key != "name" {
		t.Errorf("a name that is taken: %v", ps)
	}
	s.Name, s.ReadOnly = "quay", true
	if err := w.SaveServer(t.Context(), "acme", s); err != nil {
		t.Fatal(err)
	}
	if got := w.read(t); !strings.Contains(got, "# mine") || !strings.Contains(got, `name = "ops"   # ours`) || !strings.Contains(got, `name = "quay"`) {
		t.Errorf("%s", got)
	}
	if err := w.RemoveCredential(t.Context(), "ops"); remote.KindOf(err) != remote.Invalid || !strings.Contains(remote.HintOf(err), `the server "quay"`) {
		t.Errorf("%v", err)
	}
	if err := w.RemoveServer(t.Context(), "quay"); err != nil || len(w.Servers()) != 0 {
		t.Errorf("%v", err)
	}
	if err := w.RemoveCredential(t.Context(), "ops"); err != nil || strings.Contains(w.read(t), w.s3.Secret) {
		t.Errorf("%v", err)
	}
}

func TestTheStateOfAServerIsKnownInTheNextRun(t *testing.T) {
	w := newWorld(t)
	if i := info(t, w.App, "acme"); i.State != remote.ServerUntested {
		t.Errorf("%+v", i)
	}
	if err := w.list(t, "acme:"); err != nil {
		t.Fatal(err)
	}
	if i := info(t, w.App, "acme"); i.State != remote.ServerConnected {
		t.Errorf("%+v", i)
	}
	w.s3.Fault(s3test.Rule{Times: s3test.All, Action: s3test.Status(http.StatusForbidden, "SignatureDoesNotMatch")})
	_ = w.list(t, "acme:")
	if i := info(t, w.App, "acme"); i.State != remote.ServerInactive || !strings.Contains(i.Why, "secret key") {
		t.Errorf("%+v", i)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if i := info(t, w.open(t), "acme"); i.State != remote.ServerInactive || i.LastUsed.IsZero() {
		t.Errorf("%+v", i)
	}
}

func TestTheFirstRefusalIsRememberedAndATestForgetsIt(t *testing.T) {
	w := newWorld(t)
	if w.Denied("acme", "s3:ListBucket") != "" {
		t.Error("denied before anybody asked")
	}
	w.s3.Fault(s3test.Rule{Op: "ListObjectsV2", Times: s3test.All, Action: s3test.Deny()})
	_ = w.list(t, "acme:")
	if why := w.Denied("acme", "s3:ListBucket"); !strings.Contains(why, "s3:ListBucket") {
		t.Errorf("why %q", why)
	}
	if why := w.open(t).Denied("acme", "s3:ListBucket"); why == "" {
		t.Error("the next run does not know")
	}
	w.s3.ClearFaults()
	if _, err := w.TestServer(t.Context(), info(t, w.App, "acme").Server, nil, remote.TestOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if why := w.Denied("acme", "s3:ListBucket"); why != "" {
		t.Errorf("still denied: %s", why)
	}
	s := info(t, w.App, "acme").Server
	s.ReadOnly = true
	if err := w.SaveServer(t.Context(), "acme", s); err != nil {
		t.Fatal(err)
	}
	if w.Denied("acme", "s3:PutObject") == "" || w.Denied("acme", "s3:GetObject") != "" {
		t.Error("read-only is not known")
	}
}

// TestAKeyIsRotatedOnlyWhenEveryServerTakesIt, and what runs goes on with it.
func TestAKeyIsRotatedOnlyWhenEveryServerTakesIt(t *testing.T) {
	w := newWorld(t)
	running, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	before := w.read(t)
	next := remote.Credential{Type: remote.AccessKey, AccessKeyID: "AKIDNEXTKEY", SecretAccessKey: remote.NewSecret("next-secret-of-ours")}
	var steps []string
	err = w.RotateCredential(t.Context(), "ops", next, func(s remote.Step) { steps = append(steps, s.Title) })
	if remote.KindOf(err) != remote.Auth || !strings.Contains(remote.HintOf(err), "acme") || w.read(t) != before {
		t.Errorf("a key that nobody knows: %v", err)
	}
	if len(steps) == 0 || !strings.HasPrefix(steps[0], "acme: ") {
		t.Errorf("steps %v", steps)
	}
	w.s3.STS.AddUser("AKIDNEXTKEY", "next-secret-of-ours")
	if err := w.RotateCredential(t.Context(), "ops", next, nil); err != nil {
		t.Fatal(err)
	}
	if got := w.read(t); !strings.Contains(got, `"AKIDNEXTKEY"`) || !strings.Contains(got, "# ours") || strings.Contains(got, w.s3.Secret) {
		t.Errorf("%s", got)
	}
	if _, err := running.Tree.List(t.Context(), "", ""); err != nil {
		t.Fatal(err)
	}
	events := w.s3.Events()
	if last := events[len(events)-1]; last.Access != "AKIDNEXTKEY" {
		t.Errorf("what runs still signs with %s", last.Access)
	}
}

func TestTheStoreIsFollowedLiveAndABrokenEditIsTold(t *testing.T) {
	w := newWorld(t)
	changes := w.Changes()
	wait := func(what string, until func() bool) {
		t.Helper()
		limit := time.After(2 * time.Minute)
		for !until() {
			select {
			case <-changes:
			case <-limit:
				t.Fatalf("%s: nothing came; trouble %q", what, w.Trouble())
			}
		}
	}
	good := w.read(t)
	w.write(t, strings.Replace(good, `name = "acme"`, `name = "quay"`, 1))
	wait("a rename in an editor", func() bool { return w.Servers()[0].Server.Name == "quay" })
	w.write(t, good+"\n[[server]]\nnam = 3\n")
	wait("a broken edit", func() bool { return strings.Contains(w.Trouble(), "line 18, column 1") })
	if len(w.Servers()) != 1 || w.Servers()[0].Server.Name != "quay" {
		t.Errorf("the old set is gone: %v", w.Servers())
	}
	if strings.Contains(w.Trouble(), w.s3.Secret) {
		t.Error("the trouble holds a secret")
	}
	var refused *store.Refused
	if err := w.RemoveServer(t.Context(), "quay"); !errors.As(err, &refused) {
		t.Errorf("a broken file was written to: %v", err)
	}
	w.write(t, good)
	wait("the mending", func() bool { return w.Trouble() == "" && w.Servers()[0].Server.Name == "acme" })
	other := w.open(t)
	if err := other.RemoveServer(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	wait("another gantry", func() bool { return len(w.Servers()) == 0 })
}

func TestAServerThatIsChangedIsOpenedAnew(t *testing.T) {
	w := newWorld(t)
	w.s3.AddBucket("second", s3test.Bucket{})
	w.s3.Put("second", "there", nil)
	if err := w.list(t, "acme:"); err != nil {
		t.Fatal(err)
	}
	s := info(t, w.App, "acme").Server
	s.Bucket = "second"
	if err := w.SaveServer(t.Context(), "acme", s); err != nil {
		t.Fatal(err)
	}
	place, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	page, err := place.Tree.List(t.Context(), "", "")
	if err != nil || len(page.Entries) != 1 {
		t.Errorf("%v, %v", page.Entries, err)
	}
}

func TestAMountTakesAnEmptyFolderOnlyOrHidesByChoice(t *testing.T) {
	w := newWorld(t)
	dir := t.TempDir()
	made := filepath.Join(dir, "not", "there", "yet")
	if err := w.SaveMount(t.Context(), remote.Mount{Folder: made, Server: "acme"}, false); err == nil {
		if _, err := os.Stat(made); err != nil {
			t.Errorf("the folder was not made: %v", err)
		}
	} else if remote.KindOf(err) != remote.NotExist {
		t.Error(err)
	}
	full := filepath.Join(dir, "full")
	if err := os.MkdirAll(filepath.Join(full, "mine"), 0o755); err != nil {
		t.Fatal(err)
	}
	m := remote.Mount{Folder: full, Server: "acme", Path: "in/"}
	if err := w.SaveMount(t.Context(), m, false); remote.KindOf(err) != remote.Exist || !strings.Contains(remote.HintOf(err), "mine") {
		t.Errorf("%v", err)
	}
	if err := w.SaveMount(t.Context(), m, true); err != nil {
		t.Fatal(err)
	}
	place, err := w.Open(t.Context(), filepath.Join(full, "x"))
	if err != nil || place.Server != "acme" || place.Path != "in/x" {
		t.Errorf("%+v, %v", place, err)
	}
	if err := w.RemoveMount(t.Context(), full); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(full, "mine")); err != nil {
		t.Error("what was hidden is gone")
	}
	m.Server = "nobody"
	if err := w.SaveMount(t.Context(), m, true); remote.KindOf(err) != remote.Invalid {
		t.Errorf("%v", err)
	}
}

func TestOnlyReadsLeaveAReadOnlyServer(t *testing.T) {
	w := newWorld(t)
	s := info(t, w.App, "acme").Server
	s.ReadOnly = true
	if err := w.SaveServer(t.Context(), "acme", s); err != nil {
		t.Fatal(err)
	}
	w.s3.Put("bucket", "there", []byte("x"))
	place, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	tree := place.Tree
	_ = w.list(t, "acme:")
	_, _ = tree.Create(t.Context(), "new", remote.CreateOptions{Size: 1})
	_ = tree.Mkdir(t.Context(), "dir/")
	_ = tree.Remove(t.Context(), []remote.Path{"there"})
	if c, ok := remote.As[remote.Copier](tree); ok {
		_, _ = c.Copy(t.Context(), tree, remote.Entry{Path: "there", Size: 1}, "copy", remote.CreateOptions{})
	}
	if u, ok := remote.As[remote.Uploads](tree); ok {
		_ = u.AbortUpload(t.Context(), remote.Upload{Path: "there", ID: "x"})
	}
	_ = w.SetUncompleted(t.Context(), "acme", 7)
	_, _ = w.TestServer(t.Context(), s, nil, remote.TestOptions{Write: true}, nil)
	for _, e := range w.s3.Events() {
		if !strings.HasPrefix(e.Op, "Get") && !strings.HasPrefix(e.Op, "List") && !strings.HasPrefix(e.Op, "Head") && e.Op != "" {
			t.Errorf("%s %s left the program", e.Op, e.Key)
		}
	}
}

// TestWhatAnswersTellOfABucketIsKeptForTheNextRun: nobody tests a server only to
// see that it keeps old versions.
func TestWhatAnswersTellOfABucketIsKeptForTheNextRun(t *testing.T) {
	w := newWorld(t)
	w.s3.AddBucket("kept", s3test.Bucket{Versioned: true})
	s := info(t, w.App, "acme").Server
	s.Bucket = "kept"
	if err := w.SaveServer(t.Context(), "acme", s); err != nil {
		t.Fatal(err)
	}
	place, err := w.Open(t.Context(), "acme:")
	if err != nil {
		t.Fatal(err)
	}
	if err := place.Tree.Mkdir(t.Context(), "dir/"); err != nil {
		t.Fatal(err)
	}
	if !info(t, w.App, "acme").Versioned {
		t.Error("the answer to a change is forgotten")
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next := info(t, w.open(t), "acme"); !next.Versioned || next.Locked || next.Probed != nil {
		t.Errorf("the next run knows %+v", next)
	}
}
