package scan

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
)

func TestTimesAreReadAsTheyAreWritten(t *testing.T) {
	for _, s := range []string{
		"2026-11-23T18:04:05.000Z", "2026-11-23T18:04:05Z", "2026-11-23T18:04:05.123456789Z", "1970-01-01T00:00:00.5Z", "2026-11-23T18:04:05+02:00",
	} {
		want, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := Time([]byte(s)); !got.Equal(want) {
			t.Errorf("%s is read as %v", s, got)
		}
	}
	for _, s := range []string{"", "yesterday", "2026-11-23", "2026-1x-23T18:04:05Z", "2026-11-23T18:04:05.Z"} {
		if got := Time([]byte(s)); !got.IsZero() {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func TestTextsAreWhatTheStandardDecoderReads(t *testing.T) {
	for _, s := range []string{"", "plain", "a&amp;b", "&lt;&gt;&quot;&apos;", "&#65;&#x41;&#x1F600;", "é"} {
		var want struct {
			K string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte("<K>"+s+"</K>"), &want); err != nil {
			t.Fatal(err)
		}
		if got := string(AppendText(nil, []byte(s))); got != want.K {
			t.Errorf("%q is read as %q, want %q", s, got, want.K)
		}
	}
	for _, s := range []string{"&", "&;", "&nothing;", "&#x110000;", "&#;", "a & b"} { // kept as it is
		if got := string(AppendText(nil, []byte(s))); got != s {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

// FuzzScanner asks that a walk over any document ends, and that it meets the
// elements that encoding/xml meets where that understands the document.
func FuzzScanner(f *testing.F) {
	for _, s := range []string{
		"", "<", "<>", "</>", "<!", "<!--", "<?", "&", "<a/>", "<a b='c'/>", "<a><b>c</b></a>", "<x:a xmlns:x='y'>t</x:a>", "<a", "<?xml version='1.0'?><a><!-- <b> --></a>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var got []string
		for s := New(doc); ; {
			name, opens, _, err := s.Next()
			if err != nil {
				return
			}
			if name == nil {
				break
			}
			if opens {
				got = append(got, string(name))
			}
		}
		if strings.ContainsAny(string(doc), "'\"!") { // what S3 never sends
			return
		}
		var want []string
		for d := xml.NewDecoder(strings.NewReader(string(doc))); ; {
			tok, err := d.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			if e, ok := tok.(xml.StartElement); ok {
				want = append(want, e.Name.Local)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%q in %q, want %q", got, doc, want)
		}
	})
}
