package sqlite_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gantry/transfer/journal/sqlite"
)

var kills = flag.Int("journal.kills", 12, "how often a process that writes is killed")

func TestP01WhatWasAcknowledgedSurvivesAKillAtAnyTime(t *testing.T) {
	dir := t.TempDir()
	var a acknowledged
	r := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable
	notices := 0
	for i := range *kills {
		if slow && i%3 != 0 {
			continue
		}
		cmd, lines, _ := spawn(t, "work", dir)
		killAfter(cmd, lines, &a, r.IntN(400))
		if a.err != "" {
			t.Fatal(a.err)
		}
		j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
		must(t, err)
		if told != nil {
			notices++
			if told.Rebuilt {
				t.Fatalf("a kill damaged the journal: %v", told)
			}
		}
		if lost := a.missing(t, j); len(lost) > 0 {
			t.Fatalf("of %d acknowledged records %d are lost: %v", len(a.lines), len(lost), lost[:min(10, len(lost))])
		}
		orphans, err := j.Orphans(t.Context())
		must(t, err)
		if len(orphans) == 0 && len(a.lines) > 2 {
			t.Error("the job of a killed process is not offered")
		}
		must(t, j.Close())
	}
	t.Logf("%d kills, %d records acknowledged, %d notices: %v", *kills, len(a.lines), notices, a.told)
}

// killAfter kills a process when it has made so many records.
func killAfter(cmd *exec.Cmd, lines *bufio.Scanner, a *acknowledged, records int) {
	for n := 0; n < records && lines.Scan(); n++ {
		line := lines.Text()
		if strings.HasPrefix(line, "told") {
			a.told = append(a.told, line)
			continue
		}
		if strings.HasPrefix(line, "error") {
			a.err += line
			continue
		}
		a.lines = append(a.lines, line)
	}
	_ = cmd.Process.Kill()
	a.collect(lines) // what was said before it died
	_ = cmd.Wait()   // killed
}

func TestP01WhatWasAcknowledgedSurvivesAKillAtAnySystemCall(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("needs strace: ", err)
	}
	var a acknowledged
	dir := t.TempDir()
	// Each run is killed in a call of its own: in the middle of what SQLite does
	// for the first transactions, of a checkpoint, of a start after a kill.
	for i := range *kills {
		call, most := "pwrite64", 197
		switch i % 3 {
		case 1:
			call, most = "fsync,fdatasync", 47
		case 2:
			call, most = "ftruncate,unlinkat,renameat,linkat", 3
		}
		wrap := []string{
			"strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call,
			"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, 1+i*i*7%most),
		}
		role := "work"
		if i%4 == 3 { // with a rollback journal
			role = "network"
		}
		cmd, lines, in := spawn(t, role, dir, wrap...)
		stop := time.AfterFunc(time.Second, func() { _ = in.Close() }) // too few calls
		a.collect(lines)
		_ = cmd.Wait() // killed
		stop.Stop()
		if a.err != "" {
			t.Fatal(a.err)
		}
		j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
		must(t, err)
		if told != nil && told.Rebuilt {
			t.Fatalf("a kill in %s damaged the journal: %v", call, told)
		}
		if lost := a.missing(t, j); len(lost) > 0 {
			t.Fatalf("kill in %s: %d records are lost: %v", call, len(lost), lost[:min(10, len(lost))])
		}
		must(t, j.Close())
	}
	t.Logf("%d records acknowledged, %d notices", len(a.lines), len(a.told))
}

func TestP09SeveralProcessesWriteAtOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	acks := make([]acknowledged, 3)
	for i := range acks {
		cmd, lines, in := spawn(t, "work", dir)
		wg.Go(func() {
			for len(acks[i].lines) < 500 && lines.Scan() {
				acks[i].lines = append(acks[i].lines, lines.Text())
			}
			if i == 0 {
				_ = cmd.Process.Kill() // one of them dies
			}
			_ = in.Close()
			acks[i].collect(lines)
			if err := cmd.Wait(); err != nil && i != 0 {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, j.Close()) })
	if told != nil && told.Rebuilt { // that the killed one's last write is not whole may be told
		t.Errorf("a kill damaged the journal: %v", told)
	}
	for i := range acks {
		if lost := acks[i].missing(t, j); len(lost) > 0 || acks[i].err != "" || len(acks[i].lines) < 500 {
			t.Errorf("process %d: %s, of %d records %d lost: %v", i, acks[i].err, len(acks[i].lines), len(lost), lost[:min(5, len(lost))])
		}
	}
	ids := map[string]bool{}
	for i := range acks {
		for _, line := range acks[i].lines {
			if strings.HasPrefix(line, "id ") && ids[line] {
				t.Errorf("%s was given twice", line)
			}
			ids[line] = true
		}
	}
}

func TestP01ARepairThatIsKilledIsDoneByTheNextStart(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("needs strace: ", err)
	}
	f := newFixture(t, true)
	damaged := files{"journal.db": f.files["journal.db"], "journal.db-wal": flipped(f.files["journal.db-wal"], 32+4120*20+999, 3)}
	call := "fsync,fdatasync,renameat,renameat2,unlinkat,ftruncate,linkat"
	for i := range *kills + 12 {
		if slow && i%4 != 3 {
			continue
		}
		dir := scratch(t)
		f.files.restore(t, dir, damaged)
		cmd, lines, in := spawn(t, "hold", dir, "strace", "-f", "-qq", "-o", "/dev/null",
			"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", call, i+1))
		var a acknowledged
		_ = in.Close()
		a.collect(lines)
		_ = cmd.Wait() // killed, if there were so many calls
		what := fmt.Sprintf("killed at call %d", i+1)
		j, told, err := sqlite.Open(t.Context(), dir, sqlite.Options{})
		must(t, err)
		got := read(t, j)
		if told == nil && len(a.lines) == 0 && len(a.told) == 0 {
			t.Errorf("%s: nobody was told", what)
		}
		if len(got.items) < len(f.state.items)-300 || len(got.uploads) < len(f.state.uploads)-20 {
			t.Errorf("%s: %s", what, f.state.diff(got))
		}
		must(t, j.Close())
		kept, err := filepath.Glob(filepath.Join(dir, "journal.db.corrupt-*"))
		must(t, err)
		whole := 0
		for _, name := range kept {
			b, err := os.ReadFile(name)
			must(t, err)
			for _, want := range damaged {
				if bytes.Equal(b, want) {
					whole++
				}
			}
		}
		if whole != 2 {
			t.Errorf("%s: of the damaged files %d are kept: %v", what, whole, kept)
		}
	}
}
