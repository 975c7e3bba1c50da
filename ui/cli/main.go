package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/remote/store"
)

// Main runs one command line and returns its exit code. ctx ends with a Signal
// as its cause when the user wants the program to stop.
func Main(ctx context.Context, args []string, stdio Stdio) int {
	e := &env{Stdio: stdio, out: newPrinter(stdio.Out, terminal(stdio.Out))}
	root := e.rootCommand()
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	err := root.ExecuteContext(ctx)
	e.close()
	if err == nil {
		err = errors.Join(e.end(), e.out.Flush())
	}
	if err != nil {
		e.report(ctx, err)
		_ = errors.Join(e.end(), e.out.Flush()) // stdout may be what failed
	}
	return exitCode(ctx, err)
}

// report says on stderr why the command did not succeed, unless that was said
// while it happened.
func (e *env) report(ctx context.Context, err error) {
	var (
		part    partial
		refused *store.Refused
		usage   usageError
		sig     Signal
	)
	switch {
	case errors.As(context.Cause(ctx), &sig):
		e.warnf("%s", sig.Error())
	case errors.As(err, &part):
	case errors.As(err, &refused):
		e.object("", remote.Invalid, refused.Error(), "")
		e.warnf("the store %s is refused:", refused.Path)
		for _, line := range strings.Split(strings.TrimRight(refused.Error(), "\n"), "\n") {
			e.warnf("%s", line)
		}
	case errors.As(err, &usage):
		e.object("", remote.Invalid, usage.Error(), "")
		e.warnf("%s", usage.Error())
	default:
		e.fail("", err)
	}
}

// rootCommand is the table of commands and the flags that every one takes.
func (e *env) rootCommand() *cobra.Command {
	var demo bool
	root := &cobra.Command{
		Use:   "gantry [LEFT [RIGHT]]",
		Short: "A two-pane file manager for S3 and the local disk",
		Long: "gantry shows the local tree and a bucket side by side and copies between them in the background.\n" +
			"A location is a local path, SERVER:path with a server of the store, or s3://bucket/key.\n\n" + exitHelp,
		Args:              usageArgs(cobra.MaximumNArgs(2)),
		SilenceErrors:     true,
		SilenceUsage:      true,
		ValidArgsFunction: e.completeLocation,
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if p := cmd.Parent(); p != nil && p.Name() == "completion" {
				e.json = false // a script
			}
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return e.screen(cmd.Context(), args, demo)
		},
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usagef("%v", err) })
	root.Flags().BoolVar(&demo, "demo", false, "open the panes on a built-in S3 server with sample data")
	f := root.PersistentFlags()
	f.StringVar(&e.config, "config", "", "the store `FILE` (default $GANTRY_CONFIG, else ~/.config/gantry/config.toml)")
	f.StringVar(&e.state, "state", "", "the `DIR` of journal and logs (default $GANTRY_STATE, else ~/.local/state/gantry)")
	f.BoolVar(&e.json, "json", false, "print one JSON object a line")
	f.BoolVar(&e.quiet, "quiet", false, "print errors only")
	f.BoolVar(&e.yes, "yes", false, "answer yes to questions")
	f.StringVar(&e.logLevel, "log-level", "info", "what the log file gets: debug, info, warn, error")
	root.AddCommand(
		e.lsCommand(), e.duCommand(), e.statCommand(), e.catCommand(),
		e.transferCommand("cp"), e.transferCommand("mv"), e.rmCommand(), e.mkdirCommand(), e.presignCommand(), e.queueCommand(), e.leftoversCommand(),
		e.serverCommand(), e.credentialCommand(), e.mountCommand(),
		e.configCommand(), e.versionCommand(), e.demoServerCommand(),
	)
	return root
}

// usageArgs makes a wrong number of arguments a wrong command line.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			path := cmd.CommandPath()
			return usagef("%s: %v (see %s --help)", strings.TrimPrefix(path, "gantry "), err, path)
		}
		return nil
	}
}
