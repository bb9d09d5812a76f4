package render

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

type feedDoc struct {
	XMLName xml.Name
	Lang    string `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
	ID      string `xml:"id"`
	Title   string `xml:"title"`
	Updated string `xml:"updated"`
	Links   []struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	} `xml:"link"`
	Entries []struct {
		ID, Title  string
		Updated    string   `xml:"updated"`
		Published  string   `xml:"published"`
		Authors    []string `xml:"author>name"`
		Categories []struct {
			Scheme string `xml:"scheme,attr"`
			Term   string `xml:"term,attr"`
		} `xml:"category"`
		IDs string `xml:"id"`
	} `xml:"entry"`
}

func readFeed(t *testing.T, text string) feedDoc {
	t.Helper()
	var f feedDoc
	if err := xml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return f
}

func TestFeeds(t *testing.T) {
	for _, base := range []string{"https://www.example.gov.cn/zwgk/", ""} {
		c := config(true)
		c.BaseURL = base
		s := wide(t, c)
		out := outputs(t, renderer(t, s))
		ids := map[string]string{}
		feeds := 0
		for u, text := range out {
			if !strings.HasSuffix(u, "feed.xml") {
				continue
			}
			feeds++
			f := readFeed(t, text)
			if f.XMLName.Space != "http://www.w3.org/2005/Atom" || f.Lang != "zh-CN" || f.Title == "" || len(f.Links) != 2 {
				t.Errorf("%s: %+v", u, f)
			}
			if first, twice := ids[f.ID]; twice || f.ID == "" {
				t.Errorf("%s and %s have the id %q", first, u, f.ID)
			}
			ids[f.ID] = u
			if n := len(f.Entries); n == 0 && u != "years/2018/feed.xml" || n > 50 { // 2018 has only a draft without a day
				t.Errorf("%s: %d entries", u, n)
			}
			seen := map[string]bool{}
			last := ""
			for _, e := range f.Entries {
				if seen[e.IDs] || len(e.Authors) == 0 || e.Title == "" && e.IDs == "" {
					t.Errorf("%s: %+v", u, e)
				}
				seen[e.IDs] = true
				terms := map[string]string{}
				for _, k := range e.Categories {
					terms[k.Scheme] = k.Term
				}
				if terms["kind"] == "" || terms["district"] == "" || terms["year"] == "" {
					t.Errorf("%s: categories %v", u, terms)
				}
				if _, err := time.Parse(time.RFC3339, e.Updated); err != nil {
					t.Errorf("%s: %s updated %q", u, e.IDs, e.Updated)
				}
				if last != "" && e.Updated > last {
					t.Errorf("%s is not newest first", u)
				}
				last = e.Updated
			}
			if _, err := time.Parse(time.RFC3339, f.Updated); err != nil || len(f.Entries) > 0 && f.Updated != f.Entries[0].Updated {
				t.Errorf("%s: updated %q", u, f.Updated)
			}
		}
		if want := 1 + len(s.Districts) + len(s.Years); feeds != want {
			t.Errorf("%d feeds, want %d", feeds, want)
		}
	}
}

// TestFeedOfReportsWithoutADay: Atom demands a day of change, and none is ever invented: such a report stands in no feed.
func TestFeedOfReportsWithoutADay(t *testing.T) {
	undated := func(h *report.Head) { h.Date = report.Date{} }
	s := assemble(t, config(true), head(t, "610112/wjj/2021/a.md", undated), head(t, "610102/wjj/2021/b.md"))
	out := outputs(t, renderer(t, s))
	if f := readFeed(t, out["feed.xml"]); len(f.Entries) != 1 || f.Updated == "" {
		t.Errorf("%+v", f)
	}
	for u, text := range out {
		if strings.Contains(text, "<updated></updated>") {
			t.Errorf("%s has no day of change", u)
		}
	}
}

func TestFeedsByConfiguration(t *testing.T) {
	c := config(true)
	c.Outputs = []string{"html"}
	s := wide(t, c)
	var got []string
	for u := range outputs(t, renderer(t, s)) {
		if !strings.HasSuffix(u, ".html") && !strings.HasSuffix(u, ".shtml") {
			got = append(got, u)
		}
	}
	slices.Sort(got)
	if want := []string{"feed.xml", "robots.txt", "sitemap.xml"}; !slices.Equal(got, want) { // contract §3
		t.Errorf("html alone writes %q, want %q", got, want)
	}
}

func TestSitemapSplits(t *testing.T) {
	c := config(true)
	in := &site.Site{Config: c}
	r := New(in, mustLayouts(t, nil), assets(t))
	others := len(r.sitemapURLs())
	for i := range 100_001 - others {
		in.Reports = append(in.Reports, &site.Report{URL: fmt.Sprintf("610112/wjj/2021/r%06d.html", i), FrontMatter: &report.FrontMatter{Date: on(2022, 1, 5)}})
	}
	maps := r.sitemaps()
	if len(maps) != 4 {
		t.Fatalf("%d files", len(maps))
	}
	seen := map[string]bool{}
	var index struct {
		XMLName xml.Name
		Maps    []string `xml:"sitemap>loc"`
	}
	for _, m := range maps {
		var b bytes.Buffer
		if d := m.Make(&b); d != nil {
			t.Fatal(*d)
		}
		if m.URL == "sitemap.xml" {
			if err := xml.Unmarshal(b.Bytes(), &index); err != nil {
				t.Fatal(err)
			}
			continue
		}
		var set struct {
			Locs    []string `xml:"url>loc"`
			Lastmod []string `xml:"url>lastmod"`
		}
		if err := xml.Unmarshal(b.Bytes(), &set); err != nil || len(set.Locs) == 0 || len(set.Locs) > 50_000 || b.Len() > 50<<20 {
			t.Errorf("%s: %d addresses, %v", m.URL, len(set.Locs), err)
		}
		for _, u := range set.Locs {
			if seen[u] || !strings.HasPrefix(u, c.BaseURL) {
				t.Fatalf("%s: %s", m.URL, u)
			}
			seen[u] = true
		}
		if len(set.Lastmod) > 0 && set.Lastmod[0] != "2022-01-05" {
			t.Errorf("lastmod %q", set.Lastmod[0])
		}
	}
	want := []string{c.BaseURL + "sitemap-1.xml", c.BaseURL + "sitemap-2.xml", c.BaseURL + "sitemap-3.xml"}
	if len(seen) != 100_001 || !slices.Equal(index.Maps, want) || index.XMLName.Local != "sitemapindex" {
		t.Errorf("%d addresses in %q", len(seen), index.Maps)
	}
}

func TestSitemapAndRobots(t *testing.T) {
	s := wide(t, config(true))
	out := outputs(t, renderer(t, s))
	if strings.Contains(out["sitemap.xml"], "gone") || strings.Contains(out["sitemap.xml"], "index.html") || strings.Contains(out["sitemap.xml"], "/page/") {
		t.Error("the sitemap lists what it should not")
	}
	for _, u := range []string{"", "years/", "110102/wjw/2021/full.html", "about.html", "530321/", "kinds/summary/"} {
		if !strings.Contains(out["sitemap.xml"], "<loc>https://www.example.gov.cn/zwgk/"+u+"</loc>") {
			t.Errorf("the sitemap lacks /%s", u)
		}
	}
	if out["robots.txt"] != "User-agent: *\nAllow: /\nSitemap: https://www.example.gov.cn/zwgk/sitemap.xml\n" {
		t.Errorf("robots.txt: %q", out["robots.txt"])
	}
	c := config(true)
	c.BaseURL = ""
	out = outputs(t, renderer(t, wide(t, c)))
	if _, ok := out["sitemap.xml"]; ok || strings.Contains(out["robots.txt"], "Sitemap") {
		t.Error("a sitemap without base_url")
	}
}

func TestCatalogCSV(t *testing.T) {
	evil := func(h *report.Head) {
		full(h)
		h.Title, h.Summary, h.Topic, h.DocumentNumber, h.IndexNumber = `=HYPERLINK("http://a")`, "+1", "-2", "@SUM(A1)", "＝1"
		h.FrontMatter.Agency = []string{"\tx", "a,\"b\"\nc"}
	}
	s := assemble(t, config(true), head(t, "610112/wjj/2021/a.md", evil), head(t, "610112/jyj/2021/b.md"))
	text := outputs(t, renderer(t, s))["catalog.csv"]
	rest, ok := strings.CutPrefix(text, "\ufeff")
	if !ok || strings.Count(text, "\ufeff") != 1 {
		t.Errorf("no byte order mark: %.20q", text)
	}
	if head, _, _ := strings.Cut(rest, "\n"); !strings.HasSuffix(head, "\r") {
		t.Errorf("lines end in %q", head[len(head)-1:])
	}
	rows, err := csv.NewReader(strings.NewReader(rest)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for i, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@＝＋－＠\t\r", []rune(cell)[0]) {
				t.Errorf("%s: a spreadsheet runs %q", rows[0][i], cell)
			}
		}
	}
	i := slices.Index(rows[0], "标题")
	if !slices.ContainsFunc(rows, func(row []string) bool { return row[i] == `'=HYPERLINK("http://a")` }) {
		t.Errorf("rows %q", rows)
	}
}

