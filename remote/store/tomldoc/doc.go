// Package tomldoc reads a TOML file that people edit, knows where everything in
// it stands, checks it against a schema, and changes single values without
// touching any other byte.
//
// For the common case: Parse gives a Document and the problems of its syntax;
// Document.Check compares it with Fields; Set, Unset, Add and Remove return
// changed copies of the file.
//
// No message holds a value of the file, nor a key that does not look like one:
// anything may be a secret in the wrong place. Decoding into Go values is not
// done here; the packages above use BurntSushi/toml for that and this one for
// positions.
package tomldoc
