// Package wrap decorates trees: ReadOnly refuses writes, Logged tells a logger,
// Limited slows the bytes down, Faulty fails on demand in tests.
//
// A decorated tree keeps the abilities of the tree inside, and only those: they
// are found with remote.As, never with a plain type assertion, and they pass
// through the decoration like every other method. ReadOnly keeps only those
// that read. Decorators nest in any order.
package wrap
