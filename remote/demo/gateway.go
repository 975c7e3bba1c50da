package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/s3api"
	"github.com/versity/versitygw/s3api/middlewares"
	"github.com/versity/versitygw/s3api/utils"

	"gantry/remote/demo/sts"
)

const (
	maxCopy  = 5 << 30 // 0 would refuse every copy
	maxParts = 10000

	readyIn = 10 * time.Second
)

// GatewayOptions configure a Gateway. Only Dir is required.
type GatewayOptions struct {
	Dir        string           // an existing folder that belongs to the gateway alone
	Addr       string           // host:port of S3; "" or port 0 means a free port on loopback
	Region     string           // "" means us-east-1
	MinSession time.Duration    // shortest session of a role; 0 means 15 minutes, as in AWS
	Now        func() time.Time // the clock that sessions expire by; nil means time.Now
	Log        func(format string, args ...any)
}

// Gateway is a running S3 server with its STS. It is root of the folder
// GatewayOptions.Dir: data/ holds a folder for each bucket. Its methods may be
// called from several goroutines.
type Gateway struct {
	o       GatewayOptions
	access  string
	secret  string
	dir     string // of the buckets
	old     string // working directory before
	meta    meta.MetadataStorer
	backend *posix.Posix
	client  *http.Client // of our own requests
	api     *s3api.S3ApiServer
	served  chan error // the end of the S3 server
	addr    string
	iam     *directory
	sts     *http.Server
	stsAddr string
}

// NewGateway serves S3 and STS on loopback until Close. It changes the
// process's working directory, which must then stay as it is, so there can be
// one Gateway in a process at a time.
func NewGateway(o GatewayOptions) (*Gateway, error) {
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.Log == nil {
		o.Log = func(string, ...any) {}
	}
	old, err := os.Getwd()
	if err != nil {
		return nil, fmt.Errorf("find the working directory: %w", err)
	}
	g := &Gateway{o: o, old: old, client: &http.Client{Transport: &http.Transport{}}}
	g.access, g.secret = sts.NewKey()
	g.iam = newDirectory(sts.New(sts.Options{MinSession: o.MinSession, Now: o.Now}), g.access, g.secret)
	if err := g.openBackend(); err != nil {
		return nil, err
	}
	if err := g.serve(); err != nil {
		g.backend.Shutdown()
		_ = os.Chdir(old)
		return nil, err
	}
	return g, nil
}

func (g *Gateway) openBackend() error {
	root, err := filepath.Abs(g.o.Dir)
	if err != nil {
		return fmt.Errorf("open the gateway's folder: %w", err)
	}
	g.dir = filepath.Join(root, "data")
	versions := filepath.Join(root, "versions")
	sidecar := filepath.Join(root, "attributes")
	for _, d := range []string{g.dir, versions, sidecar} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return fmt.Errorf("make the gateway's folder: %w", err)
		}
	}
	po := posix.PosixOpts{VersioningDir: versions, CopyObjectThreshold: maxCopy}
	g.meta = meta.XattrMeta{}
	if err := (meta.XattrMeta{}).Test(g.dir); err != nil {
		sc, err := meta.NewSideCar(sidecar)
		if err != nil {
			return fmt.Errorf("open the gateway's attributes: %w", err)
		}
		g.meta, po.SideCarDir = sc, sidecar
	}
	g.backend, err = posix.New(g.dir, g.meta, po)
	if err != nil {
		return fmt.Errorf("open the gateway's folder: %w", err)
	}
	return nil
}

// serve listens. A port cannot be handed over already open, so a free one is
// looked for and tried again if somebody else was faster.
func (g *Gateway) serve() error {
	if err := g.serveSTS(); err != nil {
		return err
	}
	var err error
	for range 5 {
		g.addr = g.o.Addr
		if g.addr == "" || strings.HasSuffix(g.addr, ":0") {
			if g.addr, err = freePort(g.addr); err != nil {
				break
			}
		}
		if err = g.serveS3(); err == nil {
			return nil
		}
	}
	_ = g.sts.Close()
	return err
}

