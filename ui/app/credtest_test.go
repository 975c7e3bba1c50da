package app_test

import (
	"strings"
	"testing"

	"gantry/remote"
)

// TestACredentialWhoseOwnerNobodyTellsIsProvedByAServer: a wrong secret must not
// pass for a good one because the service has no STS to ask.
func TestACredentialWhoseOwnerNobodyTellsIsProvedByAServer(t *testing.T) {
	w := newWorld(t)
	test := func() remote.Report {
		t.Helper()
		r, err := w.TestCredential(t.Context(), "ops")
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := test()
	if s := r.Steps[len(r.Steps)-1]; len(r.Steps) != 2 || s.Title != "acme: List" || s.State != remote.StepOK || r.Steps[0].State != remote.StepUnsupported {
		t.Errorf("a good key: %+v", r.Steps)
	}
	c := ops(t, w.App)
	c.SecretAccessKey = remote.NewSecret("not-the-secret")
	if err := w.SaveCredential(t.Context(), "ops", c, remote.InStore, ""); err != nil {
		t.Fatal(err)
	}
	r = test()
	if s := r.Steps[len(r.Steps)-1]; r.OK() || s.State != remote.StepFailed || s.Kind != remote.Auth || !strings.Contains(s.Hint, "does not match its access key") {
		t.Errorf("a wrong secret: %+v", r.Steps)
	}
	if err := w.RemoveServer(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	c.AccessKeyID = "NOT-OF-AMAZON" // whose STS would be asked about a key like its own
	if err := w.SaveCredential(t.Context(), "ops", c, remote.InStore, ""); err != nil {
		t.Fatal(err)
	}
	r = test()
	if s := r.Steps[0]; len(r.Steps) != 1 || s.State != remote.StepSkipped || !strings.Contains(s.Hint, "no server uses it") {
		t.Errorf("without a server: %+v", r.Steps)
	}
}

// TestAFileOfCertificatesThatCannotBeUsedIsRefusedBeforeItIsSaved, and not only
// by the first request.
func TestAFileOfCertificatesThatCannotBeUsedIsRefusedBeforeItIsSaved(t *testing.T) {
	w := newWorld(t)
	before := w.read(t)
	s := info(t, w.App, "acme").Server
	s.Endpoint = "https://storage.example.com"
	for file, says := range map[string]string{w.file + ".none": "cannot be read", w.file: "holds no certificate"} {
		s.CABundle = file
		if err := w.SaveServer(t.Context(), "acme", s); remote.KindOf(err) != remote.Invalid || !strings.Contains(remote.HintOf(err), says) {
			t.Errorf("%s: %v: %s", file, err, remote.HintOf(err))
		}
	}
	if w.read(t) != before {
		t.Error("the store has changed")
	}
}
