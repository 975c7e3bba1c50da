// Package s3 is a bucket as a remote.Tree.
//
// For the common case: New makes the tree of a server of the store, NewAmbient
// the tree of s3:// with a folder for every bucket. Neither asks the network;
// the first method that needs it does. Close ends idle connections.
//
// A path is the exact key below the server's prefix. Folders are prefixes that
// end in a slash, with or without a slash object; the object "a" and the folder
// "a/" are two entries.
//
// # How requests travel
//
// Everything that is not hot goes through the AWS SDK; what a transfer repeats
// ten thousand times (put, part, get, copy, list, delete) are lean requests of
// our own, signed by sign.go and checked against the SDK's signer in the tests.
// Both share the transport (transport.go: no redirects, and a deadline that
// moves whenever bytes do), the endpoint of the bucket (site.go, from the SDK's
// rules), and the loop of run.go, which follows a bucket to its region, renews a
// session that ended early, corrects for a wrong clock and repeats what may be
// repeated. errors.go is the one place where a failure gets its Kind and its
// sentence.
//
// Metadata calls retry by themselves. Reading and writing content does not: the
// caller knows how many tries an item has left.
//
// # Integrity
//
// Uploads carry a CRC-64/NVME computed here before the bytes leave, which the
// store checks; a multipart upload is completed with the sum of the whole.
// Servers that know no such checksum get Content-MD5 instead; that is found out
// once and remembered, unless the server's integrity is "strict".
package s3
