package s3test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// before and after make the two kinds of actions.
func before(f func(*exchange)) Action { return Action{before: f} }

func after(f func(*exchange)) Action { return Action{after: f} }

// Status refuses the request with an error document, and applies nothing.
func Status(status int, code string) Action {
	return before(func(x *exchange) { x.reply = x.failure(bad(code, "This is a fault of the test.", status)) })
}

// StatusAfter applies the request and then claims that it failed.
func StatusAfter(status int, code string) Action {
	return after(func(x *exchange) { x.reply = x.failure(bad(code, "This is a fault of the test.", status)) })
}

// Deny refuses the request as a policy would.
func Deny() Action { return Status(http.StatusForbidden, "AccessDenied") }

// HTML refuses the request in the way of a gateway that knows no S3.
func HTML(status int) Action {
	return before(func(x *exchange) {
		x.reply = ok(status)
		x.reply.code = http.StatusText(status)
		x.reply.header.Set("Content-Type", "text/html")
		x.reply.setBody([]byte("<html><body><h1>\x1b[31mBad gateway</h1></body></html>"))
	})
}

// ErrorIn200 answers 200 with an error document, and applies nothing.
func ErrorIn200(code string) Action {
	return before(func(x *exchange) {
		x.reply = x.failure(bad(code, "This is a fault of the test.", http.StatusOK))
	})
}

// Empty200 answers 200 without any body, with or without applying the request.
func Empty200(applied bool) Action {
	empty := func(x *exchange) { x.reply = ok(http.StatusOK) }
	if applied {
		return after(empty)
	}
	return before(empty)
}

// DropReply applies the request and resets the connection instead of answering.
func DropReply() Action { return after(func(x *exchange) { x.wire.drop = true }) }

// ResetBeforeHeaders resets the connection and applies nothing.
func ResetBeforeHeaders() Action {
	return before(func(x *exchange) { x.gone = true })
}

// ResetAt resets the connection after n bytes of the reply's body.
func ResetAt(n int64) Action { return after(func(x *exchange) { x.wire.resetAt = n }) }

// CloseAt ends the connection after n bytes of the body, short of the length
// that the headers promised.
func CloseAt(n int64) Action { return after(func(x *exchange) { x.wire.closeAt = n }) }

// ShortLength sends only n bytes of the body, with a Content-Length of n: what
// arrives is whole to HTTP, and too short.
func ShortLength(n int64) Action {
	return after(func(x *exchange) { x.reply.n = min(x.reply.n, n) })
}

// StallBeforeHeaders waits for Server.Release before it does anything.
func StallBeforeHeaders() Action { return before(func(x *exchange) { x.stall() }) }

// StallAt stops after n bytes of the reply's body until Server.Release.
func StallAt(n int64) Action { return after(func(x *exchange) { x.wire.stallAt = n }) }

// StallUpload stops reading the request's body after n bytes until
// Server.Release.
func StallUpload(n int64) Action { return before(func(x *exchange) { x.wire.uploadStall = n }) }

// ResetUpload resets the connection after n bytes of the request's body.
func ResetUpload(n int64) Action { return before(func(x *exchange) { x.wire.uploadReset = n }) }

// Slow sends the reply's body n bytes at a time, one piece every so often.
func Slow(n int64, every time.Duration) Action {
	return after(func(x *exchange) { x.wire.slow = pace{n, every} })
}

// SlowUpload reads the request's body n bytes at a time, one piece every so
// often.
func SlowUpload(n int64, every time.Duration) Action {
	return before(func(x *exchange) { x.wire.uploadSlow = pace{n, every} })
}

// FlipBit damages one bit of the reply's body, at the byte at (from its
// beginning; wrapping around).
func FlipBit(at int64) Action { return after(func(x *exchange) { x.wire.flip = at }) }

// FlipUpload damages one bit of what arrives.
func FlipUpload(at int64) Action { return before(func(x *exchange) { x.wire.uploadFlip = at }) }

// IgnoreRange answers with the whole object.
func IgnoreRange() Action { return before(func(x *exchange) { x.twist.ignoreRange = true }) }

// IgnoreIfMatch does as if the request had no If-Match.
func IgnoreIfMatch() Action { return before(func(x *exchange) { x.twist.ignoreIfMatch = true }) }

// RepeatToken gives every page of a listing its own token as the next one.
func RepeatToken() Action {
	return before(func(x *exchange) {
		x.twist.nextToken = func(given, next string) string {
			if given != "" {
				return given
			}
			return next
		}
	})
}

