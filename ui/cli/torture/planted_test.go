//go:build unix

package torture_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"gantry/remote/s3/s3test"
)

// edit changes a file of the program, in a copy that only the compiler sees.
type edit struct{ file, old, new string }

// bug is a mistake that somebody could make, and the run that brings it to
// light. Without the bug the same run finds nothing.
type bug struct {
	name  string
	edits []edit
	hunt  func(*world) []string
	bare  bool // before a store that knows no checksums
}

// bugs are twelve mistakes that tools of this kind have made.
func bugs(c *contents) []bug {
	h := &hunter{c}
	return []bug{
		{name: "no fsync", hunt: h.powerCut, edits: []edit{{
			"remote/local/commit.go", "durable(s.f, (*os.File).Sync)",
			`durable(s.f, func(f *os.File) error { if planted("no fsync") { return nil }; return f.Sync() })`,
		}}},
		{name: "no fsync of the folder", hunt: h.powerCut, edits: []edit{{
			"remote/local/commit.go", "durable(folder, syncFolder)",
			`durable(folder, func(f *os.File) error { if planted("no fsync of the folder") { return nil }; return syncFolder(f) })`,
		}}},
		{name: "source deleted before the rename", hunt: h.deletion, edits: []edit{{
			"transfer/move.go", "\tt.land()\n",
			"\tif planted(\"source deleted before the rename\") && t.j.req.Op == Move {\n\t\t_ = t.removeSource(ctx)\n\t}\n\tt.land()\n",
		}}},
		{name: "no If-Match", hunt: h.overwritten, bare: true, edits: []edit{
			{"remote/s3/read.go", `if e.Version != "" && !weak(`, `if e.Version != "" && !planted("no If-Match") && !weak(`},
			{"remote/s3/read.go", `got.Version != e.Version ||`, `got.Version != e.Version && !planted("no If-Match") ||`},
		}},
		{name: "short answer taken as whole", hunt: h.short, bare: true, edits: []edit{{
			"remote/s3/read.go", `		if res.ContentLength >= 0 && res.ContentLength < want {`,
			"\t\tif planted(\"short answer taken as whole\") {\n\t\t\tres.Body = padded(res.Body)\n\t\t} else if res.ContentLength >= 0 && res.ContentLength < want {",
		}}},
		{name: "abort with a cancelled context", hunt: h.interrupted, edits: []edit{{
			"transfer/conclude.go", "ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), cleanUp)",
			"gone := context.WithoutCancel(j.ctx)\n\tif planted(\"abort with a cancelled context\") {\n\t\tgone = j.ctx\n\t}\n\tctx, cancel := context.WithTimeout(gone, cleanUp)",
		}, {
			"remote/s3/multipart.go", "context.WithoutCancel(", "sometimes(",
		}}},
		{name: "requests in the log", hunt: h.logged, edits: []edit{{
			"remote/s3/request.go", "\tres, err := a.send(r)\n",
			"\tif planted(\"requests in the log\") {\n\t\tc.o.Log.Debug(\"request\", \"authorization\", r.Authorization)\n\t}\n\tres, err := a.send(r)\n",
		}}},
		{name: "raw names on the terminal", hunt: h.hostile, edits: []edit{{
			"ui/text/clean.go", "	if printableASCII(s) {\n		return s\n	}\n	return clean(s, false)",
			"	if printableASCII(s) || planted(\"raw names on the terminal\") {\n		return s\n	}\n	return clean(s, false)",
		}}},
		{name: "keys joined to paths", hunt: h.traversal, edits: []edit{
			{"remote/local/path.go", `if why := badName(s); why != "" {`, `if why := badName(s); why != "" && !planted("keys joined to paths") {`},
			{"remote/local/place.go", "	rel, err := c.rel(op, p)\n	if err != nil {\n		return nil, err\n	}\n	if rel == \".\" {", "	if planted(\"keys joined to paths\") {\n		return anywhere{}.find(op, p, mkdir)\n	}\n	rel, err := c.rel(op, p)\n	if err != nil {\n		return nil, err\n	}\n	if rel == \".\" {"},
		}},
		{name: "no look after a lost answer", hunt: h.lostAnswer, edits: []edit{{
			"remote/s3/complete.go", "		e, here := m.t.ours(ctx, m.path, plan.size, plan.sum, plan.tag)\n",
			"		e, here := remote.Entry{}, false\n		if !planted(\"no look after a lost answer\") {\n			e, here = m.t.ours(ctx, m.path, plan.size, plan.sum, plan.tag)\n		}\n",
		}}},
		{name: "last part dropped", hunt: h.upload, edits: []edit{{
			"transfer/move.go", "w.sink.Commit(ctx, w.done)", "w.sink.Commit(ctx, butLast(w.done))",
		}}},
		{name: "redirects followed", hunt: h.redirected, edits: []edit{{
			"remote/s3/request.go", "	if res.StatusCode/100 != 2 {\n",
			"	if res.StatusCode == http.StatusTemporaryRedirect && planted(\"redirects followed\") {\n		return followed(res)\n	}\n	if res.StatusCode/100 != 2 {\n",
		}}},
	}
}

