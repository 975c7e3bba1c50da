package preset_test

import (
	"net/url"
	"strings"
	"testing"

	"gantry/remote"
	"gantry/remote/preset"
)

func TestEveryPresetGivesAnEndpointOnceItsHolesAreClosed(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range preset.Services() {
		if seen[p.ID] || p.Name == "" || !strings.HasSuffix(p.Note, ".") {
			t.Errorf("%+v", p)
		}
		seen[p.ID] = true
		s, open := preset.Fill(remote.Server{Region: "auto"}, p, map[string]string{"host": "s3.example.com", "account": "0123"})
		if len(open) != 0 || strings.ContainsAny(s.Endpoint, "<>") {
			t.Errorf("%s: %s, open %v", p.ID, s.Endpoint, open)
		}
		if u, err := url.Parse(s.Endpoint); p.ID != "aws" && (err != nil || u.Host == "") {
			t.Errorf("%s: %s", p.ID, s.Endpoint)
		}
		if _, open := preset.Fill(remote.Server{}, p, nil); strings.Contains(p.Endpoint, "<host>") && len(open) == 0 {
			t.Errorf("%s: its hole is not told", p.ID)
		}
	}
	for _, id := range []string{"minio", "r2", "b2", "wasabi", "ceph", "gcs", "digitalocean", "scaleway", "ovh", "hetzner", "garage", "seaweedfs", "R2"} {
		if _, ok := preset.Find(id); !ok {
			t.Errorf("no %s", id)
		}
	}
}

func TestAPresetLeavesWhatWasTyped(t *testing.T) {
	p, _ := preset.Find("wasabi")
	s, _ := preset.Fill(remote.Server{Region: "eu-west-1"}, p, nil)
	if s.Region != "eu-west-1" || s.Endpoint != "https://s3.eu-west-1.wasabisys.com" {
		t.Errorf("%+v", s)
	}
	s, _ = preset.Fill(remote.Server{Endpoint: "https://mine"}, p, nil)
	if s.Endpoint != "https://mine" {
		t.Errorf("%+v", s)
	}
}

func TestRegionsKnowTheirPartitions(t *testing.T) {
	partitions := map[string]int{}
	for _, r := range preset.Regions() {
		partitions[r.Partition]++
		if r.Name == "" || preset.Partition(r.Code) != r.Partition {
			t.Errorf("%+v is in %s", r, preset.Partition(r.Code))
		}
	}
	if len(partitions) != 8 || partitions["aws"] < 30 {
		t.Errorf("%v", partitions)
	}
	for partition := range partitions {
		if got := preset.Partition(preset.FirstRegion(partition)); got != partition {
			t.Errorf("the first region of %s is in %s", partition, got)
		}
	}
}
