package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

// stepJSON is a step of a test as --json prints it.
type stepJSON struct {
	Type    string  `json:"type"`
	Step    string  `json:"step"`
	State   string  `json:"state"`
	Detail  string  `json:"detail,omitempty"`
	Missing string  `json:"missing,omitempty"`
	Without string  `json:"without,omitempty"`
	Hint    string  `json:"hint,omitempty"`
	Seconds float64 `json:"seconds"`
}

// reportJSON is the end of a test.
type reportJSON struct {
	Type       string    `json:"type"`
	Server     string    `json:"server,omitempty"`
	Credential string    `json:"credential"`
	Identity   string    `json:"identity,omitempty"`
	Region     string    `json:"region,omitempty"`
	Skew       float64   `json:"clock_seconds"`
	Started    time.Time `json:"started"`
	OK         bool      `json:"ok"`
}

// step prints one step of a test.
func (e *env) step(s remote.Step) {
	if e.json {
		_ = e.out.Object(stepJSON{"step", s.ID, string(s.State), s.Detail, s.Missing, s.Without, s.Hint, s.Took.Seconds()}, true) // a closed pipe shows at the end
		return
	}
	state := map[remote.StepState]string{
		remote.StepOK: "ok", remote.StepDenied: "DENIED", remote.StepUnsupported: "not supported", remote.StepFailed: "FAILED", remote.StepSkipped: "skipped",
	}[s.State]
	line := text.Pad(state, 14) + text.Pad(s.Title, 18)
	var more []string
	for _, m := range []string{s.Detail, prefixed("needs ", s.Missing), s.Hint, prefixed("without it: ", s.Without)} {
		if m != "" {
			more = append(more, m)
		}
	}
	_ = e.out.Line(strings.TrimRight(line+strings.Join(more, "; "), " "))
	_ = e.out.Flush()
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// reported ends a test: the summary, and the exit code of the worst step.
func (e *env) reported(r remote.Report) error {
	if e.json {
		if err := e.out.Summary(reportJSON{"summary", r.Server, r.Credential, r.Identity, r.Region, r.Skew.Seconds(), r.Started.UTC(), r.OK()}); err != nil {
			return err
		}
	}
	for _, s := range r.Steps { // the first fault is the cause of the others
		switch s.State {
		case remote.StepFailed:
			return partial{kindCode(s.Kind)}
		case remote.StepDenied:
			return partial{exitDenied}
		}
	}
	return nil
}

func (e *env) serverTestCommand() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use: "test NAME", Short: "Ask a server step by step what works, and say why when something does not",
		Long: "test tells for each step whether it works, is denied (and which permission is missing) or is not supported, and\n" +
			"what works without it. It only reads, unless --write: then it writes under .gantry-probe-… and removes that.\n\n" + exitHelp,
		Args: usageArgs(cobra.ExactArgs(1)), ValidArgsFunction: e.completeServers,
		RunE: func(cmd *cobra.Command, args []string) error {
			a, i, err := e.serverNamed(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			r, err := a.TestServer(cmd.Context(), i.Server, nil, remote.TestOptions{Write: write}, e.step)
			if err != nil {
				return err
			}
			if !write && r.OK() {
				e.notef("Only reading was tested; --write tests writing, large uploads, deleting and tags too.")
			}
			return e.reported(r)
		},
	}
	cmd.Flags().BoolVar(&write, "write", false, "write, tag and delete too, under a name of its own")
	return cmd
}
