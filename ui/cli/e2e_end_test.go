//go:build unix

package cli_test

import (
	"os"
	"syscall"
)

func endScenes() []scene {
	scenes := []scene{
		{"a killed demo leaves neither its server nor its files", killedDemo},
		{"a terminated demo leaves neither its server nor its files", endedDemo(syscall.SIGTERM, 143)},
		{"Ctrl-C leaves a dialog and then the program", ctrlC},
		{"a closed window ends the program and leaves no half object", hangUp},
	}
	for name, end := range map[string]struct {
		signal syscall.Signal
		code   int
	}{
		"a hang-up": {syscall.SIGHUP, 129}, "an interrupt": {syscall.SIGINT, 130}, "a termination": {syscall.SIGTERM, 143},
	} {
		scenes = append(scenes,
			scene{name + " during a download leaves the terminal as it was and no half file", signalled(end.signal, end.code, false)},
			scene{name + " during an upload leaves the terminal as it was and no object", signalled(end.signal, end.code, true)})
	}
	return scenes
}

func signalled(signal syscall.Signal, code int, up bool) func(*stage) {
	return func(s *stage) {
		var content []byte
		if up {
			content = s.upload("big.bin", 24<<20)
		} else {
			content = s.download("big.bin", 24<<20)
		}
		s.Signal(signal)
		s.end(code)
		if up {
			s.isFile("big.bin", content)
			s.isObject("big.bin", nil)
		} else {
			s.isFile("big.bin", nil)
			s.isObject("big.bin", content)
		}
	}
}

func endedDemo(signal syscall.Signal, code int) func(*stage) {
	return func(s *stage) {
		dir := s.demo()
		s.Signal(signal)
		s.end(code)
		if left := s.leftovers(); len(left) > 0 {
			s.Errorf("the demo left %q", left)
		}
		if running := s.processes(dir); len(running) > 0 {
			s.Errorf("the demo's server runs on: %q", running)
		}
	}
}

func killedDemo(s *stage) {
	dir := s.demo()
	s.Signal(os.Kill)
	if code := s.Wait(); code != 137 {
		s.Errorf("exit code %d", code)
	}
	s.eventually("the end of the demo's server", func() bool { return len(s.processes(dir)) == 0 })
	s.eventually("the end of the demo's files", func() bool { return len(s.leftovers()) == 0 })
}

func hangUp(s *stage) {
	s.upload("big.bin", 24<<20)
	s.HangUp()
	if code := s.Wait(); code != 129 {
		s.Errorf("exit code %d", code)
	}
	s.isObject("big.bin", nil)
}

func ctrlC(s *stage) {
	s.open()
	s.do("New folder", "f7")
	s.Keys("ctrl+c")
	s.WaitGone("New folder")
	s.Keys("ctrl+c")
	s.end(0)
}
