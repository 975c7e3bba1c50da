package remote

import (
	"context"
	"errors"
	"io/fs"
	"strings"
)

// Kind is what can be acted on about an error. Code branches on the Kind, never
// on text.
type Kind uint8

// The kinds of errors. Retryable are Throttled, Unreachable and, a few times,
// Crowded (and Changed by starting anew); the rest needs the user.
const (
	Other       Kind = iota
	Invalid          // the request or the name makes no sense here
	NotExist         // nothing there
	Exist            // something is there already
	Denied           // the credential may not do this, or the tree is read-only
	Auth             // the credential itself is refused or has expired
	Throttled        // asked to slow down
	Unreachable      // the network, the server or its disk failed for now
	Changed          // the content is not the expected version
	Full             // no space left
	Unsupported      // the store cannot do this
	Corrupt          // bytes arrived damaged, or a checksum does not match
	Crowded          // too many files and connections are open on this machine
)

var kindNames = [...]string{
	"error", "invalid", "not found", "exists", "access denied", "credentials refused",
	"throttled", "unreachable", "changed", "full", "not supported", "damaged", "too many open files",
}

// String is a word for the kind, for logs and JSON.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[Other]
}

// Error is how every tree reports a failure: what was tried, on what, what kind
// of failure it is, and a sentence with a remedy for the user.
type Error struct {
	Op   string // the operation in words a user knows: "list", "read", "delete"
	Path Path   // the entry, may be ""
	Kind Kind
	Hint string // a whole sentence: what is wrong and what to do about it; may be ""
	Err  error  // the cause, may be nil; never holds a secret

	// Action is the IAM action that was refused, as in "s3:PutObject"; "" when that
	// is not known or something else went wrong.
	Action string

	// Gone is, of NotExist, the location of the whole that is not there: of a tree or
	// of a bucket in one, "acme:", "s3://bucket/". "" when only the entry is not.
	Gone string

	// Source says of Changed that in a copy it is the source that has, not the target.
	Source bool

	// Doubt says that the target may hold by now just what was to be written: an
	// answer was lost, and nothing but its content can tell.
	Doubt bool

	// Final says that trying again cannot help although the kind suggests it: no
	// such host, a certificate that is not trusted.
	Final bool
}

// Retryable tells whether the same request may succeed a little later.
func Retryable(err error) bool {
	var e *Error
	return errors.As(err, &e) && !e.Final && (e.Kind == Throttled || e.Kind == Unreachable || e.Kind == Crowded)
}

// Error says operation, path and cause on one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Path != "" {
		b.WriteString(" " + string(e.Path))
	}
	b.WriteString(": ")
	switch {
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	case e.Hint != "":
		b.WriteString(e.Hint)
	default:
		b.WriteString(e.Kind.String())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is work with the sentinels of io/fs.
func (e *Error) Is(target error) bool {
	switch target {
	case fs.ErrNotExist:
		return e.Kind == NotExist
	case fs.ErrExist:
		return e.Kind == Exist
	case fs.ErrPermission:
		return e.Kind == Denied
	case fs.ErrInvalid:
		return e.Kind == Invalid
	}
	return false
}

// KindOf is the kind of the first *Error in err's tree, else what io/fs errors
// say, else Other.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return NotExist
	case errors.Is(err, fs.ErrExist):
		return Exist
	case errors.Is(err, fs.ErrPermission):
		return Denied
	case errors.Is(err, fs.ErrInvalid):
		return Invalid
	}
	return Other
}

// HintOf is the sentence for the user of the first *Error that has one, else
// the text of err. It is untrusted text all the same: clean it before showing.
func HintOf(err error) string {
	for e := err; e != nil; {
		var re *Error
		if !errors.As(e, &re) {
			break
		}
		if re.Hint != "" {
			return re.Hint
		}
		e = re.Err
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// CauseOf is what the system or the server said, with the id of the request where
// there is one; "" when HintOf says it all.
func CauseOf(err error) string {
	if err == nil {
		return ""
	}
	whole := err.Error()
	if strings.Contains(whole, HintOf(err)) {
		return ""
	}
	return whole
}

// ActionOf is the IAM action whose refusal is err; "" when there is none.
func ActionOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Action
	}
	return ""
}

// GoneOf is the location of the whole tree or bucket that err says is not there;
// "" when it does not.
func GoneOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Gone
	}
	return ""
}

// OfSource tells whether err says that the source of a copy is not what was to be
// copied any more.
func OfSource(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Source
}

// InDoubt tells whether err leaves open that the target holds just what was to be
// written: then its content is to be compared.
func InDoubt(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Doubt
}

// Answered tells whether a server has said so: what is Invalid then made sense to us,
// and it is the server that does not take it.
func Answered(err error) bool {
	var a interface{ Answered() }
	return errors.As(err, &a)
}

// BadSettings is the cause of an Error that is about settings: of the store, of the
// environment or of a file that these name.
type BadSettings string

func (b BadSettings) Error() string { return string(b) }

// OfSettings tells whether err is about settings that cannot be used, and not about
// what was asked for or who asks.
func OfSettings(err error) bool {
	var b BadSettings
	return errors.As(err, &b)
}

// Cancelled tells whether err only says that the work was called off.
func Cancelled(err error) bool {
	return errors.Is(err, context.Canceled)
}
