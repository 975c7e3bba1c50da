package s3_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
	"gantry/remote/treetest"
)

// cluster is a Ceph of one monitor, one OSD in memory and one radosgw: a server
// that shares no line with those of the other tests, and knows no modern
// checksums.
type cluster struct {
	t    *testing.T
	dir  string
	conf string
	url  string
}

const (
	rgwAccess = "AKIDRADOSGW"
	rgwSecret = "secret-of-radosgw"
)

// newCluster starts one; it ends with the test.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	if os.Getenv("GANTRY_RADOSGW") == "" {
		t.Skip("starting a Ceph takes a quarter of a minute: set GANTRY_RADOSGW=1, as .ci/run does where radosgw is installed")
	}
	for _, tool := range []string{"radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd", "monmaptool", "ceph-authtool"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed (apt-get install radosgw ceph-mon ceph-osd)", tool)
		}
	}
	// Paths of sockets are short, so that t.TempDir is too deep.
	dir, err := os.MkdirTemp("", "rgw")
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir, conf: filepath.Join(dir, "ceph.conf")}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	c.configure()
	c.monitor()
	c.disk()
	c.gateway()
	return c
}

func port(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func uuid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	s := hex.EncodeToString(b)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

func (c *cluster) configure() {
	v2, v1, web := port(c.t), port(c.t), port(c.t)
	c.url = fmt.Sprintf("http://127.0.0.1:%d", web)
	id := uuid()
	conf := fmt.Sprintf(`[global]
fsid = %[1]s
mon host = [v2:127.0.0.1:%[2]d,v1:127.0.0.1:%[3]d]
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
osd crush chooseleaf type = 0
keyring = %[4]s/keyring
run dir = %[4]s
pid file = %[4]s/$name.pid
log file = %[4]s/$name.log
admin socket = %[4]s/$name.asok
[mon.a]
mon data = %[4]s/mon
[osd.0]
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = %[4]s/osd
[client.rgw]
rgw data = %[4]s/rgw
rgw frontends = beast endpoint=127.0.0.1:%[5]d
rgw enable apis = s3, sts, iam, admin
rgw sts key = abcdefghijklmnop
rgw s3 auth use sts = true
rgw crypt require ssl = false
`, id, v2, v1, c.dir, web)
	for _, d := range []string{"mon", "osd", "rgw"} {
		if err := os.Mkdir(filepath.Join(c.dir, d), 0o700); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := os.WriteFile(c.conf, []byte(conf), 0o600); err != nil {
		c.t.Fatal(err)
	}
	c.run("monmaptool", "--create", "--clobber", "--fsid", id, "--addv", "a", fmt.Sprintf("[v2:127.0.0.1:%d,v1:127.0.0.1:%d]", v2, v1), filepath.Join(c.dir, "monmap"))
	keyring := filepath.Join(c.dir, "keyring")
	for i, name := range []string{"mon.", "client.admin", "client.rgw", "osd.0"} {
		args := []string{keyring, "--gen-key", "-n", name, "--cap", "mon", "allow *", "--cap", "osd", "allow *", "--cap", "mds", "allow *", "--cap", "mgr", "allow *"}
		if i == 0 {
			args = append([]string{"--create-keyring"}, args...)
		}
		c.run("ceph-authtool", args...)
	}
}

// run does one command of Ceph.
func (c *cluster) run(name string, args ...string) []byte {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%s %v: %v: %s", name, args, err, errs.String())
	}
	return out
}

func (c *cluster) admin(args ...string) []byte {
	c.t.Helper()
	return c.run("radosgw-admin", append([]string{"-c", c.conf, "-n", "client.rgw"}, args...)...)
}

// serve starts a daemon, which ends with the test.
func (c *cluster) serve(name string, args ...string) {
	c.t.Helper()
	cmd := exec.Command(name, append(args, "-f")...)
	log, err := os.Create(filepath.Join(c.dir, name+".out"))
	if err != nil {
		c.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = dieWithUs()
	if err := cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
		_ = log.Close()
	})
}

