package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/app"
	"gantry/ui/text"
)

// startQueue is the queue, after saying on stderr what is wrong with its
// journal.
func (e *env) startQueue(ctx context.Context) (*transfer.Queue, error) {
	a, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	q := a.Queue()
	e.notices(a)
	return q, nil
}

func (e *env) notices(a *app.App) {
	for _, n := range a.Notices() {
		e.warnf("%s", n)
	}
}

// startRecorded is startQueue for what is about jobs on record: without the journal
// nothing could be said of them that is true.
func (e *env) startRecorded(ctx context.Context) (*transfer.Queue, error) {
	a, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	q := a.Queue()
	if err := a.NoJournal(); err != nil {
		return nil, err
	}
	e.notices(a)
	return q, nil
}

func (e *env) queueCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queue [list|resume|retry|cancel|clear]",
		Short: "List the jobs on record, go on with interrupted ones, retry, cancel or forget",
		Long: "Jobs are on record in the state folder from the moment they are accepted. One that was\n" +
			"interrupted, by Ctrl-C, a crash or a power cut, is resumed from the parts that have arrived.\n\n" + exitHelp,
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.queueList(cmd.Context()) },
	}
	list := &cobra.Command{
		Use: "list", Short: "List the jobs on record, the oldest first", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.queueList(cmd.Context()) },
	}
	clear := &cobra.Command{
		Use: "clear", Short: "Forget the jobs that have ended", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return e.queueClear(cmd.Context()) },
	}
	cmd.AddCommand(list, e.queueRun("resume", "Go on with interrupted jobs (all of them without a JOB)", e.queueResume),
		e.queueRun("retry", "Do the failed items of jobs once more (of all jobs without a JOB)", e.queueRetry),
		e.queueCancelCommand(), clear)
	return cmd
}

func (e *env) queueCancelCommand() *cobra.Command {
	var rollback bool
	cmd := e.queueRun("cancel", "Give interrupted jobs up: their unfinished uploads and partial files are removed",
		func(ctx context.Context, ids []transfer.JobID, _ bool) error {
			return e.queueCancel(ctx, ids, rollback)
		})
	cmd.Flags().BoolVar(&rollback, "rollback", false,
		"also remove the copies that a move inside a bucket has made, and bring back what they replaced where the bucket keeps versions; refused once it has begun to delete")
	return cmd
}

// queueRun is a subcommand that takes numbers of jobs.
func (e *env) queueRun(name, short string, run func(context.Context, []transfer.JobID, bool) error) *cobra.Command {
	var noProgress bool
	cmd := &cobra.Command{
		Use: name + " [JOB...]", Short: short, ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := jobIDs(args)
			if err != nil {
				return err
			}
			return run(cmd.Context(), ids, !noProgress)
		},
	}
	cmd.Flags().BoolVar(&noProgress, "no-progress", false, "no progress line")
	return cmd
}

func jobIDs(args []string) ([]transfer.JobID, error) {
	var ids []transfer.JobID
	for _, arg := range args {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || n < 1 {
			return nil, usagef("%q is no number of a job; gantry queue lists them", arg)
		}
		ids = append(ids, transfer.JobID(n))
	}
	return ids, nil
}

// jobJSON is a job on record as --json prints it.
type jobJSON struct {
	Type     string    `json:"type"`
	ID       int64     `json:"id"`
	Op       string    `json:"op"`
	Title    string    `json:"title"`
	State    string    `json:"state"`
	Running  bool      `json:"running"` // a living process works on it
	PID      int       `json:"pid,omitempty"`
	From     string    `json:"from"`
	To       string    `json:"to,omitempty"`
	Done     int64     `json:"items_done"`
	Items    int64     `json:"items"`
	Bytes    int64     `json:"bytes_done"`
	Total    int64     `json:"bytes"`
	Listed   bool      `json:"listed"`
	Failed   int       `json:"failed"`
	Skipped  int       `json:"skipped"`
	Created  time.Time `json:"created"`
	Finished time.Time `json:"finished,omitzero"`
	Reason   string    `json:"reason,omitempty"`

	Verified []transfer.Level `json:"verified,omitempty"` // items that are done, by how they were verified
}

