package local

import (
	"io/fs"
	"os"
	"sync"
	"sync/atomic"
)

// A folder is an open folder of a target, shared by the files that are being
// written into it. It closes when nobody uses it any more.
type folder struct {
	root *os.Root
	info fs.FileInfo // which folder it was when it was opened; nil if nobody compares
	refs atomic.Int32
	once sync.Once
	self *os.File // for calls that work on a folder itself
	err  error
}

func newFolder(root *os.Root) *folder {
	f := &folder{root: root}
	f.refs.Store(1)
	return f
}

// file is the folder as an open file. It is opened once and belongs to f.
func (f *folder) file() (*os.File, error) {
	f.once.Do(func() { f.self, f.err = f.root.Open(".") })
	return f.self, f.err
}

func (f *folder) release() {
	if f.refs.Add(-1) > 0 {
		return
	}
	f.once.Do(func() {})
	if f.self != nil {
		_ = f.self.Close() // opened for reading
	}
	_ = f.root.Close() // nothing was written through it that is not synced
}

// folders remembers the folders of a view that were written into last, so that
// a thousand files in a row do not open theirs a thousand times.
type folders struct {
	mu    sync.Mutex
	byRel map[string]*folder
	order []string // the oldest first
}

// take gives the folder that is open for rel; nil if none is. The caller
// releases it.
func (s *folders) take(rel string) *folder {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.byRel[rel]
	if f != nil {
		f.refs.Add(1)
	}
	return f
}

// keep remembers f for rel and forgets the oldest beyond keepFolders.
func (s *folders) keep(rel string, f *folder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byRel == nil || keepFolders == 0 {
		return // closed, or a system where an open folder is in the way of others
	}
	if old := s.byRel[rel]; old != nil {
		old.release()
	} else {
		s.order = append(s.order, rel)
	}
	f.refs.Add(1)
	s.byRel[rel] = f
	if len(s.order) > keepFolders {
		s.byRel[s.order[0]].release()
		delete(s.byRel, s.order[0])
		s.order = s.order[1:]
	}
}

// close forgets all; nothing is kept from then on.
func (s *folders) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.byRel {
		f.release()
	}
	s.byRel, s.order = nil, nil
}
