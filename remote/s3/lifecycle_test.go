package s3_test

import (
	"net/http"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

const (
	open1 = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`
	end1  = `</LifecycleConfiguration>`

	// What this program knows nothing of: it must survive to the letter.
	others = `<Rule><ID>to glacier &amp; back</ID><Filter><And><Prefix>logs/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>500</ObjectSizeGreaterThan></And></Filter>` +
		`<Status>Enabled</Status><Transition><Days>30</Days><StorageClass>GLACIER</StorageClass></Transition><NewThing2031><X a="b">1</X></NewThing2031></Rule>` + "\n  " +
		`<Rule><ID>old</ID><Filter/><Status>Disabled</Status><Expiration><Days>365</Days></Expiration></Rule>`
	aborts = `<Rule><ID>cleanup</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>30</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`
	both   = `<Rule><ID>both</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>9</Days></Expiration><AbortIncompleteMultipartUpload><DaysAfterInitiation>3</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>`
)

func TestTheRuleForUnfinishedUploadsLeavesTheOthersAlone(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	set := func(days int) string {
		t.Helper()
		if err := tree.SetUncompleted(t.Context(), days); err != nil {
			t.Fatal(err)
		}
		return s.Lifecycle("bucket")
	}
	if got := set(7); !strings.Contains(got, "<DaysAfterInitiation>7</") || strings.Count(got, "<Rule>") != 1 {
		t.Errorf("alone: %s", got)
	}
	if got := set(0); got != "" {
		t.Errorf("the last rule stays: %s", got)
	}
	s.SetLifecycle("bucket", open1+others+end1)
	got := set(7)
	for _, rule := range strings.Split(others, "\n  ") {
		if !strings.Contains(got, rule) {
			t.Errorf("a rule of somebody else changed: %s", got)
		}
	}
	if strings.Count(got, "<Rule>") != 3 {
		t.Errorf("with others: %s", got)
	}
	u, err := tree.Uncompleted(t.Context())
	if err != nil || u.Rule != "gantry-unfinished-uploads" || u.Days != 7 || u.Others != 2 {
		t.Errorf("%+v, %v", u, err)
	}
	if got := set(0); strings.Count(got, "<Rule>") != 2 || strings.Contains(got, "gantry") {
		t.Errorf("taken away: %s", got)
	}
	s.SetLifecycle("bucket", open1+others+aborts+end1)
	if got := set(7); !strings.Contains(got, strings.Replace(aborts, "30", "7", 1)) || strings.Count(got, "<Rule>") != 3 {
		t.Errorf("a rule that was there: %s", got)
	}
	s.SetLifecycle("bucket", open1+both+end1)
	if got := set(0); !strings.Contains(got, "<Expiration><Days>9</Days></Expiration></Rule>") || strings.Contains(got, "Abort") {
		t.Errorf("a rule that does more: %s", got)
	}
	before := s.Count("PutBucketLifecycleConfiguration")
	if set(0); s.Count("PutBucketLifecycleConfiguration") != before {
		t.Error("what is so already was written again")
	}
}

func TestARuleOfTheOldFormGetsACompanionOfTheOldForm(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.SetLifecycle("bucket", open1+`<Rule><ID>x</ID><Prefix>tmp/</Prefix><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>`+end1)
	if err := tree.SetUncompleted(t.Context(), 7); err != nil {
		t.Error(err)
	}
}

func TestAServerOfAPrefixHasARuleOfItsOwn(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{}, func(s *remote.Server) { s.Prefix = "team a&b/" })
	s.SetLifecycle("bucket", open1+aborts+end1)
	if u, err := tree.Uncompleted(t.Context()); err != nil || u.Rule != "cleanup" || u.Days != 30 {
		t.Errorf("%+v, %v", u, err)
	}
	if err := tree.SetUncompleted(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	if got := s.Lifecycle("bucket"); !strings.Contains(got, aborts) || !strings.Contains(got, "<Prefix>team a&amp;b/</Prefix>") {
		t.Errorf("%s", got)
	}
}

func TestRulesThatSomebodyChangesMeanwhileAreTold(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.SetLifecycle("bucket", open1+others+end1)
	s.Fault(s3test.Rule{Op: "GetBucketLifecycleConfiguration", Nth: 2, Action: s3test.Status(http.StatusServiceUnavailable, "ServiceUnavailable")},
		s3test.Rule{Op: "GetBucketLifecycleConfiguration", Nth: 3, Action: s3test.Deny()})
	err := tree.SetUncompleted(t.Context(), 7)
	wantKind(t, err, remote.Denied)
	if remote.ActionOf(err) != "s3:GetLifecycleConfiguration" {
		t.Errorf("action %q", remote.ActionOf(err))
	}
}

func TestUnfinishedUploadsAreCountedWithTheirWeight(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	sink, err := tree.Create(t.Context(), "big", remote.CreateOptions{Size: 3 * smallPart, PartSize: smallPart})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sink.WritePart(t.Context(), 1, strings.NewReader(strings.Repeat("x", smallPart))); err != nil {
		t.Fatal(err)
	}
	u, err := tree.Uncompleted(t.Context())
	if err != nil || u.Leftovers != 1 || u.Bytes != smallPart || u.Rule != "" || u.Unknown != "" {
		t.Errorf("%+v, %v", u, err)
	}
	if err := sink.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAReadOnlyServerAndAStoreWithoutRulesSaySo(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{}, func(s *remote.Server) { s.ReadOnly = true })
	wantKind(t, tree.SetUncompleted(t.Context(), 7), remote.Denied)
	if s.Count("PutBucketLifecycleConfiguration") != 0 {
		t.Error("a read-only server was written to")
	}
	gateway := open(t, newBucket(t), rootKey(t), s3.Options{})
	u, err := gateway.Uncompleted(t.Context())
	if err != nil || !strings.HasSuffix(u.Unknown, ".") {
		t.Errorf("%+v, %v", u, err)
	}
}

// TestAServiceThatKnowsNoSuchRuleSaysWhatElseHelps, as MinIO, which takes rules of
// other kinds.
func TestAServiceThatKnowsNoSuchRuleSaysWhatElseHelps(t *testing.T) {
	tree, s := strict(t, s3test.Bucket{}, s3.Options{})
	s.Fault(s3test.Rule{Op: "PutBucketLifecycleConfiguration", Times: s3test.All, Action: s3test.Status(http.StatusBadRequest, "InvalidArgument")})
	err := tree.SetUncompleted(t.Context(), 7)
	if remote.KindOf(err) != remote.Unsupported || !strings.Contains(remote.HintOf(err), "gantry leftovers") {
		t.Errorf("%v: %s", err, remote.HintOf(err))
	}
}
