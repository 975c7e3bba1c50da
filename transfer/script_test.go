package transfer_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/transfer"
)

// A script is a transfer in memory and all that happens to it, made up from a
// seed. Strokes hit the processes that run one after the other; a last one lives
// in peace and has to finish.
type script struct {
	seed       uint64
	place      scene
	op         transfer.Op
	policy     transfer.Policy
	workers    int
	unattended bool // nobody goes on with what is paused
	files      []role
	strokes    []stroke
}

// scene is where a transfer goes from and to. Without to it is one bucket.
type scene struct {
	name      string
	from, to  func() *mem.Tree
	root, dir remote.Path
}

func (c scene) keyed() bool { return c.root == "" }

var scenes = []scene{
	{"upload", disk("l:"), bucket("r:"), "/", "in/"},
	{"download", bucket("l:"), disk("r:"), "", "/in"},
	{"copy between buckets", bucket("l:"), bucket("r:"), "", "in/"},
	{"inside a bucket", bucket("l:"), nil, "", "in/"},
}

// role is one of the files.
type role struct {
	name remote.Path // below the root of the source
	size int
	old  bool // the target is there before
}

// stroke is one thing that goes wrong: at the nth call of a method on a path, or
// on any, in one of the processes.
type stroke struct {
	process int // 0 is the first
	call    string
	path    remote.Path // "" for any
	file    int         // whose path it is; -1 for any
	nth     int
	what    string
	at      int // of the bytes that are read
}

func (k stroke) String() string {
	on := ""
	if k.path != "" {
		on = " of " + string(k.path)
	}
	return fmt.Sprintf("process %d, %s%s, call %d: %s", k.process+1, k.call, on, k.nth, k.what)
}

// What may happen, and where.
var (
	ends     = []string{"killed", "killed", "killed", "killed after it", "killed after it", "killed after it", "told to end", "paused", "cancelled"}
	passing  = []string{"unreachable", "throttled", "answer lost", "answer lost", "denied"}
	others   = []string{"source changes", "source changes", "target is written"}
	readings = []string{"reading breaks off", "the end comes early"}

	// Between the last look at a source and its deletion nobody can help it when it
	// changes, so Remove is not among those.
	onSource = []string{"Open", "Open", "Stat"}
	onTarget = []string{"Stat", "Create", "WritePart", "WritePart", "Commit", "Commit", "Copy"}
	onAny    = []string{"List", "Walk", "Mkdir", "Remove", "Remove"}
	records  = []string{"PutJob", "Plan", "End", "Intend", "Began", "Part", "Settled", "Lease"}
)

func pick[T any](dice *rand.Rand, list []T) T { return list[dice.IntN(len(list))] }

// newScript makes up a transfer.
func newScript(seed uint64) *script {
	dice := rand.New(rand.NewPCG(seed, 21))
	s := &script{
		seed: seed, place: pick(dice, scenes), op: pick(dice, []transfer.Op{transfer.Copy, transfer.Move}),
		policy:  pick(dice, []transfer.Policy{transfer.PolicyOverwrite, transfer.PolicyOverwrite, transfer.PolicySkip, transfer.PolicyFail}),
		workers: 1 + dice.IntN(5), unattended: dice.IntN(2) == 0,
	}
	names := []remote.Path{"d/a", "d/b", "d/c", "d/sub/a", "d/sub/b", "d/sub/deep/c", "z"}
	dice.Shuffle(len(names), func(i, k int) { names[i], names[k] = names[k], names[i] })
	for _, name := range names[:1+dice.IntN(5)] {
		s.files = append(s.files, role{name, pick(dice, []int{0, 1, 9, 10, 11, 35, 95}), dice.IntN(5) == 0})
	}
	for range 1 + dice.IntN(7) {
		s.strokes = append(s.strokes, s.newStroke(dice))
	}
	return s
}

func (s *script) newStroke(dice *rand.Rand) stroke {
	k := stroke{process: dice.IntN(3), nth: 1 + dice.IntN(3), file: dice.IntN(len(s.files)), at: dice.IntN(10)}
	src := s.place.root + s.files[k.file].name
	dst := s.target(k.file)
	what := slices.Concat(ends, passing)
	switch dice.IntN(6) {
	case 0, 1:
		k.call, k.path = pick(dice, onSource), src
		what = slices.Concat(what, others)
		if k.call == "Open" {
			what = slices.Concat(what, readings)
		}
		if k.call == "Open" && s.place.keyed() { // of what a disk reads wrongly there is no sum
			what = append(what, "a byte is wrong")
		}
	case 2, 3:
		k.call, k.path = pick(dice, onTarget), dst
		what = slices.Concat(what, others)
		if k.call == "WritePart" || k.call == "Commit" {
			what = append(what, "uploads are gone")
		}
	case 4:
		k.call, k.file, k.nth = pick(dice, onAny), -1, 1+dice.IntN(4)
	default:
		k.call, k.file, k.nth, what = pick(dice, records), -1, 1+dice.IntN(9), append(slices.Clone(ends), "not recorded")
	}
	k.what = pick(dice, what)
	if k.call == "Create" && k.what == "answer lost" { // a tree deals with that itself
		k.what = "unreachable"
	}
	return k
}

// target is where a file goes.
func (s *script) target(file int) remote.Path {
	p := s.place.dir + s.files[file].name
	if !strings.HasSuffix(string(s.place.dir), "/") {
		p = s.place.dir + "/" + s.files[file].name
	}
	return p
}

// without is the script without one stroke.
func (s *script) without(i int) *script {
	c := *s
	c.strokes = slices.Delete(slices.Clone(s.strokes), i, i+1)
	return &c
}

func (s *script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s, policy %d, %d workers, unattended: %t\n", s.place.name, s.op, s.policy, s.workers, s.unattended)
	for _, f := range s.files {
		fmt.Fprintf(&b, "\t%s, %d bytes, target there: %t\n", f.name, f.size, f.old)
	}
	for _, k := range s.strokes {
		fmt.Fprintf(&b, "\t%s\n", k)
	}
	return b.String()
}

// version is the content of a file in one of its versions: any piece of it tells
// where it is from.
func version(file, n, size int) string {
	return strings.Repeat(fmt.Sprintf("%c%d,", 'a'+file, n%10), size/3+1)[:size]
}