// helpers are what the planted code calls, by folder.
var helpers = map[string]string{
	"": `package %s

import "os"

func planted(bug string) bool { return os.Getenv("GANTRY_PLANTED") == bug }
`,
	"remote/s3": `
type pad struct{ io.ReadCloser }

func padded(r io.ReadCloser) io.ReadCloser { return pad{r} }

func (p pad) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	if err != nil {
		clear(b)
		return len(b), nil
	}
	return n, nil
}

func sometimes(ctx context.Context) context.Context {
	if planted("abort with a cancelled context") {
		return ctx
	}
	return context.WithoutCancel(ctx)
}

func followed(res *http.Response) (*http.Response, error) { return http.Get(res.Header.Get("Location")) }
`,
	"transfer": `
func butLast(parts []remote.Part) []remote.Part {
	if planted("last part dropped") && len(parts) > 1 {
		return parts[:len(parts)-1]
	}
	return parts
}
`,
}

// imports that the helpers of a folder need.
var helperImports = map[string]string{
	"remote/s3": "import (\n\t\"context\"\n\t\"io\"\n\t\"net/http\"\n)\n", "transfer": "import \"gantry/remote\"\n",
}

// sabotage builds the program with all bugs in it, each of which sleeps until
// the environment names it. The sources are not touched.
func sabotage(t *testing.T, all []bug) string {
	t.Helper()
	dir := t.TempDir()
	where, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	replace := map[string]string{}
	texts := map[string]string{}
	write := func(file, text string) {
		t.Helper()
		to := filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(where, file)] = to
	}
	for _, b := range all {
		for _, e := range b.edits {
			if texts[e.file] == "" {
				raw, err := os.ReadFile(filepath.Join(where, e.file))
				if err != nil {
					t.Fatal(err)
				}
				texts[e.file] = string(raw)
			}
			if !strings.Contains(texts[e.file], e.old) {
				t.Fatalf("%s: %s has changed; plant the bug where the code is now: %q", b.name, e.file, e.old)
			}
			texts[e.file] = strings.Replace(texts[e.file], e.old, e.new, -1)
		}
	}
	for file, text := range texts {
		write(file, text)
		folder := filepath.Dir(file)
		write(filepath.Join(folder, "planted.go"), fmt.Sprintf(helpers[""], filepath.Base(folder)))
		if more := helpers[folder]; more != "" {
			write(filepath.Join(folder, "helpers.go"), "package "+filepath.Base(folder)+"\n\n"+helperImports[folder]+more)
		}
	}
	overlay := filepath.Join(dir, "overlay.json")
	j, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(overlay, j, 0o600); err != nil {
		t.Fatal(err)
	}
	program, err := compile(filepath.Join(dir, "gantry"), "-overlay", overlay)
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// The oracle is worth something only if it finds what is wrong: it has to find
// each of twelve planted bugs, and nothing without them.
func TestTortureFindsPlantedBugs(t *testing.T) {
	all := bugs(&contents{})
	program := sabotage(t, all)
	for _, b := range all {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, program, s3test.Options{NoChecksums: b.bare})
			w.report("without the bug", b.hunt(w))
			w.env = append(w.env, "GANTRY_PLANTED="+b.name)
			found := b.hunt(w)
			if len(found) == 0 {
				t.Fatal("the bug is not found")
			}
			t.Logf("found: %s", found[0])
		})
	}
}

// hunter makes the runs that bring bugs to light.
type hunter struct{ c *contents }

var smallParts = []string{"--part-size", "5MiB", "--workers", "1", "--no-progress"}

func (h *hunter) one(src, dst string, gone bool, args ...string) small {
	return small{args: append(args, smallParts...), plan: plan{gone: gone, things: []thing{{src, dst, h.c.of(1, 11*mib), nil}}}}
}

func (h *hunter) deletion(w *world) []string {
	s := h.one("acme:in/big", "down/big", true, "mv", "acme:in/big", "{}/down/")
	s.stage(w)
	deletes := func(r *http.Request) bool { return r.Method == http.MethodDelete || r.URL.Query().Has("delete") }
	w.doomed(s3test.Rule{ID: "Y05", When: deletes}, true, s.args)
	w.server.Settle()
	return s.plan.anytime(w)
}

// overwritten looks at sizes only: the ETag would show what is mixed.
func (h *hunter) overwritten(w *world) []string {
	s := h.one("acme:big", "big", false, "cp", "--verify", "size", "acme:big", "{}/")
	s.stage(w)
	newer := h.c.of(2, 11*mib)
	before := w.server.Fired()["D01"]
	w.server.Fault(s3test.Rule{ID: "D01", Op: "GetObject", Nth: 2, Action: s3test.Call(func() { w.server.Put(bucket, "big", newer) })})
	r := w.run(s.args...)
	if w.server.Fired()["D01"] == before {
		w.Fatalf("nothing was overwritten: it ends with %d: %s%s", r.code, r.err, w.trail())
	}
	x := &s.plan.things[0]
	x.content, x.old = newer, x.content
	if _, there := w.get(x.dst); !there {
		x.old = nil // it refused, which is allowed
	}
	return s.plan.anytime(w)
}

