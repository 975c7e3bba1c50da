//go:build unix

package torture_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/remote/s3/s3test"
	"gantry/ui/uitest"
)

// bucket is what the server acme of every world is.
const bucket = "acme-bucket"

// world is a disk and a bucket that outlive the processes that are killed on
// them, and a program that is one of these processes.
type world struct {
	*testing.T
	program string
	dir     string // of everything
	files   string // of the user, the only folder besides state that may change
	state   string
	env     []string
	server  *s3test.Server
	passing bool // faults end ten seconds after a run has begun; else they last
	stops   int  // of the program since fresh, in the middle of its work
	seen    int  // events of the server before the run at hand
}

func newWorld(t *testing.T, program string, o s3test.Options) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{
		T: t, program: program, dir: dir, files: filepath.Join(dir, "files"), state: filepath.Join(dir, "state"),
		server: s3test.New(t, o),
	}
	w.server.AddBucket(bucket, s3test.Bucket{})
	config := filepath.Join(dir, "config", "config.toml")
	w.must(os.Mkdir(filepath.Dir(config), 0o700))
	w.must(os.Mkdir(w.files, 0o700))
	w.must(os.WriteFile(config, []byte(uitest.Store(w.server.Access, w.server.Secret, bucket, w.server.URL)), 0o600))
	w.env = append(os.Environ(), "GANTRY_CONFIG="+config, "GANTRY_STATE="+w.state, "HOME="+dir, "GORACE=halt_on_error=1")
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fresh forgets everything that the last run did.
func (w *world) fresh() {
	w.Helper()
	for _, k := range w.server.Keys(bucket) {
		w.server.Delete(bucket, k)
	}
	for _, u := range w.server.Uploads(bucket) {
		w.server.DropUpload(bucket, u.ID)
	}
	w.server.ClearFaults()
	w.must(os.RemoveAll(w.files))
	w.must(os.RemoveAll(w.state))
	w.must(os.Mkdir(w.files, 0o700))
	w.seen, w.stops = len(w.server.Events()), 0
}

// events are the requests since fresh.
func (w *world) events() []s3test.Event { return w.server.Events()[w.seen:] }

// put makes the source or the old target at a place: an object at "acme:KEY",
// else a file below the user's folder.
func (w *world) put(place string, content []byte) {
	w.Helper()
	if key, ok := strings.CutPrefix(place, "acme:"); ok {
		w.server.Put(bucket, key, content)
		return
	}
	p := filepath.Join(w.files, place)
	w.must(os.MkdirAll(filepath.Dir(p), 0o755))
	w.must(os.WriteFile(p, content, 0o644))
}

// get is what is at a place.
func (w *world) get(place string) ([]byte, bool) {
	w.Helper()
	if key, ok := strings.CutPrefix(place, "acme:"); ok {
		o, there := w.server.Object(bucket, key)
		return o.Content, there
	}
	b, err := os.ReadFile(filepath.Join(w.files, place))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		w.Error(err)
	}
	return b, err == nil
}

// arguments replaces {} by the user's folder.
func (w *world) arguments(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = strings.ReplaceAll(a, "{}", w.files)
	}
	return out
}

// said is what a run printed, and how it ended.
type said struct {
	out, err string
	code     int
}

// run runs a command line to its end. Faults that may strike all the time have to
// be passing ones; what then takes more than a minute, three of them here because
// others may keep the machine busy, hangs: it is asked for its goroutines, and the
// test fails.
func (w *world) run(args ...string) said {
	w.Helper()
	cmd := exec.Command(w.program, w.arguments(args)...)
	cmd.Env = w.env
	return w.finish(cmd, w.begin(cmd))
}

// output is where a program that runs writes to.
type output struct{ out, err bytes.Buffer }

func (w *world) begin(cmd *exec.Cmd) *output {
	w.Helper()
	o := &output{}
	cmd.Stdout, cmd.Stderr = &o.out, &o.err
	w.must(cmd.Start())
	return o
}

func (w *world) finish(cmd *exec.Cmd, o *output) said {
	w.Helper()
	if w.passing {
		calm := time.AfterFunc(10*time.Second, w.server.ClearFaults)
		defer calm.Stop()
	}
	watchdog := time.AfterFunc(10*time.Second+3*time.Minute, func() { _ = cmd.Process.Signal(quit) }) // I18
	err := cmd.Wait()
	if !watchdog.Stop() {
		w.Errorf("I18: %s did not end within three minutes without faults: %s", strings.Join(cmd.Args[1:], " "), tail(o.err.String(), 20_000))
	}
	s := said{out: o.out.String(), err: o.err.String(), code: cmd.ProcessState.ExitCode()}
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		w.Fatal(err)
	}
	if strings.Contains(s.err, "DATA RACE") {
		w.Errorf("I21: %s", s.err)
	}
	return s
}

// trail are the requests since fresh, one a line.
func (w *world) trail() string {
	var b strings.Builder
	for _, e := range w.events() {
		fmt.Fprintf(&b, "\n\t%s %s %s part %d: %d %s, done: %t %s", e.Op, e.Key, e.Range, e.Part, e.Status, e.Code, e.Applied, e.Faults)
	}
	return b.String()
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

// job is a job on record.
type job struct {
	ID     int64
	State  string
	Title  string
	Failed int
	Reason string
}

// jobs are the jobs on record.
func (w *world) jobs() []job {
	w.Helper()
	s := w.run("queue", "--json")
	if s.code != 0 {
		w.Errorf("I7: queue ends with %d: %s", s.code, s.err)
	}
	return decode[job](w, s.out, "job")
}

// decode takes the lines of one type out of what --json printed.
func decode[T any](w *world, out, kind string) (all []T) {
	w.Helper()
	for line := range strings.Lines(out) {
		var is struct{ Type string }
		if err := json.Unmarshal([]byte(line), &is); err != nil {
			w.Errorf("no JSON: %q", line)
			continue
		}
		if is.Type != kind {
			continue
		}
		var v T
		w.must(json.Unmarshal([]byte(line), &v))
		all = append(all, v)
	}
	return all
}

// contents makes contents, each once: a stream of its own for every seed, so
// that any piece of it tells where it is from.
type contents struct {
	mu   sync.Mutex
	made map[[2]int][]byte
}

func (c *contents) of(seed, size int) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := [2]int{seed, size}
	if c.made == nil {
		c.made = map[[2]int][]byte{}
	}
	if c.made[k] == nil {
		b := make([]byte, size)
		_, _ = rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(b)
		c.made[k] = b
	}
	return c.made[k]
}
