package sqlite

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const ownerColumns = 6

// sweepAge is how old the lock of a process must be that has no row: a younger
// one may just be coming.
const sweepAge = time.Hour

// ownerRow is a process as it is stored.
type ownerRow struct {
	id, host string
	pid      int64 // on that host
	beat     int64
}

func readOwner(c cols) ownerRow {
	return ownerRow{id: c.str(0), host: c.str(1), pid: c.int(2), beat: c.int(4)}
}

// trusts tells whether the lock of a process on host says if it lives.
func (j *Journal) trusts(host string) bool {
	return j.use.works && (!j.f.network || host == j.me.host)
}

// lives tells whether a process is alive, by its row and a lease until then.
func (j *Journal) lives(r ownerRow, until int64) bool {
	if j.trusts(r.host) {
		return j.locked(r.id)
	}
	now := nanos(j.f.now())
	return r.id == j.me.id || now < until || now < r.beat+int64(beatLasts)
}

// locked tells whether somebody holds the lock of a process. In doubt it says
// yes: to run a job twice is worse than to wait.
func (j *Journal) locked(id string) bool {
	if id == j.me.id {
		return true
	}
	if strings.ContainsAny(id, `/\`) {
		return false // none of ours
	}
	l := flock.New(j.me.path(id), flock.SetFlag(os.O_RDWR))
	got, err := l.TryRLock() // shared: two who ask must not see each other
	switch {
	case gone(err):
		return false
	case err != nil:
		j.f.log.Warn("the lock of a process cannot be tried", "err", err)
		return true
	case !got:
		return true
	}
	_ = l.Unlock() // closes the file, which lets go in any case
	return false
}

// isProcess tells names of processes from others, which have no row.
func isProcess(owner string) bool { return strings.HasPrefix(owner, ownerPrefix) }

// alive tells whether owner, whose lease lasts until then, may still run a job.
func (t *txn) alive(owner string, until int64) (bool, error) {
	j := t.w.j
	if !isProcess(owner) {
		return owner != "" && nanos(j.f.now()) < until, nil
	}
	alive := false // a process without a row has left, or was found dead before
	err := t.each("owner", ownerColumns, func(c cols) error {
		alive = j.lives(readOwner(c), until)
		return nil
	}, "SELECT * FROM owner WHERE id=?", []byte(owner))
	return alive, err
}

// sweep removes the rows and locks of dead processes.
func (t *txn) sweep() error {
	j := t.w.j
	known := map[string]bool{}
	var dead []string
	err := t.each("owner", ownerColumns, func(c cols) error {
		r := readOwner(c)
		known[r.id] = true
		if !j.lives(r, 0) {
			dead = append(dead, r.id)
		}
		return nil
	}, "SELECT * FROM owner")
	for _, id := range dead {
		if err == nil {
			_, err = t.exec("DELETE FROM owner WHERE id=?", []byte(id))
		}
	}
	if err != nil {
		return err
	}
	t.after = append(t.after, func() {
		for _, id := range append(dead, j.f.strayLocks(known)...) {
			if !j.locked(id) {
				j.me.removeFiles(id)
			}
		}
	})
	return nil
}

// strayLocks are the processes whose lock or mark is old and who have no row.
func (f *folder) strayLocks(known map[string]bool) []string {
	var stray []string
	for name, st := range f.ownerFiles() {
		id := strings.TrimSuffix(strings.TrimSuffix(name, lockEnd), markEnd)
		if isProcess(id) && !known[id] && f.now().Sub(st.ModTime()) > sweepAge {
			stray = append(stray, id)
		}
	}
	return stray
}

// ownerFiles are the files of processes, by name. What cannot be read is left
// out: it is only for tidying up.
func (f *folder) ownerFiles() map[string]fs.FileInfo {
	files := map[string]fs.FileInfo{}
	dir, err := f.root.Open(ownersName)
	if err != nil {
		return files
	}
	defer func() { _ = dir.Close() }() // only read from
	list, err := dir.Readdir(-1)
	if err != nil {
		f.log.Warn("list the locks of processes", "err", err)
	}
	for _, st := range list {
		files[st.Name()] = st
	}
	return files
}

// Sweep removes what dead processes have left: rows and lock files. It is done
// by itself as well, when a process submits its first job. Their jobs are
// orphans in any case.
func (j *Journal) Sweep(ctx context.Context) error { return j.w.do(ctx, 1, (*txn).sweep) }

// census remembers who lives, for one run over many jobs.
type census struct {
	j     *Journal
	rows  map[string]ownerRow // nil until they are read
	known map[string]bool
	ctx   context.Context //nolint:containedctx // of the run
}

func (j *Journal) newCensus(ctx context.Context) *census {
	return &census{j: j, ctx: ctx, known: map[string]bool{}}
}

func (c *census) alive(owner string, until int64) (bool, error) {
	if !isProcess(owner) {
		return owner != "" && nanos(c.j.f.now()) < until, nil
	}
	if c.rows == nil {
		rows, err := c.j.read.QueryContext(c.ctx, "SELECT * FROM owner")
		if err != nil {
			return false, err
		}
		c.rows = map[string]ownerRow{}
		if err := each(c.ctx, rows, "owner", ownerColumns, func(r cols) error {
			c.rows[r.str(0)] = readOwner(r)
			return nil
		}); err != nil {
			return false, err
		}
	}
	r, ok := c.rows[owner]
	if !ok {
		return false, nil
	}
	alive, ok := c.known[owner]
	if !ok || !c.j.trusts(r.host) {
		alive = c.j.lives(r, until)
		c.known[owner] = alive
	}
	return alive, nil
}

// pid is the number of a process that was found alive, 0 if it is on another machine.
func (c *census) pid(owner string) int {
	if r := c.rows[owner]; r.host == c.j.me.host {
		return int(r.pid)
	}
	return 0
}
