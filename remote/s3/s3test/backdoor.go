package s3test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Bucket says what a new bucket is like.
type Bucket struct {
	Region    string // "" means the endpoint's
	Versioned bool

	// Keys that are not stored: Prefix and a number below Count, with leading
	// zeros so that all are of one length; Size bytes each. They can be listed and read, and hidden by a Put of the same key.
	Prefix string
	Count  int
	Size   int64
}

// Object is what the store knows of an object.
type Object struct {
	Content   []byte // nil for a Pattern
	Size      int64
	ETag      string
	VersionID string
	ModTime   time.Time
	Checksum  string // "CRC64NVME:base64", "" for none
	Parts     int    // 0 if it was not multipart
	Class     string
	Header    http.Header // Content-Type and the like, X-Amz-Meta-*
}

// Upload is an unfinished multipart upload.
type Upload struct {
	ID, Key string
	Parts   []int // numbers of the parts that are there
	Bytes   int64
}

// AddBucket makes a bucket. A name that is taken panics.
func (s *Server) AddBucket(name string, o Bucket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.buckets[name] != nil {
		panic("bucket " + name + " exists")
	}
	if o.Region == "" {
		o.Region = s.o.Region
	}
	s.buckets[name] = &bucket{
		name: name, region: o.Region, versioned: o.Versioned, made: now(),
		gen:     generated{o.Prefix, o.Count, len(fmt.Sprint(max(0, o.Count-1))), o.Size},
		objects: make(map[string][]*version), uploads: make(map[string]*upload),
	}
}

// RemoveBucket deletes a bucket with all that is in it, as its owner would who has
// emptied it.
func (s *Server) RemoveBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, s.must(name).name)
}

// Put stores an object as another client would, and returns its ETag.
func (s *Server) Put(bucket, key string, content []byte) (etag string) {
	return s.PutContent(bucket, key, bytesContent(content))
}

// PutContent stores an object whose content is read when it is asked for, such
// as a Pattern. Beyond 1 GiB its ETag is made up and it has no checksum.
func (s *Server) PutContent(bucket, key string, c Content) (etag string) {
	v := &version{content: c, mod: now(), header: http.Header{"Content-Type": {"binary/octet-stream"}}}
	if c.Size() <= 1<<30 {
		v.etag = etagOf(c)
	}
	if c.Size() <= 1<<30 && !s.o.NoChecksums {
		v.sum = checksum{algorithm: crc64nvme, kind: fullObject, value: digestOf(crc64nvme, c)}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if v.etag == "" {
		s.serial++
		v.etag = fmt.Sprintf("%032x-2", s.serial)
	}
	s.put(s.must(bucket), key, v)
	return v.etag
}

// Delete removes an object as another client would.
func (s *Server) Delete(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(s.must(bucket), key, "")
}

// Object tells what is stored under a key now.
func (s *Server) Object(bucket, key string) (Object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.must(bucket).latest(key)
	if v == nil {
		return Object{}, false
	}
	o := Object{
		Size: v.content.Size(), ETag: v.etag, VersionID: v.id, ModTime: v.mod, Parts: len(v.parts), Class: v.class, Header: v.header.Clone(),
	}
	if sum := v.sum.known(); sum.algorithm != "" {
		o.Checksum = sum.algorithm + ":" + sum.value
	}
	if _, big := v.content.(pattern); !big {
		o.Content = readAll(v.content)
	}
	return o, true
}

// Keys are the stored keys in byte order, without generated ones and without
// those whose newest version is a delete marker.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.must(bucket)
	return slices.DeleteFunc(slices.Clone(b.keys), func(k string) bool { return b.latest(k) == nil })
}

// Versions counts the versions and delete markers of a key.
func (s *Server) Versions(bucket, key string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.must(bucket).objects[key])
}

// Uploads are the unfinished uploads of a bucket, oldest first.
func (s *Server) Uploads(bucket string) []Upload {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Upload
	b := s.must(bucket)
	for _, id := range slices.Sorted(maps.Keys(b.uploads)) {
		u := b.uploads[id]
		if u.done != nil {
			continue
		}
		up := Upload{ID: u.id, Key: u.key, Parts: slices.Sorted(maps.Keys(u.parts))}
		for _, p := range u.parts {
			up.Bytes += p.content.Size()
		}
		all = append(all, up)
	}
	return all
}

// DropUpload aborts an upload as a lifecycle rule would.
func (s *Server) DropUpload(bucket, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.must(bucket).uploads, id)
}

// ReplacePart changes a part of an upload behind its owner's back.
func (s *Server) ReplacePart(bucket, id string, n int, b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.must(bucket).uploads[id]
	c := bytesContent(b)
	q := part{content: c, etag: etagOf(c), mod: now()}
	if u.algorithm != "" {
		q.sum = checksum{algorithm: u.algorithm, kind: fullObject, value: digest(u.algorithm, b)}
	}
	u.parts[n] = q
}

// SetClass moves an object to a storage class; GLACIER and DEEP_ARCHIVE must be
// restored before they can be read.
func (s *Server) SetClass(bucket, key, class string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.must(bucket).latest(key); v != nil {
		v.class, v.restored = class, false
	}
}

// Restore makes an archived object readable.
func (s *Server) Restore(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.must(bucket).latest(key); v != nil {
		v.restored = true
	}
}

// SetModTime changes when an object was last modified.
func (s *Server) SetModTime(bucket, key string, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.must(bucket).latest(key); v != nil {
		v.mod = t
	}
}

// must finds a bucket that the test made. The lock is held.
func (s *Server) must(name string) *bucket {
	b := s.buckets[name]
	if b == nil {
		panic("no bucket " + name)
	}
	return b
}
