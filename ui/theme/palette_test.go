package theme

import (
	"math"
	"strconv"
	"testing"
)

// luminance is how light a colour is to the eye, from 0 to 1 (WCAG 2).
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatalf("%q is no colour", hex)
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func contrast(t *testing.T, a, b colour) float64 {
	t.Helper()
	x, y := luminance(t, a.hex), luminance(t, b.hex)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func TestEveryTextCanBeReadOnItsBackground(t *testing.T) {
	black, grey, white := colour{hex: "#000000"}, colour{hex: "#1e1e1e"}, colour{hex: "#ffffff"}
	for _, c := range []struct {
		name  string
		p     palette
		back  []colour
		least float64
	}{
		{"dark", dark(), []colour{black, grey}, 4.5},
		{"light", light(), []colour{white, {hex: "#f6f6f6"}}, 4.5},
		{"high contrast, dark", highContrast(true), []colour{black, grey}, 7},
		{"high contrast, light", highContrast(false), []colour{white}, 7},
	} {
		texts := map[string]colour{
			"faint": c.p.faint, "accent": c.p.accent, "dir": c.p.dir, "link": c.p.link, "archive": c.p.archive, "media": c.p.media, "mark": c.p.mark,
			"good": c.p.good, "warn": c.p.warn, "bad": c.p.bad,
		}
		for what, col := range texts {
			for _, back := range append(c.back, c.p.window) {
				if got := contrast(t, col, back); got < c.least {
					t.Errorf("%s: %s on %s has a contrast of %.1f, want %.1f", c.name, what, back.hex, got, c.least)
				}
			}
		}
		for what, pair := range map[string][2]colour{
			"the cursor's row": {c.p.onRow, c.p.cursor}, "the focused button": {c.p.onTint, c.p.accent},
			"the dangerous button": {c.p.onBad, c.p.bad}, "the ghost": {c.p.onTint, c.p.mark}, "the drop target": {c.p.onTint, c.p.good},
		} {
			if got := contrast(t, pair[0], pair[1]); got < 4.5 {
				t.Errorf("%s: %s has a contrast of %.1f", c.name, what, got)
			}
		}
	}
}
