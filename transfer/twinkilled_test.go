package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/remote"
	"gantry/transfer"
	"gantry/transfer/journal"
)

// I1, I4, I7: two sources of one name go on in their order, wherever a process is
// killed that copies or moves them: nothing of either is lost.
func TestTwoSourcesOfOneNameSurviveAKillAtAnyStep(t *testing.T) {
	for _, c := range scenes {
		for _, op := range []transfer.Op{transfer.Copy, transfer.Move} {
			for _, policy := range []transfer.Policy{transfer.PolicyRename, transfer.PolicyOverwrite, transfer.PolicySkip} {
				t.Run(fmt.Sprint(c.name, " ", op, " ", policy), func(t *testing.T) {
					for _, after := range []bool{false, true} {
						for n, struck := 1, true; struck; n++ {
							synctest.Test(t, func(t *testing.T) { struck = twinsKilled(t, c, op, policy, n, after) })
						}
					}
				})
			}
		}
	}
}

// twinsKilled is that for a process that is killed at its n-th step; false if it
// takes no so many.
func twinsKilled(t *testing.T, c scene, op transfer.Op, policy transfer.Policy, n int, after bool) bool {
	m := &machine{from: c.from(), jr: journal.NewMemory(), unattended: true}
	if m.to = m.from; c.to != nil {
		m.to = c.to()
	}
	texts := map[remote.Path]string{"a/x": content(35), "b/x": "b" + content(12), "c/x": "c" + content(5)}
	names := []remote.Path{"a/x", "b/x", "c/x"}
	for _, p := range names {
		m.from.Put(c.root+p, texts[p])
	}
	time.Sleep(time.Second)
	q, d := m.boot(t.Context(), n, after)
	r := transfer.Request{Op: op, From: mortal{m.from, d}, To: mortal{m.to, d}, Dir: c.dir, Rules: transfer.Rules{OnConflict: policy}}
	for _, p := range names {
		r.List = append(r.List, transfer.Source{Entry: list(t, m.from, c.root+p)[0]})
	}
	await(t, q, q.Submit(r))
	closeQueue(t, q)
	time.Sleep(time.Second)
	q, _ = m.boot(t.Context(), 0, false)
	defer closeQueue(t, q)
	ended := adoptAll(t, q)
	if len(ended) == 0 {
		return d.struck()
	}
	for u := range m.to.ListUploads(t.Context(), "") {
		t.Errorf("killed at %d, after: %t: left over is %+v", n, after, u)
	}
	wrong := twinsWrong(m, c, op, policy, names, texts, ended[0])
	if len(wrong) > 0 {
		for _, it := range q.Items(ended[0].ID, transfer.ItemsFailed, 0, 10) {
			wrong = append(wrong, fmt.Sprintf("%s to %s: %v, %s", it.Source, it.Target, it.Err, it.Note))
		}
	}
	for _, why := range wrong {
		t.Errorf("killed at %d, after: %t: %s", n, after, why)
	}
	return d.struck()
}

// twinsWrong is what is not as it should be when the job has ended.
func twinsWrong(m *machine, c scene, op transfer.Op, policy transfer.Policy, names []remote.Path, texts map[remote.Path]string, ended transfer.Snapshot) (wrong []string) {
	var there, landed []string
	for _, p := range names {
		if text, ok := m.from.Get(c.root + p); ok {
			there = append(there, text)
		}
	}
	for _, p := range m.to.Keys() {
		text, file := m.to.Get(remote.Path(p))
		if file && (m.to != m.from || strings.HasPrefix(p, "in/")) {
			landed = append(landed, text)
		}
	}
	for i, p := range names {
		kept := slices.Contains(there, texts[p]) || slices.Contains(landed, texts[p])
		if !kept && (policy != transfer.PolicyOverwrite || i == len(names)-1) {
			wrong = append(wrong, string(p)+" is lost")
		}
	}
	if policy == transfer.PolicyRename && len(landed) != len(names) {
		wrong = append(wrong, fmt.Sprint(len(landed), " have landed"))
	}
	if c.to == nil && op == transfer.Move && policy == transfer.PolicyOverwrite {
		return wrong // the first copies are gone by the time their sources would be deleted
	}
	if ended.State != transfer.Done {
		wrong = append(wrong, fmt.Sprintf("the job is %s with %d failures: %v", ended.State, ended.Failures, ended.Err))
	}
	dst, _ := m.to.Join(c.dir, "x")
	want := texts[names[0]]
	if policy == transfer.PolicyOverwrite {
		want = texts[names[2]]
	}
	if got, _ := m.to.Get(dst); got != want {
		wrong = append(wrong, fmt.Sprintf("x holds %d bytes, want %d", len(got), len(want)))
	}
	return wrong
}