// CycleTokens lets the third page of a listing lead back to the second. It
// needs a rule for All requests.
func CycleTokens() Action {
	var seen []string // guarded by Server.mu, under which listings are made
	return before(func(x *exchange) {
		x.twist.nextToken = func(given, next string) string {
			if len(seen) < 2 {
				seen = append(seen, next)
				return next
			}
			if given == seen[0] {
				return seen[1]
			}
			return seen[0]
		}
	})
}

// NoToken says that there is more, and not where.
func NoToken() Action {
	return before(func(x *exchange) { x.twist.nextToken = func(string, string) string { return "" } })
}

// NoETag takes the ETag out of the reply, BadETag puts one there that is no
// sum of anything.
func NoETag() Action { return after(func(x *exchange) { x.reply.setETag("") }) }

// BadETag is explained at NoETag.
func BadETag() Action {
	return after(func(x *exchange) { x.reply.setETag(`"opaque/` + x.op + `:1"`) })
}

// NoChecksum takes every checksum out of the reply's headers.
func NoChecksum() Action {
	return after(func(x *exchange) {
		for k := range x.reply.header {
			if strings.HasPrefix(k, "X-Amz-Checksum-") {
				delete(x.reply.header, k)
			}
		}
	})
}

// Header sets a header of the reply, or deletes it if value is "".
func Header(name, value string) Action {
	return after(func(x *exchange) {
		if value == "" {
			x.reply.header.Del(name)
			return
		}
		x.reply.header.Set(name, value)
	})
}

// Gzip compresses the reply's body, as some proxies do unasked.
func Gzip() Action {
	return after(func(x *exchange) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.Copy(z, io.NewSectionReader(x.reply.body, x.reply.off, x.reply.n))
		_ = z.Close()
		x.reply.header.Set("Content-Encoding", "gzip")
		x.reply.setBody(b.Bytes())
	})
}

// DateSkew refuses the request, and shows a server whose clock is off by d.
func DateSkew(d time.Duration) Action {
	return before(func(x *exchange) {
		x.reply = x.failure(bad("RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", http.StatusForbidden))
		x.reply.header.Set("Date", time.Now().Add(d).UTC().Format(http.TimeFormat))
	})
}

// Redirect answers with a status of 301 to 308. location and region may be "".
func Redirect(status int, location, region string) Action {
	return before(func(x *exchange) {
		code := "PermanentRedirect"
		if status == http.StatusTemporaryRedirect {
			code = "TemporaryRedirect"
		}
		x.reply = x.failure(bad(code, "Please re-send this request to the specified endpoint.", status))
		if location != "" {
			x.reply.header.Set("Location", location)
		}
		if region != "" {
			x.reply.header.Set("X-Amz-Bucket-Region", region)
		}
	})
}

// Spaces sends n spaces before the document, each on its own, as S3 does while
// it completes an upload. If cut is set, nothing follows them.
func Spaces(n int, cut bool) Action {
	return after(func(x *exchange) { x.wire.spaces, x.wire.cut = n, cut })
}

// RefuseKeys lets a DeleteObjects fail for some keys.
func RefuseKeys(code string, keys ...string) Action {
	return before(func(x *exchange) {
		x.twist.refused = make(map[string]string)
		for _, k := range keys {
			x.twist.refused[k] = code
		}
	})
}

// Call runs f before the request is done: another client that is faster.
func Call(f func()) Action { return before(func(*exchange) { f() }) }

// CallAfter runs f when the request is done, before it is answered.
func CallAfter(f func()) Action { return after(func(*exchange) { f() }) }

var etagElement = regexp.MustCompile(`<ETag>[^<]*</ETag>`)

func (p *reply) setETag(etag string) {
	p.header.Del("Etag")
	element := ""
	if etag != "" {
		p.header.Set("Etag", etag)
		element = "<ETag>" + strings.ReplaceAll(etag, `"`, "&quot;") + "</ETag>"
	}
	if p.header.Get("Content-Type") == "application/xml" && p.off == 0 {
		b := make([]byte, p.n)
		_, _ = p.body.ReadAt(b, 0)
		p.setBody(etagElement.ReplaceAll(b, []byte(element)))
	}
}

func (p *reply) setBody(b []byte) {
	p.body, p.off, p.n = bytes.NewReader(b), 0, int64(len(b))
}
