package s3

import (
	"encoding/xml"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gantry/remote/s3/scan"
)

// slowPage is the same answer for encoding/xml: the reference.
type slowPage struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	IsTruncated           bool
	NextContinuationToken string
	EncodingType          string
	Contents              []struct {
		Key, ETag, StorageClass string
		Size                    int64
	}
	CommonPrefixes []struct{ Prefix string }
}

func quickKeys(p *page) []string {
	var out []string
	for _, r := range p.rows {
		out = append(out, fmt.Sprintf("%s %d", p.text[r.key.from:r.key.to], r.size))
	}
	return out
}

// FuzzPage compares the scanner with encoding/xml wherever that understands the
// document, and otherwise only asks that it ends.
func FuzzPage(f *testing.F) {
	var all strings.Builder
	for _, k := range hostile {
		if xmlSafe(k) {
			all.WriteString("<Contents><Key>" + xmlEscaper.Replace(k) + "</Key><Size>7</Size></Contents>")
		}
	}
	for _, s := range []string{
		"<ListBucketResult>" + all.String() + "</ListBucketResult>",
		`<?xml version="1.0"?><ListBucketResult xmlns="x"><IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b</NextContinuationToken></ListBucketResult>`,
		"<ListBucketResult/>", "<ListBucketResult><Contents/><CommonPrefixes></CommonPrefixes></ListBucketResult>",
		"<ListBucketResult><Contents><Owner><ID>x</ID><A/></Owner><Key>&#x41;&#66;&lt;</Key></Contents></ListBucketResult>",
		"<", "<>", "</>", "<!", "<!--", "<?", "&", "<a b='>'/>", "<ListBucketResult", "<ListBucketResult></ListBucketResult",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		var p page
		err := p.read(doc)
		var want slowPage
		// Comments, CDATA and doctypes inside texts never come from S3.
		if strings.Contains(string(doc), "<!") || strings.Contains(string(doc), "EncodingType") || xml.Unmarshal(doc, &want) != nil || err != nil {
			return
		}
		n := 0
		for _, c := range want.Contents {
			n += min(len(c.Key), 1)
		}
		for _, c := range want.CommonPrefixes {
			n += min(len(c.Prefix), 1)
		}
		if n != len(p.rows) && !strings.ContainsAny(string(doc), "'\"") && strings.Count(string(doc), "<ListBucketResult") == 1 {
			t.Errorf("%d rows, want %d of %q", len(p.rows), n, doc)
		}
	})
}

