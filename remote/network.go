package remote

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Loopback tells whether host, a name or an address without its port, is this
// machine.
func Loopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// ProxyRefusal is the cause when a proxy answered CONNECT with another status
// than 200. A transport makes it in its OnProxyConnectResponse.
type ProxyRefusal struct{ Status int }

// Error names the status.
func (p *ProxyRefusal) Error() string {
	return "the proxy answered with status " + strconv.Itoa(p.Status)
}

// NetworkFault says in a sentence with a remedy what network failure err is;
// ok is false when it is none. final means that trying again cannot help. The
// sentence names hosts at most, never a URL: a URL may hold a signature or a
// password.
func NetworkFault(err error) (hint string, final, ok bool) {
	if err == nil || errors.Is(err, context.Canceled) {
		return "", false, false
	}
	if hint, ok = tlsFault(err); ok {
		return hint, true, true
	}
	var dns *net.DNSError
	var op *net.OpError
	var proxy *ProxyRefusal
	var timeout net.Error
	switch {
	case errors.As(err, &proxy):
		return "The proxy does not let us through (" + strconv.Itoa(proxy.Status) + "). Check HTTPS_PROXY with its user and password, and NO_PROXY.", true, true
	case errors.As(err, &op) && op.Op == "proxyconnect":
		return "The proxy does not answer. Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY.", false, true
	case errors.As(err, &dns) && dns.IsNotFound:
		return "There is no host named " + dns.Name + ". Check the endpoint, the region and the network.", true, true
	case errors.As(err, &dns):
		return "The name " + dns.Name + " could not be looked up. Check the network.", false, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return "Nothing answers at " + address(err) + ". Check the endpoint and its port, and that the server runs.", false, true
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "There is no way to " + address(err) + ". Check the network.", false, true
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "The server stayed silent for too long. Check the network, then try again.", false, true
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return "The connection to the server broke. Try again.", false, true
	case errors.As(err, &op):
		return "The network failed. Check it, then try again.", false, true
	}
	return "", false, false
}

// tlsFault are the failures of a certificate or of the handshake.
func tlsFault(err error) (string, bool) {
	const untrusted = "The server's certificate is not trusted: "
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var bad x509.CertificateInvalidError
	var record tls.RecordHeaderError
	var verify *tls.CertificateVerificationError
	var alert *net.OpError
	switch {
	case errors.As(err, &unknown):
		return untrusted + "nobody known signed it. If the server is yours, name its authority in ca_bundle.", true
	case errors.As(err, &host):
		return untrusted + "it is made out for another host than " + host.Host + ". Check the endpoint and path_style.", true
	case errors.As(err, &bad) && bad.Reason == x509.Expired:
		return untrusted + "it has expired or is not valid yet. Check the clock of this machine, or ask who runs the server.", true
	case errors.As(err, &bad), errors.As(err, &verify):
		return untrusted + "it is not valid. Ask who runs the server.", true
	case errors.As(err, &record):
		return "The server does not speak TLS there. Check whether the endpoint should begin with http://, and its port.", true
	case errors.As(err, &alert) && (alert.Op == "remote error" || alert.Op == "local error"): // a TLS alert
		return "The server and gantry found no common way to encrypt; TLS 1.2 or newer is needed. Ask who runs the server.", true
	}
	return "", false
}

// address is the host and port that a failed dial was for.
func address(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Addr != nil {
		return op.Addr.String()
	}
	return "the server"
}
