// Package uitest presses keys and reads the screen. Only tests import it.
//
// For the common case: New runs a tea.Model without a terminal; Keys, Type and
// Mouse act; every call returns when the model is idle, so that Screen can be
// compared at once. Script and RunScripts play the same from txtar files. Start
// runs a built binary in a pseudo-terminal with a terminal emulator behind it.
//
// Nothing sleeps. What lasts (a listing, a queue's feed) is waited for with
// WaitFor, whose deadline is only a watchdog: when it strikes, the test fails
// and shows the screen.
package uitest
