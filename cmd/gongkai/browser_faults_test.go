package main

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestGoldenPictures: there is one picture for each shot, and together they stay small.
func TestGoldenPictures(t *testing.T) {
	files, err := os.ReadDir(goldenPictures)
	if err != nil {
		t.Fatal(err)
	}
	total := int64(0)
	for _, f := range files {
		if !slices.ContainsFunc(shots, func(s shot) bool { return s.name+".png" == f.Name() }) {
			t.Errorf("%s is no picture of any shot", f.Name())
		}
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		total += info.Size()
	}
	if len(files) != len(shots) || total > maxTogether {
		t.Errorf("%d files of %d bytes, want %d of at most %d", len(files), total, len(shots), maxTogether)
	}
}

// TestGoldenFaults spoils golden pictures as a browser's whims and as faults would, and sees which are forgiven.
func TestGoldenFaults(t *testing.T) {
	ground := color.RGBA{0xfc, 0xfb, 0xf8, 0xff}
	fill := func(p picture, r image.Rectangle, c color.Color) {
		draw.Draw(p.RGBA, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	// each changes every pixel's colour.
	each := func(p picture, change func(c color.RGBA, x, y int) color.RGBA) {
		for y := range p.Rect.Dy() {
			for x := range p.Rect.Dx() {
				p.SetRGBA(x, y, change(p.RGBAAt(x, y), x, y))
			}
		}
	}
	// move lays a part of the picture elsewhere, on to the ground.
	move := func(p picture, r image.Rectangle, by image.Point) {
		part := picture{image.NewRGBA(r)}
		draw.Draw(part.RGBA, r, p, r.Min, draw.Src)
		fill(p, r, ground)
		draw.Draw(p.RGBA, r.Add(by), part, r.Min, draw.Src)
	}
	outline := image.Rect(0, 20, 70, 140)
	for _, test := range []struct {
		name     string
		shot     string
		forgiven bool
		spoil    func(p picture) picture
	}{
		{"nothing", "report", true, func(p picture) picture { return p }},
		{"letters a tenth bolder", "report", true, func(p picture) picture {
			each(p, func(c color.RGBA, _, _ int) color.RGBA {
				bolder := func(v, ground uint8) uint8 { return uint8(max(0, int(v)-(int(ground)-int(v))/10)) }
				return color.RGBA{bolder(c.R, ground.R), bolder(c.G, ground.G), bolder(c.B, ground.B), 255}
			})
			return p
		}},
		{"grain", "home", true, func(p picture) picture {
			each(p, func(c color.RGBA, x, y int) color.RGBA {
				grain := uint8((x*7 + y*13) % 8)
				return color.RGBA{max(c.R, 8) - grain, max(c.G, 8) - grain, max(c.B, 8) - grain, 255}
			})
			return p
		}},
		{"all 4 px lower", "report", true, func(p picture) picture { move(p, p.Rect, image.Pt(0, 1)); return p }},
		{"4 px taller", "404", true, func(p picture) picture {
			q := picture{image.NewRGBA(image.Rect(0, 0, p.Rect.Dx(), p.Rect.Dy()+1))}
			fill(q, q.Rect, ground)
			draw.Draw(q.RGBA, p.Rect, p, image.Point{}, draw.Src)
			return q
		}},
		{"a line lower", "404", false, func(p picture) picture {
			move(p, image.Rect(0, 40, p.Rect.Dx(), p.Rect.Dy()), image.Pt(0, 7))
			return p
		}},
		{"no outline", "report", false, func(p picture) picture { fill(p, outline, ground); return p }},
		{"outline a line lower", "report", false, func(p picture) picture { move(p, outline, image.Pt(0, 7)); return p }},
		{"outline to the right", "report", false, func(p picture) picture { move(p, outline, image.Pt(240, 0)); return p }},
		{"another ground", "home", false, func(p picture) picture {
			each(p, func(c color.RGBA, _, _ int) color.RGBA { c.B = min(c.B, 240); return c })
			return p
		}},
		{"red for blue", "agency", false, func(p picture) picture {
			each(p, func(c color.RGBA, _, _ int) color.RGBA { c.R, c.B = c.B, c.R; return c })
			return p
		}},
		{"without an end", "home", false, func(p picture) picture { return picture{opaque(p.SubImage(image.Rect(0, 0, 320, 500))).RGBA} }},
		{"wider", "report-phone", false, func(p picture) picture {
			q := picture{image.NewRGBA(image.Rect(0, 0, p.Rect.Dx()+30, p.Rect.Dy()))}
			draw.Draw(q.RGBA, p.Rect, p, image.Point{}, draw.Src)
			return q
		}},
	} {
		file := filepath.Join(goldenPictures, test.shot+".png")
		want := readPicture(t, file)
		d := want.compare(test.spoil(readPicture(t, file)))
		if (d.problem() == "") != test.forgiven {
			t.Errorf("%s: %q (%v), forgiven should be %v", test.name, d.problem(), d, test.forgiven)
		}
		t.Logf("%s: %v", test.name, d)
	}
}
