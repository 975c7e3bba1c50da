package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"
)

// The buckets of the demo.
const (
	demoBucket    = "demo"
	partnerBucket = "partner-exchange"
	archiveBucket = "archive"
)

const (
	smallObjects = 5000 // lie in one folder
	firstObjects = 100  // of them are there from the beginning
)

// bigBlob is the large object. Its sums are constants, as is its content;
// a test computes them again.
func bigBlob() blob {
	return blob{size: 300 * mib, etag: "fa979bdf661f9fa18086a3178882542f-38", crc: 0x8a25880b725805ad}
}

func yearlyBlob() blob {
	return blob{size: 48 * mib, etag: "f3e26a6d5252eae3c7120cecd06145fb-6", crc: 0x92662d57687859a9}
}

// seed fills the buckets with all but the slow things, which fill adds.
// now is the time from which all ages count.
func (g *Gateway) seed(ctx context.Context, now time.Time) error {
	if err := errors.Join(
		g.MakeBucket(demoBucket, true), g.MakeBucket(partnerBucket, false), g.MakeBucket(archiveBucket, false),
	); err != nil {
		return err
	}
	for _, b := range []struct {
		name  string
		steps []func(*bucketSeed) error
	}{
		{demoBucket, []func(*bucketSeed) error{texts, logs, pictures, archives, names, firstSensors, big}},
		{partnerBucket, []func(*bucketSeed) error{exchange}},
		{archiveBucket, []func(*bucketSeed) error{years}},
	} {
		s, err := g.seedBucket(b.name, now)
		if err != nil {
			return err
		}
		defer s.close()
		for _, step := range b.steps {
			if err := errors.Join(step(s), ctx.Err()); err != nil {
				return err
			}
		}
	}
	return g.history(ctx, demoBucket, now)
}

// dice are the same in every run.
func dice(n uint64) *rand.Rand { return rand.New(rand.NewPCG(n, 20261123)) }

func texts(b *bucketSeed) error {
	return errors.Join(
		b.put("README.md", []byte(readme), 3*day),
		b.put("todo.txt", []byte("[x] order cranes\n[ ] paint cranes\n[ ] name cranes\n"), 7*time.Hour),
		b.put("data/ports.csv", ports(), 40*day),
		b.put("data/ports.json", []byte(portsJSON), 40*day),
		b.put("data/manifests/9321483-2026-11-20.csv", manifest(1, 2400), 3*day),
		b.put("data/manifests/9454450-2026-11-21.csv", manifest(2, 900), 2*day),
		b.put("data/manifests/9795610-2026-11-22.csv", manifest(3, 12000), 26*time.Hour),
		b.put("data/schema.sql", []byte(schema), 400*day),
		b.put("config/berths.yaml", []byte("berths:\n  - name: north\n    depth: 14.5\n  - name: south\n    depth: 9.0\n"), 90*day),
		b.put("config/gantry.toml", []byte("# cranes\n[[crane]]\nname = \"A1\"\nreach = 52\n"), 91*day),
		b.put("src/main.go", []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hoist\") }\n"), 12*day),
		b.put("src/load/plan/plan.go", []byte("// Package plan decides which box goes where.\npackage plan\n"), 11*day),
		b.put("src/load/plan/deep/er/and/deeper/notes.txt", []byte("You have come far.\n"), 10*day),
		b.put("an empty file", nil, 4*day),
		b.folder("an empty folder/"),
	)
}

// logs are two weeks of a service, one file an hour.
func logs(b *bucketSeed) error {
	r := dice(7)
	for d := range 14 {
		date := b.now.Add(-time.Duration(d) * day)
		for h := 0; h < 24; h += 3 {
			key := fmt.Sprintf("logs/%s/crane-%02d.log", date.Format("2006/01/02"), h)
			var s strings.Builder
			for i := range 40 + r.IntN(200) {
				fmt.Fprintf(&s, "%sT%02d:%02d:%02dZ level=%s crane=A%d msg=%q load_kg=%d\n", date.Format(time.DateOnly), h, i/60%60, i%60,
					[]string{"info", "info", "info", "warn"}[r.IntN(4)], 1+r.IntN(6), []string{"hoist", "lower", "trolley", "wait for truck"}[r.IntN(4)], r.IntN(40000))
			}
			if err := b.put(key, []byte(s.String()), time.Duration(d)*day+time.Duration(24-h)*time.Hour); err != nil {
				return err
			}
		}
	}
	return nil
}

