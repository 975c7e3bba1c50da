// Package s3test is a strict S3 and STS on httptest, for what no real server
// gives: hostile keys, regions and redirects, archived objects, buckets of a
// million keys, and faults at every step of a request. It is for tests only.
//
// New starts a server with one access key. AddBucket makes buckets; Put,
// Delete, DropUpload and the like are "another client" that changes things
// behind the product's back. Everything else goes through HTTP, where every
// signature, checksum and precondition is checked: what AWS would refuse, this
// server refuses, with the same code.
//
// Fault adds a Rule: which request (operation, key pattern, the nth match)
// meets which Action (an error status, a reset connection, a flipped bit, a
// reply that never comes). A rule carries the id of the fault catalogue, and
// Fired counts how often each id struck, so that coverage can be counted.
// Events lists every request with its outcome, and whether it was applied.
//
// Faults come before the check of signatures, as those of a proxy would.
package s3test
