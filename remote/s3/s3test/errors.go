package s3test

import (
	"errors"
	"net/http"

	"gantry/remote/demo/sigv4"
)

// apiError is a refusal: a code, a status, and what else belongs into it.
type apiError struct {
	code, message string
	status        int
	header        map[string]string
	fields        map[string]string // further elements of the document
}

func (e *apiError) Error() string { return e.code + ": " + e.message }

func bad(code, message string, status int) *apiError {
	return &apiError{code: code, message: message, status: status}
}

var (
	errNotImplemented = bad("NotImplemented", "A header or query you provided implies functionality that is not implemented.", http.StatusNotImplemented)
	errNoSuchBucket   = bad("NoSuchBucket", "The specified bucket does not exist", http.StatusNotFound)
	errNoSuchKey      = bad("NoSuchKey", "The specified key does not exist.", http.StatusNotFound)
	errNoSuchVersion  = bad("NoSuchVersion", "The specified version does not exist.", http.StatusNotFound)
	errNoSuchUpload   = bad("NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", http.StatusNotFound)
	errIncompleteBody = bad("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header", http.StatusBadRequest)
	errInternal       = bad("InternalError", "We encountered an internal error. Please try again.", http.StatusInternalServerError)
	errPrecondition   = bad("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", http.StatusPreconditionFailed)
	errNotModified    = bad("NotModified", "Not Modified", http.StatusNotModified)
	errInvalidRange   = bad("InvalidRange", "The requested range is not satisfiable", http.StatusRequestedRangeNotSatisfiable)
	errInvalidState   = bad("InvalidObjectState", "The operation is not valid for the object's storage class", http.StatusForbidden)
	errBadDigest      = bad("BadDigest", "The Content-MD5 or checksum value that you specified did not match what the server received.", http.StatusBadRequest)
	errMalformedXML   = bad("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", http.StatusBadRequest)
	errKeyTooLong     = bad("KeyTooLongError", "Your key is too long", http.StatusBadRequest)
	errAccessDenied   = bad("AccessDenied", "Access Denied", http.StatusForbidden)
	errInvalidPart    = bad("InvalidPart", "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.", http.StatusBadRequest)
	errPartOrder      = bad("InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.", http.StatusBadRequest)
	errTooSmall       = bad("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", http.StatusBadRequest)
	errTooLarge       = bad("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", http.StatusBadRequest)
)

func invalidArgument(message string) error {
	return bad("InvalidArgument", message, http.StatusBadRequest)
}

func invalidRequest(message string) error {
	return bad("InvalidRequest", message, http.StatusBadRequest)
}

func asError(err error) *apiError {
	var e *apiError
	var s *sigv4.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.As(err, &s):
		return bad(s.Code, s.Message, s.Status)
	}
	return errInternal
}

func (e *apiError) document(x *exchange) []byte {
	var b xmlBuilder
	b.begin("Error", "")
	b.elem("Code", e.code)
	b.elem("Message", e.message)
	for _, k := range []string{"Region", "Endpoint", "Bucket"} {
		if v := e.fields[k]; v != "" {
			b.elem(k, v)
		}
	}
	b.elem("Resource", "/"+x.bucket+"/"+sigv4.Escape(x.key, true))
	b.elem("RequestId", "TESTREQUEST")
	b.end("Error")
	return b.Bytes()
}
