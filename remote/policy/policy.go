// Package policy writes the IAM policies that a server needs, and the least
// that will do: exact actions on exact resources, in the right partition, one
// statement for each feature so that a feature that is not wanted can be left
// out.
//
// It is pure: what goes in are settings, what comes out is JSON to paste.
package policy

import (
	"encoding/json"
	"strings"

	"gantry/remote"
	"gantry/remote/preset"
)

// Subject is what a policy is for.
type Subject struct {
	Server    remote.Server
	Region    string // of the bucket, as far as it is known
	Principal string // ARN of whoever signs, for the policy of the bucket; "" when it is not known
	Options   remote.PolicyOptions
}

// statement is one feature: what it needs of the bucket or of its objects.
type statement struct {
	Sid       string `json:"Sid"`
	Effect    string `json:"Effect"`
	Principal any    `json:"Principal,omitempty"`
	Action    any    `json:"Action"`
	Resource  any    `json:"Resource"`
	Condition any    `json:"Condition,omitempty"`
}

type document struct {
	Version   string      `json:"Version"`
	Statement []statement `json:"Statement"`
}

// need is a feature and the actions that it takes.
type need struct {
	sid, feature string
	actions      []string
	on           target
	writes       bool
	when         func(remote.Server) bool // nil: always
}

type target uint8

const (
	onBucket  target = iota // the bucket as such
	onListing               // the bucket, as far as the prefix goes
	onObjects               // the objects below the prefix
	onKey                   // the encryption key
)

