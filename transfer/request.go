package transfer

import (
	"iter"
	"time"

	"gantry/remote"
	"gantry/transfer/plan"
)

// Op is what a job does.
type Op uint8

// The operations of jobs. Move is copy, verify, then delete the source.
const (
	Copy Op = iota
	Move
	Delete
)

// String is the operation's word: "copy", "move", "delete".
func (o Op) String() string {
	switch o {
	case Move:
		return "move"
	case Delete:
		return "delete"
	default:
		return "copy"
	}
}

// Source is one thing that was selected. A folder is taken with everything
// below it.
type Source struct {
	Entry    remote.Entry
	As       string // its slash-separated name below Request.Dir; "" for Entry.Name
	Contents bool   // a folder: what is in it goes into Request.Dir, not the folder itself
	Exact    bool   // As is the name in the target as it is to be, whatever Rules.Names says
	Free     bool   // a file: the caller has just seen that nothing has that name in the target
}

func (s Source) plan() plan.Source {
	return plan.Source{Entry: s.Entry, As: s.As, Contents: s.Contents, Exact: s.Exact, Free: s.Free}
}

// Request is one thing that the user asked for. All of it is fixed when it is
// submitted: what the cursor or the panes do later changes nothing.
type Request struct {
	Op      Op
	From    remote.Tree
	Sources iter.Seq2[Source, error] // ranged over once, by the job's goroutine
	List    []Source                 // instead of Sources if they are known: on record before anything is done
	To      remote.Tree              // nil for Delete
	Dir     remote.Path              // the folder in To that receives the sources
	Title   string                   // "copy 3 entries to acme:inbox/"; made up when empty
	Rules   Rules

	// OnItem is told about each item that has ended, one call at a time; it may
	// block and so hold the job back.
	OnItem func(ItemSnapshot)

	// OnHeld is told about each item of a move that is copied, and whose source waits
	// until the others are as well. It may be called by several goroutines at a time
	// and must not block.
	OnHeld func(ItemSnapshot)

	landed map[remote.Path]bool // sources that an earlier job has copied and could not delete, see already
}

// Policy says what happens when a target exists.
type Policy uint8

// The policies, by the words of --on-conflict.
const (
	PolicyAsk       Policy = iota // park the item until Answer
	PolicyOverwrite               // replace the target
	PolicyNewer                   // replace it if the source is newer, else skip
	PolicySize                    // replace it if the sizes differ, else skip
	PolicyChecksum                // replace it if the contents differ, else skip
	PolicyRename                  // write the source under a free name: "a (2).txt"
	PolicyKeepBoth                // like Rename, but the old target gets the new name
	PolicySkip                    // leave the target, do not count it as a failure
	PolicyFail                    // the item fails
)

// Rules are the choices of one job. Zero values mean the queue's defaults.
type Rules struct {
	OnConflict Policy
	Filters    []Filter // in order, the first that matches decides; what none matches is taken if any excludes
	Verify     string   // "auto", "full", "size"
	Names      string   // NamesRefuse or NamesEncode
	PartSize   int64    // bytes
	Workers    int
	Bandwidth  int64 // bytes a second
	Attrs      remote.Attrs
	DryRun     bool // plan and report items, write nothing
}

// What becomes of keys that are no names on the disk they go to.
const (
	NamesRefuse = "refuse" // the item fails, with the reason
	NamesEncode = "encode" // it is escaped as in a URL; a copy back with the same rule gives the key again
)

// Filter includes or excludes entries below the sources by their relative name.
type Filter struct {
	Exclude bool
	Pattern string // doublestar; without a slash it is matched with the last segment
}

// Decision is an answer to an Ask.
type Decision struct {
	Policy Policy // not PolicyAsk
}

// JobID names a job. IDs are unique in one state folder and grow with time.
type JobID int64

// State is where a job, or an item, stands.
type State uint8

// The states, by the words of the screen.
const (
	Waiting   State = iota // "waiting"
	Listing                // "listing": running, and not all items are known yet
	Running                // "running"
	Paused                 // "paused"
	Asking                 // "needs you": nothing left to do but open conflicts
	Verifying              // "verifying": completing, checking, deleting sources
	Done                   // "done": every item is done or skipped
	Failed                 // "failed"
	Cancelled              // "cancelled"
)

