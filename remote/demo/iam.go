package demo

import (
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/versity/versitygw/auth"
	"github.com/versity/versitygw/s3err"

	"gantry/remote/demo/sigv4"
	"gantry/remote/demo/sts"
)

// grant says what a user, or the sessions of a role, may do.
type grant struct {
	readOnly bool
	buckets  []string // empty means all
}

// directory answers the gateway's questions: who is behind an access key, and
// may they do this. It stands on the sts.Service, so that sessions expire.
type directory struct {
	sts          *sts.Service
	access, root string // root's key

	mu     sync.Mutex
	grants map[string]grant // by access key of a user, or by ARN of a role
}

var (
	_ auth.IAMService         = (*directory)(nil)
	_ auth.SigningKeyProvider = (*directory)(nil)
	_ auth.PolicyEvaluator    = (*directory)(nil)
	_ auth.FixedBucketOwner   = (*directory)(nil)
)

func newDirectory(s *sts.Service, access, secret string) *directory {
	s.AddUser(access, secret)
	return &directory{sts: s, access: access, root: secret, grants: make(map[string]grant)}
}

func (d *directory) addUser(access, secret string, g grant) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.grants[access] = g
	d.sts.AddUser(access, secret)
}

func (d *directory) addRole(r sts.Role, g grant) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.grants[r.ARN] = g
	d.sts.AddRole(r)
}

// DeriveSigningKey is asked for every request that root did not sign.
func (d *directory) DeriveSigningKey(access, token, date, region, service string) ([]byte, auth.Account, error) {
	id, err := d.sts.Lookup(access, token)
	if err != nil {
		return nil, auth.Account{}, asGateway(err)
	}
	return sigv4.Key(id.Secret, date, region, service), account(id), nil
}

// asGateway gives an error the type that the gateway knows how to answer.
func asGateway(err error) error {
	var e *sigv4.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code == "InvalidAccessKeyId":
		return auth.ErrNoSuchUser
	case e.Code == "InvalidToken":
		return auth.ErrInvalidSessionToken
	}
	return s3err.APIError{Code: e.Code, Description: e.Message, HTTPStatusCode: e.Status}
}

func account(id sts.Identity) auth.Account {
	return auth.Account{
		Access: id.Access, Role: auth.RoleUser, Arn: id.ARN, RoleArn: id.Role,
		SessionToken: id.Token, IsSession: id.Token != "",
	}
}

// EvaluatePolicy decides every action on every resource.
func (d *directory) EvaluatePolicy(
	access, token string, actions []auth.Action, resources []string, _ map[string][]string,
) (auth.PolicyEvaluation, error) {
	id, err := d.sts.Lookup(access, token)
	if err != nil {
		return auth.PolicyEvaluation{}, asGateway(err)
	}
	d.mu.Lock()
	g, known := d.grants[access]
	if id.Role != "" {
		g, known = d.grants[id.Role]
	}
	d.mu.Unlock()
	e := auth.PolicyEvaluation{PrincipalArn: id.ARN}
	e.Decisions = matrix(e.Decisions, len(resources), len(actions), func(i, j int) sts.Decision {
		if known && g.allows(string(actions[j]), resources[i]) {
			return sts.Allow
		}
		return sts.Silent
	})
	if id.Policy == "" {
		return e, nil
	}
	p, err := sts.ParsePolicy(id.Policy)
	if err != nil {
		return auth.PolicyEvaluation{}, err
	}
	e.HasSessionPolicy = true
	e.SessionDecisions = matrix(e.SessionDecisions, len(resources), len(actions), func(i, j int) sts.Decision {
		return p.Decide(string(actions[j]), resources[i])
	})
	return e, nil
}

// matrix fills a table whose element type the gateway does not export: 0
// stands for no opinion, 1 for allow, 2 for deny, as in sts.Decision.
func matrix[T ~int](_ [][]T, rows, columns int, f func(i, j int) sts.Decision) [][]T {
	m := make([][]T, rows)
	for i := range m {
		m[i] = make([]T, columns)
		for j := range m[i] {
			m[i][j] = T(f(i, j))
		}
	}
	return m
}

// allows tells whether the grant covers an action on a resource.
func (g grant) allows(action, resource string) bool {
	verb := strings.TrimPrefix(action, "s3:")
	if verb == "ListAllMyBuckets" {
		return true
	}
	if g.readOnly && !strings.HasPrefix(verb, "Get") && !strings.HasPrefix(verb, "List") && !strings.HasPrefix(verb, "Head") {
		return false
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(resource, "arn:aws:s3:::"), "/")
	return len(g.buckets) == 0 || slices.Contains(g.buckets, bucket)
}

// BucketOwner makes root the owner of every bucket, so that whoever may list
// buckets sees them all.
func (d *directory) BucketOwner() auth.Account {
	return auth.Account{Access: d.access, Secret: d.root, Role: auth.RoleAdmin}
}

// GetUserAccount is for checks of grantees; it gives no secret.
func (d *directory) GetUserAccount(access string) (auth.Account, error) {
	id, err := d.sts.Lookup(access, "")
	if err != nil {
		return auth.Account{}, auth.ErrNoSuchUser
	}
	return account(id), nil
}

// ResolveAccounts returns the access keys that do not exist.
func (d *directory) ResolveAccounts(keys []string) ([]string, error) {
	missing := []string{}
	for _, k := range keys {
		if _, err := d.GetUserAccount(k); err != nil {
			missing = append(missing, k)
		}
	}
	return missing, nil
}

// CreateAccount and the methods below would serve an administration port,
// which is not open.
func (d *directory) CreateAccount(auth.Account) error { return unsupported() }

// UpdateUserAccount is refused.
func (d *directory) UpdateUserAccount(string, auth.MutableProps) error { return unsupported() }

// DeleteUserAccount is refused.
func (d *directory) DeleteUserAccount(string) error { return unsupported() }

// ListUserAccounts is refused.
func (d *directory) ListUserAccounts() ([]auth.Account, error) { return nil, unsupported() }

// Shutdown has nothing to do.
func (d *directory) Shutdown() error { return nil }

func unsupported() error { return s3err.GetAPIError(s3err.ErrAdminMethodNotSupported) }
