package cli

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

func (e *env) lsCommand() *cobra.Command {
	var l lister
	cmd := &cobra.Command{
		Use:               "ls [-l] [-R] LOCATION...",
		Short:             "List entries",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			l.env = e
			return l.run(cmd.Context(), args)
		},
	}
	cmd.Flags().BoolVarP(&l.long, "long", "l", false, "add size, time and class")
	cmd.Flags().BoolVarP(&l.recursive, "recursive", "R", false, "every entry below, in order")
	cmd.Flags().BoolVar(&l.exact, "exact", false, "take *, ? and [ in locations literally")
	return cmd
}

// lister prints listings as they arrive, in constant memory for buckets.
type lister struct {
	env                    *env
	long, recursive, exact bool
	entries                int64
	bytes                  int64
}

func (l *lister) run(ctx context.Context, locations []string) error {
	a, err := l.env.open(ctx)
	if err != nil {
		return err
	}
	var failed failures
	l.env.sum = func() any { return listSummary{"summary", l.entries, l.bytes, failed.count} }
	for _, location := range locations {
		for s, err := range expand(ctx, a, location, l.exact) {
			if err == nil {
				err = l.source(ctx, s)
			}
			if err != nil {
				if ctx.Err() != nil {
					return err
				}
				failed.add(l.env, location, err)
			}
		}
	}
	return failed.err(l.entries > 0)
}

// listSummary ends the JSON of ls, du and stat.
type listSummary struct {
	Type    string `json:"type"`
	Entries int64  `json:"entries"`
	Bytes   int64  `json:"bytes"`
	Failed  int    `json:"failed"`
}

// source prints one location: an object by its name, a folder by what is in it.
func (l *lister) source(ctx context.Context, s source) error {
	if !s.entry.Dir {
		return l.print(s.place.Tree, s.entry)
	}
	t, dir := s.place.Tree, s.entry.Path
	seen := false
	for entry, err := range l.entriesOf(ctx, t, dir) {
		if err != nil {
			return err
		}
		seen = true
		if err := l.print(t, entry); err != nil {
			return err
		}
	}
	if !seen && !s.certain {
		// Every prefix of a bucket can be listed; an empty one is only there if
		// somebody made the folder.
		_, err := t.Stat(ctx, dir)
		return err
	}
	return nil
}

func (l *lister) entriesOf(ctx context.Context, t remote.Tree, dir remote.Path) iter.Seq2[remote.Entry, error] {
	if l.recursive {
		return remote.Walk(ctx, t, dir)
	}
	if t.Label() != "" {
		return remote.All(ctx, t, dir) // a bucket lists in order
	}
	return sorted(remote.All(ctx, t, dir))
}

// sorted gathers a listing and yields it by name; errors come first.
func sorted(es iter.Seq2[remote.Entry, error]) iter.Seq2[remote.Entry, error] {
	return func(yield func(remote.Entry, error) bool) {
		var all []remote.Entry
		for e, err := range es {
			if err != nil {
				if !yield(e, err) {
					return
				}
				continue
			}
			all = append(all, e)
		}
		slices.SortFunc(all, func(a, b remote.Entry) int { return strings.Compare(a.Name, b.Name) })
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (l *lister) print(t remote.Tree, e remote.Entry) error {
	l.entries++
	if !e.Dir && e.Size > 0 {
		l.bytes += e.Size
	}
	if l.env.json {
		return l.env.out.Object(newEntryJSON(t, e), false)
	}
	name := e.Name
	if e.Dir {
		name += "/"
	}
	if !l.long {
		return l.env.out.Line(name)
	}
	return l.env.out.Line(longColumns(e) + name)
}

// longColumns are size, time and class in columns that tools can split at
// spaces.
func longColumns(e remote.Entry) string {
	size, when, class := "-", "-", e.Class
	if !e.Dir && e.Size >= 0 {
		size = fmt.Sprint(e.Size)
	}
	if !e.ModTime.IsZero() {
		when = e.ModTime.Local().Format(time.DateTime)
	}
	if class == "" {
		class = "STANDARD"
	}
	return fmt.Sprintf("%14s  %-19s  %-12s  ", size, when, text.Clean(class))
}
