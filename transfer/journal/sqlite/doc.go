// Package sqlite is the journal that outlives the process: one file,
// journal.db, in the state folder, that several gantry processes use at once.
//
// For the common case: Open it, give it to the queue, Close it last. Open also
// returns a *Recovered when something of an earlier journal was damaged or is
// gone; show it to the user. What a queue does not need but a front end does:
// History and Job with counters, Outcomes (failures and skips with their
// reasons), Orphans (unfinished jobs that no living process runs), Trouble (why
// nothing can be recorded at the moment).
//
// # Durability
//
// All writes go through one goroutine. Callers that come while it is busy share
// the next transaction, so a thousand of them cost one flush. A call that
// returns nil is on the disk (WAL, synchronous=FULL; on a network file system a
// rollback journal, because WAL needs shared memory). A call that returns an
// error is not recorded. A full or failing disk fails the calls that meet it
// and nothing else: reading goes on, and so does writing once the disk is well.
//
// # Size
//
// Items are kept in chunks of 256 in which each item is written as its
// difference from the one before: a million of them take some 100 MB and are
// recorded in a second or two. An item that has ended takes no room, only a
// counter; failures, skips and cancellations are kept, the first 10,000 of each
// in a job. Items read lazily, a few chunks at a time, without holding a
// transaction. Plan many items at a time: each call costs a flush and makes at
// least one chunk.
//
// # Damage
//
// SQLite notices a damaged page when it stumbles over it, a flipped bit in a
// value never. So every row carries a checksum, and Open verifies the structure
// and all rows. If anything is wrong, the rows that are whole are read from the
// pages themselves, by a reader that needs neither the file's header nor its
// trees, into a new file; the damaged one is kept beside it, and the user is
// told what was lost. A journal that is gone, or that has lost its newest
// entries as a whole, is noticed too: each process notes beside the journal how
// far it has got.
//
// # Whose job is it
//
// A process that submits or leases a job gets a name (Owner), a row, and a lock
// file owners/NAME.lock that it holds for as long as it lives. The lock tells
// others the truth at once: a process that died has let go of it, one that
// sleeps with its laptop has not, whatever the clock says. Only where locks do
// not work, or the process is on another machine, the lease's time and a
// heartbeat decide. Open tries whether a lock excludes a second opener; on some
// network file systems it does not. A process that was wrongly held for dead
// finds out with its next write: every write of a job whose lease is not ours
// any more, or is another living process's, fails with journal.ErrLeased.
package sqlite
