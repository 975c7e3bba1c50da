package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"gantry/ui/app"
	"gantry/ui/config"
)

func (e *env) configCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config path|check|example",
		Short: "Where the store is, whether it is right, what it could say",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			return usagef("config: say path, check or example")
		},
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "path", Short: "Print where the store is", Args: usageArgs(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				path := app.ConfigFile(e.config)
				if e.json {
					return e.out.Object(map[string]string{"type": "config", "path": path}, true)
				}
				return e.out.Line(path)
			},
		},
		&cobra.Command{
			Use: "check", Short: "Read the store and report every problem", Args: usageArgs(cobra.NoArgs),
			RunE: func(cmd *cobra.Command, _ []string) error { return e.check() },
		},
		&cobra.Command{
			Use: "example", Short: "Print a store with every key and its default", Args: usageArgs(cobra.NoArgs),
			RunE: func(*cobra.Command, []string) error {
				e.json = false // it is a store
				_, err := e.Out.Write([]byte(config.Example()))
				return err
			},
		},
	)
	return cmd
}

func (e *env) check() error {
	path := app.ConfigFile(e.config)
	if _, _, err := config.Load(path, knownActions()); err != nil {
		return err
	}
	if e.quiet || e.json {
		return nil
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return e.out.Line(path + ": not there yet; gantry config example shows what it could say")
	}
	return e.out.Line(path + ": ok")
}
