package sts

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gantry/remote/demo/sigv4"
)

const (
	namespace = "https://sts.amazonaws.com/doc/2011-06-15/"
	maxForm   = 64 << 10
)

// ServeHTTP answers the Query API: POST with a form.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, caller, err := s.authenticate(r)
	if err != nil {
		writeError(w, err)
		return
	}
	switch form.Get("Action") {
	case "AssumeRole":
		s.calls.Add(1)
		s.assume(w, caller, form)
	case "GetCallerIdentity":
		writeXML(w, http.StatusOK, callerResponse{
			Result:    callerResult{Arn: caller.ARN, UserID: caller.Access, Account: Account},
			RequestID: random(20), Space: namespace,
		})
	default:
		writeError(w, failed("InvalidAction", "Could not find operation "+form.Get("Action"), http.StatusBadRequest))
	}
}

// authenticate reads the form and finds out who signed it.
func (s *Service) authenticate(r *http.Request) (url.Values, Identity, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm))
	if err != nil {
		return nil, Identity{}, failed("RequestTimeout", "The body did not arrive.", http.StatusBadRequest)
	}
	signed, ok, bad := sigv4.Parse(r)
	if bad != nil {
		return nil, Identity{}, failed("IncompleteSignature", bad.Message, http.StatusBadRequest)
	}
	if !ok {
		return nil, Identity{}, failed("MissingAuthenticationToken", "Request is missing Authentication Token", http.StatusForbidden)
	}
	signed.Payload = hash(body) // STS has no unsigned bodies
	caller, err := s.Lookup(signed.Access, signed.Token)
	if err != nil {
		return nil, Identity{}, asSTS(err)
	}
	if bad := signed.Check(r, caller.Secret, time.Now()); bad != nil {
		return nil, Identity{}, asSTS(bad)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, Identity{}, failed("MalformedQueryString", "The form does not parse.", http.StatusBadRequest)
	}
	return form, caller, nil
}

// asSTS renames the codes of S3 to those of STS.
func asSTS(err error) error {
	var e *sigv4.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case "InvalidAccessKeyId", "InvalidToken":
		return failed("InvalidClientTokenId", "The security token included in the request is invalid.", http.StatusForbidden)
	case "ExpiredToken":
		return failed("ExpiredToken", "The security token included in the request is expired", http.StatusForbidden)
	case "RequestTimeTooSkewed":
		return failed("SignatureDoesNotMatch", "Signature expired", http.StatusForbidden)
	}
	return failed(e.Code, e.Message, http.StatusForbidden)
}

func (s *Service) assume(w http.ResponseWriter, caller Identity, form url.Values) {
	id, err := s.grant(caller, form)
	if err != nil {
		writeError(w, err)
		return
	}
	writeXML(w, http.StatusOK, assumeResponse{
		Result: assumeResult{
			User: assumedUser{ID: "AROA" + id.Access[4:] + ":" + form.Get("RoleSessionName"), Arn: id.ARN},
			Credentials: credentials{
				AccessKeyID: id.Access, SecretAccessKey: id.Secret, SessionToken: id.Token,
				Expiration: id.Expires.Format(time.RFC3339),
			},
		},
		RequestID: random(20), Space: namespace,
	})
}

// grant checks everything that AWS checks before it opens a session.
func (s *Service) grant(caller Identity, form url.Values) (Identity, error) {
	if err := s.takeFailure(); err != nil {
		return Identity{}, err
	}
	name := form.Get("RoleSessionName")
	if !madeOf(name, "+=,.@-", 64) {
		return Identity{}, invalid("Value '" + name + "' at 'roleSessionName' failed to satisfy constraint: " +
			"Member must satisfy regular expression pattern: [\\w+=,.@-]{2,64}")
	}
	if e := form.Get("ExternalId"); form.Has("ExternalId") && !madeOf(e, "+=,.@:/-", 1224) {
		return Identity{}, invalid("Value at 'externalId' failed to satisfy constraint: [\\w+=,.@:\\/-]{2,1224}")
	}
	s.mu.Lock()
	role, ok := s.roles[form.Get("RoleArn")]
	s.mu.Unlock()
	if !ok || !role.trusts(caller) || role.ExternalID != "" && role.ExternalID != form.Get("ExternalId") {
		return Identity{}, failed("AccessDenied", "User: "+caller.ARN+
			" is not authorized to perform: sts:AssumeRole on resource: "+form.Get("RoleArn"), http.StatusForbidden)
	}
	if err := role.checkMFA(form); err != nil {
		return Identity{}, err
	}
	d, err := s.duration(role, caller, form.Get("DurationSeconds"))
	if err != nil {
		return Identity{}, err
	}
	policy := form.Get("Policy")
	if policy != "" {
		if _, err := ParsePolicy(policy); err != nil {
			return Identity{}, failed("MalformedPolicyDocument", err.Error(), http.StatusBadRequest)
		}
	}
	return s.open(role, name, policy, d), nil
}

// madeOf tells whether s has 2 to most bytes, all of them letters, digits, an
// underscore, or in marks.
func madeOf(s, marks string, most int) bool {
	for _, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_'
		if !letter && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= most
}

func (s *Service) takeFailure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fails) == 0 {
		return nil
	}
	f := s.fails[0]
	s.fails = s.fails[1:]
	return failed(f.code, f.message, f.status)
}

// trusts tells whether the trust policy names the caller. A session stands for
// its role.
func (r Role) trusts(caller Identity) bool {
	if len(r.Trust) == 0 {
		return true
	}
	for _, t := range r.Trust {
		if t == caller.Access || t == caller.Role && t != "" {
			return true
		}
	}
	return false
}

func (r Role) checkMFA(form url.Values) error {
	if r.MFASerial == "" {
		return nil
	}
	if form.Get("SerialNumber") != r.MFASerial {
		return failed("AccessDenied", "MultiFactorAuthentication is required for this role", http.StatusForbidden)
	}
	if form.Get("TokenCode") != r.MFACode {
		return failed("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.", http.StatusForbidden)
	}
	return nil
}

func (s *Service) duration(r Role, caller Identity, text string) (time.Duration, error) {
	d := min(DefaultSession, r.MaxSession)
	if text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			return 0, invalid("Value '" + text + "' at 'durationSeconds' is not a number")
		}
		d = time.Duration(n) * time.Second
	}
	switch {
	case d < s.o.MinSession || d > MaxSession:
		return 0, invalid("Value '" + text + "' at 'durationSeconds' failed to satisfy constraint: Member must have value " +
			"greater than or equal to " + strconv.Itoa(int(s.o.MinSession/time.Second)) + " and less than or equal to 43200")
	case d > r.MaxSession:
		return 0, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case caller.Token != "" && d > MaxChained:
		return 0, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return d, nil
}

func failed(code, message string, status int) error {
	return &sigv4.Error{Code: code, Message: message, Status: status}
}

func invalid(message string) error {
	return failed("ValidationError", message, http.StatusBadRequest)
}

func writeError(w http.ResponseWriter, err error) {
	e := &sigv4.Error{Code: "InternalFailure", Status: http.StatusInternalServerError}
	errors.As(err, &e)
	kind := "Sender"
	if e.Status >= http.StatusInternalServerError {
		kind = "Receiver"
	}
	writeXML(w, e.Status, errorResponse{
		Error:     errorBody{Type: kind, Code: e.Code, Message: strings.ToValidUTF8(e.Message, "?")},
		RequestID: random(20), Space: namespace,
	})
}

func writeXML(w http.ResponseWriter, status int, v any) {
	b, err := xml.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}
