package s3

import (
	"context"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"gantry/remote"
	"gantry/remote/cred"
)

// Account is s3://: the root holds the buckets of the ambient credential as
// folders, and a path is "bucket/key". All methods may be called from several
// goroutines.
type Account struct {
	c    *conn
	root *bucket // stands for the service itself

	mu    sync.Mutex
	trees map[string]*Tree
}

var (
	_ remote.Tree    = (*Account)(nil)
	_ remote.Copier  = (*Account)(nil)
	_ remote.Walker  = (*Account)(nil)
	_ remote.Leveler = (*Account)(nil)
	_ remote.Signer  = (*Account)(nil)
	_ remote.Tagger  = (*Account)(nil)
	_ remote.Cutter  = (*Account)(nil)
	_ remote.Distant = (*Account)(nil)
	_ remote.Stamper = (*Account)(nil)
)

// NewAmbient makes the tree of s3:// from the AWS settings of the environment
// and of the shared files: keys, region, endpoint, certificates. It reads files
// but asks no network.
func NewAmbient(ctx context.Context, o Options) (*Account, error) {
	o = o.withDefaults()
	p, cfg, err := cred.Ambient(ctx, cred.Options{Log: o.Log})
	if err != nil {
		return nil, err
	}
	srv := ambientServer(cfg)
	c, err := newConn(srv, p, o)
	if err != nil {
		p.Close()
		return nil, err
	}
	return &Account{c: c, root: c.bucket(""), trees: map[string]*Tree{}}, nil
}

// ambientServer are the settings that the AWS tools would use.
func ambientServer(cfg aws.Config) remote.Server {
	o := s3.NewFromConfig(cfg).Options()
	srv := remote.Server{
		Type: "s3", Region: o.Region, Endpoint: aws.ToString(o.BaseEndpoint), AllowHTTP: true,
		PathStyle: o.UsePathStyle, Accelerate: o.UseAccelerate, CABundle: caBundle(),
		DualStack: o.EndpointOptions.UseDualStackEndpoint == aws.DualStackEndpointStateEnabled,
		FIPS:      o.EndpointOptions.UseFIPSEndpoint == aws.FIPSEndpointStateEnabled,
	}
	if srv.Region == "" {
		srv.Region = "auto"
	}
	if srv.Endpoint != "" {
		srv.PathStyle = srv.PathStyle || nearby(srv.Endpoint)
		srv.DualStack, srv.FIPS = false, false
	}
	return srv
}

// Close ends the idle connections and the renewal of the credential.
func (t *Account) Close() {
	t.c.close()
	t.c.keys.Close()
}

// Label is "s3://".
func (t *Account) Label() string { return "s3://" }

// Credential is what requests are signed with; "" when they are not.
func (t *Account) Credential() string { return t.c.credential() }

// Region is the region of the ambient settings, "" when there is none.
func (t *Account) Region() string { return t.root.known() }

// Caps tells what buckets can hold.
func (t *Account) Caps() remote.Caps { return t.c.caps() }

// hold is the tree of the bucket that p is in.
func (t *Account) hold(p remote.Path) (*Tree, error) {
	name, _, _ := strings.Cut(string(p), "/")
	if name == "" {
		return nil, refuse(act{op: "open", path: p}, remote.Invalid, "The root of s3:// holds buckets only. Choose one first.")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	b := t.trees[name]
	if b == nil {
		b = &Tree{c: t.c, b: t.c.bucket(name), label: t.Label(), within: name + "/"}
		t.trees[name] = b
	}
	return b, nil
}

func (t *Account) link() *conn { return t.c }

// bucketRoot is p with a slash if it is the name of a bucket alone.
func bucketRoot(p remote.Path) remote.Path {
	if p != "" && !strings.Contains(string(p), "/") {
		return p + "/"
	}
	return p
}

// Tags are the tags of e.
func (t *Account) Tags(ctx context.Context, e remote.Entry) (map[string]string, error) {
	b, err := t.hold(e.Path)
	if err != nil {
		return nil, err
	}
	return b.Tags(ctx, e)
}

// Revert brings back what the version id of p has replaced.
func (t *Account) Revert(ctx context.Context, p remote.Path, id string) error {
	b, err := t.hold(p)
	if err != nil {
		return err
	}
	return b.Revert(ctx, p, id)
}

// RemoveIf deletes the object at p if it is of that version, and no younger.
func (t *Account) RemoveIf(ctx context.Context, p remote.Path, version string, since time.Time) error {
	b, err := t.hold(p)
	if err != nil {
		return err
	}
	return b.RemoveIf(ctx, p, version, since)
}

// Kept are the newest versions of p.
func (t *Account) Kept(ctx context.Context, p remote.Path, n int) ([]remote.Kept, error) {
	b, err := t.hold(p)
	if err != nil {
		return nil, err
	}
	return b.Kept(ctx, p, n)
}

// Written is the Last-Modified of an object.
func (t *Account) Written(ctx context.Context, p remote.Path) (time.Time, error) {
	b, err := t.hold(p)
	if err != nil {
		return time.Time{}, err
	}
	return b.Written(ctx, p)
}

// List gives the buckets, or one page of a folder in one.
func (t *Account) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	if dir == "" {
		return t.buckets(ctx, token)
	}
	b, err := t.hold(dir)
	if err != nil {
		return remote.Page{}, err
	}
	return b.List(ctx, folder(dir), token)
}

