package cli

import (
	"github.com/spf13/cobra"
)

func (e *env) mkdirCommand() *cobra.Command {
	return &cobra.Command{
		Use:               "mkdir LOCATION",
		Short:             "Make a folder and its parents; in a bucket, a slash object",
		Args:              usageArgs(cobra.ExactArgs(1)),
		ValidArgsFunction: e.completeLocation,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, err := e.open(cmd.Context())
			if err != nil {
				return err
			}
			place, err := a.Open(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if place.Tree.Label() != "" {
				place.Path = folder(place.Path)
			}
			return e.did(place.Tree.Mkdir(cmd.Context(), place.Path))
		},
	}
}
