package transfer_test

import (
	"slices"
	"testing"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// TestADryRunSetsNothingAside: the policy that gives what is there another name finds
// the name and leaves it at that.
func TestADryRunSetsNothingAside(t *testing.T) {
	from := mem.NewDisk("l:")
	from.Put("/x", "new")
	disk, bucket := mem.NewDisk("d:"), mem.New("r:")
	disk.Put("/in/x", "old")
	bucket.Put("in/x", "old")
	for dir, to := range map[remote.Path]remote.Tree{"/in": disk, "in/": bucket} {
		f := wrap.NewFaulty(to)
		r := request(t, transfer.Copy, from, f, dir, "/x")
		r.Rules = transfer.Rules{DryRun: true, OnConflict: transfer.PolicyKeepBoth}
		wantState(t, run(t, transfer.Options{}, r), transfer.Done)
		for _, m := range []wrap.Method{wrap.Create, wrap.Mkdir, wrap.Remove, wrap.Copy, wrap.Rename} {
			if f.Calls(m) != 0 {
				t.Errorf("%s: %s was called", to.Label(), m)
			}
		}
	}
}

// TestADryRunTellsOfSourcesOfOneName what becomes of each when the job is run.
func TestADryRunTellsOfSourcesOfOneName(t *testing.T) {
	for _, policy := range []transfer.Policy{
		transfer.PolicyAsk, transfer.PolicyFail, transfer.PolicySkip, transfer.PolicyOverwrite,
		transfer.PolicySize, transfer.PolicyNewer, transfer.PolicyChecksum, transfer.PolicyRename, transfer.PolicyKeepBoth,
	} {
		t.Run(policy.String(), func(t *testing.T) {
			told := map[bool][]string{}
			for _, dry := range []bool{true, false} {
				if !dry && policy == transfer.PolicyAsk {
					continue // it would wait for an answer
				}
				from, to := mem.NewDisk("l:"), mem.New("r:")
				from.Put("/a/x", "from a")
				from.Put("/b/x", "from b") // of the size of the first, and not older
				from.Put("/c/x", "from b") // with the content of the second
				r := request(t, transfer.Copy, from, to, "in/", "/a/x", "/b/x", "/c/x")
				r.Rules = transfer.Rules{DryRun: dry, OnConflict: policy}
				r.OnItem = func(it transfer.ItemSnapshot) {
					how := "written"
					switch {
					case it.Skipped:
						how = it.Reason
					case it.Err != nil:
						how = remote.HintOf(it.Err)
					}
					told[dry] = append(told[dry], it.Source+" -> "+it.Target+": "+how)
				}
				run(t, transfer.Options{Workers: 1, Unattended: true}, r)
			}
			if policy == transfer.PolicyAsk { // nobody is asked in a dry run
				if n := len(told[true]); n != 3 || told[true][1] != "l:/b/x -> r:in/x: target exists" {
					t.Errorf("told: %q", told[true])
				}
				return
			}
			if !slices.Equal(told[true], told[false]) {
				t.Errorf("the dry run told %q,\nthe run %q", told[true], told[false])
			}
		})
	}
}
