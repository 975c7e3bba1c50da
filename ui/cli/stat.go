package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

func (e *env) statCommand() *cobra.Command {
	var exact bool
	cmd := &cobra.Command{
		Use:               "stat LOCATION...",
		Short:             "Show what is known about entries",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.each(cmd.Context(), args, exact, e.stat)
		},
	}
	cmd.Flags().BoolVar(&exact, "exact", false, "take *, ? and [ in locations literally")
	return cmd
}

// stat prints one entry, as the tree describes it now.
func (e *env) stat(ctx context.Context, _ string, s source) (counter, error) {
	entry := s.entry
	if !s.certain {
		var err error
		if entry, err = s.place.Tree.Stat(ctx, s.entry.Path); err != nil {
			return counter{}, err
		}
	}
	var c counter
	c.one(entry)
	if e.json {
		return c, e.out.Object(newStatJSON(s.place.Tree, entry), false)
	}
	for _, row := range statRows(s.place.Tree, entry) {
		if row[1] == "" {
			continue
		}
		if err := e.out.Line(fmt.Sprintf("%-12s %s", row[0], row[1])); err != nil {
			return c, err
		}
	}
	return c, nil
}

func statRows(t remote.Tree, e remote.Entry) [][2]string {
	kind, size, modified := "file", "", ""
	switch {
	case e.Dir:
		kind = "folder"
	case e.Type == remote.Link:
		kind = "symbolic link"
	case e.Type == remote.Special:
		kind = "special file"
	case t.Label() != "":
		kind = "object"
	}
	if !e.Dir && e.Size >= 0 {
		size = fmt.Sprintf("%d (%s)", e.Size, text.Size(e.Size))
	}
	if !e.ModTime.IsZero() {
		modified = e.ModTime.Format(time.RFC3339Nano)
	}
	rows := [][2]string{
		{"location", t.Label() + string(e.Path)},
		{"type", kind},
		{"size", size},
		{"modified", modified},
		{"class", e.Class},
	}
	if t.Label() != "" {
		rows = append(rows, [2]string{"etag", e.Version})
	}
	if e.Sum.Algorithm != remote.NoSum {
		rows = append(rows, [2]string{"checksum", sumOf(e)})
	}
	if e.Attrs == nil {
		return rows
	}
	rows = append(rows, [2]string{"content type", e.Attrs.ContentType})
	for _, name := range slices.Sorted(maps.Keys(e.Attrs.Headers)) {
		rows = append(rows, [2]string{name, e.Attrs.Headers[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(e.Attrs.Metadata)) {
		rows = append(rows, [2]string{"metadata", name + "=" + e.Attrs.Metadata[name]})
	}
	return rows
}

// sumOf is the checksum of an entry's content, "" when none is known.
func sumOf(e remote.Entry) string {
	if e.Sum.Algorithm == remote.NoSum {
		return ""
	}
	return fmt.Sprintf("%s %x", e.Sum.Algorithm, e.Sum.Digest)
}

// statJSON is an entry with what only a look at it tells.
type statJSON struct {
	entryJSON
	Checksum    string            `json:"checksum,omitempty"`
	ContentType string            `json:"content_type,omitempty"`
	Headers     map[string]string `json:"headers,omitempty"`
	Metadata    map[string]string `json:"metadata,omitempty"`
}

func newStatJSON(t remote.Tree, e remote.Entry) statJSON {
	j := statJSON{entryJSON: newEntryJSON(t, e), Checksum: sumOf(e)}
	if a := e.Attrs; a != nil {
		j.ContentType, j.Headers, j.Metadata = a.ContentType, a.Headers, a.Metadata
	}
	return j
}

// each runs one function on everything that the locations mean, reports
// failures as they come, and sums up.
func (e *env) each(ctx context.Context, locations []string, exact bool, do func(context.Context, string, source) (counter, error)) error {
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	var (
		failed failures
		sum    counter
		done   int
	)
	e.sum = func() any { return listSummary{"summary", sum.entries, sum.bytes, failed.count} }
	for _, location := range locations {
		for s, err := range expand(ctx, a, location, exact) {
			var c counter
			if err == nil {
				c, err = do(ctx, location, s)
			}
			if err != nil {
				if ctx.Err() != nil {
					return err
				}
				failed.add(e, location, err)
				continue
			}
			done++
			sum.entries += c.entries
			sum.bytes += c.bytes
		}
	}
	return failed.err(done > 0)
}
