//go:build linux

// The measurements of the whole program that the README publishes: the built
// binary in a pseudo-terminal, before the strict fake, which shares the
// processors with it. Speed is measured here and asserted nowhere.

package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gantry/remote/s3/s3test"
	"gantry/ui/uitest"
)

// million is how many entries the folders of the benchmarks have.
const million = 1_000_000

// BenchmarkAKeyInAMillionFilesWhileEightTransfersRun times a key from its press
// to the screen that shows where it led, with eight downloads in the queue: I17.
func BenchmarkAKeyInAMillionFilesWhileEightTransfersRun(b *testing.B) {
	const transfers = 8
	dir := b.TempDir()
	big := filepath.Join(dir, "big")
	if err := os.Mkdir(big, 0o755); err != nil {
		b.Fatal(err)
	}
	for i := range million {
		if err := os.WriteFile(filepath.Join(big, fmt.Sprintf("file-%06d.txt", i)), nil, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	server := s3test.New(b, s3test.Options{})
	server.AddBucket("bench", s3test.Bucket{})
	for i := range transfers {
		server.PutContent("bench", fmt.Sprintf("object-%d", i), s3test.Pattern(uint64(i), 4<<30))
	}
	x := onFake(b, server, dir)
	x.WaitFor("1 of 8")
	x.WaitFor("big/")
	x.Keys("tab")
	for i := range transfers {
		x.Keys("c")
		x.WaitFor(fmt.Sprintf("Copy object-%d", i))
		x.Keys("enter")
		x.WaitGone(fmt.Sprintf("Copy object-%d", i))
		x.Keys("j")
	}
	x.Keys("w")
	x.WaitFor("Enter details")
	for range transfers { // those that wait for a turn start now
		x.Keys("!", "j")
	}
	x.Keys("w")
	x.WaitFor(fmt.Sprintf("↓%d", transfers))
	x.Keys("tab", "enter")
	x.WaitScreen("the whole folder", func(screen string) bool {
		return strings.Contains(screen, "1 of 1,000,000") && !strings.Contains(screen, "loading")
	})
	var took []time.Duration
	row := 1
	for b.Loop() {
		row++
		want := fmt.Sprintf(" %s of 1,000,000", thousands(row))
		start := time.Now()
		x.Keys("j")
		x.WaitFor(want)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "ms/median")
	b.ReportMetric(ms(took[len(took)*99/100]), "ms/99th")
	b.ReportMetric(ms(took[len(took)-1]), "ms/worst")
	b.ReportMetric(resident(b, x.Pid()), "MiB")
	if !strings.Contains(x.Screen(), fmt.Sprintf("↓%d", transfers)) {
		b.Errorf("a transfer has ended before the measurement:\n%s", x.Screen())
	}
}

// BenchmarkAMillionKeysInAPane opens a bucket with a million keys at its root
// and tells how long it took and how much memory the program holds then.
func BenchmarkAMillionKeysInAPane(b *testing.B) {
	server := s3test.New(b, s3test.Options{})
	server.AddBucket("bench", s3test.Bucket{Prefix: "key-", Count: million, Size: 10})
	var took time.Duration
	var held float64
	n := 0
	for b.Loop() {
		start := time.Now()
		x := onFake(b, server, b.TempDir())
		x.WaitScreen("the whole bucket", func(screen string) bool {
			return strings.Contains(screen, "of 1,000,000") && !strings.Contains(screen, "loading")
		})
		took += time.Since(start)
		held = max(held, resident(b, x.Pid()))
		n++
		x.Keys("q")
		x.Wait()
	}
	b.ReportMetric(ms(took)/float64(n), "ms/open")
	b.ReportMetric(held, "MiB")
}

// onFake starts the program with dir on the left and the bucket "bench" of a
// server on the right.
func onFake(b *testing.B, server *s3test.Server, dir string) *uitest.Term {
	b.Helper()
	home := b.TempDir()
	return uitest.Start(b, build(b), []string{dir, "s3://bench/"}, uitest.Size{W: 120, H: 40},
		"GANTRY_CONFIG="+filepath.Join(home, "config.toml"), "GANTRY_STATE="+filepath.Join(home, "state"),
		"AWS_ENDPOINT_URL="+server.URL, "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ACCESS_KEY_ID="+server.Access, "AWS_SECRET_ACCESS_KEY="+server.Secret)
}

// resident is the most memory that a process ever had in RAM, in MiB (proc(5),
// VmHWM).
func resident(b *testing.B, pid int) float64 {
	b.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return float64(kib) / 1024
		}
	}
	b.Fatal("no VmHWM")
	return 0
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// thousands writes n as the screen does.
func thousands(n int) string {
	s := strconv.Itoa(n)
	if len(s) > 3 {
		return s[:len(s)-3] + "," + s[len(s)-3:]
	}
	return s
}
