package s3_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3"
)

// secureServer answers listings over TLS as change wants it.
func secureServer(t *testing.T, change func(*tls.Config)) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<ListBucketResult></ListBucketResult>`)
	}))
	s.Config.ErrorLog = quiet()
	s.TLS = &tls.Config{}
	change(s.TLS)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// certificate is one of this machine, its own authority, valid between the times.
func certificate(t *testing.T, from, to time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestSEC19TLSIsAlwaysVerified: self-signed, expired, not valid yet, made out for
// another host and too old are refused, each with its own sentence, by the tree
// and by the test of a server alike. Only an authority that the user names helps.
func TestSEC19TLSIsAlwaysVerified(t *testing.T) {
	now := time.Now()
	with := func(c tls.Certificate) func(*tls.Config) {
		return func(conf *tls.Config) { conf.Certificates = []tls.Certificate{c} }
	}
	good := certificate(t, now.Add(-time.Hour), now.Add(time.Hour))
	self := secureServer(t, with(good))
	past := secureServer(t, with(certificate(t, now.Add(-2*time.Hour), now.Add(-time.Hour))))
	soon := secureServer(t, with(certificate(t, now.Add(time.Hour), now.Add(2*time.Hour))))
	old := secureServer(t, func(c *tls.Config) {
		with(good)(c)
		c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	})
	least := secureServer(t, func(c *tls.Config) {
		with(good)(c)
		c.MaxVersion = tls.VersionTLS12
	})
	another := strings.Replace(self.URL, "127.0.0.1", "localhost", 1)
	for _, tt := range []struct {
		what, endpoint string
		authority      *httptest.Server // whose certificate ca_bundle holds
		says           string           // "" when it works
	}{
		{"self-signed", self.URL, nil, "nobody known signed it"},
		{"expired", past.URL, past, "has expired or is not valid yet"},
		{"not valid yet", soon.URL, soon, "has expired or is not valid yet"},
		{"wrong name", another, self, "made out for another host than localhost"},
		{"TLS 1.1", old.URL, old, "TLS 1.2 or newer is needed"},
		{"TLS 1.2 with its authority", least.URL, least, ""},
		{"newest TLS with its authority", self.URL, self, ""},
	} {
		t.Run(tt.what, func(t *testing.T) {
			srv := remote.Server{Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: tt.endpoint, PathStyle: true}
			if tt.authority != nil {
				srv.CABundle = filepath.Join(t.TempDir(), "ca.pem")
				text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tt.authority.TLS.Certificates[0].Certificate[0]})
				if err := os.WriteFile(srv.CABundle, text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			tree := open(t, srv, key(t, "AKID", "secret"), s3.Options{})
			_, err := tree.List(t.Context(), "", "")
			probed := step(t, tree.Probe(t.Context(), remote.TestOptions{}, nil), "tls")
			if tt.says == "" {
				if err != nil || probed.State != remote.StepOK {
					t.Errorf("%v, %+v", err, probed)
				}
				return
			}
			wantKind(t, err, remote.Unreachable)
			if hint := remote.HintOf(err); !strings.Contains(hint, tt.says) || remote.Retryable(err) {
				t.Errorf("again %v: %s", remote.Retryable(err), hint)
			}
			if probed.State != remote.StepFailed || !strings.Contains(probed.Hint, tt.says) {
				t.Errorf("the test says %+v", probed)
			}
		})
	}
}
