//go:build !linux

package sqlite_test

import "errors"

func mountSmall(string) error { return errors.ErrUnsupported }
func readOnly(string) error   { return errors.ErrUnsupported }
func unmount(string)          {}
