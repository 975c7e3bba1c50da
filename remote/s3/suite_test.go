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
	srv := newBucket(t)
	srv.Prefix = "team a/"
	tree := open(t, srv, rootKey(t), s3.Options{})
	treetest.Run(t, treetest.Options{
		New:     func(*testing.T) remote.Tree { return tree },
		Refuses: refused,
		Entries: 100,
	})
}

// TestBucketOnTheStrictServerPassesTheSuite, with the names that no disk holds.
func TestBucketOnTheStrictServerPassesTheSuite(t *testing.T) {
	tree, _ := strict(t, s3test.Bucket{}, s3.Options{})
	treetest.Run(t, treetest.Options{
		New:     func(*testing.T) remote.Tree { return tree },
		Hostile: true,
		Entries: 2500,
	})
}

// strict is a tree on a server of its own.
func strict(t *testing.T, b s3test.Bucket, o s3.Options) (*s3.Tree, *s3test.Server) {
	t.Helper()
	s := s3test.New(t, s3test.Options{})
	s.AddBucket("bucket", b)
	srv := remote.Server{Name: "srv", Type: "s3", Region: "us-east-1", Bucket: "bucket", Credential: "k", Endpoint: s.URL, PathStyle: true}
	return open(t, srv, key(t, s.Access, s.Secret), o), s
}
