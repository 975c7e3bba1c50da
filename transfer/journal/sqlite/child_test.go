package sqlite_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"gantry/remote"
	"gantry/transfer/journal"
	"gantry/transfer/journal/sqlite"
)

// childEnv makes the test binary a process that uses a journal: its value says
// what for, and in which folder.
const childEnv = "GANTRY_JOURNAL_CHILD"

// child does what the environment says; false means that this is the test.
func child() bool {
	role, rest, ok := strings.Cut(os.Getenv(childEnv), " ")
	if !ok {
		return false
	}
	var err error
	switch role {
	case "work":
		err = work(rest, false)
	case "network":
		err = work(rest, true)
	case "hold":
		err = hold(rest)
	case "persist":
		err = persist(rest)
	}
	if err != nil {
		fmt.Println("error", err)
	}
	return true
}

// spawn starts the test binary in a role. What it says comes line by line.
func spawn(tb testing.TB, role, dir string, wrap ...string) (*exec.Cmd, *bufio.Scanner, io.WriteCloser) {
	tb.Helper()
	self, err := os.Executable()
	must(tb, err)
	args := append(wrap, self)
	cmd := exec.CommandContext(tb.Context(), args[0], args[1:]...) //nolint:gosec // ourselves
	cmd.Env = append(os.Environ(), childEnv+"="+role+" "+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(tb, err)
	in, err := cmd.StdinPipe()
	must(tb, err)
	must(tb, cmd.Start())
	return cmd, bufio.NewScanner(out), in
}

// work makes records until it is killed or its input ends, on a network file
// system or not. It prints each record once it is acknowledged.
func work(dir string, network bool) error {
	ctx := context.Background()
	j, told, err := sqlite.OpenWith(ctx, dir, sqlite.Options{}, sqlite.Setup{Network: network})
	if err != nil {
		return err
	}
	if told != nil {
		fmt.Println("told", told.Rebuilt, told)
	}
	quit := make(chan struct{})
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(quit)
	}()
	var failed error
	for round := 0; failed == nil; round++ {
		select {
		case <-quit:
			return j.Close()
		default:
		}
		failed = workOnce(ctx, j, round)
	}
	return errors.Join(failed, j.Close())
}

// workOnce runs one job, each record of which is printed when it is durable.
func workOnce(ctx context.Context, j *sqlite.Journal, round int) error {
	say := func(format string, args ...any) { fmt.Printf(format+"\n", args...) }
	id, err := j.NextID(ctx)
	if err != nil {
		return err
	}
	say("id %d", id)
	if err := j.PutJob(ctx, journal.Job{ID: id, Op: "copy", Title: fmt.Sprint("round ", round), State: "running"}); err != nil {
		return err
	}
	say("job %d", id)
	if err := j.Lease(ctx, id, j.Owner(), time.Now().Add(time.Hour)); err != nil {
		return err
	}
	const n = 40
	if err := j.Plan(ctx, manyItems(id, 1, n)); err != nil {
		return err
	}
	say("plan %d %d", id, n)
	errs := make(chan error, 4)
	for w := range 4 {
		go func() { // ends when its items have
			for num := int64(w + 1); num <= n; num += 4 {
				if err := workItem(ctx, j, id, num, say); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range 4 {
		err = errors.Join(err, <-errs)
	}
	return err
}

func workItem(ctx context.Context, j *sqlite.Journal, id, num int64, say func(string, ...any)) error {
	if err := j.Intend(ctx, journal.Upload{Job: id, Item: num, Tree: "acme:", Path: "x"}); err != nil {
		return err
	}
	say("intend %d %d", id, num)
	if err := j.Began(ctx, id, num, fmt.Sprint("up-", num)); err != nil {
		return err
	}
	say("began %d %d", id, num)
	for p := range 3 {
		if err := j.Part(ctx, id, num, remote.Part{Num: p + 1, Size: num, Tag: "tag"}); err != nil {
			return err
		}
		say("part %d %d %d", id, num, p+1)
	}
	if num%5 == 0 { // stays unfinished
		return nil
	}
	if err := j.End(ctx, id, num, journal.Outcome{State: "done"}); err != nil {
		return err
	}
	say("end %d %d", id, num)
	return nil
}

// hold submits a job and keeps it until its input ends.
func hold(dir string) error {
	ctx := context.Background()
	j, told, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		return err
	}
	if told != nil {
		fmt.Println("told", told.Rebuilt, told)
	}
	id, err := j.NextID(ctx)
	if err != nil {
		return err
	}
	if err := j.PutJob(ctx, journal.Job{ID: id, Title: "held", State: "running"}); err != nil {
		return err
	}
	if err := j.Lease(ctx, id, j.Owner(), time.Now().Add(time.Hour)); err != nil {
		return err
	}
	fmt.Println("held", id, j.Owner())
	_, _ = io.Copy(io.Discard, os.Stdin)
	return j.Close()
}

// persist makes records until some have failed and some have been made after
// that. It reads after each failure.
func persist(dir string) error {
	ctx := context.Background()
	j, _, err := sqlite.Open(ctx, dir, sqlite.Options{})
	if err != nil {
		return err
	}
	failed, after := 0, 0
	for n := int64(1); n < 500 && after < 5; n++ {
		err := j.PutJob(ctx, journal.Job{ID: n, Op: "copy"})
		if err == nil {
			fmt.Println("job", n)
			if failed > 0 {
				after++
			}
			continue
		}
		failed++
		jobs := 0
		for _, err := range j.Jobs(ctx) {
			if err != nil {
				return err
			}
			jobs++
		}
		fmt.Printf("failed %v, %d jobs can be read, trouble %t: %s\n", remote.KindOf(err), jobs, j.Trouble() != nil, remote.HintOf(err))
	}
	fmt.Printf("after %d failures %d records, trouble %t\n", failed, after, j.Trouble() != nil)
	return j.Close()
}

// acknowledged is what a process has said is on record.
type acknowledged struct {
	lines []string
	told  []string
	err   string
}

// collect reads what a process says until it ends.
func (a *acknowledged) collect(lines *bufio.Scanner) {
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "told"):
			a.told = append(a.told, line)
		case strings.HasPrefix(line, "error"):
			a.err += line + "\n"
		default:
			a.lines = append(a.lines, line)
		}
	}
}

