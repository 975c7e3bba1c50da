package treetest

import (
	"fmt"
	"sync"
	"sync/atomic"

	"gantry/remote"
)

var conditionTests = []test{
	{"IfAbsent refuses what exists", ifAbsent},
	{"IfAbsent refuses what appeared meanwhile", ifAbsentLate},
	{"IfAbsent has exactly one winner of sixteen", ifAbsentRace},
	{"IfAbsent in parts has exactly one winner", ifAbsentPartsRace},
	{"IfVersion refuses another version", ifVersion},
	{"IfVersion refuses what is gone", ifVersionGone},
}

func ifAbsent(k *kit) {
	p := k.at("file")
	_, err := k.write(p, "first", remote.CreateOptions{Size: 5, IfAbsent: true})
	k.must(err)
	_, err = k.write(p, "other", remote.CreateOptions{Size: 5, IfAbsent: true})
	k.kind(err, remote.Exist)
	k.equal(k.get(p), "first")
	if got := k.names(k.dir); len(got) != 1 {
		k.Errorf("beside the object there are %q", got)
	}
}

func ifAbsentLate(k *kit) {
	data := content(2*k.partSize(), 1)
	s := k.begin("file", int64(len(data)), remote.CreateOptions{IfAbsent: true})
	parts := s.writeAll(data)
	k.put(k.at("file"), "quicker")
	_, err := s.Commit(k.ctx, parts)
	k.kind(err, remote.Exist)
	k.must(s.Abort(k.ctx))
	k.equal(k.get(k.at("file")), "quicker")
}

func ifAbsentRace(k *kit) {
	if !k.tree.Caps().IfAbsent {
		k.Skip("IfAbsent is not atomic here")
	}
	for round := range 5 {
		p := k.at(fmt.Sprintf("file%d", round))
		var winner atomic.Int64
		var wg sync.WaitGroup
		wins := make(chan int, 16)
		for i := range 16 {
			wg.Go(func() {
				data := content(100, i)
				switch _, err := k.write(p, data, remote.CreateOptions{Size: 100, IfAbsent: true}); {
				case err == nil:
					winner.Store(int64(i))
					wins <- i
				case remote.KindOf(err) != remote.Exist:
					k.Errorf("writer %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		if len(wins) != 1 {
			k.Fatalf("%d winners", len(wins))
		}
		k.equal(k.get(p), content(100, int(winner.Load())))
	}
}

func ifAbsentPartsRace(k *kit) {
	if !k.tree.Caps().IfAbsent {
		k.Skip("IfAbsent is not atomic here")
	}
	const writers = 4
	size := k.partSize() + 1
	won := make([]bool, writers)
	var wg sync.WaitGroup
	for i := range writers {
		s := k.begin("file", size, remote.CreateOptions{IfAbsent: true})
		parts := s.writeAll(content(size, i))
		wg.Go(func() {
			_, err := s.Commit(k.ctx, parts)
			if err != nil && remote.KindOf(err) != remote.Exist {
				k.Errorf("writer %d: %v", i, err)
			}
			won[i] = err == nil
		})
	}
	wg.Wait()
	n := 0
	for i, w := range won {
		if w {
			n++
			k.equal(k.get(k.at("file")), content(size, i))
		}
	}
	if n != 1 {
		k.Errorf("%d winners", n)
	}
}

func ifVersion(k *kit) {
	p := k.at("file")
	first := k.put(p, "first content")
	second, err := k.write(p, "second", remote.CreateOptions{Size: 6, IfVersion: first.Version})
	k.must(err)
	_, err = k.write(p, "third", remote.CreateOptions{Size: 5, IfVersion: first.Version})
	k.kind(err, remote.Changed)
	k.equal(k.get(p), "second")
	_, err = k.write(p, "fourth", remote.CreateOptions{Size: 6, IfVersion: second.Version})
	k.must(err)
	k.equal(k.get(p), "fourth")
}

func ifVersionGone(k *kit) {
	p := k.at("file")
	e := k.put(p, "first")
	k.must(k.tree.Remove(k.ctx, []remote.Path{p}))
	_, err := k.write(p, "again", remote.CreateOptions{Size: 5, IfVersion: e.Version})
	k.kind(err, remote.Changed, remote.NotExist)
	k.absent(p)
}
