package remote

import (
	"fmt"
	"log/slog"
)

const dots = "••••••"

// Secret is a value that must not be seen: it prints, formats, logs and
// marshals as dots. Reveal is the only way to its bytes, so that every use can
// be found by searching for that word.
//
// It is held by a pointer, because fmt asks no method of a value inside of one
// that does not fit its verb (%s of a struct with a pointer to a Credential): then
// an address is all that can be seen.
type Secret struct{ s *string }

// NewSecret keeps s.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{&s}
}

// Reveal returns the secret itself.
func (s Secret) Reveal() string {
	if s.s == nil {
		return ""
	}
	return *s.s
}

// Empty tells whether there is nothing to hide.
func (s Secret) Empty() bool { return s.s == nil }

// String prints dots, nothing for an empty secret.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return dots
}

// GoString prints dots for %#v.
func (s Secret) GoString() string { return "Secret(" + s.String() + ")" }

// Format prints dots for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalText writes dots; reading a secret from text is UnmarshalText.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText keeps the text as the secret.
func (s *Secret) UnmarshalText(b []byte) error {
	*s = NewSecret(string(b))
	return nil
}

// LogValue logs dots.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