var stateNames = [...]string{"waiting", "listing", "running", "paused", "needs you", "verifying", "done", "failed", "cancelled"}

// String is the state's word on the screen.
func (s State) String() string { return stateNames[s] }

// Ended tells whether nothing more will happen by itself.
func (s State) Ended() bool { return s >= Done }

// Progress counts; Total is -1 while nothing is known and a lower bound while
// the job is Listing.
type Progress struct{ Done, Total int64 }

// Snapshot is a job at one moment: a value that shares nothing.
type Snapshot struct {
	ID        JobID
	Op        Op
	Title     string
	From, To  string // locations
	State     State
	Items     Progress
	Bytes     Progress
	Listed    bool // totals are final
	Rate      float64
	ETA       time.Duration // -1 until stable
	Active    []ItemSnapshot
	Failures  int
	Skipped   int
	Conflicts int   // parked items that wait for Answer
	Copied    int64 // of a move inside a bucket: copied, to be deleted when all are; no part of Items.Done
	Created   time.Time
	Finished  time.Time // zero until ended
	Err       error     // why the job as a whole failed, is paused, or waits for Obstacle
	Levels    []Level   // how the items that are done were verified
	Undoable  bool      // what it has copied can be taken back by Rollback, or DiscardBack where nobody runs it
	Bandwidth int64     // limit of this job in bytes a second; 0 for none
	Obstacle  Obstacle  // Asking: what it waits for; none when it waits for answers
	Proven    Progress  // parts, as ItemSnapshot.Proven, of all items that were resumed
	Kept      bool      // cancelled only here: it is in the journal and can be resumed
	Trouble   error     // why nothing succeeds for a while although it is tried again and again
}

// Counted is how many items are done, by the word for it where there is one: of a move
// inside a bucket first those that are "copied", then those that are "deleted".
func (s Snapshot) Counted() (n int64, word string) {
	switch {
	case s.Copied == 0:
		return s.Items.Done, ""
	case s.Undoable:
		return s.Items.Done + s.Copied, "copied"
	}
	return s.Items.Done, "deleted"
}

// ItemSnapshot is an item at one moment.
type ItemSnapshot struct {
	Job      JobID
	Source   string // location, exact bytes
	Target   string // location, exact bytes; "" for Delete
	Dir      bool
	State    State // Waiting, Running, Verifying, Asking, Done, Failed, Cancelled; Done with Skipped set
	Skipped  bool
	Reason   string // why skipped
	Bytes    Progress
	Attempts int
	Verified string // "CRC64NVME", "MD5", "size only"; "" before it is done
	Err      error  // why failed
	Trouble  error  // why it is tried again; nil once that went well

	// Proven counts the parts of an interrupted upload or download that turned out
	// to be what the source holds, of all its parts. Zero unless it was resumed.
	Proven Progress
	Note   string // what the user should know although it went on: begun anew, and why
}

// Ask is a parked conflict: the target of an item exists and the rules say to
// ask. It stays open until Answer; "decide later" is not answering.
type Ask struct {
	ID        uint64
	Job       JobID
	Op        Op
	Src, Dst  remote.Entry
	From, To  string // locations of source and target
	Why       remote.Kind
	More      int  // further parked items of the same job
	Versioned bool // overwriting keeps the old content as a version
}

// Event is news about a job as a whole, or about several. The set is closed:
// AskEvent, Blocked, DiskFull, Finished.
type Event interface{ event() }

// AskEvent says that a job has parked its first open conflict.
type AskEvent struct{ Ask Ask }

// Finished says that a job has ended; its last snapshot travels in the same
// Update.
type Finished struct{ Job Snapshot }

func (AskEvent) event() {}
func (Finished) event() {}

// Update is what a Feed delivers: the latest snapshot of every job that
// changed, the jobs that were cleared, and the events in order.
type Update struct {
	Jobs    []Snapshot
	Removed []JobID
	Events  []Event
}
