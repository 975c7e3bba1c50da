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
	"syscall"
	"testing"

	"gantry/remote/s3/s3test"
)

// TestTheProgramGoesOnOrGivesUp: what an interrupted or stuck job leaves.
func TestTheProgramGoesOnOrGivesUp(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	program := build(t)
	t.Run("D13, P01: temporary files of long names are swept", func(t *testing.T) { longNames(t, program) })
	t.Run("Y06: what a move has replaced is brought back", func(t *testing.T) { movedOver(t, program) })
	t.Run("Y06: a move that has begun to delete is not taken back", func(t *testing.T) { tooLate(t, program) })
	t.Run("Y06: a move that failed for one, was resumed and ended well says so", func(t *testing.T) { stuckMove(t, program) })
}

// longNames: the name of a temporary file is cut where the whole would be longer
// than names may be.
func longNames(t *testing.T, program string) {
	for _, name := range []string{strings.Repeat("n", 255), strings.Repeat("ä", 120) + "tail", "a dot at the end."} {
		v := newVictim(t, program)
		v.server.Put("acme-bucket", "in/"+name, random(1<<20, 3))
		v.must(os.Mkdir(v.path("down"), 0o700))
		v.server.Fault(s3test.Rule{ID: "P01", Op: "GetObject", Times: s3test.All, Action: s3test.StallAt(1 << 10)})
		temps := func() []string {
			left, _ := filepath.Glob(v.path("down/.*gantry-*"))
			return left
		}
		v.kill(syscall.SIGKILL, func() bool { return len(temps()) > 0 }, "cp", "acme:in/"+name, v.path("down")+"/", "--no-progress")
		if len(temps()) != 1 {
			t.Fatalf("left over: %q", temps())
		}
		other := v.path("down/.nnn.gantry-01234567") // somebody else's
		v.must(os.WriteFile(other, nil, 0o600))
		v.run("queue", "cancel", "1")
		if left := temps(); len(left) != 1 || left[0] != other {
			t.Errorf("%.20q: left over: %q", name, left)
		}
	}
}

// movedOver: where the bucket keeps versions, a move over other objects is taken
// back without a trace; who may not delete versions reads what is left, and why.
func movedOver(t *testing.T, program string) {
	v := newVictim(t, program)
	config := filepath.Join(v.dir, "config", "config.toml")
	raw, err := os.ReadFile(config)
	v.must(err)
	v.must(os.WriteFile(config, bytes.ReplaceAll(raw, []byte("acme-bucket"), []byte("kept")), 0o600))
	v.server.AddBucket("kept", s3test.Bucket{Versioned: true})
	for i := range 40 {
		v.server.Put("kept", fmt.Sprintf("old/%02d", i), random(10+i, 5))
		v.server.Put("kept", fmt.Sprintf("new/%02d", i), random(10+i, 6))
	}
	for _, key := range []string{"old/sub/", "new/sub/", "old/sub/one"} {
		v.server.Put("kept", key, nil)
	}
	v.server.Delete("kept", "new/sub/")
	before := v.server.Versions("kept", "new/sub/")
	holds := func(i int, seed byte) bool {
		o, ok := v.server.Object("kept", fmt.Sprintf("new/%02d", i))
		return ok && bytes.Equal(o.Content, random(10+i, seed))
	}
	fails := func(args ...string) string { // with 1
		out, err := v.command(args...).CombinedOutput()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
			t.Errorf("it ended with %v: %s", err, out)
		}
		return string(out)
	}
	move := func() {
		v.server.Fault(s3test.Rule{ID: "S05", Op: "CopyObject", Key: "new/21", Action: s3test.Deny()})
		fails("mv", "acme:old/", "acme:new/", "--on-conflict", "overwrite", "--no-progress")
		for i := range 40 {
			if i != 21 && !holds(i, 5) {
				t.Errorf("new/%02d was not replaced", i)
			}
		}
	}
	move()
	v.run("queue", "cancel", "--rollback", "1")
	for i := range 40 {
		if !holds(i, 6) || v.server.Versions("kept", fmt.Sprintf("new/%02d", i)) != 1 {
			t.Errorf("new/%02d is not what it was", i)
		}
	}
	for key, n := range map[string]int{"new/": 0, "new/sub/": before, "new/sub/one": 0} {
		if got := v.server.Versions("kept", key); got != n {
			t.Errorf("%s has %d versions, had %d", key, got, n)
		}
	}
	move()
	v.server.Fault(s3test.Rule{ID: "deny", Op: "DeleteObject", Times: s3test.All, Action: s3test.Deny()})
	said := fails("queue", "cancel", "--rollback", "2")
	if !strings.Contains(said, "they were kept: new/00, new/01, new/02, and 36 more.") || !strings.Contains(said, "s3:DeleteObjectVersion") {
		t.Errorf("it says %s", said)
	}
	if keys := v.server.Keys("kept"); len(keys) != 84 || !holds(0, 5) || !holds(21, 6) {
		t.Errorf("%d keys, or one of them holds something else", len(keys))
	}
}

