package transfer_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/minio/crc64nvme"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// copier is a bucket that copies by itself and shows in listings and in its answers to
// copies no more than the ETag.
type copier struct {
	telling
	wrong bool // what it writes is not what it reads
	looks *int
}

func newCopier(tell func(*remote.Entry, []byte), cut func() (int64, error), flips int) copier {
	return copier{newTelling(tell, cut, flips), false, new(int)}
}

func bare(e remote.Entry) remote.Entry {
	e.Sum, e.Attrs = remote.Sum{}, nil
	return e
}

func (b copier) CanCopy(remote.Tree) bool { return true }

func (b copier) Stat(ctx context.Context, p remote.Path) (remote.Entry, error) {
	*b.looks++
	return b.telling.Stat(ctx, p)
}

func (b copier) Copy(ctx context.Context, _ remote.Tree, x remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	x.Version, o.IfVersion, o.IfAbsent = "", "", false
	e, err := b.Tree.Copy(ctx, b.Tree, x, dst, o)
	if all, _ := b.Get(dst); b.wrong && err == nil {
		b.Put(dst, all[:len(all)-1]+"!")
	}
	return bare(b.entry(e)), err
}

func showsCRC(tag string) func(*remote.Entry, []byte) {
	return func(e *remote.Entry, content []byte) {
		crc := binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(content))
		e.Version, e.Sum = tag, remote.Sum{Algorithm: remote.CRC64NVME, Digest: string(crc)}
	}
}

// copyIn copies or moves "a" inside b and returns the level, "" for a failure, after
// which the source has to be there.
func copyIn(t *testing.T, b copier, op transfer.Op, verify string) string {
	t.Helper()
	b.Put("a", content(45))
	src := bare(list(t, b, "a")[0])
	*b.looks = 0
	r := transfer.Request{
		Op: op, From: b, Sources: transfer.Entries(src), To: b, Dir: "in/",
		Rules: transfer.Rules{OnConflict: transfer.PolicyFail, Verify: verify},
	}
	level := ""
	r.OnItem = func(it transfer.ItemSnapshot) { level = it.Verified }
	s := run(t, transfer.Options{Unattended: true}, r)
	if _, there := b.Get("a"); there != (op == transfer.Copy || s.State != transfer.Done) {
		t.Errorf("%s ended %s, and the source is there: %t", op, s.State, there)
	}
	if s.State != transfer.Done {
		return ""
	}
	wantContent(t, b, "in/a", content(45))
	return level
}

// TestACopyInAStoreIsReadWithVerifyFull: the target once, and the source where it
// shows nothing.
func TestACopyInAStoreIsReadWithVerifyFull(t *testing.T) {
	by8 := func(b []byte) string { return partsTag(b, 8) }
	joint := func(e *remote.Entry, content []byte) {
		var all []byte
		for ; len(content) > 0; content = content[min(8, len(content)):] {
			all = append(all, castagnoli(content[:min(8, len(content))])...)
		}
		e.Version = "opaque"
		e.Attrs.Joint = remote.Joint{Sum: remote.Sum{Algorithm: remote.CRC32C, Digest: string(castagnoli(all))}, Parts: len(all) / 4}
	}
	for _, c := range []struct {
		name  string
		tell  func(*remote.Entry, []byte)
		cut   func() (int64, error)
		flips int
		want  string
		times int // that content was read
	}{
		{"CRC64NVME", showsCRC("abc-2"), nil, 0, "CRC64NVME", 1},
		{"CRC64NVME, damaged once", showsCRC("abc-2"), nil, 1, "CRC64NVME", 2},
		{"CRC64NVME, damaged again and again", showsCRC("abc-2"), nil, 1 << 10, "", 0},
		{"CRC32C", sumWith(remote.CRC32C, castagnoli), nil, 0, "CRC32C", 1},
		{"SHA256", sumWith(remote.SHA256, func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }), nil, 0, "SHA256", 1},
		{"MD5", withTag(md5Tag), nil, 0, "MD5", 1},
		{"no MD5 although it looks like one", withTag(func(b []byte) string { return md5Tag(append([]byte("key"), b...)) }), nil, 0, "CRC64NVME", 2},
		{"MD5 of MD5s", withTag(by8), in8, 0, "MD5", 1},
		{"of parts of which nobody knows", withTag(by8), func() (int64, error) { return 0, fault(remote.Unsupported) }, 0, "CRC64NVME", 2},
		{"CRC32C of CRC32Cs", joint, in8, 0, "CRC32C", 1},
		{"nothing", withTag(func([]byte) string { return "opaque" }), nil, 0, "CRC64NVME", 2},
		{"nothing, damaged once", withTag(func([]byte) string { return "opaque" }), nil, 1, "CRC64NVME", 4},
	} {
		for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
			t.Run(op.String()+" "+c.name, func(t *testing.T) {
				b := newCopier(c.tell, c.cut, c.flips)
				if level := copyIn(t, b, op, "full"); level != c.want {
					t.Errorf("verified %q, want %q", level, c.want)
				}
				if c.want != "" && *b.reads != c.times*45 {
					t.Errorf("%d bytes were read, want %d times 45", *b.reads, c.times)
				}
				b = newCopier(c.tell, c.cut, 0)
				b.wrong = true
				if level := copyIn(t, b, op, "full"); level != "" {
					t.Errorf("a wrong copy is verified %q", level)
				}
			})
		}
	}
}

