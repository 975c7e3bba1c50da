// Package demo is the S3 server that gantry brings along, for --demo and for
// tests: versitygw on a temporary folder, with users, roles and an STS of its
// own, so that access keys, sessions, their expiry, and refusals are real.
//
// There are two ways in:
//
//   - NewGateway serves in this process. It changes the process's working
//     directory and there can be only one at a time, so it is for test
//     binaries (start it in TestMain, give every test a bucket of its own) and
//     for the child below.
//   - Start runs the gateway in a child process: our own executable with a
//     hidden sub-command that calls Child. The child writes sample data worth
//     looking at, and ends with its parent, however that ends, because it
//     reads a pipe that the parent holds. Server.ConfigFile is a store with
//     credentials and three servers for it.
//
// Everything lives in one temporary folder, which Close removes; if the parent
// dies without Close, the child removes it.
//
// The folders sigv4 and sts hold the check of signatures and the identity
// service; they know nothing of versitygw.
package demo
