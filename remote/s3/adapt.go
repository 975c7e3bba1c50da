package s3

import "net/http"

// adapt is told about a request that failed with err. If the store may only not
// know something that we sent, the request is made again without the modern
// checksum, without the conditions, and without both; what helps is remembered
// for this server. AWS itself knows everything, and "strict" forbids to give
// anything up.
func (c *conn) adapt(err error, conditional bool, again func() error) error {
	if c.srv.Endpoint == "" || c.srv.Integrity == "strict" || !unknown(err) {
		return err
	}
	crc, cond := c.quirks.noCRC.Load(), c.quirks.noConditions.Load()
	for _, without := range [][2]bool{{true, cond}, {crc, true}, {true, true}} {
		if without == [2]bool{crc, cond} || without[1] && !cond && !conditional {
			continue
		}
		c.quirks.noCRC.Store(without[0])
		c.quirks.noConditions.Store(without[1])
		next := again()
		if next == nil || !unknown(next) && statusOf(next) != 0 {
			c.o.Log.Warn("store does not know all that S3 does", "server", c.srv.Name, "md5", without[0], "look_first", without[1])
			return next
		}
		c.quirks.noCRC.Store(crc)
		c.quirks.noConditions.Store(cond)
		if !unknown(next) {
			return next
		}
	}
	return err
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