// TestTheHeadsTellOfACopyInPartsWhatItsListingDoesNot: and nobody asks where the ETags
// tell.
func TestTheHeadsTellOfACopyInPartsWhatItsListingDoesNot(t *testing.T) {
	parts := "0123456789abcdef0123456789abcdef-2"
	for _, c := range []struct {
		name, verify string
		tell         func(*remote.Entry, []byte)
		wrong        bool
		want         string
		looks        int // at source and target, for the sake of the checksum
	}{
		{"in parts", "auto", showsCRC(parts), false, "CRC64NVME", 2},
		{"in parts, a wrong copy", "auto", showsCRC(parts), true, "", 0},
		{"in parts, and nothing is shown", "auto", withTag(func([]byte) string { return parts }), false, "size only", 1},
		{"in parts, not wanted", "size", showsCRC(parts), false, "size only", 0},
		{"in one", "auto", withTag(md5Tag), false, "MD5", 0},
		{"nobody knows", "auto", showsCRC("opaque"), false, "size only", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			looks := map[string]int{}
			for _, verify := range []string{c.verify, "size"} {
				b := newCopier(c.tell, nil, 0)
				b.wrong = c.wrong && verify == c.verify
				level := copyIn(t, b, transfer.Copy, verify)
				if looks[verify] = *b.looks; verify == c.verify && level != c.want {
					t.Errorf("verified %q, want %q", level, c.want)
				}
				if *b.reads > 0 {
					t.Errorf("%d bytes were read", *b.reads)
				}
			}
			if n := looks[c.verify] - looks["size"]; c.want != "" && n != c.looks {
				t.Errorf("it was looked at %d times, want %d", n, c.looks)
			}
		})
	}
	b := newCopier(showsCRC(parts), nil, 0)
	if level := copyIn(t, b, transfer.Move, "auto"); level != "CRC64NVME" {
		t.Errorf("a move is verified %q", level)
	}
}

// TestWhatOthersWriteOverACopyThatIsReadIsLeftAlone: it is a target like any other then.
func TestWhatOthersWriteOverACopyThatIsReadIsLeftAlone(t *testing.T) {
	for n := range 4 {
		op, streamed := []transfer.Op{transfer.Copy, transfer.Move}[n%2], n > 1
		t.Run(fmt.Sprint(op, " streamed: ", streamed), func(t *testing.T) {
			inBubble(t, transfer.Options{Unattended: true}, func(t *testing.T, q *transfer.Queue) {
				b := mem.New("b:")
				b.Put("a", content(45))
				f := wrap.NewFaulty(b)
				if streamed {
					f = wrap.NewFaulty(plain{b})
				}
				f.Add(wrap.Open, wrap.Fault{Match: func(p remote.Path) bool { return p == "in/a" }, Do: func() { b.Put("in/a", "of others") }})
				r := request(t, op, f, f, "in/", "a")
				r.Rules.Verify = "full"
				if s := await(t, q, q.Submit(r)); s.State == transfer.Done {
					t.Error("it is done")
				}
				wantContent(t, b, "in/a", "of others")
				wantContent(t, b, "a", content(45))
			})
		})
	}
}