// stateOf is the word for a job on record.
func stateOf(r transfer.Record) string {
	switch {
	case !r.Owned && !r.State.Ended():
		return "interrupted"
	case r.State == transfer.Listing && r.Listed: // what was put on record when it began
		return transfer.Running.String()
	}
	return r.State.String()
}

func (e *env) queueList(ctx context.Context) error {
	q, err := e.startRecorded(ctx)
	if err != nil {
		return err
	}
	for r, err := range q.History(ctx) {
		if err != nil {
			return err
		}
		if err := e.printJob(r); err != nil {
			return err
		}
	}
	return nil
}

func (e *env) printJob(r transfer.Record) error {
	if e.json {
		j := jobJSON{
			Type: "job", ID: int64(r.ID), Op: r.Op.String(), Title: r.Title, State: stateOf(r), Running: r.Owned && !r.State.Ended(),
			From: r.From, To: r.To, Done: r.Items.Done, Items: r.Items.Total, Bytes: r.Bytes.Done, Total: r.Bytes.Total,
			Listed: r.Listed, Failed: r.Failures, Skipped: r.Skipped, Created: r.Created.UTC(), Finished: r.Finished.UTC(),
			Verified: r.Levels,
		}
		if j.Running {
			j.PID = r.PID
		}
		if r.Finished.IsZero() {
			j.Finished = time.Time{}
		}
		if j.Reason = waitsFor(r); j.Reason == "" && r.Err != nil {
			j.Reason = remote.HintOf(r.Err)
		}
		return e.out.Object(j, false)
	}
	return e.out.Line(jobLine(r))
}

// waitsFor is why a job that a living process has does not get on; "" if it does,
// or nobody has said.
func waitsFor(r transfer.Record) string {
	switch {
	case !r.Owned || r.State.Ended():
		return ""
	case r.Err != nil:
		return remote.HintOf(r.Err)
	case r.State == transfer.Waiting:
		return "waits for its turn behind the jobs of the gantry that has it"
	}
	return ""
}

// jobLine is a job on record for people.
func jobLine(r transfer.Record) string {
	of := text.Count(r.Items.Total)
	if !r.Listed && !r.State.Ended() {
		of = "at least " + of
	}
	n, word := r.Counted()
	line := fmt.Sprintf("%6d  %-11s  %s  %s of %s  %s", r.ID, stateOf(r), r.Created.Local().Format(time.DateTime),
		strings.TrimSpace(word+" "+text.Count(n)), of, r.Title)
	if !r.State.Ended() && r.Bytes.Total > 0 { // of one large file the items say nothing
		line += fmt.Sprintf("  (%s of %s)", text.Size(r.Bytes.Done), text.Size(r.Bytes.Total))
	}
	if r.PID != 0 && r.Owned && !r.State.Ended() {
		line += fmt.Sprintf("  (in gantry with pid %d)", r.PID)
	}
	if why := waitsFor(r); why != "" {
		line += "  (" + why + ")"
	}
	if r.Skipped > 0 {
		line += fmt.Sprintf("  (%s skipped)", text.Count(int64(r.Skipped)))
	}
	if r.Failures > 0 {
		why := ""
		if r.Err != nil && r.State.Ended() { // else it says why it waits
			why = ": " + remote.HintOf(r.Err)
		}
		line += fmt.Sprintf("  (%s failed%s)", text.Count(int64(r.Failures)), why)
	}
	if levels := levels(r.Levels); levels != "" {
		line += "  (" + levels + ")"
	}
	return line
}

// levels is how items were verified: "verified CRC64NVME", or "40 verified
// CRC64NVME, 2 size only".
func levels(all []transfer.Level) string {
	if len(all) == 1 {
		return all[0].String()
	}
	var parts []string
	for _, l := range all {
		parts = append(parts, text.Count(l.Items)+" "+l.String())
	}
	return strings.Join(parts, ", ")
}

// interruptedJobs are those that were named, or all that were interrupted.
func (e *env) interruptedJobs(ctx context.Context, q *transfer.Queue, ids []transfer.JobID) ([]transfer.JobID, error) {
	if len(ids) > 0 {
		return ids, nil
	}
	left, err := q.Orphans(ctx)
	for _, s := range left {
		ids = append(ids, s.ID)
	}
	return ids, err
}

