package app

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
)

// What is known about servers and roles is kept in the state folder, so that
// the next run need not find it out again. It holds no secret. Losing it costs
// nothing but that.
const (
	knownFile = "known.json"
	knownMost = 8 << 20 // bytes

	keepsTested = 30 * 24 * time.Hour // a refusal that a test found
	keepsMet    = 24 * time.Hour      // one that was met on the way: it may be about one folder only
)

// known is what was learnt. Its methods may be called from several goroutines.
type known struct {
	dir string
	log *slog.Logger

	mu     sync.Mutex
	loaded bool
	facts  facts
}

// facts are the content of the file.
type facts struct {
	Servers  map[string]*seen        `json:"servers"`
	Limits   map[string]sessionLimit `json:"limits"`   // by the ARN of a role
	Accounts map[string]string       `json:"accounts"` // by credential
}

// seen is what is known about a server, with the credential that it had then.
type seen struct {
	Credential string            `json:"credential"`
	Bucket     string            `json:"bucket"`
	Endpoint   string            `json:"endpoint,omitempty"`
	Region     string            `json:"region,omitempty"`
	Used       time.Time         `json:"used"`
	Works      time.Time         `json:"works"` // when a request was last answered
	Failed     time.Time         `json:"failed"`
	Why        string            `json:"why,omitempty"` // of the last failure
	Denied     map[string]denial `json:"denied,omitempty"`
	Report     *remote.Report    `json:"report,omitempty"`
	Versioned  bool              `json:"versioned,omitempty"`
	Locked     bool              `json:"locked,omitempty"`
}

// sessionLimit is how long a role's sessions may last: so many seconds were
// refused, and so many are allowed.
type sessionLimit struct {
	Seconds int `json:"seconds"`
	Refused int `json:"refused"`
}

// denial is an action that was refused.
type denial struct {
	At     time.Time `json:"at"`
	Tested bool      `json:"tested,omitempty"`
	Worked time.Time `json:"worked"` // when the action last worked since it was refused before
}

// over tells whether the action has worked since.
func (d denial) over() bool { return d.Worked.After(d.At) }

func (d denial) keeps() time.Duration {
	if d.Tested {
		return keepsTested
	}
	return keepsMet
}

// state says in contract's words how a server stands.
func (s seen) state() (state, why string) {
	switch {
	case s.Failed.After(s.Works):
		return remote.ServerInactive, s.Why
	case s.Works.IsZero():
		return remote.ServerUntested, ""
	}
	return remote.ServerConnected, ""
}

// server gives a copy of what is known about s, nothing if s is another one
// than it was then.
func (k *known) server(s remote.Server) seen {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	f := k.facts.Servers[s.Name]
	if f == nil || f.Credential != s.Credential || f.Bucket != s.Bucket || f.Endpoint != s.Endpoint {
		return seen{Credential: s.Credential, Bucket: s.Bucket, Endpoint: s.Endpoint}
	}
	out := *f
	out.Denied = map[string]denial{}
	for action, d := range f.Denied {
		out.Denied[action] = d
	}
	return out
}

// learn changes what is known about s and keeps it.
func (k *known) learn(s remote.Server, change func(*seen)) {
	if s.Name == "" {
		return
	}
	was := k.server(s)
	k.mu.Lock()
	defer k.mu.Unlock()
	change(&was)
	k.facts.Servers[s.Name] = &was
	k.save()
}

func (k *known) forget(server string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	delete(k.facts.Servers, server)
	k.save()
}

func (k *known) rename(from, to string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	if f := k.facts.Servers[from]; f != nil {
		k.facts.Servers[to] = f
		delete(k.facts.Servers, from)
		k.save()
	}
}

// refused notes that an action was refused on the way. It is called for every
// refused request and writes only news: a job over folders of which some are
// closed is refused and served in turn.
func (k *known) refused(s remote.Server, action string, at time.Time) {
	if d, ok := k.server(s).Denied[action]; ok && at.Sub(d.At) < time.Hour {
		k.again(s, action, func(d *denial) { d.At = at })
		return
	}
	k.learn(s, func(f *seen) {
		if f.Denied == nil {
			f.Denied = map[string]denial{}
		}
		f.Denied[action] = denial{At: at, Tested: f.Denied[action].Tested}
	})
}

// worked notes that an action works now, if it was refused before. It is called
// for every request; the file learns it with the next thing that is written.
func (k *known) worked(s remote.Server, action string, at time.Time) {
	k.again(s, action, func(d *denial) { d.Worked = at })
}

// again changes what is known about an action that was refused, if it was, and
// writes nothing: it is called for every request.
func (k *known) again(s remote.Server, action string, change func(*denial)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	f := k.facts.Servers[s.Name]
	if f == nil || f.Credential != s.Credential || f.Bucket != s.Bucket || f.Endpoint != s.Endpoint {
		return
	}
	if d, ok := f.Denied[action]; ok {
		change(&d)
		f.Denied[action] = d
	}
}