func TestPageReadsWhatTheStandardDecoderReads(t *testing.T) {
	var doc strings.Builder
	doc.WriteString(xml.Header + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>p&amp;</Prefix><IsTruncated>true</IsTruncated>` +
		`<NextContinuationToken>1/&lt;x&gt;==</NextContinuationToken>`)
	for i, k := range hostile {
		if xmlSafe(k) {
			fmt.Fprintf(&doc, "\n  <Contents><Key>%s</Key><LastModified>2026-11-23T18:04:05.%03dZ</LastModified><ETag>&quot;e%d&quot;</ETag>"+
				"<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>", xmlEscaper.Replace(k), i, i, i)
		}
	}
	doc.WriteString("</ListBucketResult>")
	var p page
	if err := p.read([]byte(doc.String())); err != nil {
		t.Fatal(err)
	}
	var want slowPage
	if err := xml.Unmarshal([]byte(doc.String()), &want); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for i, c := range want.Contents {
		keys = append(keys, fmt.Sprintf("%s %d", c.Key, c.Size))
		if r := p.rows[i]; `"`+string(p.text[r.tag.from:r.tag.to])+`"` != c.ETag || r.mod.Year() != 2026 || r.class != "" {
			t.Errorf("row %d: %+v", i, r)
		}
	}
	if d := cmp.Diff(keys, quickKeys(&p)); d != "" {
		t.Error(d)
	}
	if !p.truncated || p.next != want.NextContinuationToken || len(keys) < 20 {
		t.Errorf("%v %q %d", p.truncated, p.next, len(keys))
	}
	// Every prefix of an answer is known to be incomplete.
	for cut := range doc.Len() {
		if err := p.read([]byte(doc.String()[:cut])); !errors.Is(err, scan.ErrIncomplete) && !errors.Is(err, errPartial) {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
}

func TestMtimesAreThoseOfRclone(t *testing.T) {
	for text, want := range map[string]time.Time{
		"0": time.Unix(0, 0), "1234567890": time.Unix(1234567890, 0), "1234567890.5": time.Unix(1234567890, 5e8),
		"1700000000.123456789": time.Unix(1700000000, 123456789), "1.000000001": time.Unix(1, 1), "-1": time.Unix(-1, 0), "-1.25": time.Unix(-2, 75e7), "-0.5": time.Unix(-1, 5e8),
	} {
		if got := formatMtime(want); got != text {
			t.Errorf("%v is written %q, want %q", want, got, text)
		}
		if got, ok := parseMtime(text); !ok || !got.Equal(want) {
			t.Errorf("%q is read as %v", text, got)
		}
	}
	for _, s := range []string{"", "x", "1.x", ".5", "--1", "1e9", "99999999999999999999", "2026-11-23"} {
		if got, ok := parseMtime(s); ok {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func FuzzMtime(f *testing.F) {
	f.Add(int64(0), int64(0))
	f.Add(int64(-1), int64(999999999))
	f.Add(int64(1<<40), int64(1))
	f.Fuzz(func(t *testing.T, s, ns int64) {
		if s < -math.MaxInt32*1000 || s > math.MaxInt32*1000 || ns < 0 || ns > 999999999 {
			return
		}
		want := time.Unix(s, ns)
		if got, ok := parseMtime(formatMtime(want)); !ok || !got.Equal(want) {
			t.Errorf("%v becomes %q becomes %v", want, formatMtime(want), got)
		}
	})
}

func TestEscapesComeBack(t *testing.T) {
	for _, k := range hostile {
		if got := string(scan.Unescape(appendQuery(nil, k))); got != k {
			t.Errorf("%q comes back as %q", k, got)
		}
		if !xmlSafe(k) {
			continue
		}
		var out struct {
			K string `xml:",chardata"`
		}
		if err := xml.Unmarshal([]byte("<K>"+xmlEscaper.Replace(k)+"</K>"), &out); err != nil || out.K != k {
			t.Errorf("%q comes back from XML as %q, %v", k, out.K, err)
		}
	}
}

// bigPage is a page as AWS sends it.
func bigPage() []byte {
	var doc strings.Builder
	doc.WriteString(xml.Header + `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix></Prefix><MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>`)
	for i := range 1000 {
		fmt.Fprintf(&doc, `<Contents><Key>some/folder/with%%20files/file-%08d.txt</Key><LastModified>2026-11-23T18:04:05.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>`, i, i)
	}
	doc.WriteString("</ListBucketResult>")
	return []byte(doc.String())
}

func TestAPageCostsFewAllocations(t *testing.T) {
	doc, tree := bigPage(), &Tree{}
	var p page
	sum := 0
	n := testing.AllocsPerRun(20, func() {
		if err := p.read(doc); err != nil {
			t.Fatal(err)
		}
		all := string(p.text)
		for i := range p.rows {
			sum += len(tree.entry(&p.rows[i], all, 0).Name)
		}
	})
	if n > 10 || sum == 0 {
		t.Errorf("%v allocations for a thousand rows", n)
	}
}

func BenchmarkPage(b *testing.B) {
	doc, tree := bigPage(), &Tree{}
	var p page
	b.ReportAllocs()
	for b.Loop() {
		if err := p.read(doc); err != nil {
			b.Fatal(err)
		}
		all := string(p.text)
		for i := range p.rows {
			_ = tree.entry(&p.rows[i], all, 0)
		}
	}
}
