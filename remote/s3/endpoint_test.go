package s3

import (
	"testing"

	"gantry/remote"
)

// S38: regions of partitions that nobody has to list.
// TestEndpointsAreThoseOfTheSDK for every partition and switch.
func TestEndpointsAreThoseOfTheSDK(t *testing.T) {
	for _, c := range []struct {
		srv            remote.Server
		host, base, in string
	}{
		{remote.Server{Region: "eu-central-1", Bucket: "b-1"}, "b-1.s3.eu-central-1.amazonaws.com", "", "eu-central-1"},
		{remote.Server{Region: "us-east-1", Bucket: "with.dots"}, "s3.us-east-1.amazonaws.com", "/with.dots", "us-east-1"},
		{remote.Server{Region: "cn-north-1", Bucket: "b-1"}, "b-1.s3.cn-north-1.amazonaws.com.cn", "", "cn-north-1"},
		{remote.Server{Region: "us-gov-west-1", Bucket: "b-1", FIPS: true}, "b-1.s3-fips.us-gov-west-1.amazonaws.com", "", "us-gov-west-1"},
		{remote.Server{Region: "eusc-de-east-1", Bucket: "b-1"}, "b-1.s3.eusc-de-east-1.amazonaws.eu", "", "eusc-de-east-1"},
		{remote.Server{Region: "eu-west-1", Bucket: "b-1", DualStack: true}, "b-1.s3.dualstack.eu-west-1.amazonaws.com", "", "eu-west-1"},
		{remote.Server{Region: "eu-west-1", Bucket: "b-1", Accelerate: true}, "b-1.s3-accelerate.amazonaws.com", "", "eu-west-1"},
		{remote.Server{Region: "r", Bucket: "b-1", Endpoint: "https://s3.example.com:443"}, "b-1.s3.example.com", "", "r"},
		{remote.Server{Region: "r", Bucket: "b-1", Endpoint: "https://s3.example.com/base/"}, "b-1.s3.example.com", "/base", "r"},
		{remote.Server{Region: "r", Bucket: "b-1", Endpoint: "https://s3.example.com:9000", PathStyle: true}, "s3.example.com:9000", "/b-1", "r"},
		{remote.Server{Region: "r", Bucket: "b-1", Endpoint: "http://127.0.0.1:9000"}, "127.0.0.1:9000", "/b-1", "r"},
		{remote.Server{Region: "r", Bucket: "Upper", Endpoint: "https://s3.example.com"}, "s3.example.com", "/Upper", "r"},
	} {
		tree, err := New(c.srv, nil, Options{})
		if err != nil {
			t.Errorf("%+v: %v", c.srv, err)
			continue
		}
		s, err := tree.b.ready(t.Context())
		if err != nil {
			t.Errorf("%+v: %v", c.srv, err)
			continue
		}
		if s.Host != c.host || s.base != c.base || s.signIn != c.in || s.service != "s3" {
			t.Errorf("%s in %s: %q %q in %q for %q", c.srv.Bucket, c.srv.Region, s.Host, s.base, s.signIn, s.service)
		}
	}
	tree, err := New(remote.Server{Region: "eu-west-1", Bucket: "b--euw1-az1--x-s3"}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.b.ready(t.Context()); remote.KindOf(err) != remote.Unsupported {
		t.Errorf("a directory bucket: %v", err)
	}
}
