package main

import (
	"bytes"
	"cmp"
	"context"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"

	"gongkai/internal/sitetest"
)

var updatePictures = flag.Bool("update", false, "write the golden pictures anew")

// goldenPictures holds the pages as they should look, at a quarter of their size.
const goldenPictures = "testdata/golden-pictures"

// goldenFont is the face of fonts-noto-cjk, which .ci/run installs. In another one lines break elsewhere, and pictures cannot be compared.
const goldenFont = "Noto Sans CJK SC"

// goldenFonts makes that face the one of every family that the style sheets name, on the screen and on paper, and switches off what machines
// set differently: hinting and the colours of a display's dots.
const goldenFonts = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<match><edit name="family" mode="prepend_first" binding="strong"><string>` + goldenFont + `</string></edit></match>
<match target="font">
<edit name="antialias" mode="assign"><bool>true</bool></edit><edit name="hinting" mode="assign"><bool>false</bool></edit>
<edit name="autohint" mode="assign"><bool>false</bool></edit><edit name="rgba" mode="assign"><const>none</const></edit>
</match></fontconfig>`

// goldenStyle holds still what moves, and what a newer browser may one day set differently by itself: then lines would break elsewhere.
const goldenStyle = `
*, ::before, ::after { animation: none !important; transition: none !important; caret-color: transparent !important; }
html { scroll-behavior: auto !important; text-autospace: no-autospace; text-spacing-trim: normal; }
`

// shot is a page in a view of which there is a golden picture.
type shot struct {
	name   string
	path   string
	width  int
	scheme string
	elder  bool
	paper  bool // the first page, printed
}

var shots = []shot{
	{name: "home", path: "official/index.html", width: 1280},
	{name: "district-phone", path: "official/110101/index.html", width: 375},
	{name: "agency", path: "official/110101/wjw/index.html", width: 768},
	{name: "report", path: everything, width: 1280},
	{name: "report-phone", path: everything, width: 375}, // with a table of twelve columns
	{name: "report-dark", path: everything, width: 1280, scheme: "dark"},
	{name: "elder", path: everything, width: 768, elder: true},
	{name: "withdrawn", path: "unofficial/110101/wjw/2022/zongjie.html", width: 768},
	{name: "404", path: "official/404.html", width: 375},
	{name: "print", path: everything, width: 1280, paper: true},
}

// TestBrowserGolden compares pictures of ten pages with those in goldenPictures; go test ./cmd/gongkai -run TestBrowserGolden -update writes
// them anew, to be looked at before they are committed. How far they may differ, and why, stands at maxClear.
func TestBrowserGolden(t *testing.T) {
	fonts := filepath.Join(t.TempDir(), "fonts.conf")
	write(t, fonts, goldenFonts)
	t.Setenv("FONTCONFIG_FILE", fonts)
	r := newReading(t)
	r.root = sitetest.ServeChanged(t, r.dir, func(path, text string) string {
		if strings.HasSuffix(path, ".css") {
			text += goldenStyle
		}
		return stay(path, text)
	})
	tab := r.tab(t)
	if found := r.hanFont(t, tab); found != goldenFont {
		sitetest.Missing(t, "chromium", fmt.Sprintf("the golden pictures are in %s (fonts-noto-cjk), Chromium writes 汉字 in %s", goldenFont, found))
	}
	folder := ""
	for _, s := range shots {
		t.Run(s.name, func(t *testing.T) {
			file := filepath.Join(goldenPictures, s.name+".png")
			if *updatePictures {
				writePicture(t, file, r.picture(t, tab, s))
				return
			}
			want := readPicture(t, file)
			// A page is looked at again before it is blamed: a fault stays.
			var got picture
			var d pictureDifference
			for range 3 {
				got = r.picture(t, tab, s)
				if d = want.compare(got); d.problem() == "" {
					t.Log(d)
					return
				}
			}
			if folder == "" {
				folder = keptFolder(t)
			}
			writePicture(t, filepath.Join(folder, s.name+".png"), got)
			writePicture(t, filepath.Join(folder, s.name+"-difference.png"), d.show(got))
			t.Errorf("%s is not what %s shows: %s (%v)\nlook at %s; go test ./cmd/gongkai -run TestBrowserGolden -update writes the golden pictures anew",
				s.path, file, d.problem(), d, filepath.Join(folder, s.name+"*.png"))
		})
	}
	r.quiet(t, tab)
}

// settled is kept once nothing will change any more: the faces and the pictures are there, two frames are drawn.
const settled = `(async function () {
  for (const i of document.images) i.loading = 'eager';
  await Promise.all(Array.from(document.images).map(function (i) { return i.decode().catch(function () {}); }));
  await document.fonts.ready;
  const frame = function () { return new Promise(function (done) { requestAnimationFrame(done); setTimeout(done, 500); }); };
  await frame();
  await frame();
  return true;
})()`

// picture opens a page and draws it.
func (r *reading) picture(t testing.TB, tab *sitetest.Tab, s shot) picture {
	t.Helper()
	tab.Media(t, "", "prefers-color-scheme", cmp.Or(s.scheme, "light"), "prefers-reduced-motion", "reduce")
	tab.Size(t, s.width, 900)
	r.elder(t, tab, s.elder)
	tab.Go(t, r.root+s.path)
	tab.Wait(t, `document.readyState === "complete" && document.querySelector(".tools button")`)
	sitetest.Eval[bool](t, tab, settled)
	if s.paper {
		return drawn(t, firstPage(t, tab.PDF(t)))
	}
	before := drawn(t, tab.Picture(t, true))
	for range 5 { // until two pictures are equal
		now := drawn(t, tab.Picture(t, true))
		if bytes.Equal(now.Pix, before.Pix) {
			break
		}
		before = now
	}
	return before
}

// firstPage draws a PDF's first page, a point as a pixel.
func firstPage(t testing.TB, pdf []byte) []byte {
	t.Helper()
	// pdftoppm comes with pdftotext.
	cmd := exec.Command(filepath.Join(filepath.Dir(sitetest.Require(t, "poppler")), "pdftoppm"), "-png", "-r", "72", "-l", "1", "-singlefile", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftoppm: %v: %s", err, errs.Bytes())
	}
	return out
}

// hanFont asks the browser in which face it writes the Chinese of a report; several are joined.
func (r *reading) hanFont(t testing.TB, tab *sitetest.Tab) string {
	t.Helper()
	tab.Go(t, r.root+everything)
	var names []string
	tab.Do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := cdp.Call(ctx, target, dom.Enable, dom.EnableParams{}); err != nil {
			return err
		}
		if _, err := cdp.Call(ctx, target, css.Enable, cdp.Empty{}); err != nil {
			return err
		}
		document, err := cdp.Call(ctx, target, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		for _, selector := range []string{"h1", ".body p"} {
			node, err := cdp.Call(ctx, target, dom.QuerySelector, dom.QuerySelectorParams{NodeID: document.Root.NodeID, Selector: selector})
			if err != nil {
				return err
			}
			used, err := cdp.Call(ctx, target, css.GetPlatformFontsForNode, css.GetPlatformFontsForNodeParams{NodeID: node.NodeID})
			if err != nil {
				return err
			}
			for _, font := range used.Fonts {
				if !strings.Contains(strings.Join(names, "、"), font.FamilyName) {
					names = append(names, font.FamilyName)
				}
			}
		}
		return nil
	}))
	return strings.Join(names, "、")
}

// drawn makes the small picture of a PNG.
func drawn(t testing.TB, data []byte) picture {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return shrink(full)
}

func readPicture(t testing.TB, file string) picture {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return opaque(full)
}

// keptFolder is for what is to be looked at after the test.
func keptFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "gongkai-golden-")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func writePicture(t testing.TB, file string, p image.Image) {
	t.Helper()
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, fewColours(p)); err != nil {
		t.Fatal(err)
	}
	write(t, file, b.String())
}
