package s3_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/cred"
	"gantry/remote/s3"
)

// TestA02ATransferOutlivesItsSessions: an upload in parts, beside small requests
// all the time, over sessions that end after two seconds, on a gateway that
// honours them. It lasts for three sessions; GANTRY_LONG=10m makes it ten
// minutes.
func TestA02ATransferOutlivesItsSessions(t *testing.T) {
	srv := newBucket(t)
	const arn, life = "arn:aws:iam::123456789012:role/brief", 2 * time.Second
	if err := gate.AddUser("AKIDBRIEF", "brief-secret", false); err != nil {
		t.Fatal(err)
	}
	if err := gate.AddRole(arn, "", false, srv.Bucket); err != nil {
		t.Fatal(err)
	}
	source := remote.Credential{Name: "ops", Type: remote.AccessKey, AccessKeyID: "AKIDBRIEF", SecretAccessKey: remote.NewSecret("brief-secret")}
	p, err := cred.New(remote.Credential{
		Name: "partner", Type: remote.AssumeRole, RoleARN: arn, Source: "ops", STSEndpoint: gate.STSEndpoint(), Duration: int(life.Seconds()),
	}, cred.Options{Lookup: func(string) (remote.Credential, bool) { return source, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	tree := open(t, srv, p, s3.Options{})

	lasts := 3 * life
	if long := os.Getenv("GANTRY_LONG"); long != "" {
		if lasts, err = time.ParseDuration(long); err != nil {
			t.Fatal(err)
		}
	}
	const parts, size = 8, 5 << 20
	content := strings.Repeat("0123456789abcdef", size/16)
	calls, start := gate.STSCalls(), time.Now()
	sink, err := tree.Create(t.Context(), "big", remote.CreateOptions{Size: parts * size, PartSize: size})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	var done []remote.Part
	small := 0
	for len(done) < parts {
		<-tick.C
		small++
		put(t, tree, "small", "x", remote.CreateOptions{})
		if _, err := tree.Stat(t.Context(), "small"); err != nil {
			t.Fatal(err)
		}
		if time.Since(start) < lasts*time.Duration(len(done)+1)/parts {
			continue
		}
		part, err := sink.WritePart(t.Context(), len(done)+1, strings.NewReader(content))
		if err != nil {
			t.Fatalf("part %d after %v: %v", len(done)+1, time.Since(start), err)
		}
		done = append(done, part)
	}
	e, err := sink.Commit(t.Context(), done)
	if err != nil || e.Size != parts*size {
		t.Fatalf("%d bytes, %v", e.Size, err)
	}
	if got := get(t, tree, e); got != strings.Repeat(content, parts) {
		t.Error("what came back differs")
	}
	took := time.Since(start)
	// One call for each session, and at most a fifth of a session too early.
	n, most := gate.STSCalls()-calls, int64(took/(life/2))+2
	if n < 3 || n > most {
		t.Errorf("%d calls of STS for %d requests in %v; sessions of %v take at most %d", n, 2*small, took, life, most)
	}
	t.Logf("%d requests and %d parts over %d sessions in %v", 2*small, parts, n, took.Round(time.Millisecond))
}
