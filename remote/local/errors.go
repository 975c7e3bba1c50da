package local

import (
	"errors"
	"io/fs"
	"syscall"

	"gantry/remote"
)

// fail makes a *remote.Error of what the system said. It is the one place that
// knows error numbers.
func fail(op string, p remote.Path, err error) error {
	var e *remote.Error
	if errors.As(err, &e) {
		return err
	}
	kind, hint := classify(err)
	return &remote.Error{Op: op, Path: p, Kind: kind, Hint: hint, Err: err}
}

// stopped reports that a context ended.
func stopped(op string, p remote.Path, err error) error {
	return &remote.Error{Op: op, Path: p, Kind: remote.Other, Err: err}
}

func classify(err error) (remote.Kind, string) {
	if kind, hint := classifyNative(err); kind != remote.Other {
		return kind, hint
	}
	var no syscall.Errno
	_ = errors.As(err, &no)
	switch no {
	case syscall.ENOSPC:
		return remote.Full, "The disk is full. Free some space and try again."
	case syscall.EDQUOT:
		return remote.Full, "Your quota on this disk is used up. Free some space and try again."
	case syscall.EFBIG:
		return remote.Full, "The file is larger than this disk can hold."
	case syscall.EROFS:
		return remote.Denied, "This disk is mounted read-only."
	case syscall.EACCES:
		return remote.Denied, "The system does not let you do this. Check the permissions of the entry and of its folder."
	case syscall.EPERM:
		return remote.Denied, "The system does not allow this here. The entry may belong to somebody else or be protected."
	case syscall.EIO:
		return remote.Unreachable, "The disk reported an input/output error; what it holds cannot be trusted. Check the disk before trying again."
	case syscall.ESTALE, syscall.ETIMEDOUT, syscall.EHOSTDOWN, syscall.EHOSTUNREACH:
		return remote.Unreachable, "The file server does not answer. Try again when it is back."
	case syscall.EMFILE, syscall.ENFILE:
		return remote.Crowded, remote.Crowd(no)
	case syscall.EXDEV:
		return remote.Unsupported, "The target is on another disk, so it cannot be renamed; move it instead."
	case syscall.ENOTEMPTY:
		return remote.Invalid, "The folder is not empty."
	case syscall.ENAMETOOLONG:
		return remote.Invalid, "The name or the path is too long for this disk."
	case syscall.ELOOP:
		return remote.Invalid, "The links on this path lead in a circle."
	case syscall.ENOTDIR:
		return remote.NotExist, "There is nothing at this path; what should be a folder on the way is a file."
	case syscall.EISDIR:
		return remote.Invalid, "This is a folder and not a file."
	case syscall.EINVAL, syscall.EILSEQ:
		return remote.Invalid, "The disk cannot hold this name or do this."
	case syscall.EBUSY, syscall.ETXTBSY:
		return remote.Denied, "The entry is in use by the system. Try again when it is not."
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return remote.NotExist, "There is nothing at this path; it may have been moved or deleted."
	case errors.Is(err, fs.ErrExist):
		return remote.Exist, "Something with this name exists already."
	case errors.Is(err, fs.ErrPermission):
		return remote.Denied, "The system does not let you do this. Check the permissions of the entry and of its folder."
	}
	return remote.Other, ""
}
