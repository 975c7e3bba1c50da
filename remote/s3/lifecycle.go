package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"gantry/remote"
	"gantry/remote/s3/wire"
)

// minimumSize is the header beside the rules that a bucket keeps with them;
// leaving it out of an answer to them would reset it.
const minimumSize = "X-Amz-Transition-Default-Minimum-Object-Size"

var errRules = errors.New("lifecycle rules that do not stay")

// rules asks for the lifecycle rules of the bucket. None is no error.
func (t *Tree) rules(ctx context.Context) (ruleSet, error) {
	var body []byte
	w := act{op: "read the lifecycle rules", api: "s3:GetLifecycleConfiguration", tries: 2}
	h, err := t.ask(ctx, w, http.MethodGet, "", "lifecycle=", nil, nil, func(res *http.Response) (err error) {
		body, err = io.ReadAll(io.LimitReader(res.Body, 4<<20))
		return err
	})
	if codeOf(err) == "NoSuchLifecycleConfiguration" {
		return ruleSet{}, nil
	}
	if err != nil {
		return ruleSet{}, err
	}
	rs, err := parseRules(body)
	if err != nil {
		return ruleSet{}, &remote.Error{
			Op: w.op, Kind: remote.Unsupported, Err: err,
			Hint: "The lifecycle rules of the bucket are in a form that gantry does not understand. Change them with the tool that made them.",
		}
	}
	rs.minimum = h.Get(minimumSize)
	return rs, nil
}

// Uncompleted tells what becomes of uploads that nobody finished: the rule that
// aborts them, and what there is. What may not be asked is in Unknown; the error
// is for servers that do not answer.
func (t *Tree) Uncompleted(ctx context.Context) (remote.Uncompleted, error) {
	var u remote.Uncompleted
	rs, err := t.rules(ctx)
	switch remote.KindOf(err) {
	case remote.Denied, remote.Unsupported:
		u.Unknown = remote.HintOf(err)
	default:
		if err != nil {
			return u, err
		}
	}
	name, days := rs.covering(t.prefix)
	u.Rule, u.Days, u.Others = name, days, len(rs.rules)
	if days > 0 {
		u.Others--
	}
	for up, err := range t.ListUploads(ctx, "") {
		if err != nil {
			if k := remote.KindOf(err); k != remote.Denied && k != remote.Unsupported {
				return u, err
			}
			u.Unknown = joinSentences(u.Unknown, remote.HintOf(err))
			break
		}
		u.Leftovers++
		u.Bytes += max(up.Size, 0)
	}
	return u, nil
}

func joinSentences(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// SetUncompleted makes the bucket abort uploads below the server's prefix that
// nobody finished within so many days; 0 takes the rule away. The other rules
// stay as they are. S3 knows only all rules at once, so the order guards them:
// read, change ours, write, read again and compare; what somebody else changed
// in between is told.
func (t *Tree) SetUncompleted(ctx context.Context, days int) error {
	const op = "set the lifecycle rule"
	if err := t.writable(op, ""); err != nil {
		return err
	}
	if days < 0 || days > 365*10 {
		return &remote.Error{Op: op, Kind: remote.Invalid, Err: errRules, Hint: "The rule takes 1 to 3650 days, or 0 for no rule."}
	}
	before, err := t.rules(ctx)
	if err != nil {
		return err
	}
	want, err := before.with(t.prefix, days)
	if err != nil {
		return &remote.Error{Op: op, Kind: remote.Unsupported, Err: err, Hint: "The rule of the bucket is in a form that gantry does not change. Change it with the tool that made it."}
	}
	if want.same(before) {
		return nil
	}
	if err := t.putRules(ctx, op, want); err != nil {
		return t.noSuchRules(op, err)
	}
	after, err := t.rules(ctx)
	if err != nil {
		return err
	}
	if !after.same(want) {
		return &remote.Error{
			Op: op, Kind: remote.Changed, Err: errRules,
			Hint: fmt.Sprintf("The bucket %s has other lifecycle rules than were written: somebody changed them at the same time, or the store keeps not all of them. Look at them with the provider's own tool.", t.b.name),
		}
	}
	return nil
}

// noSuchRules explains the refusal of a rule by a service that knows rules, but
// none of this kind, as MinIO.
func (t *Tree) noSuchRules(op string, err error) error {
	switch code := codeOf(err); {
	case t.c.amazon(), code != "InvalidArgument" && code != "MalformedXML" && code != "InvalidRequest":
		return err
	}
	return &remote.Error{
		Op: op, Kind: remote.Unsupported, Err: err,
		Hint: "The service of " + t.c.name() + " takes no rule that aborts unfinished uploads; some abort them by themselves, as MinIO does after a day. They are removed by: gantry leftovers " + t.c.srv.Name + ": --abort",
	}
}

// putRules writes all rules, or takes away the last one.
func (t *Tree) putRules(ctx context.Context, op string, rs ruleSet) error {
	w := act{op: op, api: "s3:PutLifecycleConfiguration", tries: 2}
	if len(rs.rules) == 0 {
		_, err := t.ask(ctx, w, http.MethodDelete, "", "lifecycle=", nil, nil, nil)
		return err
	}
	body := rs.document()
	header := []wire.Header{{Name: "content-md5", Value: md5Of(string(body))}, {Name: "content-type", Value: "application/xml"}}
	if rs.minimum != "" {
		header = append(header, headerOf(minimumSize, rs.minimum))
	}
	_, err := t.ask(ctx, w, http.MethodPut, "", "lifecycle=", body, header, nil)
	return err
}
