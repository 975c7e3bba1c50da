package wire

import (
	"net/url"
	"strings"
	"sync"
)

// Place is where requests go. It may be used by several goroutines and is never
// copied after its first use.
type Place struct {
	Scheme string // http or https
	Host   string // as it is signed: without the port that the scheme implies

	direct  sync.Once // guards noProxy
	noProxy bool
}

// HostOf is the host as it is signed: without the port that the scheme implies.
func HostOf(u url.URL) string {
	if port := u.Port(); port == "443" && u.Scheme == "https" || port == "80" && u.Scheme == "http" {
		if h := u.Hostname(); !strings.Contains(h, ":") {
			return h
		}
		return "[" + u.Hostname() + "]"
	}
	return u.Host
}
