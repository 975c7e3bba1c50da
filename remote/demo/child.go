package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"gantry/remote/demo/sts"
)

// key is an access key on its way from the child to its parent.
type key struct{ Access, Secret string }

// hello is the line that the child writes when it serves. It goes through a
// pipe, because arguments and environments can be read by others.
type hello struct {
	Error    string `json:",omitempty"`
	Endpoint string
	STS      string
	Region   string
	Full     key // reads and writes the demo's bucket
	Partner  key // may only assume the role
	Archive  key // only reads
}

// filled is the second line: all sample data is there.
type filled struct {
	Error string `json:",omitempty"`
}

const (
	partnerRole = "arn:aws:iam::" + sts.Account + ":role/exchange"
	externalID  = "quayside-7431"
)

// Child is what the hidden sub-command runs: a gateway with sample data in the
// folder server/ of args[0]. It says hello on stdout, and serves until stdin ends (its
// parent has closed it, or has died) or ctx does; then it removes args[0].
// It prints nothing else, on no stream: the terminal is not its own.
func Child(ctx context.Context, stdin io.Reader, stdout io.Writer, args []string) error {
	if len(args) != 1 {
		return errors.New("the demo's server needs the folder to work in")
	}
	quiet()
	dir := args[0]
	defer func() { _ = removeAll(dir) }()

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()

	now := time.Now()
	g, h, err := open(ctx, dir, now)
	if err != nil {
		return errors.Join(err, say(stdout, hello{Error: err.Error()}))
	}
	if err := say(stdout, h); err != nil {
		return err
	}
	var rest filled
	if err := g.fill(ctx, now); err != nil {
		rest.Error = err.Error()
	}
	if err := say(stdout, rest); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func say(w io.Writer, v any) error {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return fmt.Errorf("tell the parent: %w", err)
	}
	return nil
}

// quiet keeps the libraries of the gateway from writing where the parent's
// screen is; the keys of that screen from ending us before our parent; and a
// parent that has died from ending us before we have cleaned up.
func quiet() {
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
	}
	signal.Ignore(os.Interrupt, syscall.SIGHUP, syscall.SIGPIPE)
}

// open serves with users and sample data until the process ends: there is
// nothing to end in good order, for the data goes as well.
func open(ctx context.Context, dir string, now time.Time) (*Gateway, hello, error) {
	g, err := NewGateway(GatewayOptions{Dir: filepath.Join(dir, "server")})
	if err != nil {
		return nil, hello{}, err
	}
	h := hello{Endpoint: g.Endpoint(), STS: g.STSEndpoint(), Region: g.Region(), Full: newKey(), Partner: newKey(), Archive: newKey()}
	err = errors.Join(
		g.AddUser(h.Full.Access, h.Full.Secret, false, demoBucket),
		g.AddUser(h.Partner.Access, h.Partner.Secret, true, "none"),
		g.AddUser(h.Archive.Access, h.Archive.Secret, true, archiveBucket),
		g.AddRoleWith(sts.Role{
			ARN: partnerRole, ExternalID: externalID, MaxSession: sts.DefaultSession, Trust: []string{h.Partner.Access},
		}, false, partnerBucket),
		g.seed(ctx, now),
	)
	if err != nil {
		return nil, hello{}, errors.Join(err, g.Close())
	}
	return g, h, nil
}

func newKey() key {
	a, s := sts.NewKey()
	return key{a, s}
}
