package s3test

import (
	"bytes"
	"encoding/xml"
	"net/http"
)

// SetLifecycle writes the lifecycle rules of a bucket as another client would;
// "" takes them away.
func (s *Server) SetLifecycle(bucket, document string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.must(bucket).lifecycle = nil
	if document != "" {
		s.must(bucket).lifecycle = []byte(document)
	}
}

// Lifecycle is the document that was written last; "" for none.
func (s *Server) Lifecycle(bucket string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.must(bucket).lifecycle)
}

func (s *Server) getLifecycle(_ *exchange, b *bucket) (*reply, error) {
	if b.lifecycle == nil {
		return nil, bad("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist", http.StatusNotFound)
	}
	p := ok(http.StatusOK)
	p.header.Set("Content-Type", "application/xml")
	p.header.Set("X-Amz-Transition-Default-Minimum-Object-Size", "varies_by_storage_class")
	p.body, p.n = bytes.NewReader(b.lifecycle), int64(len(b.lifecycle))
	return p, nil
}

// putLifecycle takes all rules or none. As AWS, it wants a checksum, at least one
// rule, no two names alike, and prefixes in one place only.
func (s *Server) putLifecycle(x *exchange, b *bucket) (*reply, error) {
	if x.header("Content-Md5") == "" {
		return nil, invalidRequest("Missing required header for this request: Content-MD5")
	}
	if x.header("X-Amz-Transition-Default-Minimum-Object-Size") != "varies_by_storage_class" && b.lifecycle != nil {
		return nil, bad("InvalidArgument", "The default minimum size would be reset.", http.StatusBadRequest)
	}
	var doc struct {
		Rule []struct {
			ID, Status string
			Prefix     *string
			Filter     *struct{}
		}
	}
	if xml.Unmarshal(x.body, &doc) != nil || len(doc.Rule) == 0 {
		return nil, errMalformedXML
	}
	names := map[string]bool{}
	filters := 0
	for _, r := range doc.Rule {
		if names[r.ID] || r.Status != "Enabled" && r.Status != "Disabled" || (r.Prefix == nil) == (r.Filter == nil) {
			return nil, errMalformedXML
		}
		names[r.ID] = true
		if r.Filter != nil {
			filters++
		}
	}
	if filters != 0 && filters != len(doc.Rule) {
		return nil, invalidRequest("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.")
	}
	b.lifecycle = bytes.Clone(x.body)
	return ok(http.StatusOK), nil
}

func (s *Server) deleteLifecycle(_ *exchange, b *bucket) (*reply, error) {
	b.lifecycle = nil
	return ok(http.StatusNoContent), nil
}