func TestCatalogJSON(t *testing.T) {
	s := wide(t, config(true))
	var list []map[string]any
	text := outputs(t, renderer(t, s))["catalog.json"]
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) != len(s.Reports) {
		t.Fatalf("%d records, %v", len(list), err)
	}
	for _, c := range list {
		if c["outline"] != nil || c["url"] == nil || c["title"] == nil {
			t.Errorf("%v", c)
		}
	}
	if empty := outputs(t, renderer(t, assemble(t, config(true))))["catalog.json"]; strings.TrimSpace(strings.ReplaceAll(empty, "\n", "")) != "[]" {
		t.Errorf("an empty catalogue: %q", empty)
	}
}

// TestReportJSON is the shape of contract §4.
func TestReportJSON(t *testing.T) {
	s := wide(t, config(true))
	r := renderer(t, s)
	read := func(u string, body *report.Body) map[string]any {
		var b bytes.Buffer
		if err := r.JSON(&b, s.Report(u), body); err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		d := json.NewDecoder(&b)
		if err := d.Decode(&m); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(); err != io.EOF {
			t.Errorf("something behind the object: %v", err)
		}
		return m
	}
	got := read("110102/wjw/2021/full.html", someBody())
	for key, want := range map[string]any{
		"url": "https://www.example.gov.cn/zwgk/110102/wjw/2021/full.html", "path": "content/110102/wjw/2021/full/index.md",
		"district": map[string]any{"key": "110102", "name": "北京市西城区"}, "agency": map[string]any{"key": "wjw", "name": "某局"}, "year": 2021.0,
		"title": "工作总结", "kind": "summary-and-plan", "date": "2022-01-05 09:30", "written": "2022-01-04", "period": "2021", "plan_period": "2022",
		"index_number": "N-1", "document_number": "某字〔2022〕1号", "topic": `卫生、体育\卫生`, "keywords": []any{"卫生", "健康"}, "summary": "一年的工作和来年的安排。",
		"publicity": "主动公开", "department": "办公室", "basis": "条例", "status": map[string]any{"state": "current"},
		"revisions": []any{map[string]any{"date": "2022-02-01", "type": "更正", "note": "改一个数"}},
		"source":    map[string]any{"name": "某网", "url": "https://www.example.gov.cn/x.html?a=1&b=2", "file": "x.doc", "sha256": strings.Repeat("0", 64)},
		"aliases":   []any{"/old/a.html"}, "text_sha256": strings.Repeat("ab", 32),
		"outline": []any{map[string]any{"id": "s1", "level": 1.0, "number": "一、", "text": "工作", "run_in": false},
			map[string]any{"id": "s1-2", "level": 2.0, "number": "（二）", "text": "细节", "run_in": true}},
		"paragraphs": []any{map[string]any{"id": "s1", "kind": "heading", "section": "", "text": "一、工作"},
			map[string]any{"id": "p-00000000", "kind": "paragraph", "section": "s1", "text": "正文。"}},
	} {
		if !reflect.DeepEqual(got[key], want) {
			t.Errorf("%s is %v, want %v", key, got[key], want)
		}
	}
	attachments, _ := got["attachments"].([]any)
	if len(attachments) != 1 || attachments[0].(map[string]any)["file"] != "表.xlsx" {
		t.Errorf("attachments %v", attachments)
	}
	for _, secret := range []string{"review", "waive", "draft"} {
		if _, there := got[secret]; there {
			t.Errorf("%s is published", secret)
		}
	}
	bare := read("guojia/wjw/2021/a.html", &report.Body{})
	if !reflect.DeepEqual(bare["outline"], []any{}) || !reflect.DeepEqual(bare["paragraphs"], []any{}) {
		t.Errorf("lists of nothing: %v, %v", bare["outline"], bare["paragraphs"])
	}
}

