package torture_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// A call is one system call of the victim, seen when it begins (done false) or
// when it has been made (done true).
type call struct {
	name string
	path string // of the descriptor or of the name it is about; "" if neither
	to   string // the new name of a rename or a link
	data []byte // the first bytes that are sent through a socket
	done bool
	err  bool // it failed; known when done
	sync bool // it makes path durable, or all of its volume

	tid int
	reg unix.PtraceRegs
}

// verdict is what happens to the victim at a call.
type verdict bool

const (
	spare verdict = false
	kill  verdict = true
)

// ending is how a traced program ended.
type ending struct {
	killed bool
	code   int
}

// trace runs program until it ends, telling visit about every system call that
// another program, the disk or the server can see. At a verdict of kill all of
// its threads die where they are, as at kill -9. What it prints goes to out.
func trace(t *testing.T, program string, args, env []string, out *os.File, visit func(*call) verdict) ending {
	t.Helper()
	// The system lets only the thread that started a process trace it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close() //nolint:errcheck // was opened for reading
	pid, err := syscall.ForkExec(program, append([]string{program}, args...), &syscall.ProcAttr{
		Env: env, Files: []uintptr{null.Fd(), out.Fd(), out.Fd()},
		Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true},
	})
	if err != nil {
		t.Skipf("no process can be traced here: %v", err)
	}
	w := &watch{T: t, pid: pid, visit: visit, inside: map[int]*call{}}
	return w.follow()
}

// watch is one process that is traced.
type watch struct {
	*testing.T
	pid    int
	visit  func(*call) verdict
	inside map[int]*call // the call that a thread is in; nil if it does not concern us
	dead   bool
}

func (w *watch) follow() ending {
	w.Helper()
	const options = unix.PTRACE_O_TRACESYSGOOD | unix.PTRACE_O_TRACECLONE | unix.PTRACE_O_TRACEFORK |
		unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_EXITKILL
	var end ending
	begun := false
	for {
		var st unix.WaitStatus
		tid, err := unix.Wait4(-w.pid, &st, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return end
		case err != nil:
			w.Fatal(err)
		case st.Exited() || st.Signaled():
			delete(w.inside, tid)
			if tid == w.pid {
				end = ending{killed: st.Signaled(), code: st.ExitStatus()}
			}
			continue
		case !begun:
			begun = true
			if err := unix.PtraceSetOptions(tid, options); err != nil {
				_ = unix.Kill(w.pid, unix.SIGKILL)
				w.Skipf("no process can be traced here: %v", err)
			}
			_ = unix.PtraceSyscall(tid, 0)
			continue
		}
		w.stopped(tid, st.StopSignal())
	}
}

// stopped looks at a thread that stands still, and lets it go on.
func (w *watch) stopped(tid int, sig unix.Signal) {
	deliver := 0
	switch {
	case sig == unix.SIGTRAP|0x80:
		if w.dead {
			break
		}
		if w.atCall(tid) == kill {
			w.dead = true
			_ = unix.Kill(w.pid, unix.SIGKILL)
			return
		}
	case sig == unix.SIGTRAP || sig == unix.SIGSTOP: // a new thread, and the one that made it
	default:
		deliver = int(sig)
	}
	_ = unix.PtraceSyscall(tid, deliver) // fails for a thread that has just died
}

func (w *watch) atCall(tid int) verdict {
	if c, in := w.inside[tid]; in {
		delete(w.inside, tid)
		if c == nil {
			return spare
		}
		if unix.PtraceGetRegs(tid, &c.reg) != nil {
			return spare
		}
		c.done, c.err = true, int64(c.reg.Rax) < 0
		return w.visit(c)
	}
	c := &call{tid: tid}
	w.inside[tid] = nil
	if unix.PtraceGetRegs(tid, &c.reg) != nil {
		return spare
	}
	if c.reg.Orig_rax == unix.SYS_PRCTL && c.reg.Rdi == unix.PR_SET_DUMPABLE {
		// The files of who may not be dumped are shown to root only.
		c.reg.Rsi = 1
		_ = unix.PtraceSetRegs(tid, &c.reg)
	}
	if !c.describe(w.pid) {
		return spare
	}
	w.inside[tid] = c
	return w.visit(c)
}

