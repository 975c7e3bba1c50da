//go:build unix

package torture_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/s3/s3test"
	"gantry/transfer"
	"gantry/ui/app"
)

// loadFor is how long the mixed load runs.
func loadFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("GANTRY_TORTURE_LOAD")
	if text == "" {
		return 5 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("GANTRY_TORTURE_LOAD: %v", err)
	}
	return d
}

// I16, I18, I20, D25, P14: one process copies, moves and deletes for long while one
// request in fifty fails; nothing is lost, and nothing grows.
func TestTortureMixedLoad(t *testing.T) {
	w := newWorld(t, "", s3test.Options{})
	before := use()
	l := &load{world: w, dice: dice(t, "load"), c: &contents{}}
	a, err := app.New(t.Context(), app.Options{
		ConfigFile: filepath.Join(w.dir, "config", "config.toml"), StateDir: w.state, LogLevel: slog.LevelError,
		Unattended: true, PartSize: 5 * mib, Version: "torture",
	})
	w.must(err)
	l.app, l.queue = a, a.Queue()
	if n := a.Notices(); len(n) > 0 {
		t.Error(n)
	}
	begun, sampled := time.Now(), time.Now()
	var start usage
	for time.Since(begun) < loadFor(t) || l.rounds < 4 {
		l.round()
		if t.Failed() {
			break
		}
		if l.rounds == 3 { // by now everything is made that is made once
			start = use()
		}
		if time.Since(sampled) > time.Minute {
			sampled = time.Now()
			t.Logf("after %v: %s; %v; the state folder has %d KiB", sampled.Sub(begun).Round(time.Second), l, use(), weight(w.state)>>10)
		}
	}
	now := use()
	t.Logf("%s; faults: %s", l, counted(w.server.Fired()))
	t.Logf("at first %v", start)
	t.Logf("at last  %v", now)
	if now.heap > start.heap+32*mib {
		t.Errorf("I16: the heap has grown from %d to %d MiB", start.heap/mib, now.heap/mib)
	}
	l.close(before)
}

// load is one process under load.
type load struct {
	*world
	app   *app.App
	queue *transfer.Queue
	dice  *rand.Rand
	c     *contents

	rounds, jobs, items, requests int
	bytes                         int64
}

// String is what was done so far.
func (l *load) String() string {
	struck := 0
	for _, n := range l.server.Fired() {
		struck += n
	}
	return fmt.Sprintf("%d rounds, %d jobs, %d items, %.2f GiB; %d requests, %d faults",
		l.rounds, l.jobs, l.items, float64(l.bytes)/(1<<30), l.requests, struck)
}

// round moves a few files to the bucket, about in it, back, and away, under
// faults; then all has to be where it belongs.
func (l *load) round() {
	l.Helper()
	l.rounds++
	l.server.Forget()
	l.server.ClearFaults() // those of the round before would come on top
	l.seen = 0
	for _, b := range blows(l.dice) {
		chance := 0.02
		if b.op == "" { // six of these strike every request
			chance /= 6
		}
		l.server.Fault(s3test.Rule{ID: b.id, Op: b.op, Times: s3test.All, Chance: chance, Action: b.action})
	}
	files := map[string][]byte{}
	for i := range 20 + l.dice.IntN(30) {
		files[fmt.Sprintf("d%d/f%d", i%3, i)] = l.c.of(l.dice.IntN(30), l.dice.IntN(20_000)&^0x3ff)
	}
	files["large"] = l.c.of(40, 11*mib)
	for name, content := range files {
		l.put("in/"+name, content)
	}
	l.job(transfer.Copy, l.files+"/in", "acme:", false)
	l.job(transfer.Copy, "acme:in/", "acme:copies/", false)
	l.job(transfer.Move, "acme:copies/in/", l.files+"/back", false)
	l.job(transfer.Delete, "acme:in/", "", true)
	for name, content := range files {
		for _, folder := range []string{"in/", "back/in/"} {
			got, there := l.get(folder + name)
			if !there || string(got) != string(content) {
				l.Errorf("I1: %s%s: there: %t, %s", folder, name, there, difference(got, content))
			}
		}
	}
	l.requests += len(l.events())
	l.report("after a round", (&plan{}).clean(l.world))
	if keys := l.server.Keys(bucket); len(keys) > 0 {
		l.Errorf("I1: still in the bucket: %q", keys)
	}
	l.must(os.RemoveAll(l.files))
	l.must(os.Mkdir(l.files, 0o700))
	l.queue.Clear()
	if _, err := l.queue.ClearHistory(l.Context()); err != nil {
		l.Error(err)
	}
}

