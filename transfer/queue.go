package transfer

import (
	"context"
)

// ItemFilter chooses what Queue.Items lists.
type ItemFilter uint8

// The filters.
const (
	ItemsActive ItemFilter = iota
	ItemsFailed
	ItemsSkipped
	ItemsConflicts
)

type Queue struct{}
type Feed struct{}

func New(ctx context.Context, o Options) *Queue { return &Queue{} }
func (q *Queue) Submit(r Request) JobID         { return 0 }
func (q *Queue) Pause(id JobID)                 {}
func (q *Queue) Resume(id JobID)                {}
func (q *Queue) PauseAll()                      {}
func (q *Queue) ResumeAll()                     {}
func (q *Queue) Cancel(id JobID)                {}
func (q *Queue) Retry(id JobID)                 {}
func (q *Queue) Move(id JobID, delta int)       {}
func (q *Queue) Start(id JobID)                 {}
func (q *Queue) Clear()                         {}

func (q *Queue) Answer(ask uint64, d Decision, all bool) {}
func (q *Queue) Asks() []Ask                             { return nil }
func (q *Queue) Jobs() []Snapshot                        { return nil }
func (q *Queue) Job(id JobID) (Snapshot, bool)           { return Snapshot{}, false }
func (q *Queue) Items(id JobID, f ItemFilter, offset, n int) []ItemSnapshot {
	return nil
}
func (q *Queue) SetBandwidth(bytesPerSecond int64)       {}
func (q *Queue) Bandwidth() int64                        { return 0 }
func (q *Queue) Subscribe() *Feed                        { return &Feed{} }
func (q *Queue) Busy() int                               { return 0 }
func (q *Queue) Close(ctx context.Context) error         { return nil }
func (f *Feed) Next(ctx context.Context) (Update, error) { <-ctx.Done(); return Update{}, ctx.Err() }
func (f *Feed) Close()                                   {}
