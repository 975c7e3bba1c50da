package s3_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
	"gantry/remote/treetest"
)

// refused are the names that the gateway cannot hold: it keeps objects as files
// and folders of a disk.
func refused(name string) bool {
	if strings.Contains(name, "//") || strings.HasPrefix(name, "/") || len(name) > 255 || strings.Contains(name, "\x00") || !utf8.ValidString(name) {
		return true
	}
	for _, seg := range strings.Split(strings.TrimSuffix(name, "/"), "/") {
		if seg == "" || seg == "." || seg == ".." {
			return true
		}
	}
	return name == "x" || name == "x/y"
}

func TestBucketOnVersitygwPassesTheSuite(t *testing.T) {
	tree := open(t, newBucket(t), rootKey(t), s3.Options{})
	treetest.Run(t, treetest.Options{
		New:     func(*testing.T) remote.Tree { return tree },
		Refuses: refused,
		Entries: 1100,
	})
}

func TestPrefixOfABucketPassesTheSuite(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{}, func(s *remote.Server) { s.Prefix = "team a/" })
	treetest.Run(t, treetest.Options{
		New:      func(*testing.T) remote.Tree { return tree },
		Hostile:  true,
		Entries:  100,
		PartSize: smallPart,
	})
}

// U16: also parts that come in any order, and the same one twice.
// TestBucketOnTheStrictServerPassesTheSuite, with the names that no disk holds.
func TestBucketOnTheStrictServerPassesTheSuite(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	treetest.Run(t, treetest.Options{
		New:      func(*testing.T) remote.Tree { return tree },
		Hostile:  true,
		Entries:  1100,
		PartSize: smallPart,
	})
}

// smallPart is the smallest part of the strict server, so that tests of uploads
// cost little.
const smallPart = 64 << 10

// strict is a tree on a server of its own.
func strict(t *testing.T, b s3test.Bucket, o s3.Options, change ...func(*remote.Server)) (*s3.Tree, *s3test.Server) {
	t.Helper()
	s := s3test.New(t, s3test.Options{MinPart: smallPart})
	s.AddBucket("bucket", b)
	srv := remote.Server{Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: s.URL, PathStyle: true}
	for _, f := range change {
		f(&srv)
	}
	return open(t, srv, key(t, s.Access, s.Secret), o), s
}
