package cli

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/transfer"
	"gantry/ui/app"
	"gantry/ui/text"
)

func (e *env) rmCommand() *cobra.Command {
	var recursive, exact, dryRun, noProgress bool
	cmd := &cobra.Command{
		Use:               "rm [-r] LOCATION...",
		Short:             "Delete entries; -r deletes folders with everything below",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			r := remover{env: e, recursive: recursive, exact: exact, dryRun: dryRun, progress: !noProgress}
			return r.run(cmd.Context(), args)
		},
	}
	cmd.Flags().BoolVarP(&recursive, "recursive", "r", false, "delete folders with everything below (asks unless --yes)")
	cmd.Flags().BoolVar(&exact, "exact", false, "take *, ? and [ in locations literally")
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "say what would be deleted, delete nothing")
	cmd.Flags().BoolVar(&noProgress, "no-progress", false, "no progress line")
	return cmd
}

// remover runs rm: it asks before anything is deleted that has not been named.
type remover struct {
	env                                *env
	recursive, exact, dryRun, progress bool
}

func (r *remover) run(ctx context.Context, locations []string) error {
	r.env.dryRun = r.dryRun
	r.env.nothing(transfer.Delete, r.dryRun)
	a, err := r.env.open(ctx)
	if err != nil {
		return err
	}
	a.Warm(ctx, locations...)
	q, err := r.env.startQueue(ctx)
	if err != nil {
		return err
	}
	run := newRun(r.env, q, transfer.Rules{DryRun: r.dryRun}, r.progress)
	run.t.Op = transfer.Delete.String()
	if r.recursive && !r.env.yes && !r.dryRun {
		if err := r.confirm(ctx, a, run.ask, locations); err != nil {
			return err
		}
	}
	run.submit(ctx, a, transfer.Delete, destination{}, locations, func(locations []string) iter.Seq2[found, error] {
		return r.sources(ctx, a, locations)
	})
	return run.wait(ctx)
}

// sources yields what locations mean; without -r folders are refused.
func (r *remover) sources(ctx context.Context, a *app.App, locations []string) iter.Seq2[found, error] {
	return func(yield func(found, error) bool) {
		for s, err := range expandAll(ctx, a, locations, r.exact) {
			if err == nil && s.entry.Dir && !r.recursive {
				err = &remote.Error{
					Op: "delete", Path: s.entry.Path, Kind: remote.Other,
					Hint: "This is a folder; -r deletes it with everything below.",
				}
			}
			if !yield(s, err) {
				return
			}
		}
	}
}

// confirm names the blast radius and asks. Without a terminal it refuses.
func (r *remover) confirm(ctx context.Context, a *app.App, ask *asker, locations []string) error {
	if !ask.able {
		return usagef("rm -r asks before it deletes, and this is no terminal: add --yes to delete without a question")
	}
	for _, location := range locations {
		c := counter{limit: 100_000}
		for s, err := range expand(ctx, a, location, r.exact) {
			if err != nil {
				break // the deletion itself reports it
			}
			if err := c.add(ctx, s); err != nil {
				break
			}
		}
		ask.printf("%s\n", "Delete "+text.Clean(location)+": "+c.String())
	}
	ok, err := ask.yes(ctx, "Delete all of this for good?")
	if err != nil {
		return err
	}
	if !ok {
		return r.env.declined("nothing was deleted")
	}
	return nil
}

// counter sums entries and bytes up to a limit of entries.
type counter struct {
	limit   int64 // 0 for none
	entries int64
	bytes   int64
}

func (c *counter) full() bool { return c.limit > 0 && c.entries >= c.limit }

func (c *counter) add(ctx context.Context, s source) error {
	if !s.entry.Dir {
		c.one(s.entry)
		return nil
	}
	for e, err := range remote.Walk(ctx, s.place.Tree, s.entry.Path) {
		if err != nil {
			return err
		}
		if c.one(e); c.full() {
			return nil
		}
	}
	return nil
}

func (c *counter) one(e remote.Entry) {
	c.entries++
	if !e.Dir && e.Size > 0 {
		c.bytes += e.Size
	}
}

// String is the blast radius in words.
func (c *counter) String() string {
	least := ""
	if c.full() {
		least = "at least "
	}
	return fmt.Sprintf("%s%s entries, %s", least, text.Count(c.entries), text.Size(c.bytes))
}
