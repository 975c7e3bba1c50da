package demo_test

import (
	"testing"
	"time"

	"gantry/remote/demo"
)

func TestX(t *testing.T) {
	b := time.Now()
	s, err := demo.Start(t.Context(), demo.Options{TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(b), s.ConfigFile())
	b = time.Now()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(b))
}
