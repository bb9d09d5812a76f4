package render

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/site"
)

// sitemapSize is how many addresses one sitemap may hold, by the protocol.
const sitemapSize = 50_000

type (
	urlSet struct {
		XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []sitemapURL `xml:"url"`
	}
	sitemapIndex struct {
		XMLName xml.Name     `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Maps    []sitemapURL `xml:"sitemap"`
	}
	sitemapURL struct {
		Loc     string `xml:"loc"`
		Lastmod string `xml:"lastmod,omitempty"`
	}
)

// sitemaps lists sitemap.xml, or beyond sitemapSize addresses an index and its parts. Without base_url there is none:
// the protocol demands absolute addresses.
func (r *Renderer) sitemaps() []Output {
	if r.base == "" {
		return nil
	}
	urls := r.sitemapURLs()
	if len(urls) <= sitemapSize {
		return []Output{{URL: "sitemap.xml", Make: func(b *bytes.Buffer) *diag.Diagnostic { return writeXML(b, urlSet{URLs: urls}) }}}
	}
	var out []Output
	var index sitemapIndex
	for part := range slices.Chunk(urls, sitemapSize) {
		name := fmt.Sprintf("sitemap-%d.xml", len(out)+1)
		index.Maps = append(index.Maps, sitemapURL{Loc: r.absolute(name)})
		out = append(out, Output{URL: name, Make: func(b *bytes.Buffer) *diag.Diagnostic { return writeXML(b, urlSet{URLs: part}) }})
	}
	return append(out, Output{URL: "sitemap.xml", Make: func(b *bytes.Buffer) *diag.Diagnostic { return writeXML(b, index) }})
}

// sitemapURLs lists the pages a reader may look for: reports with the day of their last change, and the first page of every list.
func (r *Renderer) sitemapURLs() []sitemapURL {
	s := r.site
	list := []sitemapURL{{Loc: r.absolute("index.html")}, {Loc: r.absolute("years/index.html")}}
	add := func(url string) { list = append(list, sitemapURL{Loc: r.absolute(url)}) }
	for _, x := range s.Reports {
		list = append(list, sitemapURL{r.absolute(x.URL), lastmod(x)})
	}
	for _, d := range s.Districts {
		add(d.URL)
		for _, y := range d.Years {
			add(y.URL)
		}
	}
	for _, ag := range s.Agencies {
		add(ag.URL)
	}
	if len(s.Topics) > 0 {
		add("topics/index.html")
	}
	for _, x := range slices.Concat(s.Years, s.Topics, s.Kinds) {
		add(x.URL)
	}
	for _, p := range s.Plain {
		add(p.URL)
	}
	slices.SortFunc(list, func(x, y sitemapURL) int { return strings.Compare(x.Loc, y.Loc) })
	return list
}

// lastmod is the day of a report's last change on record (standards S-12).
func lastmod(x *site.Report) string {
	d := x.Modified()
	d.Hour, d.Minute, d.Timed = 0, 0, false
	return d.ISO()
}

// robots lets every robot in: pages of an unofficial site carry noindex, which a robot can only obey when it may read them.
func (r *Renderer) robots(b *bytes.Buffer) *diag.Diagnostic {
	b.WriteString("User-agent: *\nAllow: /\n")
	if r.base != "" {
		fmt.Fprintf(b, "Sitemap: %s\n", r.absolute("sitemap.xml"))
	}
	return nil
}
