//go:build unix

package torture_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gantry/remote/s3/s3test"
)

// refusal is a store that refuses something, or is odd, and what is to come of
// a transfer all the same.
type refusal struct {
	name  string
	rules []s3test.Rule
	small
	done bool     // the transfer succeeds
	code int      // else
	says []string // stderr, each of them
}

// goPattern are words of Go and of XML that no user should meet.
var goPattern = regexp.MustCompile(`operation error|StatusCode|RequestID|<Error>|<html|context (canceled|deadline)|0x[0-9a-f]{6}|\bEOF\b|%!`)

func refusals(h *hunter) []refusal {
	up := h.one("big", "acme:in/big", false, "cp", "{}/big", "acme:in/")
	down := h.one("acme:in/big", "big", false, "cp", "acme:in/big", "{}/")
	across := h.one("acme:a/big", "acme:b/big", false, "cp", "acme:a/big", "acme:b/")
	deny := func(id, op string) []s3test.Rule {
		return []s3test.Rule{{ID: id, Op: op, Times: s3test.All, Action: s3test.Deny()}}
	}
	always := func(id, op string, status int, code string) []s3test.Rule {
		return []s3test.Rule{{ID: id, Op: op, Times: s3test.All, Action: s3test.Status(status, code)}}
	}
	return []refusal{
		{name: "S16 unfinished uploads may not be listed", rules: deny("S16", "ListMultipartUploads"), small: up, done: true},
		{name: "S14 objects may not be looked at", rules: deny("S14", "HeadObject"), small: up, done: true},
		{name: "S19 buckets may not be listed", rules: deny("S19", "ListBuckets"), small: down, done: true},
		{
			name: "S20 only one prefix may be listed", small: down, done: true,
			rules: []s3test.Rule{{ID: "S20", Op: "ListObjectsV2", Times: s3test.All, Action: s3test.Deny(), When: func(r *http.Request) bool {
				return !strings.HasPrefix(r.URL.Query().Get("prefix"), "in/")
			}}},
		},
		{name: "U23 tags may not be written", rules: deny("U23", "PutObjectTagging"), small: up, done: true},
		{name: "U23 tags may not be read", rules: deny("U23", "GetObjectTagging"), small: across, done: true},
		{name: "Y09 the store cannot copy", rules: always("Y09", "CopyObject", 501, "NotImplemented"), small: across, done: true},
		{
			name: "S35 an ETag is no sum of anything", small: h.sized(70_000), done: true,
			rules: []s3test.Rule{{ID: "S35", Op: "PutObject", Times: s3test.All, Action: s3test.BadETag()}},
		},
		{name: "S12 the secret is wrong", rules: always("S12", "", 403, "SignatureDoesNotMatch"), small: up, code: 5, says: []string{"secret key"}},
		{name: "A10 the key does not exist", rules: always("A10", "", 403, "InvalidAccessKeyId"), small: up, code: 5, says: []string{"access key"}},
		{name: "S21 the bucket is gone", rules: always("S21", "", 404, "NoSuchBucket"), small: down, code: 4},
		{name: "S31 the object is archived", rules: always("S31", "GetObject", 403, "InvalidObjectState"), small: down, code: 5, says: []string{"archived"}},
		{name: "S33 the encryption key refuses", rules: always("S33", "PutObject", 403, "KMS.DisabledException"), small: h.sized(70_000), code: 5, says: []string{"key"}},
	}
}

// sized is an upload of so many bytes.
func (h *hunter) sized(n int) small {
	s := h.one("big", "acme:in/big", false, "cp", "{}/big", "acme:in/")
	s.plan.things[0].content = h.c.of(5, n)
	return s
}

// I15, I19: what is refused for good is not asked for again and again, and the
// user reads a sentence.
func TestTortureStoresThatRefuse(t *testing.T) {
	program := must(t, built.plain)
	for _, x := range refusals(&hunter{&contents{}}) {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{})
			x.stage(w)
			w.server.Fault(x.rules...)
			r := w.run(x.args...)
			if x.done {
				if r.code != 0 {
					t.Errorf("it ends with %d: %s", r.code, r.err)
				}
				w.report(x.name, x.plan.atRest(w))
				return
			}
			w.report(x.name, append(x.plan.anytime(w), x.plan.clean(w)...))
			if r.code != x.code {
				t.Errorf("it ends with %d, not %d: %s", r.code, x.code, r.err)
			}
			for _, want := range x.says {
				if !strings.Contains(r.err, want) {
					t.Errorf("I19: it does not speak of %q: %s", want, r.err)
				}
			}
			if bad := goPattern.FindString(r.err); bad != "" {
				t.Errorf("I19: a user reads %q: %s", bad, r.err)
			}
			if n := len(w.events()); n > 12 {
				t.Errorf("I15: %d requests", n)
			}
		})
	}
}

// S15: who may write parts and not list them goes on with what is on record.
func TestTorturePartsThatMayNotBeListed(t *testing.T) {
	w := newWorld(t, must(t, built.plain), s3test.Options{})
	s := (&hunter{&contents{}}).one("big", "acme:big", false, "cp", "{}/big", "acme:")
	s.stage(w)
	w.doomed(s3test.Rule{ID: "P01", Op: "UploadPart", Nth: 3}, false, s.args)
	w.server.Settle()
	w.server.Fault(s3test.Rule{ID: "S15", Op: "ListParts", Times: s3test.All, Action: s3test.Deny()})
	w.report("S15", s.settle(w))
	if w.server.Fired()["S15"] == 0 {
		t.Error("the parts were never asked for")
	}
}

