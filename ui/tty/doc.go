// Package tty is the terminal itself: what Bubble Tea v1 reads from it, what is
// written to it, and how it is left behind.
//
// For the common case:
//
//	out := tty.NewOut(os.Stdout)
//	keeper := tty.Keep(os.Stdin, out)
//	root := tty.NewFrame(model)
//	root.Screen = tty.NewScreen(out)
//	defer root.Screen.Close()
//	p := tea.NewProgram(root, tea.WithAltScreen(), tea.WithMouseCellMotion(), tea.WithReportFocus(), tea.WithFPS(1),
//		tea.WithInput(tty.Input(os.Stdin, answer)), tea.WithOutput(out), tea.WithoutSignalHandler())
//	stop := tty.Watch(func(os.Signal) { p.Quit() }, func(os.Signal) { keeper.Restore(); exit() })
//	defer stop()
//
// In hands over whole sequences only and takes out the terminal's answers; Out
// writes a frame as one synchronised update and has room for sequences that are
// no part of a frame; Frame builds the screen no more often than it can be seen
// and splits runs of keys; Screen draws it as soon as it is built, so that a key
// is answered in a millisecond and an idle program sleeps; Keeper puts the
// terminal back whatever happens. Each answers a defect of v1.3.10 that upstream
// will not mend.
package tty
