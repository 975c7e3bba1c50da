//go:build !linux

package cli_test

// dumpable: only Linux lets a program ask not to be dumped.
func dumpable([]string) string { return "not asked" }
