package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"gantry/remote"
	"gantry/ui/text"
)

// maxSecret is more than any secret needs, in bytes.
const maxSecret = 64 << 10

// secretFlags say where secrets come from.
type secretFlags struct {
	keyFile, keyEnv     string
	tokenFile, tokenEnv string
	command             []string
}

func (f *secretFlags) bind(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.keyFile, "secret-access-key-file", "", "read the secret key from `FILE`, from stdin if it is -")
	fs.StringVar(&f.keyEnv, "secret-access-key-env", "", "read the secret key from the environment variable `NAME`")
	fs.StringArrayVar(&f.command, "secret-access-key-command", nil, "a `WORD` of the command that prints the secret key; give it once for each word")
	fs.StringVar(&f.tokenFile, "session-token-file", "", "read the session token of a temporary key from `FILE`, from stdin if it is -")
	fs.StringVar(&f.tokenEnv, "session-token-env", "", "read the session token from the environment variable `NAME`")
}

func (f *secretFlags) given() bool {
	return f.keyFile != "" || f.keyEnv != "" || len(f.command) > 0 || f.tokenFile != "" || f.tokenEnv != ""
}

// into takes over what is no secret: the name of a variable, a command.
func (f *secretFlags) into(c *remote.Credential, place remote.SecretPlace, cmd *cobra.Command) error {
	if f.keyFile != "" && f.keyEnv != "" {
		return usagef("the secret key comes from --secret-access-key-file or --secret-access-key-env, not from both")
	}
	if f.keyFile == "-" && f.tokenFile == "-" {
		return usagef("only one of the key and the token can come from stdin")
	}
	switch place {
	case remote.InEnv:
		if f.keyEnv != "" {
			c.SecretAccessKeyEnv = f.keyEnv
		}
		if c.SecretAccessKeyEnv == "" {
			return usagef("--secret-place environment needs --secret-access-key-env NAME")
		}
	case remote.InCommand:
		if len(f.command) > 0 {
			c.SecretAccessKeyCommand = f.command
		}
		if len(c.SecretAccessKeyCommand) == 0 {
			return usagef("--secret-place command needs --secret-access-key-command WORD for each of its words")
		}
	}
	if place != remote.InCommand && cmd.Flags().Changed("secret-access-key-command") {
		return usagef("--secret-access-key-command goes with --secret-place command")
	}
	return nil
}

// readSecrets reads the secrets that the flags name. ask: without a flag, the
// user of the terminal is asked for the key.
func (e *env) readSecrets(ctx context.Context, c *remote.Credential, f *secretFlags, ask bool) error {
	key, err := e.secretFrom(f.keyFile, f.keyEnv)
	if err == nil && key.Empty() && ask {
		key, err = e.askSecret(ctx, "Secret access key of "+c.Name+": ", "Say where the secret key comes from: --secret-access-key-file FILE (- is stdin) or --secret-access-key-env NAME.")
	}
	if err != nil {
		return err
	}
	token, err := e.secretFrom(f.tokenFile, f.tokenEnv)
	if err != nil {
		return err
	}
	if !key.Empty() {
		c.SecretAccessKey = key
	}
	if !token.Empty() {
		c.SessionToken = token
	}
	return nil
}

// secretFrom reads a secret from a file or a variable: its first line.
func (e *env) secretFrom(file, variable string) (remote.Secret, error) {
	switch {
	case variable != "":
		s := os.Getenv(variable)
		if s == "" {
			return remote.Secret{}, usagef("the environment variable %s is not set", variable)
		}
		return remote.NewSecret(s), nil
	case file == "-":
		return firstLine(e.In, "stdin")
	case file != "":
		f, err := os.Open(file)
		if err != nil {
			return remote.Secret{}, &remote.Error{Op: "read the secret", Path: remote.Path(file), Kind: remote.KindOf(err), Err: err, Hint: "The file " + file + " cannot be read."}
		}
		defer func() { _ = f.Close() }()
		return firstLine(f, file)
	}
	return remote.Secret{}, nil
}

func firstLine(r io.Reader, name string) (remote.Secret, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxSecret)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return remote.Secret{}, fmt.Errorf("read %s: %w", name, err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return remote.Secret{}, usagef("there is no secret in %s", name)
	}
	return remote.NewSecret(line), nil
}

// askSecret asks on the terminal without showing what is typed. otherwise says
// what to do where there is none.
func (e *env) askSecret(ctx context.Context, question, otherwise string) (remote.Secret, error) {
	if !terminal(e.In) || e.json {
		return remote.Secret{}, usagef("%s", otherwise)
	}
	s, err := e.askTTY(ctx, question, true)
	if err == nil && s == "" {
		err = usagef("no secret was given")
	}
	return remote.NewSecret(s), err
}

// askTTY asks a question on the controlling terminal, whatever stdin is, and
// gives the line that was typed, or the error of ctx when nobody types in time.
func (e *env) askTTY(ctx context.Context, question string, hidden bool) (string, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return "", &remote.Error{Op: "ask", Kind: remote.Invalid, Err: errNoTerminal, Hint: "There is no terminal to ask on."}
	}
	defer func() { _ = tty.Close() }()
	if hidden { // before the question shows: who is quick must not be seen either
		state, err := term.MakeRaw(tty.Fd())
		if err != nil {
			return "", &remote.Error{Op: "ask", Kind: remote.Invalid, Err: err, Hint: "The terminal cannot hide what is typed."}
		}
		defer func() { _ = term.Restore(tty.Fd(), state) }()
	}
	_, _ = fmt.Fprint(tty, text.Clean(question))
	// The read cannot be called off; its goroutine ends with the terminal, which is
	// put back all the same.
	typed := make(chan answer, 1)
	go func() { typed <- read(tty, hidden) }()
	select {
	case a := <-typed:
		if hidden {
			_, _ = fmt.Fprint(tty, "\r\n")
		}
		return strings.TrimRight(a.line, "\r\n"), a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

var (
	errNoTerminal = errors.New("no terminal")
	errNotTyped   = errors.New("nothing was typed")
)

type answer struct {
	line string
	err  error
}

func read(tty *os.File, hidden bool) answer {
	in := bufio.NewReader(tty)
	if !hidden {
		line, err := in.ReadString('\n')
		return answer{line, err}
	}
	var line []byte
	for {
		b, err := in.ReadByte()
		switch {
		case err != nil:
			return answer{"", err}
		case b == '\r' || b == '\n':
			return answer{string(line), nil}
		case b == 3 || b == 4: // Ctrl-C, Ctrl-D: the terminal does not act on them now
			return answer{"", errNotTyped}
		case b == 8 || b == 127:
			_, n := utf8.DecodeLastRune(line)
			line = line[:len(line)-n]
		case b == 21: // Ctrl-U
			line = nil
		default:
			line = append(line, b)
		}
	}
}

// tokenCode asks for the code of an MFA device.
func (e *env) tokenCode(ctx context.Context, credential, serial string) (string, error) {
	return e.askTTY(ctx, fmt.Sprintf("MFA code of %s for %s: ", serial, credential), false)
}

// passphrase gets the passphrase of an encrypted secret.
func (e *env) passphrase(ctx context.Context, credential string) (remote.Secret, error) {
	if s := os.Getenv(passphraseVariable); s != "" {
		return remote.NewSecret(s), nil
	}
	s, err := e.askTTY(ctx, "Passphrase of "+credential+": ", true)
	return remote.NewSecret(s), err
}

// passphraseVariable is where scripts put the passphrase.
const passphraseVariable = "GANTRY_PASSPHRASE"
