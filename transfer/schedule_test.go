package transfer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// I1, I2, I4 to I7, I9, I10, I18, P01, P02, P07: random transfers in memory meet random
// faults, kills, other clients and a user who changes his mind; when it is over
// all is done and nothing is lost. GANTRY_TORTURE_SEED and GANTRY_TORTURE_SEEDS
// say which; what fails is made as short as it can be while it still fails.
func TestTortureSchedulesInMemory(t *testing.T) {
	first, seeds := number(t, "GANTRY_TORTURE_SEED", 1), number(t, "GANTRY_TORTURE_SEEDS", 400)
	if os.Getenv("GANTRY_TORTURE") == "full" {
		seeds = max(seeds, 20_000)
	}
	const lanes = 2
	for lane := range uint64(lanes) {
		t.Run(fmt.Sprint("lane ", lane+1), func(t *testing.T) {
			t.Parallel()
			sum := map[string]int{}
			for seed := first + lane; seed < first+seeds; seed += lanes {
				s := newScript(seed)
				broken := s.play(t, sum)
				if len(broken) == 0 {
					continue
				}
				short, why := s.shrink(t)
				t.Fatalf("seed %d: %s\n%s\nshrunk to %s\t%s\nagain: GANTRY_TORTURE_SEED=%d GANTRY_TORTURE_SEEDS=1 go test -run TestTortureSchedulesInMemory ./transfer",
					seed, strings.Join(broken, "\n\t"), s, short, strings.Join(why, "\n\t"), seed)
			}
			t.Logf("%d schedules: %v", (seeds+lanes-1-lane)/lanes, sum)
		})
	}
}

func number(t *testing.T, env string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(env)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", env, err)
	}
	return n
}

// shrink leaves strokes out as long as it still fails. What goroutine comes first
// is not in the script, so each is played several times.
func (s *script) shrink(t *testing.T) (*script, []string) {
	why := []string{"and did not fail once more in 20 times"}
	fails := func(c *script) bool {
		for range 20 {
			if broken := c.play(t, map[string]int{}); len(broken) > 0 {
				why = broken
				return true
			}
		}
		return false
	}
	if !fails(s) {
		return s, why
	}
	for i := 0; i < len(s.strokes); {
		if c := s.without(i); fails(c) {
			s = c
			continue
		}
		i++
	}
	return s, why
}

// play plays the script and returns what is broken; sum counts what has happened.
func (s *script) play(t *testing.T, sum map[string]int) (broken []string) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlay(t, s)
		last := 0
		for _, k := range s.strokes {
			last = max(last, k.process)
		}
		q, d := p.start(0)
		r, _ := p.request(d, s.policy)
		p.await(q, q.Submit(r))
		p.over(q)
		for n := 1; n <= last && len(p.broken) == 0; n++ {
			q, _ := p.start(n)
			p.adopt(q)
			p.over(q)
		}
		if len(p.broken) == 0 {
			p.finish()
		}
		broken = p.broken
		for what, n := range p.struck {
			sum[what] += n
		}
	})
	return broken
}

// play is one performance of a script.
type play struct {
	*machine
	*testing.T
	s *script

	mu        sync.Mutex
	files     []*fate
	armed     []stroke
	seen      []int
	struck    map[string]int
	cancelled bool
	broken    []string
	writes    int
	now       *death // of the process at hand
	rests     bool   // a job waits for the user
}

// fate is what has become of a file.
type fate struct {
	role
	src, dst remote.Path
	versions []string // of the source, the newest last
	before   string   // at the target, if it was there
	foreign  string   // what somebody else wrote there; "" for nothing
	replaced bool     // by that, after it had been copied
}

func newPlay(t *testing.T, s *script) *play {
	p := &play{T: t, s: s, struck: map[string]int{}}
	from := s.place.from()
	p.machine = &machine{from: from, to: from, jr: journal.NewMemory(), workers: s.workers, unattended: s.unattended}
	if s.place.to != nil {
		p.to = s.place.to()
	}
	for i, r := range s.files {
		f := &fate{role: r, src: s.place.root + r.name, dst: s.target(i), versions: []string{version(i, 0, r.size)}}
		p.from.Put(f.src, f.versions[0])
		if r.old {
			f.before = version(i, 8, 17)
			p.to.Put(f.dst, f.before)
		}
		p.files = append(p.files, f)
	}
	return p
}

// complain notes that something is broken.
func (p *play) complain(format string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.broken = append(p.broken, fmt.Sprintf(format, a...))
}

