package wrap

import (
	"context"
	"io"
	"sync"

	"gantry/remote"
)

// Method names a call that Faulty can make fail.
type Method string

// The methods of trees, of their readers and of their sinks.
const (
	List      Method = "List"
	Stat      Method = "Stat"
	Open      Method = "Open"
	Read      Method = "Read"  // of a reader
	Close     Method = "Close" // of a reader
	Create    Method = "Create"
	WritePart Method = "WritePart"
	Commit    Method = "Commit"
	Abort     Method = "Abort"
	Mkdir     Method = "Mkdir"
	Remove    Method = "Remove"
	Walk      Method = "Walk"
	Range     Method = "Range"
	Copy      Method = "Copy"
	Rename    Method = "Rename"

	ListUploads Method = "ListUploads"
	AbortUpload Method = "AbortUpload"

	Presign Method = "Presign"
	Revert  Method = "Revert"

	RemoveIf Method = "RemoveIf"

	Any Method = "" // whichever is called
)

// Fault is one thing that goes wrong.
type Fault struct {
	Skip  int                    // calls that pass before it strikes
	Times int                    // how often it strikes; 0 means once, < 0 for ever
	Match func(remote.Path) bool // calls on other paths do not count; nil means all
	Err   error                  // what the call reports; nil to let it succeed
	After bool                   // the call is made, and then reported as Err: a lost answer
	Hang  bool                   // the call waits until its context ends and reports that
	Do    func()                 // runs before the call: change the tree, cancel a context
	Spoil func([]byte)           // changes the bytes that Read delivered
}

// Faulty is a tree whose calls fail as told. Faults of one method strike in the
// order they were added, each when its turn comes; faults of Any come first.
// All methods are safe for concurrent use.
type Faulty struct {
	remote.Tree
	inner remote.Tree
	log   *faultLog
}

// faultLog is shared by a tree and its scoped views.
type faultLog struct {
	mu     sync.Mutex
	queues map[Method][]*Fault
	calls  map[Method]int
}

var (
	_ remote.Tree    = (*Faulty)(nil)
	_ remote.Wrapper = (*Faulty)(nil)
)

// NewFaulty returns t without faults yet.
func NewFaulty(t remote.Tree) *Faulty {
	return newFaulty(t, &faultLog{queues: map[Method][]*Fault{}, calls: map[Method]int{}})
}

func newFaulty(t remote.Tree, log *faultLog) *Faulty {
	f := &Faulty{Tree: t, log: log}
	var a abilities
	if w, ok := remote.As[remote.Walker](t); ok {
		a.walker = faultyWalker{f, w}
	}
	if _, ok := remote.As[remote.Leveler](t); ok {
		a.leveler = faultyLeveler{f}
	}
	if r, ok := remote.As[remote.Ranger](t); ok {
		a.ranger = faultyRanger{f, r}
	}
	if c, ok := remote.As[remote.Copier](t); ok {
		a.copier = faultyCopier{f, c}
	}
	if r, ok := remote.As[remote.Renamer](t); ok {
		a.renamer = faultyRenamer{f, r}
	}
	if s, ok := remote.As[remote.Scoper](t); ok {
		a.scoper = faultyScoper{f, s}
	}
	if u, ok := remote.As[remote.Uploads](t); ok {
		a.uploads = faultyUploads{f, u}
	}
	if p, ok := remote.As[remote.Presigner](t); ok {
		a.presign = faultyPresigner{f, p}
	}
	if r, ok := remote.As[remote.Reverter](t); ok {
		a.revert = faultyReverter{f, r}
	}
	if p, ok := remote.As[remote.Pinner](t); ok {
		a.pinner = faultyPinner{f, p}
	}
	f.inner = chain(f, a, t)
	return f
}

// Unwrap leads to the abilities of the inner tree, with their faults.
func (f *Faulty) Unwrap() remote.Tree { return f.inner }

// Fail makes the n-th call of m from now on, counted from 1, report err without
// being made.
func (f *Faulty) Fail(m Method, n int, err error) {
	f.Add(m, Fault{Skip: n - 1, Err: err})
}

