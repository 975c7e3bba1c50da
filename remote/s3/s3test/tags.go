package s3test

import (
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
)

func (s *Server) getTags(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	tags, _ := url.ParseQuery(v.tags)
	var d xmlBuilder
	d.begin("Tagging", namespace)
	d.begin("TagSet", "")
	for _, k := range slices.Sorted(maps.Keys(tags)) {
		d.begin("Tag", "")
		d.elem("Key", k)
		d.elem("Value", tags.Get(k))
		d.end("Tag")
	}
	d.end("TagSet")
	d.end("Tagging")
	return document(&d), nil
}

func (s *Server) putTags(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	var doc struct {
		TagSet struct{ Tag []struct{ Key, Value string } }
	}
	if err := xml.Unmarshal(x.body, &doc); err != nil {
		return nil, errMalformedXML
	}
	tags := url.Values{}
	for _, t := range doc.TagSet.Tag {
		if len(tags) == 10 || tags.Has(t.Key) || len(t.Key) > 128 || len(t.Value) > 256 {
			return nil, bad("InvalidTag", "The tags are too many, too long, or not different.", http.StatusBadRequest)
		}
		tags.Set(t.Key, t.Value)
	}
	v.tags = tags.Encode()
	return ok(http.StatusOK), nil
}

func (s *Server) deleteTags(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	v.tags = ""
	return ok(http.StatusNoContent), nil
}

// restoreObject starts to bring an archived object back; Server.Restore
// brings it.
func (s *Server) restoreObject(x *exchange, b *bucket) (*reply, error) {
	v, err := b.find(x.key, x.query.Get("versionId"))
	if err != nil {
		return nil, err
	}
	if !v.archived() {
		return nil, bad("InvalidObjectState", "Restore is not allowed for the object's current storage class", http.StatusForbidden)
	}
	return ok(http.StatusAccepted), nil
}
