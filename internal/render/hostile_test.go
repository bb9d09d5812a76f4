package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// skeleton is a page without its words: elements, their order and their attributes' names.
func skeleton(t testing.TB, page string) string {
	t.Helper()
	var b strings.Builder
	for n := range parse(t, page).Descendants() {
		switch n.Type {
		case html.ElementNode:
			if n.Data == "wbr" {
				continue // where a title may break depends on its words
			}
			b.WriteString("<" + n.Data)
			for _, a := range n.Attr {
				b.WriteString(" " + a.Key)
			}
			b.WriteString(">")
		case html.CommentNode:
			b.WriteString("<!--" + n.Data + "-->")
		}
	}
	return b.String()
}

var hostile = []string{
	`"><script>alert(1)</script><img src=x onerror=alert(1)>`,
	`</script><!--<script>`, `</title></style></textarea><svg onload=alert(1)>`, `' onmouseover='alert(1)`, "`${alert(1)}`", `javascript:alert(1)`,
	"\u2028\u2029</script>", `&lt;b&gt;&amp;&#x3c;`, `{{.Site}}{{template "x"}}`, `<!--#exec cmd="ls" -->`, `]]></title>`, "\\u003c/script\\u003e", "a\x00b\x1b[0m\u202e", "\xff\xfe<b>",
}

// said makes a site in which every text that a person writes is s.
func said(t testing.TB, s string) *site.Site {
	c := config(true)
	c.Name, c.Sponsor, c.Operator, c.Contact, c.ICP, c.PublicSecurity = s, s, s, s, s, s
	c.Column = site.ConfigColumn{Name: s, Type: s, Description: s, Keywords: []string{s, s + "2"}}
	c.Menu = []site.MenuEntry{{Name: s, URL: "about.html"}}
	c.Districts = []site.DistrictEntry{{Key: "gaoxin", Name: s, Parent: "610100"}}
	c.Agencies = []site.AgencyEntry{{Key: "wjj", Name: s, Contact: s}}
	c.Labels = map[string]string{"index_number": s, "summary": s}
	all := func(h *report.Head) {
		full(h)
		h.Title, h.FrontMatter.Agency, h.Topic, h.Summary, h.IndexNumber, h.DocumentNumber = s, []string{s, s}, s, s, s+h.Rel, s
		h.Keywords, h.Department, h.Basis = []string{s, s + "2"}, s, s
		h.Revisions = []report.Revision{{Date: on(2022, 2, 1), Type: "更正", Note: s}}
		h.Source.Name, h.Source.File = s, s
		h.Attachments = []report.Attachment{{File: "表.xlsx", Title: s}}
		h.Aliases = nil
	}
	return assemble(t, c,
		head(t, "gaoxin/wjj/2021/a/index.md", all), head(t, "gaoxin/wjj/2020/b/index.md", all, func(h *report.Head) { h.Aliases = []string{"/old.html"} }),
		head(t, "gaoxin/wjj/2020/c/index.md", all, func(h *report.Head) {
			h.Status = report.Status{State: "superseded", By: "gaoxin/wjj/2021/a.md"}
		}),
		head(t, "gaoxin/wjj/2019/d/index.md", all, func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "notice", Reason: s, Date: on(2022, 2, 2)}
		}),
		head(t, "gaoxin/wjj/2019/e/index.md", all, func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "removed", Reason: s, Date: on(2022, 2, 2)}
		}),
		head(t, "about.md", func(h *report.Head) { h.Title = s }))
}

func everything(t testing.TB, s *site.Site) map[string]string {
	t.Helper()
	r := renderer(t, s)
	out := outputs(t, r)
	for _, x := range s.Reports {
		out[x.URL] = reportPage(t, r, x.URL, someBody())
		var b bytes.Buffer
		if err := r.JSON(&b, x, someBody()); err != nil {
			t.Error(err)
		}
		out[x.Stem()+".json"] = b.String()
	}
	for _, p := range s.Plain {
		var b bytes.Buffer
		if d := r.Plain(&b, p, []byte("<p>x</p>")); d != nil {
			t.Error(*d)
		}
		out[p.URL] = b.String()
	}
	return out
}

