package s3_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
	"gantry/remote/treetest"
)

const (
	minioAccess = "AKIDMINIO"
	minioSecret = "secret-of-minio"
)

// newMinIO starts a MinIO that ends with the test, and gives its address.
func newMinIO(t *testing.T) string {
	t.Helper()
	program := os.Getenv("GANTRY_MINIO")
	if program == "" {
		found, err := exec.LookPath("minio")
		if err != nil {
			t.Skip("minio is not installed: put it on PATH, or set GANTRY_MINIO to the program")
		}
		program = found
	}
	address := fmt.Sprintf("127.0.0.1:%d", port(t))
	cmd := exec.Command(program, "server", "--quiet", "--address", address, t.TempDir())
	cmd.Env = append(os.Environ(), "MINIO_ROOT_USER="+minioAccess, "MINIO_ROOT_PASSWORD="+minioSecret,
		"MINIO_SITE_REGION=us-east-1", "MINIO_BROWSER=off", "MINIO_UPDATE=off", "HOME="+t.TempDir())
	var said bytes.Buffer // read only once the program has ended
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = dieWithUs()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the program
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("minio said: %s", said.String())
		}
	})
	url := "http://" + address
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(5 * time.Minute)
	for {
		if r, err := http.Get(url + "/minio/health/ready"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return url
			}
		}
		select {
		case <-tick.C:
		case <-ended:
			t.Fatal("minio has ended")
		case <-limit:
			t.Fatal("minio does not answer")
		}
	}
}

// minioBucket makes one and gives its server.
func minioBucket(t *testing.T, url, name string) remote.Server {
	t.Helper()
	srv := remote.Server{Name: "minio", Type: "s3", Region: "us-east-1", Bucket: name, Credential: "root", Endpoint: url, PathStyle: true}
	tree := open(t, srv, key(t, minioAccess, minioSecret), s3.Options{})
	if err := tree.MakeBucketForTest(t.Context()); err != nil {
		t.Fatal(err)
	}
	return srv
}

// TestBucketOnMinIOPassesTheSuite with modern checksums, and what else an
// independent server tells: sessions of a role, the test report, the refusal of a
// rule for unfinished uploads.
func TestBucketOnMinIOPassesTheSuite(t *testing.T) {
	url := newMinIO(t)
	root := key(t, minioAccess, minioSecret)
	t.Run("suite", func(t *testing.T) {
		tree := open(t, minioBucket(t, url, "suite"), root, s3.Options{})
		treetest.Run(t, treetest.Options{
			New:          func(*testing.T) remote.Tree { return tree },
			Refuses:      refused,
			Entries:      1100,
			ExactUploads: true,
		})
	})
	t.Run("role", func(t *testing.T) {
		// A MinIO takes any name for the role: the session may do what its source may.
		srv := minioBucket(t, url, "role")
		put(t, open(t, srv, root, s3.Options{}), "k", "content", remote.CreateOptions{})
		source := remote.Credential{Name: "root", Type: remote.AccessKey, AccessKeyID: minioAccess, SecretAccessKey: remote.NewSecret(minioSecret)}
		session := func(policy string) *cred.Provider {
			p, err := cred.New(remote.Credential{
				Name: "role", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::123456789012:role/test", Source: "root", STSEndpoint: url, Duration: 900, SessionPolicy: policy,
			}, cred.Options{Region: "us-east-1", Lookup: func(string) (remote.Credential, bool) { return source, true }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Close)
			return p
		}
		p := session("")
		bySession := open(t, srv, p, s3.Options{})
		e, err := bySession.Stat(t.Context(), "k")
		if err != nil || get(t, bySession, e) != "content" {
			t.Errorf("%v: %s", err, remote.HintOf(err))
		}
		if end, ok := p.Expires(); !ok || time.Until(end) > 16*time.Minute {
			t.Errorf("the session ends %v", end)
		}
		link, err := bySession.Presign(t.Context(), "k", time.Hour)
		if err != nil || !link.Cut {
			t.Fatalf("a link of a session: %+v, %v", link, err)
		}
		if res, err := http.Get(link.URL.Reveal()); err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("the link reads %v, %v", res, err)
		} else {
			_ = res.Body.Close()
		}
		// The policy of the session binds although the source may do everything.
		readOnly := open(t, srv, session("read-only"), s3.Options{})
		if e, err := readOnly.Stat(t.Context(), "k"); err != nil || get(t, readOnly, e) != "content" {
			t.Errorf("reading: %v: %s", err, remote.HintOf(err))
		}
		if err := readOnly.Mkdir(t.Context(), "dir/"); remote.KindOf(err) != remote.Denied || remote.ActionOf(err) != "s3:PutObject" {
			t.Errorf("writing: %v: %s", err, remote.HintOf(err))
		}
		if err := readOnly.Remove(t.Context(), []remote.Path{"k"}); remote.KindOf(err) != remote.Denied {
			t.Errorf("removing: %v: %s", err, remote.HintOf(err))
		}
	})
	t.Run("refusals", func(t *testing.T) {
		// What is wrong has the sentence that it has everywhere else.
		srv := minioBucket(t, url, "refusals")
		for says, change := range map[string]struct {
			id, secret string
			srv        func(*remote.Server)
		}{
			"does not match its access key":  {minioAccess, "wrong", nil},
			"does not exist (any more). Put": {"AKIDNOBODY", "wrong", nil},
			"The bucket nobodys does not":    {minioAccess, minioSecret, func(s *remote.Server) { s.Bucket = "nobodys" }},
		} {
			s := srv
			if change.srv != nil {
				change.srv(&s)
			}
			_, err := open(t, s, key(t, change.id, change.secret), s3.Options{}).List(t.Context(), "", "")
			if hint := remote.HintOf(err); !strings.Contains(hint, says) {
				t.Errorf("%q, want %q", hint, says)
			}
		}
		srv.Region = "eu-west-3" // it says where it is, and is followed
		if _, err := open(t, srv, root, s3.Options{}).List(t.Context(), "", ""); err != nil {
			t.Errorf("another region: %v: %s", err, remote.HintOf(err))
		}
	})
	t.Run("test", func(t *testing.T) {
		tree := open(t, minioBucket(t, url, "test"), root, s3.Options{})
		r := tree.Probe(t.Context(), remote.TestOptions{Write: true}, nil)
		for _, id := range []string{"list", "read", "write", "multipart", "abort", "tagging", "delete"} {
			if s := step(t, r, id); s.State != remote.StepOK {
				t.Errorf("%s: %+v", id, s)
			}
		}
		page, err := tree.List(t.Context(), "", "")
		if err != nil || len(page.Entries) != 0 {
			t.Errorf("left behind: %v, %v", page.Entries, err)
		}
	})
	t.Run("lifecycle", func(t *testing.T) {
		// MinIO refuses rules for unfinished uploads, which it ends by a setting of its
		// own: that is said with a remedy, and no rule appears.
		tree := open(t, minioBucket(t, url, "rules"), root, s3.Options{})
		err := tree.SetUncompleted(t.Context(), 7)
		if remote.KindOf(err) != remote.Unsupported || !strings.Contains(remote.HintOf(err), "gantry leftovers minio: --abort") {
			t.Errorf("%v: %s", err, remote.HintOf(err))
		}
		if u, err := tree.Uncompleted(t.Context()); err != nil || u.Days != 0 {
			t.Errorf("%+v, %v", u, err)
		}
	})
}
