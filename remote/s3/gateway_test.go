package s3_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
)

func TestAnUploadIsGoneOnWithByItsID(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	o := remote.CreateOptions{Size: 2*partSize + 3, PartSize: partSize, ModTime: time.Unix(1e9, 5e8)}
	data := strings.Repeat("0123456789abcdef", partSize/8) + "end"
	first, err := tree.Create(t.Context(), "k", o)
	if err != nil {
		t.Fatal(err)
	}
	written, err := first.WritePart(t.Context(), 2, strings.NewReader(data[partSize:2*partSize]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Stat(t.Context(), "k"); remote.KindOf(err) != remote.NotExist {
		t.Errorf("visible before Commit: %v", err)
	}

	// Another process, much later.
	o.Resume = first.ID()
	second, err := open(t, srv, rootKey(t), s3.Options{}).Create(t.Context(), "k", o)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]remote.Part{written}, second.Have()); d != "" {
		t.Errorf("parts (-written +found): %s", d)
	}
	parts := []remote.Part{{}, second.Have()[0], {}}
	for _, n := range []int{3, 1} {
		if parts[n-1], err = second.WritePart(t.Context(), n, strings.NewReader(data[(n-1)*partSize:min(n*partSize, len(data))])); err != nil {
			t.Fatal(err)
		}
	}
	e, err := second.Commit(t.Context(), parts)
	if err != nil {
		t.Fatal(err)
	}
	if e.Sum.Algorithm != remote.CRC64NVME || e.Size != int64(len(data)) || !e.ModTime.Equal(o.ModTime) || !strings.HasSuffix(e.Version, "-3") {
		t.Errorf("%+v", e)
	}
	if get(t, tree, e) != data {
		t.Error("the content is another one")
	}
	if again, err := second.Commit(t.Context(), parts); err != nil || again != e {
		t.Errorf("a second Commit: %+v, %v", again, err)
	}
	if err := second.Abort(t.Context()); err != nil || get(t, tree, e) != data {
		t.Errorf("Abort after Commit: %v", err)
	}
	if _, err := tree.Create(t.Context(), "k", o); remote.KindOf(err) != remote.NotExist {
		t.Errorf("an upload that is gone: %v", err)
	}
}

func TestARealStoreShowsWhatItGot(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	for _, data := range []string{"", "data"} {
		if e := put(t, tree, "k", data, remote.CreateOptions{}); e.Sum.Algorithm != remote.CRC64NVME {
			t.Errorf("%q: %+v", data, e)
		}
	}
}

