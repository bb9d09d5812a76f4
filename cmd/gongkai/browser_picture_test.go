package main

import (
	"cmp"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"maps"
	"math"
	"slices"
)

// picture is a page at a quarter of its size: letters become grey, lines, columns and colours stay.
type picture struct{ *image.RGBA }

const (
	smaller = 4 // times
	square  = 8 // pixels of the small picture, 32 of the page: the side of the squares whose means are compared
	slack   = 1 // pixels of the small picture by which a square may lie elsewhere; a line is 7 and more
)

// shrink makes the small picture; each pixel is the mean of those that it stands for.
func shrink(full image.Image) picture {
	from := opaque(full)
	size := image.Pt((from.Rect.Dx()+smaller-1)/smaller, (from.Rect.Dy()+smaller-1)/smaller)
	to := picture{image.NewRGBA(image.Rectangle{Max: size})}
	sums := from.sums()
	for y := range size.Y {
		for x := range size.X {
			m := sums.mean(image.Rect(x*smaller, y*smaller, (x+1)*smaller, (y+1)*smaller).Intersect(from.Rect))
			to.SetRGBA(x, y, color.RGBA{uint8(m[0] + .5), uint8(m[1] + .5), uint8(m[2] + .5), 255})
		}
	}
	return to
}

// opaque copies a picture on to white.
func opaque(from image.Image) picture {
	to := picture{image.NewRGBA(image.Rectangle{Max: from.Bounds().Size()})}
	draw.Draw(to, to.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(to, to.Rect, from, from.Bounds().Min, draw.Over)
	return to
}

// sums are those of red, green and blue over everything above and left of a pixel, with which the mean of any rectangle costs nothing.
type sums struct {
	width int
	sum   [][3]float64
}

func (p picture) sums() sums {
	s := sums{p.Rect.Dx() + 1, make([][3]float64, (p.Rect.Dx()+1)*(p.Rect.Dy()+1))}
	for y := range p.Rect.Dy() {
		for x := range p.Rect.Dx() {
			at, pix := (y+1)*s.width+x+1, p.Pix[y*p.Stride+4*x:]
			for c := range 3 {
				s.sum[at][c] = float64(pix[c]) + s.sum[at-1][c] + s.sum[at-s.width][c] - s.sum[at-s.width-1][c]
			}
		}
	}
	return s
}

func (s sums) mean(r image.Rectangle) (m [3]float64) {
	at := func(x, y, c int) float64 { return s.sum[y*s.width+x][c] }
	for c := range m {
		m[c] = (at(r.Max.X, r.Max.Y, c) - at(r.Min.X, r.Max.Y, c) - at(r.Max.X, r.Min.Y, c) + at(r.Min.X, r.Min.Y, c)) / float64(r.Dx()*r.Dy())
	}
	return m
}

// apart is how far two means differ in brightness or any channel, and in colour alone, which letters that are set a little bolder or elsewhere
// hardly change.
func apart(a, b [3]float64) (far, hue float64) {
	for c := range a {
		far = max(far, math.Abs(a[c]-b[c]))
	}
	for _, c := range []int{0, 2} {
		was, is := a[c]-a[1], b[c]-b[1]
		if d := math.Abs(was - is); d > hueShare*max(math.Abs(was), math.Abs(is)) {
			hue = max(hue, d)
		}
	}
	return far, hue
}

// How far a page may differ from its golden picture, on a scale of 256. The same browser under load, and Chromium 150 against 156, differ by
// less than 1.5 in every square: what remains is the 256 colours of the files. Measured as the most in any picture, of up to 5,000 squares:
//
//	                                      clear or hue   slight   height
//	letters .15 px bolder                 0              1.4 %    0
//	all 2 px lower and 1 px to the right  8              1.6 %    0.4 %
//	marks untrimmed (Chromium < 123)      2              0.1 %    0
//	limit                                 10             5 %      2 %
//	another colour of the seal            13             1.0 %    0
//	printed title to the left             13             3.1 %    0
//	outline a line lower                  15             0.5 %    0
//	signature to the left                 60             1.3 %    0
//	hairlines black                       0              12.9 %   0
//	dark ground #1e1e1e, was #15171a      0              78.6 %   0
//	no footer                             43             13.2 %   12.3 %
//	all else that was tried               70 and more
//
// Full hinting and a display's coloured dots come to 21, because some lines break elsewhere; goldenFonts switches them off.
const (
	clearly     = 10. // a square differs clearly
	slightly    = 6.
	coloured    = 5.
	hueShare    = .3 // and by so much of the stronger colour
	maxClear    = 10 // squares that differ clearly or in hue
	maxSlight   = .05
	maxTaller   = .02
	maxTogether = 400_000 // bytes of all golden pictures
)

// pictureDifference is how a page differs from its golden picture.
type pictureDifference struct {
	wider, taller int // by how many pixels of the page
	height        int // of the golden page
	bad           []image.Rectangle
	slight        int
	squares       int
	worst         float64
}

func (d pictureDifference) String() string {
	return fmt.Sprintf("%d px wider and %d of %d px taller; of %d squares %d differ clearly, %d slightly, the worst by %.1f", d.wider, d.taller, d.height, d.squares, len(d.bad), d.slight, d.worst)
}

// problem says what is wrong; "" nothing.
func (d pictureDifference) problem() string {
	switch {
	case d.wider != 0:
		return "another width"
	case math.Abs(float64(d.taller)) > maxTaller*float64(d.height):
		return "another height"
	case len(d.bad) > maxClear:
		return "something is missing, elsewhere or of another colour"
	case float64(d.slight) > maxSlight*float64(d.squares):
		return "another colour of the ground or of the lines"
	}
	return ""
}

// compare compares the means of squares, each with those that lie at most slack beside it.
func (p picture) compare(q picture) pictureDifference {
	d := pictureDifference{wider: smaller * (q.Rect.Dx() - p.Rect.Dx()), taller: smaller * (q.Rect.Dy() - p.Rect.Dy()), height: smaller * p.Rect.Dy()}
	want, got := p.sums(), q.sums()
	both := p.Rect.Intersect(q.Rect)
	for y := 0; y < both.Max.Y; y += square {
		for x := 0; x < both.Max.X; x += square {
			r := image.Rect(x, y, x+square, y+square).Intersect(both)
			mean, leastFar, leastHue := want.mean(r), math.Inf(1), math.Inf(1)
			for dy := -slack; dy <= slack; dy++ {
				for dx := -slack; dx <= slack; dx++ {
					if moved := r.Add(image.Pt(dx, dy)); moved.In(q.Rect) {
						far, hue := apart(mean, got.mean(moved))
						leastFar, leastHue = min(leastFar, far), min(leastHue, hue)
					}
				}
			}
			d.squares++
			d.worst = max(d.worst, leastFar)
			if leastFar > slightly {
				d.slight++
			}
			if leastFar > clearly || leastHue > coloured {
				d.bad = append(d.bad, r)
			}
		}
	}
	return d
}

// show is the page as it is now, with the upper and left edge of every square that differs clearly in red.
func (d pictureDifference) show(q picture) picture {
	to := opaque(q)
	red := image.NewUniform(color.RGBA{255, 0, 0, 255})
	for _, r := range d.bad {
		draw.Draw(to, image.Rect(r.Min.X, r.Min.Y, r.Max.X, r.Min.Y+1), red, image.Point{}, draw.Src)
		draw.Draw(to, image.Rect(r.Min.X, r.Min.Y, r.Min.X+1, r.Max.Y), red, image.Point{}, draw.Src)
	}
	return to
}

// fewColours is the picture in at most 256 colours, so that its file is small: of those that hardly differ the one that it has most of.
func fewColours(p image.Image) image.Image {
	from := opaque(p)
	count, alike := map[color.RGBA]int{}, map[color.RGBA]int{}
	coarse := func(c color.RGBA) color.RGBA { return color.RGBA{c.R >> 3, c.G >> 3, c.B >> 3, 0} }
	for y := range from.Rect.Dy() {
		for x := range from.Rect.Dx() {
			c := from.RGBAAt(x, y)
			count[c]++
			alike[coarse(c)]++
		}
	}
	often := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(alike[coarse(b)], alike[coarse(a)]), cmp.Compare(count[b], count[a]), cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range often {
		if len(palette) < 256 && alike[coarse(c)] > 0 {
			palette = append(palette, c)
			alike[coarse(c)] = 0
		}
	}
	to := image.NewPaletted(from.Rect, palette)
	draw.Draw(to, to.Rect, from, image.Point{}, draw.Src)
	return to
}
