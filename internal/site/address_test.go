package site

import (
	"slices"
	"strings"
	"testing"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

func alias(list ...string) func(*report.Head) {
	return func(h *report.Head) { h.Aliases = list }
}

func TestCollisions(t *testing.T) {
	_, found := Assemble(input(head(t, "610112/wjj/2021/a/index.md"), head(t, "610112/wjj/2021/a.md"), head(t, "610112/wjj/2021/b.md")))
	wantSaid(t, found, "610112/wjj/2021/a/index.md:1 address-collision error")
	for _, name := range []string{"content/610112/wjj/2021/a.md", "/610112/wjj/2021/a.html"} {
		if !strings.Contains(found[0].Message.ZH, name) || !strings.Contains(found[0].Message.EN, name) {
			t.Errorf("%v does not name %s", found[0].Message, name)
		}
	}
	draft := func(h *report.Head) { h.Draft = true }
	assemble(t, input(head(t, "610112/wjj/2021/a/index.md", draft), head(t, "610112/wjj/2021/a.md"))) // only one of them is built
}

func TestAliases(t *testing.T) {
	s := assemble(t, input(
		head(t, "610112/wjj/2021/a.md", alias("/old/a.html", "/old/dir/", "/old/bare", "../2020/b.html", "c.html", "/old/%E5%B9%B4.html", "/x/../y//z.html", "/old/p.shtml")),
		head(t, "about.md", alias("/guanyu.html")),
	))
	var got []string
	for _, a := range s.Aliases {
		got = append(got, a.URL+" > "+a.To+" "+a.Title)
	}
	const to = " > 610112/wjj/2021/a.html 2021年工作总结"
	want := []string{"610112/wjj/2020/b.html" + to, "610112/wjj/2021/c.html" + to, "guanyu.html > about.html about", "old/a.html" + to, "old/bare/index.html" + to,
		"old/dir/index.html" + to, "old/p.shtml" + to, "old/年.html" + to, "y/z.html" + to}
	if !slices.Equal(got, want) {
		t.Errorf("aliases %q\nwant    %q", got, want)
	}
	for _, a := range s.Aliases {
		if !s.Has(a.URL) {
			t.Errorf("a link to /%s is broken, but the page is there", a.URL)
		}
	}
}

func TestAliasCollisions(t *testing.T) {
	const collision = " alias-collision error"
	in := input(
		head(t, "610112/wjj/2021/a/index.md", alias("/610112/wjj/2021/b.html", "/old.html", "/610112/wjj/2021/a.html", "/index.html", "/404.html", "/about.html",
			"/610112/", "/610112/wjj/", "/610112/2021/", "/years/2021/", "/610112/wjj/2021/gone.html")),
		head(t, "610112/wjj/2021/b.md", alias("/old.html", "../2021/own.html", "own.html")), // once in another report, once in this one
		head(t, "610112/wjj/2021/gone.md", func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2022, 1, 1)}
		}),
		head(t, "about.md", alias("/old.html", "/about.html")),
	)
	_, found := Assemble(in)
	var want []string
	for range 10 {
		want = append(want, "610112/wjj/2021/a/index.md:1"+collision)
	}
	want = append(want, "610112/wjj/2021/b.md:1"+collision, "610112/wjj/2021/b.md:1"+collision, "about.md:1"+collision, "about.md:1"+collision)
	wantSaid(t, found, want...)
	// Whichever report is newer, the first by path keeps the address.
	s, _ := Assemble(in)
	if i := slices.IndexFunc(s.Aliases, func(a Alias) bool { return a.URL == "old.html" }); i < 0 || s.Aliases[i].To != "610112/wjj/2021/a.html" {
		t.Errorf("aliases %v", s.Aliases)
	}
}

