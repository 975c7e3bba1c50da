package cli

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"gantry/remote/demo"
	"gantry/ui"
	"gantry/ui/app"
)

// screen starts the two panes.
func (e *env) screen(ctx context.Context, args []string, withDemo bool) error {
	e.json = false
	in, out, err := e.terminals()
	if err != nil {
		return err
	}
	if withDemo {
		server, err := demo.Start(ctx, demo.Options{})
		if err != nil {
			return err
		}
		// The child and its folder go last, after the app has let go of them.
		defer func() { _ = server.Close() }()
		e.config, e.state = server.ConfigFile(), server.StateDir()
	}
	e.attended, e.asker = true, ui.NewAsker(0)
	spareThreads()
	a, err := e.open(ctx)
	if err != nil {
		return err
	}
	err = ui.Run(ctx, e.deps(a, args, withDemo), in, out)
	e.close()
	e.app = nil
	return err
}

// spareThreads lets a key be answered while transfers and sorting keep all
// processors busy: with as many threads as processors it would wait for its turn
// among the goroutines; with some to spare the kernel decides, which is kind to
// whoever has slept. Measured with eight uploads on two processors: 3.7 ms
// became 1.8 ms, the mean 23 ms became 15 ms.
func spareThreads() {
	const spare = 4
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + spare)
	}
}

// terminals are stdin and stdout, if both are terminals that can show panes.
func (e *env) terminals() (in, out *os.File, err error) {
	in, _ = e.In.(*os.File)
	out, _ = e.Out.(*os.File)
	if !terminal(e.In) || !terminal(e.Out) {
		return nil, nil, usagef("the panes need a terminal; without one use gantry ls, cp, mv, rm, cat and the other commands of gantry --help")
	}
	if os.Getenv("TERM") == "dumb" {
		return nil, nil, usagef("the panes need a terminal that can move its cursor, and TERM is \"dumb\"; use gantry ls, cp, mv, rm and the other commands of gantry --help")
	}
	return in, out, nil
}

// deps is what the screen gets of the app.
func (e *env) deps(a *app.App, args []string, withDemo bool) ui.Deps {
	cfg := a.Config()
	left, right := cfg.UI.Left, cfg.UI.Right
	if len(args) > 0 {
		left = args[0]
	}
	if len(args) > 1 {
		right = args[1]
	}
	q := a.Queue()
	crash := a.WriteCrash
	if withDemo { // its state folder goes with it
		crash = func(report []byte) (string, error) { return a.WriteCrashIn(os.TempDir(), report) }
	}
	return ui.Deps{
		Queue: q, Unfinished: q, Open: a.Open, Enter: a.Enter,
		Durable:   q.Durable() && !withDemo, // its journal goes with it
		NoJournal: a.NoJournal() != nil,
		Servers:   a.Servers, Admin: a, Asker: e.asker,
		Mounts: a.Store().Mounts, Clock: a.SessionEnd, Region: a.Region,
		ServerBandwidth: a.ServerBandwidth, SetServerBandwidth: a.SetServerBandwidth,
		Bookmarks: a.Bookmarks, SetBookmark: a.SetBookmark, Crash: crash,
		Left: left, Right: right, Home: app.Home(), LogFile: a.LogPath(),
		UI: cfg.UI, Keys: cfg.Keys, Log: a.Log(), Demo: withDemo, Notice: notice(a),
		Warning: strings.Join(a.Notices(), "\n\n"),
	}
}

// notice is the first message: it tells a newcomer with an empty store how to add
// a server.
func notice(a *app.App) string {
	if len(a.Store().Servers()) > 0 {
		return ""
	}
	return "No servers yet: F11 adds one. Buckets of your AWS settings need none: press : and type s3://bucket/"
}

// demoServerCommand is what the built-in server's child process runs.
func (e *env) demoServerCommand() *cobra.Command {
	return &cobra.Command{
		Use: "__demo", Hidden: true, DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			e.json = false // its streams speak to who started it
			err := demo.Child(cmd.Context(), e.In, e.Out, args)
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
}
