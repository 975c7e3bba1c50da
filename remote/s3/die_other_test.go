//go:build !linux

package s3_test

import "syscall"

// dieWithUs has nothing to ask for: only Linux has it.
func dieWithUs() *syscall.SysProcAttr { return nil }
