package app_test

import (
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/remote"
	"gantry/ui/app"
)

// The canaries are planted as credentials and must turn up in the store only.
const (
	canaryID      = "AKIDCANARYXY"
	canarySecret  = "SECRETCANARY-0123456789"
	canarySession = "SECRETCANARY-of-the-session"
	canaryToken   = "TOKENCANARY-0123456789"
)

// leaky is a service that echoes all that it gets, as AWS does with a wrong
// signature, beside an STS whose sessions are canaries.
type leaky struct {
	*httptest.Server
	mu   sync.Mutex
	seen []http.Header
}

func newLeaky(t *testing.T) *leaky {
	t.Helper()
	l := &leaky{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		l.seen = append(l.seen, r.Header.Clone())
		l.mu.Unlock()
		if r.Method == http.MethodPost && r.URL.Path == "/" {
			fmt.Fprintf(w, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIACANARY</AccessKeyId>
				<SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
				canarySession, canaryToken, time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprintf(w, `<Error><Code>SignatureDoesNotMatch</Code><Message>%s %s %s %s</Message><CanonicalRequest>%v</CanonicalRequest></Error>`,
			canarySecret, canaryToken, canarySession, r.Header.Get("X-Amz-Security-Token"), r.Header)
	}))
	t.Cleanup(l.Close)
	return l
}

func (l *leaky) requests() []http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]http.Header(nil), l.seen...)
}

// leak uses a key and a role against a service that echoes, with the log at its
// most talkative, and gives all that was said.
func leak(t *testing.T) (dir string, said []string) {
	t.Helper()
	service := newLeaky(t)
	dir = t.TempDir()
	config := filepath.Join(dir, "config")
	if err := os.Mkdir(config, 0o700); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`[[credential]]
name = "ops"
type = "access_key"
access_key_id = %q
secret_access_key = %q
session_token = %q

[[credential]]
name = "partner"
type = "assume_role"
role_arn = "arn:aws:iam::123456789012:role/x"
source = "ops"
external_id = "EXTERNALCANARY"
sts_endpoint = %q
`, canaryID, canarySecret, canaryToken, service.URL)
	for _, c := range []string{"ops", "partner"} {
		text += fmt.Sprintf("\n[[server]]\nname = \"by-%s\"\nbucket = \"bucket\"\nregion = \"us-east-1\"\ncredential = %q\nendpoint = %q\npath_style = true\n", c, c, service.URL)
	}
	file := filepath.Join(config, "config.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Options{ConfigFile: file, StateDir: filepath.Join(dir, "state"), LogLevel: slog.LevelDebug})
	if err != nil {
		t.Fatal(err)
	}
	hear := func(err error) {
		if err != nil {
			said = append(said, err.Error(), remote.HintOf(err), fmt.Sprintf("%+v %#v", err, err))
			a.Log().Error("failed", "error", err)
		}
	}
	for _, s := range a.Servers() {
		place, err := a.Open(t.Context(), s.Location+"key")
		hear(err)
		_, err = place.Tree.List(t.Context(), "", "")
		hear(err)
		_, err = place.Tree.Create(t.Context(), "key", remote.CreateOptions{Size: 20 << 20, PartSize: 5 << 20})
		hear(err)
		hear(place.Tree.Remove(t.Context(), []remote.Path{"a", "b"}))
		r, err := a.TestServer(t.Context(), s.Server, nil, remote.TestOptions{Write: true}, nil)
		hear(err)
		said = append(said, fmt.Sprintf("%+v", r))
		_, err = a.Policy(t.Context(), s.Server.Name, remote.PolicyOptions{})
		hear(err)
		hear(a.SetUncompleted(t.Context(), s.Server.Name, 7))
	}
	said = append(said, fmt.Sprintf("%+v %+v", a.Servers(), a.Credentials()))
	_, err = a.WriteCrash(fmt.Appendf(nil, "%+v", a.Credentials()))
	hear(err)
	a.Queue() // so that there is a journal
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return dir, said
}