func TestAWrongPartListMakesNoObject(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	s, err := tree.Create(t.Context(), "k", remote.CreateOptions{Size: 2 * partSize, PartSize: partSize})
	if err != nil {
		t.Fatal(err)
	}
	part, err := s.WritePart(t.Context(), 1, strings.NewReader(strings.Repeat("x", partSize)))
	if err != nil {
		t.Fatal(err)
	}
	for _, parts := range [][]remote.Part{nil, {part}, {part, part}} {
		if _, err := s.Commit(t.Context(), parts); err == nil {
			t.Errorf("%d parts were accepted", len(parts))
		}
	}
	if _, err := s.WritePart(t.Context(), 10001, strings.NewReader("x")); remote.KindOf(err) != remote.Invalid {
		t.Errorf("part 10,001: %v", err)
	}
	if err := s.Abort(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestS25ParallelConditionalWritesHaveOneWinner, single and multipart.
func TestS25ParallelConditionalWritesHaveOneWinner(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	for key, o := range map[remote.Path]remote.CreateOptions{"one": {IfAbsent: true}, "many": {IfAbsent: true, PartSize: partSize}} {
		var won atomic.Int64
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				_, err := tryPut(t.Context(), tree, key, uploadData+fmt.Sprint(i), o)
				switch {
				case err == nil:
					won.Add(1)
				case remote.KindOf(err) != remote.Exist:
					t.Errorf("%s: %v", key, err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%s: %d winners", key, won.Load())
		}
	}
}

// Y08: beyond what one request may copy.
func TestALargeCopyIsMadeOfRangesAndKeepsEverything(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{MaxCopy: partSize})
	data := strings.Repeat("0123456789abcdef", partSize/6)
	src := put(t, tree, "dir/a+b ü", data, remote.CreateOptions{
		PartSize: 2 * partSize, ModTime: time.Unix(1e9, 0), Attrs: remote.Attrs{ContentType: "text/special", Metadata: map[string]string{"colour": "red"}},
	})
	other := srv
	other.Name, other.Bucket = "other", newBucket(t).Bucket
	to := open(t, other, rootKey(t), s3.Options{MaxCopy: partSize})
	if !to.CanCopy(tree) {
		t.Fatal("the same server with the same credential cannot copy")
	}
	var moved atomic.Int64
	e, err := to.Copy(t.Context(), tree, src, "b", remote.CreateOptions{Size: src.Size, Progress: func(n int64) { moved.Add(n) }})
	if err != nil {
		t.Fatal(err)
	}
	if get(t, to, e) != data || moved.Load() != src.Size {
		t.Errorf("%+v of %+v, %d moved", e, src, moved.Load())
	}
	if s, err := to.Stat(t.Context(), "b"); err != nil || !s.ModTime.Equal(time.Unix(1e9, 0)) {
		t.Errorf("%+v, %v", s, err)
	}
	src.Version = "0123"
	_, err = to.Copy(t.Context(), tree, src, "c", remote.CreateOptions{Size: src.Size})
	wantKind(t, err, remote.Changed)
	if _, err := to.Stat(t.Context(), "c"); remote.KindOf(err) != remote.NotExist {
		t.Errorf("something was published: %v", err)
	}
}

func TestCopyWithOtherAttributesKeepsTheRest(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	src := put(t, tree, "a", "data", remote.CreateOptions{ModTime: time.Unix(1e9, 0), Attrs: remote.Attrs{ContentType: "text/special"}})
	if _, err := tree.Copy(t.Context(), tree, src, "b", remote.CreateOptions{Attrs: remote.Attrs{Metadata: map[string]string{"x": "y"}}}); err != nil {
		t.Fatal(err)
	}
	if s, err := tree.Stat(t.Context(), "b"); err != nil || !s.ModTime.Equal(time.Unix(1e9, 0)) {
		t.Errorf("%+v, %v", s, err)
	}
	_, err := tree.Copy(t.Context(), tree, src, "a", remote.CreateOptions{})
	wantKind(t, err, remote.Invalid) // Y03
}

func TestWhoCanCopyFromWhom(t *testing.T) {
	srv := newBucket(t)
	p, q := rootKey(t), rootKey(t)
	tree := open(t, srv, p, s3.Options{})
	for name, c := range map[string]struct {
		change func(*remote.Server)
		p      *cred.Provider
		want   bool
	}{
		"the same credential by name":     {func(*remote.Server) {}, q, true},
		"the same provider":               {func(s *remote.Server) { s.Credential = "" }, p, true},
		"another credential":              {func(s *remote.Server) { s.Credential = "other" }, q, false},
		"another endpoint":                {func(s *remote.Server) { s.Endpoint = "http://127.0.0.1:1" }, p, false},
		"another bucket of the same host": {func(s *remote.Server) { s.Bucket = "other" }, p, true},
	} {
		s := srv
		c.change(&s)
		if got := tree.CanCopy(open(t, s, c.p, s3.Options{})); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestSessionsThatEndEarlyAreRenewed runs against real sessions of the gateway.
func TestSessionsThatEndEarlyAreRenewed(t *testing.T) {
	srv := newBucket(t)
	const arn = "arn:aws:iam::123456789012:role/short"
	if err := gate.AddUser("AKIDSHORT", "short-secret", false); err != nil {
		t.Fatal(err)
	}
	if err := gate.AddRole(arn, "our-id", false, srv.Bucket); err != nil {
		t.Fatal(err)
	}
	source := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDSHORT", SecretAccessKey: remote.NewSecret("short-secret")}
	p, err := cred.New(remote.Credential{
		Name: "partner", Type: remote.AssumeRole, RoleARN: arn, Source: "ops", ExternalID: "our-id", STSEndpoint: gate.STSEndpoint(), Duration: 900,
	}, cred.Options{Lookup: func(string) (remote.Credential, bool) { return source, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	tree := open(t, srv, p, s3.Options{})
	before := gate.STSCalls()
	for round := range 3 {
		var wg sync.WaitGroup
		for i := range 30 {
			wg.Go(func() {
				k := remote.Path(fmt.Sprintf("%d-%d", round, i))
				if _, err := tryPut(t.Context(), tree, k, "x", remote.CreateOptions{}); err != nil {
					t.Errorf("%s: %v", k, err)
				}
			})
		}
		wg.Wait()
		if _, err := names(t, tree, ""); err != nil {
			t.Error(err)
		}
		gate.ExpireSessions()
	}
	if n := gate.STSCalls() - before; n != 3 {
		t.Errorf("%d calls of STS for three sessions", n)
	}
}

func TestAmbientSettingsOpenEveryBucket(t *testing.T) {
	srv := newBucket(t)
	tree := open(t, srv, rootKey(t), s3.Options{})
	put(t, tree, "dir/file", "data", remote.CreateOptions{})
	id, secret := gate.RootKey()
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": gate.Region(), "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
		"AWS_ENDPOINT_URL_S3": gate.Endpoint(), "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	a, err := s3.NewAmbient(t.Context(), s3.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	found := false
	for e, err := range remote.All(t.Context(), a, "") {
		if err != nil {
			t.Fatal(err)
		}
		found = found || e.Name == srv.Bucket && e.Dir && e.Path == remote.Path(srv.Bucket+"/")
	}
	if !found {
		t.Error("the bucket is not listed")
	}
	root := remote.Path(srv.Bucket + "/")
	if got, err := names(t, a, root); err != nil || len(got) != 1 || got[0] != "dir" {
		t.Errorf("%q, %v", got, err)
	}
	e, err := a.Stat(t.Context(), root+"dir/file")
	if err != nil || e.Path != root+"dir/file" || get(t, a, e) != "data" {
		t.Fatalf("%+v, %v", e, err)
	}
	for _, p := range []remote.Path{"", root, remote.Path(srv.Bucket), root + "dir/"} {
		if e, err := a.Stat(t.Context(), p); err != nil || !e.Dir {
			t.Errorf("%q: %+v, %v", p, e, err)
		}
	}
	put(t, a, root+"new", "more", remote.CreateOptions{})
	if !a.CanCopy(a) {
		t.Error("cannot copy from itself")
	}
	if _, err := a.Copy(t.Context(), a, e, root+"copy", remote.CreateOptions{Size: 4}); err != nil {
		t.Fatal(err)
	}
	var walked []string
	for e, err := range a.Walk(t.Context(), root) {
		if err != nil {
			t.Fatal(err)
		}
		walked = append(walked, string(e.Path)+"="+e.Name)
	}
	b := string(root)
	if d := cmp.Diff([]string{b + "copy=copy", b + "dir/=dir", b + "dir/file=dir/file", b + "new=new"}, walked); d != "" {
		if d := cmp.Diff([]string{b + "copy=copy", b + "dir/file=dir/file", b + "new=new"}, walked); d != "" {
			t.Error(d)
		}
	}
	if err := a.Remove(t.Context(), []remote.Path{root + "copy", root + "new"}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct{ dir, rel, want, parent string }{
		{"", "bucket", "bucket/", ""},
		{"", "bucket/", "bucket/", ""},
		{"", "bucket/a//b", "bucket/a//b", "bucket/a//"},
		{"bucket/", "x", "bucket/x", "bucket/"},
		{"bucket/d/", "../x/", "bucket/d/../x/", "bucket/d/../"},
	} {
		p, err := a.Join(remote.Path(c.dir), c.rel)
		if err != nil || string(p) != c.want || string(a.Dir(p)) != c.parent {
			t.Errorf("Join(%q, %q) = %q in %q, %v", c.dir, c.rel, p, a.Dir(p), err)
		}
	}
	wantKind(t, a.Remove(t.Context(), []remote.Path{""}), remote.Invalid)
}

func TestCancelledWorkSaysSo(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(fmt.Errorf("the user said so: %w", context.Canceled))
	_, err := tryPut(ctx, tree, "k", "x", remote.CreateOptions{})
	if !remote.Cancelled(err) {
		t.Errorf("%v", err)
	}
	_, err = tree.Open(ctx, remote.Entry{Path: "k"}, 0, -1)
	if !remote.Cancelled(err) {
		t.Errorf("%v", err)
	}
	cause := errors.New("superseded")
	ctx, stop := context.WithCancelCause(t.Context())
	stop(cause)
	if _, err = tree.List(ctx, "", ""); !remote.Cancelled(err) {
		t.Errorf("%v", err)
	}
}

// TestSEC20PlainHTTPIsForThisMachineOrBySetting, in a server and in an STS.
func TestSEC20PlainHTTPIsForThisMachineOrBySetting(t *testing.T) {
	for endpoint, fine := range map[string]bool{
		"http://s3.example.com": false, "http://192.168.1.2:9000": false, "http://localhost.example.com": false, "http://127.0.0.1.example.com": false,
		"http://localhost:9000": true, "http://127.8.7.6": true, "http://[::1]:9000": true, "https://s3.example.com": true,
	} {
		srv := remote.Server{Name: "srv", Region: "eu-west-1", Bucket: "bucket", Endpoint: endpoint}
		tree, err := s3.New(srv, nil, s3.Options{})
		if fine != (err == nil) {
			t.Errorf("%s: %v", endpoint, err)
		}
		if !fine {
			wantKind(t, err, remote.Invalid)
		} else {
			tree.Close()
		}
		srv.AllowHTTP = true
		if tree, err = s3.New(srv, nil, s3.Options{}); err != nil {
			t.Errorf("%s, allowed: %v", endpoint, err)
		} else {
			tree.Close()
		}
		role := remote.Credential{Name: "r", Type: remote.AssumeRole, RoleARN: "arn:aws:iam::1:role/r", STSEndpoint: endpoint}
		p, err := cred.New(role, cred.Options{})
		if fine != (err == nil) {
			t.Errorf("STS at %s: %v", endpoint, err)
		}
		if err == nil {
			p.Close()
		}
	}
}

func TestSettingsThatDoNotFitAreRefusedAtOnce(t *testing.T) {
	for name, change := range map[string]func(*remote.Server){
		"accelerate and path style": func(s *remote.Server) { s.Accelerate, s.PathStyle = true, true },
		"accelerate and a dot":      func(s *remote.Server) { s.Accelerate, s.Bucket = true, "a.b" },
		"accelerate and endpoint":   func(s *remote.Server) { s.Accelerate, s.Endpoint = true, "https://x" },
		"fips and endpoint":         func(s *remote.Server) { s.FIPS, s.Endpoint = true, "https://x" },
		"no scheme":                 func(s *remote.Server) { s.Endpoint = "s3.example.com" },
		"a password in it":          func(s *remote.Server) { s.Endpoint = "https://u:p@s3.example.com" },
		"no bucket":                 func(s *remote.Server) { s.Bucket = "" },
		"encryption":                func(s *remote.Server) { s.Encryption = "rot13" },
		"a key without kms":         func(s *remote.Server) { s.KMSKeyID = "k" },
		"integrity":                 func(s *remote.Server) { s.Integrity = "none" },
		"no bundle":                 func(s *remote.Server) { s.CABundle = "/nowhere" },
	} {
		srv := remote.Server{Name: "srv", Region: "eu-west-1", Bucket: "bucket"}
		change(&srv)
		_, err := s3.New(srv, nil, s3.Options{})
		if err == nil {
			t.Errorf("%s was accepted", name)
			continue
		}
		wantKind(t, err, remote.Invalid)
	}
	for name, srv := range map[string]remote.Server{
		"accelerate": {Bucket: "b", Accelerate: true, DualStack: true},
	} {
		if _, err := s3.New(srv, nil, s3.Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
