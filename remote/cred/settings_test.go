package cred_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/cred"
)

// What keeps the AWS settings of this machine from being read is named, and not
// taken for missing keys.
func TestAWSSettingsThatCannotBeReadAreNamed(t *testing.T) {
	for name, c := range map[string]struct {
		variable, names string
		empty           bool // the file is there and has nothing in it
	}{
		"no CA bundle":         {"AWS_CA_BUNDLE", "AWS_CA_BUNDLE", false},
		"no certificate in it": {"AWS_CA_BUNDLE", "AWS_CA_BUNDLE", true},
		"a folder for a file":  {"AWS_CONFIG_FILE", "file", false},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			awsFiles(t, dir, "[default]\nregion = eu-west-1\n")
			t.Setenv("AWS_ACCESS_KEY_ID", "AKIDAMBIENT")
			t.Setenv("AWS_SECRET_ACCESS_KEY", canary)
			file := filepath.Join(dir, "file")
			t.Setenv(c.variable, file)
			err := os.Mkdir(file, 0o700)
			if c.empty {
				file += "-empty"
				t.Setenv(c.variable, file)
				err = os.WriteFile(file, nil, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			p, _, err := cred.Ambient(t.Context(), cred.Options{})
			if err == nil {
				p.Close()
				t.Fatal("nothing was wrong")
			}
			wantKind(t, err, remote.Auth)
			if hint := remote.HintOf(err); !strings.Contains(hint, c.names) || strings.Contains(hint+err.Error(), canary) {
				t.Errorf("%q", hint)
			}
		})
	}
}
