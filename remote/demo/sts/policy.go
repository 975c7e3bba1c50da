package sts

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Decision is what a policy says about one action on one resource.
type Decision int

// The decisions; a Deny anywhere wins over every Allow.
const (
	Silent Decision = iota
	Allow
	Deny
)

// Policy is the part of an IAM policy that decides by action and resource.
// Conditions are refused by ParsePolicy, not ignored.
type Policy struct {
	statements []statement
}

type statement struct {
	Effect    string
	Action    words
	NotAction words
	Resource  words
	Condition json.RawMessage
}

// words is a JSON string or a list of them.
type words []string

func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(w))
}

// ParsePolicy reads a policy document.
func ParsePolicy(doc string) (Policy, error) {
	var list struct{ Statement json.RawMessage }
	if err := json.Unmarshal([]byte(doc), &list); err != nil {
		return Policy{}, fmt.Errorf("policy is not JSON: %w", err)
	}
	var p Policy
	if json.Unmarshal(list.Statement, &p.statements) != nil {
		var one statement
		if err := json.Unmarshal(list.Statement, &one); err != nil {
			return Policy{}, fmt.Errorf("policy statement: %w", err)
		}
		p.statements = []statement{one}
	}
	for _, s := range p.statements {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return Policy{}, errors.New("policy statement without an Effect of Allow or Deny")
		case len(s.Action)+len(s.NotAction) == 0:
			return Policy{}, errors.New("policy statement without an Action")
		case len(s.Condition) > 0:
			return Policy{}, errors.New("policy conditions are not supported here")
		}
	}
	return p, nil
}

// Decide tells what the policy says about an action such as "s3:GetObject" on a
// resource such as "arn:aws:s3:::bucket/key".
func (p Policy) Decide(action, resource string) Decision {
	result := Silent
	for _, s := range p.statements {
		if !s.covers(action, resource) {
			continue
		}
		if s.Effect == "Deny" {
			return Deny
		}
		result = Allow
	}
	return result
}

func (s statement) covers(action, resource string) bool {
	action = strings.ToLower(action)
	hit := len(s.NotAction) > 0
	for _, a := range s.NotAction {
		hit = hit && !Match(strings.ToLower(a), action)
	}
	for _, a := range s.Action {
		hit = hit || Match(strings.ToLower(a), action)
	}
	if !hit || len(s.Resource) == 0 {
		return hit
	}
	for _, r := range s.Resource {
		if Match(r, resource) {
			return true
		}
	}
	return false
}

// Match tells whether all of s fits a pattern in which * stands for any bytes,
// also none, and ? for one.
func Match(pattern, s string) bool {
	star, mark := -1, 0
	p, i := 0, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
