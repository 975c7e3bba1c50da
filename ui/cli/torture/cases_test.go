//go:build unix

package torture_test

import (
	"fmt"
	"slices"
	"strings"
)

// small is a transfer of a few files, of several parts where that matters.
type small struct {
	name string
	args []string // {} is the user's folder
	plan plan
}

const mib = 1 << 20

// smalls are the transfers that are killed wherever they can be.
func smalls(c *contents) []small {
	big, tiny, empty := c.of(1, 11*mib), c.of(2, 70_000), []byte{}
	other := c.of(3, 11*mib)
	pace := []string{"--part-size", "5MiB", "--workers", "3", "--no-progress"}
	line := func(args ...string) []string { return append(args, pace...) }
	return []small{
		{name: "upload", args: line("cp", "{}/up/", "acme:in/"), plan: plan{things: []thing{
			{"up/big", "acme:in/big", big, nil}, {"up/tiny", "acme:in/tiny", tiny, nil}, {"up/empty", "acme:in/empty", empty, nil},
		}}},
		{name: "upload over an old object", args: line("cp", "--on-conflict", "overwrite", "{}/big", "acme:big"), plan: plan{things: []thing{
			{"big", "acme:big", big, other},
		}}},
		{name: "download", args: line("cp", "acme:in/", "{}/new/down/"), plan: plan{things: []thing{
			{"acme:in/big", "new/down/big", big, nil}, {"acme:in/tiny", "new/down/tiny", tiny, nil}, {"acme:in/empty", "new/down/empty", empty, nil},
		}}},
		{name: "download over an old file", args: line("cp", "--on-conflict", "overwrite", "acme:big", "{}/big"), plan: plan{things: []thing{
			{"acme:big", "big", big, other},
		}}},
		{name: "copy on the server", args: line("cp", "acme:a/", "acme:b/"), plan: plan{things: []thing{
			{"acme:a/one", "acme:b/one", tiny, nil}, {"acme:a/two", "acme:b/two", big, nil},
		}}},
		{name: "move up", args: line("mv", "{}/big", "{}/tiny", "acme:in/"), plan: plan{gone: true, things: []thing{
			{"big", "acme:in/big", big, nil}, {"tiny", "acme:in/tiny", tiny, nil},
		}}},
		{name: "move down", args: line("mv", "acme:in/", "{}/down/"), plan: plan{gone: true, slash: []string{"acme:in/"}, things: []thing{
			{"acme:in/big", "down/big", big, nil}, {"acme:in/tiny", "down/tiny", tiny, nil},
		}}},
		{name: "move down of many small files", args: line("mv", "acme:in/", "{}/down/"), plan: plan{gone: true, slash: []string{"acme:in/"}, things: many(c)}},
		{name: "move of a folder on the bucket", args: line("mv", "acme:a/", "acme:b/c/"), plan: plan{
			gone: true, slash: []string{"acme:a/", "acme:b/", "acme:b/c/"},
			things: []thing{
				{"acme:a/1", "acme:b/c/1", tiny, nil}, {"acme:a/d/2", "acme:b/c/d/2", tiny, nil}, {"acme:a/d/3", "acme:b/c/d/3", empty, nil},
			},
			stay: []thing{{src: "acme:ab", content: tiny}, {src: "acme:b/d", content: tiny}},
		}},
		{name: "delete", args: []string{"rm", "-r", "--yes", "acme:a/"}, plan: plan{
			gone: true, slash: []string{"acme:a/"},
			things: []thing{{src: "acme:a/1", content: tiny}, {src: "acme:a/d/2", content: tiny}, {src: "acme:a/d/3", content: empty}},
			stay:   []thing{{src: "acme:ab", content: tiny}, {src: "acme:b/d", content: tiny}},
		}},
	}
}

// many are files that are made durable together.
func many(c *contents) (all []thing) {
	for i := range 12 {
		name := fmt.Sprintf("%02d", i)
		all = append(all, thing{"acme:in/" + name, "down/" + name, c.of(10+i, 3_000), nil})
	}
	return all
}

// stage makes everything as it is before the transfer.
func (s *small) stage(w *world) {
	w.Helper()
	w.fresh()
	for _, x := range s.plan.things {
		w.put(x.src, x.content)
		if x.old != nil {
			w.put(x.dst, x.old)
		}
	}
	for _, x := range s.plan.stay {
		w.put(x.src, x.content)
	}
}

// settle lets the next process go on with what a dead one has left, and holds
// that everything is done then, or that nothing was ever begun. It returns what
// is broken.
func (s *small) settle(w *world) (broken []string) {
	w.Helper()
	w.server.Settle()
	if broken = s.plan.anytime(w); len(broken) > 0 {
		return broken
	}
	r := w.run("queue", "resume", "--json")
	if broken = s.plan.anytime(w); len(broken) > 0 {
		return broken
	}
	jobs := w.jobs()
	want := max(1, s.plan.jobs)
	switch {
	case len(jobs) > want:
		return []string{fmt.Sprintf("I7: %d jobs have become %d", want, len(jobs))}
	case len(jobs) == 0: // killed before the job was on record
		return append(s.untouched(w), s.plan.clean(w)...)
	}
	if slices.ContainsFunc(jobs, func(j job) bool { return j.Failed > 0 }) { // while there were faults
		first := r
		r = w.run("queue", "retry", "--json")
		if strings.Contains(r.err, "can be retried") { // it was done after all, when the job was resumed
			r.code = 0
		}
		r.err = first.err + r.err
		jobs = w.jobs()
	}
	for _, j := range jobs {
		if j.State != "done" || r.code != 0 {
			return []string{fmt.Sprintf("I7, I18: job %+v after\n%s%s", j, r.out, r.err)}
		}
	}
	broken = w.secrets(r.out, r.err)
	if len(jobs) < want { // killed before the others were
		return append(broken, s.plan.clean(w)...)
	}
	return append(broken, s.plan.atRest(w)...)
}

// untouched holds that nothing was done.
func (s *small) untouched(w *world) (broken []string) {
	w.Helper()
	for _, x := range s.plan.things {
		if _, there := w.get(x.src); !there {
			broken = append(broken, "I7: "+x.src+" is gone, and no job is on record")
		}
		if x.dst == "" || x.old != nil {
			continue
		}
		if _, there := w.get(x.dst); there {
			broken = append(broken, "I7: "+x.dst+" is there, and no job is on record")
		}
	}
	return broken
}
