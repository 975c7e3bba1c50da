//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gantry/remote/s3/s3test"
	"gantry/ui/uitest"
)

// victim is a program that is killed, with a folder, a store and a server that
// outlive it.
type victim struct {
	*testing.T
	program string
	dir     string
	env     []string
	server  *s3test.Server
	out     bytes.Buffer // what the one that was killed last had printed
}

func newVictim(t *testing.T, program string) *victim {
	t.Helper()
	v := &victim{T: t, program: program, dir: t.TempDir(), server: s3test.New(t, s3test.Options{})}
	v.server.AddBucket("acme-bucket", s3test.Bucket{})
	config := filepath.Join(v.dir, "config")
	v.must(os.Mkdir(config, 0o700))
	config = filepath.Join(config, "config.toml")
	v.must(os.WriteFile(config, []byte(uitest.Store(v.server.Access, v.server.Secret, "acme-bucket", v.server.URL)), 0o600))
	v.env = append(os.Environ(), "GANTRY_CONFIG="+config, "GANTRY_STATE="+filepath.Join(v.dir, "state"))
	return v
}

func (v *victim) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

// path is a file in the victim's folder.
func (v *victim) path(name string) string { return filepath.Join(v.dir, name) }

func (v *victim) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(v.Context(), v.program, args...)
	cmd.Env = v.env
	return cmd
}

// kill runs a command line until ready says so, and ends it with sig. Whatever it
// had sent is done, or never will be, when kill returns.
func (v *victim) kill(sig syscall.Signal, ready func() bool, args ...string) (stderr string) {
	v.Helper()
	cmd := v.command(args...)
	var said bytes.Buffer
	v.out.Reset()
	cmd.Stderr, cmd.Stdout = &said, &v.out
	v.must(cmd.Start())
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(uitest.Watchdog); !ready(); <-tick.C {
		if time.Now().After(end) {
			_ = cmd.Process.Kill() // the test has failed
			v.Fatalf("it did not get that far: %s", &said)
		}
	}
	v.must(cmd.Process.Signal(sig))
	if err := cmd.Wait(); !errors.As(err, new(*exec.ExitError)) {
		v.Fatalf("it ended by itself: %v", err)
	}
	v.server.ClearFaults()
	v.server.Release()
	v.server.Settle()
	return said.String()
}

// run runs a command line to its end and returns what it printed.
func (v *victim) run(args ...string) string {
	v.Helper()
	cmd := v.command(args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		v.Fatalf("%s: %v\n%s%s", strings.Join(args, " "), err, out, &said)
	}
	return string(out)
}

// fails runs a command line that fails and returns what it says, and with what
// code it ends.
func (v *victim) fails(args ...string) (stderr string, code int) {
	v.Helper()
	cmd := v.command(args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) {
		v.Fatalf("%s: %v", strings.Join(args, " "), err)
	}
	return said.String(), exit.ExitCode()
}

// resumed is what queue resume said about the only item.
type resumed struct {
	Type, State, Note string
	All               int64 `json:"parts"`
	Proven            int64 `json:"parts_proven"`
}

func (v *victim) resume() resumed {
	v.Helper()
	for _, line := range strings.Split(v.run("queue", "resume", "--json"), "\n") {
		var r resumed
		if json.Unmarshal([]byte(line), &r) == nil && r.Type == "item" {
			return r
		}
	}
	v.Fatal("no item was resumed")
	return resumed{}
}

// stuck lets the server hold every request of an operation from the nth on, and
// gives what tells that the program gets no further: both its workers wait there,
// and all before is done. However fast or slow they are, it is in the middle then.
func (v *victim) stuck(op string, nth int) (ready func() bool) {
	v.server.Fault(s3test.Rule{ID: "P01", Op: op, Nth: nth, Times: s3test.All, Action: s3test.StallBeforeHeaders()})
	return func() bool { return v.server.Fired()["P01"] == 2 }
}

// applied counts the requests of an operation that the store has done.
func (v *victim) applied(op string) (n int) {
	for _, e := range v.server.Events() {
		if e.Op == op && e.Applied {
			n++
		}
	}
	return n
}

// parts counts the parts that the store has of the unfinished upload.
func (v *victim) parts() int {
	n := 0
	for _, u := range v.server.Uploads("acme-bucket") {
		n += len(u.Parts)
	}
	return n
}

