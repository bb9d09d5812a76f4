package render

import (
	"bytes"
	"encoding/xml"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/site"
)

const (
	feedSize = 50                     // how many reports a feed holds
	never    = "1970-01-01T00:00:00Z" // of a feed in a preview, none of whose drafts has a day yet; a day is never invented
)

// Atom (RFC 4287), written by us because entries carry categories and the feed a language.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr"`
		Title   string      `xml:"title"`
		ID      string      `xml:"id"`
		Updated string      `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Title      string         `xml:"title"`
		ID         string         `xml:"id"`
		Links      []atomLink     `xml:"link"`
		Published  string         `xml:"published,omitempty"`
		Updated    string         `xml:"updated"`
		Authors    []atomPerson   `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomPerson struct {
		Name string `xml:"name"`
	}
	atomCategory struct {
		Scheme string `xml:"scheme,attr,omitempty"`
		Term   string `xml:"term,attr"`
		Label  string `xml:"label,attr,omitempty"`
	}
)

// feeds lists the Atom feeds: the site's always, of districts and years with the output "feeds" (contract §1, §3).
func (r *Renderer) feeds() []Output {
	s := r.site
	if len(s.Reports) == 0 {
		return nil // Atom demands a date of change, and an empty site has none
	}
	out := []Output{r.feed("feed.xml", r.name(), "index.html", s.Reports)}
	if !r.wants("feeds") {
		return out
	}
	for _, d := range s.Districts {
		out = append(out, r.feed(d.Code+"/feed.xml", d.FullName+"工作报告", d.URL, d.Reports))
	}
	for _, y := range s.Years {
		out = append(out, r.feed("years/"+y.Key+"/feed.xml", y.Name+"工作报告", y.URL, y.Reports))
	}
	return out
}

func (r *Renderer) feedLink(url, name string) Link {
	if len(r.site.Reports) == 0 || url != "feed.xml" && !r.wants("feeds") {
		return Link{}
	}
	return Link{name + "订阅", url}
}

func (r *Renderer) feed(url, title, page string, reports []*site.Report) Output {
	return Output{URL: url, Make: func(b *bytes.Buffer) *diag.Diagnostic {
		newest := slices.DeleteFunc(slices.Clone(reports), func(x *site.Report) bool { return x.Modified().IsZero() }) // Atom demands a day
		slices.SortStableFunc(newest, func(x, y *site.Report) int { return y.Modified().Compare(x.Modified()) })
		newest = newest[:min(feedSize, len(newest))]
		root := strings.Repeat("../", strings.Count(url, "/"))
		f := atomFeed{
			Lang: r.config.Language, Title: title, ID: r.feedID(url), Updated: never,
			Links: []atomLink{{"self", "application/atom+xml", r.href(root, url)}, {"alternate", "text/html", r.href(root, page)}},
		}
		if len(newest) > 0 {
			f.Updated = r.timestamp(newest[0].Modified())
		}
		for _, x := range newest {
			f.Entries = append(f.Entries, r.feedEntry(root, x))
		}
		return writeXML(b, f)
	}}
}

func (r *Renderer) feedEntry(root string, x *site.Report) atomEntry {
	e := atomEntry{
		Title: x.Title, ID: r.feedID(x.URL), Published: r.timestamp(x.Date), Updated: r.timestamp(x.Modified()), Summary: x.Summary,
		Links: []atomLink{{"alternate", "text/html", r.href(root, x.URL)}},
		Categories: []atomCategory{
			{"kind", string(x.Kind), x.Kind.Name()},
			{"district", x.District, x.In.FullName},
			{"year", strconv.Itoa(x.Year), ""},
		},
	}
	for _, name := range x.Organs {
		e.Authors = append(e.Authors, atomPerson{name})
	}
	if x.Topic != "" {
		e.Categories = append(e.Categories, atomCategory{"topic", x.Topic, ""})
	}
	return e
}

// feedID is an absolute IRI that never changes: the canonical address, or without base_url a urn of the path.
func (r *Renderer) feedID(url string) string {
	if u := r.absolute(url); u != "" {
		return u
	}
	return "urn:gongkai:" + strings.TrimSuffix(url, "index.html")
}

func (r *Renderer) href(root, url string) string {
	if u := r.absolute(url); u != "" {
		return u
	}
	return root + url
}

func writeXML(b *bytes.Buffer, v any) *diag.Diagnostic {
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(b).Encode(v); err != nil {
		return &diag.Diagnostic{Rule: "feed", Severity: diag.Error, Path: "feed.xml", Message: diag.Say("无法写出：%v", "cannot be written: %v", err)}
	}
	b.WriteByte('\n')
	return nil
}