func (e *env) queueResume(ctx context.Context, ids []transfer.JobID, progress bool) error {
	return e.follow(ctx, ids, progress, (*transfer.Queue).Orphans, func(ctx context.Context, r *run, id transfer.JobID) (transfer.JobID, error) {
		return id, r.queue.Adopt(ctx, id, r.item)
	})
}

func (e *env) queueRetry(ctx context.Context, ids []transfer.JobID, progress bool) error {
	failed := func(q *transfer.Queue, ctx context.Context) ([]transfer.Snapshot, error) {
		var out []transfer.Snapshot
		for r, err := range q.History(ctx) {
			if err != nil {
				return nil, err
			}
			if r.State.Ended() && r.Failures > 0 {
				out = append(out, r.Snapshot)
			}
		}
		return out, nil
	}
	return e.follow(ctx, ids, progress, failed, func(ctx context.Context, r *run, id transfer.JobID) (transfer.JobID, error) {
		return r.queue.Again(ctx, id, r.item)
	})
}

// follow starts jobs, those of the numbers or all that which finds, and follows
// them to their ends.
func (e *env) follow(ctx context.Context, ids []transfer.JobID, progress bool,
	which func(*transfer.Queue, context.Context) ([]transfer.Snapshot, error),
	start func(context.Context, *run, transfer.JobID) (transfer.JobID, error),
) error {
	q, err := e.startRecorded(ctx)
	if err != nil {
		return err
	}
	if len(ids) == 0 {
		all, err := which(q, ctx)
		if err != nil {
			return err
		}
		for _, s := range all {
			ids = append(ids, s.ID)
		}
		if len(ids) == 0 {
			e.remark("there is nothing to go on with")
		}
	}
	r := newRun(e, q, transfer.Rules{}, progress)
	for _, id := range ids {
		started, err := start(ctx, r, id)
		if err != nil {
			r.refused(id, err)
		}
		if s, ok := q.Job(started); ok {
			r.t.Op = s.Op.String()
			r.jobs[started] = transfer.Snapshot{}
			r.open++
		}
	}
	return r.wait(ctx)
}

func (e *env) queueCancel(ctx context.Context, ids []transfer.JobID, rollback bool) error {
	q, err := e.startRecorded(ctx)
	if err != nil {
		return err
	}
	named := len(ids) > 0
	if ids, err = e.interruptedJobs(ctx, q, ids); err != nil {
		return err
	}
	if len(ids) == 0 {
		e.remark("there is nothing to give up")
	}
	if !named && !e.yes && len(ids) > 0 {
		ask := newAsker(e)
		if !ask.able {
			return usagef("queue cancel asks before it gives up all interrupted jobs, and this is no terminal: name them, or add --yes")
		}
		ok, err := ask.yes(ctx, giveUp(len(ids), rollback))
		if err != nil {
			return err
		}
		if !ok {
			return e.declined("nothing was given up")
		}
	}
	var failed failures
	for _, id := range ids {
		discard := q.Discard
		if rollback {
			discard = q.DiscardBack
		}
		if err := e.did(discard(ctx, id)); err != nil {
			failed.addAs(e, fmt.Sprintf("job %d", id), err, triedCode(err)) // refused, not wrongly typed
		}
	}
	return failed.err(failed.count < len(ids))
}

// giveUp is the question before n jobs are given up.
func giveUp(n int, rollback bool) string {
	copies := "stay"
	if rollback {
		copies = "are removed again"
	}
	return fmt.Sprintf("What is half done is removed; copies of moves inside a bucket %s. Give up %s?", copies, text.Plural(int64(n), "interrupted job"))
}

func (e *env) queueClear(ctx context.Context) error {
	q, err := e.startRecorded(ctx)
	if err != nil {
		return err
	}
	n, err := q.ClearHistory(ctx)
	if err == nil {
		e.changed = int64(n)
		e.remark(text.Plural(int64(n), "job") + " forgotten")
	}
	return err
}
