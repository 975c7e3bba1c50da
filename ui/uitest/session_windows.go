package uitest

import "syscall"

// session is of no use here: there are no pseudo-terminals, and Start says so.
func session() *syscall.SysProcAttr { return nil }
