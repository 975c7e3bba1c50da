package sqlite

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

const (
	ownerPrefix = "gantry-" // of the names of processes; other names have no lock
	lockEnd     = ".lock"
	markEnd     = ".mark"

	beatEvery = 30 * time.Second
	beatLasts = 4 * beatEvery // without a heartbeat a process is dead, where locks tell nothing
)

// owner is this process as one that runs jobs. It has a name from the start,
// but a row and a lock only when it owns something.
type owner struct {
	j    *Journal
	id   string
	host string

	mu         sync.Mutex // while registering
	lock       *flock.Flock
	stop       context.CancelFunc // of the heartbeat
	done       chan struct{}
	registered bool // read and written by the writer
	mark       int64
	marked     time.Time // when mark was counted
	notes      *notes
}

func newOwner(j *Journal) *owner {
	return &owner{j: j, id: ownerPrefix + strings.ToLower(rand.Text()), host: hostID()}
}

// hostID tells machines, and their boots, apart.
func hostID() string {
	name, err := os.Hostname()
	if err != nil {
		name = "?"
	}
	if boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id"); err == nil {
		name += " " + strings.TrimSpace(string(boot))
	}
	return name
}

// register makes the process known: first the lock, so that nobody takes it for
// dead, then the row. What dead ones have left is removed later.
func (o *owner) register(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lock != nil {
		return nil
	}
	f := o.j.f
	if err := f.root.Mkdir(ownersName, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return f.fail("enter", err)
	}
	lock := flock.New(o.path(o.id), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	got, err := lock.TryLock()
	if err == nil && !got {
		err = fmt.Errorf("%s is locked by another process", lock.Path()) // cannot happen: the name is random
	}
	if err == nil {
		o.notes, err = openNotes(f, o.id)
	}
	if err == nil {
		err = o.j.w.do(ctx, 1, o.enter)
	}
	if err != nil {
		o.notes.close()
		_ = lock.Unlock() // nobody knows of it
		o.removeFiles(o.id)
		return f.fail("enter", err)
	}
	o.lock = lock
	o.j.w.later(func(ctx context.Context, w *writer) (bool, error) {
		return false, w.transact(ctx, []*request{{run: (*txn).sweep}}, make([]error, 1))
	})
	if !o.j.trusts(o.host) {
		o.beat()
	}
	return nil
}

func (o *owner) path(id string) string { return filepath.Join(o.j.f.dir, ownersName, id+lockEnd) }

// enter writes the process's row.
func (o *owner) enter(t *txn) error {
	now := nanos(o.j.f.now())
	t.after = append(t.after, func() { o.registered = true })
	return t.put("owner", []byte(o.id), []byte(o.host), int64(os.Getpid()), now, now)
}

// beat keeps the row fresh until leave, where others cannot see our lock.
func (o *owner) beat() {
	ctx, stop := context.WithCancel(context.Background())
	o.stop, o.done = stop, make(chan struct{})
	go func() { // ends with leave
		defer close(o.done)
		tick := time.NewTicker(beatEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := o.j.w.do(ctx, 1, o.enter); err != nil && ctx.Err() == nil {
				o.j.f.log.Warn("no heartbeat", "err", err)
			}
		}
	}()
}

// quiet ends the heartbeat.
func (o *owner) quiet() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.stop != nil {
		o.stop()
		<-o.done
	}
}

// leave removes the process's row, and the notice that it was given. Its jobs
// are offered to the next one.
func (o *owner) leave(t *txn) error {
	o.registered = false
	if o.j.told {
		if err := dropMeta(t.ctx, t.w.conn, "notice"); err != nil {
			return err
		}
	}
	_, err := t.exec("DELETE FROM owner WHERE id=?", []byte(o.id))
	return err
}

// vanish lets go of the lock, last of all: until then nobody takes our jobs.
func (o *owner) vanish() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.lock == nil {
		return nil
	}
	err := o.lock.Unlock()
	o.removeFiles(o.id)
	return err
}

func (o *owner) removeFiles(id string) {
	for _, end := range []string{markEnd, lockEnd} {
		if err := o.j.f.remove(ownersName + "/" + id + end); err != nil {
			o.j.f.log.Warn("remove the lock of a process", "err", err)
		}
	}
}
