package preset

import (
	"strings"

	"gantry/remote"
)

// regions is the table of the AWS SDK for Go v2 (partitions.json of core
// v1.47.7): partition, code, name.
const regions = `
aws af-south-1 Africa (Cape Town)
aws ap-east-1 Asia Pacific (Hong Kong)
aws ap-east-2 Asia Pacific (Taipei)
aws ap-northeast-1 Asia Pacific (Tokyo)
aws ap-northeast-2 Asia Pacific (Seoul)
aws ap-northeast-3 Asia Pacific (Osaka)
aws ap-south-1 Asia Pacific (Mumbai)
aws ap-south-2 Asia Pacific (Hyderabad)
aws ap-southeast-1 Asia Pacific (Singapore)
aws ap-southeast-2 Asia Pacific (Sydney)
aws ap-southeast-3 Asia Pacific (Jakarta)
aws ap-southeast-4 Asia Pacific (Melbourne)
aws ap-southeast-5 Asia Pacific (Malaysia)
aws ap-southeast-6 Asia Pacific (New Zealand)
aws ap-southeast-7 Asia Pacific (Thailand)
aws ca-central-1 Canada (Central)
aws ca-west-1 Canada West (Calgary)
aws eu-central-1 Europe (Frankfurt)
aws eu-central-2 Europe (Zurich)
aws eu-north-1 Europe (Stockholm)
aws eu-south-1 Europe (Milan)
aws eu-south-2 Europe (Spain)
aws eu-west-1 Europe (Ireland)
aws eu-west-2 Europe (London)
aws eu-west-3 Europe (Paris)
aws il-central-1 Israel (Tel Aviv)
aws me-central-1 Middle East (UAE)
aws me-south-1 Middle East (Bahrain)
aws mx-central-1 Mexico (Central)
aws sa-east-1 South America (Sao Paulo)
aws us-east-1 US East (N. Virginia)
aws us-east-2 US East (Ohio)
aws us-west-1 US West (N. California)
aws us-west-2 US West (Oregon)
aws-cn cn-north-1 China (Beijing)
aws-cn cn-northwest-1 China (Ningxia)
aws-eusc eusc-de-east-1 AWS European Sovereign Cloud (Germany)
aws-iso us-iso-east-1 US ISO East
aws-iso us-iso-west-1 US ISO WEST
aws-iso-b us-isob-east-1 US ISOB East (Ohio)
aws-iso-b us-isob-west-1 US ISOB West
aws-iso-e eu-isoe-west-1 EU ISOE West
aws-iso-f us-isof-east-1 US ISOF EAST
aws-iso-f us-isof-south-1 US ISOF SOUTH
aws-us-gov us-gov-east-1 AWS GovCloud (US-East)
aws-us-gov us-gov-west-1 AWS GovCloud (US-West)
`

// Regions are the regions of AWS in all partitions: commercial, China,
// GovCloud, the isolated ones, and the European sovereign cloud.
func Regions() []remote.Region {
	var out []remote.Region
	for line := range strings.Lines(strings.TrimSpace(regions)) {
		partition, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		code, name, _ := strings.Cut(rest, " ")
		out = append(out, remote.Region{Code: code, Name: name, Partition: partition})
	}
	return out
}

// Partition is the partition of a region, of new ones by the shape of their
// names; "aws" when nothing else fits.
func Partition(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-iso-", "aws-iso"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// FirstRegion is where a partition is asked about a bucket whose region nobody
// knows yet.
func FirstRegion(partition string) string {
	if partition == "aws" {
		return "us-east-1"
	}
	for _, r := range Regions() {
		if r.Partition == partition {
			return r.Code
		}
	}
	return "us-east-1"
}
