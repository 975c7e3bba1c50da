package remote

import (
	"net/url"
	"strings"
)

// OfAmazon tells whether an endpoint is Amazon's own, of any partition.
func OfAmazon(endpoint string) bool {
	u, err := url.Parse(endpoint)
	if err != nil {
		return false
	}
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".c2s.ic.gov", ".sc2s.sgov.gov", ".csp.hci.ic.gov", ".adc-e.uk"} {
		if strings.HasSuffix(u.Hostname(), suffix) {
			return true
		}
	}
	return false
}

// InTheClear tells whether what is sent to an endpoint can be read by everybody
// on the way: plain http to another machine.
func InTheClear(endpoint string) bool {
	u, err := url.Parse(endpoint)
	return err == nil && u.Scheme == "http" && !Loopback(u.Hostname())
}
