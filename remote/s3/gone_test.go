package s3_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/s3"
	"gantry/remote/s3/s3test"
)

// S21: whatever is asked of a bucket that was deleted says that the whole of it is
// gone, except for a look at an object, whose answer has no reason. What was being
// uploaded there is gone with it.
func TestABucketThatWasDeletedIsToldFromAnObjectThatWas(t *testing.T) {
	tree, server := strict(t, s3test.Bucket{}, s3.Options{})
	server.Put("bucket", "a", []byte("content"))
	e, err := tree.Stat(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	sink, err := tree.Create(t.Context(), "big", remote.CreateOptions{Size: 3 * smallPart, PartSize: smallPart})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Open(t.Context(), remote.Entry{Path: "b", Size: 1}, 0, -1); remote.KindOf(err) != remote.NotExist || remote.GoneOf(err) != "" {
		t.Errorf("no object: %v, gone: %q", err, remote.GoneOf(err))
	}
	server.RemoveBucket("bucket")
	body := func() io.ReadSeeker { return strings.NewReader("content") }
	for what, do := range map[string]func(context.Context) error{
		"list":  func(ctx context.Context) error { _, err := tree.List(ctx, "", ""); return err },
		"walk":  func(ctx context.Context) error { return last(remote.Walk(ctx, tree, "dir/")) },
		"level": func(ctx context.Context) error { return last(remote.All(ctx, tree, "")) },
		"open":  func(ctx context.Context) error { _, err := tree.Open(ctx, e, 0, -1); return err },
		"part":  func(ctx context.Context) error { _, err := sink.WritePart(ctx, 1, body()); return err },
		"commit": func(ctx context.Context) error {
			_, err := sink.Commit(ctx, []remote.Part{{Num: 1, Size: smallPart, Tag: "x"}, {Num: 2, Size: smallPart, Tag: "y"}, {Num: 3, Size: smallPart, Tag: "z"}})
			return err
		},
		"mkdir": func(ctx context.Context) error { return tree.Mkdir(ctx, "dir/") },
		"copy": func(ctx context.Context) error {
			_, err := tree.Copy(ctx, tree, e, "b", remote.CreateOptions{})
			return err
		},
		"remove one":  func(ctx context.Context) error { return tree.Remove(ctx, []remote.Path{"a"}) },
		"remove many": func(ctx context.Context) error { return tree.Remove(ctx, []remote.Path{"a", "b", "c"}) },
		"uploads":     func(ctx context.Context) error { return last(tree.ListUploads(ctx, "")) },
		"put": func(ctx context.Context) error {
			s, err := tree.Create(ctx, "small", remote.CreateOptions{Size: 7})
			if err != nil {
				return err
			}
			part, err := s.WritePart(ctx, 1, body())
			if err != nil {
				return err
			}
			_, err = s.Commit(ctx, []remote.Part{part})
			return err
		},
	} {
		if err := do(t.Context()); remote.KindOf(err) != remote.NotExist || remote.GoneOf(err) != "srv:" {
			t.Errorf("%s: %v, gone: %q", what, err, remote.GoneOf(err))
		}
	}
	if _, err := tree.Stat(t.Context(), "a"); remote.KindOf(err) != remote.NotExist || remote.GoneOf(err) != "" {
		t.Errorf("look: %v, gone: %q", err, remote.GoneOf(err))
	}
	if err := errors.Join(sink.Abort(t.Context()), tree.AbortUpload(t.Context(), remote.Upload{Path: "big", ID: sink.ID()})); err != nil {
		t.Errorf("abort: %v", err)
	}
}

// S21: below s3:// it is one bucket of many.
func TestABucketOfAnAccountIsToldByItsLocation(t *testing.T) {
	server := s3test.New(t, s3test.Options{})
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": server.Access, "AWS_SECRET_ACCESS_KEY": server.Secret, "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": server.URL,
		"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_PROFILE": "",
	} {
		t.Setenv(name, value)
	}
	a, err := s3.NewAmbient(t.Context(), s3.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	if _, err := a.List(t.Context(), "none/dir/", ""); remote.GoneOf(err) != "s3://none/" {
		t.Errorf("%v, gone: %q", err, remote.GoneOf(err))
	}
}

// last is the last error of a sequence.
func last[T any](all iter.Seq2[T, error]) (err error) {
	for _, err = range all {
	}
	return err
}