func (t *Account) buckets(ctx context.Context, token string) (remote.Page, error) {
	var out *s3.ListBucketsOutput
	w := act{op: "list the buckets", api: "s3:ListAllMyBuckets", tries: metaTries}
	err := t.root.run(ctx, w, func(a attempt) (err error) {
		out, err = a.site.client.ListBuckets(a.ctx, &s3.ListBucketsInput{ContinuationToken: optional(token)})
		return err
	})
	if err != nil {
		return remote.Page{}, err
	}
	page := remote.Page{Next: aws.ToString(out.ContinuationToken)}
	if page.Next == token {
		page.Next = "" // a server that does not know pages gives all at once
	}
	for _, b := range out.Buckets {
		name := aws.ToString(b.Name)
		page.Entries = append(page.Entries, remote.Entry{
			Path: remote.Path(name + "/"), Name: name, Dir: true, Size: -1, ModTime: aws.ToTime(b.CreationDate),
		})
	}
	return page, nil
}

// FirstPart asks for the headers of part 1 of an object.
func (t *Account) FirstPart(ctx context.Context, e remote.Entry) (int64, error) {
	b, err := t.hold(e.Path)
	if err != nil {
		return 0, err
	}
	return b.FirstPart(ctx, e)
}

// Stat describes a bucket, a folder or an object.
func (t *Account) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	if p == "" {
		return remote.Entry{Name: "s3://", Dir: true, Size: -1}, nil
	}
	b, err := t.hold(p)
	if err != nil {
		return remote.Entry{}, err
	}
	return b.Stat(ctx, bucketRoot(p))
}

// Open reads content.
func (t *Account) Open(ctx context.Context, e remote.Entry, off, n int64) (io.ReadCloser, error) {
	b, err := t.hold(e.Path)
	if err != nil {
		return nil, err
	}
	return b.Open(ctx, e, off, n)
}

// Create begins to write an object.
func (t *Account) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (remote.Sink, error) {
	b, err := t.hold(p)
	if err != nil {
		return nil, err
	}
	return b.Create(ctx, p, o)
}

// Mkdir makes a slash object. Buckets are not made here: their name, place and
// rights need more than a name.
func (t *Account) Mkdir(ctx context.Context, p remote.Path) error {
	b, err := t.hold(p)
	if err != nil {
		return err
	}
	return b.Mkdir(ctx, bucketRoot(p))
}

// Remove deletes objects, bucket by bucket.
func (t *Account) Remove(ctx context.Context, ps []remote.Path) error {
	return removeByBucket(t, ps, func(p remote.Path) remote.Path { return p }, func(b *Tree, ps []remote.Path) error {
		return b.Remove(ctx, ps)
	})
}

// RemovePinned deletes objects that are still what was seen, bucket by bucket.
func (t *Account) RemovePinned(ctx context.Context, es []remote.Entry) error {
	return removeByBucket(t, es, func(e remote.Entry) remote.Path { return e.Path }, func(b *Tree, es []remote.Entry) error {
		return b.RemovePinned(ctx, es)
	})
}

// Join gives the path of rel inside dir, byte for byte. A name at the root is a
// bucket.
func (t *Account) Join(dir remote.Path, rel string) (remote.Path, error) {
	if b, err := t.hold(folder(dir)); err == nil {
		return b.Join(dir, rel)
	}
	if rel == "" || strings.HasPrefix(rel, "/") {
		return "", refuse(act{op: "name", path: dir}, remote.Invalid, "The name of a bucket is missing.")
	}
	p := remote.Path(rel)
	b, err := t.hold(p)
	if err != nil {
		return "", err
	}
	if rest := strings.TrimPrefix(rel, b.within); strings.Contains(rel, "/") && rest != "" {
		return b.Join(remote.Path(b.within), rest)
	}
	return bucketRoot(p), nil
}

// Dir is the folder that holds p.
func (t *Account) Dir(p remote.Path) remote.Path {
	name, rest, _ := strings.Cut(string(p), "/")
	if name == "" || rest == "" {
		return ""
	}
	s := strings.TrimSuffix(rest, "/")
	return remote.Path(name + "/" + rest[:strings.LastIndexByte(s, '/')+1])
}

// CanCopy tells whether the server can read src itself.
func (t *Account) CanCopy(src remote.Tree) bool { return t.c.canCopy(src) }

// Copy has the server copy e.
func (t *Account) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	b, err := t.hold(dst)
	if err != nil {
		return remote.Entry{}, err
	}
	return b.Copy(ctx, src, e, dst, o)
}

// Walk yields everything below a folder of a bucket; below the root, bucket
// after bucket.
func (t *Account) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	if b, err := t.hold(folder(dir)); err == nil && dir != "" {
		return b.Walk(ctx, folder(dir))
	}
	return func(yield func(remote.Entry, error) bool) { t.walkAll(ctx, yield) }
}

// Level yields what is directly inside a folder of a bucket; the root has its
// buckets.
func (t *Account) Level(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	if b, err := t.hold(folder(dir)); err == nil && dir != "" {
		return b.Level(ctx, folder(dir))
	}
	return remote.Pages(ctx, t, dir)
}