func TestSuperseded(t *testing.T) {
	by := func(s string) func(*report.Head) {
		return func(h *report.Head) { h.Status = report.Status{State: "superseded", By: s} }
	}
	const target = "610112/wjj/2022/new.html"
	for _, tt := range []struct{ from, by string }{
		{"610112/wjj/2021/a.md", "610112/wjj/2022/new.md"}, {"610112/wjj/2021/a.md", "/610112/wjj/2022/new.md"}, {"610112/wjj/2021/a.md", "content/610112/wjj/2022/new.md"},
		{"610112/wjj/2021/a.md", "../2022/new.md"}, {"610112/wjj/2021/a.md", "610112/wjj/2022/new.html"}, {"610112/wjj/2021/a.md", "/610112/wjj/2022/new"},
		{"610112/wjj/2021/a.md", "610112/wjj/2022/new/index.md"}, {"610112/wjj/2022/a.md", "new.md"}, {"610112/wjj/2022/a.md", "./new.md"}, {"610112/wjj/2022/a.md", "new"},
		{"610112/wjj/2021/a/index.md", "../../2022/new.md"}, {"610112/wjj/2022/a/index.md", "../new.md"}, {"610112/wjj/2022/a/index.md", "new.md"},
	} {
		s := assemble(t, input(head(t, tt.from, by(tt.by)), head(t, "610112/wjj/2022/new.md")))
		i := slices.IndexFunc(s.Reports, func(r *Report) bool { return r.Slug == "a" })
		if r := s.Reports[i]; r.Newer == nil || r.Newer.URL != target {
			t.Errorf("%s: by %s leads to %v", tt.from, tt.by, r.Newer)
		}
	}
	draft := func(h *report.Head) { h.Draft = true }
	gone := func(h *report.Head) {
		h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2023, 1, 1)}
	}
	assemble(t, input(
		head(t, "610112/wjj/2021/a.md", by("610112/wjj/2022/none.md")), head(t, "610112/wjj/2021/b.md", by("b.md")), // itself
		head(t, "610112/wjj/2021/c.md", by("draft.md")), head(t, "610112/wjj/2021/draft.md", draft),
		head(t, "610112/wjj/2021/d.md", by("gone.md")), head(t, "610112/wjj/2021/gone.md", gone),
		head(t, "610112/wjj/2021/e.md", by("https://www.example.gov.cn/x.html")),
		head(t, "610112/wjj/2021/f.md", by("../../../../x.md")),
	), "610112/wjj/2021/a.md:1 superseded-by-unknown error", "610112/wjj/2021/b.md:1 superseded-by-unknown error", "610112/wjj/2021/c.md:1 superseded-by-unknown error",
		"610112/wjj/2021/d.md:1 superseded-by-unknown error", "610112/wjj/2021/f.md:1 superseded-by-unknown error")
}

func TestHas(t *testing.T) {
	in := input(head(t, "610112/wjj/2021/a.md"), head(t, "about.md"))
	always := []string{"index.html", "404.html", "years/index.html", "years/2021/index.html", "610112/index.html", "610100/index.html", "610112/wjj/index.html",
		"610112/2021/index.html", "kinds/summary/index.html", "610112/wjj/2021/a.html", "about.html", "robots.txt", "feed.xml", "manifest.sha256"}
	byOutput := map[string][]string{
		"json": {"610112/wjj/2021/a.json"}, "txt": {"610112/wjj/2021/a.txt"}, "md": {"610112/wjj/2021/a.md"}, "fragment": {"610112/wjj/2021/a.fragment.html"},
		"catalog": {"catalog.json", "catalog.csv"}, "feeds": {"610112/feed.xml", "610000/feed.xml", "years/2021/feed.xml"},
	}
	never := []string{"", "topics/index.html", "years/2020/index.html", "610112/wjj/2021/b.html", "610112/wjj/2021/b.json", "about.json", "about.fragment.html", "610102/feed.xml",
		"years/2020/feed.xml", "610112/wjj/2021/a", "../index.html", "610112/wjj/feed.xml", "kinds/summary/feed.xml", "610112/wjj/2021/a.html.json"}
	for _, outputs := range [][]string{{"html"}, {"html", "json", "txt", "md", "fragment", "feeds", "catalog"}} {
		in.Config.Outputs = outputs
		s := assemble(t, in)
		for _, u := range always {
			if !s.Has(u) {
				t.Errorf("%v: %s is missing", outputs, u)
			}
		}
		for output, list := range byOutput {
			for _, u := range list {
				if s.Has(u) != slices.Contains(outputs, output) {
					t.Errorf("%v: Has(%s) is %v", outputs, u, s.Has(u))
				}
			}
		}
		for _, u := range never {
			if s.Has(u) {
				t.Errorf("%v: %s is there", outputs, u)
			}
		}
	}
	if s := assemble(t, in); s.Has("sitemap.xml") {
		t.Error("a sitemap without base_url")
	}
	in.Config.BaseURL = "https://www.example.gov.cn/"
	if s := assemble(t, in); !s.Has("sitemap.xml") {
		t.Error("no sitemap")
	}
	empty := assemble(t, input())
	if empty.Has("feed.xml") || !empty.Has("index.html") || !empty.Has("years/index.html") {
		t.Error("the pages of an empty site")
	}
}