func freePort(addr string) (string, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

func (g *Gateway) serveS3() error {
	utils.SetBucketNameValidationStrict(true)
	ready := make(chan struct{})
	api, err := s3api.New(g.backend, middlewares.RootUserConfig{Access: g.access, Secret: g.secret}, g.o.Region, g.iam,
		nil, nil, nil, nil,
		s3api.WithQuiet(), s3api.WithKeepAlive(), s3api.WithConcurrencyLimiter(4096, 2048), s3api.WithMpMaxParts(maxParts),
		s3api.WithOnListen(func() { close(ready) }))
	if err != nil {
		return fmt.Errorf("make the S3 server: %w", err)
	}
	served := make(chan error, 1)
	go func() { served <- api.ServeMultiPort([]string{g.addr}) }() // ends with ShutDown
	late := time.NewTimer(readyIn)
	defer late.Stop()
	select {
	case <-ready:
		if err := g.greet(); err != nil {
			return errors.Join(err, api.ShutDown())
		}
		g.api, g.served = api, served
		g.o.Log("S3 on %s", g.addr)
		return nil
	case err := <-served:
		return fmt.Errorf("serve S3 on %s: %w", g.addr, err)
	case <-late.C:
		return fmt.Errorf("the S3 server did not come up on %s", g.addr)
	}
}

// greet waits for the first answer. Ready means only that the server is about
// to serve, and a server that is shut down before it serves goes on for ever.
func (g *Gateway) greet() error {
	ctx, cancel := context.WithTimeout(context.Background(), readyIn)
	defer cancel()
	_, err := g.do(ctx, http.MethodGet, "/", nil, nil)
	return err
}

func (g *Gateway) serveSTS() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("serve STS: %w", err)
	}
	g.stsAddr = l.Addr().String()
	g.sts = &http.Server{Handler: g.iam.sts, ReadHeaderTimeout: readyIn}
	go func() { _ = g.sts.Serve(l) }() // ends with Close
	return nil
}

// Endpoint is the base URL of S3; buckets are the first segment of the path.
func (g *Gateway) Endpoint() string { return "http://" + g.addr }

// STSEndpoint is the URL of STS.
func (g *Gateway) STSEndpoint() string { return "http://" + g.stsAddr }

// Region is what requests are signed for.
func (g *Gateway) Region() string { return g.o.Region }

// RootKey is the access key that may do everything.
func (g *Gateway) RootKey() (access, secret string) { return g.access, g.secret }

// BucketDir is the folder whose files are the bucket's objects. A file put
// there by hand is an object without ETag.
func (g *Gateway) BucketDir(bucket string) string { return filepath.Join(g.dir, bucket) }

// AddUser adds an access key that may read, and unless readOnly write, in the
// buckets; no buckets means all of them. Adding it again replaces it.
func (g *Gateway) AddUser(access, secret string, readOnly bool, buckets ...string) error {
	if access == "" || secret == "" || access == g.access {
		return errors.New("a user needs an access key of its own and a secret")
	}
	g.iam.addUser(access, secret, grant{readOnly: readOnly, buckets: buckets})
	return nil
}

// AddRole adds a role that every user may assume, with externalID unless that
// is "". Its sessions may do what AddUser says for the same arguments.
func (g *Gateway) AddRole(arn, externalID string, readOnly bool, buckets ...string) error {
	return g.AddRoleWith(sts.Role{ARN: arn, ExternalID: externalID, MaxSession: sts.MaxSession}, readOnly, buckets...)
}

// AddRoleWith is AddRole with everything that a role can ask for.
func (g *Gateway) AddRoleWith(r sts.Role, readOnly bool, buckets ...string) error {
	if !strings.Contains(r.ARN, ":role/") {
		return fmt.Errorf("%q is not the ARN of a role", r.ARN)
	}
	g.iam.addRole(r, grant{readOnly: readOnly, buckets: buckets})
	return nil
}

// STSCalls is the number of AssumeRole requests so far.
func (g *Gateway) STSCalls() int64 { return g.iam.sts.Calls() }

// ExpireSessions ends every session of a role now, though its client was
// promised more.
func (g *Gateway) ExpireSessions() { g.iam.sts.ExpireAll() }

// Close stops serving, and returns to the working directory of before. The
// folder stays.
func (g *Gateway) Close() error {
	g.client.CloseIdleConnections()
	err := g.api.ShutDown()
	<-g.served // it only says that its listener was closed
	err = errors.Join(err, g.sts.Close())
	g.backend.Shutdown()
	return errors.Join(err, os.Chdir(g.old))
}
