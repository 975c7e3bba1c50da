// Package theme turns a palette of a dozen meanings into the Styles of the
// screen. It is the only place that knows a colour.
//
// For the common case: New once at start, hand the *Styles to every part, and
// write s.Dir.Open() + text + s.Dir.Close() (or s.Dir.Render(text)) into a
// strings.Builder. Styles never change after New, so they may be read from any
// goroutine; nothing is computed while drawing.
//
// Nothing depends on colour alone: marks, cursors, buttons and badges also have
// a glyph or an attribute (bold, reverse, underline), which is all that is left
// under NO_COLOR.
package theme