// TestHostileWords: whatever people write, pages keep their shape, and data files stay well-formed.
func TestHostileWords(t *testing.T) {
	benign := map[string][]string{}
	for u, text := range everything(t, said(t, "某字")) {
		if path.Ext(u) == ".html" {
			benign[shape(u)] = append(benign[shape(u)], skeleton(t, text))
		}
	}
	for _, s := range hostile {
		out := everything(t, said(t, s))
		pages := 0
		for u, text := range out {
			switch path.Ext(u) {
			case ".html":
				pages++
				if got := skeleton(t, text); !slices.Contains(benign[shape(u)], got) {
					t.Errorf("%q: %s is another page:\n%s\nwant\n%s", s, u, got, benign[shape(u)])
				}
				for _, n := range find(parse(t, text), "script") {
					if attr(n, "type") == "application/ld+json" && !json.Valid([]byte(textOf(n))) {
						t.Errorf("%q: %s: JSON-LD is no JSON: %s", s, u, textOf(n))
					}
				}
			case ".json":
				if !json.Valid([]byte(text)) {
					t.Errorf("%q: %s is no JSON", s, u)
				}
			case ".xml":
				d := xml.NewDecoder(strings.NewReader(text))
				for {
					if _, err := d.Token(); err == io.EOF {
						break
					} else if err != nil {
						t.Errorf("%q: %s: %v", s, u, err)
						break
					}
				}
			}
			if utf8.ValidString(s) && !utf8.ValidString(text) {
				t.Errorf("%q: %s is no UTF-8", s, u)
			}
		}
		if pages < 20 {
			t.Errorf("only %d pages", pages)
		}
	}
}

// shape makes addresses comparable that hold the hash of a topic.
func shape(u string) string {
	if strings.HasPrefix(u, "topics/t-") {
		return "topics/x/index.html"
	}
	return u
}

// TestJSONLDStaysInItsScript looks at the bytes, not at what a parser makes of them.
func TestJSONLDStaysInItsScript(t *testing.T) {
	for _, s := range hostile {
		page := reportPage(t, renderer(t, said(t, s)), "gaoxin/wjj/2021/a.html", someBody())
		_, block, ok := strings.Cut(page, `<script type="application/ld+json">`)
		if !ok {
			t.Fatal("no block")
		}
		block, _, _ = strings.Cut(block, "</script>")
		if strings.ContainsAny(block, "<>\u2028\u2029") || !json.Valid([]byte(block)) {
			t.Errorf("%q: %s", s, block)
		}
		var doc struct {
			Graph []struct{ Headline string } `json:"@graph"`
		}
		if err := json.Unmarshal([]byte(block), &doc); err != nil || utf8.ValidString(s) && doc.Graph[0].Headline != s {
			t.Errorf("%q comes back as %q, %v", s, doc.Graph[0].Headline, err)
		}
	}
}

func FuzzReportPage(f *testing.F) {
	for _, s := range hostile {
		f.Add(s, s, s)
	}
	f.Add("工作总结", "某局", "概述")
	l, a := mustLayouts(f, nil), assets(f)
	draw := func(t testing.TB, title, agency, summary string) string {
		h := head(t, "610112/wjj/2021/a.md", full, func(h *report.Head) { // never empty: what has no value is left out
			h.Title, h.FrontMatter.Agency, h.Summary, h.Attachments = "题"+title, []string{"局" + agency}, "述"+summary, nil
		})
		s, _ := site.Assemble(site.Input{Config: config(true), Heads: []*report.Head{h}, AsOf: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
		return reportPage(t, New(s, l, a), "610112/wjj/2021/a.html", someBody())
	}
	want := skeleton(f, draw(f, "", "", ""))
	f.Fuzz(func(t *testing.T, title, agency, summary string) {
		page := draw(t, title, agency, summary)
		if got := skeleton(t, page); got != want {
			t.Fatalf("another page:\n%s\nwant\n%s", got, want)
		}
		for _, n := range find(parse(t, page), "script") {
			if attr(n, "type") == "application/ld+json" && !json.Valid([]byte(textOf(n))) {
				t.Fatalf("JSON-LD is no JSON: %s", textOf(n))
			}
		}
		h1 := find(parse(t, page), "h1")
		if utf8.ValidString(title) && !strings.ContainsAny(title, "\x00\r") && (len(h1) != 1 || strings.TrimSpace(textOf(h1[0])) != strings.TrimSpace("题"+title)) {
			t.Fatalf("h1 %q of %q", textOf(h1[0]), title)
		}
	})
}
