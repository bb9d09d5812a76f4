package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/chromedp/cdproto/network"

	"gongkai/internal/sitetest"
)

// The budgets of issue 3 in bytes, compressed by gzip.
const (
	budgetHTML = 12_000 // over the text, for a report of 5,000 characters
	budgetCSS  = 14_000
	budgetJS   = 6_000
)

// budgets weighs a page of every kind and prints what it found; nothing may move while a page loads. Times are printed, not judged: the
// machine is shared.
func (r *reading) budgets(t *testing.T) {
	tab := r.tab(t)
	tab.Slow(t, 4)
	tab.Do(t, sitetest.Command(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}))
	site, err := sitetest.Load(filepath.Join(r.dir, "official"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, v := range views {
		path, official := strings.CutPrefix(v.path, "official/")
		weighed := v.state == "5,000 characters"
		if !official || seen[v.kind] && !weighed {
			continue
		}
		seen[v.kind] = true
		page := site.Page(path)
		if page == nil {
			t.Errorf("no page %s", path)
			continue
		}
		text := page.Text()
		html, words := zipped(page.Raw), zipped([]byte(text))
		css, js := r.linked(t, page, ".css"), r.linked(t, page, ".js")
		if css > budgetCSS || js > budgetJS || weighed && html-words > budgetHTML {
			t.Errorf("%s: over budget", v)
		}
		type paint struct {
			Paint, Shift float64
			Shifts       []string
		}
		var slowest float64
		for _, width := range widths {
			if (width == 320 || width == 768) && v.kind != "report" && v.kind != "plain" {
				continue // the tools of the other pages are a single button
			}
			tab.Size(t, width, 900)
			tab.Go(t, r.root+v.path)
			p := sitetest.Eval[paint](t, tab, script(t, "paint", ""))
			slowest = max(slowest, p.Paint)
			if p.Shift > .001 { // less is the rounding of a page that arrives in parts
				t.Errorf("%s, %d px: the layout shifts by %.4f: %q", v, width, p.Shift, p.Shifts)
			}
		}
		t.Logf("%-32s %5d characters: HTML %6d B, over its text %5d B, CSS %5d B, JS %4d B; largest paint %3.0f ms at a quarter of the speed",
			v, utf8.RuneCountInString(strings.Join(strings.Fields(text), "")), html, html-words, css, js, slowest)
	}
}

var assetName = regexp.MustCompile(`assets/[\w.-]+\.(?:css|js)`)

// linked is the compressed size of a page's style sheets or scripts, print's among them.
func (r *reading) linked(t *testing.T, p *sitetest.Page, ending string) (sum int) {
	t.Helper()
	for _, name := range assetName.FindAllString(string(p.Raw), -1) {
		if strings.HasSuffix(name, ending) {
			b, err := os.ReadFile(filepath.Join(r.dir, "official", filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			sum += zipped(b)
		}
	}
	return sum
}

func zipped(b []byte) int {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		return -1
	}
	if err := w.Close(); err != nil {
		return -1
	}
	return out.Len()
}
