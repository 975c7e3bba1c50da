package ui

import (
	"context"
	"log/slog"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/config"
	"gantry/ui/theme"
)

// Queue is what the screen asks of a *transfer.Queue. All methods return at
// once.
type Queue interface {
	Submit(r transfer.Request) transfer.JobID
	Jobs() []transfer.Snapshot
	Items(id transfer.JobID, f transfer.ItemFilter, offset, n int) []transfer.ItemSnapshot
	Subscribe() *transfer.Feed
	Asks() []transfer.Ask
	Look(ask uint64)
	Answer(ask uint64, d transfer.Decision, all bool)
	Steering
}

// Steering is the part of Queue that changes how jobs run.
type Steering interface {
	Pause(id transfer.JobID)
	Resume(id transfer.JobID)
	PauseAll()
	ResumeAll()
	Cancel(id transfer.JobID)
	Retry(id transfer.JobID)
	Move(id transfer.JobID, delta int)
	Start(id transfer.JobID)
	TryAgain(o transfer.Obstacle)
	Rollback(id transfer.JobID) bool
	Clear()
	Bandwidth() int64
	Timetable() remote.Timetable
	SetTimetable(t remote.Timetable)
	SetJobBandwidth(id transfer.JobID, bytesPerSecond int64)
}

// Unfinished is what the screen asks of a queue about the jobs that an earlier
// gantry did not finish, and those that another one has. All of it is called in Cmds
// and may block.
type Unfinished interface {
	Others(ctx context.Context) ([]transfer.Record, error)
	Orphans(ctx context.Context) ([]transfer.Snapshot, error)
	Adopt(ctx context.Context, id transfer.JobID, onItem func(transfer.ItemSnapshot)) error
	Discard(ctx context.Context, id transfer.JobID) error
	DiscardBack(ctx context.Context, id transfer.JobID) error
}

var (
	_ Queue      = (*transfer.Queue)(nil)
	_ Unfinished = (*transfer.Queue)(nil)
)

// Deps are what the screen is built on. Left, Right and UI may be zero; Queue,
// Open and Styles may not, the other functions may be nil.
type Deps struct {
	Queue Queue

	// Open resolves any location that a user can type. It is called in a Cmd
	// and may block on the network.
	Open func(ctx context.Context, location string) (remote.Place, error)

	// Enter tells whether a folder of the disk is the window of a mount, and
	// then gives the place behind it. It is called in a Cmd.
	Enter func(ctx context.Context, t remote.Tree, p remote.Path) (remote.Place, bool, error)

	// Servers and Mounts list what the store holds. They are called in Update
	// and must not block.
	Servers func() []remote.ServerInfo
	Mounts  func() []remote.Mount

	// Admin changes the store; nil leaves it to be browsed.
	Admin Admin

	// Asker brings the questions of workers before the user; nil if nobody asks.
	Asker *Asker

	// Clock tells when the session of a server's credential ends; false if it
	// has no end. It is called in Update and must not block.
	Clock func(server string) (time.Time, bool)

	// Bookmarks are the locations that earlier sessions remembered under letters,
	// SetBookmark remembers one more. They are called in a Cmd.
	Bookmarks   func() (map[string]string, error)
	SetBookmark func(letter, location string) error

	// Region is where a server's bucket is, "" while nobody knows. It is called in
	// Update and must not block.
	Region func(server string) string

	// ServerBandwidth is the limit of an open server in bytes a second, 0 for none,
	// SetServerBandwidth changes it until the program ends; false if the server is
	// not open. They are called in Update and must not block.
	ServerBandwidth    func(server string) (int64, bool)
	SetServerBandwidth func(server string, bytesPerSecond int64)

	// Crash keeps the report of a panic and tells where. It may be called from any
	// goroutine.
	Crash func(report []byte) (path string, err error)

	Left, Right string // start locations
	Home        string // the user's folder
	LogFile     string // what the log viewer shows; "" for none

	UI     config.UI
	Keys   map[string][]string // [keys]: action -> its keys instead of the default ones
	Styles *theme.Styles       // nil: Run asks the terminal and takes UI.Theme

	Log  *slog.Logger // nil discards
	Demo bool         // says so on the screen

	// Durable says that the queue knows its jobs again after a restart; without
	// it quitting does not offer to keep them.
	Durable bool

	// NoJournal says that there should be a record of the jobs and is none.
	NoJournal bool

	// Unfinished gives the jobs of earlier processes; nil if there is no telling.
	Unfinished Unfinished

	Notice  string // the first message: "no servers yet: add one to ..."
	Warning string // what has to be read before anything else: that the journal was damaged

	Now func() time.Time // time.Now when nil
}

func (d Deps) withDefaults() Deps {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Styles == nil {
		d.Styles = theme.Plain()
	}
	if d.Servers == nil {
		d.Servers = func() []remote.ServerInfo { return nil }
	}
	if d.Mounts == nil {
		d.Mounts = func() []remote.Mount { return nil }
	}
	if d.Clock == nil {
		d.Clock = func(string) (time.Time, bool) { return time.Time{}, false }
	}
	if d.Region == nil {
		d.Region = func(string) string { return "" }
	}
	return d
}
