package s3test

import (
	"maps"
	"net/http"
	"strings"

	"gantry/remote/demo/sts"
)

// Rule says which requests meet a fault. Empty fields match everything.
type Rule struct {
	ID     string                     // of the fault catalogue, such as "N07"; Fired counts by it
	Op     string                     // "GetObject", …
	Key    string                     // pattern of the key: * stands for any bytes, ? for one
	Access string                     // the access key in the signature
	When   func(r *http.Request) bool // anything else that a request must have; nil means nothing
	Nth    int                        // the first match that is struck, counted from 1; 0 means 1
	Times  int                        // how many matches are struck from there; 0 means 1, All means every one
	Chance float64                    // if set, each of those is struck with this probability only
	Action Action
}

// All is for Rule.Times.
const All = -1

// Action is what a fault does to a request. Make one with the functions of
// this package, from Status to CallAfter.
type Action struct {
	before func(*exchange) // may end the request before the operation
	after  func(*exchange) // may change the reply, or how it is sent
}

// rule is a Rule with its count of matches.
type rule struct {
	Rule
	action Action
	seen   int
}

// Fault adds rules. They stay until ClearFaults; several may strike the same
// request, in the order in which they were added.
func (s *Server) Fault(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.rules = append(s.rules, &rule{Rule: r, action: r.Action})
	}
}

// ClearFaults removes all rules, and keeps the counts of Fired.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = nil
}

// Fired counts how often the rules of each id struck.
func (s *Server) Fired() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.fired)
}

// arm finds the rules that strike this request.
func (s *Server) arm(x *exchange) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rules {
		if !r.matches(x) {
			continue
		}
		r.seen++
		first, times := max(1, r.Nth), r.Times
		if times == 0 {
			times = 1
		}
		if r.seen < first || times != All && r.seen >= first+times {
			continue
		}
		if r.Chance > 0 && s.dice.Float64() >= r.Chance {
			continue
		}
		s.fired[r.ID]++
		x.faults = append(x.faults, r)
	}
}

func (r *rule) matches(x *exchange) bool {
	return (r.Op == "" || r.Op == x.op) &&
		(r.When == nil || r.When(x.r)) &&
		(r.Key == "" || sts.Match(r.Key, x.key)) &&
		(r.Access == "" || strings.Contains(x.header("Authorization"), "Credential="+r.Access+"/"))
}
