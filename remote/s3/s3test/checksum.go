package s3test

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	crc64nvme  = "CRC64NVME"
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
)

var algorithms = []string{"CRC32", "CRC32C", crc64nvme, "SHA1", "SHA256"}

// checksum is what the store knows of an object's content besides its ETag.
type checksum struct {
	algorithm string  // "" for none
	kind      string  // FULL_OBJECT or COMPOSITE
	value     string  // base64, with -N if composite
	of        Content // if value is not yet computed
}

// known is the checksum with its value.
func (c checksum) known() checksum {
	if c.of != nil {
		c.value, c.of = digestOf(c.algorithm, c.of), nil
	}
	return c
}

func checksumHeader(algorithm string) string { return "X-Amz-Checksum-" + algorithm }

func checksumElement(algorithm string) string { return "Checksum" + algorithm }

func newHash(algorithm string) hash.Hash {
	switch algorithm {
	case "CRC32":
		return crc32.NewIEEE()
	case "CRC32C":
		return crc32.New(crc32.MakeTable(crc32.Castagnoli))
	case crc64nvme:
		return crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5))
	case "SHA1":
		return sha1.New()
	}
	return sha256.New()
}

func digest(algorithm string, b []byte) string {
	h := newHash(algorithm)
	h.Write(b)
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func digestOf(algorithm string, c Content) string {
	h := newHash(algorithm)
	_, _ = io.Copy(h, io.NewSectionReader(c, 0, c.Size()))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// sent is the checksum of a request, already found right; without one the
// store computes its own, as AWS does.
func (x *exchange) sent() checksum {
	if x.s.o.NoChecksums {
		return checksum{}
	}
	for _, a := range algorithms {
		if v := x.header(checksumHeader(a)); v != "" {
			return checksum{algorithm: a, kind: fullObject, value: v}
		}
	}
	return checksum{algorithm: crc64nvme, kind: fullObject, value: digest(crc64nvme, x.body)}
}

// set puts the checksum into the headers of a reply.
func (c checksum) set(h http.Header) {
	if c = c.known(); c.algorithm != "" {
		h.Set(checksumHeader(c.algorithm), c.value)
		h.Set("X-Amz-Checksum-Type", c.kind)
	}
}

// write puts the checksum into a document.
func (c checksum) write(b *xmlBuilder) {
	if c = c.known(); c.algorithm != "" {
		b.elem(checksumElement(c.algorithm), c.value)
	}
}

// chosen is the algorithm and the kind that an upload declares when it starts.
func (x *exchange) chosen() (algorithm, kind string, err error) {
	algorithm, kind = strings.ToUpper(x.header("X-Amz-Checksum-Algorithm")), strings.ToUpper(x.header("X-Amz-Checksum-Type"))
	switch {
	case algorithm == "" && kind != "":
		return "", "", invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
	case algorithm == "":
		return "", "", nil
	case !slices.Contains(algorithms, algorithm):
		return "", "", invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
	}
	sha := strings.HasPrefix(algorithm, "SHA")
	if kind == "" {
		kind = composite
		if algorithm == crc64nvme {
			kind = fullObject
		}
	}
	if kind == fullObject && sha || kind == composite && algorithm == crc64nvme {
		return "", "", invalidRequest(fmt.Sprintf("The %s checksum type cannot be used with the %s checksum algorithm.", kind, strings.ToLower(algorithm)))
	}
	return algorithm, kind, nil
}

// combine is the checksum of an object made of parts.
func combine(algorithm, kind string, parts []part, whole Content) checksum {
	if kind != composite {
		return checksum{algorithm: algorithm, kind: fullObject, value: digestOf(algorithm, whole)}
	}
	h := newHash(algorithm)
	for _, p := range parts {
		raw, _ := base64.StdEncoding.DecodeString(p.sum.value)
		h.Write(raw)
	}
	return checksum{algorithm: algorithm, kind: composite, value: fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(h.Sum(nil)), len(parts))}
}

func etagOf(c Content) string {
	if c.Size() <= 4096 { // without a buffer of its own: lists do this a million times
		sum := md5.Sum(readAll(c))
		return hex.EncodeToString(sum[:])
	}
	h := md5.New()
	_, _ = io.Copy(h, io.NewSectionReader(c, 0, c.Size()))
	return hex.EncodeToString(h.Sum(nil))
}

func etagOfParts(parts []part) string {
	h := md5.New()
	for _, p := range parts {
		raw, _ := hex.DecodeString(p.etag)
		h.Write(raw)
	}
	return fmt.Sprintf("%s-%d", hex.EncodeToString(h.Sum(nil)), len(parts))
}
