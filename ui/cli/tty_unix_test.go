//go:build unix

package cli_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"gantry/remote/demo"
	"gantry/remote/demo/sts"
	"gantry/ui/uitest"
)

// TestA06TheCodeIsAskedOnTheTerminalAndNeverOnStdin: stdin is a pipe with
// something in it, the terminal is another one; and a passphrase shows no sign.
func TestA06TheCodeIsAskedOnTheTerminalAndNeverOnStdin(t *testing.T) {
	gateway, err := demo.NewGateway(demo.GatewayOptions{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gateway.Close() })
	const arn, device = "arn:aws:iam::123456789012:role/guarded", "arn:aws:iam::123456789012:mfa/me"
	if err := gateway.AddUser("AKIDGUARD", canarySecret, false); err != nil {
		t.Fatal(err)
	}
	if err := gateway.AddRoleWith(sts.Role{ARN: arn, MFASerial: device, MFACode: "123456"}, false); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	mustRun(t, program(t.Context(), dir, "credential", "add", "ops", "--access-key-id", "AKIDGUARD", "--secret-access-key-env", "GANTRY_TEST_SECRET"))
	mustRun(t, program(t.Context(), dir, "credential", "add", "guarded", "--type", "assume_role", "--role-arn", arn, "--source", "ops", "--mfa-serial", device, "--sts-endpoint", gateway.STSEndpoint()))

	out := onTerminal(t, program(t.Context(), dir, "credential", "test", "guarded"), "999999\n", "MFA code of "+device, "123456\n")
	if !strings.Contains(out, "assumed-role/guarded") {
		t.Errorf("%s", out)
	}
	out = onTerminal(t, program(t.Context(), dir, "credential", "edit", "ops", "--secret-place", "age"), "wrong\n", "Passphrase of ops", "correct horse\n")
	if strings.Contains(out, "correct horse") || strings.Contains(out, canarySecret) {
		t.Errorf("what was typed shows: %s", out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "conf", "config.toml"))
	if err != nil || strings.Contains(string(text), canarySecret) || !strings.Contains(string(text), "secret_access_key_age") {
		t.Errorf("the store still has the secret in the clear, %v", err)
	}

	// Where there is no terminal it fails at once and says so.
	lonely := program(t.Context(), dir, "credential", "test", "guarded")
	lonely.Stdin = strings.NewReader("123456\n")
	lonely.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	said, err := lonely.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "No MFA code") && !strings.Contains(string(said), "passphrase") {
		t.Errorf("%v: %s", err, said)
	}
}

// onTerminal runs cmd with a controlling terminal that is not its stdin, types
// the answer when the question shows, and gives all that came.
func onTerminal(t *testing.T, cmd *exec.Cmd, stdin, question, answer string) string {
	t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal")
	}
	defer master.Close()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), w, w
	cmd.ExtraFiles = []*os.File{slave}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = slave.Close()
	_ = w.Close()
	shown := make(chan string, 1)
	go func() { // ends with the terminal
		var got strings.Builder
		asked := false
		for in := bufio.NewReader(master); ; {
			b, err := in.ReadByte()
			if err != nil {
				shown <- got.String()
				return
			}
			got.WriteByte(b)
			if !asked && strings.Contains(got.String(), question) && strings.HasSuffix(got.String(), ": ") {
				asked = true
				_, _ = fmt.Fprint(master, answer)
			}
		}
	}()
	text, _ := io.ReadAll(r)
	err = cmd.Wait()
	all.Write(text)
	select {
	case s := <-shown:
		all.WriteString(s)
	case <-time.After(uitest.Watchdog):
		t.Error("the terminal does not end")
	}
	if err != nil {
		t.Errorf("%v: %v: %s", cmd.Args, err, all.String())
	}
	return all.String()
}
