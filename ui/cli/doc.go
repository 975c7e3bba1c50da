// Package cli is the headless front end: it parses the command line, builds the
// same requests as the screen, drains the same feed, and prints. Without a
// subcommand it starts the screen.
//
// Two rules say where text goes. stdout carries data only: names, contents,
// JSON lines; exact bytes into a pipe, made safe to print on a terminal. All
// else, errors, questions and the progress line, goes to stderr and is always
// made safe.
package cli