// short looks at sizes only: the ETag would show what is missing.
func (h *hunter) short(w *world) []string {
	s := h.one("acme:big", "big", false, "cp", "--verify", "size", "acme:big", "{}/")
	s.stage(w)
	w.server.Fault(s3test.Rule{ID: "N19", Op: "GetObject", Nth: 2, Action: s3test.ShortLength(4 * mib)})
	return h.done(w, &s)
}

// done runs the transfer, which has to succeed.
func (h *hunter) done(w *world, s *small) []string {
	r := w.run(s.args...)
	broken := append(s.plan.atRest(w), w.secrets(r.out, r.err)...)
	if r.code != 0 {
		broken = append(broken, "I18: it ends with an error: "+r.err)
	}
	n := 0
	for _, e := range w.events() {
		if e.Op == "CompleteMultipartUpload" && e.Applied {
			n++
		}
	}
	if n > 1 {
		broken = append(broken, fmt.Sprintf("I8: it was written %d times", n))
	}
	return broken
}

func (h *hunter) upload(w *world) []string {
	s := h.one("big", "acme:big", false, "cp", "{}/big", "acme:")
	s.stage(w)
	return h.done(w, &s)
}

func (h *hunter) lostAnswer(w *world) []string {
	s := h.one("big", "acme:big", false, "cp", "{}/big", "acme:")
	s.stage(w)
	w.server.Fault(s3test.Rule{ID: "S03", Op: "CompleteMultipartUpload", Action: s3test.DropReply()})
	return h.done(w, &s)
}

// interrupted ends an upload of a program without a journal, which cannot be
// gone on with, so that nothing of it may stay.
func (h *hunter) interrupted(w *world) []string {
	s := h.one("big", "acme:big", false, "cp", "{}/big", "acme:")
	s.stage(w)
	state := w.state
	defer func() { w.state = state }()
	w.must(os.WriteFile(state, nil, 0o600)) // no folder can be made there
	cmd := exec.Command(w.program, w.arguments(s.args)...)
	cmd.Env = w.env
	begun := make(chan struct{})
	w.server.Fault(s3test.Rule{ID: "U13", Op: "UploadPart", Nth: 2, Action: s3test.Call(func() {
		<-begun
		_ = cmd.Process.Signal(syscall.SIGINT)
	})})
	o := w.begin(cmd)
	close(begun)
	w.finish(cmd, o)
	w.server.Settle()
	w.must(os.Remove(state))
	w.must(os.Mkdir(state, 0o700))
	return s.plan.clean(w)
}

func (h *hunter) logged(w *world) []string {
	s := h.one("big", "acme:big", false, "cp", "--log-level", "debug", "{}/big", "acme:")
	s.stage(w)
	return h.done(w, &s)
}

func (h *hunter) redirected(w *world) []string {
	s := h.one("acme:big", "big", false, "cp", "acme:big", "{}/")
	s.stage(w)
	var asked atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer other.Close()
	w.server.Fault(s3test.Rule{ID: "S10", Op: "GetObject", Action: s3test.Redirect(http.StatusTemporaryRedirect, other.URL+"/", "")})
	broken := h.done(w, &s)
	if asked.Load() > 0 {
		broken = append(broken, "I14: another host was asked")
	}
	return broken
}

// traversal downloads a key that leads out of the target: D12.
func (h *hunter) traversal(w *world) []string {
	s := h.one("acme:in/big", "deep/down/big", false, "cp", "acme:in/", "{}/deep/down/")
	s.plan.stay = []thing{{src: "acme:in/../../evil", content: []byte("evil")}}
	s.stage(w)
	r := w.run(s.args...)
	broken := s.plan.atRest(w)
	if r.code == 0 {
		broken = append(broken, "I19: what cannot be written is not told")
	}
	return broken
}

// hostile lists a name that would take the terminal over.
func (h *hunter) hostile(w *world) []string {
	w.fresh()
	w.server.Put(bucket, "evil\x1b]52;c;AAAA\x07\u202Egnp.exe", nil)
	cmd := exec.Command(w.program, "ls", "acme:")
	cmd.Env = append(w.env, "TERM=xterm-256color")
	master, err := pty.Start(cmd)
	w.must(err)
	var got bytes.Buffer
	_, _ = io.Copy(&got, master) // ends with an error when nobody holds the other side
	w.must(cmd.Wait())
	w.must(master.Close())
	if !strings.Contains(got.String(), "evil") {
		w.Errorf("it lists %q", &got)
	}
	if strings.ContainsAny(got.String(), "\x1b\x07\u202E") {
		return []string{fmt.Sprintf("I12: the terminal gets %q", &got)}
	}
	return nil
}
