package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/text"
)

func (e *env) leftoversCommand() *cobra.Command {
	var abort bool
	var older string
	cmd := &cobra.Command{
		Use:   "leftovers LOCATION",
		Short: "List uploads that nobody finished, with their sizes; --abort removes them",
		Long: "An upload that was begun and neither completed nor aborted is billed until somebody removes it.\n" +
			"leftovers lists those below LOCATION, whoever began them; on the disk, gantry's partial files.\n" +
			"What a running gantry is writing is left alone. --abort asks unless --yes.\n\n" + exitHelp,
		Args:              usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			l := leftovers{env: e, abort: abort}
			if older != "" {
				d, err := remote.ParseDuration(older)
				if err != nil {
					return usagef("--older: %v", err)
				}
				l.older = d
			}
			return l.run(cmd.Context(), args[0])
		},
	}
	cmd.Flags().BoolVar(&abort, "abort", false, "abort them: their parts are removed (asks unless --yes)")
	cmd.Flags().StringVar(&older, "older", "", "only those begun longer ago than this, such as 7d")
	return cmd
}

// leftovers lists unfinished uploads and aborts them.
type leftovers struct {
	env   *env
	abort bool
	older time.Duration

	jobs  map[string]transfer.Record
	found []remote.Upload // to abort
	t     leftoverTotals
}

type leftoverTotals struct {
	Type    string `json:"type"`
	Uploads int64  `json:"uploads"`
	Bytes   int64  `json:"bytes"`
	Aborted int64  `json:"aborted"`
	Failed  int64  `json:"failed"`
}

// uploadJSON is one unfinished upload as --json prints it.
type uploadJSON struct {
	Type     string    `json:"type"`
	Location string    `json:"location"`
	Key      string    `json:"key"`
	KeyBytes []byte    `json:"key_base64,omitempty"` // when the key is not UTF-8
	Upload   string    `json:"upload"`
	Started  time.Time `json:"started"`
	Parts    *int      `json:"parts,omitempty"`
	Size     *int64    `json:"size,omitempty"`
	Job      int64     `json:"job,omitempty"`     // on record here
	Running  bool      `json:"running,omitempty"` // and at work
}

func (l *leftovers) run(ctx context.Context, location string) error {
	l.t.Type = "summary"
	l.env.sum = func() any {
		l.t.Failed = l.env.out.errors
		return l.t
	}
	a, err := l.env.open(ctx)
	if err != nil {
		return err
	}
	place, err := a.Open(ctx, location)
	if err != nil {
		return err
	}
	uploads, ok := remote.As[remote.Uploads](place.Tree)
	if !ok {
		return &remote.Error{Op: "list unfinished uploads", Kind: remote.Unsupported, Hint: "Nothing can be left over there."}
	}
	start := l.env.startQueue
	if l.abort { // without the journal nobody knows what belongs to a job
		start = l.env.startRecorded
	}
	q, err := start(ctx)
	if err != nil {
		return err
	}
	if l.jobs, err = q.UploadJobs(ctx); err != nil {
		return err
	}
	seen := false
	for u, err := range uploads.ListUploads(ctx, place.Path) {
		if err != nil {
			return err
		}
		seen = true
		if l.older > 0 && time.Since(u.Started) < l.older {
			continue
		}
		if err := l.show(place.Tree, u); err != nil {
			return err
		}
	}
	if !seen && place.Tree.Label() == "" { // every prefix of a bucket can be listed
		if _, err := place.Tree.Stat(ctx, place.Path); remote.KindOf(err) == remote.NotExist && err != nil {
			return err
		}
	}
	if err := l.remove(ctx, place.Tree, uploads); err != nil {
		return err
	}
	l.sum()
	return nil
}

// show prints one upload and notes it if it may be aborted.
func (l *leftovers) show(t remote.Tree, u remote.Upload) error {
	rec := l.jobs[u.ID]
	running := rec.ID != 0 && rec.Owned && !rec.State.Ended()
	l.t.Uploads++
	l.t.Bytes += max(u.Size, 0)
	if !running {
		l.found = append(l.found, u)
	}
	where := remote.Place{Tree: t, Path: u.Path}.Location()
	if l.env.json {
		j := uploadJSON{
			Type: "upload", Location: where, Key: string(u.Path), KeyBytes: rawBytes(string(u.Path)), Upload: u.ID, Started: u.Started.UTC(),
			Job: int64(rec.ID), Running: running,
		}
		if u.Parts >= 0 {
			j.Parts = &u.Parts
		}
		if u.Size >= 0 {
			j.Size = &u.Size
		}
		return l.env.out.Object(j, false)
	}
	size := "-"
	if u.Size >= 0 {
		size = fmt.Sprint(u.Size)
		if l.env.out.safe { // somebody reads it
			size = text.Size(u.Size)
		}
	}
	line := fmt.Sprintf("%14s  %s  %s", size, u.Started.Local().Format(time.DateTime), where)
	switch {
	case running:
		line += fmt.Sprintf("  (job %d is writing it)", rec.ID)
	case rec.ID != 0:
		line += fmt.Sprintf("  (job %d can go on with it)", rec.ID)
	}
	return l.env.out.Line(line)
}

// remove aborts what was found, after asking.
func (l *leftovers) remove(ctx context.Context, t remote.Tree, uploads remote.Uploads) error {
	if !l.abort || len(l.found) == 0 {
		return nil
	}
	if !l.env.yes {
		ask := newAsker(l.env)
		if !ask.able {
			return usagef("leftovers --abort asks before it removes anything, and this is no terminal: add --yes to abort without a question")
		}
		if err := l.env.out.Flush(); err != nil {
			return err
		}
		ok, err := ask.yes(ctx, fmt.Sprintf("Abort %s (%s) for good?", text.Plural(int64(len(l.found)), "upload"), text.Size(l.weight())))
		if err != nil {
			return err
		}
		if !ok {
			return l.env.declined("nothing was aborted")
		}
	}
	var failed failures
	for _, u := range l.found {
		if err := uploads.AbortUpload(ctx, u); err != nil {
			l.t.Failed++
			failed.add(l.env, remote.Place{Tree: t, Path: u.Path}.Location(), err)
			continue
		}
		l.t.Aborted++
	}
	if err := failed.err(l.t.Aborted > 0); err != nil {
		l.sum()
		return err
	}
	return nil
}

// weight is how many bytes of parts would go.
func (l *leftovers) weight() int64 {
	var n int64
	for _, u := range l.found {
		n += max(u.Size, 0)
	}
	return n
}

// sum tells people on a terminal how much it was.
func (l *leftovers) sum() {
	if l.env.json || l.env.quiet || !terminal(l.env.Err) {
		return
	}
	line := fmt.Sprintf("%s, %s", text.Plural(l.t.Uploads, "unfinished upload"), text.Size(l.t.Bytes))
	if l.abort {
		line += fmt.Sprintf(", %s aborted", text.Count(l.t.Aborted))
	}
	_, _ = fmt.Fprintln(l.env.Err, line)
}
