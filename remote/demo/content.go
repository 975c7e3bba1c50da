package demo

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"time"
)

const readme = `# Quayside

Sample data of gantry's demo. It lives in a temporary folder of this
computer, and is gone when you leave.

* data/      tables: ports, manifests of ships
* logs/      two weeks of a crane, one file every three hours
* pictures/  images in several sizes
* archives/  zip and tar.gz
* names/     keys that are hard to show
* sensors/   5,000 small objects in one folder
* backups/   an object of 300 MiB, and an upload that was never finished
* contracts/, site/   objects with several versions

Mark some rows with Insert or Space, press F5, and watch the queue.
`

const portsJSON = `{
  "ports": [
    {"code": "NLRTM", "name": "Rotterdam", "berths": 128},
    {"code": "DEHAM", "name": "Hamburg", "berths": 86},
    {"code": "SGSIN", "name": "Singapore", "berths": 204}
  ]
}
`

const schema = `create table box (
  number text primary key,
  ship   text not null,
  weight integer check (weight > 0)
);
`

func ports() []byte {
	return []byte("code,name,country,lat,lon\nNLRTM,Rotterdam,NL,51.95,4.14\nDEHAM,Hamburg,DE,53.54,9.97\n" +
		"SGSIN,Singapore,SG,1.26,103.84\nCNSHA,上海,CN,31.37,121.50\nISREY,Reykjavík,IS,64.15,-21.94\n")
}

// manifest is a table of rows boxes.
func manifest(seed uint64, rows int) []byte {
	r := dice(seed)
	var b bytes.Buffer
	b.WriteString("box,row,bay,tier,weight_kg,destination\n")
	for range rows {
		fmt.Fprintf(&b, "%sU%07d,%d,%d,%d,%d,%s\n", []string{"MSK", "HLC", "CMA", "EGH"}[r.IntN(4)], r.IntN(1e7), r.IntN(24), r.IntN(40), r.IntN(9),
			2000+r.IntN(28000), []string{"NLRTM", "DEHAM", "SGSIN", "CNSHA", "ISREY"}[r.IntN(5)])
	}
	return b.Bytes()
}

// picture draws a harbour at some hour: a sky, a sea and a crane.
func picture(w, h int, hour float64) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	light := math.Max(0.15, math.Sin(hour/24*math.Pi))
	shade := func(r, g, b float64) color.NRGBA {
		return color.NRGBA{uint8(r * light), uint8(g * light), uint8(b * light), 255}
	}
	horizon := h * 2 / 3
	for y := range h {
		t := float64(y) / float64(h)
		for x := range w {
			c := shade(120+100*t, 170+40*t, 250)
			if y > horizon {
				wave := 12 * math.Sin(float64(x)/9+float64(y)/3)
				c = shade(20, 70+wave, 120+wave)
			}
			m.SetNRGBA(x, y, c)
		}
	}
	steel := color.NRGBA{200, 80, 30, 255}
	box := func(x0, y0, x1, y1 int) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				m.SetNRGBA(x, y, steel)
			}
		}
	}
	t := max(2, w/100)
	box(w/3, h/4, w/3+t, horizon+t)         // leg
	box(w/2, h/4, w/2+t, horizon+t)         // leg
	box(w/6, h/4-t, w*5/6, h/4)             // beam
	box(w*3/4, h/4, w*3/4+1, h/2)           // rope
	box(w*3/4-4*t, h/2, w*3/4+4*t, h/2+4*t) // load
	return m
}

func pictures(b *bucketSeed) error {
	for i, p := range []struct {
		name string
		w, h int
	}{
		{"dawn.png", 320, 200},
		{"noon.png", 640, 400},
		{"dusk.jpg", 640, 400},
		{"night.jpg", 320, 200},
		{"icon.png", 32, 32},
	} {
		var buf bytes.Buffer
		m := picture(p.w, p.h, float64(6+5*i))
		var err error
		if p.name[len(p.name)-3:] == "jpg" {
			err = jpeg.Encode(&buf, m, nil)
		} else {
			err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&buf, m)
		}
		if err = errors.Join(err, b.put("pictures/"+p.name, buf.Bytes(), time.Duration(20+i)*day)); err != nil {
			return err
		}
	}
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="M4 36V8h30M24 8v10" stroke="#c63" fill="none"/><rect x="20" y="18" width="8" height="6"/></svg>`
	return b.put("pictures/crane.svg", []byte(svg), 19*day)
}

func archives(b *bucketSeed) error {
	var z bytes.Buffer
	zw := zip.NewWriter(&z)
	var g bytes.Buffer
	gz := gzip.NewWriter(&g)
	tw := tar.NewWriter(gz)
	for i := range 12 {
		name := fmt.Sprintf("manifests/ship-%02d.csv", i)
		content := manifest(uint64(i), 300)
		w, err := zw.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.now.Add(-50 * day)})
		if err != nil {
			return fmt.Errorf("make archive: %w", err)
		}
		_, err = w.Write(content)
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(content)), ModTime: b.now.Add(-50 * day)}
		if err = errors.Join(err, tw.WriteHeader(h)); err == nil {
			_, err = tw.Write(content)
		}
		if err != nil {
			return fmt.Errorf("make archive: %w", err)
		}
	}
	if err := errors.Join(zw.Close(), tw.Close(), gz.Close()); err != nil {
		return fmt.Errorf("make archive: %w", err)
	}
	return errors.Join(b.put("archives/manifests.zip", z.Bytes(), 49*day), b.put("archives/manifests.tar.gz", g.Bytes(), 48*day))
}
