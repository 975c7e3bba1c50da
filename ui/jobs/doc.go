// Package jobs is the queue on the screen: the list of jobs with their
// progress, the items of one job, and the one line about transfers that the
// panes show.
//
// For the common case: New, Reset with what the queue holds, Apply for every
// Update of its Feed, View when the queue has the screen and StatusLine when it
// has not. Keys belong to the root's action table, which calls Move, Open,
// Close and asks Selected what to pause or cancel.
//
// A View only shows snapshots: it never calls the queue, except that opening or
// scrolling a job's details calls Items. It belongs to the goroutine of Bubble
// Tea's Update.
package jobs
