package render

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// wide is a site with everything: a municipality, a former district, 51 reports of one agency, a withdrawn, a removed and a superseded one.
func wide(t testing.TB, c *site.Config) *site.Site {
	heads := []*report.Head{
		head(t, "110102/wjw/2021/full/index.md", full),
		head(t, "530321/wjj/2016/a.md"), head(t, "530304/wjj/2019/a.md"), head(t, "guojia/wjw/2021/a.md"),
		head(t, "110102/wjw/2020/old.md", func(h *report.Head) {
			h.Status = report.Status{State: "superseded", By: "110102/wjw/2021/full/index.md"}
		}),
		head(t, "110102/wjw/2019/notice.md", func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "notice", Reason: "数据有误", Date: on(2022, 3, 1)}
		}),
		head(t, "110102/wjw/2019/gone.md", func(h *report.Head) {
			h.Title, h.Summary, h.Aliases = "绝密标题", "绝密概述", []string{"/juemi.html"}
			h.Status = report.Status{State: "withdrawn", Mode: "removed", Reason: "个人隐私", Date: on(2022, 3, 1)}
		}),
		head(t, "110102/wjw/2018/draft.md", func(h *report.Head) { h.Draft, h.Date = true, report.Date{} }),
		head(t, "about.md", func(h *report.Head) { h.Title = "关于本站" }),
	}
	for i := range 51 {
		heads = append(heads, head(t, fmt.Sprintf("610112/wjj/%d/r%d.md", 2012+i%3, i)))
	}
	return assemble(t, c, heads...)
}

func TestPagesOfASite(t *testing.T) {
	for _, official := range []bool{true, false} {
		s := wide(t, config(official))
		r := renderer(t, s)
		out := outputs(t, r)
		for _, x := range s.Reports {
			out[x.URL] = reportPage(t, r, x.URL, someBody())
		}
		for u, text := range out {
			if path.Ext(u) != ".html" {
				continue
			}
			if got := slices.DeleteFunc(faults(t, text), func(f string) bool {
				return f == `<time datetime="">` && strings.Contains(u, "draft") // a draft has no day yet
			}); len(got) > 0 {
				t.Errorf("%s: %q", u, got)
			}
			page := parse(t, text)
			if n := len(find(page, "h1")); n != 1 {
				t.Errorf("%s: %d h1", u, n)
			}
			if !strings.Contains(text, "非官方") != official {
				t.Errorf("official %v: %s: the banner", official, u)
			}
			wantIndex := official && u != "404.html" && !strings.Contains(u, "gone") && u != "old/a.html"
			if got := len(meta(page)["robots"]) == 0; got != wantIndex {
				t.Errorf("official %v: %s: may be indexed: %v", official, u, got)
			}
			for _, a := range find(page, "a") {
				checkLink(t, s, r, out, u, attr(a, "href"))
			}
			if strings.Contains(text, "绝密") {
				t.Errorf("%s says what was removed", u)
			}
		}
		for u, text := range out {
			if strings.Contains(text, "绝密") || strings.Contains(u, "juemi") {
				t.Errorf("%s says what was removed", u)
			}
		}
	}
}

// checkLink wants every relative link to lead to something that the site will hold.
func checkLink(t *testing.T, s *site.Site, r *Renderer, out map[string]string, from, href string) {
	t.Helper()
	u, err := url.Parse(href)
	if err != nil {
		t.Errorf("%s: %q: %v", from, href, err)
		return
	}
	if u.Scheme != "" || u.Host != "" || u.Path == "" {
		return
	}
	to := path.Join(path.Dir(from), u.Path)
	if strings.HasPrefix(u.Path, "/") {
		to = strings.TrimPrefix(u.Path, r.config.BasePath())
		if from != "404.html" {
			t.Errorf("%s: %q begins at the server's root", from, href)
		}
	}
	if _, drawn := out[to]; !drawn && !s.Has(to) {
		t.Errorf("%s: %q leads to nothing", from, href)
	}
}