// missing is what was acknowledged and is not in the journal.
func (a *acknowledged) missing(tb testing.TB, j *sqlite.Journal) []string {
	tb.Helper()
	s := read(tb, j)
	var last int64
	ended, began := map[string]bool{}, map[string]bool{}
	for _, line := range a.lines {
		f := strings.Fields(line)
		switch f[0] {
		case "end":
			ended[f[1]+"/"+f[2]] = true
		case "began":
			began[f[1]+"/"+f[2]] = true
		}
	}
	var lost []string
	check := func(ok bool, line string) {
		if !ok {
			lost = append(lost, line)
		}
	}
	for _, line := range a.lines {
		f := strings.Fields(line)
		var item string
		if len(f) > 2 {
			item = f[1] + "/" + f[2]
		}
		switch f[0] {
		case "id":
			id, err := strconv.ParseInt(f[1], 10, 64)
			must(tb, err)
			last = max(last, id)
		case "job":
			check(s.jobs[f[1]] != "", line)
		case "plan":
			n, err := strconv.Atoi(f[2])
			must(tb, err)
			for num := 1; num <= n; num++ {
				name := fmt.Sprint(f[1], "/", num)
				_, open := s.items[name]
				check(open || ended[name] || a.ending(name), line+" item "+name)
			}
		case "intend":
			_, there := s.uploads[item]
			check(there || ended[item] || a.ending(item), line)
		case "began":
			check(strings.Contains(s.uploads[item], "up-"+f[2]) || ended[item] || a.ending(item), line)
		case "part":
			_, there := s.uploads[item+"/"+f[3]]
			check(there || ended[item] || a.ending(item), line)
		case "end":
			_, open := s.items[item]
			_, upload := s.uploads[item]
			check(!open && !upload, line)
		}
	}
	next, err := j.NextID(tb.Context())
	must(tb, err)
	check(next > last, fmt.Sprintf("id %d given again as %d", last, next))
	return lost
}

// ending tells whether the item's last part was acknowledged, so that its end
// may be on record without having been acknowledged.
func (a *acknowledged) ending(item string) bool {
	want := "part " + strings.ReplaceAll(item, "/", " ") + " 3"
	for _, line := range a.lines {
		if line == want {
			return true
		}
	}
	return false
}
