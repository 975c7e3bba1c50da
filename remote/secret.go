package remote

import (
	"fmt"
	"log/slog"
)

const dots = "••••••"

// Secret is a value that must not be seen: it prints, formats, logs and
// marshals as dots. Reveal is the only way to its bytes, so that every use can
// be found by searching for that word.
type Secret struct{ s string }

// NewSecret keeps s.
func NewSecret(s string) Secret { return Secret{s} }

// Reveal returns the secret itself.
func (s Secret) Reveal() string { return s.s }

// Empty tells whether there is nothing to hide.
func (s Secret) Empty() bool { return s.s == "" }

// String prints dots, nothing for an empty secret.
func (s Secret) String() string {
	if s.s == "" {
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
	s.s = string(b)
	return nil
}

// LogValue logs dots.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
