package s3test

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"gantry/remote/demo/sigv4"
)

const (
	namespace = ` xmlns="http://s3.amazonaws.com/doc/2006-03-01/"`
	isoMillis = "2006-01-02T15:04:05.000Z"
)

// xmlBuilder writes XML as S3 does: a control character becomes a reference
// that no strict parser accepts, and any other byte stays as it is.
type xmlBuilder struct{ bytes.Buffer }

func (b *xmlBuilder) begin(name, attributes string) {
	if b.Len() == 0 {
		b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	}
	b.WriteString("<" + name + attributes + ">")
}

func (b *xmlBuilder) end(name string) { b.WriteString("</" + name + ">") }

func (b *xmlBuilder) elem(name, text string) {
	b.WriteString("<" + name + ">")
	b.text(text)
	b.WriteString("</" + name + ">")
}

func (b *xmlBuilder) number(name string, n int64) { b.elem(name, strconv.FormatInt(n, 10)) }

func (b *xmlBuilder) boolean(name string, v bool) { b.elem(name, strconv.FormatBool(v)) }

func (b *xmlBuilder) time(name string, t time.Time) { b.elem(name, t.UTC().Format(isoMillis)) }

func (b *xmlBuilder) text(s string) {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case c == '"':
			b.WriteString("&quot;")
		case c < ' ' && c != '\n' && c != '\t':
			fmt.Fprintf(b, "&#x%X;", c)
		default:
			b.WriteByte(c)
		}
	}
}

// encoding writes keys as the request asked for.
type encoding bool

func (x *exchange) encoding() (encoding, error) {
	switch x.query.Get("encoding-type") {
	case "":
		return false, nil
	case "url":
		return true, nil
	}
	return false, invalidArgument("Invalid Encoding Method specified in Request")
}

func (e encoding) key(s string) string {
	if !e {
		return s
	}
	out := sigv4.Escape(s, true)
	return string(bytes.ReplaceAll([]byte(out), []byte("%20"), []byte("+")))
}