// found are the files below dir that hold a canary.
func found(t *testing.T, dir string) (files []string, all int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		all++
		text, err := os.ReadFile(path)
		for _, c := range []string{canarySecret, canaryToken, canarySession} {
			if strings.Contains(string(text), c) {
				files = append(files, path)
				break
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files, all
}

func TestSEC05NoSecretIsLoggedAtAnyLevel(t *testing.T) {
	dir, _ := leak(t)
	files, n := found(t, filepath.Join(dir, "state", "log"))
	if len(files) != 0 || n == 0 {
		t.Errorf("of %d logs these hold a secret: %v", n, files)
	}
}

func TestSEC09NoErrorHoldsASecret(t *testing.T) {
	_, said := leak(t)
	if len(said) < 10 {
		t.Fatalf("only %d errors", len(said))
	}
	for _, s := range said {
		for _, c := range []string{canarySecret, canaryToken, canarySession} {
			if strings.Contains(s, c) {
				t.Errorf("%s", s)
			}
		}
	}
}

// TestSEC12TheStateFolderIsPrivateAndHoldsNoSecret: journal, logs, crash reports
// and what is known of servers.
func TestSEC12TheStateFolderIsPrivateAndHoldsNoSecret(t *testing.T) {
	dir, _ := leak(t)
	files, n := found(t, filepath.Join(dir, "state"))
	if len(files) != 0 || n < 4 {
		t.Errorf("of %d files these hold a secret: %v", n, files)
	}
	err := filepath.WalkDir(filepath.Join(dir, "state"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSEC23SessionsLiveInMemoryOnly: the keys of a role are in no file at all.
func TestSEC23SessionsLiveInMemoryOnly(t *testing.T) {
	dir, _ := leak(t)
	files, _ := found(t, dir)
	if len(files) != 1 || filepath.Base(files[0]) != "config.toml" {
		t.Errorf("secrets are in %v", files)
	}
	text, err := os.ReadFile(files[0])
	if err != nil || strings.Contains(string(text), canarySession) {
		t.Errorf("the store has got the session, %v", err)
	}
}

// TestSEC24KeysSignForTheirOwnServersOnly: neither the server of another
// credential nor Amazon hears of a key, also not of its ID.
func TestSEC24KeysSignForTheirOwnServersOnly(t *testing.T) {
	left, right, proxy := newLeaky(t), newLeaky(t), newLeaky(t)
	t.Setenv("HTTPS_PROXY", proxy.URL) // where a question to Amazon would go
	dir := filepath.Join(t.TempDir(), "config")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	text := ""
	for name, endpoint := range map[string]string{"LEFT": left.URL, "RIGHT": right.URL} {
		text += fmt.Sprintf("[[credential]]\nname = %q\ntype = \"access_key\"\naccess_key_id = \"AKID%s\"\nsecret_access_key = \"s\"\n\n[[server]]\nname = %q\nbucket = \"data\"\nregion = \"us-east-1\"\ncredential = %q\nendpoint = %q\npath_style = true\n\n",
			name, name, strings.ToLower(name), name, endpoint)
	}
	file := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := app.New(t.Context(), app.Options{ConfigFile: file, StateDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close(t.Context()) }()
	for _, s := range a.Servers() {
		_, _ = a.TestServer(t.Context(), s.Server, nil, remote.TestOptions{Write: true}, nil)
		_, _ = a.TestCredential(t.Context(), s.Credential)
		_, _ = a.Policy(t.Context(), s.Server.Name, remote.PolicyOptions{})
	}
	l, _ := a.Open(t.Context(), "left:")
	r, _ := a.Open(t.Context(), "right:")
	if c, ok := remote.As[remote.Copier](r.Tree); ok && c.CanCopy(l.Tree) {
		t.Error("a copy between servers of two credentials would be made with one of them")
	}
	for name, service := range map[string]*leaky{"LEFT": left, "RIGHT": right} {
		signed := 0
		for _, h := range service.requests() {
			if auth := h.Get("Authorization"); auth != "" {
				signed++
				if !strings.Contains(auth, "AKID"+name+"/") {
					t.Errorf("%s got %s", name, auth)
				}
			}
		}
		if signed == 0 {
			t.Errorf("%s was never asked", name)
		}
	}
	if n := len(proxy.requests()); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}

// TestSEC30TheEnvironmentDoesNotMoveAServer of the store to another endpoint.
func TestSEC30TheEnvironmentDoesNotMoveAServer(t *testing.T) {
	w, elsewhere := newWorld(t), newLeaky(t)
	for _, name := range []string{"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_STS", "HTTPS_PROXY"} {
		t.Setenv(name, elsewhere.URL)
	}
	t.Setenv("AWS_REGION", "us-west-2")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIDELSEWHERE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "x")
	t.Chdir(t.TempDir())
	if err := os.WriteFile("config.toml", []byte("[[server]]\nname = \"acme\"\nendpoint = \""+elsewhere.URL+"\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.list(t, "acme:"); err != nil {
		t.Error(err)
	}
	if n := len(elsewhere.requests()); n != 0 {
		t.Errorf("%d requests went elsewhere", n)
	}
}
