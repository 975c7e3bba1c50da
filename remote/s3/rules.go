package s3

import (
	"bytes"
	"crypto/md5" //nolint:gosec // stores demand it for these requests
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"gantry/remote/s3/wire"
)

// ruleName is what our lifecycle rule is called.
const ruleName = "gantry-unfinished-uploads"

// ruleSet is all lifecycle rules of a bucket. Rules are kept as the server wrote
// them, so that what this program knows nothing of is not lost.
type ruleSet struct {
	rules   []rule
	minimum string // the header that goes with them
}

// rule is one lifecycle rule: its own words, and what we have to know.
type rule struct {
	raw     []byte // <Rule>…</Rule>
	id      string
	enabled bool
	days    int    // after which it aborts unfinished uploads; 0: it does not
	only    bool   // it does nothing else
	prefix  string // of the keys that it is about
	plain   bool   // it is about all keys with that prefix, whatever their tags and sizes
	old     bool   // the prefix is where the first version of the protocol had it
}

// ruleXML are the parts of a rule that are looked at.
type ruleXML struct {
	ID     string `xml:"ID"`
	Status string
	Prefix *string
	Filter *struct {
		Prefix   *string
		Children []anyXML `xml:",any"`
	}
	Abort *struct {
		Days int `xml:"DaysAfterInitiation"`
	} `xml:"AbortIncompleteMultipartUpload"`
	Others []anyXML `xml:",any"`
}

type anyXML struct{ XMLName xml.Name }

var errRuleForm = errors.New("not lifecycle rules")

// parseRules cuts a document into its rules.
func parseRules(doc []byte) (ruleSet, error) {
	var rs ruleSet
	dec := xml.NewDecoder(bytes.NewReader(doc))
	depth := 0
	for {
		start := dec.InputOffset()
		tok, err := dec.Token()
		if err == io.EOF {
			return rs, nil
		}
		if err != nil {
			return ruleSet{}, err
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if depth == 0 && x.Name.Local != "LifecycleConfiguration" || depth == 1 && x.Name.Local != "Rule" {
				return ruleSet{}, errRuleForm
			}
			if depth == 0 {
				depth++
				continue
			}
			if err := dec.Skip(); err != nil {
				return ruleSet{}, err
			}
			r, err := parseRule(doc[start:dec.InputOffset()])
			if err != nil {
				return ruleSet{}, err
			}
			rs.rules = append(rs.rules, r)
		case xml.EndElement:
			depth--
		}
	}
}

func parseRule(raw []byte) (rule, error) {
	var x ruleXML
	if err := xml.Unmarshal(raw, &x); err != nil {
		return rule{}, err
	}
	r := rule{raw: raw, id: x.ID, enabled: x.Status == "Enabled", only: len(x.Others) == 0, plain: true}
	if x.Abort != nil {
		r.days = x.Abort.Days
	}
	switch {
	case x.Filter != nil:
		r.plain = len(x.Filter.Children) == 0
		if x.Filter.Prefix != nil {
			r.prefix = *x.Filter.Prefix
		}
	case x.Prefix != nil:
		r.prefix, r.old = *x.Prefix, true
	}
	return r, nil
}

// covering finds the rule that aborts unfinished uploads of all keys with a
// prefix; the shortest time counts.
func (rs ruleSet) covering(prefix string) (id string, days int) {
	if r := rs.cover(prefix); r >= 0 {
		return rs.rules[r].id, rs.rules[r].days
	}
	return "", 0
}

func (rs ruleSet) cover(prefix string) int {
	best := -1
	for i, r := range rs.rules {
		if r.enabled && r.plain && r.days > 0 && strings.HasPrefix(prefix, r.prefix) && (best < 0 || r.days < rs.rules[best].days) {
			best = i
		}
	}
	return best
}

// uncompleted is covering for the whole bucket.
func (rs ruleSet) uncompleted() (string, int) { return rs.covering("") }

