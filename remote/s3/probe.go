package s3

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

const stepTimeout = 30 * time.Second

// probe is one test of a server on its way.
type probe struct {
	ctx  context.Context
	t    *Tree
	o    remote.TestOptions
	r    remote.Report
	stop string // why nothing more can be asked; "" while it can

	key     string // of the object that the test writes
	version string // that it got; "" when the bucket keeps none
	written bool
	sample  string // key of an object that is there
}

// probeStep is a question of the test. writes tells that it changes something.
type probeStep struct {
	id, title string
	writes    bool
	ask       func(*probe, context.Context) remote.Step
}

// probeSteps is the test, in the order in which it is asked.
var probeSteps = [...]probeStep{
	{"name", "Name resolves", false, (*probe).name},
	{"tls", "Encrypted", false, (*probe).tls},
	{"clock", "Clock", false, (*probe).clock},
	{"identity", "Credential", false, (*probe).identity},
	{"region", "Region", false, (*probe).region},
	{"list", "List", false, (*probe).list},
	{"read", "Read", false, (*probe).read},
	{"write", "Write", true, (*probe).write},
	{"multipart", "Large uploads", true, (*probe).multipart},
	{"abort", "Abort uploads", true, (*probe).abortUpload},
	{"tagging", "Tags", true, (*probe).tagging},
	{"delete", "Delete", true, (*probe).remove},
	{"versions", "Versions", false, (*probe).versions},
	{"lifecycle", "Lifecycle rules", false, (*probe).lifecycle},
}

// Probe asks the server step by step what works, and tells each step as it
// ends. Without o.Write it only reads. With it, it writes under a name of its
// own, ".gantry-probe-…" in the server's prefix, and removes what it wrote even
// when ctx ends; a step that could not says so.
func (t *Tree) Probe(ctx context.Context, o remote.TestOptions, tell func(remote.Step)) remote.Report {
	p := &probe{
		ctx: ctx, t: t, o: o, key: t.prefix + ".gantry-probe-" + strings.ToLower(rand.Text()[:12]),
		r: remote.Report{Server: t.c.srv.Name, Credential: t.c.srv.Credential, Started: time.Now()},
	}
	if t.c.keys != nil {
		p.r.Credential = t.c.keys.Name()
	}
	for _, q := range &probeSteps {
		s := p.take(q)
		p.r.Steps = append(p.r.Steps, s)
		if tell != nil {
			tell(s)
		}
	}
	p.clean()
	p.r.Region = t.b.known()
	return p.r
}

// take asks one question, if it can be asked.
func (p *probe) take(q probeStep) (s remote.Step) {
	start := time.Now()
	switch {
	case p.ctx.Err() != nil:
		s = skipped("the test was called off")
	case p.stop != "":
		s = skipped(p.stop)
	case q.writes && p.t.c.readOnly.Load():
		s = skipped("the server is set to read-only")
	case q.writes && !p.o.Write:
		s = skipped("not asked to write")
	default:
		ctx, cancel := context.WithTimeout(p.ctx, stepTimeout)
		s = q.ask(p, ctx)
		cancel()
	}
	s.ID, s.Title, s.Took = q.id, q.title, time.Since(start)
	return s
}

func skipped(why string) remote.Step {
	return remote.Step{State: remote.StepSkipped, Detail: why}
}

func fine(detail string) remote.Step {
	return remote.Step{State: remote.StepOK, Detail: detail}
}

// outcome is the step that ended with err. without says what works all the
// same when it is refused or not supported.
func outcome(err error, detail, without string) remote.Step {
	if err == nil {
		return fine(detail)
	}
	s := remote.Step{State: remote.StepFailed, Hint: remote.HintOf(err), Kind: remote.KindOf(err)}
	switch remote.KindOf(err) {
	case remote.Denied:
		s.State, s.Missing, s.Without = remote.StepDenied, remote.ActionOf(err), without
	case remote.Unsupported:
		s.State, s.Without = remote.StepUnsupported, without
	}
	return s
}

// fatal ends the test when the failure of this step makes all others fail.
func (p *probe) fatal(s remote.Step, why string) remote.Step {
	if s.State == remote.StepFailed {
		p.stop = why
	}
	return s
}

// ask sends one small request under the rules of run, and gives the answer's
// header. The body of the answer goes to take, which may be nil.
func (t *Tree) ask(ctx context.Context, w act, method, key, query string, body []byte, header []wire.Header, take func(*http.Response) error) (h http.Header, err error) {
	err = t.b.run(ctx, w, func(a attempt) error {
		r := a.site.newRequest(method, key, query)
		for _, x := range header {
			r.Set(x.Name, x.Value)
		}
		r.Small = body
		res, err := a.do(r)
		if err != nil {
			return err
		}
		h = res.Header
		if take != nil {
			err = take(res)
		}
		wire.Drain(res)
		return err
	})
	return h, err
}

func (p *probe) identity(ctx context.Context) remote.Step {
	c := p.t.c
	if c.keys == nil {
		return fine("anonymous: requests are not signed")
	}
	r := c.keys.Probe(ctx, c.amazon())
	p.r.Identity = r.Identity
	s := r.Steps[0]
	return p.fatal(s, "the credential does not work")
}

func (c *conn) amazon() bool { return Amazon(c.srv) }

// Amazon tells whether a server is Amazon's own.
func Amazon(s remote.Server) bool {
	return s.Endpoint == "" || remote.OfAmazon(s.Endpoint)
}

func (p *probe) region(ctx context.Context) remote.Step {
	set := p.t.c.srv.Region
	found := p.t.b.ask(ctx)
	switch {
	case found == "" && (set == "" || set == "auto"):
		return remote.Step{
			State: remote.StepUnsupported, Detail: "the server does not tell",
			Without: "gantry signs for " + p.t.c.firstRegion() + ", which most services take; else set region",
		}
	case found == "":
		return fine(set + " (as set; the server does not tell)")
	case set != "" && set != "auto" && set != found:
		return remote.Step{
			State: remote.StepFailed, Detail: found,
			Hint: "The bucket is in the region " + found + ", not in " + set + ". Put that into region, or \"auto\". gantry finds it all the same, but later.",
		}
	}
	return fine(found)
}

// FindRegion asks the bucket where it is.
func (t *Tree) FindRegion(ctx context.Context) (string, error) {
	if found := t.b.ask(ctx); found != "" {
		return found, nil
	}
	// Only now is the reason worth a request that can fail.
	_, err := t.ask(ctx, act{op: "find the region", api: "s3:ListBucket", tries: 1}, http.MethodGet, "", "list-type=2&max-keys=1", nil, nil, nil)
	if err == nil {
		err = &remote.Error{
			Op: "find the region", Kind: remote.Unsupported, Err: errors.New("no region in the answer"),
			Hint: "The server does not tell the region of " + t.b.name + ". Set it by hand; services outside of Amazon mostly take us-east-1.",
		}
	}
	return "", err
}
