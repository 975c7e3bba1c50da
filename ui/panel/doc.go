// Package panel is one pane: the listing of one folder of one tree, its cursor,
// marks, filter and order, and its rows on the screen.
//
// For the common case: New, SetSize, run the Cmd that Open returns, hand every
// message to Update, and draw the lines of View. Keys and the mouse are not the
// panel's: the root calls Move, Mark, SetFilter, Hit and the like.
//
// A Panel belongs to the goroutine of the event loop. Nothing in it blocks:
// listing, sorting and filtering happen in the Cmds that its methods return,
// on snapshots of an append-only store of rows, and come back as messages that
// carry the panel's ID and a generation; what is out of date is dropped. A
// Selection is a snapshot too and may be read from any goroutine.
//
// Rows are packed: a million keys take some 60 MB. An Entry is built when
// somebody asks for it.
package panel