// fill adds what takes longest, the unfinished upload and the rest of the
// small objects: the demo is open before they are there.
func (g *Gateway) fill(ctx context.Context, now time.Time) error {
	if err := g.leftover(ctx, demoBucket, "backups/night-backup.tar", now.Add(-9*day)); err != nil {
		return err
	}
	b, err := g.seedBucket(demoBucket, now)
	if err != nil {
		return err
	}
	defer b.close()
	for i := firstObjects; i < smallObjects; i++ {
		if err := errors.Join(sensor(b, i), ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}

func firstSensors(b *bucketSeed) error {
	for i := range firstObjects {
		if err := sensor(b, i); err != nil {
			return err
		}
	}
	return nil
}

// sensor is one of many small objects in one folder.
func sensor(b *bucketSeed, i int) error {
	r := dice(uint64(i))
	key := fmt.Sprintf("sensors/reading-%05d.json", i+1)
	body := fmt.Sprintf("{\"sensor\":\"wind-%02d\",\"metres_per_second\":%.1f,\"gust\":%.1f}\n", i%24, r.Float64()*20, r.Float64()*35)
	return b.put(key, []byte(body), time.Duration(smallObjects-i)*10*time.Minute)
}

func big(b *bucketSeed) error {
	return b.putBlob("backups/terminal-2026-11.img", bigBlob(), 6*day)
}

// names are keys that are hard to show or to type.
func names(b *bucketSeed) error {
	for i, n := range []string{
		"with spaces and (brackets).txt", " leading space", "trailing space ", "plus+and%20percent.txt", "100%.txt", "%2F is no slash.txt",
		"question?hash#and&ampersand=.txt", "quote'single.txt", "quote\"double.txt", "back\\slash.txt", "star*and[brackets]{a,b}.txt",
		"$(touch x);`id`.txt", "-rf", "--help", "~", "C:colon.txt", "dot.", "...three", "tab\tinside.txt", "line\nbreak.txt", "return\rhere.txt",
		"Zürich façade.txt", "e\u0301 combining.txt", "\u00e9 composed.txt", "港口 起重机.txt", "クレーン.txt", "크레인.txt", "ลำเรือ.txt",
		"مرحبا بالعالم.txt", "שלום.txt", "emoji 🏗️🚢⚓.txt", "family 👩‍👩‍👧‍👦.txt", "zero\u200bwidth.txt", "bidi \u202etxt.exe", "\u009b31m one byte CSI.txt",
		"\u009d52;c;aGk=\u009c one byte OSC.txt", "delete\x7f.txt", "CASE.txt", "case.txt", strings.Repeat("a very long name ", 14) + ".txt",
	} {
		if err := b.put("names/"+n, fmt.Appendf(nil, "This object is called\n%q\n", n), time.Duration(i)*17*time.Hour); err != nil && runtime.GOOS != "windows" {
			return err // Windows has no such file names: there the folder is shorter
		}
	}
	deep := "names/" + strings.Repeat("forty characters of a folder's long name/", 22) + "end.txt"
	return errors.Join(b.put(deep, []byte("A key of nearly 1,000 bytes.\n"), 70*day), b.folder("names/folder with spaces /"))
}

// exchange is what a partner and we send each other.
func exchange(b *bucketSeed) error {
	for i := range 30 {
		age := time.Duration(i) * 2 * day
		stamp := b.now.Add(-age).Format("20060102")
		if err := errors.Join(
			b.put("inbox/orders-"+stamp+".csv", manifest(uint64(100+i), 50+i*7), age+5*time.Hour),
			b.put("outbox/receipt-"+stamp+".xml", []byte("<receipt date=\""+stamp+"\"><accepted>true</accepted></receipt>\n"), age),
		); err != nil {
			return err
		}
	}
	return errors.Join(b.put("README.txt", []byte("Put files for us into inbox/. We answer in outbox/.\n"), 365*day), b.folder("rejected/"))
}

// years are a bucket that only grows.
func years(b *bucketSeed) error {
	for y := 2019; y <= 2025; y++ {
		for q := 1; q <= 4; q++ {
			age := b.now.Sub(time.Date(y, time.Month(q*3), 28, 3, 0, 0, 0, time.UTC))
			key := fmt.Sprintf("%d/q%d/", y, q)
			if err := errors.Join(
				b.put(key+"ledger.csv", manifest(uint64(y*10+q), 600), age),
				b.put(key+"report.txt", fmt.Appendf(nil, "Report of quarter %d of %d\n\nNothing fell into the water.\n", q, y), age-day),
			); err != nil {
				return err
			}
		}
	}
	return b.putBlob("2025/yearly-backup.img", yearlyBlob(), 330*day)
}
