package transfer

import (
	"fmt"
	"slices"
	"strings"
)

// policyNames are the words of --on-conflict, in the order of the constants;
// "keep-both" is known to the screen and accepted everywhere.
var policyNames = [...]string{"ask", "overwrite", "newer", "size", "checksum", "rename", "keep-both", "skip", "fail"}

// String is the policy's word, as ParsePolicy reads it.
func (p Policy) String() string {
	if int(p) < len(policyNames) {
		return policyNames[p]
	}
	return fmt.Sprintf("policy %d", p)
}

// ParsePolicy reads one of the words of --on-conflict. The error names them all.
func ParsePolicy(s string) (Policy, error) {
	if i := slices.Index(policyNames[:], s); i >= 0 {
		return Policy(i), nil
	}
	return PolicyAsk, fmt.Errorf("%q is none of %s", s, strings.Join(policyNames[:], ", "))
}
