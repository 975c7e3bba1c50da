package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/policy"
)

type doc struct {
	Statement []struct {
		Sid       string
		Principal map[string]string
		Action    any
		Resource  string
		Condition map[string]map[string]any
	}
}

func parse(t *testing.T, text string) doc {
	t.Helper()
	var d doc
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return d
}

func TestPoliciesNameExactActionsOnExactResources(t *testing.T) {
	p := policy.For(policy.Subject{
		Server:    remote.Server{Bucket: "b", Prefix: "team a/", Encryption: "aws:kms", KMSKeyID: "alias/x"},
		Region:    "cn-north-1",
		Principal: "arn:aws-cn:sts::1:assumed-role/r/session",
		Options:   remote.PolicyOptions{Prefix: "in*/"},
	})
	d := parse(t, p.Identity)
	sids := map[string]bool{}
	for i, st := range d.Statement {
		sids[st.Sid] = true
		if st.Sid != p.Lines[i].Sid || p.Lines[i].Feature == "" || st.Principal != nil {
			t.Errorf("%+v beside %+v", st, p.Lines[i])
		}
		if strings.Contains(st.Sid, "_") || strings.Contains(st.Sid, " ") {
			t.Errorf("AWS takes no sid %q", st.Sid)
		}
		switch {
		case strings.HasPrefix(st.Resource, "arn:aws-cn:s3:::b/"):
			if st.Resource != "arn:aws-cn:s3:::b/team a/in${*}/*" {
				t.Errorf("%s: %s", st.Sid, st.Resource)
			}
		case st.Sid == "Browse" || st.Sid == "OldVersions":
			if got := st.Condition["StringLike"]["s3:prefix"]; len(got.([]any)) != 2 || st.Resource != "arn:aws-cn:s3:::b" {
				t.Errorf("%s: %s when %v", st.Sid, st.Resource, got)
			}
		case st.Sid == "Decrypt" || st.Sid == "Encrypt":
			if st.Resource != "arn:aws-cn:kms:cn-north-1:*:alias/x" {
				t.Errorf("%s: %s", st.Sid, st.Resource)
			}
		case st.Resource != "arn:aws-cn:s3:::b":
			t.Errorf("%s: %s", st.Sid, st.Resource)
		}
	}
	if len(sids) != len(d.Statement) || !sids["Upload"] || !sids["ResumeUploads"] || sids["AccessControl"] {
		t.Errorf("statements %v", sids)
	}
	for _, st := range parse(t, p.Bucket).Statement {
		if st.Principal["AWS"] != "arn:aws-cn:iam::1:role/r" || st.Sid == "Encrypt" {
			t.Errorf("of the bucket: %+v", st)
		}
	}
	for _, never := range []string{"GetBucketLocation", "CreateBucket", "s3:*", `"*"`} {
		if strings.Contains(p.Identity, never) {
			t.Errorf("asks for %s", never)
		}
	}
}

func TestReadOnlyAsksForNothingThatWrites(t *testing.T) {
	for _, s := range []policy.Subject{{Server: remote.Server{Bucket: "b", ReadOnly: true}}, {Server: remote.Server{Bucket: "b"}, Options: remote.PolicyOptions{ReadOnly: true}}} {
		for _, l := range policy.For(s).Lines {
			if slices.ContainsFunc(l.Actions, func(a string) bool {
				_, verb, _ := strings.Cut(a, ":")
				return !strings.HasPrefix(verb, "Get") && !strings.HasPrefix(verb, "List")
			}) {
				t.Errorf("%+v", l)
			}
		}
	}
}

func TestEveryPartitionHasItsOwnARNs(t *testing.T) {
	for region, want := range map[string]string{
		"eu-central-1": "arn:aws:s3:::b", "us-gov-west-1": "arn:aws-us-gov:s3:::b", "cn-northwest-1": "arn:aws-cn:s3:::b",
		"us-iso-east-1": "arn:aws-iso:s3:::b", "us-isob-east-1": "arn:aws-iso-b:s3:::b", "eusc-de-east-1": "arn:aws-eusc:s3:::b", "auto": "arn:aws:s3:::b",
	} {
		if p := policy.For(policy.Subject{Server: remote.Server{Bucket: "b", Region: region}}); !strings.Contains(p.Identity, `"`+want+`"`) {
			t.Errorf("%s: %s", region, p.Identity)
		}
	}
	point := "arn:aws:s3:eu-west-1:1:accesspoint/p"
	if p := policy.For(policy.Subject{Server: remote.Server{Bucket: point}}); !strings.Contains(p.Identity, `"`+point+`/object/*"`) {
		t.Errorf("%s", p.Identity)
	}
}

func TestTheSourceOfARoleMayAssumeThatRoleOnly(t *testing.T) {
	const role = "arn:aws-us-gov:iam::1:role/path/reader"
	d := parse(t, policy.Source(remote.Credential{RoleARN: role}))
	if st := d.Statement[0]; len(d.Statement) != 1 || st.Sid != "AssumeRole" || st.Action != "sts:AssumeRole" || st.Resource != role {
		t.Errorf("%+v", d)
	}
}

func TestTheTrustPolicyNamesTheCallerAndTheTerms(t *testing.T) {
	text := policy.Trust(remote.Credential{ExternalID: "ours", MFASerial: "arn:aws:iam::1:mfa/me"}, "arn:aws:sts::1:assumed-role/admin/me")
	d := parse(t, text)
	st := d.Statement[0]
	if st.Principal["AWS"] != "arn:aws:iam::1:role/admin" || st.Condition["StringEquals"]["sts:ExternalId"] != "ours" || st.Condition["Bool"]["aws:MultiFactorAuthPresent"] != "true" {
		t.Errorf("%s", text)
	}
	if text := policy.Trust(remote.Credential{}, ""); !strings.Contains(text, "ACCOUNT") || strings.Contains(text, "Condition") {
		t.Errorf("%s", text)
	}
}
