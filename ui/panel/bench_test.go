package panel

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"gantry/remote"
)

const million = 1_000_000

// flat is a tree of one folder whose million keys come in pages of a thousand.
type flat struct {
	remote.Tree
	name func(i int) string
}

func (flat) Label() string                 { return "acme:" }
func (flat) Caps() remote.Caps             { return remote.Caps{} }
func (flat) Dir(p remote.Path) remote.Path { return "" }
func (f flat) entry(i int) remote.Entry {
	n := f.name(i)
	return remote.Entry{
		Path: "in/" + remote.Path(n), Name: n, Size: int64(i) * 7919 % 100_000_000, ModTime: time.Unix(1_700_000_000+int64(i), 0),
		Version: fmt.Sprintf(`"%032x"`, i),
	}
}

func (f flat) List(_ context.Context, _ remote.Path, token string) (remote.Page, error) {
	var from int
	_, _ = fmt.Sscan(token, &from)
	var p remote.Page
	for i := from; i < min(from+1000, million); i++ {
		p.Entries = append(p.Entries, f.entry(i))
	}
	if from+1000 < million {
		p.Next = fmt.Sprint(from + 1000)
	}
	return p, nil
}

func ordered(i int) string { return fmt.Sprintf("part-%08d.parquet", i) }
func mixed(i int) string   { return fmt.Sprintf("part-%d.parquet", uint32(i)*2654435761%10_000_000) }

// load runs a panel until it is idle; it tells the longest time in Update.
func load(p *Panel, cmd tea.Cmd) (worst time.Duration) {
	queue := []tea.Cmd{cmd}
	for len(queue) > 0 {
		cmd, queue = queue[0], queue[1:]
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			queue = append(queue, batch...)
			continue
		}
		began := time.Now()
		_, next := p.Update(msg)
		worst = max(worst, time.Since(began))
		if next != nil {
			queue = append(queue, next)
		}
	}
	return worst
}

func full(name func(int) string) *Panel {
	p := New(Options{Hidden: false})
	p.SetSize(100, 50)
	load(p, p.Open(context.Background(), remote.Place{Tree: flat{name: name}, Path: "in/"}, ""))
	return p
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkLoadMillion(b *testing.B) {
	for _, c := range []struct {
		name string
		of   func(int) string
	}{{"ordered", ordered}, {"mixed", mixed}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				before := heap()
				p := New(Options{})
				p.SetSize(100, 50)
				worst := load(p, p.Open(context.Background(), remote.Place{Tree: flat{name: c.of}, Path: "in/"}, ""))
				b.ReportMetric(float64(heap()-before)/million, "B/row")
				b.ReportMetric(worst.Seconds()*1000, "ms-worst-update")
				if p.Count() != million {
					b.Fatal(p.Count())
				}
			}
		})
	}
}

func BenchmarkMoveAndView(b *testing.B) {
	p := full(ordered)
	for b.Loop() {
		p.Move(1)
		p.View(true)
	}
}

func BenchmarkViewUnchanged(b *testing.B) {
	p := full(ordered)
	for b.Loop() {
		p.View(true)
	}
}

// BenchmarkFilterKey types a filter letter by letter and takes it away again:
// "key" is the time in the event loop, "result" until the rows show.
func BenchmarkFilterKey(b *testing.B) {
	p := full(mixed)
	var loop, result time.Duration
	keys := 0
	for b.Loop() {
		for _, s := range []string{"9", "98", "987", "9876", "98765", ""} {
			began := time.Now()
			cmd := p.SetFilter(s)
			loop = max(loop, time.Since(began))
			if cmd != nil {
				loop = max(loop, load(p, cmd))
			}
			result += time.Since(began)
			keys++
		}
	}
	b.ReportMetric(loop.Seconds()*1000, "ms-worst-update")
	b.ReportMetric(result.Seconds()*1000/float64(keys), "ms/result")
}

func BenchmarkSort(b *testing.B) {
	p := full(mixed)
	for b.Loop() {
		for _, by := range []SortBy{BySize, ByTime, ByType, ByName} {
			if cmd := p.SetSort(by, rand.IntN(2) == 0); cmd != nil {
				load(p, cmd)
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N)/4, "ms/sort")
}

func BenchmarkMarkAll(b *testing.B) {
	p := full(ordered)
	for b.Loop() {
		p.MarkAll()
		p.Invert()
	}
}

func BenchmarkReload(b *testing.B) {
	p := full(ordered)
	p.MarkAll()
	for b.Loop() {
		worst := load(p, p.Reload())
		b.ReportMetric(worst.Seconds()*1000, "ms-worst-update")
	}
}
