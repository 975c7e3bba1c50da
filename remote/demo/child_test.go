package demo_test

import (
	"context"
	"fmt"
	"os"

	"gantry/remote/demo"
)

// This binary is also the program that the tests start.
const (
	childArg  = "__demo"
	parentArg = "__parent"
)

func child() int {
	if err := demo.Child(context.Background(), os.Stdin, os.Stdout, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// parent starts a demo and waits for its own end.
func parent() int {
	s, err := demo.Start(context.Background(), demo.Options{Args: []string{childArg}, TempDir: os.Args[2]})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.Endpoint())
	select {}
}
