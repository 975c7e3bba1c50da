package preset

import (
	"strings"

	"gantry/remote"
)

// Services are the services that gantry knows, Amazon's own first. Endpoints
// have holes in angle brackets, which Fill closes.
func Services() []remote.Preset {
	return []remote.Preset{
		{ID: "aws", Name: "Amazon S3", Region: "auto", Note: "The region is found from the bucket."},
		{
			ID: "minio", Name: "MinIO", Endpoint: "https://<host>:9000", PathStyle: true, Region: "us-east-1",
			Note: "Sessions come from the same address: set sts_endpoint of a role to the endpoint.",
		},
		{
			ID: "r2", Name: "Cloudflare R2", Endpoint: "https://<account>.r2.cloudflarestorage.com", PathStyle: true, Region: "auto",
			Note: "The account is the 32 hexadecimal digits of the dashboard. ETags of large objects are random; there are no versions.", Regions: []string{"auto"},
		},
		{
			ID: "b2", Name: "Backblaze B2", Endpoint: "https://s3.<region>.backblazeb2.com", Region: "us-west-004",
			Note:    "Use an application key, not the master key. Deleted files stay as hidden versions until a lifecycle rule removes them.",
			Regions: []string{"us-west-000", "us-west-001", "us-west-002", "us-west-004", "us-east-005", "eu-central-003", "ca-east-006"},
		},
		{
			ID: "wasabi", Name: "Wasabi", Endpoint: "https://s3.<region>.wasabisys.com", Region: "us-east-1",
			Note: "Objects are billed for at least 90 days, also when they are deleted before.",
			Regions: []string{
				"us-east-1", "us-east-2", "us-central-1", "us-west-1", "us-west-2", "ca-central-1", "eu-central-1", "eu-central-2", "eu-west-1", "eu-west-2",
				"eu-west-3", "eu-south-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2",
			},
		},
		{
			ID: "ceph", Name: "Ceph (radosgw)", Endpoint: "https://<host>", PathStyle: true, Region: "us-east-1", Integrity: "compatible",
			Note: "Releases before Squid know no CRC-64; \"compatible\" sends MD5 sums instead.",
		},
		{
			ID: "gcs", Name: "Google Cloud Storage", Endpoint: "https://storage.googleapis.com", PathStyle: true, Region: "auto", Integrity: "compatible",
			Note: "Use an HMAC key of the interoperability settings. Many objects are deleted one by one.", Regions: []string{"auto"},
		},
		{
			ID: "digitalocean", Name: "DigitalOcean Spaces", Endpoint: "https://<region>.digitaloceanspaces.com", Region: "fra1",
			Note:    "Use an access key of Spaces, not a token of the API.",
			Regions: []string{"nyc3", "ams3", "fra1", "sfo2", "sfo3", "sgp1", "lon1", "tor1", "blr1", "syd1", "atl1"},
		},
		{
			ID: "scaleway", Name: "Scaleway", Endpoint: "https://s3.<region>.scw.cloud", Region: "fr-par",
			Note: "An upload has at most 1,000 parts there: gantry takes larger ones by itself when part_size says so.", Regions: []string{"fr-par", "nl-ams", "pl-waw", "it-mil"},
		},
		{
			ID: "ovh", Name: "OVHcloud", Endpoint: "https://s3.<region>.io.cloud.ovh.net", Region: "gra",
			Note: "Region names are in small letters here.", Regions: []string{"gra", "rbx", "sbg", "eu-west-par", "de", "uk", "waw", "bhs", "ca-east-tor", "sgp", "ap-southeast-syd", "us-east-va", "us-west-or"},
		},
		{
			ID: "hetzner", Name: "Hetzner", Endpoint: "https://<region>.your-objectstorage.com", Region: "fsn1",
			Note: "Keys are made in the project's security settings.", Regions: []string{"fsn1", "nbg1", "hel1"},
		},
		{
			ID: "garage", Name: "Garage", Endpoint: "http://<host>:3900", PathStyle: true, Region: "garage",
			Note: "Put https in front of it, or set allow_http inside your own network. It has no versions and no bucket policies.", Regions: []string{"garage"},
		},
		{
			ID: "seaweedfs", Name: "SeaweedFS", Endpoint: "http://<host>:8333", PathStyle: true, Region: "us-east-1", Integrity: "compatible",
			Note: "Put https in front of it, or set allow_http inside your own network.",
		},
	}
}

// Find gives the preset of an ID, in any case.
func Find(id string) (remote.Preset, bool) {
	for _, p := range Services() {
		if strings.EqualFold(p.ID, id) {
			return p, true
		}
	}
	return remote.Preset{}, false
}

// Fill gives s what p says where s says nothing itself. Holes of the endpoint
// are closed with values by their names, "region" with the region; those that
// stay open are returned.
func Fill(s remote.Server, p remote.Preset, values map[string]string) (filled remote.Server, open []string) {
	if s.Region == "" || s.Region == "auto" {
		s.Region = p.Region
	}
	s.PathStyle = s.PathStyle || p.PathStyle
	if s.Integrity == "" || s.Integrity == "auto" {
		s.Integrity = p.Integrity
	}
	if s.Endpoint != "" {
		return s, nil
	}
	endpoint := p.Endpoint
	for _, hole := range Holes(endpoint) {
		value := values[hole]
		if hole == "region" && value == "" {
			value = s.Region
		}
		if value == "" {
			open = append(open, hole)
			continue
		}
		endpoint = strings.ReplaceAll(endpoint, "<"+hole+">", value)
	}
	s.Endpoint = endpoint
	return s, open
}

// Holes are the names in angle brackets of an endpoint.
func Holes(endpoint string) []string {
	var names []string
	for rest := endpoint; ; {
		_, after, found := strings.Cut(rest, "<")
		name, tail, closed := strings.Cut(after, ">")
		if !found || !closed {
			return names
		}
		names, rest = append(names, name), tail
	}
}
