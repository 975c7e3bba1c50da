//go:build !linux && !darwin && !freebsd && !windows

package sqlite

func isNetwork(string) bool { return false }
