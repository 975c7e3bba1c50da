package s3

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// answer is a refusal of the server as it came. Its text is the code only: the
// message may echo the request.
type answer struct {
	status  int
	code    string // "" when the body said nothing
	message string
	region  string
	id      string // of the request, for the server's log
	date    time.Time
	header  http.Header
}

func (a *answer) Error() string {
	code := a.code
	if code == "" {
		code = http.StatusText(a.status)
	}
	s := fmt.Sprintf("the server answered %d %s", a.status, code)
	if a.id != "" {
		s += " (request " + a.id + ")"
	}
	return s
}

// Answered marks it for remote.Answered.
func (*answer) Answered() {}

// tried says with what an attempt was made that failed.
type tried struct {
	err  error
	site *site
	keys aws.Credentials
}

func (t *tried) Error() string { return t.err.Error() }
func (t *tried) Unwrap() error { return t.err }

const maxErrorBody = 64 << 10

// failedAnswer reads a refusal and closes it. One whose reason was lost on the way
// is none: a status of 4xx alone would be taken for another reason than it had.
func failedAnswer(res *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
	_ = res.Body.Close()
	a := parseAnswer(body)
	a.fill(res.StatusCode, res.Header)
	if err != nil && a.code == "" && a.status/100 == 4 {
		return err
	}
	return a
}

func (a *answer) fill(status int, h http.Header) {
	a.status, a.header = status, h
	if r := h.Get("X-Amz-Bucket-Region"); r != "" {
		a.region = r
	}
	if id := h.Get("X-Amz-Request-Id"); id != "" {
		a.id = id
	}
	if t, err := http.ParseTime(h.Get("Date")); err == nil {
		a.date = t
	}
}

// parseAnswer reads <Error>; anything else, such as a gateway's HTML, says
// nothing.
func parseAnswer(body []byte) *answer {
	var x struct {
		XMLName   xml.Name
		Code      string
		Message   string
		Region    string
		RequestID string `xml:"RequestId"`
	}
	if i := bytes.IndexByte(body, '<'); i < 0 || xml.Unmarshal(body[i:], &x) != nil || x.XMLName.Local != "Error" {
		return &answer{}
	}
	return &answer{code: x.Code, message: x.Message, region: x.Region, id: x.RequestID}
}

// fault is what is known about a failure: the input of every decision.
type fault struct {
	err    error
	answer       // zero when no answer came
	site   *site // nil when nothing was sent
	keys   aws.Credentials
}

// expecting finds the region in the text of AuthorizationHeaderMalformed, for
// servers that name it nowhere else.
var expecting = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// inspect takes an error of the SDK or of ours apart.
func inspect(err error) fault {
	f := fault{err: err}
	var t *tried
	if errors.As(err, &t) {
		f.site, f.keys = t.site, t.keys
	}
	var own *answer
	var api smithy.APIError
	var re *awshttp.ResponseError
	switch {
	case errors.As(err, &own):
		f.answer = *own
	case errors.As(err, &api):
		f.code, f.message = api.ErrorCode(), api.ErrorMessage()
		if errors.As(err, &re) && re.Response != nil && re.Response.Response != nil {
			f.fill(re.HTTPStatusCode(), re.Response.Header)
			f.id = re.ServiceRequestID()
			if f.code == http.StatusText(f.status) || emptyCode(f.code) {
				f.code = ""
			}
		}
	case errors.As(err, &re) && re.Response != nil && re.Response.Response != nil && re.HTTPStatusCode()/100 != 2:
		// A refusal that is no document of S3, such as the HTML of a gateway: the
		// status is all that it says.
		f.fill(re.HTTPStatusCode(), re.Response.Header)
	}
	if f.code == "AuthorizationHeaderMalformed" && f.region == "" {
		if m := expecting.FindStringSubmatch(f.message); m != nil {
			f.region = m[1]
		}
	}
	return f
}

// emptyCode are the codes that the SDK makes up for answers without a body.
func emptyCode(code string) bool {
	switch code {
	case "Forbidden", "BadRequest", "MovedPermanently", "NotFound", "UnknownError", "":
		return true
	}
	return false
}

// elsewhere: the bucket is in another region.
func (f fault) elsewhere() bool {
	switch f.code {
	case "PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return true
	}
	wrong := f.region != "" && f.site != nil && f.region != f.site.region
	return f.status == http.StatusMovedPermanently || wrong && (f.status == http.StatusBadRequest || f.status == http.StatusForbidden)
}

