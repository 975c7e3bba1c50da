package store

import (
	"bytes"
	"encoding/base64"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"unicode"

	"gantry/remote"
)

// The functions of this file are checks of single texts: each tells what is
// wrong, "" if nothing. None repeats the text.

func filled(s string) string {
	if s == "" {
		return "must not be empty; leave the key out instead"
	}
	return ""
}

// name is what credentials, syncs and automations may be called.
func name(s string) string {
	switch {
	case s == "":
		return "must not be empty"
	case len(s) > 64:
		return "must not be longer than 64 bytes"
	case strings.TrimSpace(s) != s:
		return "must not begin or end with a space"
	case strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return "must not hold control characters"
	}
	return ""
}

// serverName is what servers may be called, so that NAME:path is a location and
// nothing else.
func serverName(s string) string {
	if wrong := name(s); wrong != "" {
		return wrong
	}
	switch {
	case strings.ContainsAny(s, `:/\`):
		return `must not hold ":", "/" or "\"; it stands before the colon of a location`
	case strings.ContainsAny(s, "*?[]{}"):
		return "must not hold the characters of patterns: * ? [ ] { }"
	case strings.HasPrefix(s, ".") || strings.HasPrefix(s, "~") || strings.HasPrefix(s, "-"):
		return `must not begin with ".", "~" or "-"`
	case strings.EqualFold(s, "s3"):
		return "must not be s3, which stands for the ambient AWS settings"
	}
	return ""
}

// word is text without spaces or control characters.
func word(s string) string {
	if s == "" {
		return filled(s)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || unicode.IsSpace(r) || unicode.IsControl(r) }) {
		return "must not hold spaces or control characters"
	}
	return ""
}

func only(s, signs string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(signs, r)
	})
}

func variable(s string) string {
	if s == "" || !only(s, "_") || s[0] >= '0' && s[0] <= '9' {
		return "must be the name of an environment variable: letters, digits and _"
	}
	return ""
}

// encrypted is a file of age in base64 on one line.
func encrypted(s string) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !bytes.HasPrefix(raw, []byte("age-encryption.org/")) {
		return `must be what "gantry credential edit --secret-place age" writes: a file of age in base64`
	}
	return ""
}

func region(s string) string {
	if s == "" || len(s) > 64 || !only(s, "-_") {
		return `must be a region as in "eu-central-1", or "auto"`
	}
	return ""
}

// bucket is what a bucket may be called anywhere: other stores allow more than
// amazonBucket.
func bucket(s string) string {
	if strings.HasPrefix(s, "arn:") {
		return arn(s)
	}
	if len(s) < 3 || len(s) > 255 || !only(s, ".-_") {
		return "must be the name of a bucket (3 or more letters, digits, dots and hyphens) or the ARN of an access point"
	}
	return ""
}

// mayBeOld tells whether there may be buckets in a region whose names are from
// before 2018, when amazonBucket did not hold for us-east-1.
func mayBeOld(region string) bool { return region == "" || region == "auto" || region == "us-east-1" }

// amazonBucket is what a bucket that bucket accepts may be called at Amazon.
func amazonBucket(s string) string {
	if strings.HasPrefix(s, "arn:") {
		return ""
	}
	ends := strings.Trim(s, ".-") == s
	if len(s) > 63 || !ends || strings.ToLower(s) != s || strings.Contains(s, "_") || strings.Contains(s, "..") {
		return "no bucket has this name: at Amazon they have 3 to 63 small letters, digits, dots and hyphens, and begin and end with a letter or digit"
	}
	return ""
}

func arn(s string) string {
	fields := strings.SplitN(s, ":", 6)
	if len(fields) != 6 || fields[0] != "arn" || fields[1] == "" || fields[2] == "" || fields[5] == "" || word(s) != "" || len(s) > 2048 {
		return `must be an ARN as in "arn:aws:iam::123456789012:role/name"`
	}
	return ""
}

func externalID(s string) string {
	if len(s) < 2 || len(s) > 1224 || !only(s, "_+=,.@:/-") {
		return "must be 2 to 1224 letters, digits or _ + = , . @ : / -"
	}
	return ""
}

func sessionName(s string) string {
	if len(s) < 2 || len(s) > 64 || !only(s, "_+=,.@-") {
		return "must be 2 to 64 letters, digits or _ + = , . @ -"
	}
	return ""
}

func mfaSerial(s string) string {
	if len(s) < 9 || len(s) > 256 || !only(s, "_+=/:,.@-") {
		return `must be a serial number or an ARN as in "arn:aws:iam::123456789012:mfa/name"`
	}
	return ""
}

// endpoint is the URL of a service, without a password, query or fragment.
func endpoint(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || word(s) != "":
		return `must be a URL as in "https://s3.example.com"`
	case u.User != nil:
		return "must not hold a user or password; use a credential"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "must not hold a query or fragment"
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "must have a port from 1 to 65535"
		}
	}
	return ""
}

// insecure tells whether an endpoint speaks plain http to another machine.
func insecure(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return !strings.EqualFold(host, "localhost") && (ip == nil || !ip.IsLoopback())
}

// folderPath is a prefix, or a path below one, that names a folder. It is
// exact: nothing is added silently, because "team-a" would also be the
// beginning of "team-ab/".
func folderPath(s string) string {
	if s != "" && !strings.HasSuffix(s, "/") {
		return `must end with "/", as in "team-a/"; without it other names that begin so would belong to it`
	}
	if len(s) > 1024 {
		return "must not be longer than 1024 bytes"
	}
	return ""
}

func absolute(s string) string {
	if s != "~" && !strings.HasPrefix(s, "~/") && !filepath.IsAbs(s) {
		return `must be an absolute path, or one that begins with "~/"`
	}
	if strings.ContainsRune(s, 0) {
		return "must not hold a NUL byte"
	}
	return ""
}

func rate(s string) string {
	if _, err := remote.ParseRate(s); err != nil {
		return err.Error()
	}
	return ""
}

func period(s string) string {
	d, err := remote.ParseDuration(s)
	if err != nil {
		return err.Error()
	}
	if d <= 0 {
		return "must be longer than nothing"
	}
	return ""
}

// schedule is the shape of a schedule: five cron fields, or "@every 1h" and its
// like.
func schedule(s string) string {
	const wrong = `must be five fields as in "30 2 * * *", or "@daily", "@every 1h"`
	fields := strings.Fields(s)
	if len(fields) > 0 && strings.HasPrefix(fields[0], "@") {
		switch {
		case fields[0] == "@every" && len(fields) == 2 && period(fields[1]) == "":
			return ""
		case len(fields) == 1 && strings.Contains(" @hourly @daily @midnight @weekly @monthly @yearly @annually ", " "+s+" "):
			return ""
		}
		return wrong
	}
	if len(fields) != 5 {
		return wrong
	}
	for _, f := range fields {
		if !only(f, "*/,-?") {
			return wrong
		}
	}
	return ""
}

func maxDelete(s string) string {
	digits, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || percent && n > 100 {
		return `must be a number of entries or a share of them, as in "100" or "10%"`
	}
	return ""
}
