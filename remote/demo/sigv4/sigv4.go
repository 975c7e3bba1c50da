// Package sigv4 checks and makes AWS signatures of version 4, for the servers
// that gantry brings along: the STS of the demo, and the strict S3 of the
// tests. It is written from the specification and shares nothing with the
// client side, so that a mistake there cannot hide here.
//
// A server calls Parse, looks up the secret of Signed.Access, and calls Check.
// The sample data of the demo is put with Sign.
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	algorithm = "AWS4-HMAC-SHA256"
	isoTime   = "20060102T150405Z"

	// Unsigned stands for the hash of a body that the signature does not cover.
	Unsigned = "UNSIGNED-PAYLOAD"

	// MaxSkew is how far a request's time may be from the server's.
	MaxSkew = 15 * time.Minute

	maxExpires = 7 * 24 * time.Hour
)

// Error is a refusal with the code that AWS uses for it.
type Error struct {
	Code    string
	Message string
	Status  int
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

func refuse(code, message string, status int) *Error {
	return &Error{Code: code, Message: message, Status: status}
}

// Signed is what a request says about its own signature.
type Signed struct {
	Access    string
	Token     string // session token, "" for a permanent key
	Region    string
	Service   string
	Time      time.Time
	Presigned bool
	Expires   time.Duration // of a presigned request
	Payload   string        // the hash, or a word such as UNSIGNED-PAYLOAD

	date      string // of the scope
	headers   []string
	signature string
}

// Parse reads the signature of r from its headers or, if presigned, from its
// query, and checks its form. ok is false when the request carries none at
// all: it is anonymous.
func Parse(r *http.Request) (s Signed, ok bool, err *Error) {
	query := r.URL.Query()
	if query.Has("X-Amz-Signature") || query.Has("X-Amz-Algorithm") {
		s, err = parseQuery(query)
		return s, true, err
	}
	header := r.Header.Get("Authorization")
	if header == "" {
		return Signed{}, false, nil
	}
	s, err = parseHeader(r, header)
	return s, true, err
}

func parseHeader(r *http.Request, header string) (Signed, *Error) {
	rest, found := strings.CutPrefix(header, algorithm+" ")
	if !found {
		return Signed{}, refuse("InvalidRequest", "The authorization mechanism you have provided is not supported.", 400)
	}
	fields := make(map[string]string, 3)
	for f := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(f), "=")
		fields[k] = v
	}
	s := Signed{
		Token:     r.Header.Get("X-Amz-Security-Token"),
		Payload:   r.Header.Get("X-Amz-Content-Sha256"),
		headers:   strings.Split(fields["SignedHeaders"], ";"),
		signature: fields["Signature"],
	}
	if err := s.setCredential(fields["Credential"]); err != nil {
		return s, err
	}
	stamp := r.Header.Get("X-Amz-Date")
	t, err := time.Parse(isoTime, stamp)
	if err != nil {
		return s, refuse("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403)
	}
	s.Time = t
	return s, s.checkForm(r)
}

func parseQuery(q url.Values) (Signed, *Error) {
	s := Signed{
		Token:     q.Get("X-Amz-Security-Token"),
		Payload:   Unsigned,
		Presigned: true,
		headers:   strings.Split(q.Get("X-Amz-SignedHeaders"), ";"),
		signature: q.Get("X-Amz-Signature"),
	}
	if q.Get("X-Amz-Algorithm") != algorithm {
		return s, refuse("AuthorizationQueryParametersError", "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"", 400)
	}
	if err := s.setCredential(q.Get("X-Amz-Credential")); err != nil {
		return s, err
	}
	t, err := time.Parse(isoTime, q.Get("X-Amz-Date"))
	if err != nil {
		return s, refuse("AuthorizationQueryParametersError", "X-Amz-Date must be in the ISO8601 Long Format", 400)
	}
	s.Time = t
	n, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	s.Expires = time.Duration(n) * time.Second
	if err != nil || n < 0 || s.Expires > maxExpires {
		return s, refuse("AuthorizationQueryParametersError",
			"X-Amz-Expires must be a number of seconds less than one week", 400)
	}
	return s, s.checkForm(nil)
}

func (s *Signed) setCredential(c string) *Error {
	f := strings.Split(c, "/")
	if len(f) != 5 || f[4] != "aws4_request" || f[0] == "" {
		return refuse("AuthorizationHeaderMalformed",
			"The authorization header is malformed; the Credential is mal-formed", 400)
	}
	s.Access, s.date, s.Region, s.Service = f[0], f[1], f[2], f[3]
	return nil
}

// checkForm refuses what no honest client sends: a scope of another day, a
// host that is not signed, an x-amz header that is not signed.
func (s *Signed) checkForm(r *http.Request) *Error {
	if s.date != s.Time.Format("20060102") {
		return refuse("AuthorizationHeaderMalformed", "Invalid credential date: not the day of X-Amz-Date", 400)
	}
	if !slices.Contains(s.headers, "host") {
		return refuse("AccessDenied", "There were headers present in the request which were not signed: host", 403)
	}
	if r == nil {
		return nil
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(s.headers, name) {
			return refuse("AccessDenied", "There were headers present in the request which were not signed: "+name, 403)
		}
	}
	return nil
}

// Check compares the signature of r with the one that secret gives, and the
// time of the request with now.
func (s Signed) Check(r *http.Request, secret string, now time.Time) *Error {
	want := s.sign(r, secret)
	if !hmac.Equal([]byte(want), []byte(s.signature)) {
		return refuse("SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.", 403)
	}
	if s.Presigned {
		if now.After(s.Time.Add(s.Expires)) {
			return refuse("AccessDenied", "Request has expired", 403)
		}
		if s.Time.After(now.Add(MaxSkew)) {
			return refuse("AccessDenied", "Request is not valid yet", 403)
		}
		return nil
	}
	if d := now.Sub(s.Time); d > MaxSkew || d < -MaxSkew {
		return refuse("RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.", 403)
	}
	return nil
}

func (s Signed) sign(r *http.Request, secret string) string {
	sum := sha256.Sum256([]byte(s.canonical(r)))
	scope := s.date + "/" + s.Region + "/" + s.Service + "/aws4_request"
	text := algorithm + "\n" + s.Time.UTC().Format(isoTime) + "\n" + scope + "\n" + hex.EncodeToString(sum[:])
	return hex.EncodeToString(mac(Key(secret, s.date, s.Region, s.Service), text))
}

// Key derives the signing key of a secret for one day (YYYYMMDD), region and
// service.
func Key(secret, date, region, service string) []byte {
	return mac(mac(mac(mac([]byte("AWS4"+secret), date), region), service), "aws4_request")
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// Sign signs r with the headers it has, for clients that need nothing more.
// payload is the hash of the body in hex, or Unsigned.
func Sign(r *http.Request, access, secret, region, service, payload string, now time.Time) {
	r.Header.Set("X-Amz-Date", now.UTC().Format(isoTime))
	r.Header.Set("X-Amz-Content-Sha256", payload)
	s := Signed{
		Access: access, Region: region, Service: service, Time: now, Payload: payload,
		date: now.UTC().Format("20060102"), headers: []string{"host"},
	}
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") || name == "content-type" {
			s.headers = append(s.headers, name)
		}
	}
	slices.Sort(s.headers)
	r.Header.Set("Authorization", algorithm+" Credential="+access+"/"+s.date+"/"+region+"/"+service+
		"/aws4_request, SignedHeaders="+strings.Join(s.headers, ";")+", Signature="+s.sign(r, secret))
}
