// Package keys knows the names of keys: it reads them as users write them,
// writes them as Bubble Tea does, finds bindings that collide, and follows keys
// of several strokes.
//
// For the common case: Parse what stands in the action table or in [keys],
// check the whole with Conflicts, make a Matcher and give it every key press.
//
// # Names
//
// A key is a character as it arrives ("j", "G", "?", "é") or one of the names
// esc, enter, tab, space, backspace, delete, insert, home, end, pgup, pgdown,
// up, down, left, right, f1 to f12. Before it may stand alt+, ctrl+ and shift+,
// as far as terminals can send them: there is no ctrl+shift with a letter, and
// shift with a character is that other character. Common spellings ("Ctrl-U",
// "PgUp", "Esc", "Del") are understood.
//
// A sequence is keys with spaces between them ("s v", "ctrl+x ctrl+s"); two
// characters may be written together ("gg"). Its last key may be "<letter>",
// which stands for any one letter, as in "m <letter>".
//
// # Scopes
//
// A binding holds in a scope, which is a name that the caller chooses. The
// empty scope holds everywhere and so overlaps every other one; two different
// names never overlap, because only one of them is in front of the user.
package keys
