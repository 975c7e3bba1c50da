package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"time"

	"gantry/remote/demo/sigv4"
)

// MakeBucket makes a bucket, and turns on its versioning if versioned is set.
func (g *Gateway) MakeBucket(name string, versioned bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), readyIn)
	defer cancel()
	if _, err := g.do(ctx, http.MethodPut, "/"+name, nil, nil); err != nil {
		return err
	}
	if !versioned {
		return nil
	}
	const on = `<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>`
	_, err := g.do(ctx, http.MethodPut, "/"+name+"?versioning", []byte(on), nil)
	return err
}

// do sends one request of root's to the gateway and returns the body. uri is
// the escaped path with its query.
func (g *Gateway) do(ctx context.Context, method, uri string, body []byte, header http.Header) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, g.Endpoint()+uri, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, uri, err)
	}
	for k, v := range header {
		r.Header[k] = v
	}
	sum := sha256.Sum256(body)
	sigv4.Sign(r, g.access, g.secret, g.o.Region, "s3", hex.EncodeToString(sum[:]), time.Now())
	resp, err := g.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, uri, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, uri, err)
	}
	return answer, nil
}
