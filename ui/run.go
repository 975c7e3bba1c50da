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
	root := tty.NewFrame(&asking{Model: m})
	root.Screen = tty.NewScreen(screen)
	defer root.Screen.Close()
	p = tea.NewProgram(root, options...)
	defer watch(ctx, p, keeper)()
	_, err := p.Run()
	if err != nil {
		keeper.Restore() // Bubble Tea may not have come to it
	}
	switch {
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

// asking is the model on a real terminal: its first Cmd asks for the
// background.
type asking struct{ *Model }

// Init also asks for the background.
func (a *asking) Init() tea.Cmd {
	raw := a.raw
	ask := func() tea.Msg {
		raw(tty.AskBackground)
		return nil
	}
	return tea.Batch(a.Model.Init(), ask)
}

// Update keeps the wrapper around the model.
func (a *asking) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	_, cmd := a.Model.Update(msg)
	return a, cmd
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
}
