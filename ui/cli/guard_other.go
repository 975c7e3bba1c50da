//go:build !linux

package cli

// guardMemory has nothing to do: only Linux lets a program ask not to be dumped.
func guardMemory() {}
