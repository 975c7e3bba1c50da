package local

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"gantry/remote"
)

const (
	pageSize   = 2000 // entries of a page: about five milliseconds of work
	maxHandles = 32   // folders held open between pages
)

// handles remembers the folders whose listing goes on. A handle belongs to one
// page at a time: List takes it out and puts it back. It is closed when the
// listing ends, when its context ends, or when newer listings push it out.
type handles struct {
	mu    sync.Mutex
	byKey map[string]*list.Element
	order *list.List // of *handle, the oldest first
	last  uint64
}

type handle struct {
	id    uint64
	dir   string
	f     *os.File
	seen  int    // entries delivered so far
	stamp string // digest of the folder when the listing began
	stop  func() bool
}

func newHandles() *handles {
	return &handles{byKey: map[string]*list.Element{}, order: list.New()}
}

// token names the state of a listing. It says enough to go on without the
// handle: how much was delivered, and of which state of the folder.
func (h *handle) token() string { return fmt.Sprintf("%d.%d.%s", h.id, h.seen, h.stamp) }

// put keeps h for the page after this one, until ctx ends.
func (s *handles) put(ctx context.Context, h *handle) string {
	token := h.token()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byKey[token] = s.order.PushBack(h)
	if s.order.Len() > maxHandles {
		s.drop(s.order.Front())
	}
	h.stop = context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if el, ok := s.byKey[token]; ok && el.Value == h {
			s.drop(el)
		}
	})
	return token
}

// drop closes the handle of el. The caller holds the lock.
func (s *handles) drop(el *list.Element) {
	h := s.order.Remove(el).(*handle) //nolint:errcheck,forcetypeassert // the list holds nothing else
	delete(s.byKey, h.token())
	if h.stop != nil {
		h.stop()
	}
	_ = h.f.Close() // opened for reading
}

// take hands over the handle of token, nil if it was given up meanwhile or the
// token was used before.
func (s *handles) take(token, dir string) *handle {
	s.mu.Lock()
	defer s.mu.Unlock()
	el, ok := s.byKey[token]
	if !ok {
		return nil
	}
	h := el.Value.(*handle) //nolint:errcheck,forcetypeassert // the list holds nothing else
	if h.dir != dir {
		return nil
	}
	s.order.Remove(el)
	delete(s.byKey, token)
	h.stop()
	return h
}

func (s *handles) nextID() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return s.last
}

// List reads the folder in pieces, in the order of the disk.
func (t *Tree) List(ctx context.Context, dir remote.Path, token string) (remote.Page, error) {
	return await(ctx, "list", dir, func() (remote.Page, error) {
		h, err := t.listing(dir, token)
		if err != nil {
			return remote.Page{}, err
		}
		page, err := h.page(dir)
		if err != nil || page.Next == "" {
			_ = h.f.Close() // opened for reading
			return page, err
		}
		page.Next = t.handles.put(ctx, h) // which closes it when ctx ends
		return page, nil
	}, nil)
}

// listing finds the folder that token goes on with, or begins a listing. If the
// handle is gone the folder is read again up to the same place, which is right
// only as long as the folder is the same.
func (t *Tree) listing(dir remote.Path, token string) (*handle, error) {
	if token != "" {
		if h := t.handles.take(token, native(dir)); h != nil {
			return h, nil
		}
	}
	f, err := openFolder(native(dir), true)
	if err != nil {
		if fi, serr := os.Stat(native(dir)); serr == nil && !fi.IsDir() {
			return nil, &remote.Error{Op: "list", Path: dir, Kind: remote.Invalid, Err: err, Hint: "This is not a folder."}
		}
		return nil, fail("list", dir, err)
	}
	h := &handle{id: t.handles.nextID(), dir: native(dir), f: f}
	fi, err := f.Stat()
	if err == nil {
		h.stamp = factsOf(fi).digest()
		if token != "" {
			err = h.skipTo(dir, token)
		}
	}
	if err != nil {
		_ = f.Close() // opened for reading
		return nil, fail("list", dir, err)
	}
	return h, nil
}

// skipTo reads over the entries that token says were delivered.
func (h *handle) skipTo(dir remote.Path, token string) error {
	var id uint64
	var seen int
	var stamp string
	if n, _ := fmt.Sscanf(token, "%d.%d.%s", &id, &seen, &stamp); n != 3 || seen < 0 {
		return &remote.Error{Op: "list", Path: dir, Kind: remote.Invalid, Err: errors.New("not a token of this folder")}
	}
	if stamp != h.stamp {
		return &remote.Error{
			Op: "list", Path: dir, Kind: remote.Changed, Err: errors.New("the folder changed between two pages"),
			Hint: "The folder changed while it was being listed. List it again.",
		}
	}
	for h.seen < seen {
		names, err := h.f.Readdirnames(min(seen-h.seen, pageSize))
		h.seen += len(names)
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
	return nil
}

// page reads the next entries. What vanishes while it is looked at is left out.
func (h *handle) page(dir remote.Path) (remote.Page, error) {
	rows, n, err := readRows(h.f, h.dir, pageSize)
	h.seen += n
	switch {
	case errors.Is(err, io.EOF):
		return remote.Page{Entries: rows}, nil
	case err != nil:
		return remote.Page{}, fail("list", dir, err)
	}
	return remote.Page{Entries: rows, Next: "more"}, nil
}
