// Package journal is what the queue remembers: jobs, their items, uploads that
// are under way with their parts, outcomes, and which process runs what.
//
// Journal is the seam between the queue and the disk. The queue calls it before
// anything that leaves traces elsewhere: items before they are begun, an Upload
// before the tree is asked to begin one, its id before the first part, a part
// before it counts. In a move the Upload stays until the item has ended, source
// and all. So whatever a kill interrupts, the journal names everything that may
// be lying around; what a small file leaves on a disk lies beside its item's
// target. Outcomes guard nothing and may come late.
//
// Memory keeps all that for the life of the process. It forgets items as soon
// as they have ended, so that its size does not grow with the number of files.
package journal

import (
	"context"
	"errors"
	"iter"
	"time"

	"gantry/remote"
)

// ErrLeased says that another process runs the job.
var ErrLeased = errors.New("another process runs this job")

// Job is what was submitted, as plain data: trees stand here by their labels.
type Job struct {
	ID      int64
	Op      string // "copy", "move", "delete"
	Title   string
	From    string      // label of the source tree
	To      string      // label of the target tree; "" for a deletion
	Dir     remote.Path // the folder in To
	Rules   []byte      // transfer.Rules as JSON, with the sources if they are few
	State   string      // the word of the screen
	Listed  bool        // every item is recorded: the job can go on without listing again
	Reason  string      // why it is paused or failed, for the user
	Created time.Time
	Ended   time.Time // zero until then
}

// Source is something that a job was asked for. Num counts from 0 in the order in
// which they were named.
type Source struct {
	Num      int64
	Entry    remote.Entry
	As       string // its name in the target; "" for its own
	Contents bool   // what is in it, not the folder itself
	Exact    bool   // As is not to be changed
}

// Item is one entry of a job. Num counts from 1 in the order of planning.
type Item struct {
	Job    int64
	Num    int64
	Source remote.Entry
	Target remote.Path
	Dir    bool // a folder to make
}

// Outcome says how an item ended.
type Outcome struct {
	State    string // "done", "failed", "cancelled"
	Skipped  bool
	Reason   string // of a failure or a skip, for the user
	Attempts int
	Verified string
}

// End is an item with its outcome.
type End struct {
	Item int64
	Outcome
}

// Upload is an object that is being written and that nobody sees yet.
type Upload struct {
	Job, Item int64
	Tree      string // label
	Path      remote.Path
	Size      int64
	PartSize  int64  // 0 for a single part, -1 when the store copies by itself
	Version   string // of the source; parts of another version are worth nothing
	Before    string // of a copy: the version of what it replaces; "" if that was nothing, or is of our making
	ID        string // remote.Sink.ID; "" between the intent and the answer
}

// Trace is an item that has not ended, with its upload and the parts of that.
type Trace struct {
	Item
	Upload *Upload // nil if it was not begun, or is settled
	Parts  []remote.Part
}

// Journal is the memory of a queue. Its methods may be called from several
// goroutines; when one returns nil, what it was told is durable. An error means
// that it is not, and that the caller must not go on as if it were.
type Journal interface {
	// NextID gives a job its number: unique in one state folder, growing.
	NextID(ctx context.Context) (int64, error)

	// PutJob records a job or its new state.
	PutJob(ctx context.Context, j Job) error
	// Jobs yields all jobs, oldest first.
	Jobs(ctx context.Context) iter.Seq2[Job, error]
	// Forget drops jobs and everything that belongs to them.
	Forget(ctx context.Context, jobs []int64) error

	// PutSources records sources of a job that are too many to go with every
	// PutJob: each once, in order, behind those that are on record. They stay until
	// the job is forgotten. A job that is not on record has none: that is an error.
	// After another error some of them may be on record.
	PutSources(ctx context.Context, job int64, sources []Source) error
	// Sources yields the sources of a job that PutSources has recorded, in order,
	// from that number on. A number that is missing was lost when the journal was
	// damaged. Like Items it reads as it is asked.
	Sources(ctx context.Context, job, from int64) iter.Seq2[Source, error]

	// Plan records items before any of them is begun.
	Plan(ctx context.Context, items []Item) error
	// Items yields the items of a job that have not ended, in order.
	Items(ctx context.Context, job int64) iter.Seq2[Item, error]
	// End records how an item ended. Its upload is over as well.
	End(ctx context.Context, job, item int64, o Outcome) error

	// Intend records an upload before the tree is asked for it.
	Intend(ctx context.Context, u Upload) error
	// Began records the upload's id, before its first part is sent.
	Began(ctx context.Context, job, item int64, id string) error
	// Part records a part that the tree has.
	Part(ctx context.Context, job, item int64, p remote.Part) error
	// Settled says that nothing of the item's upload is left: published or
	// thrown away.
	Settled(ctx context.Context, job, item int64) error
	// Uploads yields the uploads that are not settled, with the parts they have.
	Uploads(ctx context.Context) iter.Seq2[Upload, []remote.Part]

	// Traces yields the items of a job that have not ended, in order, each with
	// what is on record of its writing. Like Items it reads as it is asked.
	Traces(ctx context.Context, job int64) iter.Seq2[Trace, error]

	// Lease makes owner the one who runs the job until then; renewing is
	// leasing again. It fails with ErrLeased while another owner's lease lasts.
	Lease(ctx context.Context, job int64, owner string, until time.Time) error
	// Release ends owner's lease.
	Release(ctx context.Context, job int64, owner string) error

	// Durable tells whether what is recorded outlives the process: if not, the
	// queue throws unfinished uploads away when it closes.
	Durable() bool
	// Close ends the use of the journal.
	Close() error
}

// Batcher is a Journal that records many outcomes at the price of one.
type Batcher interface {
	// EndAll is End for each of them, all or none.
	EndAll(ctx context.Context, job int64, ends []End) error
}

// Summary is a job with what is known about its items.
type Summary struct {
	Job
	Planned, Bytes             int64 // items on record so far
	Done, DoneBytes            int64
	Failed, Skipped, Cancelled int64
	Alive                      bool // a living process runs it
	PID                        int  // of that process; 0 if it is on another machine
}

// Census is a Journal of several processes that knows which of them live.
type Census interface {
	// Owner is the name under which this process leases.
	Owner() string
	// Unowned are the jobs that have not ended and that no living process runs,
	// oldest first.
	Unowned(ctx context.Context) ([]Summary, error)
	// Owned are those that a living process runs, this one or another, oldest first.
	Owned(ctx context.Context) ([]Summary, error)
	// Summaries yields all jobs, oldest first.
	Summaries(ctx context.Context) iter.Seq2[Summary, error]
}

// Failure is an item that failed, and how what it had written was verified: a move
// whose source could not be deleted. "" if its target was not whole.
type Failure struct {
	Item
	Verified string
}

// Failures is a Journal that remembers the items that failed.
type Failures interface {
	// Failed yields them in order, with what is known of their sources: at least
	// the path, which is "" of one that failed while it was planned.
	Failed(ctx context.Context, job int64) iter.Seq2[Failure, error]
	// Retract takes back that items of a job failed: they count as if they had
	// never been.
	Retract(ctx context.Context, job int64, items []int64) error
}
