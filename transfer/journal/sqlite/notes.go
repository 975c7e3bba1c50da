package sqlite

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"strings"
)

// notes are how far the journal had got when a process last wrote to it, kept
// beside the journal in a file of the process: the journal's own count, and how
// long the log was. SQLite takes a log that has lost its end for a shorter one;
// with the notes the next one who opens the journal can tell.
//
// They need not survive a loss of power: then they are old, and old notes say
// nothing.
type notes struct {
	f    *folder
	file *os.File
	log  *os.File // nil where there is no log
}

// openNotes makes the file of a process.
func openNotes(f *folder, id string) (*notes, error) {
	file, err := f.root.OpenFile(ownersName+"/"+id+markEnd, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	n := &notes{f: f, file: file}
	if f.network {
		return n, nil
	}
	// Unlike the file itself, the log may be opened and closed beside SQLite: it
	// has no locks on it.
	if n.log, err = f.root.Open(fileName + "-wal"); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

// close ends the notes. They stay for the next one to read.
func (n *notes) close() {
	if n == nil {
		return
	}
	_ = n.file.Close() // what it says need not be durable
	if n.log != nil {
		_ = n.log.Close() // only read from
	}
}

// note says how far the journal has got, after a transaction.
func (o *owner) note(ctx context.Context) {
	if !o.registered || o.notes == nil {
		return
	}
	var salt [8]byte
	var busy, frames, done int64
	if o.notes.log != nil {
		// First the salt: if the log is begun anew before its length is asked for,
		// the length goes with a log that is no more, and says nothing.
		if _, err := o.notes.log.ReadAt(salt[:], saltsAt); err != nil {
			return
		}
		rows, err := o.j.w.query(ctx, "PRAGMA wal_checkpoint(NOOP)")
		if err != nil {
			return
		}
		for rows.Next() {
			err = rows.Scan(&busy, &frames, &done)
		}
		if cerr := rows.Close(); err != nil || cerr != nil {
			return
		}
	}
	if _, err := o.notes.file.WriteAt(fmt.Appendf(nil, "%020d %x %010d\n", o.mark, salt, frames), 0); err != nil {
		o.j.f.log.Warn("it could not be noted how far the journal is", "err", err)
	}
}

// behind tells whether processes that did not leave have noted that the journal
// had got further: than mark, or than the log goes. most is the highest mark.
func (f *folder) behind(mark int64, s scan) (most int64, behind bool) {
	for name := range f.ownerFiles() {
		if !strings.HasSuffix(name, markEnd) {
			continue
		}
		b, err := f.root.ReadFile(ownersName + "/" + name)
		if err != nil {
			continue
		}
		var noted, frames int64
		var salt string
		if _, err := fmt.Sscanf(string(b), "%d %s %d\n", &noted, &salt, &frames); err != nil {
			continue // none yet
		}
		most = max(most, noted)
		behind = behind || salt == hex.EncodeToString(s.salt[:]) && frames > int64(len(s.frames))
	}
	return most, behind || most > mark
}
