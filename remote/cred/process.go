package cred

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"gantry/remote"
)

var errProcess = errors.New("credential_process failed")

// fromProcess runs a credential_process and reads what it prints. Like the
// command of a store it gets no shell, a clean environment and 30 seconds, and
// no error repeats any of its output.
func (m *maker) fromProcess(ctx context.Context, line string) (aws.Credentials, error) {
	argv, err := words(line)
	if err == nil && len(argv) == 0 {
		err = errProcess
	}
	var out []byte
	if err == nil {
		out, err = output(ctx, argv)
	}
	var answer struct {
		Version                       int
		AccessKeyID                   string `json:"AccessKeyId"`
		SecretAccessKey, SessionToken string
		Expiration                    *time.Time
	}
	if err == nil && (json.Unmarshal(out, &answer) != nil || answer.Version != 1 || answer.AccessKeyID == "" || answer.SecretAccessKey == "") {
		err = errProcess // the text of the decoder may hold what was printed
	}
	if err != nil {
		return aws.Credentials{}, m.failed(remote.Auth, errProcess,
			"The credential_process of the AWS profile "+quote(m.c.Profile)+" gave no keys. Run it by hand: it must print them as JSON within 30 seconds.")
	}
	keys := aws.Credentials{
		AccessKeyID: answer.AccessKeyID, SecretAccessKey: answer.SecretAccessKey, SessionToken: answer.SessionToken, Source: "gantry process",
	}
	if answer.Expiration != nil {
		keys.CanExpire, keys.Expires = true, *answer.Expiration
	}
	return keys, nil
}

// output runs argv and gives what it prints.
func output(ctx context.Context, argv []string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = cleanEnv(os.Environ())
	cmd.WaitDelay = time.Second
	out := &head{left: commandOutput}
	cmd.Stdout = out
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return bytes.Clone(out.buf.Bytes()), err
}

// words splits a line as the AWS tools do: by spaces, with quotes around words
// that hold some. Nothing else has a meaning.
func words(line string) ([]string, error) {
	var out []string
	var word strings.Builder
	var quoted rune
	in := false
	for _, r := range line {
		switch {
		case quoted != 0 && r == quoted:
			quoted = 0
		case quoted != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quoted, in = r, true
		case r == ' ' || r == '\t':
			if in {
				out = append(out, word.String())
			}
			word.Reset()
			in = false
		default:
			word.WriteRune(r)
			in = true
		}
	}
	if quoted != 0 {
		return nil, errProcess
	}
	if in {
		out = append(out, word.String())
	}
	return out, nil
}
