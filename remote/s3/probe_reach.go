package s3

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// maxSkew is how far two clocks may differ before signatures are refused.
const maxSkew = 15 * time.Minute

// where is the host and port of the server, and the proxy on the way if there is
// one.
func (p *probe) where(ctx context.Context) (s *site, addr string, proxy *url.URL, err error) {
	if s = p.t.b.at.Load(); s == nil {
		region := p.t.b.known()
		if region == "" {
			region = p.t.c.firstRegion()
		}
		if s, err = p.t.b.resolve(ctx, region); err != nil {
			return nil, "", nil, err
		}
	}
	addr = s.Host
	if _, _, err := net.SplitHostPort(addr); err != nil {
		port := "443"
		if s.Scheme == "http" {
			port = "80"
		}
		addr = net.JoinHostPort(strings.Trim(addr, "[]"), port)
	}
	if f := p.t.c.fast.Proxy; f != nil {
		proxy, _ = f(&http.Request{URL: &url.URL{Scheme: s.Scheme, Host: s.Host}})
	}
	return s, addr, proxy, nil
}

func (p *probe) name(ctx context.Context) remote.Step {
	_, addr, proxy, err := p.where(ctx)
	if err != nil {
		return p.fatal(outcome(err, "", ""), "the settings give no address")
	}
	if proxy != nil {
		return fine("the proxy " + proxy.Host + " looks it up")
	}
	host, _, _ := net.SplitHostPort(addr)
	if net.ParseIP(host) != nil {
		return fine(host + ", an address")
	}
	found, err := net.DefaultResolver.LookupHost(ctx, host)
	if err != nil {
		return p.fatal(unreached(err), "the name could not be looked up")
	}
	return fine(host + " is " + strings.Join(found[:min(len(found), 3)], ", "))
}

func unreached(err error) remote.Step {
	hint, _, ok := remote.NetworkFault(err)
	if !ok {
		hint = "The server could not be reached. Check the endpoint and the network."
	}
	return remote.Step{State: remote.StepFailed, Hint: hint, Kind: remote.Unreachable}
}

func (p *probe) tls(ctx context.Context) remote.Step {
	s, addr, proxy, err := p.where(ctx)
	if err != nil {
		return p.fatal(outcome(err, "", ""), "the settings give no address")
	}
	if s.Scheme == "http" {
		return skipped("plain http: anybody on the way can read it")
	}
	if proxy != nil {
		return skipped("through the proxy " + proxy.Host)
	}
	state, err := handshake(ctx, addr, p.t.c.fast.TLSClientConfig.RootCAs)
	if err != nil {
		return p.fatal(unreached(err), "there is no secure connection")
	}
	cert := state.PeerCertificates[0]
	return fine(fmt.Sprintf("%s, certificate by %s, until %s", tls.VersionName(state.Version), issuer(cert), cert.NotAfter.Format(time.DateOnly)))
}

func issuer(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 {
		return c.Issuer.Organization[0]
	}
	return c.Issuer.CommonName
}

func handshake(ctx context.Context, addr string, roots *x509.CertPool) (tls.ConnectionState, error) {
	d := tls.Dialer{Config: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = c.Close() }()
	return c.(*tls.Conn).ConnectionState(), nil
}

// clock sends one request without a signature: every server says what time it
// is, also when it refuses.
func (p *probe) clock(ctx context.Context) remote.Step {
	s, addr, _, err := p.where(ctx)
	if err != nil {
		return outcome(err, "", "")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, (&url.URL{Scheme: s.Scheme, Host: s.Host, Path: "/"}).String(), nil)
	if err != nil {
		return outcome(err, "", "")
	}
	sent := time.Now()
	res, err := p.t.c.fast.RoundTrip(r)
	if err != nil {
		if s.Scheme == "http" && speaksTLS(ctx, addr) {
			return p.fatal(wantsHTTPS(), "the server speaks https")
		}
		return p.fatal(unreached(err), "the server could not be reached")
	}
	took := time.Since(sent)
	wire.Drain(res)
	switch {
	case res.StatusCode == http.StatusProxyAuthRequired:
		return p.fatal(unreached(&remote.ProxyRefusal{Status: res.StatusCode}), "the proxy does not let us through")
	case s.Scheme == "http" && res.StatusCode == http.StatusBadRequest && speaksTLS(ctx, addr):
		return p.fatal(wantsHTTPS(), "the server speaks https")
	}
	date, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return fine("the server does not say what time it is")
	}
	// The answer is as old as half of its way, and its date has whole seconds.
	p.r.Skew = date.Add(500 * time.Millisecond).Sub(sent.Add(took / 2)).Round(time.Second)
	if p.r.Skew.Abs() >= maxSkew {
		return remote.Step{
			State: remote.StepFailed, Detail: p.skew(),
			Hint: fmt.Sprintf("The clock of this machine is %.0f minutes off. Set it right; until then gantry signs with the server's time.", math.Abs(p.r.Skew.Minutes())),
		}
	}
	return fine(p.skew() + fmt.Sprintf(", answer after %d ms", took.Milliseconds()))
}

func (p *probe) skew() string {
	switch skew := p.r.Skew; {
	case skew.Abs() < 2*time.Second:
		return "as the server's"
	case skew > 0:
		return skew.String() + " behind the server's"
	default:
		return skew.Abs().String() + " ahead of the server's"
	}
}

func wantsHTTPS() remote.Step {
	return remote.Step{State: remote.StepFailed, Kind: remote.Invalid, Hint: "The server speaks https there, not http. Begin the endpoint with https://."}
}

// speaksTLS tells whether there is TLS at addr, whatever its certificate.
func speaksTLS(ctx context.Context, addr string) bool {
	_, err := handshake(ctx, addr, nil)
	var bad *tls.CertificateVerificationError
	return err == nil || errors.As(err, &bad)
}
