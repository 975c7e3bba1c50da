package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/store"
	"gantry/remote/store/tomldoc"
)

func apply(t *testing.T, s *store.Store, c store.Change) {
	t.Helper()
	if err := s.Apply(context.Background(), c); err != nil {
		t.Fatal(err)
	}
}

// differs compares the file with good, where old became new.
func differs(t *testing.T, s *store.Store, oldnew ...string) {
	t.Helper()
	onDisk, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	want := good
	for i := 0; i < len(oldnew); i += 2 {
		want = strings.Replace(want, oldnew[i], oldnew[i+1], 1)
	}
	if diff := cmp.Diff(want, string(onDisk)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(string(onDisk), string(s.Bytes())); diff != "" {
		t.Error("memory and disk differ: ", diff)
	}
}

func server(t *testing.T, s *store.Store, name string) remote.Server {
	t.Helper()
	srv, _, err := s.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	return srv
}

func TestSetServerChangesOnlyWhatDiffers(t *testing.T) {
	s := open(t, good)
	acme := server(t, s, "acme")
	apply(t, s, store.SetServer(acme))
	differs(t, s)
	acme.Prefix, acme.ReadOnly, acme.Credential = "", true, "ops"
	apply(t, s, store.SetServer(acme))
	differs(t, s, "credential = \"partner\"   # via STS\nprefix = \"team-a/\"\n", "credential = \"ops\"   # via STS\nread_only = true\n")
	if got := server(t, s, "acme"); got != acme {
		t.Errorf("%+v", got)
	}
}

func TestANewServerHasOnlyWhatIsNotTheDefault(t *testing.T) {
	s := open(t, good)
	apply(t, s, store.SetServer(remote.Server{Name: "new", Bucket: "data", Credential: "ops", Region: "auto", Integrity: "auto", MaxConnections: 64, PathStyle: true}))
	differs(t, s, "encryption = \"none\"\n", "encryption = \"none\"\n\n[[server]]\nname = \"new\"\ntype = \"s3\"\nbucket = \"data\"\ncredential = \"ops\"\npath_style = true\n")
}

func TestASecretIsRotatedInPlaceAndMayMoveElsewhere(t *testing.T) {
	s := open(t, good)
	ops, _ := s.Credential("ops")
	ops.AccessKeyID, ops.SecretAccessKey = "AKID2", remote.NewSecret(`new"\é`)
	apply(t, s, store.SetCredential(ops))
	differs(t, s, `"AKID"`, `"AKID2"`, `"SECRETCANARY"`, `"new\"\\é"`)
	ops.SecretAccessKey, ops.SecretAccessKeyEnv, ops.SessionToken = remote.Secret{}, "OPS", remote.Secret{}
	apply(t, s, store.SetCredential(ops))
	differs(t, s, "\"AKID\"\nsecret_access_key = \"SECRETCANARY\"\nsession_token = \"TOKENCANARY\"\n", "\"AKID2\"\nsecret_access_key_env = \"OPS\"\n")
}

func TestRenamesReachEverythingThatNamesTheThing(t *testing.T) {
	s := open(t, good)
	apply(t, s, store.All(store.RenameServer("acme", "ajax"), store.RenameCredential("ops", "own")))
	differs(t, s, `name = "ops"`, `name = "own"`, `source = "ops"`, `source = "own"`, `name = "acme"`, `name = "ajax"`,
		`credential = "ops"`, `credential = "own"`, `server = "acme"`, `server = "ajax"`, `"acme:in/"`, `"ajax:in/"`)
}

func TestWhatIsInUseIsNotRemoved(t *testing.T) {
	s := open(t, good)
	for _, c := range []struct {
		change store.Change
		hint   string
	}{
		{store.RemoveCredential("ops"), `used by the server "data", the credential "partner".`},
		{store.RemoveServer("acme"), `used by the mount of ~/acme, the sync "in".`},
	} {
		err := s.Apply(context.Background(), c.change)
		if remote.KindOf(err) != remote.Invalid || !strings.Contains(remote.HintOf(err), c.hint) {
			t.Errorf("%v: %s", err, remote.HintOf(err))
		}
	}
	if err := s.Apply(context.Background(), store.RemoveServer("nobody")); remote.KindOf(err) != remote.NotExist {
		t.Errorf("removing nothing: %v", err)
	}
	differs(t, s)
	apply(t, s, store.All(store.RemoveAutomation("run"), store.RemoveSync("in"), store.RemoveMount("~/acme"), store.RemoveServer("acme"), store.RemoveCredential("partner")))
	if got := s.Servers(); len(got) != 1 || got[0].Name != "data" || len(s.Credentials()) != 1 {
		t.Errorf("left: %v", got)
	}
}

func TestAChangeThatWouldBreakTheFileWritesNothing(t *testing.T) {
	s := open(t, good)
	bad := remote.Server{Name: "new", Bucket: "CANARY bucket", Credential: "CANARY"}
	err := s.Apply(context.Background(), store.All(store.RemoveMount("~/acme"), store.SetServer(bad)))
	var r *store.Rejected
	if !errors.As(err, &r) || len(r.Problems) != 2 {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "CANARY") {
		t.Error(err)
	}
	differs(t, s)
	if len(s.Mounts()) != 1 {
		t.Error("half a change is in memory")
	}
}

func TestOtherTablesAreEditedThroughTheirKeepersCheck(t *testing.T) {
	path := write(t, good)
	s, err := store.OpenWith(path, func(doc *tomldoc.Document, _ []byte) []remote.Problem {
		if n := doc.Root.Child("ui").Child("theme"); n != nil && n.Text == "pink" {
			return []remote.Problem{doc.Problem(n.At(), "ui.theme", "no")}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, store.All(store.SetValue("ui", "theme", tomldoc.TextValue("light")), store.SetValue("transfer", "workers", tomldoc.WholeValue(3))))
	differs(t, s, "theme = \"dark\"\n", "theme = \"light\"\n\n[transfer]\nworkers = 3\n")
	var r *store.Rejected
	if err := s.Apply(context.Background(), store.SetValue("ui", "theme", tomldoc.TextValue("pink"))); !errors.As(err, &r) {
		t.Errorf("%v", err)
	}
	apply(t, s, store.UnsetValue("ui", "theme"))
	differs(t, s, "theme = \"dark\"\n", "\n[transfer]\nworkers = 3\n")
}

func TestAutomationsAndSyncsAreEditedToo(t *testing.T) {
	s := open(t, good)
	a := s.Automations()[0]
	a.Enabled, a.Trigger = false, remote.Trigger{Schedule: "0 6 * * *", Zone: "Europe/Berlin"}
	y := s.Syncs()[0]
	y.Delete, y.MaxDelete, y.Exclude = true, "10%", []string{"*.tmp"}
	apply(t, s, store.All(store.SetAutomation(a), store.SetSync(y), store.SetMount(remote.Mount{Folder: "~/acme/", Server: "acme", Path: "in/"})))
	if diff := cmp.Diff(a, s.Automations()[0]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(y, s.Syncs()[0]); diff != "" {
		t.Error(diff)
	}
	differs(t, s, "folder = \"~/acme\"\nserver = \"acme\"\n", "folder = \"~/acme\"\nserver = \"acme\"\npath = \"in/\"\n",
		"destination = \"/tmp/in/\"\n", "destination = \"/tmp/in/\"\nexclude = [\"*.tmp\"]\ndelete = true\nmax_delete = \"10%\"\n",
		`trigger = { every = "1d" }`, `trigger = { schedule = "0 6 * * *", zone = "Europe/Berlin" }`,
		"action = { sync = \"in\" }\n", "action = { sync = \"in\" }\nenabled = false\n")
}

func TestTheFirstChangeMakesFileAndFolderPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "b", "config.toml")
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	apply(t, s, store.SetCredential(remote.Credential{Name: "n", Type: remote.Anonymous}))
	for p, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700 | os.ModeDir} {
		info, err := os.Stat(p)
		if err != nil || info.Mode() != want {
			t.Errorf("%s is %v (%v)", p, info.Mode(), err)
		}
	}
	if again, err := store.Open(path); err != nil || len(again.Credentials()) != 1 {
		t.Error(err)
	}
}

func TestWhatAnEditorWroteMeanwhileIsKept(t *testing.T) {
	s := open(t, good)
	edited := strings.Replace(good, "# what we connect to", "# edited by hand", 1)
	if err := os.WriteFile(s.Path(), []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, s, store.RenameServer("data", "lake"))
	differs(t, s, "# what we connect to", "# edited by hand", `name = "data"`, `name = "lake"`)

	if err := os.WriteFile(s.Path(), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	var r *store.Refused
	if err := s.Apply(context.Background(), store.RemoveMount("~/acme")); !errors.As(err, &r) {
		t.Errorf("a broken file was changed: %v", err)
	}
	if b, _ := os.ReadFile(s.Path()); string(b) != "broken" {
		t.Errorf("the broken file became %q", b)
	}
}

func TestManyStoresWriteAtOnceAndLoseNothing(t *testing.T) {
	path := write(t, good)
	var wg sync.WaitGroup
	const n = 12
	for i := range n {
		s, err := store.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := s.Apply(context.Background(), store.SetServer(remote.Server{Name: fmt.Sprint("server-", i), Bucket: "data", Credential: "ops"})); err != nil {
				t.Error(err)
			}
			_ = s.Servers()
		})
	}
	wg.Wait()
	s, err := store.Open(path)
	if err != nil || len(s.Servers()) != 2+n {
		t.Errorf("%d servers (%v)", len(s.Servers()), err)
	}
}

