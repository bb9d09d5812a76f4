package site

import (
	"slices"
	"testing"

	"gongkai/internal/report"
)

func agency(names ...string) func(*report.Head) {
	return func(h *report.Head) { h.FrontMatter.Agency = names }
}

func TestAgencyFromReports(t *testing.T) {
	s := assemble(t, input(
		head(t, "610112/wjj/2022/a.md", agency("未央区卫生健康局")),
		head(t, "610112/wjj/2021/b.md", agency("未央区卫健局", "未央区疾控局")), // the newest name is the agency's
		head(t, "610112/wjj/2020/c.md", agency()),
		head(t, "610112/jyj/2020/d.md", agency(), func(h *report.Head) { h.Draft = true }),
	), "610112/jyj/2020/d.md:1 frontmatter-missing warning", "610112/wjj/2020/c.md:1 frontmatter-missing error", "610112/wjj/2021/b.md:1 agency-mismatch error")
	if len(s.Agencies) != 1 || s.Agencies[0].Name != "未央区卫生健康局" || s.Agencies[0].URL != "610112/wjj/index.html" {
		t.Errorf("agencies %+v", s.Agencies)
	}
	if got := s.Report("610112/wjj/2020/c.html").Organs; !slices.Equal(got, []string{"未央区卫生健康局"}) {
		t.Errorf("a report without an agency has %q", got)
	}
}

func TestDraftWithoutAgency(t *testing.T) {
	in := input(head(t, "610112/jyj/2020/d.md", agency(), func(h *report.Head) { h.Draft = true }))
	in.Drafts = true
	s := assemble(t, in, "610112/jyj/2020/d.md:1 frontmatter-missing warning")
	if s.Agencies[0].Name != "jyj" {
		t.Errorf("name %q", s.Agencies[0].Name)
	}
}

func TestAgencyRegistry(t *testing.T) {
	written := func(y, m, d int) func(*report.Head) { return func(h *report.Head) { h.Written = day(y, m, d) } }
	in := input(
		head(t, "610112/wjj/2022/a.md", agency("西安市未央区卫生健康局", "另一机构")),
		head(t, "610112/wjj/2014/b.md", agency("西安市未央区卫生局")),
		head(t, "610112/wjj/2021/c.md", agency("未央区卫健局")),
		head(t, "610112/wjj/2023/d.md", agency()),
		head(t, "610112/wjj/2013/e.md", agency(), written(2014, 9, 30)),
		head(t, "610112/wjj/2017/f.md", agency(), written(2018, 1, 9)),
		head(t, "610102/wjj/2022/g.md", agency("各地通用卫生健康局")),
	)
	in.Config.Agencies = []AgencyEntry{
		{Key: "wjj", Name: "各地通用卫生健康局"}, // the entry of the district goes before the general one, wherever it stands
		{Key: "wjj", District: "610112", Name: "西安市未央区卫生健康局", Short: "区卫健局", Contact: "029", Former: []FormerName{
			{"西安市未央区卫生局", day(2014, 9, 30)}, {"西安市未央区卫生和计划生育局", day(2019, 3, 1)},
		}},
	}
	s := assemble(t, in, "610112/wjj/2021/c.md:1 agency-mismatch error")
	ag := s.Agencies[1]
	if ag.Name != "西安市未央区卫生健康局" || ag.ShortName() != "区卫健局" || ag.Contact != "029" || len(ag.Former) != 2 {
		t.Errorf("%+v", ag)
	}
	for url, want := range map[string]string{
		"610112/wjj/2023/d.html": "西安市未央区卫生健康局", "610112/wjj/2013/e.html": "西安市未央区卫生局", // up to and with the day
		"610112/wjj/2017/f.html": "西安市未央区卫生和计划生育局", "610112/wjj/2014/b.html": "西安市未央区卫生局",
	} {
		if got := s.Report(url).Organs; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is by %q, want %s", url, got, want)
		}
	}
	if s.Agencies[0].Name != "各地通用卫生健康局" {
		t.Errorf("the general entry: %s", s.Agencies[0].Name)
	}
}

func TestShortName(t *testing.T) {
	for name, want := range map[string]string{"陕西省西安市未央区卫生健康局": "卫生健康局", "未央区卫生健康局": "卫生健康局", "西安市未央区": "西安市未央区", "西安市卫生健康局": "西安市卫生健康局"} {
		s := assemble(t, input(head(t, "610112/wjj/2022/a.md", agency(name))))
		if got := s.Agencies[0].ShortName(); got != want {
			t.Errorf("%s is short %s, want %s", name, got, want)
		}
	}
}
