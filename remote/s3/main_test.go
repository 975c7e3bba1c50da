package s3_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/demo"
	"gantry/remote/s3"
)

// gate is the one gateway of this test binary; every test has a bucket of its
// own.
var gate *demo.Gateway

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "gantry-s3-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if gate, err = demo.NewGateway(demo.GatewayOptions{Dir: dir, MinSession: time.Second}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer gate.Close()
	// What the gateway itself runs does not count.
	before := goleak.IgnoreCurrent()
	code := m.Run()
	if err := goleak.Find(before, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).workerFunc"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2")); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

var buckets atomic.Int64

// newBucket makes an empty bucket and its server.
func newBucket(t *testing.T) remote.Server {
	t.Helper()
	name := fmt.Sprintf("bucket-%d", buckets.Add(1))
	if err := gate.MakeBucket(name, false); err != nil {
		t.Fatal(err)
	}
	return remote.Server{
		Name: "srv", Type: "s3", Region: gate.Region(), Bucket: name, Credential: "root", Endpoint: gate.Endpoint(), PathStyle: true,
	}
}

func rootKey(t *testing.T) *cred.Provider {
	t.Helper()
	id, secret := gate.RootKey()
	return key(t, id, secret)
}

func key(t testing.TB, id, secret string) *cred.Provider {
	t.Helper()
	p, err := cred.New(remote.Credential{
		Name: "root", Type: remote.AccessKey, AccessKeyID: id, SecretAccessKey: remote.NewSecret(secret),
	}, cred.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func open(t testing.TB, srv remote.Server, p *cred.Provider, o s3.Options) *s3.Tree {
	t.Helper()
	tree, err := s3.New(srv, p, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tree.Close)
	return tree
}

func put(t *testing.T, tree remote.Tree, p remote.Path, data string, o remote.CreateOptions) remote.Entry {
	t.Helper()
	e, err := tryPut(t.Context(), tree, p, data, o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func tryPut(ctx context.Context, tree remote.Tree, p remote.Path, data string, o remote.CreateOptions) (remote.Entry, error) {
	o.Size = int64(len(data))
	s, err := tree.Create(ctx, p, o)
	if err != nil {
		return remote.Entry{}, err
	}
	var parts []remote.Part
	size := o.PartSize
	if size == 0 {
		size = max(o.Size, 1)
	}
	for n, off := 1, int64(0); off < o.Size || n == 1; n, off = n+1, off+size {
		part, err := s.WritePart(ctx, n, strings.NewReader(data[off:min(off+size, o.Size)]))
		if err != nil {
			_ = s.Abort(ctx)
			return remote.Entry{}, err
		}
		parts = append(parts, part)
	}
	return s.Commit(ctx, parts)
}

func get(t *testing.T, tree remote.Tree, e remote.Entry) string {
	t.Helper()
	r, err := tree.Open(t.Context(), e, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// wantKind fails unless err is of kind k and says a whole sentence.
func wantKind(t *testing.T, err error, k remote.Kind) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", k)
	}
	if got := remote.KindOf(err); got != k {
		t.Fatalf("kind %v, want %v: %v", got, k, err)
	}
	hint := remote.HintOf(err)
	if !strings.HasSuffix(hint, ".") || strings.ContainsAny(hint, "<>") || strings.Contains(hint, "http://127") {
		t.Errorf("hint is no clean sentence: %q", hint)
	}
}

var _ http.Handler = http.HandlerFunc(nil)
