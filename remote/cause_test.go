package remote_test

import (
	"errors"
	"fmt"
	"testing"

	"gantry/remote"
)

func TestTheCauseIsWhatTheHintDoesNotSay(t *testing.T) {
	said := errors.New("the server answered 403 AccessDenied (request QL66)")
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{said, ""},
		{&remote.Error{Op: "read", Path: "a", Hint: "It is not allowed."}, ""},
		{&remote.Error{Op: "read", Path: "a", Hint: "It is not allowed.", Err: said}, "read a: the server answered 403 AccessDenied (request QL66)"},
		{fmt.Errorf("copy: %w", &remote.Error{Op: "read", Hint: "No.", Err: said}), "copy: read: the server answered 403 AccessDenied (request QL66)"},
	} {
		if got := remote.CauseOf(c.err); got != c.want {
			t.Errorf("CauseOf(%v) = %q, want %q", c.err, got, c.want)
		}
	}
}
