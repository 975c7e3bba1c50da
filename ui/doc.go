// Package ui is the screen: the root Bubble Tea model, what each key and each
// click does, and where everything is drawn.
//
// For the common case: fill a Deps in the composition root and call Run. Tests
// call New and press keys through ui/uitest.
//
// How it is built:
//
//   - Model is the only tea.Model. Panes, queue and dialogs are plain structs
//     with imperative methods; they never send messages to each other, the root
//     hands values from one to the other.
//   - Update routes by the type of the message to one handler each (update.go).
//     Keys never meet a switch: they are looked up in the action table.
//   - An action is a row of data (actions.go and actions_*.go): id, help, group,
//     keys, scope, danger, why it is not possible now, and what it does. The key
//     bar, the help, the palette, the menu, README's table and the check of the
//     user's [keys] come from the same table.
//   - Nothing here blocks. Init, Update and View do no I/O; what may wait runs
//     in a tea.Cmd that got copies of the values it needs, so that what was
//     confirmed is what is done, wherever the cursor is by then.
//   - Whatever comes from outside (names, errors, settings) is shown through
//     ui/text and nothing else.
//
// All of Model belongs to the goroutine of the event loop; there are no locks.
package ui