// TestEveryOutputIsKnownToTheSite: what Indexes writes is what links may lead to, sitemap parts aside, and the other way round.
func TestEveryOutputIsKnownToTheSite(t *testing.T) {
	s := wide(t, config(true))
	out := outputs(t, renderer(t, s))
	for u := range out {
		if !s.Has(u) {
			t.Errorf("%s is written, but a link to it would be broken", u)
		}
	}
	for _, u := range []string{"110102/feed.xml", "530304/feed.xml", "years/2021/feed.xml", "feed.xml", "sitemap.xml", "catalog.csv", "610112/page/2.html",
		"610112/wjj/page/2.html", "old/a.html", "110102/wjw/2019/gone.html", "topics/index.html", "guojia/2021/index.html", "kinds/summary/page/2.html"} {
		if out[u] == "" {
			t.Errorf("%s is not written", u)
		}
	}
	if out["610112/wjj/page/3.html"] != "" || out["610112/wjj/page/1.html"] != "" {
		t.Error("too many pages")
	}
}

func TestRootsAndPageLinks(t *testing.T) {
	out := outputs(t, renderer(t, wide(t, config(true))))
	for u, root := range map[string]string{"index.html": "", "years/index.html": "../", "110102/index.html": "../", "110102/wjw/index.html": "../../",
		"110102/2021/index.html": "../../", "610112/wjj/page/2.html": "../../../", "old/a.html": "../", "404.html": "/zwgk/"} {
		styles := 0
		for _, l := range find(parse(t, out[u]), "link") {
			if attr(l, "rel") == "stylesheet" {
				styles++
				if href := attr(l, "href"); !strings.HasPrefix(href, root+"assets/") {
					t.Errorf("%s: style sheet at %q, want it behind %q", u, href, root)
				}
			}
		}
		if styles == 0 {
			t.Errorf("%s has no style sheet", u)
		}
	}
	for u, want := range map[string][2]string{"610112/wjj/index.html": {"", "../../610112/wjj/page/2.html"}, "610112/wjj/page/2.html": {"../../../610112/wjj/index.html", ""}} {
		var got [2]string
		for _, a := range find(parse(t, out[u]), "a") {
			if attr(a, "rel") == "prev" {
				got[0] = attr(a, "href")
			}
			if attr(a, "rel") == "next" {
				got[1] = attr(a, "href")
			}
		}
		if got != want {
			t.Errorf("%s leads to %q, want %q", u, got, want)
		}
	}
	c := config(true)
	c.BaseURL = ""
	if page := outputs(t, renderer(t, wide(t, c)))["404.html"]; strings.Contains(page, `href="/`) {
		t.Error("404 without base_url begins at the server's root")
	}
}

func TestPageNumbers(t *testing.T) {
	var all []*site.Report
	s := assemble(t, config(true), head(t, "610112/wjj/2021/a.md"))
	for range 20 * site.PerPage {
		all = append(all, s.Reports[0])
	}
	for n, want := range map[int]string{
		1: "(1) 2 3 … 20", 2: "1 (2) 3 4 … 20", 4: "1 2 3 (4) 5 6 … 20", 10: "1 … 8 9 (10) 11 12 … 20", 20: "1 … 18 19 (20)",
	} {
		l := list("a/index.html", all, n, func(x []*site.Report) []Group { return []Group{{Entries: make([]Entry, len(x))}} })
		var got []string
		for _, x := range l.Every {
			switch {
			case x.URL == "" && x.Text != "…":
				got = append(got, "("+x.Text+")")
			default:
				got = append(got, x.Text)
			}
		}
		if strings.Join(got, " ") != want || len(l.Groups[0].Entries) != site.PerPage || l.Number != n || l.Pages != 20 || l.Total != 1000 {
			t.Errorf("page %d: %v, want %s", n, got, want)
		}
		if (l.Newer.URL == "") != (n == 1) || (l.Older.URL == "") != (n == 20) || n == 2 && l.Newer.URL != "a/index.html" || n == 2 && l.Older.URL != "a/page/3.html" {
			t.Errorf("page %d: %v, %v", n, l.Newer, l.Older)
		}
	}
	if l := list("a/index.html", nil, 1, func(x []*site.Report) []Group { return nil }); l.Pages != 1 || l.Total != 0 {
		t.Errorf("an empty list: %+v", l)
	}
}