// Add queues faults for m. Each begins to count its Skip when the one before it
// is used up.
func (f *Faulty) Add(m Method, faults ...Fault) {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	for _, x := range faults {
		f.log.queues[m] = append(f.log.queues[m], &x)
	}
}

// Calls tells how often m was called, Any for all methods together.
func (f *Faulty) Calls(m Method) int {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	return f.log.calls[m]
}

// Pending tells how many faults have not been used up.
func (f *Faulty) Pending() int {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	n := 0
	for _, q := range f.log.queues {
		n += len(q)
	}
	return n
}

// next counts a call and returns the fault that strikes it; the zero Fault if
// none does.
func (l *faultLog) next(m Method, p remote.Path) Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls[m]++
	l.calls[Any]++
	for _, name := range []Method{Any, m} {
		if x := l.pop(name, p); x != nil {
			return *x
		}
	}
	return Fault{}
}

func (l *faultLog) pop(m Method, p remote.Path) *Fault {
	q := l.queues[m]
	if len(q) == 0 {
		return nil
	}
	x := q[0]
	if x.Match != nil && !x.Match(p) {
		return nil
	}
	if x.Skip > 0 {
		x.Skip--
		return nil
	}
	if x.Times >= 0 {
		if x.Times--; x.Times <= 0 {
			l.queues[m] = q[1:]
		}
	}
	return x
}

// strike makes call unless a fault has it otherwise.
func (f *Faulty) strike(ctx context.Context, m Method, p remote.Path, call func() error) error {
	x := f.log.next(m, p)
	if x.Do != nil {
		x.Do()
	}
	if x.Hang {
		<-ctx.Done()
		return &remote.Error{Op: string(m), Path: p, Err: ctx.Err()}
	}
	if x.Err != nil && !x.After {
		return x.Err
	}
	if err := call(); err != nil || x.Err == nil {
		return err
	}
	return x.Err
}

// List fails as told.
func (f *Faulty) List(ctx context.Context, dir remote.Path, token string) (page remote.Page, err error) {
	err = f.strike(ctx, List, dir, func() (err error) {
		page, err = f.Tree.List(ctx, dir, token)
		return err
	})
	if err != nil {
		return remote.Page{}, err
	}
	return page, nil
}

// Stat fails as told.
func (f *Faulty) Stat(ctx context.Context, p remote.Path) (e remote.Entry, err error) {
	err = f.strike(ctx, Stat, p, func() (err error) {
		e, err = f.Tree.Stat(ctx, p)
		return err
	})
	if err != nil {
		return remote.Entry{}, err
	}
	return e, nil
}

// Open fails as told; the reader it returns has faults of Read and Close.
func (f *Faulty) Open(ctx context.Context, e remote.Entry, off, n int64) (r io.ReadCloser, err error) {
	err = f.strike(ctx, Open, e.Path, func() (err error) {
		r, err = f.Tree.Open(ctx, e, off, n)
		return err
	})
	if err != nil {
		if r != nil {
			_ = r.Close() // the fault came after: nobody else will
		}
		return nil, err
	}
	return keepDescribed(&faultyReader{r, f, ctx, e.Path}, r), nil
}

// Create fails as told; the sink it returns has faults of its own.
func (f *Faulty) Create(ctx context.Context, p remote.Path, o remote.CreateOptions) (s remote.Sink, err error) {
	err = f.strike(ctx, Create, p, func() (err error) {
		s, err = f.Tree.Create(ctx, p, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return keepAdopter(&faultySink{s, f, p}, s), nil
}

// Mkdir fails as told.
func (f *Faulty) Mkdir(ctx context.Context, p remote.Path) error {
	return f.strike(ctx, Mkdir, p, func() error { return f.Tree.Mkdir(ctx, p) })
}

// Remove fails as told; it counts as a call on the first path.
func (f *Faulty) Remove(ctx context.Context, ps []remote.Path) error {
	var first remote.Path
	if len(ps) > 0 {
		first = ps[0]
	}
	return f.strike(ctx, Remove, first, func() error { return f.Tree.Remove(ctx, ps) })
}
