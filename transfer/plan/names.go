package plan

import (
	"strings"

	"gantry/remote"
)

// A disk cannot hold every key of a bucket: "a//b", "..", a name that ends in a
// dot on Windows. Such names are refused, or, by choice, escaped the way URLs
// are, so that a copy back gives the key again:
//
//   - %HH is a byte, in capitals; a % that would read as one is %25,
//   - %_ is an empty segment,
//   - an object with content whose key ends in a slash ends in %2F.

// join gives the path of a name in the target.
func (p *planner) join(full string) (remote.Path, error) {
	switch {
	case !p.s.Encode || p.exact:
	case p.srcKeyed && !p.toKeyed:
		return p.joinEncoded(full)
	case !p.srcKeyed && p.toKeyed:
		full = eachSegment(full, unescape)
	}
	at, err := p.s.To.Join(p.s.Dir, full)
	if err == nil || !p.srcKeyed || p.toKeyed || p.s.Encode {
		return at, err
	}
	if _, cannot := p.joinEncoded(full); cannot == nil {
		err = &remote.Error{
			Op: "name", Path: remote.Path(full), Kind: remote.KindOf(err), Err: err,
			Hint: remote.HintOf(err) + ` With names = "encode", or --names encode, it is written as %HH.`,
		}
	}
	return at, err
}

// joinEncoded is join for a key of which what the disk cannot hold is escaped.
func (p *planner) joinEncoded(full string) (remote.Path, error) {
	return p.s.To.Join(p.s.Dir, eachSegment(full, func(s string) string { return escape(s, p.cannot(s)) }))
}

// cannot tells whether the target refuses one segment.
func (p *planner) cannot(segment string) bool {
	if segment == "" {
		return true
	}
	_, err := p.s.To.Join(p.s.Dir, segment)
	return err != nil
}

// atSlash plans an object with content whose name ends in a slash: on a disk its
// last segment ends in an escaped one.
func (p *planner) atSlash(e remote.Entry, f *frame) {
	full := strings.TrimSuffix(f.full, "/")
	i := strings.LastIndexByte(full, '/') + 1
	dir := eachSegment(full[:i], func(s string) string { return escape(s, p.cannot(s)) })
	dst, err := p.s.To.Join(p.s.Dir, dir+escape(full[i:], p.cannot(full[i:]))+"%2F")
	if err != nil {
		p.fault(Source{Entry: e, As: f.full}, err)
		return
	}
	p.emit(Item{Kind: File, Src: e, Dst: dst, Unsure: true})
}

// eachSegment changes the segments of a name; a slash at its end stays.
func eachSegment(name string, change func(string) string) string {
	if name == "" {
		return ""
	}
	body, slash := strings.CutSuffix(name, "/")
	segments := strings.Split(body, "/")
	for i, s := range segments {
		segments[i] = change(s)
	}
	out := strings.Join(segments, "/")
	if slash {
		out += "/"
	}
	return out
}

const hexDigits = "0123456789ABCDEF"

// escape makes a segment that a disk can hold. What it can hold anyway stays as
// it is, unless it reads as something that was escaped.
func escape(s string, cannot bool) string {
	if s == "" {
		return "%_"
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		bad := c == '%' && (reads(s[i:]) || s == "%_")
		if cannot && !bad {
			last := i == len(s)-1
			bad = c < ' ' || c == 0x7f || strings.IndexByte(`<>:"|?*\/`, c) >= 0 || last && (c == '.' || c == ' ') ||
				i == 0 && !strings.ContainsAny(s, "\x00") && (s == "." || s == ".." || device(s))
		}
		if bad {
			b.WriteByte('%')
			b.WriteByte(hexDigits[c>>4])
			b.WriteByte(hexDigits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// device tells whether Windows may take s for a device.
func device(s string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(s), ".")
	switch strings.TrimRight(stem, " ") {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	return len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT"))
}

// reads tells whether s begins with an escaped byte.
func reads(s string) bool {
	return len(s) >= 3 && s[0] == '%' && strings.IndexByte(hexDigits, s[1]) >= 0 && strings.IndexByte(hexDigits, s[2]) >= 0
}

// unescape is what escape was given.
func unescape(s string) string {
	if rest, empty := strings.CutPrefix(s, "%_"); empty && (rest == "" || rest == "%2F") {
		return unescape(rest) // nothing else begins so
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if reads(s[i:]) {
			b.WriteByte(byte(strings.IndexByte(hexDigits, s[i+1])<<4 | strings.IndexByte(hexDigits, s[i+2]))) //nolint:gosec // a byte
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