func TestText(t *testing.T) {
	s := wide(t, config(true))
	var b bytes.Buffer
	renderer(t, s).Text(&b, s.Report("110102/wjw/2021/full.html"), someBody())
	text := b.String()
	for _, want := range []string{"工作总结\n\n", "索引号：N-1\n", "网址：https://www.example.gov.cn/zwgk/110102/wjw/2021/full.html\n", "\n一、工作\n", "\n正文。\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}

// TestTextKeepsItemNumbers: a browser draws the numbers of a list, a text file has to hold them.
func TestTextKeepsItemNumbers(t *testing.T) {
	s := wide(t, config(true))
	body := &report.Body{Paragraphs: []report.Paragraph{{Kind: "item", Text: "甲", Mark: "3."}, {Kind: "item", Text: "续"}, {Kind: "item", Text: "乙", Mark: "4."}}}
	var b bytes.Buffer
	renderer(t, s).Text(&b, s.Report("110102/wjw/2021/full.html"), body)
	if want := "\n3. 甲\n续\n4. 乙\n"; !strings.HasSuffix(b.String(), want) {
		t.Errorf("lacks %q:\n%s", want, b.String())
	}
}

func TestJSONLD(t *testing.T) {
	for _, official := range []bool{true, false} {
		s := wide(t, config(official))
		page := parse(t, reportPage(t, renderer(t, s), "110102/wjw/2021/full.html", someBody()))
		scripts := slices.DeleteFunc(find(page, "script"), func(n *html.Node) bool { return attr(n, "type") != "application/ld+json" })
		if len(scripts) != 1 {
			t.Fatalf("%d blocks", len(scripts))
		}
		var doc struct {
			Graph []map[string]any `json:"@graph"`
		}
		if err := json.Unmarshal([]byte(textOf(scripts[0])), &doc); err != nil || len(doc.Graph) != 2 {
			t.Fatal(err, textOf(scripts[0]))
		}
		r := doc.Graph[0]
		for key, want := range map[string]any{
			"@type": "Report", "headline": "工作总结", "genre": "总结和计划", "datePublished": "2022-01-05T09:30:00+08:00", "dateCreated": "2022-01-04",
			"dateModified": "2022-02-01T00:00:00+08:00", "temporalCoverage": "2021-01-01/2022-12-31", "reportNumber": "某字〔2022〕1号", "creativeWorkStatus": "正常",
		} {
			if !reflect.DeepEqual(r[key], want) {
				t.Errorf("%s is %v, want %v", key, r[key], want)
			}
		}
		if _, named := r["publisher"]; named != official {
			t.Errorf("official %v: publisher %v", official, r["publisher"])
		}
		if strings.Contains(textOf(scripts[0]), "GovernmentOrganization") != official {
			t.Errorf("official %v: a government organization", official)
		}
		if doc.Graph[1]["@type"] != "BreadcrumbList" {
			t.Errorf("%v", doc.Graph[1])
		}
		var values func(at string, v any)
		values = func(at string, v any) {
			switch v := v.(type) {
			case string:
				if v == "" {
					t.Errorf("%s is empty", at)
				}
			case []any:
				for _, x := range v {
					values(at+"[]", x)
				}
			case map[string]any:
				for k, x := range v {
					values(at+"."+k, x)
				}
			case nil:
				t.Errorf("%s is null", at)
			}
		}
		values("", any(r))
		values("", any(doc.Graph[1]))
	}
}

// TestTimesInJSONLD: a day of writing with a minute is an instant too, in the form that schema.org reads.
func TestTimesInJSONLD(t *testing.T) {
	s := assemble(t, config(true), head(t, "610112/wjj/2021/a.md", func(h *report.Head) {
		h.Written = report.Date{Year: 2022, Month: 1, Day: 4, Hour: 8, Minute: 5, Timed: true}
	}))
	page := reportPage(t, renderer(t, s), "610112/wjj/2021/a.html", someBody())
	if !strings.Contains(page, `"dateCreated":"2022-01-04T08:05:00\u002b08:00"`) && !strings.Contains(page, `"dateCreated":"2022-01-04T08:05:00+08:00"`) {
		t.Error("dateCreated is not ISO 8601")
	}
}
