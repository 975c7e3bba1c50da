package s3

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// fault is the one function that turns whatever an operation failed with into
// the error that callers see: its kind, and a sentence with a remedy. Neither
// ever holds what the server echoed, a query, or a key.
func (c *conn) fault(w act, b *bucket, f fault) error {
	e := &remote.Error{Op: w.op, Path: w.path, Err: f.cause()}
	var known *remote.Error
	var src *wire.SourceError
	switch {
	case errors.Is(f.err, context.Canceled):
		e.Err = f.err
	case errors.As(f.err, &known):
		e.Kind, e.Hint, e.Final, e.Gone, e.Source, e.Err = known.Kind, known.Hint, known.Final, known.Gone, known.Source, known.Err
	case errors.As(f.err, &src):
		e.Kind, e.Err = remote.Changed, src
		e.Hint = "The source could not be read as planned: it changed or failed while it was sent. Try again when nobody writes to it."
	case f.throttled():
		e.Kind, e.Hint = remote.Throttled, "The server asks us to slow down. If that goes on, lower max_connections of "+c.name()+", or try again later."
	default:
		c.sentence(e, w, b, f)
	}
	c.unwell(e)
	if e.Kind == remote.Denied && f.lacks() {
		e.Action = w.api
		if c.o.Refused != nil && w.api != "" && f.ownWords() {
			c.o.Refused(w.api)
		}
	}
	return e
}

// lacks: the credential may not do what was asked. A closed account, an archived
// object or a key of KMS are refused too, but no permission of S3 would help.
func (f fault) lacks() bool {
	switch f.code {
	case "AccessDenied", "UnauthorizedAccess":
		return true
	}
	return f.code == "" && f.status == http.StatusForbidden
}

// ownWords: the server itself refused. An answer without a code may come from
// something on the way, unless it has the number that S3 gives to requests and is
// no page for people: refusals of HEAD have no body.
func (f fault) ownWords() bool {
	return f.code != "" || f.id != "" && !strings.HasPrefix(f.header.Get("Content-Type"), "text/html")
}

// cause is the error below: the answer's code, or the network's failure
// without the URL that net/http puts around it.
func (f fault) cause() error {
	if f.status != 0 {
		a := f.answer
		return &a
	}
	err := f.err
	var t *tried
	if errors.As(err, &t) {
		err = t.err
	}
	return stripURL(err)
}

// sentence fills in kind and hint by the code, else by the status.
func (c *conn) sentence(e *remote.Error, w act, b *bucket, f fault) {
	if hint := f.crowd(); hint != "" {
		e.Kind, e.Hint = remote.Crowded, hint
		return
	}
	if hint, final, ok := f.unreachable(); ok {
		// A name that was known a moment ago has not gone out of the world: the
		// network has, and with it whoever knows names.
		e.Kind, e.Hint, e.Final = remote.Unreachable, hint, final && !(c.reached.Load() && lostName(f.err))
		return
	}
	if c.byCode(e, w, b, f) {
		return
	}
	switch {
	case f.status == http.StatusForbidden:
		e.Kind, e.Hint = remote.Denied, c.denied(w, b)
	case f.status == http.StatusUnauthorized:
		e.Kind, e.Hint = remote.Auth, "The server "+c.name()+" does not accept the credential "+c.who()+". Check its access key and secret key."
	case f.status == http.StatusNotFound:
		e.Kind, e.Hint = remote.NotExist, "There is nothing of that name (any more). List its folder to see what is there now."
	case f.status == http.StatusMethodNotAllowed:
		e.Kind, e.Hint = remote.NotExist, "The object, or this version of it, was deleted. List its folder to see what is there now."
	case f.status == http.StatusPreconditionFailed:
		e.Kind, e.Hint = remote.Changed, "The object has changed since you looked. Look at it again, and decide which one to keep."
	case f.status == http.StatusConflict:
		e.Kind, e.Hint = remote.Changed, "Someone else is changing this object. Try again in a moment."
	case f.status == http.StatusRequestedRangeNotSatisfiable:
		e.Kind, e.Hint = remote.Changed, "The object is shorter than expected: it has changed. Try again with what is there now."
	case f.status == http.StatusNotImplemented:
		e.Kind, e.Hint = remote.Unsupported, "This store does not support what was asked."
	case f.status == http.StatusMovedPermanently:
		e.Kind, e.Hint = remote.Invalid, "The bucket "+b.name+" is in another region, and the server does not say in which. Set the region of "+c.name()+"."
	case f.bare() && c.reached.Load():
		e.Kind, e.Hint = remote.Invalid, "Something on the way to the server refuses the request and does not say why (400), also when it is sent again. Ask who runs the proxy or gateway."
	case f.bare() && f.site != nil && f.site.Scheme == "http":
		e.Kind, e.Hint = remote.Invalid, "The server did not understand the request. If it speaks https, begin the endpoint of "+c.name()+" with https://."
	case f.status/100 == 4:
		e.Kind, e.Hint = remote.Invalid, fmt.Sprintf("The server refused the request (%d %s). Check the settings of %s.", f.status, f.code, c.name())
	default:
		e.Kind, e.Hint = remote.Other, "The server gave an answer that gantry does not understand. Check that the endpoint of "+c.name()+" speaks S3."
	}
}

