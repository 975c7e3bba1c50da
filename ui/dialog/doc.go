// Package dialog holds the windows that lie over the panes, and the stack that
// they form. The front window has every key.
//
// For the common case: Push(NewConfirm(styles, ConfirmOptions{…})) on the
// model's Stack, pass messages to Stack.Update while Len is not 0, and call
// Stack.Draw on the finished frame. PushAuto is for windows that the user did
// not ask for: they wait behind those that he did, and swallow keys for a
// moment, so that typing cannot answer them.
//
// A window knows nothing of trees or jobs. It is made from values and closures
// that captured values when it was opened; what it gives back is the tea.Cmd of
// the closure that was chosen. Esc and Ctrl-C always close the front window and
// change nothing. All text that comes in is untrusted and is cleaned here.
//
// Everything belongs to the goroutine of Bubble Tea's Update.
package dialog