// job does one job. What fails is retried, the second time without faults.
func (l *load) job(op transfer.Op, from, to string, last bool) {
	l.Helper()
	src, err := l.app.Open(l.Context(), from)
	l.must(err)
	entry := remote.Entry{Path: src.Path, Name: strings.TrimSuffix(filepath.Base(from), "/"), Dir: true, Size: -1}
	if i := strings.LastIndexByte(strings.TrimSuffix(from, "/"), ':'); i >= 0 {
		entry.Name = filepath.Base(strings.TrimSuffix(from, "/")[i+1:])
	}
	r := transfer.Request{
		Op: op, From: src.Tree, List: []transfer.Source{{Entry: entry}}, Rules: transfer.Rules{OnConflict: transfer.PolicyOverwrite},
		OnItem: func(it transfer.ItemSnapshot) {
			if it.State == transfer.Failed {
				l.Logf("%s: %s", it.Source, remote.HintOf(it.Err))
			}
		},
	}
	if op != transfer.Delete {
		dst, err := l.app.Open(l.Context(), to)
		l.must(err)
		r.To, r.Dir = dst.Tree, dst.Path
	}
	id := l.queue.Submit(r)
	s := l.await(id)
	for try := 0; s.State == transfer.Failed && try < 3; try++ {
		if try > 0 || last {
			l.server.ClearFaults()
		}
		l.queue.Retry(id)
		s = l.await(id)
	}
	if s.State != transfer.Done {
		l.Errorf("I18: the job %s is %s: %v", s.Title, s.State, s.Err)
	}
	l.jobs++
	l.items += int(s.Items.Done)
	l.bytes += s.Bytes.Done
}

// await waits for the end of a job, which has to move within two minutes; its
// progress has to be honest on the way.
func (l *load) await(id transfer.JobID) transfer.Snapshot {
	l.Helper()
	const patience = 2 * time.Minute
	ctx, cancel := context.WithCancel(l.Context())
	defer cancel()
	watchdog := time.AfterFunc(patience, cancel)
	defer watchdog.Stop()
	feed := l.queue.Subscribe()
	defer feed.Close()
	var last [2]int64
	for {
		u, err := feed.Next(ctx)
		if err != nil {
			l.Fatalf("I18: job %d does not move: %v", id, err)
		}
		for _, s := range u.Jobs {
			if s.ID != id {
				continue
			}
			if s.Listed && s.Bytes.Done > s.Bytes.Total {
				l.Errorf("I20: %d of %d bytes", s.Bytes.Done, s.Bytes.Total)
			}
			if s.State.Ended() {
				return s
			}
			if now := [2]int64{s.Items.Done, s.Bytes.Done}; now != last {
				last = now
				watchdog.Reset(patience)
			}
		}
	}
}

// close ends the process's work, after which nothing of it may be left.
func (l *load) close(before usage) {
	l.Helper()
	if err := l.app.Close(context.WithoutCancel(l.Context())); err != nil && !errors.Is(err, fs.ErrClosed) {
		l.Error(err)
	}
	l.server.Settle()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	after := use()
	// Goroutines that have been told to end need a moment, of which a busy machine
	// makes seconds: each look yields to them. The limit only bounds a failure.
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); runtime.Gosched() {
		if after.goroutines <= before.goroutines+2 && after.files <= before.files+2 {
			return
		}
		after = use()
	}
	buf := make([]byte, 1<<20)
	l.Logf("%s", buf[:runtime.Stack(buf, true)])
	l.Errorf("I16: goroutines %d, before %d; descriptors %d, before %d", after.goroutines, before.goroutines, after.files, before.files)
}
