package app

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/local"
	"gantry/remote/s3"
	"gantry/remote/store"
	"gantry/remote/wrap"
	"gantry/transfer"
	"gantry/transfer/journal"
	"gantry/ui/config"
)

// Options say where the program's files are and what a command line changes of
// the configuration.
type Options struct {
	ConfigFile string // as resolved by ConfigFile
	StateDir   string // as resolved by StateDir
	LogLevel   slog.Level
	Actions    []config.Action // the actions that [keys] may name
	Version    string

	// Unattended says that nobody can be asked while jobs run: what would wait for
	// the user fails instead.
	Unattended bool

	// Forget keeps jobs in memory only, as for a dry run, of which nothing is left.
	Forget bool

	// TokenCode asks the user for the six digits of the MFA device serial, and
	// Passphrase for the passphrase of a credential's encrypted secret; both end
	// with their context. nil says that nobody can be asked. Neither may read stdin
	// behind the back of who uses it.
	TokenCode  func(ctx context.Context, credential, serial string) (string, error)
	Passphrase func(ctx context.Context, credential string) (remote.Secret, error)

	Workers   int   // 0 for what the configuration says
	PartSize  int64 // bytes
	Bandwidth int64 // bytes a second
}

// App is everything that runs behind a front end. Its methods may be called
// from several goroutines.
type App struct {
	options Options
	config  *config.Config
	store   *store.Store
	log     *slog.Logger
	logFile *logFile
	disk    remote.Tree
	ctx     context.Context // ends with the program; trees and renewals live in it

	bookmarks sync.Mutex // guards their file

	queueOnce sync.Once
	queue     atomic.Pointer[transfer.Queue] // nil before its first use
	look      time.Duration                  // Look of the queue; 0 outside of tests
	journal   journal.Journal
	notices   []string // what the user has to know about the journal
	noJournal error    // why it could not be opened

	pool  *cred.Pool
	known *known
	watch *watch

	mu       sync.Mutex
	limits   map[string]*limit // of the servers that were opened
	written  remote.Timetable  // [transfer] bandwidth as the store had it last
	trees    map[string]*openServer
	retired  []*openServer // changed or removed meanwhile, but perhaps in use
	account  *s3.Account
	ambients remote.Tree // the account, logged
}

// openServer is a server that has been opened once. It is kept, with its
// connections, until the program ends.
type openServer struct {
	tree   remote.Tree
	bucket *s3.Tree
	server remote.Server
}

// New reads the configuration. A store that is refused is a *store.Refused with
// every problem in it; a missing one is an empty one.
func New(ctx context.Context, o Options) (*App, error) {
	cfg, st, err := config.Load(o.ConfigFile, o.Actions)
	if err != nil {
		return nil, err
	}
	log, file := newLog(o.StateDir, o.LogLevel, time.Now())
	a := &App{
		options: o, config: cfg, store: st, log: log, logFile: file, ctx: ctx,
		disk:  wrap.Logged(local.New(), log),
		trees: map[string]*openServer{}, limits: map[string]*limit{},
		written: remote.Timetable(cfg.Transfer.Bandwidth),
		known:   &known{dir: o.StateDir, log: log},
		watch:   newWatch(),
	}
	a.pool = cred.NewPool(a.credOptions())
	return a, nil
}

// credOptions are what every credential is opened with.
func (a *App) credOptions() cred.Options {
	return cred.Options{
		Lookup: a.store.Credential, Log: a.log, TokenCode: a.options.TokenCode, Passphrase: a.options.Passphrase,
		Limit: a.known.roleLimit, SetLimit: a.known.setRoleLimit,
	}
}

// Config is the configuration as it was read.
func (a *App) Config() *config.Config { return a.config }

// Store is the store.
func (a *App) Store() *store.Store { return a.store }

// Log is the program's log; LogPath is the file it goes to.
func (a *App) Log() *slog.Logger { return a.log }

// LogPath is where this process writes its log.
func (a *App) LogPath() string { return a.logFile.Path() }

// Close stops the queue, lets go of sessions and connections, and ends the log.
// It returns when all is done or ctx ends.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	a.queueOnce.Do(func() {}) // no queue is made any more
	if q := a.queue.Load(); q != nil {
		errs = append(errs, q.Close(ctx))
	}
	if a.journal != nil { // after the queue, which writes to it to the end
		errs = append(errs, a.journal.Close())
	}
	a.watch.close() // before the lock, which it may be waiting for
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.trees {
		a.known.used(s.server, s.bucket)
	}
	for _, s := range a.retired {
		s.bucket.Close()
	}
	for _, s := range a.trees {
		s.bucket.Close()
	}
	if a.account != nil {
		a.account.Close()
	}
	a.pool.Close()
	errs = append(errs, a.logFile.Close())
	return errors.Join(errs...)
}

// server opens the server of that name, or gives the tree that is open.
func (a *App) server(name string) (remote.Tree, remote.Server, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s, ok := a.trees[name]; ok {
		return s.tree, s.server, nil
	}
	srv, c, err := a.store.Lookup(name)
	if err != nil {
		return nil, remote.Server{}, &remote.Error{Op: "open", Kind: remote.NotExist, Err: err}
	}
	p, err := a.pool.Get(c, srv.Region)
	if err != nil {
		return nil, remote.Server{}, err
	}
	bucket, err := s3.New(a.resolved(srv), p, a.s3OptionsFor(srv))
	if err != nil {
		return nil, remote.Server{}, err
	}
	var t remote.Tree = bucket
	if srv.ReadOnly {
		t = wrap.ReadOnly(t, a.readOnlyWhy(srv.Name))
	}
	t = wrap.Logged(wrap.Limited(t, a.limitOf(srv)), a.log)
	a.trees[name] = &openServer{tree: t, bucket: bucket, server: srv}
	return t, srv, nil
}

// resolved is a server with its paths as the system takes them.
func (a *App) resolved(s remote.Server) remote.Server {
	s.CABundle = ExpandHome(s.CABundle)
	return s
}

// ambient opens s3:// with the AWS settings around us.
func (a *App) ambient(ctx context.Context) (remote.Tree, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ambients != nil {
		return a.ambients, nil
	}
	account, err := s3.NewAmbient(ctx, a.s3Options())
	if err != nil {
		return nil, err
	}
	a.account, a.ambients = account, wrap.Logged(account, a.log)
	return a.ambients, nil
}

func (a *App) s3Options() s3.Options {
	// The silence after which a connection is cut stays the tree's own minute: the
	// patience of [transfer] is how long jobs go on trying, which is another thing.
	return s3.Options{Log: a.log, UserAgent: "gantry/" + a.options.Version}
}

// s3OptionsFor are those of a server of the store: refusals are remembered.
func (a *App) s3OptionsFor(srv remote.Server) s3.Options {
	o := a.s3Options()
	o.Refused = func(action string) { a.known.refused(srv, action, time.Now()) }
	o.Worked = func(action string) { a.known.worked(srv, action, time.Now()) }
	return o
}

// SessionEnd tells when the session of a server's credential ends; false if the
// server is not open or its credential has no end.
func (a *App) SessionEnd(server string) (time.Time, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s, ok := a.trees[server]
	if !ok {
		return time.Time{}, false
	}
	return a.pool.Expires(s.server.Credential)
}

// Region is the region of an open server, learnt from the bucket where the
// store says "auto".
func (a *App) Region(server string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if s, ok := a.trees[server]; ok {
		return s.bucket.Region()
	}
	return ""
}

func firstPositive[T int | int64](values ...T) T {
	for _, v := range values {
		if v > 0 {
			return v
		}
	}
	return 0
}
