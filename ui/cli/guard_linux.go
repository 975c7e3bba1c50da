package cli

import "golang.org/x/sys/unix"

// guardMemory keeps the secrets in our memory out of core dumps and out of the
// reach of other programs of the same user. What the system refuses stays as it
// was: it is a second line of defence.
func guardMemory() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