// P01, U18: the program is killed in the middle of a transfer and started
// again; what had arrived is proved, and only the rest is sent.
func TestATransferGoesOnAfterAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and moves tens of megabytes")
	}
	program := build(t)
	content := random(43<<20, 7)
	for name, goesOn := range map[string]func(v *victim, content []byte){
		"upload":                                 uploadGoesOn,
		"download":                               downloadGoesOn,
		"download of an object that has changed": changedObjectIsReadAnew,
		"A03 a credential that is refused meanwhile": refusedCredentialWaitsForTheUser,
		"S21 the bucket is deleted meanwhile":        deletedBucketIsWaitedFor,
		"a rename in the bucket, taken back":         renameIsTakenBack,
		"interrupted, and given up":                  interruptedJobIsGivenUp,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goesOn(newVictim(t, program), content)
		})
	}
}

func uploadGoesOn(v *victim, content []byte) {
	v.must(os.WriteFile(v.path("big.bin"), content, 0o600))
	v.kill(syscall.SIGKILL, v.stuck("UploadPart", 5), inParts("cp", v.path("big.bin"), "acme:in/")...)
	if out := v.run("queue"); !strings.Contains(out, "interrupted") {
		v.Errorf("the queue shows\n%s", out)
	}
	if out := v.run("leftovers", "acme:"); !strings.Contains(out, "acme:in/big.bin  (job 1 can go on with it)") {
		v.Errorf("left over is\n%s", out)
	}
	r := v.resume()
	if r.State != "done" || r.All != 9 || r.Proven < 4 {
		v.Errorf("resumed: %+v", r)
	}
	if sent := v.applied("UploadPart"); int64(sent) != r.All {
		v.Errorf("%d parts were sent of %d: some of them twice", sent, r.All)
	}
	if o, ok := v.server.Object("acme-bucket", "in/big.bin"); !ok || !bytes.Equal(o.Content, content) {
		v.Error("the object is not the file")
	}
	if left := v.server.Uploads("acme-bucket"); len(left) > 0 {
		v.Errorf("left over: %+v", left)
	}
}

func downloadGoesOn(v *victim, content []byte) {
	v.server.Put("acme-bucket", "in/big.bin", content)
	got := func() int { return v.applied("GetObject") }
	v.kill(syscall.SIGKILL, v.stuck("GetObject", 6), inParts("cp", "acme:in/big.bin", v.dir)...)
	before := got()
	r := v.resume()
	if r.State != "done" || r.All != 9 || r.Proven < 2 {
		v.Errorf("resumed: %+v", r)
	}
	if read := got() - before; int64(read) != r.All-r.Proven {
		v.Errorf("%d parts were read although %d of %d were proved", read, r.Proven, r.All)
	}
	v.landed(content)
}

func changedObjectIsReadAnew(v *victim, content []byte) {
	v.server.Put("acme-bucket", "in/big.bin", random(43<<20, 8))
	v.kill(syscall.SIGKILL, v.stuck("GetObject", 6), inParts("cp", "acme:in/big.bin", v.dir)...)
	v.server.Put("acme-bucket", "in/big.bin", content)
	if r := v.resume(); r.State != "done" || r.Proven != 0 || !strings.Contains(r.Note, "changed") {
		v.Errorf("resumed: %+v", r)
	}
	v.landed(content)
}

func refusedCredentialWaitsForTheUser(v *victim, content []byte) {
	v.must(os.WriteFile(v.path("big.bin"), content, 0o600))
	v.server.Fault(s3test.Rule{ID: "A03", Op: "UploadPart", Nth: 4, Times: s3test.All, Action: s3test.Status(403, "InvalidAccessKeyId")})
	said, code := v.fails(inParts("cp", v.path("big.bin"), "acme:in/")...)
	if code != 5 || !strings.Contains(said, "does not exist (any more)") || !strings.Contains(said, "gantry queue resume 1 ") {
		v.Errorf("it ends with %d and says %q", code, said)
	}
	v.server.ClearFaults()
	if r := v.resume(); r.State != "done" || r.All != 9 || r.Proven < 2 {
		v.Errorf("resumed: %+v", r)
	}
	if o, ok := v.server.Object("acme-bucket", "in/big.bin"); !ok || !bytes.Equal(o.Content, content) {
		v.Error("the object is not the file")
	}
}

