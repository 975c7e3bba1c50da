// Package store keeps credentials, servers, mounts, syncs and automations
// between runs in one file, config.toml, that a user also edits by hand.
//
// For the common case: Open the file, ask Lookup for a server and its
// credential, and give Apply a Change to edit the file. A file that is not as
// it must be is refused as *Refused, with every problem at once; a missing file
// is an empty store.
//
// Reading is strict: unknown keys, wrong types, dangling references and
// duplicate names are problems, each with its line and column. No message holds
// a value of the file, because any value may be a secret in the wrong place.
//
// Writing changes only the bytes of what was changed: comments, order and
// spacing of the rest stay as the user made them. The new content is checked
// like a file that is opened, and takes the place of the old one in one step or
// not at all.
//
// The store holds secrets: the file must be of mode 0600 in a folder of mode
// 0700, both the user's own, and the file must not be a symbolic link.
package store
