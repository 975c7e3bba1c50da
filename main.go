// Command gantry is a terminal file manager for Amazon S3 and everything that
// speaks its protocol. This file turns signals into the end of a context and
// the result into an exit code; everything else is in ui/cli.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gantry/ui/cli"
	"gantry/ui/tty/quiet" // its init must run before any terminal library's
)

func main() {
	quiet.Restore()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)

	// The first signal asks everything to stop in order. The second one waits
	// only as long as it takes to put the terminal back.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		first := cli.Signal{Signal: <-signals}
		cancel(first)
		<-signals
		<-time.After(time.Second)
		os.Exit(first.ExitCode())
	}()

	os.Exit(cli.Main(ctx, os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