// describe tells what a call is about; false if nobody else can see it.
func (c *call) describe(pid int) bool {
	r := &c.reg
	file := func(fd uint64) string {
		p, _ := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", pid, int32(fd)))
		return p
	}
	at := func(fd, name uint64) string {
		s := c.text(name)
		if strings.HasPrefix(s, "/") || int32(fd) == unix.AT_FDCWD {
			return s
		}
		return file(fd) + "/" + s
	}
	switch r.Orig_rax {
	case unix.SYS_WRITE, unix.SYS_PWRITE64, unix.SYS_WRITEV, unix.SYS_SENDTO:
		c.name, c.path = "write", file(r.Rdi)
		if strings.HasPrefix(c.path, "socket:") {
			c.name = "send"
			if r.Orig_rax != unix.SYS_WRITEV {
				c.data = make([]byte, min(8<<10, r.Rdx))
				_, _ = unix.PtracePeekData(c.tid, uintptr(r.Rsi), c.data)
			}
		}
	case unix.SYS_SENDMSG, unix.SYS_CONNECT:
		c.name, c.path = "send", file(r.Rdi)
	case unix.SYS_SENDFILE:
		c.name, c.path = "send", file(r.Rdi)
	case unix.SYS_SPLICE, unix.SYS_COPY_FILE_RANGE:
		c.name, c.path = "write", file(r.Rdx)
	case unix.SYS_FTRUNCATE, unix.SYS_FALLOCATE:
		c.name, c.path = "resize", file(r.Rdi)
	case unix.SYS_FSYNC, unix.SYS_FDATASYNC:
		c.name, c.path, c.sync = "fsync", file(r.Rdi), true
	case unix.SYS_SYNCFS:
		c.name, c.path, c.sync = "syncfs", file(r.Rdi), true
	case unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2:
		c.name, c.path, c.to = "rename", at(r.Rdi, r.Rsi), at(r.Rdx, r.R10)
	case unix.SYS_RENAME:
		c.name, c.path, c.to = "rename", c.text(r.Rdi), c.text(r.Rsi)
	case unix.SYS_LINKAT:
		c.name, c.path, c.to = "link", at(r.Rdi, r.Rsi), at(r.Rdx, r.R10)
	case unix.SYS_UNLINKAT:
		c.name, c.path = "unlink", at(r.Rdi, r.Rsi)
	case unix.SYS_UNLINK:
		c.name, c.path = "unlink", c.text(r.Rdi)
	case unix.SYS_MKDIRAT:
		c.name, c.path = "mkdir", at(r.Rdi, r.Rsi)
	case unix.SYS_MKDIR:
		c.name, c.path = "mkdir", c.text(r.Rdi)
	case unix.SYS_OPENAT:
		if r.Rdx&unix.O_CREAT == 0 {
			return false
		}
		c.name, c.path = "create", at(r.Rdi, r.Rsi)
	case unix.SYS_UTIMENSAT:
		c.name, c.path = "utime", at(r.Rdi, r.Rsi)
	case unix.SYS_FLOCK:
		c.name, c.path = "lock", file(r.Rdi)
	case unix.SYS_FCNTL:
		if r.Rsi != unix.F_SETLK && r.Rsi != unix.F_OFD_SETLK && r.Rsi != unix.F_SETLKW {
			return false
		}
		c.name, c.path = "lock", file(r.Rdi)
	default:
		return false
	}
	// The runtime wakes its own threads through these.
	return !strings.HasPrefix(c.path, "anon_inode:") && !strings.HasPrefix(c.path, "pipe:")
}

// text reads a name out of the memory of the victim.
func (c *call) text(addr uint64) string {
	if addr == 0 {
		return ""
	}
	var b [4096]byte
	for n := 0; n < len(b); n += 256 {
		if _, err := unix.PtracePeekData(c.tid, uintptr(addr)+uintptr(n), b[n:n+256]); err != nil {
			break
		}
		if i := bytes.IndexByte(b[n:n+256], 0); i >= 0 {
			return string(b[:n+i])
		}
	}
	return string(bytes.TrimRight(b[:], "\x00"))
}
