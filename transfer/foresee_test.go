package transfer_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"gantry/remote"
	"gantry/remote/mem"
	"gantry/remote/wrap"
	"gantry/transfer"
)

// forecast is what a run says about an item.
type forecast struct {
	source, target string
	state          transfer.State
	skipped        bool
}

// TestADryRunForeseesWhatBecomesOfSourcesOfOneName: it says of each item what the run
// in earnest then does, and changes nothing.
func TestADryRunForeseesWhatBecomesOfSourcesOfOneName(t *testing.T) {
	old, young := time.Unix(1e9, 0), time.Unix(2e9, 0)
	for _, policy := range []transfer.Policy{
		transfer.PolicyOverwrite, transfer.PolicyNewer, transfer.PolicySize, transfer.PolicyChecksum,
		transfer.PolicyRename, transfer.PolicyKeepBoth, transfer.PolicySkip, transfer.PolicyFail,
	} {
		for _, there := range []string{"", "there"} {
			t.Run(policy.String()+" "+there, func(t *testing.T) {
				from, to := mem.NewDisk("l:"), mem.New("r:")
				from.PutAt("/a/x.txt", "from a", old)
				from.PutAt("/b/x.txt", "from b", young)
				from.PutAt("/c/x.txt", "from b", old)
				from.PutAt("/c/y.txt", "alone", old)
				if there != "" {
					to.PutAt("in/x.txt", there, old)
				}
				r := request(t, transfer.Copy, from, to, "in/", "/a/x.txt", "/b/x.txt", "/c/x.txt", "/c/y.txt")
				r.Rules.OnConflict, r.Rules.DryRun = policy, true
				plan := forecasts(t, r)
				if _, ok := to.Get("in/y.txt"); ok {
					t.Fatal("a dry run has written")
				}
				wantNothing(t, to, "in/x (2).txt")
				r.Rules.DryRun = false
				if did := forecasts(t, r); !slices.Equal(plan, did) {
					t.Errorf("planned\n%v, done\n%v", plan, did)
				}
			})
		}
	}
}

// forecasts runs a job and returns what it says about its items, by their sources.
func forecasts(t *testing.T, r transfer.Request) []forecast {
	t.Helper()
	var all []forecast
	r.OnItem = func(it transfer.ItemSnapshot) {
		all = append(all, forecast{it.Source, it.Target, it.State, it.Skipped})
	}
	run(t, transfer.Options{Unattended: true}, r)
	slices.SortFunc(all, func(a, b forecast) int { return cmp.Compare(a.source, b.source) })
	return all
}

// TestADryRunTellsWhatIsReplaced, and by which of the sources.
func TestADryRunTellsWhatIsReplaced(t *testing.T) {
	from, to := mem.NewDisk("l:"), mem.New("r:")
	for _, p := range []remote.Path{"/a/x", "/b/x"} {
		from.Put(p, "new")
	}
	to.Put("in/x", "old")
	r := request(t, transfer.Copy, from, to, "in/", "/a/x", "/b/x")
	r.Rules.OnConflict, r.Rules.DryRun = transfer.PolicyOverwrite, true
	notes := map[string]string{}
	r.OnItem = func(it transfer.ItemSnapshot) { notes[it.Source] = it.Note }
	wantState(t, run(t, transfer.Options{Unattended: true}, r), transfer.Done)
	if notes["l:/a/x"] != "It replaces what is there." || notes["l:/b/x"] != "It replaces l:/a/x, which has the same name there." {
		t.Errorf("%q", notes)
	}
	wantContent(t, to, "in/x", "old")
}

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