// TestTags is M-01…M-20: a tag without a value is left out, none stands twice, and dates have a minute.
func TestTags(t *testing.T) {
	s := wide(t, config(true))
	r := renderer(t, s)
	out := outputs(t, r)
	one := func(page, name string) string {
		list := meta(parse(t, page))[name]
		if len(list) > 1 {
			t.Errorf("%s stands %d times", name, len(list))
		}
		return strings.Join(list, "|")
	}
	column := map[string]string{"SiteName": "某市信息公开", "SiteDomain": "www.example.gov.cn", "SiteIDCode": "0000000000", "ColumnDescription": "各年工作报告", "ColumnKeywords": "总结,计划"}
	page := reportPage(t, r, "110102/wjw/2021/full.html", someBody())
	for name, want := range column {
		for what, p := range map[string]string{"home": out["index.html"], "a list": out["110102/index.html"], "a report": page, "page 2": out["610112/wjj/page/2.html"]} {
			if got := one(p, name); got != want {
				t.Errorf("%s: %s is %q, want %q", what, name, got, want)
			}
		}
	}
	if one(out["index.html"], "ColumnType") != "首页" || one(out["110102/index.html"], "ColumnType") != "信息公开目录" || one(page, "ColumnName") != "工作报告" {
		t.Error("columns")
	}
	for name, want := range map[string]string{
		"ArticleTitle": "工作总结", "PubDate": "2022-01-05 09:30", "ContentSource": "某网", "Keywords": "卫生,健康", "Description": "一年的工作和来年的安排。",
		"Url": "https://www.example.gov.cn/zwgk/110102/wjw/2021/full.html", "og:title": "工作总结", "og:type": "article", "og:site_name": "某市信息公开", "og:locale": "zh_CN",
		"og:url": "https://www.example.gov.cn/zwgk/110102/wjw/2021/full.html", "article:published_time": "2022-01-05T09:30:00+08:00", "keywords": "", "description": "",
	} {
		if got := one(page, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	bare := reportPage(t, r, "guojia/wjw/2021/a.html", someBody())
	for name, want := range map[string]string{"PubDate": "2022-01-05 00:00", "ContentSource": "某局", "Keywords": "", "Description": ""} {
		if got := one(bare, name); got != want {
			t.Errorf("with little: %s is %q, want %q", name, got, want)
		}
	}
	if got := one(reportPage(t, r, "110102/wjw/2018/draft.html", someBody()), "PubDate"); got != "" {
		t.Errorf("PubDate of a draft without a date: %q", got)
	}
	for _, u := range []string{"404.html", "old/a.html"} { // M-17
		if m := meta(parse(t, out[u])); len(m["SiteName"])+len(m["og:title"]) != 0 {
			t.Errorf("%s has tags", u)
		}
	}
	c := config(false)
	c.SiteIDCode, c.Column, c.BaseURL = "", site.ConfigColumn{}, ""
	poor := meta(parse(t, reportPage(t, renderer(t, wide(t, c)), "guojia/wjw/2021/a.html", someBody())))
	for _, name := range []string{"SiteIDCode", "SiteDomain", "ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType", "Url", "og:url"} {
		if poor[name] != nil {
			t.Errorf("%s has no value and stands there: %q", name, poor[name])
		}
	}
}

func TestCanonical(t *testing.T) {
	out := outputs(t, renderer(t, wide(t, config(true))))
	const base = "https://www.example.gov.cn/zwgk/"
	for u, want := range map[string]string{"index.html": base, "110102/index.html": base + "110102/", "610112/wjj/page/2.html": base + "610112/wjj/page/2.html", "404.html": "",
		"old/a.html": base + "110102/wjw/2021/full.html", "110102/wjw/2019/gone.html": ""} {
		got := ""
		for _, l := range find(parse(t, out[u]), "link") {
			if attr(l, "rel") == "canonical" {
				got = attr(l, "href")
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", u, got, want)
		}
	}
}

func TestTitles(t *testing.T) {
	for _, tt := range []struct{ title, agency, short, want string }{
		{"工作总结", "某局", "", "某局2021年：工作总结_某市信息公开"},
		{"某局工作总结", "某局", "", "2021年：某局工作总结_某市信息公开"},
		{"2021年工作总结", "某局", "", "某局：2021年工作总结_某市信息公开"},
		{"某局2021年工作总结", "某局", "", "某局2021年工作总结_某市信息公开"},
		{"卫健局2021年工作总结", "某卫生健康局", "卫健局", "卫健局2021年工作总结_某市信息公开"},
	} {
		c := config(true)
		if tt.short != "" {
			c.Agencies = []site.AgencyEntry{{Key: "wjj", Name: tt.agency, Short: tt.short}}
		}
		s := assemble(t, c, head(t, "610112/wjj/2021/a.md", func(h *report.Head) { h.Title, h.FrontMatter.Agency = tt.title, []string{tt.agency} }))
		page := parse(t, reportPage(t, renderer(t, s), "610112/wjj/2021/a.html", someBody()))
		if got := textOf(find(page, "title")[0]); got != tt.want {
			t.Errorf("%s by %s: %s, want %s", tt.title, tt.agency, got, tt.want)
		}
		if got := strings.TrimSpace(textOf(find(page, "h1")[0])); got != tt.title {
			t.Errorf("h1 %s, want %s", got, tt.title)
		}
	}
	titles := map[string]string{}
	for u, text := range outputs(t, renderer(t, wide(t, config(true)))) {
		if path.Ext(u) != ".html" || u == "old/a.html" {
			continue
		}
		title := textOf(find(parse(t, text), "title")[0])
		if first, twice := titles[title]; twice {
			t.Errorf("%s and %s are both titled %s", first, u, title)
		}
		titles[title] = u
	}
}

func TestCatalogueBlock(t *testing.T) {
	s := wide(t, config(true))
	r := renderer(t, s)
	var got []string
	for _, row := range r.catalogue(s.Report("110102/wjw/2021/full.html")) {
		got = append(got, row.Label+"："+row.Value)
	}
	want := []string{"索引号：N-1", "发文字号：某字〔2022〕1号", "发布机构：某局、某某局", "材料类型：总结和计划", `主题分类：卫生、体育\卫生`, "报告期：2021年", "计划期：2022年", "成文日期：2022年1月4日",
		"发布日期：2022年1月5日 09:30", "公开方式：主动公开", "责任部门：办公室", "公开依据：条例", "信息状态：正常", "关键词：卫生、健康", "信息来源：某网", "内容概述：一年的工作和来年的安排。"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	x := s.Report("guojia/wjw/2021/a.html")
	for _, row := range r.catalogue(x) {
		if row.Value == "" || row.Label == "" {
			t.Errorf("an empty row: %+v", row)
		}
	}
	x.Source = report.Source{URL: "https://www.example.gov.cn/y"} // the address is all that is known
	i := slices.IndexFunc(r.catalogue(x), func(row Row) bool { return row.Key == "source" })
	if i < 0 {
		t.Fatal("a source with an address alone is left out")
	}
	if row := r.catalogue(x)[i]; row.URL != x.Source.URL || !row.Out {
		t.Errorf("%+v", row)
	}
	r.config.Labels = map[string]string{"index_number": "索引编号"}
	if row := r.catalogue(s.Report("110102/wjw/2021/full.html"))[0]; row.Label != "索引编号" {
		t.Errorf("a label of the site's own: %s", row.Label)
	}
}

func TestBannersAndNeighbours(t *testing.T) {
	s := wide(t, config(true))
	r := renderer(t, s)
	for u, want := range map[string][]string{
		"110102/wjw/2021/full.html":   {"本报告于2022年2月1日更正，"},
		"110102/wjw/2020/old.html":    {"本报告已被替代，请以新的报告为准："},
		"110102/wjw/2019/notice.html": {"本报告已于2022年3月1日撤下。原因：数据有误。以下内容仅供查证。"},
		"110102/wjw/2018/draft.html":  {"这是草稿，尚未公开。"},
		"guojia/wjw/2021/a.html":      nil,
	} {
		var got []string
		for _, b := range r.banners(s.Report(u)) {
			got = append(got, b.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", u, got, want)
		}
	}
	v := r.ReportView(s.Report("110102/wjw/2020/old.html"), someBody())
	if v.Newer.URL != "110102/wjw/2021/full.html" || v.Older.URL != "110102/wjw/2019/notice.html" {
		t.Errorf("neighbours %v, %v", v.Older, v.Newer)
	}
	many := r.ReportView(s.Report("610112/wjj/2012/r0.html"), someBody())
	if len(many.Related) != 8 || many.RelatedAll.URL != "610112/2012/index.html" {
		t.Errorf("%d related, %v", len(many.Related), many.RelatedAll)
	}
	for _, e := range many.Related {
		if e.URL == "610112/wjj/2012/r0.html" || !strings.HasPrefix(e.URL, "610112/") {
			t.Errorf("related: %v", e)
		}
	}
	attached := r.ReportView(s.Report("110102/wjw/2021/full.html"), someBody()).Attachments
	if len(attached) != 1 || attached[0] != (File{Link{"附表", "110102/wjw/2021/full/表.xlsx"}, "XLSX", "128 KB"}) {
		t.Errorf("attachments %+v", attached)
	}
}

func TestSizes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 KB", 1499: "1 KB", 128_400: "128 KB", 999_499: "999 KB", 999_500: "1.0 MB", 1_000_000: "1.0 MB", 12_345_678: "12.3 MB"} {
		if got := size(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestNest(t *testing.T) {
	flat := []report.OutlineEntry{{ID: "a", Level: 1}, {ID: "b", Level: 3}, {ID: "c", Level: 2}, {ID: "d", Level: 1}, {ID: "e", Level: 2}}
	var write func([]Heading) string
	write = func(list []Heading) string {
		s := ""
		for _, h := range list {
			s += h.ID + "(" + write(h.Down) + ")"
		}
		return s
	}
	if got := write(outline(flat)); got != "a(b()c())d(e())" {
		t.Error(got)
	}
	if got := write(outline([]report.OutlineEntry{{ID: "x", Level: 4}, {ID: "y", Level: 1}})); got != "x()y()" {
		t.Error(got)
	}
}

func TestHomeOfOneAgencyAndOfNone(t *testing.T) {
	var heads []*report.Head
	for i := range 60 {
		heads = append(heads, head(t, fmt.Sprintf("610112/wjj/2021/r%d.md", i)))
	}
	one := parse(t, outputs(t, renderer(t, assemble(t, config(true), heads...)))["index.html"])
	if n := countLinks(one, "610112/wjj/2021/"); n != site.PerPage {
		t.Errorf("%d reports on the page of a site with one agency", n)
	}
	if countLinks(one, "610112/wjj/page/2.html") == 0 {
		t.Error("no way to the second page")
	}
	empty := outputs(t, renderer(t, assemble(t, config(false))))
	for u, text := range empty {
		if path.Ext(u) == ".html" && len(faults(t, text)) > 0 {
			t.Errorf("empty site: %s: %q", u, faults(t, text))
		}
	}
	if _, ok := empty["feed.xml"]; ok || !strings.Contains(empty["index.html"], "还没有") {
		t.Error("an empty site")
	}
}

func countLinks(n *html.Node, prefix string) int {
	count := 0
	for _, a := range find(n, "a") {
		if strings.HasPrefix(attr(a, "href"), prefix) {
			count++
		}
	}
	return count
}