// expired: the keys were refused although they should be good. Some servers
// know no better code than a plain refusal for that.
func (f fault) expired() bool {
	switch f.code {
	case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidToken", "RequestExpired":
		return true
	case "InvalidAccessKeyId", "AccessDenied":
		return f.keys.CanExpire && time.Now().After(f.keys.Expires)
	}
	return false
}

// throttled: the server asks us to slow down.
func (f fault) throttled() bool {
	switch f.code {
	case "SlowDown", "TooManyRequests", "RequestLimitExceeded", "Throttling", "ThrottlingException", "ThrottledException",
		"RequestThrottled", "RequestThrottledException", "BandwidthLimitExceeded", "ReduceYourRequestRate":
		return true
	}
	return f.status == http.StatusTooManyRequests
}

// bare: the request was called malformed and nobody said why, as does a load
// balancer that lost the server in the middle of it; or what was said is damaged.
func (f fault) bare() bool { return f.status == http.StatusBadRequest && f.code == "" }

// crowd: this machine had no room for another connection.
func (f fault) crowd() string {
	if f.status != 0 {
		return ""
	}
	return remote.Crowd(f.err)
}

// unreachable: the server or the way to it failed for now. final tells that
// trying again cannot help.
func (f fault) unreachable() (hint string, final, ok bool) {
	switch f.code {
	case "InternalError", "InternalFailure":
		return "The server had an internal error. Try again.", false, true
	case "ServiceUnavailable":
		return "The server is briefly unavailable. Try again.", false, true
	case "RequestTimeout", "RequestTimeTooSlow":
		return "The connection was idle for too long. Try again.", false, true
	case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "IncompleteBody":
		return "", false, false
	case "TemporaryRedirect", "Redirect":
		return "The bucket is moving to another place. Try again in a while.", false, true
	}
	switch {
	case f.code == "" && (f.status == http.StatusTemporaryRedirect || f.status == http.StatusPermanentRedirect || f.status == http.StatusFound):
		return "The server sends us to another address, which gantry does not follow. Check the endpoint.", false, true
	case f.status == 501 || f.status == 505 || refusalCode(f.code):
		return "", false, false
	case f.status >= 500:
		return fmt.Sprintf("A gateway on the way to the server failed (%d). Try again.", f.status), false, true
	case f.status == 499:
		return "A gateway on the way to the server failed (499). Try again.", false, true
	}
	if f.status == 0 || f.code == "" && f.status/100 == 2 {
		return remote.NetworkFault(f.err)
	}
	return "", false, false
}

// refusalCode: the server will not do it, whatever the status says. The SDK
// gives 500 to an error that came inside an answer of 200.
func refusalCode(code string) bool {
	for _, prefix := range []string{
		"AccessDenied", "Invalid", "NoSuch", "Malformed", "Expired", "Precondition", "Entity", "BadDigest", "Signature",
		"KMS", "NotImplemented", "MethodNotAllowed", "Token", "XAmzContent", "Incomplete",
		"Quota", "InsufficientStorage", "TotalStorage", "XMinioStorageFull",
	} {
		if strings.HasPrefix(code, prefix) {
			return true
		}
	}
	return false
}

// retryable: the same request may work in a moment. A server that is not there
// is not asked again by metadata calls: the user waits for the sentence.
func (f fault) retryable() bool {
	var known *remote.Error
	if errors.As(f.err, &known) {
		return remote.Retryable(known)
	}
	var src *wire.SourceError
	if errors.As(f.err, &src) || errors.Is(f.err, context.Canceled) {
		return false
	}
	switch f.code {
	case "OperationAborted", "ConditionalRequestConflict":
		return true
	}
	_, final, ok := f.unreachable()
	return f.throttled() || f.crowd() != "" || ok && !final && !refusedDial(f.err)
}

// stripURL takes the layer of net/http away that repeats the URL.
func stripURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// statusOf and codeOf are what the server answered to the operation that failed
// with err; 0 and "" when it did not.
func statusOf(err error) int { return answerOf(err).status }

func codeOf(err error) string { return answerOf(err).code }

func answerOf(err error) answer {
	var e *remote.Error
	var a *answer
	if errors.As(err, &e) && errors.As(e.Err, &a) {
		return *a
	}
	return answer{}
}
