package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// canonical is the text that the signature covers.
func (s Signed) canonical(r *http.Request) string {
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	b.WriteString(canonicalPath(r) + "\n")
	b.WriteString(canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range s.headers {
		b.WriteString(name + ":" + headerValue(r, name) + "\n")
	}
	b.WriteString("\n" + strings.Join(s.headers, ";") + "\n")
	b.WriteString(s.payload())
	return b.String()
}

func (s Signed) payload() string {
	if s.Payload != "" {
		return s.Payload
	}
	return Unsigned
}

// RawPath is the path of r exactly as it stands in the request line, without
// the query. Keys are bytes: nothing is cleaned or decoded here.
func RawPath(r *http.Request) string {
	uri := r.RequestURI
	if uri == "" || uri[0] != '/' { // a client's request, or an absolute URI
		uri = r.URL.EscapedPath()
	}
	path, _, _ := strings.Cut(uri, "?")
	if path == "" {
		return "/"
	}
	return path
}

// canonicalPath encodes every byte once in the one canonical way, whatever way
// the client chose.
func canonicalPath(r *http.Request) string {
	raw, err := url.PathUnescape(RawPath(r))
	if err != nil {
		raw = RawPath(r)
	}
	return Escape(raw, true)
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs [][2]string
	for p := range strings.SplitSeq(raw, "&") {
		k, v, _ := strings.Cut(p, "=")
		if k = unescape(k); k == "X-Amz-Signature" || k == "" {
			continue
		}
		pairs = append(pairs, [2]string{Escape(k, false), Escape(unescape(v), false)})
	}
	// By name first: "key" comes before "key-marker", though '-' is before '='.
	slices.SortFunc(pairs, func(a, b [2]string) int {
		return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1]))
	})
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p[0] + "=" + p[1])
	}
	return b.String()
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
}

func headerValue(r *http.Request, name string) string {
	switch name {
	case "host":
		if r.Host != "" {
			return r.Host
		}
		return r.URL.Host
	case "content-length":
		return strconv.FormatInt(r.ContentLength, 10)
	}
	values := slices.Clone(r.Header.Values(name))
	for i, v := range values {
		values[i] = strings.Join(strings.Fields(v), " ")
	}
	return strings.Join(values, ",")
}

// Escape writes every byte of s that is not unreserved as %XX, in upper case;
// slashes stay if keepSlash is set.
func Escape(s string, keepSlash bool) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~', c == '/' && keepSlash:
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		}
	}
	return b.String()
}