// tooLate: the refusal is no wrong command line, and what is left can be resumed.
func tooLate(t *testing.T, program string) {
	v := newVictim(t, program)
	for i := range 20 {
		v.server.Put("acme-bucket", fmt.Sprintf("old/%02d", i), random(10+i, 5))
	}
	v.server.Fault(s3test.Rule{ID: "P01", Op: "DeleteObjects", Times: s3test.All, Action: s3test.StallBeforeHeaders()})
	deletes := func() bool { return v.server.Fired()["P01"] == 1 } // of all in one go
	v.kill(syscall.SIGKILL, deletes, "mv", "acme:old", "acme:new", "--no-progress")
	if out := v.run("queue"); !strings.Contains(out, "deleted 0 of 20") {
		t.Errorf("the queue shows %s", out)
	}
	if said, code := v.fails("queue", "cancel", "--rollback", "1"); code != 1 || !strings.Contains(said, "cannot be rolled back") {
		t.Errorf("it ends with %d and says %q", code, said)
	}
	v.run("queue", "resume", "--no-progress")
	if keys := v.server.Keys("acme-bucket"); len(keys) != 20 || !strings.HasPrefix(keys[0], "new/") {
		t.Errorf("there is %q", keys)
	}
}

func stuckMove(t *testing.T, program string) {
	v := newVictim(t, program)
	for i := range 20 {
		v.server.Put("acme-bucket", fmt.Sprintf("old/%02d", i), random(10+i, 5))
	}
	v.server.Fault(s3test.Rule{ID: "S05", Op: "CopyObject", Nth: 7, Action: s3test.Status(403, "AccessDenied")})
	out, err := v.command("mv", "acme:old", "acme:new", "--no-progress").CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(out), "gantry queue resume 1 ") {
		t.Fatalf("it ended with %v: %s", err, out)
	}
	if n := len(v.server.Keys("acme-bucket")); n != 39 {
		t.Errorf("%d keys: something was deleted", n)
	}
	v.server.ClearFaults()
	v.run("queue", "resume", "1")
	var job struct {
		State  string `json:"state"`
		Failed int    `json:"failed"`
		Done   int    `json:"items_done"`
		Items  int    `json:"items"`
	}
	v.must(json.Unmarshal([]byte(strings.SplitN(v.run("queue", "list", "--json"), "\n", 2)[0]), &job))
	if job.State != "done" || job.Failed != 0 || job.Done != 20 || job.Items != 20 {
		t.Errorf("the record says %+v", job)
	}
	if keys := v.server.Keys("acme-bucket"); len(keys) != 20 || !strings.HasPrefix(keys[0], "new/") {
		t.Errorf("%d keys: %q", len(keys), keys)
	}
}
