package ui

import (
	"context"
	"errors"
	"fmt"
	"os"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/termenv"

	"gantry/ui/theme"
	"gantry/ui/tty"
)

// ErrNoTerminal says that the screen has nothing to be drawn on.
var ErrNoTerminal = errors.New("the two panes need a terminal")

// quitMsg ends the program from outside: the context has ended.
type quitMsg struct{}

// backgroundMsg is the terminal's answer about its background.
type backgroundMsg struct{ dark bool }

// Run shows the screen on a terminal until the user quits, which is no error, or
// ctx ends, whose cause it returns. Signals are the caller's: it turns the first
// one into the end of ctx; at a second one the terminal is put back at once.
// Whatever ends the screen, the terminal is as it was. The queue is the caller's
// to close.
func Run(ctx context.Context, d Deps, in, out *os.File) error {
	if !term.IsTerminal(in.Fd()) || !term.IsTerminal(out.Fd()) {
		return ErrNoTerminal
	}
	screen := tty.NewOut(out)
	keeper := tty.Keep(in, screen)
	outer := ctx
	ctx, stop := context.WithCancel(ctx)
	defer stop() // listings and other Cmds under way

	appearance := looks(d.UI.Theme)
	given := d.Styles != nil
	if !given {
		d.Styles = appearance(true) // until the terminal has told its background
	}
	m := New(ctx, d)
	m.console = &console{in, out}
	m.raw = func(seq string) { _ = screen.Raw(seq) } // a terminal that is gone ends the program elsewhere
	if !given {
		m.appearance = appearance
	}

	var p *tea.Program
	answer := func(seq string) {
		if dark, ok := tty.Background(seq); ok {
			p.Send(backgroundMsg{dark})
		}
	}
	options := []tea.ProgramOption{
		tea.WithAltScreen(), tea.WithReportFocus(), tea.WithFPS(1), tea.WithoutSignalHandler(), // frames are not Bubble Tea's
		tea.WithInput(tty.Input(in, answer)), tea.WithOutput(screen),
	}
	if d.UI.Mouse {
		options = append(options, tea.WithMouseCellMotion())
	}
	fatal := &crash{keep: d.Crash, kill: func() { p.Kill() }}
	signs := tty.NewSigns(m.raw, os.Getenv)
	root := tty.NewFrame(&attached{Model: m, signs: signs, crash: fatal})
	root.Screen = tty.NewScreen(screen)
	root.Screen.Report = fatal.report
	defer root.Screen.Close()
	p = tea.NewProgram(root, options...)
	defer watch(ctx, p, keeper)()
	_, err := p.Run()
	signs.Close()
	if err != nil {
		keeper.Restore() // Bubble Tea may not have come to it
	}
	crashed := fatal.ended()
	switch {
	case crashed != nil:
		return crashed
	case outer.Err() != nil:
		return context.Cause(outer)
	case err != nil:
		return fmt.Errorf("the screen ended: %w", err)
	}
	return nil
}

// watch ends the program through the front door when ctx ends. The first signal
// ends ctx and so comes by that door too; at the second one whoever made ctx
// exits hard, so the terminal is put back without waiting for anything.
func watch(ctx context.Context, p *tea.Program, keeper *tty.Keeper) (stop func()) {
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() { // ends with stop
		defer close(ended)
		select {
		case <-ctx.Done():
			p.Send(quitMsg{})
		case <-done:
		}
	}()
	unwatch := tty.Watch(func(os.Signal) {}, func(os.Signal) { keeper.Restore(); p.Kill() })
	return func() {
		close(done)
		<-ended
		unwatch()
	}
}

// looks makes the styles for a background, in the theme of that name.
func looks(name string) func(dark bool) *theme.Styles {
	profile := termenv.EnvColorProfile()
	return func(dark bool) *theme.Styles { return theme.New(name, profile, dark) }
}

// restyle takes the look for the terminal's background.
func (m *Model) restyle(dark bool) {
	if m.appearance == nil {
		return
	}
	m.st = m.appearance(dark)
	for p := range m.everyPane {
		p.SetStyles(m.st)
	}
	m.jobs.SetStyles(m.st)
	m.servers.SetStyles(m.st)
}
