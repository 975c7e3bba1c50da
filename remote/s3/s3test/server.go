package s3test

import (
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"gantry/remote/demo/sts"
)

// Options configure a Server. The zero value is AWS in us-east-1.
type Options struct {
	Region         string           // of the endpoint; buckets may lie elsewhere
	MinPart        int64            // smallest part but the last; 0 means 5 MiB
	MinSession     time.Duration    // shortest session of a role; 0 means 15 minutes
	Now            func() time.Time // the clock of sessions; nil means time.Now
	Seed           uint64           // of everything random here
	TLS            bool             // serve https; use Server.Client
	RepeatComplete bool             // a repeated CompleteMultipartUpload succeeds, not NoSuchUpload
	IgnorePuts     bool             // ignore If-Match and If-None-Match of writes, as some stores do
	OpaqueETags    bool             // give objects ETags that say nothing of their content
	NoChecksums    bool             // know no checksum headers, as older stores do
}

// Server is a running S3 and STS. Its methods may be called from several
// goroutines.
type Server struct {
	URL    string // of S3; path style
	STSURL string
	Access string // key that may do everything
	Secret string
	STS    *sts.Service // add users and roles here

	o    Options
	http *httptest.Server
	stop chan struct{} // closed when the server ends: lets go of what is stalled

	mu      sync.Mutex
	buckets map[string]*bucket
	rules   []*rule
	fired   map[string]int
	events  []Event
	release chan struct{}
	dice    *rand.Rand
	serial  int

	clients int        // connections that are open
	alone   *sync.Cond // on mu: clients has become 0
}

// New starts a server that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Region == "" {
		o.Region = "us-east-1"
	}
	if o.MinPart == 0 {
		o.MinPart = 5 << 20
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		Access: "AKIATESTTESTTESTTEST", Secret: "test/secret+key",
		STS: sts.New(sts.Options{MinSession: o.MinSession, Now: o.Now}),
		o:   o, stop: make(chan struct{}), buckets: make(map[string]*bucket), fired: make(map[string]int),
		release: make(chan struct{}), dice: rand.New(rand.NewPCG(o.Seed, 1)),
	}
	s.alone = sync.NewCond(&s.mu)
	s.STS.AddUser(s.Access, s.Secret)
	s.http = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.http.Config.ConnState = s.connection
	if o.TLS {
		s.http.StartTLS()
	} else {
		s.http.Start()
	}
	s.URL = s.http.URL
	identity := httptest.NewServer(s.STS)
	s.STSURL = identity.URL
	t.Cleanup(func() {
		close(s.stop)
		s.http.CloseClientConnections()
		s.http.Close()
		identity.Close()
	})
	return s
}

// Client trusts the certificate of a TLS server.
func (s *Server) Client() *http.Client { return s.http.Client() }

// Release lets every stalled request go on.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.release)
	s.release = make(chan struct{})
}

// Settle waits until nobody is connected any more: what a client that has died
// had sent is then either done or will never be.
func (s *Server) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.clients > 0 {
		s.alone.Wait()
	}
}

// connection counts connections as they come and go.
func (s *Server) connection(_ net.Conn, st http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch st {
	case http.StateNew:
		s.clients++
	case http.StateClosed, http.StateHijacked: // only what is reset at once is hijacked
		if s.clients--; s.clients == 0 {
			s.alone.Broadcast()
		}
	}
}

// released is what a stalled request waits for.
func (s *Server) released() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.release
}

// Event is one request, as it was seen and answered.
type Event struct {
	Op       string // "PutObject", …
	Bucket   string
	Key      string
	Access   string // access key that signed it
	UploadID string
	Part     int
	Range    string
	Status   int
	Code     string // of the error, "" for success
	Applied  bool   // the store did it, whatever the client was told
	Faults   []string
	Bytes    int64       // of the request's body, as far as it was read
	Header   http.Header // of the request
}

// Events are all requests so far, in the order of their answers.
func (s *Server) Events() []Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Event(nil), s.events...)
}

// Forget drops the events so far, which otherwise grow for as long as a server
// runs.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = nil
}

// Count is the number of requests of an operation so far; "" counts all.
func (s *Server) Count(op string) int {
	n := 0
	for _, e := range s.Events() {
		if op == "" || e.Op == op {
			n++
		}
	}
	return n
}

// serve is one request from its first byte to its last.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	x := s.newExchange(w, r)
	s.arm(x)
	for _, f := range x.faults {
		if f.action.before != nil && !x.over() {
			f.action.before(x)
		}
	}
	if !x.over() {
		x.reply = s.answer(x)
	}
	for _, f := range x.faults {
		if f.action.after != nil && x.reply != nil {
			f.action.after(x)
		}
	}
	s.record(x)
	x.send()
}

// answer does what the request asks for, if it may.
func (s *Server) answer(x *exchange) *reply {
	if err := s.authorize(x); err != nil {
		return x.failure(err)
	}
	do := handler(x.op)
	if do == nil {
		return x.failure(errNotImplemented)
	}
	if err := x.readBody(); err != nil {
		return x.failure(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var b *bucket
	if x.bucket != "" {
		if b = s.buckets[x.bucket]; b == nil {
			return x.failure(errNoSuchBucket)
		}
		if err := s.checkRegion(x, b); err != nil {
			return x.failure(err)
		}
	}
	p, err := do(s, x, b)
	if err != nil {
		return x.failure(err)
	}
	x.applied = true
	return p
}

func (s *Server) record(x *exchange) {
	e := Event{
		Op: x.op, Bucket: x.bucket, Key: x.key, Access: x.access, UploadID: x.query.Get("uploadId"), Part: x.partNumber(),
		Range: x.r.Header.Get("Range"), Applied: x.applied, Bytes: x.read, Header: x.r.Header.Clone(),
	}
	if x.reply != nil {
		e.Status, e.Code = x.reply.status, x.reply.code
	}
	for _, f := range x.faults {
		e.Faults = append(e.Faults, f.ID)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, e)
}
