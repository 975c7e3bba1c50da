package uitest

import (
	"reflect"
	"regexp"
	"strings"
)

// modes are the private modes that a program may not leave switched on. The
// cursor is the other way round.
var modes = map[string]string{
	"1049": "the alternate screen", "1047": "the alternate screen", "47": "the alternate screen",
	"1000": "mouse clicks", "1002": "mouse motion", "1003": "mouse motion", "1006": "mouse reports",
	"1004": "focus reports", "2004": "bracketed paste", "2026": "synchronised output", "1": "application keys",
}

const cursorMode = "25"

var modeSwitch = regexp.MustCompile(`\x1b\[\?([0-9;]+)([hl])`)

// CheckRestored fails the test unless the program has ended and left the
// terminal as it found it: on the main screen, cursor shown, mouse, focus and
// paste reports off, line editing and echo as before.
func (x *Term) CheckRestored() {
	x.t.Helper()
	x.Wait()
	on := map[string]bool{cursorMode: true}
	for _, m := range modeSwitch.FindAllStringSubmatch(string(x.Capture()), -1) {
		for mode := range strings.SplitSeq(m[1], ";") {
			on[mode] = m[2] == "h"
		}
	}
	for mode, name := range modes {
		if on[mode] {
			x.t.Errorf("uitest: %s (mode %s) is left on", name, mode)
		}
	}
	if !on[cursorMode] {
		x.t.Error("uitest: the cursor is left hidden")
	}
	if !reflect.DeepEqual(x.before, x.after) {
		x.t.Errorf("uitest: the terminal's settings are %+v, they were %+v", x.after, x.before)
	}
}
