package s3

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// scale guesses how the keys of a listing go on. It takes the keys of one page
// for numbers, each place of them with the characters that were seen there for
// digits, and says which keys stand as many pages further on if they lie as
// close there as here. Counters, dates and hashes do; for whatever else the
// guess is wrong, which costs a request.
type scale struct {
	from   int     // the first place that counts; all keys share what is before
	head   string  // that
	places []place // from there on
	step   uint64  // from one page to the next
}

// place is one position in the keys.
type place struct {
	digits string // ascending; of one character where all keys have the same
	worth  uint64 // of one digit here
}

const (
	scaleBits  = 61
	scaleCarry = 5000 // by so much the places before those that change may count on
	scaleLook  = 64   // keys of a page that are looked at
	scaleLong  = 64   // places of them that are looked at
	digits10   = "0123456789"
	digits16   = "0123456789abcdef"
	digits16A  = "0123456789ABCDEF"
)

// newScale looks at p, whose rows are in order. fixed is how many bytes never
// change, fill how much of a page a step is to be. false when nothing can be
// learnt from it.
func newScale(p *page, fixed int, fill float64) (*scale, bool) {
	n := len(p.rows)
	if n < 8 {
		return nil, false
	}
	first, last := p.name(0), p.name(n-1)
	same := 0
	for same < len(first) && same < len(last) && first[same] == last[same] {
		same++
	}
	if same < fixed || same == len(last) {
		return nil, false
	}
	base := max(fixed, same-scaleLong/2)
	sets := lookAt(p, last, base)
	s := &scale{from: same}
	for room := scaleCarry; s.from > base && room > 1; s.from-- {
		room /= len(sets[s.from-1-base])
	}
	s.head = last[:s.from]
	s.weigh(sets[s.from-base:])
	low, ok1 := s.value(first)
	high, ok2 := s.value(last)
	if !ok1 || !ok2 || high <= low {
		return nil, false
	}
	s.step = uint64(float64(high-low) / float64(n-1) * float64(n) * fill)
	return s, s.step > 0
}

// lookAt gives the digits of the places of key from from on.
func lookAt(p *page, key string, from int) []string {
	sets := make([]string, min(len(key)-from, scaleLong))
	n := len(p.rows)
	step := max(1, n/scaleLook)
	for i := range sets {
		var seen [256]bool
		for k := 0; k < n; k += step {
			if name := p.key(&p.rows[k]); from+i < len(name) {
				seen[name[from+i]] = true
			}
		}
		seen[key[from+i]] = true
		sets[i] = digitsOf(&seen)
	}
	// Within one word places are of one kind: the leading zeros of a hash may
	// become letters, too.
	for i := 0; i < len(sets); {
		j, hex := i, ""
		for j < len(sets) && wordly(sets[j]) {
			if sets[j] == digits16 || sets[j] == digits16A {
				hex = sets[j]
			}
			j++
		}
		for ; hex != "" && i < j; i++ {
			if sets[i] == digits10 || len(sets[i]) == 1 && strings.Contains(hex, sets[i]) {
				sets[i] = hex
			}
		}
		i = max(i, j) + 1
	}
	return sets
}

// digitsOf guesses the digits of a place from those that were seen there.
func digitsOf(seen *[256]bool) string {
	set := make([]byte, 0, 16)
	for c := range seen {
		if seen[c] {
			set = append(set, byte(c))
		}
	}
	switch {
	case within(set, digits10):
		return digits10
	case len(set) > 2 && within(set, digits16):
		return digits16
	case len(set) > 2 && within(set, digits16A):
		return digits16A
	}
	return string(set)
}

func within(set []byte, digits string) bool {
	return !slices.ContainsFunc(set, func(c byte) bool { return strings.IndexByte(digits, c) < 0 })
}

// wordly tells a place in a word or number from one of a separator.
func wordly(digits string) bool {
	c := digits[0]
	return len(digits) > 1 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// weigh keeps as many places as fit into a number and says what they are worth.
func (s *scale) weigh(sets []string) {
	most := uint64(1) << scaleBits
	end, total := 0, uint64(1)
	for end < len(sets) {
		hi, lo := bits.Mul64(total, uint64(len(sets[end])))
		if hi != 0 || lo > most {
			break
		}
		total = lo
		end++
	}
	s.places = make([]place, end)
	worth := uint64(1)
	for i := end - 1; i >= 0; i-- {
		s.places[i] = place{sets[i], worth}
		worth *= uint64(len(sets[i]))
	}
}

// value is the number of a key, or of the next lower one that is a number here.
func (s *scale) value(key string) (uint64, bool) {
	if !strings.HasPrefix(key, s.head) {
		return 0, false
	}
	var v uint64
	for i, p := range s.places {
		if s.from+i >= len(key) {
			break
		}
		c := key[s.from+i]
		at := strings.IndexByte(p.digits, c)
		if at >= 0 {
			v += uint64(at) * p.worth
			continue
		}
		below := 0
		for below < len(p.digits) && p.digits[below] < c {
			below++
		}
		v += uint64(below) * p.worth // all digits behind are the lowest
		break
	}
	return v, true
}

// after is the place one step behind key, which it need not be a key of. It is
// false where the guess ends.
func (s *scale) after(key string) (string, bool) {
	v, ok := s.value(key)
	if !ok || len(s.places) == 0 {
		return "", false
	}
	v += s.step
	top := s.places[0]
	if v/top.worth >= uint64(len(top.digits)) {
		return "", false
	}
	b := append(make([]byte, 0, s.from+len(s.places)), s.head...)
	for _, p := range s.places {
		b = append(b, p.digits[v/p.worth])
		v %= p.worth
	}
	guess := string(b)
	return guess, guess > key && safe(guess)
}

// safe tells whether all orders of text that servers use agree on what lies
// before and behind s: those by bytes of UTF-8 and by units of UTF-16 do, as
// long as there is nothing in it from U+E000 on.
func safe(s string) bool {
	for i := range len(s) {
		if s[i] >= 0xEE || s[i] < ' ' {
			return false
		}
	}
	return utf8.ValidString(s)
}
