// Package plan turns a selection into the items of a job: it walks the sources,
// gives every entry its name in the target, tells what is in the way there, and
// refuses what must not or cannot be done. It only reads, and it streams: a
// selection of a million entries is never held.
//
// For the common case: range over Items(ctx, Spec). Folders come as Enter and
// Leave with everything below in between, so that whoever consumes them knows
// when a folder is complete. Targets are found by listing each target folder
// once; where that would take too much memory, or is not allowed, the item says
// Unsure and its worker looks by itself.
//
// A plan is a forecast. Between the plan and the writing anything may happen,
// so writers still state what they expect (CreateOptions.IfAbsent, IfVersion).
package plan

import (
	"context"
	"iter"

	"gantry/remote"
)

// Source is one thing that was selected, see transfer.Source.
type Source struct {
	Entry    remote.Entry
	As       string
	Contents bool
	Exact    bool
	Free     bool
}

// Spec is what to plan.
type Spec struct {
	From    remote.Tree
	Sources iter.Seq2[Source, error]
	To      remote.Tree // nil when nothing is written: a deletion
	Dir     remote.Path // the folder in To that receives the sources
	Filters Filters
	Encode  bool // names that the target cannot hold are escaped, and back again, see names.go

	// After goes on with an earlier plan: everything below the first source up to
	// this Item.Pos is left out, and so is the making of that source's folder.
	After string

	// Whole moves a folder, or a link, in one step if it can. An error that is
	// Exist or Unsupported means to go the long way. nil when that is no option.
	Whole func(ctx context.Context, e remote.Entry, dst remote.Path) error

	// Again is asked after the attempt-th failure in a row of a listing whether
	// to list again; it waits as long as it sees fit. nil means never.
	Again func(ctx context.Context, attempt int, err error) bool
}

// Kind says what an Item is about.
type Kind uint8

// The kinds of items.
const (
	File  Kind = iota // an entry with content to write to Dst, or any leaf to delete
	Enter             // a folder begins; everything up to its Leave is below it
	Leave             // the folder is complete
	Skip              // left out, Reason says why
	Omit              // left out by a filter, nothing to report
	Fault             // cannot be done, Err says why
	Moved             // moved in one step with everything below it
)

// Item is one step of a plan. Which fields hold something depends on Kind.
type Item struct {
	Kind   Kind
	Src    remote.Entry
	Dst    remote.Path   // "" in a deletion
	Target *remote.Entry // what is at Dst; nil when nothing is
	Unsure bool          // nobody looked at Dst
	Seen   bool          // the folder of Dst was listed and is there
	Same   bool          // Dst is the source itself
	Make   bool          // Enter, Leave: the folder is to be made at Dst
	Exists bool          // Enter, Leave: the source folder is an entry that can be removed
	Reason string
	Err    error
	Source int    // the index of the source that it belongs to
	Pos    string // where below that source; grows within it. "" for the source itself
	Again  Source // Fault: plans just this once more; zero when that is not possible
}

// Items yields the items of the plan in the order of the sources, below a
// folder in byte order. It ends early only with ctx; every other failure is an
// item.
func Items(ctx context.Context, s Spec) iter.Seq[Item] {
	return func(yield func(Item) bool) {
		p := newPlanner(ctx, s, yield)
		p.index = -1
		for src, err := range s.Sources {
			p.pos = ""
			if err != nil {
				p.fault(Source{}, err)
			} else {
				p.index++
				p.source(src)
				p.after = ""
			}
			if p.stopped() {
				return
			}
		}
		p.popTo(0)
	}
}

func fail(e remote.Entry, k remote.Kind, hint string) error {
	return &remote.Error{Op: "plan", Path: e.Path, Kind: k, Hint: hint}
}