// byCode is the table of codes. It reports whether it knows the code.
func (c *conn) byCode(e *remote.Error, w act, b *bucket, f fault) bool {
	if !c.signIn(e, f) && !c.object(e, w, b, f) && !c.damage(e, f) {
		return false
	}
	return true
}

// signIn are the codes about who asks.
func (c *conn) signIn(e *remote.Error, f fault) bool {
	who := c.who()
	e.Kind = remote.Auth
	switch f.code {
	case "InvalidAccessKeyId", "InvalidClientTokenId":
		e.Hint = "The access key " + lastFour(f.keys.AccessKeyID) + " of the credential " + who + " does not exist (any more). Put a key that works into it."
	case "SignatureDoesNotMatch":
		e.Hint = "The secret key of the credential " + who + " does not match its access key. Enter it again; if it is right, a proxy or the endpoint changes requests."
	case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
		e.Hint = "The session of the credential " + who + " has expired and could not be renewed. Sign in again."
	case "TokenRefreshRequired", "InvalidToken":
		e.Hint = "The server does not accept the session token of the credential " + who + ". Check session_token, or sign in again."
	case "RequestTimeTooSkewed":
		e.Hint = offBy(f.date)
	case "NotSignedUp", "AccountProblem", "AllAccessDisabled", "InvalidPayer":
		e.Kind = remote.Denied
		e.Hint = "The provider has closed this account or bucket. Ask the provider."
	default:
		return false
	}
	return true
}

// object are the codes about what is asked for.
func (c *conn) object(e *remote.Error, w act, b *bucket, f fault) bool {
	set := func(k remote.Kind, hint string) bool { e.Kind, e.Hint = k, hint; return true }
	switch f.code {
	case "AccessDenied", "AccountAccessDenied", "UnauthorizedAccess":
		return set(remote.Denied, c.denied(w, b))
	case "NoSuchBucket":
		e.Gone = c.location(b)
		return set(remote.NotExist, "The bucket "+b.name+" does not exist. Check its name, and the endpoint and region of "+c.name()+".")
	case "NoSuchKey":
		return set(remote.NotExist, "There is no object of that name (any more). List its folder to see what is there now.")
	case "NoSuchVersion":
		return set(remote.NotExist, "That version was deleted. List its folder to see what is there now.")
	case "NoSuchUpload":
		return set(remote.NotExist, "The unfinished upload is gone: it was aborted elsewhere or by a rule of the bucket. Start it again.")
	case "PreconditionFailed":
		return set(remote.Changed, "The object has changed since you looked. Look at it again, and decide which one to keep.")
	case "OperationAborted", "ConditionalRequestConflict":
		return set(remote.Changed, "Someone else is changing this object. Try again in a moment.")
	case "InvalidObjectState":
		return set(remote.Denied, "The object is archived and must be restored before it can be read.")
	case "ObjectLocked", "InvalidRetentionPeriod":
		return set(remote.Denied, "The object is locked against changes until its retention ends.")
	case "KeyTooLongError", "InvalidURI":
		return set(remote.Invalid, "The store cannot hold this name. Names have at most 1024 bytes of UTF-8; choose another one.")
	case "ObjectParentIsFile", "ExistingObjectIsDirectory", "DirectoryObjectContainsData":
		return set(remote.Invalid, "This store keeps objects as files, so that an object and a folder cannot have the same name. Choose another name.")
	case "EntityTooLarge":
		return set(remote.Invalid, "The object is too big for this store.")
	case "MetadataTooLarge":
		return set(remote.Invalid, "There is more metadata than the 2 KiB that S3 allows. Remove some.")
	case "InvalidStorageClass":
		return set(remote.Invalid, "This store does not know the storage class. Choose another one.")
	case "InvalidBucketName":
		return set(remote.Invalid, "The name of the bucket of "+c.name()+" is none that S3 allows. Check it.")
	case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "TotalStorageLimitExceeded":
		return set(remote.Full, "The store is full or its quota is used up. Free some space or ask for more.")
	case "NotImplemented", "XNotImplemented", "MethodNotAllowed":
		if f.code != "MethodNotAllowed" || w.api != "s3:GetObject" {
			return set(remote.Unsupported, "This store does not support what was asked ("+w.op+").")
		}
	}
	if strings.HasPrefix(f.code, "KMS") {
		return set(remote.Denied, "The encryption key refused: "+c.who()+" needs kms:GenerateDataKey and kms:Decrypt on it, and the key must be enabled.")
	}
	return false
}

