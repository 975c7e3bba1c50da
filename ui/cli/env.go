package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/charmbracelet/x/term"

	"gantry/ui"
	"gantry/ui/app"
	"gantry/ui/config"
	"gantry/ui/text"
)

// Stdio is what the program reads and writes. On a terminal they are *os.File.
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// env is what every command needs: the streams and the flags that all take.
type env struct {
	Stdio
	out      *printer
	config   string
	state    string
	json     bool // not of commands whose output has a form of its own
	quiet    bool
	yes      bool
	logLevel string

	attended  bool // somebody watches the queue and can mend what stops it
	dryRun    bool // nothing is to be put on record
	workers   int
	partSize  config.Bytes
	bandwidth config.Rate

	sum     func() any // the summary of --json; nil counts lines
	changed int64      // by the command, that it prints nothing about

	asker *ui.Asker // brings questions to the screen, if there is one

	app *app.App
}

// open makes the App at its first use, so that commands that need none (version,
// help) stay instant.
func (e *env) open(ctx context.Context) (*app.App, error) {
	if e.app != nil {
		return e.app, nil
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(e.logLevel)); err != nil {
		return nil, usagef("--log-level is debug, info, warn or error, not %q", e.logLevel)
	}
	o := app.Options{
		TokenCode:  e.tokenCode,
		Passphrase: e.passphrase,
		ConfigFile: app.ConfigFile(e.config),
		StateDir:   app.StateDir(e.state),
		LogLevel:   level,
		Actions:    knownActions(),
		Version:    Version(),
		Unattended: !e.attended,
		Forget:     e.dryRun,
		Workers:    e.workers,
		PartSize:   int64(e.partSize),
		Bandwidth:  int64(e.bandwidth),
	}
	if e.asker != nil { // the panes own the terminal, and ask on it
		o.TokenCode, o.Passphrase = e.asker.TokenCode, e.asker.Passphrase
	}
	guardMemory() // from here on there are secrets in it
	a, err := app.New(ctx, o)
	if err != nil {
		return nil, err
	}
	e.app = a
	return a, nil
}

// closeIn is how long the clean-up of what was stopped may take.
const closeIn = 5 * time.Second

// close ends the App if there is one, within a few seconds even if a server
// does not answer the clean-up.
func (e *env) close() {
	if e.app == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeIn)
	defer cancel()
	if err := e.app.Close(ctx); err != nil {
		e.app.Log().Error("close", "error", err)
	}
}

// knownActions is the screen's action table, for the check of [keys].
func knownActions() []config.Action {
	var known []config.Action
	for _, a := range ui.Actions() {
		known = append(known, config.Action{ID: a.ID, Scope: a.Scope, Keys: a.Keys})
	}
	return known
}

// terminal tells whether a stream is one.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// warnf writes a line for people, made safe to print.
func (e *env) warnf(format string, args ...any) {
	_, _ = fmt.Fprintln(e.Err, text.Clean(fmt.Sprintf("gantry: "+format, args...)))
}

// remark tells people on a terminal what a command that prints nothing has done.
func (e *env) remark(what string) {
	if !e.quiet && !e.json && terminal(e.Err) {
		_, _ = fmt.Fprintln(e.Err, text.Clean(what))
	}
}
