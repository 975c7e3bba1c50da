package transfer_test

import (
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// S03: a conflict that may be with what we have written ourselves is settled by the
// content. What a stranger has written stays a conflict, also if it is as long.
func TestAConflictInDoubtIsSettledByTheContent(t *testing.T) {
	for _, c := range []struct {
		name  string
		call  wrap.Method
		from  func() *mem.Tree
		src   remote.Path
		twist string // what a stranger has written instead
		want  transfer.State
	}{
		{"upload", wrap.Commit, disk("l:"), "/a", "", transfer.Done},
		{"upload, a stranger's", wrap.Commit, disk("l:"), "/a", content(24) + "!", transfer.Failed},
		{"copy by the store", wrap.Copy, nil, "a", "", transfer.Done},
		{"copy by the store, a stranger's", wrap.Copy, nil, "a", content(24) + "!", transfer.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := mem.New("r:")
			from := b
			if c.from != nil {
				from = c.from()
			}
			from.Put(c.src, content(25))
			f := wrap.NewFaulty(b)
			strike := wrap.Fault{Err: &remote.Error{Op: "write", Kind: remote.Exist, Doubt: true}, After: c.twist == ""}
			if c.twist != "" {
				strike.Do = func() { b.Put("in/a", c.twist) }
			}
			f.Add(c.call, strike)
			var source remote.Tree = from
			if c.from == nil {
				source = f
			}
			r := request(t, transfer.Copy, source, f, "in/", c.src)
			r.Rules.OnConflict = transfer.PolicyFail
			wantState(t, run(t, transfer.Options{}, r), c.want)
			want := content(25)
			if c.twist != "" {
				want = c.twist
			}
			wantContent(t, b, "in/a", want)
		})
	}
}
