// Package servers is the server manager on the screen: the lists of servers,
// credentials and mounts, what is known about the row under the cursor, and how
// the values of a form and those of the store become each other.
//
// For the common case: New, Load with what the store holds, View when the
// manager has the screen. Keys belong to the root's action table, which asks
// Server, Credential or Mount what to act on; forms are the root's as well and
// take their values from ServerValues and CredentialValues.
//
// Nothing here does I/O or holds a secret: credentials come without theirs. It
// belongs to the goroutine of Bubble Tea's Update.
package servers
