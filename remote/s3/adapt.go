package s3

import (
	"net/http"
)

// adapt is asked after a refusal whether the store may only not know something
// that we sent, and takes it off the list for this server: first the modern
// checksum, then the conditions. It reports whether another try makes sense.
// AWS itself knows everything, and "strict" forbids to give anything up.
func (c *conn) adapt(err error, s interface{ conditional() bool }) bool {
	if c.srv.Integrity == "strict" || !unknown(err) {
		return false
	}
	if !c.quirks.noCRC.Swap(true) {
		c.o.Log.Warn("store refuses CRC64NVME, using Content-MD5", "server", c.srv.Name)
		return true
	}
	if s.conditional() && !c.quirks.noConditions.Swap(true) {
		c.o.Log.Warn("store refuses conditional writes, looking first", "server", c.srv.Name)
		return true
	}
	return false
}

func (s *sink) conditional() bool { return s.o.IfAbsent || s.o.IfVersion != "" }

// unknown: the answer of a store to a header that it does not know.
func unknown(err error) bool {
	switch codeOf(err) {
	case "NotImplemented", "XNotImplemented", "InvalidArgument", "InvalidRequest", "MissingContentMD5":
		return true
	}
	return statusOf(err) == http.StatusNotImplemented
}