func (c *cluster) monitor() {
	c.run("ceph-mon", "-c", c.conf, "-i", "a", "--mkfs", "--monmap", filepath.Join(c.dir, "monmap"), "--keyring", filepath.Join(c.dir, "keyring"))
	keys, err := os.ReadFile(filepath.Join(c.dir, "keyring"))
	if err == nil {
		err = os.WriteFile(filepath.Join(c.dir, "mon", "keyring"), keys, 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	c.serve("ceph-mon", "-c", c.conf, "-i", "a")
}

func (c *cluster) disk() {
	id := uuid()
	c.run("ceph", "-c", c.conf, "osd", "new", id)
	c.run("ceph", "-c", c.conf, "osd", "crush", "add-bucket", "localhost", "host")
	c.run("ceph", "-c", c.conf, "osd", "crush", "move", "localhost", "root=default")
	c.run("ceph-osd", "-c", c.conf, "-i", "0", "--mkfs", "--osd-uuid", id)
	c.serve("ceph-osd", "-c", c.conf, "-i", "0")
}

func (c *cluster) gateway() {
	c.serve("radosgw", "-c", c.conf, "-n", "client.rgw")
	c.admin("user", "create", "--uid=testuser", "--display-name=T", "--access-key="+rgwAccess, "--secret="+rgwSecret)
	c.admin("role", "create", "--role-name=test", "--path=/", `--assume-role-policy-doc={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/testuser"]},"Action":["sts:AssumeRole"]}]}`)
	c.admin("role-policy", "put", "--role-name=test", "--policy-name=p", `--policy-doc={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}`)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(5 * time.Minute)
	for {
		if res, err := http.Get(c.url); err == nil {
			_ = res.Body.Close()
			return
		}
		select {
		case <-tick.C:
		case <-limit:
			c.t.Fatal("radosgw does not answer")
		}
	}
}

// bucket makes one and gives its server.
func (c *cluster) bucket(name string) remote.Server {
	c.t.Helper()
	account, err := s3.New(remote.Server{Name: "x", Region: "us-east-1", Bucket: name, Endpoint: c.url, PathStyle: true}, key(c.t, rgwAccess, rgwSecret), s3.Options{})
	if err != nil {
		c.t.Fatal(err)
	}
	defer account.Close()
	if err := account.MakeBucketForTest(c.t.Context()); err != nil {
		c.t.Fatal(err)
	}
	return remote.Server{Name: "rgw", Type: "s3", Region: "us-east-1", Bucket: name, Credential: "root", Endpoint: c.url, PathStyle: true, Integrity: "compatible"}
}

// TestBucketOnRadosgwPassesTheSuite, and what else an independent server tells:
// sessions of a role, the test report, the rule for unfinished uploads.
func TestBucketOnRadosgwPassesTheSuite(t *testing.T) {
	c := newCluster(t)
	t.Run("suite", func(t *testing.T) {
		tree := open(t, c.bucket("suite"), key(t, rgwAccess, rgwSecret), s3.Options{})
		treetest.Run(t, treetest.Options{New: func(*testing.T) remote.Tree { return tree }, Entries: 1100})
	})
	t.Run("role", func(t *testing.T) {
		source := remote.Credential{Name: "root", Type: remote.AccessKey, AccessKeyID: rgwAccess, SecretAccessKey: remote.NewSecret(rgwSecret)}
		session := func(policy string) *cred.Provider {
			p, err := cred.New(remote.Credential{
				Name: "role", Type: remote.AssumeRole, RoleARN: "arn:aws:iam:::role/test", Source: "root", STSEndpoint: c.url, Duration: 900, SessionPolicy: policy,
			}, cred.Options{Region: "us-east-1", Lookup: func(string) (remote.Credential, bool) { return source, true }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(p.Close)
			return p
		}
		p := session("")
		tree := open(t, c.bucket("role"), key(t, rgwAccess, rgwSecret), s3.Options{})
		put(t, tree, "k", "content", remote.CreateOptions{})
		srv := remote.Server{Name: "s", Region: "us-east-1", Bucket: "role", Endpoint: c.url, PathStyle: true, Integrity: "compatible"}
		bySession := open(t, srv, p, s3.Options{})
		e, err := bySession.Stat(t.Context(), "k")
		if err != nil || get(t, bySession, e) != "content" {
			t.Errorf("%v", err)
		}
		if end, ok := p.Expires(); !ok || time.Until(end) > 16*time.Minute {
			t.Errorf("the session ends %v", end)
		}
		readOnly := open(t, srv, session("read-only"), s3.Options{})
		if e, err := readOnly.Stat(t.Context(), "k"); err != nil || get(t, readOnly, e) != "content" {
			t.Errorf("reading in a read-only session: %v: %s", err, remote.HintOf(err))
		}
		if err := readOnly.Mkdir(t.Context(), "dir/"); remote.KindOf(err) != remote.Denied {
			t.Errorf("writing in a read-only session: %v: %s", err, remote.HintOf(err))
		}
	})
	t.Run("test", func(t *testing.T) {
		tree := open(t, c.bucket("test"), key(t, rgwAccess, rgwSecret), s3.Options{})
		r := tree.Probe(t.Context(), remote.TestOptions{Write: true}, nil)
		for _, id := range []string{"list", "read", "write", "multipart", "abort", "tagging", "delete", "versions", "lifecycle"} {
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
		tree := open(t, c.bucket("rules"), key(t, rgwAccess, rgwSecret), s3.Options{})
		for _, days := range []int{7, 3, 0} {
			if err := tree.SetUncompleted(t.Context(), days); err != nil {
				t.Fatalf("%d days: %v: %s", days, err, remote.HintOf(err))
			}
			u, err := tree.Uncompleted(t.Context())
			if err != nil || u.Days != days || strings.TrimSpace(u.Unknown) != "" {
				t.Errorf("%d days: %+v, %v", days, u, err)
			}
		}
	})
}
