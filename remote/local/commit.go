package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"gantry/remote"
)

// Commit publishes in an order that loses nothing wherever it is cut off:
//
//  1. verify: the parts are those that were written and the file has their size
//  2. durable: modification time, then fsync of the file
//  3. publish: rename, under the conditions
//  4. durable: fsync of the folder
//
// settle does 1 and 2, publish 3 and 4. In a view of one job the steps 2 and 4
// are shared by all files that are there at that moment, see barrier; each file
// takes its next step only when the shared one is over. Only when Commit has returned may a
// source be deleted. After a failure the target is what it was, except when
// step 4 failed: then it is the new content, which a power cut may take away.
func (s *sink) Commit(ctx context.Context, parts []remote.Part) (remote.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return remote.Entry{}, s.corrupt("the file was finished or thrown away")
	}
	if err := ctx.Err(); err != nil {
		return remote.Entry{}, stopped("write", s.path, err)
	}
	if s.broken != nil {
		return remote.Entry{}, s.broken
	}
	if err := s.settle(parts); err != nil {
		return remote.Entry{}, err
	}
	if err := ctx.Err(); err != nil {
		return remote.Entry{}, stopped("write", s.path, err)
	}
	return s.publish()
}

// settle makes the temporary file what the target is to become, durably. Done
// once, it is not done again by another Commit.
func (s *sink) settle(parts []remote.Part) error {
	length, err := s.verify(parts)
	if err != nil {
		return err
	}
	if s.length >= 0 {
		if length != s.length {
			return s.corrupt("the parts are not those of the Commit before")
		}
		return nil
	}
	if !s.o.ModTime.IsZero() {
		if err := setTime(s.spot, s.temp, s.o.ModTime); err != nil {
			return fail("write", s.path, err)
		}
	}
	err = s.disk(length).durable(s.f, (*os.File).Sync)
	if cerr := s.f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		// The system may have dropped the pages that it could not write and report
		// success the next time, so this content is lost for good.
		s.broken = fail("write", s.path, err)
		return s.broken
	}
	s.length = length
	return nil
}

// disk is with whom the sink waits to be durable; nil for one that is large
// enough to do so by itself.
func (s *sink) disk(length int64) *volume {
	if length >= ownSync {
		return nil
	}
	return s.spot.disk
}

// verify checks that parts make up the file, from part 1 without a gap, and
// that the file is still at its name and of that size. It returns the size.
func (s *sink) verify(parts []remote.Part) (int64, error) {
	var length int64
	for i, p := range parts {
		off, _, err := s.room(p.Num)
		if err != nil || p.Num != i+1 || off != length {
			return 0, s.corrupt(fmt.Sprintf("part %d does not follow the one before", p.Num))
		}
		if got := s.parts[p.Num]; got != nil && (!got.whole || got.size != p.Size) {
			return 0, s.corrupt(fmt.Sprintf("part %d is not what was written", p.Num))
		} else if got == nil && s.o.Resume != s.temp {
			return 0, s.corrupt(fmt.Sprintf("part %d was not written", p.Num))
		}
		length += p.Size
	}
	if s.o.Size >= 0 && length != s.o.Size {
		return 0, s.corrupt(fmt.Sprintf("%d bytes instead of %d", length, s.o.Size))
	}
	there, err := lookAt(s.spot, s.temp)
	if err != nil {
		return 0, s.corrupt("the temporary file is gone")
	}
	if s.length >= 0 { // settled and closed: it must be the one that was
		if there.size != length || !s.mine.same(there) {
			return 0, s.corrupt("the temporary file was changed")
		}
		return length, nil
	}
	fi, err := s.f.Stat()
	if err != nil || !factsOf(fi).same(there) {
		return 0, s.corrupt("the temporary file was replaced")
	}
	s.mine = there
	if fi.Size() > length { // a part that was written again and is shorter now, or one left out
		if err := s.f.Truncate(length); err != nil {
			return 0, fail("write", s.path, err)
		}
	} else if fi.Size() < length {
		return 0, s.corrupt("the temporary file is too short")
	}
	return length, nil
}

// publish gives the temporary file its name, as the conditions allow.
func (s *sink) publish() (remote.Entry, error) {
	mine := s.mine
	folder, err := s.spot.in.file()
	if err != nil {
		return remote.Entry{}, fail("write", s.path, err)
	}
	if s.o.IfAbsent {
		err = s.spot.appear(folder, s.temp)
	} else if err = s.allowed(); err == nil {
		err = s.spot.root.Rename(s.temp, s.spot.name)
	}
	if err != nil {
		return remote.Entry{}, fail("write", s.path, err)
	}
	// From here on the target is the new content, so that Abort must not touch it.
	s.ended = true
	defer s.close()
	if err := s.disk(mine.size).durable(folder, syncFolder); err != nil {
		return remote.Entry{}, fail("write", s.path, err)
	}
	if now, err := lookAt(s.spot, s.spot.name); err == nil && now.same(mine) {
		return now.entry(s.path, s.spot.name), nil
	}
	e := mine.entry(s.path, s.spot.name)
	e.Version = "" // somebody replaced it already
	return e, nil
}

// allowed checks the target just before it is replaced. No system can compare
// and replace in one step, so another program that writes in this very moment
// is not noticed.
func (s *sink) allowed() error {
	old, err := s.spot.root.Lstat(s.spot.name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s.o.IfVersion != "" && (err != nil || factsOf(old).version() != s.o.IfVersion) {
		return &remote.Error{
			Op: "write", Path: s.path, Kind: remote.Changed, Err: errors.New("the target changed"),
			Hint: "The target was changed by somebody else meanwhile, so it was not replaced.",
		}
	}
	if err != nil {
		return nil
	}
	return replaceable(s.path, old)
}

func (s *sink) corrupt(why string) error {
	return &remote.Error{
		Op: "write", Path: s.path, Kind: remote.Corrupt, Err: errors.New(why),
		Hint: "What was written is not whole: " + why + ". Nothing was published; try again.",
	}
}
