package s3_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"gantry/remote/s3"
)

// BenchmarkWalkFarAway lists 50,000 keys of a server each answer of which takes
// 20 ms; one page after the other that would be a second and more.
func BenchmarkWalkFarAway(b *testing.B) {
	keys := make([]string, 50_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("dir-%06d/obj-%08d.bin", i/100, i)
	}
	f := newShelf(keys, bytewise, 1000)
	tree := newFake(b, func(fk *fake, op string, w http.ResponseWriter, r *http.Request) {
		<-time.After(20 * time.Millisecond)
		f.serve(fk, op, w, r)
	}).tree(b, nil, s3.Options{FarPage: time.Millisecond})
	for b.Loop() {
		n := 0
		for _, err := range tree.Walk(b.Context(), "") {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != len(keys) {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(f.asked.Load())/float64(b.N), "requests/op")
}