// damage are the codes about bytes that did not arrive as they were sent.
func (c *conn) damage(e *remote.Error, f fault) bool {
	switch f.code {
	case "BadDigest", "InvalidDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch":
		e.Kind, e.Hint = remote.Corrupt, "Bytes were damaged on the way, or the source changed while it was sent. Try again; if it happens often, suspect memory or a proxy."
	case "IncompleteBody", "MissingContentLength":
		e.Kind, e.Hint = remote.Corrupt, "The upload was cut short on the way. Try again."
	case "InvalidPart", "InvalidPartOrder", "EntityTooSmall":
		e.Kind, e.Hint = remote.Corrupt, "The parts do not fit together. Start the upload again."
	default:
		return false
	}
	return true
}

// denied names who, what and where, and the permission that is missing.
func (c *conn) denied(w act, b *bucket) string {
	where := b.name
	switch {
	case where == "":
		where = "this account"
	case c.srv.Bucket == "" && w.path != "": // below s3:// the path begins with the bucket
		where = string(w.path)
	case w.path != "":
		where += "/" + c.srv.Prefix + string(w.path)
	}
	s := "The credential " + c.who() + " may not " + w.op + " in " + where + "."
	if w.api != "" {
		s += " It needs the permission " + w.api + "."
	}
	if w.api == "s3:GetObject" && !c.srv.RequesterPays {
		s += " If the bucket makes the reader pay, set requester_pays."
	}
	return s
}

// location is that of a bucket: of the server, or below s3://.
func (c *conn) location(b *bucket) string {
	if c.srv.Name != "" {
		return c.srv.Name + ":"
	}
	return "s3://" + b.name + "/"
}

// who is the credential in a sentence.
func (c *conn) who() string {
	if c.keys == nil {
		return "(none: anonymous)"
	}
	return `"` + c.profile + `"`
}

func lastFour(id string) string {
	if len(id) < 8 {
		return ""
	}
	return "…" + id[len(id)-4:]
}

// offBy says how wrong our clock is by the date of an answer. A server that refuses
// the time of a request although both clocks agree has got it late.
func offBy(date time.Time) string {
	if date.IsZero() {
		return "The clock of this machine is more than 15 minutes off. Set it right."
	}
	minutes := math.Round(math.Abs(time.Until(date).Minutes()))
	if minutes < 2 {
		return "The server refuses the time of the request although its clock agrees with this one: the request was too long on its way. Try again; if it happens often, ask who runs the proxy or gateway."
	}
	return fmt.Sprintf("The clock of this machine is %.0f minutes off. Set it right.", minutes)
}

// lostName: nobody knows a host of that name.
func lostName(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// refusedDial: nobody listens there.
func refusedDial(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
