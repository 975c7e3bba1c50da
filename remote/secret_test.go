package remote_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"gantry/remote"
)

// TestSEC10SecretsPrintAsDots under every verb, in JSON and in logs, alone and
// inside of what holds them.
func TestSEC10SecretsPrintAsDots(t *testing.T) {
	const canary = "SECRETCANARY"
	c := remote.Credential{Name: "ops", SecretAccessKey: remote.NewSecret(canary), SessionToken: remote.NewSecret(canary)}
	found := remote.Found{Credential: &c}
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, nil))
	text := slog.New(slog.NewTextHandler(&log, nil))
	for _, v := range []any{c.SecretAccessKey, &c.SecretAccessKey, c, &c, []remote.Credential{c}, map[string]remote.Secret{"k": c.SecretAccessKey}, found, remote.CredentialInfo{Credential: c}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T %v"} {
			if got := fmt.Sprintf(verb, v); strings.Contains(strings.ToUpper(got), canary) || strings.Contains(got, "5345435245") {
				t.Errorf("%s of %T: %s", verb, v, got)
			}
		}
		if got, err := json.Marshal(v); err != nil || bytes.Contains(got, []byte(canary)) {
			t.Errorf("%T in JSON: %s %v", v, got, err)
		}
		logger.Info("x", "v", v)
		text.Info("x", "v", v)
	}
	if strings.Contains(log.String(), canary) {
		t.Error("in the log: " + log.String())
	}
	if blank := c.Blank(); !blank.SecretAccessKey.Empty() || !blank.SessionToken.Empty() {
		t.Error("a blanked credential has secrets")
	}
}
