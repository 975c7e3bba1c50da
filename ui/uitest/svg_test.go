//go:build unix

package uitest_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"gantry/ui/uitest"
)

// paint shows what a program that prints s leaves on a screen of 20 by 3 cells.
func paint(t *testing.T, s string) *uitest.Term {
	t.Helper()
	printf, err := exec.LookPath("printf")
	if err != nil {
		t.Skip("there is no printf")
	}
	x := uitest.Start(t, printf, []string{"%s", s}, uitest.Size{W: 20, H: 3})
	x.Wait()
	return x
}

func TestAPictureIsWellFormedAndKeepsItsText(t *testing.T) {
	svg := paint(t, "a<b> & \"c\"\r\n\x1b[1;31mred\x1b[m  \x1b[7mback\x1b[m\r\n┌──┐███▌").SVG()
	d := xml.NewDecoder(strings.NewReader(svg))
	var text []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
		if c, ok := tok.(xml.CharData); ok && strings.TrimSpace(string(c)) != "" {
			text = append(text, string(c))
		}
	}
	if got := strings.Join(text, "|"); got != `a<b> & "c"|red|back` {
		t.Errorf("the picture reads %q", got)
	}
}

func TestAPictureShowsStylesAndDrawsLines(t *testing.T) {
	svg := paint(t, "\x1b[1;38;2;255;0;16mred\x1b[m \x1b[48;2;0;0;255m  \x1b[m船x\r\n┌──┐███▌").SVG()
	for _, want := range []string{
		`<text x="10" y="23.5" textLength="25.2" fill="#ff0010" font-weight="bold">red</text>`,
		`<rect x="43.6" y="10" width="16.8" height="18" fill="#0000ff"/>`,
		`textLength="25.2" fill="#e6edf3">船x</text>`,
		`<path d="M14.2 37H18.4M14.2 37V46" stroke="#e6edf3"/>`, // ┌
		`<path d="M18.4 37H35.2" stroke="#e6edf3"/>`,            // ──
		`<rect x="43.6" y="28" width="25.2" height="18"`,        // ███
		`<rect x="68.8" y="28" width="4.2" height="18"`,         // ▌
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is missing in\n%s", want, svg)
		}
	}
}
