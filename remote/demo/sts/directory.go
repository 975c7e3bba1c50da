// Package sts is a small identity service: it knows users, roles and the
// sessions of roles, and speaks the part of AWS STS that a client of S3 needs,
// AssumeRole and GetCallerIdentity.
//
// A Service is an http.Handler, and the directory that an S3 server asks who
// stands behind an access key (Lookup). The demo's gateway and the strict S3
// of the tests both use it, so a session that one of them accepts was really
// issued, really belongs to a role, and really expires.
package sts

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gantry/remote/demo/sigv4"
)

// The limits of AWS.
const (
	MinSession     = 900 * time.Second
	MaxSession     = 12 * time.Hour
	DefaultSession = time.Hour
	MaxChained     = time.Hour // a session made with the credentials of a session
)

// Account is the account number in every ARN of this service.
const Account = "123456789012"

// Options configure a Service. The zero value behaves like AWS.
type Options struct {
	MinSession time.Duration    // shortest session that may be asked for; 0 means 15 minutes
	Now        func() time.Time // the clock that sessions expire by; nil means time.Now
}

// Role is what can be assumed.
type Role struct {
	ARN        string
	ExternalID string        // if set, AssumeRole must name it
	MaxSession time.Duration // longest session; 0 means one hour
	MFASerial  string        // if set, a code of this device is needed
	MFACode    string        // the only code that this device gives
	Trust      []string      // access keys that may assume the role; empty means every known one
}

// Identity is who stands behind an access key.
type Identity struct {
	Access  string
	Secret  string
	Token   string    // "" for a user
	ARN     string    // of the user, or of the session
	Role    string    // ARN of the role of a session, "" for a user
	Policy  string    // session policy as given, "" for none
	Expires time.Time // zero for a user
}

// Service is the identity service. All methods may be called from several
// goroutines.
type Service struct {
	o     Options
	calls atomic.Int64

	mu    sync.Mutex
	ids   map[string]Identity // users and sessions by access key
	roles map[string]Role
	fails []failure
}

type failure struct {
	code, message string
	status        int
}

// New makes a service that knows nobody.
func New(o Options) *Service {
	if o.MinSession == 0 {
		o.MinSession = MinSession
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Service{o: o, ids: make(map[string]Identity), roles: make(map[string]Role)}
}

// AddUser adds a permanent access key.
func (s *Service) AddUser(access, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[access] = Identity{Access: access, Secret: secret, ARN: "arn:aws:iam::" + Account + ":user/" + access}
}

// AddRole adds a role, or replaces the one with its ARN.
func (s *Service) AddRole(r Role) {
	if r.MaxSession == 0 {
		r.MaxSession = DefaultSession
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.roles[r.ARN] = r
}

// Lookup tells who is behind an access key and a session token ("" for none).
// The error is a *sigv4.Error with the code that S3 gives.
func (s *Service) Lookup(access, token string) (Identity, error) {
	s.mu.Lock()
	id, ok := s.ids[access]
	s.mu.Unlock()
	switch {
	case !ok:
		return Identity{}, &sigv4.Error{
			Code: "InvalidAccessKeyId", Status: 403,
			Message: "The AWS Access Key Id you provided does not exist in our records.",
		}
	case token != id.Token:
		return Identity{}, &sigv4.Error{
			Code: "InvalidToken", Status: 400,
			Message: "The provided token is malformed or otherwise invalid.",
		}
	case id.Token != "" && !s.o.Now().Before(id.Expires):
		return Identity{}, &sigv4.Error{Code: "ExpiredToken", Status: 400, Message: "The provided token has expired."}
	}
	return id, nil
}

// Calls is the number of AssumeRole requests so far, refused ones included.
func (s *Service) Calls() int64 { return s.calls.Load() }

// ExpireAll ends every session now, whatever its client believes.
func (s *Service) ExpireAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, id := range s.ids {
		if id.Token != "" {
			id.Expires = time.Time{}
			s.ids[k] = id
		}
	}
}

// FailNext lets the next AssumeRole fail with an error. Calls queue up.
func (s *Service) FailNext(code, message string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails = append(s.fails, failure{code, message, status})
}

// open starts a session of r for d.
func (s *Service) open(r Role, name, policy string, d time.Duration) Identity {
	id := Identity{
		Access:  "ASIA" + random(16),
		Secret:  random(40),
		Token:   random(120),
		ARN:     sessionARN(r.ARN, name),
		Role:    r.ARN,
		Policy:  policy,
		Expires: s.o.Now().Add(d).UTC().Truncate(time.Second),
	}
	if left := id.Expires.Sub(s.o.Now()); left < d { // whole seconds, never fewer than asked for
		id.Expires = id.Expires.Add(time.Second)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[id.Access] = id
	return id
}

// sessionARN turns arn:aws:iam::1:role/path/name into
// arn:aws:sts::1:assumed-role/name/session.
func sessionARN(role, session string) string {
	head, _, _ := strings.Cut(role, ":role/")
	name := role[strings.LastIndexByte(role, '/')+1:]
	return strings.Replace(head, ":iam:", ":sts:", 1) + ":assumed-role/" + name + "/" + session
}

// random gives n characters out of 32 that AWS uses in keys.
func random(n int) string {
	const set = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	for i := range b {
		b[i] = set[b[i]&31]
	}
	return string(b)
}

// NewKey makes a random access key of the permanent kind and its secret.
func NewKey() (access, secret string) {
	b := make([]byte, 30)
	_, _ = rand.Read(b)
	return "AKIA" + random(16), base64.RawURLEncoding.EncodeToString(b)
}
