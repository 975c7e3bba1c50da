package local

import (
	"context"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"gantry/remote"
)

var (
	_ remote.Uploads = (*Tree)(nil)
	_ remote.Adopter = (*sink)(nil)
)

// nvme is the polynomial of CRC-64/NVME, bits reversed.
const nvme = 0x9a6c9329ac4bc9b5

// Adopt reads the part back from the temporary file and compares it with its
// checksum: the size of a file proves nothing, after a power cut it may hold
// zeros.
func (s *sink) Adopt(ctx context.Context, p remote.Part) error {
	off, longest, err := s.room(p.Num)
	if err != nil {
		return &remote.Error{Op: "read", Path: s.path, Kind: remote.Invalid, Err: err}
	}
	if p.Sum.Algorithm != remote.CRC64NVME || longest >= 0 && p.Size > longest {
		return s.corrupt(fmt.Sprintf("part %d proves nothing", p.Num))
	}
	own, err := s.part(p.Num)
	if err != nil {
		return err
	}
	own.mu.Lock()
	defer own.mu.Unlock()
	h := crc64.New(crc64.MakeTable(nvme))
	buf := s.t.buffers.get()
	defer s.t.buffers.put(buf)
	for at := int64(0); at < p.Size; {
		if err := ctx.Err(); err != nil {
			return stopped("read", s.path, err)
		}
		n, err := s.f.ReadAt((*buf)[:min(int64(len(*buf)), p.Size-at)], off+at)
		_, _ = h.Write((*buf)[:n]) // a hash never fails
		if at += int64(n); errors.Is(err, io.EOF) && at < p.Size {
			return s.corrupt(fmt.Sprintf("part %d is not whole", p.Num))
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return fail("read", s.path, err)
		}
	}
	if string(h.Sum(nil)) != p.Sum.Digest {
		return s.corrupt(fmt.Sprintf("part %d is not what was written", p.Num))
	}
	own.size, own.whole = p.Size, true
	return nil
}

// ReadAt reads from the temporary file.
func (s *sink) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.f.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fail("read", s.path, err)
	}
	return n, err
}

// ListUploads yields the temporary files of unfinished writes below the folder
// prefix. A prefix that is no folder stands for the writes of that one name.
func (t *Tree) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return func(yield func(remote.Upload, error) bool) {
		dir, name := native(prefix), ""
		entries := remote.Walk(ctx, t, remote.Path(dir))
		if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
			dir, name = filepath.Dir(dir), filepath.Base(dir)
			entries = remote.All(ctx, t, remote.Path(dir))
		}
		for e, err := range entries {
			if remote.KindOf(err) == remote.NotExist && err != nil {
				continue // nothing is left in what is gone
			}
			if err != nil {
				yield(remote.Upload{}, err)
				return
			}
			u, ok := leftover(e)
			if ok && (name == "" || belongs(u.ID, name)) && !yield(u, nil) {
				return
			}
		}
	}
}

// leftover describes a temporary file. The name of its target may be cut. When
// it was begun is asked of the system: its modification time may already be
// that of what it is to become.
func leftover(e remote.Entry) (remote.Upload, bool) {
	dir, name := filepath.Split(native(e.Path))
	if e.Dir || e.Type != remote.Regular || !Temporary(name) {
		return remote.Upload{}, false
	}
	of := name[1 : len(name)-len(tempMark)-tempRandom]
	p, _ := below(filepath.Clean(dir), of)
	u := remote.Upload{Path: p, Cut: wasCut(of), ID: name, Started: e.ModTime, Parts: -1, Size: e.Size}
	if fi, err := os.Lstat(native(e.Path)); err == nil {
		u.Started = begun(fi)
	}
	return u, true
}

// belongs tells whether the temporary file temp may be one of name.
func belongs(temp, name string) bool {
	return Temporary(temp) && strings.HasPrefix(tempPrefix(name, maxName), strings.TrimSuffix(temp[:len(temp)-len(tempMark)-tempRandom], "."))
}

// AbortUpload removes a temporary file.
func (t *Tree) AbortUpload(ctx context.Context, u remote.Upload) error {
	if err := ctx.Err(); err != nil {
		return stopped("throw away", u.Path, err)
	}
	at, err := t.at.find("throw away", u.Path, false)
	if remote.KindOf(err) == remote.NotExist {
		return nil
	}
	if err != nil {
		return err
	}
	defer at.close()
	fi, err := at.root.Lstat(u.ID)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && (!Temporary(u.ID) || !fi.Mode().IsRegular()):
		err = &remote.Error{
			Op: "throw away", Path: u.Path, Kind: remote.Invalid,
			Hint: "This is not a temporary file of gantry, so it was left alone.",
		}
	case err == nil:
		if err = at.root.Remove(u.ID); err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		err = fail("throw away", u.Path, err)
	default:
		err = fail("throw away", u.Path, err)
	}
	return err
}
