package tty

import (
	"strconv"
	"strings"
)

// AskBackground is the question for the background colour, to be written with
// Out.Raw. The answer, if the terminal gives one, arrives at In's reply.
const AskBackground = "\x1b]11;?\x1b\\"

// Background takes an answer of the terminal and tells whether it is the one to
// AskBackground, and whether the background is dark.
func Background(seq string) (dark, ok bool) {
	body, ok := strings.CutPrefix(seq, "\x1b]11;")
	if !ok {
		return false, false
	}
	body = strings.TrimRight(body, "\x07\x1b\\")
	kind, values, ok := strings.Cut(body, ":")
	if !ok || kind != "rgb" && kind != "rgba" {
		return false, false
	}
	parts := strings.Split(values, "/")
	if len(parts) < 3 {
		return false, false
	}
	// The weights of the eye for red, green and blue.
	weights := [3]float64{0.299, 0.587, 0.114}
	light := 0.0
	for i, w := range weights {
		v, err := strconv.ParseUint(parts[i], 16, 16)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		most := uint64(1)<<(4*len(parts[i])) - 1
		light += w * float64(v) / float64(most)
	}
	return light < 0.5, true
}
