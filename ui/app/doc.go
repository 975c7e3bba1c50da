// Package app is the composition root that both front ends share: it reads the
// configuration, opens the store, the log and the queue, and turns locations
// into live trees. It is the only package that names concrete trees.
//
// For the common case: New, Open a location, submit requests to Queue, Close.
package app
