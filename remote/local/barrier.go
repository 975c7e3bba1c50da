package local

import (
	"os"
	"sync"
	"time"
)

const (
	fewWait  = 4   // so many are made durable one by one, sparing what others have written
	manyWait = 256 // with so many a flush begins at once,
	// else after so long, or as long as the last one took, unless everything that
	// is being written waits already
	gatherLeast = 20 * time.Millisecond
	gatherMost  = 250 * time.Millisecond
	syncMost    = 16      // at the same time, where one call cannot serve all
	ownSync     = 1 << 20 // bytes from which a file neither waits for others nor makes them wait
)

// A barrier makes many files durable with one call to the system where it has
// one that can be trusted: a flush of their volume. What asks while a flush runs
// waits for the next one, so that batches grow with the load by themselves.
//
// Nothing is skipped: durable returns when the content of f, or the names in it
// if it is a folder, are on the disk, or with the reason why they are not.
type barrier struct {
	mu      sync.Mutex
	volumes map[uint64]*volume // by device; nil for one that is not flushed as a whole
	closed  bool
}

// volume is one disk with everything of a job that waits to be on it.
type volume struct {
	keeper *os.File // was opened before anything was written, so that it sees every failure
	flush  func(*os.File) error
	few    int           // so many are made durable one by one
	enough chan struct{} // of 1: nothing is gained by waiting longer

	mu    sync.Mutex
	open  int // files that are being written
	line  []*pledge
	busy  bool
	alone bool // a flush has failed: from then on every file is asked for itself
}

// pledge is one file or folder that waits.
type pledge struct {
	f    *os.File
	sync func(*os.File) error
	done chan error
}

// volume is where the folder f lies; nil where each file has to be flushed by
// itself. It must be asked before anything is written into f.
func (b *barrier) volume(f *folder) *volume {
	if f.info == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	dev := factsOf(f.info).dev
	if v, known := b.volumes[dev]; known || b.closed {
		return v
	}
	if b.volumes == nil {
		b.volumes = map[uint64]*volume{}
	}
	b.volumes[dev] = nil
	keeper, err := f.root.Open(".")
	if err != nil {
		return nil
	}
	if !flushable(keeper) {
		_ = keeper.Close() // opened for reading
		return nil
	}
	b.volumes[dev] = newVolume(keeper, flushVolume)
	return b.volumes[dev]
}

func newVolume(keeper *os.File, flush func(*os.File) error) *volume {
	return &volume{keeper: keeper, flush: flush, few: fewWait, enough: make(chan struct{}, 1)}
}

func (b *barrier) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, v := range b.volumes {
		if v != nil {
			_ = v.keeper.Close() // opened for reading
		}
	}
	b.volumes = nil
}

// durable waits until f is on the disk; sync does it for f alone. A nil volume
// does so at once.
func (v *volume) durable(f *os.File, sync func(*os.File) error) error {
	if v == nil {
		return sync(f)
	}
	p := &pledge{f, sync, make(chan error, 1)}
	v.mu.Lock()
	v.line = append(v.line, p)
	v.look()
	if !v.busy {
		v.busy = true
		go v.serve() // ends when nobody waits
	}
	v.mu.Unlock()
	return <-p.done
}

// count notes a file that begins (1) or ends (-1) to be written.
func (v *volume) count(n int) {
	if v == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.open += n
	v.look()
}

// look tells serve when to go ahead. The caller holds the lock.
func (v *volume) look() {
	if len(v.line) >= min(v.open, manyWait) {
		select {
		case v.enough <- struct{}{}:
		default:
		}
	}
}

// gather waits until a flush is worth it.
func (v *volume) gather(last time.Duration) {
	t := time.NewTimer(min(max(last, gatherLeast), gatherMost))
	defer t.Stop()
	for {
		v.mu.Lock()
		ready := len(v.line) >= min(v.open, manyWait)
		v.mu.Unlock()
		if ready {
			return
		}
		select {
		case <-v.enough: // of now, or of a batch before
		case <-t.C:
			return
		}
	}
}

// serve flushes for everyone who waits, again and again until nobody does.
func (v *volume) serve() {
	for took := time.Duration(0); ; {
		v.gather(took)
		v.mu.Lock()
		line, alone := v.line, v.alone
		v.line = nil
		if len(line) == 0 {
			v.busy = false
			v.mu.Unlock()
			return
		}
		v.mu.Unlock()
		if len(line) > v.few && !alone {
			start := time.Now()
			err := v.flush(v.keeper)
			took = time.Since(start)
			if err == nil {
				for _, p := range line {
					p.done <- nil
				}
				continue
			}
			// Something on the volume is lost, which need not be ours. Each file
			// knows for itself, and since the failure was told only once, files
			// that are still being written must be asked as well.
			v.mu.Lock()
			v.alone = true
			v.mu.Unlock()
		}
		syncEach(line)
	}
}

func syncEach(line []*pledge) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, syncMost)
	for _, p := range line {
		slots <- struct{}{}
		wg.Go(func() {
			p.done <- p.sync(p.f)
			<-slots
		})
	}
	wg.Wait()
}