func deletedBucketIsWaitedFor(v *victim, content []byte) {
	v.must(os.WriteFile(v.path("big.bin"), content, 0o600))
	v.server.Fault(s3test.Rule{ID: "S21", Op: "UploadPart", Nth: 4, Action: s3test.Call(func() { v.server.RemoveBucket("acme-bucket") })})
	for _, args := range [][]string{inParts("cp", v.path("big.bin"), "acme:in/"), {"queue", "resume", "--no-progress"}} { // and once more too early
		said, code := v.fails(args...)
		if code != 4 || strings.Count(said, "does not exist") != 1 || !strings.Contains(said, "gantry queue resume 1 ") {
			v.Errorf("%q ends with %d and says %q", args, code, said)
		}
	}
	v.server.AddBucket("acme-bucket", s3test.Bucket{})
	if r := v.resume(); r.State != "done" || r.All != 0 || !strings.Contains(r.Note, "gone") {
		v.Errorf("resumed: %+v", r)
	}
	if o, ok := v.server.Object("acme-bucket", "in/big.bin"); !ok || !bytes.Equal(o.Content, content) {
		v.Error("the object is not the file")
	}
}

func renameIsTakenBack(v *victim, content []byte) {
	for i := range 60 {
		v.server.Put("acme-bucket", fmt.Sprintf("old/%02d", i), content[:i])
	}
	v.kill(syscall.SIGKILL, v.stuck("CopyObject", 30), "mv", "acme:old", "acme:new", "--workers", "2", "--no-progress")
	if n := len(v.server.Keys("acme-bucket")); n < 89 {
		v.Errorf("%d keys", n)
	}
	v.run("queue", "cancel", "--rollback", "1")
	keys := v.server.Keys("acme-bucket")
	if len(keys) != 60 || !strings.HasPrefix(keys[0], "old/") || !strings.HasPrefix(keys[59], "old/") {
		v.Errorf("%d keys are left: %q", len(keys), keys)
	}
	v.run("mv", "acme:old", "acme:new")
	if keys = v.server.Keys("acme-bucket"); len(keys) != 60 || !strings.HasPrefix(keys[0], "new/") {
		v.Errorf("%d keys are left: %q", len(keys), keys)
	}
}

func interruptedJobIsGivenUp(v *victim, content []byte) {
	v.must(os.WriteFile(v.path("big.bin"), content, 0o600))
	said := v.kill(syscall.SIGINT, v.stuck("UploadPart", 3), inParts("cp", "--json", v.path("big.bin"), "acme:in/")...)
	if !strings.Contains(said, "gantry queue resume 1 goes on with the rest") {
		v.Errorf("it said %q", said)
	}
	lines := strings.Split(strings.TrimSpace(v.out.String()), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, `{"type":"summary"`) || !strings.HasSuffix(last, `"resume":[1]}`) {
		v.Errorf("its last line is %s", last)
	}
	if v.parts() < 2 {
		v.Error("what had been sent is thrown away")
	}
	v.run("queue", "cancel", "1")
	if n := v.parts(); n > 0 {
		v.Errorf("%d parts are left", n)
	}
	if out := v.run("queue"); !strings.Contains(out, " 1  cancelled ") {
		v.Errorf("the queue shows\n%s", out)
	}
	v.run("queue", "clear")
	if out := v.run("queue"); out != "" {
		v.Errorf("the queue shows\n%s", out)
	}
}

// TestAListingThatIsInterruptedIsSummedUp, as a transfer is.
func TestAListingThatIsInterruptedIsSummedUp(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := build(t)
	for _, args := range [][]string{{"ls", "-R"}, {"du"}} {
		var asked atomic.Bool
		v := newVictim(t, program)
		v.server.Fault(
			s3test.Rule{ID: "P01", Op: "ListObjectsV2", Action: s3test.Call(func() { asked.Store(true) })},
			s3test.Rule{ID: "P01", Op: "ListObjectsV2", Action: s3test.StallBeforeHeaders()})
		v.kill(syscall.SIGINT, asked.Load, append(args, "--json", "acme:")...)
		if out := v.out.String(); !strings.HasSuffix(out, "\n") || strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, `{"type":"summary","entries":0,`) {
			t.Errorf("%v printed %q", args, out)
		}
	}
}

// landed holds that the file is whole and alone.
func (v *victim) landed(content []byte) {
	v.Helper()
	got, err := os.ReadFile(v.path("big.bin"))
	if err != nil || !bytes.Equal(got, content) {
		v.Errorf("the file is not the object (%v)", err)
	}
	if left, _ := filepath.Glob(v.path(".*gantry-*")); len(left) > 0 {
		v.Errorf("left over: %q", left)
	}
}

// inParts is a command line of two workers that moves a large file in nine parts.
func inParts(args ...string) []string {
	return append(args, "--part-size", "5MiB", "--workers", "2", "--no-progress")
}
