package local

import (
	"os"
	"sync"
)

const (
	fewWait  = 4       // so many are made durable one by one, sparing what others have written
	syncMost = 16      // at the same time, where one call cannot serve all
	ownSync  = 8 << 20 // bytes from which a file does not make others wait for it
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

	mu    sync.Mutex
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
	b.volumes[dev] = &volume{keeper: keeper, flush: flushVolume}
	return b.volumes[dev]
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
	if !v.busy {
		v.busy = true
		go v.serve() // ends when nobody waits
	}
	v.mu.Unlock()
	return <-p.done
}

// serve flushes for everyone who waits, again and again until nobody does.
func (v *volume) serve() {
	for {
		v.mu.Lock()
		line, alone := v.line, v.alone
		v.line = nil
		if len(line) == 0 {
			v.busy = false
			v.mu.Unlock()
			return
		}
		v.mu.Unlock()
		if len(line) > fewWait && !alone {
			if v.flush(v.keeper) == nil {
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
