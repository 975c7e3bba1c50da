package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"gantry/transfer"
	"gantry/ui/text"
)

// asker puts questions to the user of a terminal. Without a terminal nobody can
// answer.
type asker struct {
	env   *env
	able  bool
	lines chan string // what the user typed; made with the first question
}

func newAsker(e *env) *asker {
	return &asker{env: e, able: terminal(e.In) && terminal(e.Err) && !e.json}
}

// conflictKeys are the letters of the conflict dialog of the screen.
var conflictKeys = map[string]transfer.Policy{
	"o": transfer.PolicyOverwrite, "n": transfer.PolicyNewer, "z": transfer.PolicySize, "c": transfer.PolicyChecksum,
	"r": transfer.PolicyRename, "k": transfer.PolicyKeepBoth, "s": transfer.PolicySkip,
}

// conflict asks what to do with a target that exists. A capital letter answers
// for the whole job.
func (k *asker) conflict(ctx context.Context, a transfer.Ask) (transfer.Decision, bool, error) {
	if !k.able {
		return transfer.Decision{Policy: transfer.PolicyFail}, true, nil
	}
	k.printf("%s exists: source %s %s, target %s %s\n", a.To,
		text.Size(a.Src.Size), a.Src.ModTime.Local().Format("2006-01-02 15:04"),
		text.Size(a.Dst.Size), a.Dst.ModTime.Local().Format("2006-01-02 15:04"))
	for {
		answer, err := k.line(ctx, "[o]verwrite, if [n]ewer, if si[z]e differs, if [c]hecksum differs, [r]ename, [k]eep both, [s]kip; a capital for all: ")
		if errors.Is(err, io.EOF) { // there is nobody any more
			return transfer.Decision{Policy: transfer.PolicyFail}, true, nil
		}
		if err != nil {
			return transfer.Decision{}, false, err
		}
		if p, ok := conflictKeys[strings.ToLower(answer)]; ok {
			return transfer.Decision{Policy: p}, answer != strings.ToLower(answer), nil
		}
	}
}

// yes asks a question that starts on no.
func (k *asker) yes(ctx context.Context, question string) (bool, error) {
	answer, err := k.line(ctx, question+" [y/N] ")
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return strings.EqualFold(answer, "y") || strings.EqualFold(answer, "yes"), nil
}

// declined is the end of a command whose question was answered with no.
func (e *env) declined(what string) error {
	e.warnf("%s", what)
	return partial{exitSome}
}

// line prints a question and waits for a line or the end of ctx. When the input
// has ended it is io.EOF.
func (k *asker) line(ctx context.Context, question string) (string, error) {
	if k.lines == nil {
		k.lines = make(chan string)
		// It ends with the input, at the latest with the process: a read from a
		// terminal cannot be called off.
		go func() {
			defer close(k.lines)
			for s := bufio.NewScanner(k.env.In); s.Scan(); {
				k.lines <- s.Text()
			}
		}()
	}
	k.printf("%s", question)
	select {
	case line, ok := <-k.lines:
		if !ok {
			k.printf("\n")
			return "", io.EOF
		}
		return strings.TrimSpace(line), nil
	case <-ctx.Done():
		k.printf("\n")
		return "", context.Cause(ctx)
	}
}

func (k *asker) printf(format string, args ...any) {
	for i, a := range args {
		if s, ok := a.(string); ok && format != "%s" {
			args[i] = text.Clean(s)
		}
	}
	_, _ = fmt.Fprintf(k.env.Err, format, args...)
}
