package cred

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"gantry/remote"
)

// Identity is who signs with a credential, as STS says.
type Identity struct {
	ARN     string
	Account string
}

var errNoIdentity = errors.New("nobody to ask")

// Identity asks STS who signs with the current keys; no permission is needed
// for that. amazon tells that the keys are Amazon's; otherwise only a role with
// an sts_endpoint has somebody to ask, and the error is of kind Unsupported, as
// it is where the service's own STS does not know the question.
func (p *Provider) Identity(ctx context.Context, amazon bool) (Identity, error) {
	m := p.made()
	if p.Anonymous() || !amazon && m.c.STSEndpoint == "" {
		return Identity{}, m.failed(remote.Unsupported, errNoIdentity, "This service has nobody to ask who a key belongs to.")
	}
	return m.identity(ctx, m.stsClient(p))
}

// IdentityAt asks the STS of a role who the source of it is that signs with p.
func (p *Provider) IdentityAt(ctx context.Context, role remote.Credential) (Identity, error) {
	m := &maker{c: role, o: p.o, life: p.life}
	return m.identity(ctx, m.stsClient(p))
}

func (m *maker) identity(ctx context.Context, client *sts.Client) (Identity, error) {
	out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		var api smithy.APIError
		if errors.As(err, &api) && unknownAction(api.ErrorCode()) {
			return Identity{}, m.failed(remote.Unsupported, errNoIdentity, "The STS of this service does not tell who a key belongs to.")
		}
		return Identity{}, m.fault(err, false)
	}
	return Identity{ARN: aws.ToString(out.Arn), Account: aws.ToString(out.Account)}, nil
}

func unknownAction(code string) bool {
	switch code {
	case "InvalidAction", "InvalidParameterValue", "NotImplemented", "MethodNotAllowed", "InvalidRequest", "UnknownError":
		return true
	}
	return false
}

// Source is the provider of the keys with which a role is assumed; false for
// every other credential.
func (p *Provider) Source() (*Provider, bool) {
	if m := p.made(); len(m.under) > 0 {
		return m.under[0], true
	}
	return nil, false
}

// Note is what was learnt when keys were last asked for: that sessions are
// shorter than wanted, and why. It is a sentence, "" when there is nothing to say.
func (p *Provider) Note() string {
	if note := p.made().note.Load(); note != nil {
		return *note
	}
	return ""
}

// Partition is the part of AWS that the credential belongs to, "aws" when
// nothing says otherwise.
func (p *Provider) Partition() string { return p.made().partition() }

// Probe asks for keys, and who they belong to. It changes nothing.
func (p *Provider) Probe(ctx context.Context, amazon bool) remote.Report {
	start := time.Now()
	r := remote.Report{Credential: p.Name(), Started: start}
	s := remote.Step{ID: "identity", Title: "Credential"}
	s.State, s.Detail, s.Hint = remote.StepOK, "", ""
	keys, err := p.Retrieve(ctx)
	switch {
	case err != nil:
		s.State, s.Hint, s.Kind = remote.StepFailed, remote.HintOf(err), remote.KindOf(err)
	case p.Anonymous():
		s.Detail = "anonymous: requests are not signed"
	default:
		p.whose(ctx, amazon, keys, &r, &s)
	}
	if note := p.Note(); note != "" && s.Hint == "" {
		s.Hint = note
	}
	s.Took = time.Since(start)
	r.Steps = append(r.Steps, s)
	return r
}

// whose fills in who the keys belong to and until when they are good.
func (p *Provider) whose(ctx context.Context, amazon bool, keys aws.Credentials, r *remote.Report, s *remote.Step) {
	s.Detail = "access key " + lastFour(keys.AccessKeyID)
	id, err := p.Identity(ctx, amazon)
	switch {
	case err == nil:
		r.Identity, s.Detail = id.ARN, id.ARN
	case remote.KindOf(err) == remote.Unsupported:
	case remote.KindOf(err) == remote.Auth:
		s.State, s.Hint, s.Kind = remote.StepFailed, remote.HintOf(err), remote.Auth
	default: // the keys may be good all the same: STS is another server
		s.Hint = "STS could not be asked whose keys these are. " + remote.HintOf(err)
	}
	if keys.CanExpire {
		s.Detail += ", until " + keys.Expires.Local().Format("15:04:05")
	}
}

func lastFour(id string) string {
	if len(id) < 8 {
		return "…"
	}
	return "…" + id[len(id)-4:]
}
