package transfer

import (
	"context"
	"log/slog"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
)

// Options are the settings of a queue. Zero values mean the defaults.
type Options struct {
	Workers    int              // parts and small items in flight over all jobs; 0 for as many as pay, 16 to 256
	Files      int              // that may be open at a time, connections included; 0 for any number
	Jobs       int              // jobs that run at the same time, besides those told to start now; 4
	PartSize   int64            // bytes; 16 MiB, more where an object would need too many parts
	Bandwidth  remote.Timetable // of all jobs together
	Retries    int              // how often an operation is tried again while others succeed; 8, negative for never
	Patience   time.Duration    // how long to go on while nothing succeeds; 15 min
	Names      string           // for requests whose rules say nothing; NamesRefuse
	Verify     string           // for requests whose rules say nothing: "auto", "full" or "size"; "auto"
	OnConflict Policy           // for requests whose rules say PolicyAsk; PolicyAsk
	Log        *slog.Logger     // nil discards
	Journal    journal.Journal  // nil keeps everything in memory
	Interval   time.Duration    // least time between two Updates of a Feed without news; 100 ms
	Look       time.Duration    // between looks whether an obstacle is out of the way; 30 s

	// Open gives the tree of a label again when a job of another process is taken
	// over. nil: no job can be.
	Open func(ctx context.Context, label string) (remote.Tree, error)

	// Unrecorded is why Journal is not the one that outlives the process, where there
	// should be one; nil if all is well. Nothing is moved then but in one step.
	Unrecorded error

	// Unattended says that nobody is there to answer: where the queue would
	// pause a job for the user (the disk is full) it fails the item instead.
	Unattended bool
}

func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = 4
	}
	if o.PartSize <= 0 {
		o.PartSize = 16 << 20
	}
	if o.Retries == 0 {
		o.Retries = 8
	}
	if o.Patience <= 0 {
		o.Patience = 15 * time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Journal == nil {
		o.Journal = journal.NewMemory()
	}
	if o.Interval <= 0 {
		o.Interval = 100 * time.Millisecond
	}
	if o.Look <= 0 {
		o.Look = 30 * time.Second
	}
	return o
}

const (
	workersLeast = 16
	workersMost  = 256

	filesKept = 48 // for the journal, the log, listings, and whatever the rest of the program opens
	filesEach = 4  // of an item or part in flight: a source, a target, a connection to each
)

// most is how many items and parts may be in flight at a time.
func (o Options) most() int {
	most := workersMost
	if o.Workers > 0 {
		most = o.Workers
	}
	return min(most, o.room(most*(filesEach+1))/(filesEach+1))
}

// mostLanding is how many of them may wait for the disk besides.
func (o Options) mostLanding() int { return o.room(landMost*(filesEach+1)) / (filesEach + 1) }

// room is how many files the queue may have open, of those that it wants. One item
// has to go.
func (o Options) room(wanted int) int {
	if o.Files <= 0 {
		return wanted
	}
	return min(wanted, max(o.Files-filesKept, filesEach+1))
}

// least is how many are in flight before anything is known about a tree.
func (o Options) least() int { return min(o.most(), workersLeast) }
