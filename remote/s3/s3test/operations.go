package s3test

import (
	"maps"
	"net/http"
	"slices"
)

// operationFunc does what a request asks for. Server.mu is held.
type operationFunc func(s *Server, x *exchange, b *bucket) (*reply, error)

// handler finds the operation by its name in AWS's documentation.
func handler(op string) operationFunc {
	switch op {
	case "ListBuckets":
		return (*Server).listBuckets
	case "HeadBucket":
		return headBucket
	case "GetBucketLocation":
		return getLocation
	case "GetBucketVersioning":
		return getVersioning
	case "ListObjectsV2":
		return (*Server).listObjects
	case "ListObjectVersions":
		return (*Server).listVersions
	case "GetObject", "HeadObject":
		return (*Server).getObject
	case "GetObjectAttributes":
		return (*Server).getAttributes
	case "PutObject":
		return (*Server).putObject
	case "CopyObject":
		return (*Server).copyObject
	case "DeleteObject":
		return (*Server).deleteObject
	case "DeleteObjects":
		return (*Server).deleteObjects
	case "RestoreObject":
		return (*Server).restoreObject
	}
	return furtherHandler(op)
}

func furtherHandler(op string) operationFunc {
	switch op {
	case "CreateMultipartUpload":
		return (*Server).createUpload
	case "UploadPart":
		return (*Server).uploadPart
	case "UploadPartCopy":
		return (*Server).copyPart
	case "CompleteMultipartUpload":
		return (*Server).completeUpload
	case "AbortMultipartUpload":
		return (*Server).abortUpload
	case "ListParts":
		return (*Server).listParts
	case "ListMultipartUploads":
		return (*Server).listUploads
	case "GetObjectTagging":
		return (*Server).getTags
	case "PutObjectTagging":
		return (*Server).putTags
	case "DeleteObjectTagging":
		return (*Server).deleteTags
	case "GetBucketLifecycleConfiguration":
		return (*Server).getLifecycle
	case "PutBucketLifecycleConfiguration":
		return (*Server).putLifecycle
	case "DeleteBucketLifecycle":
		return (*Server).deleteLifecycle
	}
	return nil
}

func (s *Server) listBuckets(_ *exchange, _ *bucket) (*reply, error) {
	var d xmlBuilder
	d.begin("ListAllMyBucketsResult", namespace)
	d.begin("Buckets", "")
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		d.begin("Bucket", "")
		d.elem("Name", name)
		d.time("CreationDate", s.buckets[name].made)
		d.elem("BucketRegion", s.buckets[name].region)
		d.end("Bucket")
	}
	d.end("Buckets")
	d.end("ListAllMyBucketsResult")
	return document(&d), nil
}

func headBucket(_ *Server, _ *exchange, b *bucket) (*reply, error) {
	p := ok(http.StatusOK)
	p.header.Set("X-Amz-Bucket-Region", b.region)
	return p, nil
}

func getLocation(_ *Server, _ *exchange, b *bucket) (*reply, error) {
	var d xmlBuilder
	d.begin("LocationConstraint", namespace)
	if b.region != "us-east-1" { // which has no name here
		d.text(b.region)
	}
	d.end("LocationConstraint")
	return document(&d), nil
}

func getVersioning(_ *Server, _ *exchange, b *bucket) (*reply, error) {
	var d xmlBuilder
	d.begin("VersioningConfiguration", namespace)
	if b.versioned {
		d.elem("Status", "Enabled")
	}
	d.end("VersioningConfiguration")
	return document(&d), nil
}
