package tty

import (
	"os"
	"os/signal"
)

// Watch calls first with the first signal that asks the program to end, and
// again with each that follows: a hang-up of the terminal (where there is such
// a thing), an interrupt, a termination. Both run in a goroutine of Watch, which
// stop ends and waits for.
func Watch(first, again func(os.Signal)) (stop func()) {
	ch := make(chan os.Signal, 4)
	quit, ended := make(chan struct{}), make(chan struct{})
	signal.Notify(ch, endings()...)
	go func() {
		defer close(ended)
		do := first
		for {
			select {
			case s := <-ch:
				do(s)
				do = again
			case <-quit:
				return
			}
		}
	}()
	return func() {
		signal.Stop(ch)
		close(quit)
		<-ended
	}
}
