// Package cred turns a remote.Credential into something that signs requests.
//
// For the common case: New once per credential, hand the Provider to every tree
// that uses it, Close it when none does. A Provider asks for its keys the first
// time they are needed, never in New. All callers share one request for keys,
// so that a thousand parallel parts cost one call of STS.
//
// Keys that expire are renewed ahead of time by a goroutine of the Provider, as
// long as somebody uses them, and on demand when they are about to end. When a
// renewal fails, the old keys are used for as long as they are valid. Keys that
// the server refuses before their time are dropped with Refused, once for any
// number of callers that noticed.
//
// Secrets live in memory only. They are never in an error, in the log or in the
// arguments or environment of a child process.
package cred