// TestSEC04NoSecondFileHoldsASecret, also after a gantry that was killed.
func TestSEC04NoSecondFileHoldsASecret(t *testing.T) {
	s := open(t, good)
	dir := filepath.Dir(s.Path())
	left := filepath.Join(dir, ".config.toml.gantry-KILLED")
	if err := os.WriteFile(left, []byte("SECRETCANARY"), 0o600); err != nil {
		t.Fatal(err)
	}
	apply(t, s, store.RenameServer("data", "lake"))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Apply(ctx, store.RenameServer("lake", "data")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, and yet: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if e.Name() != "config.toml" && len(b) > 0 {
			t.Errorf("%s holds %d bytes", e.Name(), len(b))
		}
	}
	if _, _, err := s.Lookup("lake"); err != nil {
		t.Error(err)
	}
}

func TestALooseFolderIsNotWrittenTo(t *testing.T) {
	path := filepath.Join(folder(t), "config.toml")
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	var r *store.Refused
	if err := s.Apply(context.Background(), store.SetCredential(remote.Credential{Name: "n", Type: remote.Anonymous})); !errors.As(err, &r) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("the file was made")
	}
}

func TestAFormThatOnlyAnEditorCanChangeIsSaidSo(t *testing.T) {
	const inline = "credential = [{ name = \"n\", type = \"anonymous\" }]\n"
	s := open(t, inline)
	err := s.Apply(context.Background(), store.SetCredential(remote.Credential{Name: "m", Type: remote.Anonymous}))
	if !errors.Is(err, tomldoc.ErrForm) || remote.KindOf(err) != remote.Invalid || !strings.Contains(remote.HintOf(err), "by hand") {
		t.Errorf("%v", err)
	}
	apply(t, s, store.SetCredential(remote.Credential{Name: "n", Type: remote.Anonymous, Description: "d"}))
	if got := string(s.Bytes()); got != "credential = [{ name = \"n\", type = \"anonymous\", description = \"d\" }]\n" {
		t.Error(got)
	}
}
