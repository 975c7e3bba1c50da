package demo_test

import (
	"context"
	"fmt"
	"os"

	"gantry/remote/demo"
)

const childArg = "__demo"

func child() int {
	if err := demo.Child(context.Background(), os.Stdin, os.Stdout, os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
