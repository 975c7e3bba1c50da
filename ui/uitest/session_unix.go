//go:build unix

package uitest

import "syscall"

// session makes the pseudo-terminal the program's own.
func session() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true, Setctty: true} }
