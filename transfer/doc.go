// Package transfer is the queue: it takes Requests, turns each into a job with
// items and parts, runs the jobs in the background between any two trees, and
// tells what happens through a Feed.
//
// For the common case: New, Submit a Request, read Updates from Subscribe's
// Feed, Answer what it asks, Close. Progress is state and news is a list: an
// Update holds the latest snapshot of every job that changed and every event in
// order; workers never wait for whoever looks.
//
// Items end independently. A conflict parks its item and the rest goes on; a
// failure is counted and kept with its reason. Order guards data everywhere:
// write, verify, make durable, publish, and only then delete a source. A move
// inside a bucket copies all, verifies all, and then deletes all; until then
// Rollback removes its copies, except those that replaced something that is not kept,
// and what others may have written.
package transfer
