package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"gantry/remote"
	"gantry/remote/store"
)

// The exit codes (contract.md, "Commands").
const (
	exitOK          = 0
	exitSome        = 1 // some items failed or were skipped because of a conflict
	exitUsage       = 2 // wrong command line
	exitConfig      = 3 // store or configuration refused
	exitNotFound    = 4
	exitDenied      = 5 // access denied or credentials refused
	exitUnreachable = 6
	exitInterrupted = 130
	exitTerminated  = 143
)

// Signal is the cause with which main ends the context when a signal came.
type Signal struct{ os.Signal }

// Error names the signal.
func (s Signal) Error() string {
	switch s.Signal {
	case os.Interrupt:
		return "interrupted"
	case syscall.SIGTERM:
		return "terminated"
	case syscall.SIGHUP:
		return "the terminal is gone"
	}
	return "stopped by " + s.Signal.String()
}

// ExitCode is what a shell reports for the signal.
func (s Signal) ExitCode() int {
	if s.Signal == os.Interrupt {
		return exitInterrupted
	}
	if n, ok := s.Signal.(syscall.Signal); ok && n == syscall.SIGHUP {
		return 128 + int(syscall.SIGHUP)
	}
	return exitTerminated
}

// usageError is a wrong command line.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// partial says that a command ended and that not everything went well; the
// details were printed as they happened.
type partial struct{ code int }

func (e partial) Error() string { return "" }

// exitCode is the one place where errors become exit codes.
func exitCode(ctx context.Context, err error) int {
	var sig Signal
	if err != nil && errors.As(context.Cause(ctx), &sig) {
		return sig.ExitCode()
	}
	var (
		usage   usageError
		part    partial
		refused *store.Refused
		reject  *store.Rejected
	)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &part):
		return part.code
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &refused), errors.As(err, &reject):
		return exitConfig
	}
	return errorCode(err)
}

// errorCode tells what was typed wrong from what a server does not take.
func errorCode(err error) int {
	if remote.KindOf(err) == remote.Invalid && !remote.Answered(err) && !remote.OfSettings(err) {
		return exitUsage
	}
	return triedCode(err)
}

// triedCode is the exit code of what was tried and failed.
func triedCode(err error) int {
	if remote.OfSettings(err) {
		return exitConfig
	}
	return kindCode(remote.KindOf(err))
}

// kindCode is that of a kind of failure.
func kindCode(k remote.Kind) int {
	switch k {
	case remote.NotExist:
		return exitNotFound
	case remote.Denied, remote.Auth:
		return exitDenied
	case remote.Unreachable, remote.Throttled:
		return exitUnreachable
	default:
		return exitSome
	}
}

// exitHelp is the table of exit codes in --help.
const exitHelp = `Exit codes:
  0  all done                            4  not found
  1  some items failed or were skipped   5  access denied or credentials refused
     because of a conflict               6  unreachable
  2  wrong command line                130  interrupted
  3  store or configuration refused    143  terminated`