func TestCheckLinks(t *testing.T) {
	gone := func(h *report.Head) {
		h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2023, 1, 1)}
	}
	from := head(t, "610112/wjj/2021/a.md")
	in := input(from, head(t, "610112/wjj/2021/b.md"), head(t, "610112/wjj/2021/gone.md", gone),
		head(t, "610112/wjj/2021/draft/index.md", func(h *report.Head) { h.Draft = true }),
		head(t, "610112/wjj/2021/secret.md", func(h *report.Head) { h.Publicity = "不予公开" }),
		head(t, "610112/wjj/2027/future.md", func(h *report.Head) { h.Date = day(2027, 1, 1) }))
	in.Plain = []*report.Head{head(t, "about.md")}
	s, _ := Assemble(in)
	link := func(line int, target, fragment string) report.Link {
		return report.Link{Target: target, Fragment: fragment, At: diag.Pos{Line: line, Column: 3}, End: diag.Pos{Line: line, Column: 9}, Written: "w" + target}
	}
	body := &report.Body{
		Links: []report.Link{
			link(1, "610112/wjj/2021/b.html", ""), link(2, "610112/wjj/2021/b.html", "s1"), link(3, "", "s9"), link(4, "610112/index.html", "x"),
			link(5, "610112/wjj/2021/gone.html", ""), link(6, "610112/wjj/2021/draft.html", ""), link(7, "610112/wjj/2021/secret.html", ""),
			link(8, "610112/wjj/2027/future.html", ""), link(9, "610112/wjj/2021/none.html", "s1"), link(10, "catalog.csv", ""),
			link(12, "about.html", "s1"), link(13, "about.html", ""), link(14, "610112/wjj/2021/gone/a.pdf", ""),
		},
		Images: []report.Link{link(11, "610112/wjj/2021/a/none.png", "")},
	}
	demands, found := s.CheckLinks(from, body)
	const broken = " broken-link error"
	at := "610112/wjj/2021/a.md:"
	wantSaid(t, found, at+"5"+broken, at+"6"+broken, at+"7"+broken, at+"8"+broken, at+"9"+broken, at+"11"+broken, at+"14"+broken)
	for i, want := range []string{"已撤下", "草稿", "不予公开", "未到发布日期", "不存在", "不存在", "已撤下"} {
		if !strings.Contains(found[i].Message.ZH, want) {
			t.Errorf("line %d: %s does not say %s", found[i].Start.Line, found[i].Message.ZH, want)
		}
	}
	if len(demands) != 2 || demands[0].To.Rel != "610112/wjj/2021/b.md" || demands[1].To.Rel != "about.md" {
		t.Fatalf("demands %v", demands)
	}
	for id, want := range map[string]bool{"s1": true, "p-12345678": true, "s2": false} {
		demands[0].Link.Fragment = id
		d, ok := demands[0].CheckFragment(&report.Body{Outline: []report.OutlineEntry{{ID: "s1"}}, Paragraphs: []report.Paragraph{{ID: "p-12345678"}}})
		if ok != want {
			t.Errorf("#%s: %v", id, ok)
		}
		if !ok {
			wantSaid(t, diag.List{d}, at+"2 broken-fragment error")
		}
	}
}

// TestRulesAreDocumented: every rule that Assemble and CheckLinks report stands in Rules.
func TestRulesAreDocumented(t *testing.T) {
	known := map[string]bool{}
	for _, r := range Rules() {
		if known[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		known[r.ID] = true
		if r.About.ZH == "" || r.About.EN == "" {
			t.Errorf("%s says nothing", r.ID)
		}
	}
	for _, id := range strings.Fields("address-collision agency-mismatch alias-collision attachment-missing attachment-type attachment-unlisted broken-fragment broken-link " +
		"config-district date-twice district-unknown frontmatter-missing held-future held-not-public index-number-repeated superseded-by-unknown") {
		if !known[id] {
			t.Errorf("%s is not documented", id)
		}
	}
}
