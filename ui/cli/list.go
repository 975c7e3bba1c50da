package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"gantry/ui/app"
	"gantry/ui/text"
)

// listCommand prints what all gives: with --json each as its object, else as a
// row.
func listCommand[T any](e *env, what string, all func(*app.App) []T, object func(T) any, row func(T) []string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Print the " + what + ", one a line", Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			var rows [][]string
			for _, i := range all(a) {
				if e.json {
					if err := e.out.Object(object(i), false); err != nil {
						return err
					}
					continue
				}
				rows = append(rows, row(i))
			}
			return e.table(rows)
		},
	}
}

// table prints rows in columns as wide as they must be.
func (e *env) table(rows [][]string) error {
	var widths []int
	for _, r := range rows {
		for k, cell := range r {
			if k == len(widths) {
				widths = append(widths, 0)
			}
			widths[k] = max(widths[k], text.Width(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for k, cell := range r {
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", widths[k]-text.Width(cell)+2))
		}
		if err := e.out.Line(strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