// start starts a process, which the strokes of the script hit.
func (p *play) start(n int) (*transfer.Queue, *death) {
	time.Sleep(time.Second) // the next process is younger
	q, d := p.boot(p.Context(), 0, false)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed, p.now = nil, d
	for _, k := range p.s.strokes {
		if k.process == n {
			p.armed = append(p.armed, k)
		}
	}
	p.seen = make([]int, len(p.armed))
	d.hit = func(call string, at remote.Path) blow {
		p.mu.Lock()
		if call == "WritePart" || call == "Commit" || call == "Copy" {
			p.writes++
		}
		var hit []stroke
		for i, k := range p.armed {
			if k.call != call || k.path != "" && k.path != at {
				continue
			}
			if p.seen[i]++; p.seen[i] == k.nth {
				hit = append(hit, k)
			}
		}
		p.mu.Unlock()
		if len(hit) == 0 {
			return blow{}
		}
		return p.blow(q, hit[0])
	}
	return q, d
}

// blow makes a stroke happen.
func (p *play) blow(q *transfer.Queue, k stroke) (b blow) {
	p.mu.Lock()
	p.struck[k.what]++
	p.mu.Unlock()
	job := func(f func(transfer.JobID)) func() {
		return func() {
			for _, s := range q.Jobs() {
				go f(s.ID) // the queue may be waiting for this very call
			}
		}
	}
	switch k.what {
	case "killed":
		b.die = true
	case "killed after it":
		b.die, b.after = true, true
	case "told to end":
		b.do = func() { go func() { _ = q.Close(context.Background()) }() } // closeQueue waits for it
	case "paused":
		b.do = job(q.Pause) // await goes on with it
	case "cancelled":
		p.mu.Lock()
		p.cancelled = true
		p.mu.Unlock()
		b.do = job(q.Cancel)
	case "unreachable":
		b.err = trouble(remote.Unreachable)
	case "throttled":
		b.err = trouble(remote.Throttled)
	case "answer lost":
		b.err, b.after = trouble(remote.Unreachable), true
	case "denied":
		b.err = trouble(remote.Denied)
	case "not recorded":
		b.err = trouble(remote.Full)
	case "source changes":
		b.do = func() { p.change(k.file) }
	case "target is written":
		b.do = func() { p.write(k.file) }
	case "uploads are gone":
		b.do = p.dropUploads
	case "a byte is wrong", "reading breaks off", "the end comes early":
		b.read = func(r io.ReadCloser) io.ReadCloser { return &spoiled{ReadCloser: r, how: k.what, at: k.at} }
	}
	return b
}

// trouble is an error about a whole call, not about one of its paths.
func trouble(k remote.Kind) error {
	return &remote.Error{Op: "test", Kind: k, Err: errors.New("injected")}
}

// change is somebody who edits a source that is still there.
func (p *play) change(file int) {
	f := p.files[file]
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.from.Get(f.src); !there {
		return
	}
	n := len(f.versions)
	f.versions = append(f.versions, version(file, n, f.size+n%2))
	p.from.Put(f.src, f.versions[n])
}

// write is somebody who writes the target.
func (p *play) write(file int) {
	f := p.files[file]
	p.mu.Lock()
	defer p.mu.Unlock()
	if got, there := p.to.Get(f.dst); there && slices.Contains(f.versions, got) {
		f.replaced = true
	}
	f.foreign = version(file, 9, 19)
	p.to.Put(f.dst, f.foreign)
}

// dropUploads is a rule of the bucket that throws unfinished uploads away.
func (p *play) dropUploads() {
	for u := range p.to.ListUploads(p.Context(), "") {
		_ = p.to.AbortUpload(p.Context(), u) // it may have just ended
	}
}

// spoiled is a reader of what arrives otherwise than it was sent.
type spoiled struct {
	io.ReadCloser
	how string
	at  int // the bytes that are sound
}

func (r *spoiled) Entry() remote.Entry { return r.ReadCloser.(remote.Described).Entry() }

func (r *spoiled) Read(b []byte) (int, error) {
	if r.at <= 0 && r.how == "reading breaks off" {
		return 0, trouble(remote.Unreachable)
	}
	if r.at <= 0 && r.how == "the end comes early" {
		return 0, io.EOF
	}
	if r.at >= 0 && r.how != "a byte is wrong" {
		b = b[:min(len(b), r.at)]
	}
	n, err := r.ReadCloser.Read(b)
	if r.at >= 0 && r.at < n && r.how == "a byte is wrong" {
		b[r.at] ^= 0x10
	}
	r.at -= n
	return n, err
}

var _ remote.Described = (*spoiled)(nil)
