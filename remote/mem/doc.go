// Package mem is a Tree in memory, for tests of everything above Tree.
//
// New gives a bucket: keys are exact ("a//b", "..", "/x" are fine), every
// prefix exists, a folder is a slash object or a bare prefix, listings show the
// time of writing while Stat and Open show the kept modification time, parts
// are multipart uploads that survive their sink, and copies are made without
// moving bytes. NewDisk gives a disk: absolute paths, real folders, atomic
// renames, no copies.
//
// Put, PutAt, Get, Keys and Uploads are short cuts for preparing and looking at
// the content. Trees never block while they hold their lock, so they work
// inside synctest bubbles.
package mem
