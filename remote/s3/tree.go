package s3

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
)

const (
	maxKey     = 1024 // bytes
	minPart    = 5 << 20
	maxPart    = 5 << 30
	maxParts   = 10000
	maxObject  = 50_000_000_000_000 // bytes, 48.8 TiB as AWS counts
	maxPerPage = 1000
)

// Options say how trees of this package work. The zero value is useful.
type Options struct {
	Log       *slog.Logger        // requests at debug level; nil logs nothing
	UserAgent string              // "" means "gantry"
	Patience  time.Duration       // silence on a connection before it is cut; 0 means 60 s
	Proxy     string              // URL of the proxy; "" means what the environment says
	Refused   func(action string) // hears of every IAM action that the server refuses; may be nil
	Worked    func(action string) // hears of every IAM action that worked, often; may be nil
	FarPage   time.Duration       // of a listing: from so long on several are asked for at once; 0 means 5 ms
	MaxCopy   int64               // largest object copied by one request, in bytes; 0 means 5 GiB
}

func (o Options) withDefaults() Options {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.UserAgent == "" {
		o.UserAgent = "gantry"
	}
	if o.Patience <= 0 {
		o.Patience = time.Minute
	}
	if o.FarPage <= 0 {
		o.FarPage = farPage
	}
	if o.MaxCopy <= 0 || o.MaxCopy > maxPart {
		o.MaxCopy = maxPart
	}
	return o
}

// Tree is one bucket, or one prefix of it. All methods may be called from
// several goroutines.
type Tree struct {
	c      *conn
	b      *bucket
	label  string
	within string // what stands before the key in a path: "bucket/" below an Account
	prefix string // what stands before the path in a key
}

var (
	_ remote.Tree    = (*Tree)(nil)
	_ remote.Copier  = (*Tree)(nil)
	_ remote.Walker  = (*Tree)(nil)
	_ remote.Leveler = (*Tree)(nil)
	_ remote.Signer  = (*Tree)(nil)
	_ remote.Tagger  = (*Tree)(nil)
	_ remote.Distant = (*Tree)(nil)
	_ remote.Stamper = (*Tree)(nil)
)

// New makes the tree of srv, which signs with p; nil is anonymous. It checks
// that the settings of srv fit each other and asks no network. The error is a
// *remote.Error of kind Invalid.
func New(srv remote.Server, p *cred.Provider, o Options) (*Tree, error) {
	c, err := newConn(srv, p, o.withDefaults())
	if err != nil {
		return nil, err
	}
	if srv.Bucket == "" {
		return nil, c.invalid("it names no bucket")
	}
	t := &Tree{c: c, b: c.bucket(srv.Bucket), label: srv.Name + ":", prefix: srv.Prefix}
	if t.prefix != "" && !strings.HasSuffix(t.prefix, "/") {
		t.prefix += "/"
	}
	return t, nil
}

// Close ends the idle connections. The provider stays open.
func (t *Tree) Close() { t.c.close() }

// Label is "name:" of the server.
func (t *Tree) Label() string { return t.label }

// Credential is the name of the credential that requests are signed with; ""
// when they are not.
func (t *Tree) Credential() string { return t.c.credential() }

// Region is where the bucket lives as far as is known: the server's setting
// until an answer says otherwise, "" when that is "auto" and nobody was asked.
func (t *Tree) Region() string { return t.b.known() }

// Caps tells what the bucket can hold.
func (t *Tree) Caps() remote.Caps { return t.c.caps() }

func (c *conn) caps() remote.Caps {
	return remote.Caps{
		ReadOnly: c.readOnly.Load(), EmptyDirs: true, IfAbsent: !c.quirks.noConditions.Load(),
		MinPart: minPart, MaxPart: maxPart, MaxParts: maxParts, MaxSize: maxObject,
	}
}

// key is the object key of a path.
func (t *Tree) key(p remote.Path) string {
	return t.prefix + strings.TrimPrefix(string(p), t.within)
}

// path is the path of an object key.
func (t *Tree) path(key string) remote.Path {
	key = strings.TrimPrefix(key, t.prefix)
	if t.within == "" {
		return remote.Path(key)
	}
	return remote.Path(t.within + key)
}

// folder is dir with the slash that a folder has; the root has none.
func folder(dir remote.Path) remote.Path {
	if dir != "" && !strings.HasSuffix(string(dir), "/") {
		return dir + "/"
	}
	return dir
}

// Join gives the path of rel inside dir, byte for byte.
func (t *Tree) Join(dir remote.Path, rel string) (remote.Path, error) {
	p := folder(dir) + remote.Path(rel)
	if rel == "" {
		return "", &remote.Error{Op: "name", Path: dir, Kind: remote.Invalid, Hint: "A name is missing."}
	}
	if n := len(t.key(p)); n > maxKey {
		return "", &remote.Error{
			Op: "name", Path: p, Kind: remote.Invalid,
			Hint: fmt.Sprintf("The name is %d bytes long with its folders; S3 allows %d. Choose a shorter one.", n, maxKey),
		}
	}
	return p, nil
}

// Dir is the folder that holds p.
func (t *Tree) Dir(p remote.Path) remote.Path {
	s := strings.TrimPrefix(string(p), t.within)
	if s == "" {
		return remote.Path(t.within)
	}
	return remote.Path(t.within + s[:strings.LastIndexByte(s[:len(s)-1], '/')+1])
}

// baseName is the last segment of a path, without the slash of a folder.
func baseName(p remote.Path) string {
	s := strings.TrimSuffix(string(p), "/")
	return s[strings.LastIndexByte(s, '/')+1:]
}

// writable refuses writes to a server that the user made read-only.
func (t *Tree) writable(op string, p remote.Path) error {
	if !t.c.readOnly.Load() {
		return nil
	}
	return t.c.closed(op, p)
}

// SetReadOnly lets nothing but reads through from the next request on, be it of
// work that is under way, or lifts that. It may be called at any time.
func (t *Tree) SetReadOnly(on bool) { t.c.readOnly.Store(on) }

func (c *conn) closed(op string, p remote.Path) error {
	return &remote.Error{
		Op: op, Path: p, Kind: remote.Denied,
		Hint: "The server " + c.name() + " is set to read-only. Change read_only in its settings to write to it.",
	}
}

// Mkdir makes the slash object of p. What is there already stays.
func (t *Tree) Mkdir(ctx context.Context, p remote.Path) error {
	if p = folder(p); p == remote.Path(t.within) {
		return nil
	}
	if err := t.writable("make folder", p); err != nil {
		return err
	}
	mark := &single{sink: sink{t: t, path: p, key: t.key(p), o: remote.CreateOptions{IfAbsent: true}}}
	send := func() error {
		_ = mark.rehash() // an empty body cannot fail
		return t.b.run(ctx, act{op: "make folder", api: "s3:PutObject", path: p, tries: metaTries}, func(a attempt) error {
			_, err := mark.put(a)
			return err
		})
	}
	err := send()
	if err != nil {
		err = t.c.adapt(err, true, send)
	}
	if err != nil && mark.vacant(ctx, err) {
		err = send()
	}
	if statusOf(err) == http.StatusPreconditionFailed {
		return nil // it is there
	}
	return err
}