// used notes how a server stood when the program ended, if it was asked at all.
func (k *known) used(s remote.Server, t *s3.Tree) {
	why, asked := t.Health()
	if !asked {
		return
	}
	now := time.Now()
	k.learn(s, func(f *seen) {
		f.Used = now
		if region := t.Region(); region != "" {
			f.Region = region
		}
		versioned, locked := t.Keeps()
		f.Versioned, f.Locked = f.Versioned || versioned, f.Locked || locked
		if why == "" {
			f.Works, f.Why = now, ""
			return
		}
		f.Failed, f.Why = now, why
	})
}

// roleLimit is how many seconds a session of a role may last, since so many were
// wanted and refused; 0 when that is not known.
func (k *known) roleLimit(role string, wanted int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	if l := k.facts.Limits[role]; l.Refused == wanted {
		return l.Seconds
	}
	return 0
}

func (k *known) setRoleLimit(role string, wanted, seconds int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	k.facts.Limits[role] = sessionLimit{Seconds: seconds, Refused: wanted}
	k.save()
}

func (k *known) account(credential string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	return k.facts.Accounts[credential]
}

func (k *known) setAccount(credential, account string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.load()
	if account != "" && k.facts.Accounts[credential] != account {
		k.facts.Accounts[credential] = account
		k.save()
	}
}

// load reads the file at the first need. k.mu is held.
func (k *known) load() {
	if k.loaded {
		return
	}
	k.loaded = true
	if err := k.read(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		k.log.Warn("what was known about servers is lost", "error", err)
	}
	if k.facts.Servers == nil {
		k.facts.Servers = map[string]*seen{}
	}
	if k.facts.Limits == nil {
		k.facts.Limits = map[string]sessionLimit{}
	}
	if k.facts.Accounts == nil {
		k.facts.Accounts = map[string]string{}
	}
}

func (k *known) read() error {
	root, err := os.OpenRoot(k.dir)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	f, err := root.Open(knownFile)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	text, err := io.ReadAll(io.LimitReader(f, knownMost))
	if err != nil {
		return err
	}
	var facts facts
	if err := json.Unmarshal(text, &facts); err != nil {
		return err
	}
	k.facts = facts
	return nil
}

// save writes the file. What cannot be kept is found out again some day. k.mu
// is held.
func (k *known) save() {
	text, err := json.MarshalIndent(k.facts, "", " ")
	if err == nil {
		err = writeState(k.dir, knownFile, append(text, '\n'))
	}
	if err != nil {
		k.log.Warn("what is known about servers cannot be kept", "error", err)
	}
}

// tested notes what a test found.
func (f *seen) tested(r remote.Report) {
	f.Report, f.Used = &r, r.Started
	if r.Region != "" {
		f.Region = r.Region
	}
	f.Works, f.Why = r.Started, ""
	if s, ok := r.Step("versions"); ok && s.State == remote.StepOK { // else nobody said that it keeps none
		f.Versioned, f.Locked = r.Versioned, r.Locked
	}
	for _, s := range r.Steps {
		f.step(s, r.Started)
	}
}

// step notes one step. What was refused before and works now is forgotten.
func (f *seen) step(s remote.Step, at time.Time) {
	if f.Denied == nil {
		f.Denied = map[string]denial{}
	}
	switch s.State {
	case remote.StepDenied:
		if s.Missing != "" {
			f.Denied[s.Missing] = denial{At: at, Tested: true}
		}
	case remote.StepOK:
		for _, action := range stepActions[s.ID] {
			if action != s.Missing {
				delete(f.Denied, action)
			}
		}
		if s.Missing != "" {
			f.Denied[s.Missing] = denial{At: at, Tested: true}
		}
	case remote.StepFailed:
		if fatal[s.ID] && f.Why == "" {
			f.Failed, f.Why = at.Add(time.Nanosecond), s.Hint
		}
	}
}

// fatal are the steps without which a server is of no use.
var fatal = map[string]bool{"name": true, "tls": true, "clock": true, "identity": true, "list": true}

// stepActions are the IAM actions that a step proves.
var stepActions = map[string][]string{
	"list": {"s3:ListBucket"}, "read": {"s3:GetObject"}, "write": {"s3:PutObject"}, "multipart": {"s3:PutObject"},
	"abort": {"s3:AbortMultipartUpload"}, "delete": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
	"tagging": {"s3:PutObjectTagging", "s3:GetObjectTagging"}, "versions": {"s3:GetBucketVersioning", "s3:ListBucketVersions"},
	"lifecycle": {"s3:GetLifecycleConfiguration"},
}
