package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"gantry/remote"
)

// prepare brings the journal in order while nobody else has it open: makes it,
// checks it, repairs it, brings it up to date.
func (f *folder) prepare(ctx context.Context) (*Recovered, error) {
	if err := f.remove(freshName, freshName+"-journal", repairName, repairName+"-journal"); err != nil { // left by a kill
		return nil, err
	}
	if _, ok, err := f.there(readyName); err != nil {
		return nil, err
	} else if ok {
		if err := f.replace(ctx); err != nil {
			return nil, err
		}
	}
	_, ok, err := f.there(fileName)
	if err != nil {
		return nil, err
	}
	var told *Recovered
	if ok {
		told, err = f.tend(ctx)
	} else {
		told, err = f.found(ctx)
	}
	if err != nil {
		return nil, err
	}
	return f.settle(ctx, told)
}

// found makes a journal where there is none. It tells if there should be one.
func (f *folder) found(ctx context.Context) (told *Recovered, err error) {
	if size, ok, err := f.there(fileName + "-wal"); err != nil {
		return nil, err
	} else if ok && size > 0 {
		return nil, f.repair(ctx, "the file is gone, only its log is there")
	}
	if err := f.remove(fileName+"-wal", fileName+"-shm", fileName+"-journal"); err != nil {
		return nil, err
	}
	if err := f.create(ctx, freshName); err != nil {
		return nil, err
	}
	// The folder of processes is made with the first job.
	if _, ok, err := f.there(ownersName); err != nil {
		return nil, err
	} else if ok {
		told = &Recovered{Time: f.now(), Gone: true, Why: "it is not in " + f.dir + " any more"}
		if err := f.leaveNotice(ctx, freshName, told); err != nil {
			return nil, err
		}
	}
	// A link fails where somebody else was faster, which a lock that does not
	// work would not have kept out.
	err = f.root.Link(freshName, fileName)
	if err == nil {
		err = f.root.Remove(freshName)
	} else if _, ok, terr := f.there(fileName); terr == nil && !ok {
		err = f.root.Rename(freshName, fileName)
	} else if ok {
		err = errAgain
	}
	if err != nil {
		return nil, f.fail("create", err)
	}
	return told, f.syncNames()
}

// leaveNotice puts a notice into a journal that nobody uses yet.
func (f *folder) leaveNotice(ctx context.Context, name string, told *Recovered) error {
	db, err := f.openRaw(name)
	if err != nil {
		return err
	}
	err = putMeta(ctx, db, "notice", told.marshal())
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return f.fail("create", err)
}

// tend checks a journal, repairs it and brings it up to date. What a repair has
// to tell waits in the journal.
func (f *folder) tend(ctx context.Context) (told *Recovered, err error) {
	found, err := f.inspect(ctx)
	switch {
	case err != nil:
		return nil, err
	case found.damage != "":
		return nil, f.repair(ctx, found.damage)
	case found.cut:
		told = &Recovered{Time: f.now(), Why: "the last ones were not written completely"}
		if told.Aside, err = f.keepLog(); err != nil {
			return nil, err
		}
	case found.short:
		told = &Recovered{Time: f.now(), Why: "the end of the log is missing"}
	}
	if err := f.remove(suspect); err != nil {
		return nil, err
	}
	if found.version < len(f.steps) {
		err = f.upgrade(ctx, found.version)
	}
	return told, err
}

// upgrade takes the steps from an older version on, after a copy was made.
func (f *folder) upgrade(ctx context.Context, version int) error {
	if err := f.unused(); err != nil {
		return err
	}
	name := fmt.Sprintf("%s.v%d", fileName, version)
	if err := f.remove(name); err != nil {
		return err
	}
	if err := f.touch(name); err != nil {
		return err
	}
	db, err := f.openRaw(fileName)
	if err != nil {
		return err
	}
	if _, err = db.ExecContext(ctx, "VACUUM INTO ?", f.dsn(name)); err == nil {
		if err = f.durable(name); err == nil {
			err = migrate(ctx, db, f.steps, version)
		}
	}
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	f.log.Info("the journal was brought up to date", "from", version, "to", len(f.steps), "copy", name, "err", err)
	return f.fail("bring up to date", err)
}

// keepLog keeps a copy of the log, whose end SQLite is about to drop, and says
// where.
func (f *folder) keepLog() (path string, err error) {
	from, err := f.root.Open(fileName + "-wal")
	if err != nil {
		return "", f.fail("keep", err)
	}
	defer func() { _ = from.Close() }() // only read from
	name := f.asideName() + "-wal"
	to, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", f.fail("keep", err)
	}
	_, err = io.Copy(to, from)
	if cerr := to.Close(); err == nil {
		err = cerr
	}
	return filepath.Join(f.dir, name), f.fail("keep", err)
}

// unused refuses what replaces the file while others may have it open: where
// locks do not work only its age tells.
func (f *folder) unused() error {
	if f.locks {
		return nil
	}
	fresh := false
	for _, name := range []string{fileName, fileName + "-wal"} {
		st, err := f.root.Stat(name)
		if err != nil && !gone(err) {
			return f.fail("open", err)
		}
		fresh = fresh || err == nil && f.now().Sub(st.ModTime()) < beatLasts
	}
	if !fresh {
		return nil
	}
	return &remote.Error{
		Op: "open the journal", Path: remote.Path(f.dir), Kind: remote.Unreachable,
		Hint: fmt.Sprintf("The journal in %s has to be put in order, but another gantry may be using it: locks do not work in that folder. Close every gantry and try again in %d minutes.", f.dir, int(beatLasts.Minutes())+1),
	}
}

// settle sets how the file is written, and gives the notice that waits in it, or
// told. It compares how far the journal has got with what was noted beside it.
func (f *folder) settle(ctx context.Context, told *Recovered) (*Recovered, error) {
	db, err := f.openRaw(fileName)
	if err != nil {
		return nil, err
	}
	told, err = f.notice(ctx, db, told)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return told, f.fail("open", err)
}

func (f *folder) notice(ctx context.Context, db *sql.DB, told *Recovered) (*Recovered, error) {
	want, mode := "wal", ""
	if f.network {
		want = "truncate"
	}
	if err := scanOne(ctx, db, "PRAGMA journal_mode="+want, &mode); err != nil {
		return nil, err
	}
	if mode != want {
		return nil, fmt.Errorf("the journal is kept with %s instead of %s", mode, want)
	}
	waiting, err := meta(ctx, db, "notice")
	if err != nil {
		return nil, err
	}
	value, err := meta(ctx, db, "mark")
	if err != nil {
		return nil, err
	}
	if r := unmarshal(waiting); r != nil && (told == nil || r.Rebuilt) {
		told = r
	}
	mark, _ := strconv.ParseInt(string(value), 10, 64) // 0 if there is none yet
	if noted, _ := f.behind(mark, scan{}); noted > mark {
		if told == nil {
			told = &Recovered{Time: f.now(), Why: "it had got further before"}
		}
		if err := putMeta(ctx, db, "mark", strconv.AppendInt(nil, noted, 10)); err != nil {
			return nil, err
		}
	}
	if told == nil {
		return nil, nil
	}
	f.log.Warn("the journal was recovered", "notice", told.String())
	// It waits there until a process that was given it has closed the journal:
	// one that is killed may not have shown it.
	return told, putMeta(ctx, db, "notice", told.marshal())
}
