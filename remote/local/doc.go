// Package local is the disk as a Tree, and the only writer of local files.
//
// New gives the tree of the whole machine; paths are absolute native paths and
// "" stands for the root. Listings stream: a folder of a million entries gives
// its first page at once and never costs more than a page.
//
// A write goes to a temporary file beside its target, `.NAME.gantry-XXXXXXXX`,
// in parts, in any order. Commit checks it, makes it durable, renames it and
// makes the folder durable, in that order, so that the target's name shows
// either the old content or all of the new. Whoever reads the name of a
// temporary file in a listing can tell it by Temporary.
//
// All writes go through an os.Root. Scope opens one on the folder of a job and
// refuses whatever leads outside, by dots or by links, now or while it runs;
// without a scope the root is the folder that holds the target, since the user
// named it. What a link points to is never written: a link is replaced.
package local