// needs is the table of features. What is not in it is never asked for.
var needs = [...]need{
	{sid: "Browse", feature: "listing folders, finding, comparing", actions: []string{"s3:ListBucket"}, on: onListing},
	{sid: "Download", feature: "downloading, viewing, copying from here", actions: []string{"s3:GetObject"}, on: onObjects},
	{sid: "OldVersions", feature: "listing and reading old versions", actions: []string{"s3:ListBucketVersions"}, on: onListing},
	{sid: "ReadOldVersions", feature: "listing and reading old versions", actions: []string{"s3:GetObjectVersion"}, on: onObjects},
	{sid: "Details", feature: "showing tags and checksums", actions: []string{"s3:GetObjectAttributes", "s3:GetObjectTagging"}, on: onObjects},
	{sid: "Settings", feature: "telling whether the bucket keeps versions and aborts unfinished uploads", actions: []string{"s3:GetBucketVersioning", "s3:GetLifecycleConfiguration"}, on: onBucket},
	{sid: "UnfinishedUploads", feature: "listing unfinished uploads", actions: []string{"s3:ListBucketMultipartUploads"}, on: onBucket},
	{sid: "Decrypt", feature: "reading what is encrypted with the server's key", actions: []string{"kms:Decrypt"}, on: onKey, when: encrypted},
	{sid: "Upload", feature: "uploading, making folders, copying to here", actions: []string{"s3:PutObject"}, on: onObjects, writes: true},
	{sid: "ResumeUploads", feature: "resuming and cancelling uploads", actions: []string{"s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, on: onObjects, writes: true},
	{sid: "Delete", feature: "deleting, moving, renaming", actions: []string{"s3:DeleteObject"}, on: onObjects, writes: true},
	{sid: "DeleteOldVersions", feature: "deleting old versions for good, bringing back what a move has replaced", actions: []string{"s3:DeleteObjectVersion"}, on: onObjects, writes: true},
	{sid: "Tag", feature: "changing tags, keeping them in copies", actions: []string{"s3:PutObjectTagging"}, on: onObjects, writes: true},
	{sid: "AccessControl", feature: "the acl that the server's settings put on uploads", actions: []string{"s3:PutObjectAcl"}, on: onObjects, writes: true, when: func(s remote.Server) bool { return s.ACL != "" }},
	{sid: "Lifecycle", feature: "setting when unfinished uploads are aborted", actions: []string{"s3:PutLifecycleConfiguration"}, on: onBucket, writes: true},
	{sid: "Encrypt", feature: "uploading with the server's encryption key", actions: []string{"kms:GenerateDataKey"}, on: onKey, writes: true, when: encrypted},
}

func encrypted(s remote.Server) bool { return s.Encryption == "aws:kms" && s.KMSKeyID != "" }

// For gives the policies of a subject.
func For(s Subject) remote.PolicyText {
	var t remote.PolicyText
	identity := document{Version: "2012-10-17"}
	bucket := identity
	for _, n := range needs {
		if n.writes && (s.Options.ReadOnly || s.Server.ReadOnly) || n.when != nil && !n.when(s.Server) {
			continue
		}
		st := n.statement(s)
		identity.Statement = append(identity.Statement, st)
		t.Lines = append(t.Lines, remote.PolicyLine{Sid: n.sid, Feature: n.feature, Actions: n.actions})
		if n.on == onKey {
			continue // a bucket says nothing about keys; the key's own policy does
		}
		st.Principal = map[string]string{"AWS": principal(s)}
		bucket.Statement = append(bucket.Statement, st)
	}
	t.Identity, t.Bucket = text(identity), text(bucket)
	return t
}

func (n need) statement(s Subject) statement {
	st := statement{Sid: n.sid, Effect: "Allow", Action: one(n.actions)}
	bucket, within := bucketARN(s), prefix(s)
	switch n.on {
	case onBucket:
		st.Resource = bucket
	case onListing:
		st.Resource = bucket
		if within != "" {
			st.Condition = map[string]any{"StringLike": map[string]any{"s3:prefix": []string{escape(within), escape(within) + "*"}}}
		}
	case onObjects:
		st.Resource = objects(bucket) + escape(within) + "*"
	case onKey:
		st.Resource = keyARN(s)
	}
	return st
}

// one writes a list of one as its element, as people do.
func one(list []string) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

// escape keeps the signs of a key from being taken for wildcards or variables.
func escape(key string) string {
	return strings.NewReplacer("$", "${$}", "*", "${*}", "?", "${?}").Replace(key)
}

func prefix(s Subject) string { return s.Server.Prefix + s.Options.Prefix }

// bucketARN is the bucket; the ARN of an access point stands for itself.
func bucketARN(s Subject) string {
	if strings.HasPrefix(s.Server.Bucket, "arn:") {
		return s.Server.Bucket
	}
	return "arn:" + Partition(s.Server, s.Region) + ":s3:::" + s.Server.Bucket
}

func objects(bucket string) string {
	if strings.Contains(bucket, ":accesspoint/") {
		return bucket + "/object/"
	}
	return bucket + "/"
}

func keyARN(s Subject) string {
	key := s.Server.KMSKeyID
	if strings.HasPrefix(key, "arn:") {
		return key
	}
	kind := "key/"
	if strings.HasPrefix(key, "alias/") {
		kind = ""
	}
	return "arn:" + Partition(s.Server, s.Region) + ":kms:" + orStar(s.Region) + ":*:" + kind + key
}

func orStar(region string) string {
	if region == "" || region == "auto" {
		return "*"
	}
	return region
}

// Partition is the part of AWS that a server is in: by its region, else by its
// endpoint. Other services call theirs "aws" too.
func Partition(s remote.Server, region string) string {
	for _, r := range []string{region, s.Region} {
		if r != "" && r != "auto" {
			return preset.Partition(r)
		}
	}
	switch {
	case strings.Contains(s.Endpoint, ".amazonaws.com.cn"):
		return "aws-cn"
	case strings.Contains(s.Endpoint, ".amazonaws.eu"):
		return "aws-eusc"
	case strings.Contains(s.Endpoint, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// principal is who signs: of a session the role itself, since sessions come and
// go.
func principal(s Subject) string {
	if s.Principal == "" {
		return "arn:" + Partition(s.Server, s.Region) + ":iam::ACCOUNT:user/NAME"
	}
	return RoleOf(s.Principal)
}

// RoleOf gives the role of an assumed role's ARN; every other ARN stays. The
// path of a role is not in the ARN of its sessions, so a role in a path has to be
// corrected by hand.
func RoleOf(arn string) string {
	before, session, found := strings.Cut(arn, ":assumed-role/")
	if !found {
		return arn
	}
	name, _, _ := strings.Cut(session, "/")
	return strings.Replace(before, ":sts:", ":iam:", 1) + ":role/" + name
}

func text(d any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(d) // plain data into memory cannot fail
	return b.String()
}