// S34: an object that was deleted in a bucket with versions is gone, and one of
// its name can be written.
func TestTortureDeletedVersions(t *testing.T) {
	w := newWorld(t, must(t, built.plain), s3test.Options{})
	config := filepath.Join(w.dir, "config", "config.toml")
	raw, err := os.ReadFile(config)
	w.must(err)
	w.must(os.WriteFile(config, []byte(strings.Replace(string(raw), bucket, "kept", 1)), 0o600))
	w.server.AddBucket("kept", s3test.Bucket{Versioned: true})
	w.server.Put("kept", "a", []byte("one"))
	if r := w.run("rm", "acme:a"); r.code != 0 {
		t.Fatal(r.err)
	}
	if r := w.run("ls", "acme:"); r.out != "" || r.code != 0 {
		t.Errorf("it lists %q", r.out)
	}
	for _, command := range []string{"stat", "cat"} {
		if r := w.run(command, "acme:a"); r.code != 4 || goPattern.MatchString(r.err) {
			t.Errorf("%s ends with %d: %s", command, r.code, r.err)
		}
	}
	w.put("a", []byte("two"))
	if r := w.run("cp", "{}/a", "acme:"); r.code != 0 {
		t.Error(r.err)
	}
	if o, _ := w.server.Object("kept", "a"); string(o.Content) != "two" || w.server.Versions("kept", "a") != 3 {
		t.Errorf("%q in %d versions", o.Content, w.server.Versions("kept", "a"))
	}
}

// S36: times that cannot be true are shown, and decide nothing.
func TestTortureTimesThatCannotBeTrue(t *testing.T) {
	program := must(t, built.plain)
	for _, at := range []time.Time{time.Unix(0, 0), time.Date(2970, 1, 1, 0, 0, 0, 0, time.UTC)} {
		w := newWorld(t, program, s3test.Options{})
		s := (&hunter{&contents{}}).one("acme:big", "big", true, "mv", "acme:big", "{}/")
		s.stage(w)
		w.server.SetModTime(bucket, "big", at)
		if r := w.run("ls", "-l", "acme:"); !strings.Contains(r.out, "big") {
			t.Errorf("it lists %q", r.out)
		}
		if r := w.run(s.args...); r.code != 0 {
			t.Errorf("it ends with %d: %s", r.code, r.err)
		}
		w.report(fmt.Sprint("S36 ", at), s.plan.atRest(w))
	}
}

// N26: with few descriptors it is slower, and that is all.
func TestTortureFewDescriptors(t *testing.T) {
	w := newWorld(t, must(t, built.plain), s3test.Options{})
	c := &contents{}
	s := small{}
	for i := range 200 {
		name := fmt.Sprintf("%03d", i)
		s.plan.things = append(s.plan.things, thing{"in/" + name, "acme:out/" + name, c.of(i, 2000), nil})
	}
	s.stage(w)
	cmd := exec.Command("sh", "-c", `ulimit -n 64 && exec "$0" "$@"`, w.program, "cp", filepath.Join(w.files, "in")+"/", "acme:out/")
	cmd.Env = w.env
	if r := w.finish(cmd, w.begin(cmd)); r.code != 0 {
		t.Errorf("it ends with %d: %s", r.code, tail(r.err, 2000))
	}
	w.report("N26", s.plan.atRest(w))
}

// A15: keys of the machine are not asked for unless the credential says so.
func TestTortureKeysOfTheMachine(t *testing.T) {
	w := newWorld(t, must(t, built.plain), s3test.Options{})
	var asked atomic.Int64
	meta := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer meta.Close()
	w.env = append(w.env, "AWS_EC2_METADATA_SERVICE_ENDPOINT="+meta.URL, "AWS_CONTAINER_CREDENTIALS_FULL_URI="+meta.URL,
		"AWS_ACCESS_KEY_ID=AKIAWRONG", "AWS_SECRET_ACCESS_KEY=wrong", "AWS_PROFILE=nobody")
	s := (&hunter{&contents{}}).one("big", "acme:big", false, "cp", "{}/big", "acme:")
	s.stage(w)
	if r := w.run(s.args...); r.code != 0 {
		t.Errorf("it ends with %d: %s", r.code, r.err)
	}
	w.report("A15", s.plan.atRest(w))
	if asked.Load() > 0 {
		t.Errorf("the machine was asked %d times", asked.Load())
	}
}

// N13: a limit on a whole request would cut what is slow but alive.
func TestNoClientLimitsAWholeRequest(t *testing.T) {
	pattern := regexp.MustCompile(`(?s)http\.Client\{[^}]*\bTimeout:`)
	for _, folder := range []string{"remote/s3", "remote/cred"} {
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(err)
		}
		for _, f := range files {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(f, "_test.go") || folder == "remote/cred" && strings.HasSuffix(f, "role.go") {
				continue // STS answers are small: there a limit is right
			}
			if pattern.Match(src) {
				t.Errorf("N13: %s", f)
			}
		}
	}
}
