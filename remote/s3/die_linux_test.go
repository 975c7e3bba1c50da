package s3_test

import "syscall"

// dieWithUs ends a daemon also when the test binary is killed.
func dieWithUs() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