// with gives the rules that abort unfinished uploads below prefix after days;
// 0 days: the rules without that.
func (rs ruleSet) with(prefix string, days int) (ruleSet, error) {
	out := ruleSet{rules: slices.Clone(rs.rules), minimum: rs.minimum}
	at := rs.cover(prefix)
	if at >= 0 && out.rules[at].prefix != prefix && days != out.rules[at].days {
		at = -1 // it is about more than we are asked to change
	}
	switch {
	case at < 0 && days == 0:
		return out, nil
	case at < 0:
		r, err := parseRule(rs.fresh(prefix, days))
		out.rules = append(out.rules, r)
		return out, err
	case days == 0 && out.rules[at].only:
		out.rules = slices.Delete(out.rules, at, at+1)
		return out, nil
	}
	raw, err := withDays(out.rules[at].raw, days)
	if err != nil {
		return ruleSet{}, err
	}
	out.rules[at], err = parseRule(raw)
	return out, err
}

// fresh is our rule, with its prefix where the other rules have it: the two
// versions of the protocol cannot be mixed.
func (rs ruleSet) fresh(prefix string, days int) []byte {
	where := "<Filter><Prefix>" + xmlText(prefix) + "</Prefix></Filter>"
	if slices.ContainsFunc(rs.rules, func(r rule) bool { return r.old }) {
		where = "<Prefix>" + xmlText(prefix) + "</Prefix>"
	}
	id := ruleName
	for n := 2; slices.ContainsFunc(rs.rules, func(r rule) bool { return r.id == id }); n++ {
		id = ruleName + "-" + itoa(n)
	}
	return fmt.Appendf(nil, "<Rule><ID>%s</ID>%s<Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>%d</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule>",
		id, where, days)
}

// withDays changes the days of a rule and nothing else of its text; with 0 the
// element goes.
func withDays(raw []byte, days int) ([]byte, error) {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	for {
		start := dec.InputOffset()
		tok, err := dec.Token()
		if err != nil {
			return nil, errRuleForm
		}
		x, ok := tok.(xml.StartElement)
		switch {
		case ok && x.Name.Local == "AbortIncompleteMultipartUpload" && days == 0:
			if err := dec.Skip(); err != nil {
				return nil, err
			}
			return slices.Concat(raw[:start], raw[dec.InputOffset():]), nil
		case ok && x.Name.Local == "DaysAfterInitiation":
			from := dec.InputOffset()
			if tok, err = dec.Token(); err != nil {
				return nil, err
			}
			if _, ok := tok.(xml.CharData); !ok {
				return nil, errRuleForm
			}
			return slices.Concat(raw[:from], []byte(strconv.Itoa(days)), raw[dec.InputOffset():]), nil
		}
	}
}

// document is the rules as the server takes them.
func (rs ruleSet) document() []byte {
	var b bytes.Buffer
	b.WriteString(`<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`)
	for _, r := range rs.rules {
		b.Write(r.raw)
	}
	b.WriteString(`</LifecycleConfiguration>`)
	return b.Bytes()
}

// same tells whether two sets mean the same: the same rules, however they are
// written and in whatever order.
func (rs ruleSet) same(o ruleSet) bool {
	meanings := func(rs ruleSet) []string {
		var out []string
		for _, r := range rs.rules {
			out = append(out, meaning(r.raw))
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(meanings(rs), meanings(o))
}

// meaning is an element without what does not matter: space between elements,
// name spaces, the order of children. A filter that says nothing is none.
func meaning(raw []byte) string {
	dec := xml.NewDecoder(bytes.NewReader(raw))
	for {
		tok, err := dec.Token()
		if err != nil {
			return string(raw)
		}
		if x, ok := tok.(xml.StartElement); ok {
			return element(dec, x.Name.Local)
		}
	}
}

func element(dec *xml.Decoder, name string) string {
	var kids []string
	var text strings.Builder
	for {
		tok, err := dec.Token()
		if err != nil {
			return name + "?"
		}
		switch x := tok.(type) {
		case xml.StartElement:
			if kid := element(dec, x.Name.Local); kid != "Prefix=" && kid != "Filter=" && kid != "Filter{}" {
				kids = append(kids, kid)
			}
		case xml.CharData:
			text.Write(x)
		case xml.EndElement:
			if len(kids) == 0 {
				return name + "=" + strings.TrimSpace(text.String())
			}
			slices.Sort(kids)
			return name + "{" + strings.Join(kids, ",") + "}"
		}
	}
}

// md5Of is the Content-MD5 of a body.
func md5Of(body string) string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // see the import
	return base64.StdEncoding.EncodeToString(sum[:])
}

func headerOf(name, value string) wire.Header {
	return wire.Header{Name: strings.ToLower(name), Value: value}
}
