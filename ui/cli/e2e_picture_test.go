//go:build unix

package cli_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func pictureScenes() []scene {
	return []scene{{"the picture in README.md is the screen", picture}}
}

// picture draws the demo with an upload under way. With -update that becomes
// the picture of README.md; without, that picture must have the key bar of now.
func picture(s *stage) {
	s.env = []string{"HOME=" + s.temp} // for a short title
	s.demo()
	s.do("Enter details", "f12")
	s.do("Limit for all transfers", "b")
	s.Send("2MiB/s\r") // half a minute for the file
	s.WaitGone("Limit for all transfers")
	s.Keys("f12")
	s.point(left, "film.bin")
	s.do("Copy film.bin", "f5")
	s.Keys("enter")
	s.point(left, "drawing.bin")
	s.Keys("space")
	s.point(left, "notes.md")
	s.do("2 marked", "space")
	s.WaitScreen("an upload that has come a good way", func(screen string) bool {
		return strings.Contains(screen, "B/s") && strings.Contains(screen, "███")
	})
	svg := s.SVG()
	s.do("Cancel them", "q")
	s.Keys("c")
	s.end(0)

	file := filepath.Join(s.root, "testdata", "panes.svg")
	if *update {
		s.must(os.MkdirAll(filepath.Dir(file), 0o755))
		s.must(os.WriteFile(file, []byte(svg), 0o644))
	}
	kept, err := os.ReadFile(file)
	s.must(err)
	if now, then := s.keyBar(svg), s.keyBar(string(kept)); !slices.Equal(now, then) {
		s.Errorf("%s has the key bar %q, it is now %q; go test ./ui/cli -run TestTheProgram/the_picture -update mends it", file, then, now)
	}
}

// keyBar is the text in the last line of a picture, which must be well-formed.
func (s *stage) keyBar(svg string) (words []string) {
	s.Helper()
	last := ""
	for d := xml.NewDecoder(strings.NewReader(svg)); ; {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return words
		}
		s.must(err)
		el, ok := tok.(xml.StartElement)
		if !ok || el.Name.Local != "text" {
			continue
		}
		var text string
		s.must(d.DecodeElement(&text, &el))
		for _, a := range el.Attr {
			if a.Name.Local == "y" && a.Value != last {
				last, words = a.Value, nil
			}
		}
		words = append(words, text)
	}
}
