package s3

import (
	"bytes"
	"errors"
	"slices"
	"time"

	"gantry/remote"
	"gantry/remote/s3/scan"
)

// page is one answer of ListObjectsV2. The scanner fills it; the rows refer to
// text, which holds the names and the ETags of all of them in one piece.
type page struct {
	rows      []row
	text      []byte
	truncated bool
	next      string
	encoded   bool // names are in the form of a URL
	whole     bool // the end of the document was seen
}

// row is one object or prefix.
type row struct {
	key, tag span
	size     int64
	mod      time.Time
	class    string
	prefix   bool
}

// span is a piece of page.text.
type span struct{ from, to int32 }

var (
	errPartial = errors.New("the listing is incomplete: the server says that more follows but not how to ask for it")
	errRepeats = errors.New("the server repeats its pages")
)

// read decodes doc, using the memory of the page that was there before.
func (p *page) read(doc []byte) error {
	*p = page{rows: p.rows[:0], text: p.text[:0]}
	s := scan.New(doc)
	for {
		name, opens, _, err := s.Next()
		if err != nil {
			return err
		}
		if name == nil {
			break
		}
		if !opens {
			p.whole = p.whole || string(name) == "ListBucketResult"
			continue
		}
		if err := p.element(s, name); err != nil {
			return err
		}
	}
	if !p.whole {
		return scan.ErrIncomplete
	}
	if p.encoded {
		p.decode()
	}
	if p.truncated && p.next == "" {
		return errPartial
	}
	return nil
}

func (p *page) element(s *scan.Scanner, name []byte) error {
	switch string(name) {
	case "ListBucketResult":
		p.whole = s.Empty()
		return nil
	case "Contents":
		return p.row(s, false)
	case "CommonPrefixes":
		return p.row(s, true)
	case "IsTruncated", "NextContinuationToken", "EncodingType":
		text, err := s.Leaf()
		switch {
		case err != nil:
			return err
		case name[0] == 'I':
			p.truncated = string(text) == "true"
		case name[0] == 'N':
			p.next = string(scan.AppendText(nil, text))
		default:
			p.encoded = string(text) == "url"
		}
		return nil
	default:
		return s.Skip()
	}
}

// row reads <Contents> or <CommonPrefixes>.
func (p *page) row(s *scan.Scanner, prefix bool) error {
	if s.Empty() {
		return nil
	}
	r := row{prefix: prefix, size: -1}
	for {
		name, opens, _, err := s.Next()
		if err != nil || name == nil {
			return scan.ErrIncomplete
		}
		if !opens {
			break
		}
		if err := p.field(s, &r, name); err != nil {
			return err
		}
	}
	if r.key.from < r.key.to { // nothing has no name
		p.rows = append(p.rows, r)
	}
	return nil
}

func (p *page) field(s *scan.Scanner, r *row, name []byte) error {
	switch string(name) {
	case "Key", "Prefix", "ETag", "Size", "LastModified", "StorageClass":
	default:
		return s.Skip()
	}
	which := name[0]
	if which == 'S' && name[1] == 't' {
		which = 'C'
	}
	text, err := s.Leaf()
	if err != nil {
		return err
	}
	switch which {
	case 'K', 'P':
		r.key = p.keep(text)
	case 'E':
		r.tag = p.keep(text)
		if t := p.text[r.tag.from:r.tag.to]; len(t) >= 2 && t[0] == '"' && t[len(t)-1] == '"' {
			r.tag.from, r.tag.to = r.tag.from+1, r.tag.to-1
		}
	case 'S':
		r.size = int64(scan.Number(text))
	case 'L':
		r.mod = scan.Time(text)
	case 'C':
		r.class = className(text)
	}
	return nil
}

func (p *page) keep(text []byte) span {
	from := len(p.text)
	p.text = scan.AppendText(p.text, text)
	return span{int32(from), int32(len(p.text))}
}

// decode resolves the URL form of all names.
func (p *page) decode() {
	for i := range p.rows {
		k := &p.rows[i].key
		k.to = k.from + int32(len(scan.Unescape(p.text[k.from:k.to])))
	}
}

// className is the storage class as entries carry it: the standard one is "".
// The usual names cost no memory.
func className(text []byte) string {
	switch string(text) {
	case "", "STANDARD":
		return ""
	case "STANDARD_IA":
		return "STANDARD_IA"
	case "ONEZONE_IA":
		return "ONEZONE_IA"
	case "INTELLIGENT_TIERING":
		return "INTELLIGENT_TIERING"
	case "GLACIER":
		return "GLACIER"
	case "GLACIER_IR":
		return "GLACIER_IR"
	case "DEEP_ARCHIVE":
		return "DEEP_ARCHIVE"
	case "REDUCED_REDUNDANCY":
		return "REDUCED_REDUNDANCY"
	case "EXPRESS_ONEZONE":
		return "EXPRESS_ONEZONE"
	default:
		return string(scan.AppendText(nil, text))
	}
}

// last is the greatest key of the page, "" when it is empty.
func (p *page) last() string {
	var best []byte
	for i := range p.rows {
		if k := p.key(&p.rows[i]); string(k) > string(best) {
			best = k
		}
	}
	return string(best)
}

// name is the key of row i.
func (p *page) name(i int) string { return p.nameOf(&p.rows[i]) }

func (p *page) nameOf(r *row) string { return string(p.key(r)) }

// key is the key of r as long as the page is not read again.
func (p *page) key(r *row) []byte { return p.text[r.key.from:r.key.to] }

// inOrder tells whether the objects and the folders of the page each ascend. If
// so they are merged, so that all rows ascend.
func (p *page) inOrder() bool {
	var object, folder []byte
	mixed := false
	for i := range p.rows {
		r := &p.rows[i]
		before := &object
		if r.prefix {
			before = &folder
		}
		key := p.key(r)
		if bytes.Compare(key, *before) <= 0 {
			return false
		}
		*before = key
		mixed = mixed || i > 0 && r.prefix != p.rows[i-1].prefix
	}
	if mixed {
		slices.SortStableFunc(p.rows, func(a, b row) int {
			return bytes.Compare(p.key(&a), p.key(&b))
		})
	}
	return true
}

// behind are the rows behind key. The rows are in order.
func (p *page) behind(key string) []row {
	i, _ := slices.BinarySearchFunc(p.rows, key, func(r row, key string) int {
		if string(p.key(&r)) <= key {
			return -1
		}
		return 1
	})
	return p.rows[i:]
}

// entry makes the entry of row i. all is page.text as a string, shared by all
// rows; within and strip turn a key into a path, dir is the length of the key
// of the listed folder.
func (t *Tree) entry(r *row, all string, dir int) remote.Entry {
	key := all[r.key.from:r.key.to]
	e := remote.Entry{Size: r.size, ModTime: r.mod, Class: r.class, Version: all[r.tag.from:r.tag.to]}
	if t.within == "" {
		e.Path = remote.Path(key[len(t.prefix):])
	} else {
		e.Path = t.path(key)
	}
	e.Name = key[dir:]
	if r.prefix || r.size == 0 && key[len(key)-1] == '/' {
		e.Dir = true
		e.Version = ""
		if n := len(e.Name); n > 0 && e.Name[n-1] == '/' {
			e.Name = e.Name[:n-1]
		}
	}
	return e
}
