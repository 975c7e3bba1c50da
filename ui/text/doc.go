// Package text is about cells, not bytes. It is the one choke point between
// untrusted text and the terminal: every name, key, error, config value and
// file content goes through Clean, Name, Line or Lines before it is drawn.
//
// For the common case: Name for a row (and keep its width), Clean for anything
// on one line, Lines or Wrap for anything longer; then Middle or Truncate to
// make it fit, Pad or PadLeft to fill its column. Put lays a window over a
// frame. Sizes, rates, counts and times have their own short forms here, so
// that they read alike everywhere.
//
// Widths are columns of a terminal as x/ansi counts them by grapheme; no other
// counter is used in the program. Everything here is a pure function.
package text
