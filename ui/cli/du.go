package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

func (e *env) duCommand() *cobra.Command {
	var exact bool
	cmd := &cobra.Command{
		Use:               "du LOCATION...",
		Short:             "Sum the sizes of everything below",
		Long:              "Sum the sizes of everything below each location: readable on a terminal, bytes in a pipe.",
		Args:              usageArgs(cobra.MinimumNArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.each(cmd.Context(), args, exact, e.du)
		},
	}
	cmd.Flags().BoolVar(&exact, "exact", false, "take *, ? and [ in locations literally")
	return cmd
}

// usageJSON is the size of one location as --json prints it.
type usageJSON struct {
	Type     string `json:"type"`
	Location string `json:"location"`
	Key      string `json:"key"`
	KeyBytes []byte `json:"key_base64,omitempty"` // when the key is not UTF-8
	Dir      bool   `json:"dir"`
	Entries  int64  `json:"entries"`
	Size     int64  `json:"size"`
}

func (e *env) du(ctx context.Context, _ string, s source) (counter, error) {
	var c counter
	if err := c.add(ctx, s); err != nil {
		return c, err
	}
	if c.entries == 0 && !s.certain {
		if _, err := s.place.Tree.Stat(ctx, s.entry.Path); err != nil {
			return c, err
		}
	}
	where := remote.Place{Tree: s.place.Tree, Path: s.entry.Path}.Location()
	switch {
	case e.json:
		return c, e.out.Object(usageJSON{"entry", where, string(s.entry.Path), rawBytes(string(s.entry.Path)), s.entry.Dir, c.entries, c.bytes}, false)
	case terminal(e.Out):
		return c, e.out.Line(fmt.Sprintf("%10s  %9s entries  %s", text.Size(c.bytes), text.Count(c.entries), where))
	default:
		return c, e.out.Line(fmt.Sprintf("%d\t%s", c.bytes, where))
	}
}
