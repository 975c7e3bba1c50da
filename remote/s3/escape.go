package s3

import "strings"

const hexDigits = "0123456789ABCDEF"

// plain tells whether b stands for itself in a URL as AWS writes it.
func plain(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' ||
		b == '-' || b == '.' || b == '_' || b == '~'
}

// appendPath appends a key as it stands in the path of a URL and in
// x-amz-copy-source: slashes stay, every other byte that is not plain is
// escaped, "+" too, which many servers would read as a space.
func appendPath(dst []byte, key string) []byte {
	for i := 0; i < len(key); i++ {
		if b := key[i]; plain(b) || b == '/' {
			dst = append(dst, b)
		} else {
			dst = append(dst, '%', hexDigits[b>>4], hexDigits[b&15])
		}
	}
	return dst
}

// appendQuery appends a value as it stands in a query.
func appendQuery(dst []byte, value string) []byte {
	for i := 0; i < len(value); i++ {
		if b := value[i]; plain(b) {
			dst = append(dst, b)
		} else {
			dst = append(dst, '%', hexDigits[b>>4], hexDigits[b&15])
		}
	}
	return dst
}

// copySource is the value of x-amz-copy-source.
func copySource(bucket, key string) string {
	dst := make([]byte, 0, len(bucket)+len(key)+16)
	return string(appendPath(append(append(dst, bucket...), '/'), key))
}

// xmlSafe tells whether key can travel in an XML document: it can hold no
// control characters and nothing but UTF-8.
func xmlSafe(key string) bool {
	for _, r := range key {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffd || r == 0xfffe || r == 0xffff {
			return false
		}
	}
	return true
}

// xmlEscaper writes text into XML so that every byte comes back, line breaks
// included, which a parser would otherwise change.
var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;",
	"\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
