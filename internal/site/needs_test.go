package site

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/report"
)

func TestNeeds(t *testing.T) {
	bare := func(h *report.Head) { h.FrontMatter = report.FrontMatter{Agency: []string{"某局"}} }
	draft := func(h *report.Head) { bare(h); h.Draft = true }
	full := func(h *report.Head) {
		h.Written, h.IndexNumber, h.Topic, h.Summary = day(2022, 1, 1), "N", "主题", "概述"
	}
	collected := func(h *report.Head) { full(h); h.Date, h.Collected = report.Date{}, day(2022, 1, 5) }
	gone := func(h *report.Head) {
		h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2023, 1, 1)}
	}
	const missing = "610112/wjj/2021/a.md:1 frontmatter-missing "
	repeat := func(n int, s string) []string { return slices.Repeat([]string{s}, n) }
	for _, tt := range []struct {
		name     string
		change   func(*report.Head)
		official bool
		want     []string
	}{
		{"nothing at all", bare, false, repeat(3, missing+"error")}, // title, kind, date
		{"nothing at all, official", bare, true, repeat(7, missing+"error")},
		{"draft", draft, false, repeat(3, missing+"warning")},
		{"draft, official", draft, true, repeat(7, missing+"warning")},
		{"collected will do", collected, false, []string{}},
		{"collected will not do, official", collected, true, repeat(1, missing+"error")},
		{"full, official", full, true, []string{}},
		{"not full, unofficial", func(*report.Head) {}, false, []string{}},
		{"removed: what is left needs no catalogue", gone, true, []string{}},
		{"both dates", func(h *report.Head) { full(h); h.Collected = day(2022, 1, 6) }, true, []string{"610112/wjj/2021/a.md:1 date-twice warning"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := input(head(t, "610112/wjj/2021/a.md", tt.change))
			in.Config.Official = tt.official
			_, found := Assemble(in)
			wantSaid(t, found, tt.want...)
			for _, d := range found {
				if d.Rule == "frontmatter-missing" && (d.Hint.ZH == "" || d.Hint.EN == "") {
					t.Errorf("no hint: %v", d)
				}
			}
		})
	}
}

func TestFindingsPointAtTheKey(t *testing.T) {
	in := input(
		head(t, "610112/wjj/2021/a.md", func(h *report.Head) { h.IndexNumber = "N" }),
		head(t, "610112/wjj/2021/b.md", func(h *report.Head) {
			h.IndexNumber = "N"
			h.Keys = []report.WrittenKey{{Key: "index_number", ValueLine: 7, ValueColumn: 15}}
		}),
		head(t, "610112/wjj/2021/c.md", func(h *report.Head) { h.IndexNumber, h.Draft = "N", true }), // not built: no clash
	)
	s := assemble(t, in, "610112/wjj/2021/b.md:7 index-number-repeated error")
	if len(s.Reports) != 2 {
		t.Errorf("%q", urls(s.Reports))
	}
}

func TestHeldBack(t *testing.T) {
	in := input(
		head(t, "610112/wjj/2021/draft.md", func(h *report.Head) { h.Draft = true }),
		head(t, "610112/wjj/2026/future.md", func(h *report.Head) { h.Date = day(2026, 11, 22) }),
		head(t, "610112/wjj/2026/noon.md", func(h *report.Head) {
			h.Date = report.Date{Year: 2026, Month: 11, Day: 21, Hour: 20, Minute: 1, Timed: true}
		}),
		head(t, "610112/wjj/2026/now.md", func(h *report.Head) { h.Date = report.Date{Year: 2026, Month: 11, Day: 21, Hour: 20, Timed: true} }),
		head(t, "610112/wjj/2021/request.md", func(h *report.Head) { h.Publicity = "依申请公开" }),
		head(t, "610112/wjj/2021/never.md", func(h *report.Head) { h.Publicity, h.Draft = "不予公开", true }),
		head(t, "610112/wjj/2021/open.md", func(h *report.Head) { h.Publicity = "主动公开" }),
	)
	const notPublic = ".md:1 held-not-public info"
	s := assemble(t, in, "610112/wjj/2021/never"+notPublic, "610112/wjj/2021/request"+notPublic,
		"610112/wjj/2026/future.md:1 held-future info", "610112/wjj/2026/noon.md:1 held-future info")
	wantURLs(t, "built", s.Reports, "610112/wjj/2026/now.html", "610112/wjj/2021/open.html") // noon of UTC is 20:00 in Shanghai
	var held []string
	for _, h := range s.Held {
		held = append(held, h.Head.Slug+" "+h.Reason)
	}
	if got := strings.Join(held, ", "); got != "draft draft, never not-public, request not-public, future future, noon future" {
		t.Errorf("held %s", got)
	}
	in.Drafts = true
	s = assemble(t, in, "610112/wjj/2021/never"+notPublic, "610112/wjj/2021/request"+notPublic)
	if len(s.Reports) != 5 || !s.Report("610112/wjj/2026/future.html").Future || s.Report("610112/wjj/2026/now.html").Future {
		t.Errorf("with drafts: %q", urls(s.Reports))
	}
	for _, never := range []string{"never", "request"} {
		if s.Has("610112/wjj/2021/" + never + ".html") {
			t.Errorf("%s is built with --drafts", never)
		}
	}
}

// TestPlainPagesAreHeldBackToo: nothing that is marked as not public comes out because it lies higher up.
func TestPlainPagesAreHeldBackToo(t *testing.T) {
	in := input(
		head(t, "about.md"), head(t, "draft.md", func(h *report.Head) { h.Draft = true }),
		head(t, "never.md", func(h *report.Head) { h.Publicity = "不予公开" }), head(t, "future.md", func(h *report.Head) { h.Date = day(2027, 1, 1) }),
		head(t, "gone.md", func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2023, 1, 1)}
		}),
	)
	s := assemble(t, in, "future.md:1 held-future info", "gone.md:1 held-not-public info", "never.md:1 held-not-public info")
	if len(s.Plain) != 1 || s.Plain[0].URL != "about.html" || len(s.Held) != 4 || s.Has("never.html") || s.Has("gone.html") {
		t.Errorf("%d plain pages, %d held", len(s.Plain), len(s.Held))
	}
}

func TestRemoved(t *testing.T) {
	remove := func(h *report.Head) {
		h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: day(2023, 1, 1)}
	}
	notice := func(h *report.Head) {
		h.Status = report.Status{State: "withdrawn", Mode: "notice", Date: day(2023, 1, 1)}
	}
	s := assemble(t, input(head(t, "610112/wjj/2021/a.md", remove), head(t, "610102/wjj/2020/b.md", remove, func(h *report.Head) {
		h.Topic, h.Aliases = "主题", []string{"/old.html"}
	}), head(t, "610112/wjj/2021/c.md", notice)))
	wantURLs(t, "listed", s.Reports, "610112/wjj/2021/c.html")
	wantURLs(t, "removed", s.Removed, "610102/wjj/2020/b.html", "610112/wjj/2021/a.html")
	if s.District("610102") != nil || s.Year(2020) != nil || len(s.Topics) != 0 || len(s.Aliases) != 0 || len(s.Agencies) != 1 {
		t.Error("a removed report makes an index")
	}
	if !s.Has("610112/wjj/2021/a.html") || s.Has("610112/wjj/2021/a.json") || !s.Has("610112/wjj/2021/c.json") {
		t.Error("what is left of them")
	}
}

func TestDefaults(t *testing.T) {
	in := input(
		head(t, "610112/wjj/2021/a.md", func(h *report.Head) { h.Topic = "own" }),
		head(t, "610112/wjj/2021/b/index.md", func(h *report.Head) { h.FrontMatter.Agency, h.Kind = nil, "" }),
		head(t, "610112/jyj/2021/c.md"),
		head(t, "610112/wjj/2021/d.md", func(h *report.Head) { h.Keys = []report.WrittenKey{{Key: "draft"}} }),
	)
	in.Defaults = map[string]*report.FrontMatter{
		"":                         {Topic: "root", Department: "root", Basis: "root", Keywords: []string{"root"}, Source: report.Source{Name: "root"}},
		"610112":                   {Topic: "district", Department: "district"},
		"610112/wjj":               {Topic: "agency", Draft: true, Kind: report.Plan, Agency: []string{"610112的wjj"}},
		"610112/wjj/2021":          {Publicity: "主动公开"},
		"610112/wjj/2021/b":        {Keywords: []string{"b"}},
		"610102":                   {Topic: "elsewhere"},
		"610112/wjj/2021/elsewhat": {Topic: "elsewhere"},
	}
	in.Drafts = true
	s := assemble(t, in)
	got := map[string]string{}
	for _, r := range s.Reports {
		got[r.Slug] = fmt.Sprint(r.Topic, " ", r.Department, " ", r.Basis, " ", r.Keywords, " ", r.Source.Name, " ", r.Kind, " ", r.Organs, " ", r.Draft)
	}
	want := map[string]string{
		"a": "own district root [root] root summary [610112的wjj] true",
		"b": "agency district root [b] root plan [610112的wjj] true",
		"c": "district district root [root] root summary [610112的jyj] false",
		"d": "agency district root [root] root summary [610112的wjj] false", // draft: false is written
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := s.Report("610112/wjj/2021/b.html"); p.Period.Text != "" || p.PlanPeriod.Text != "2021" {
		t.Errorf("periods follow the inherited kind: %q, %q", p.Period.Text, p.PlanPeriod.Text)
	}
}

// TestPeriods is the table of contract §2.
func TestPeriods(t *testing.T) {
	for kind, want := range map[report.Kind][2]string{
		report.Summary: {"2021", ""}, report.SummaryAndPlan: {"2021", "2022"}, report.Plan: {"", "2021"}, report.WorkPoints: {"", "2021"},
		report.GovernmentWorkReport: {"2020", "2021"}, report.SpecialReport: {"2021", ""}, report.StatisticalBulletin: {"2021", ""}, report.Other: {"2021", ""},
	} {
		s := assemble(t, input(head(t, "610112/wjj/2021/a.md", func(h *report.Head) { h.Kind = kind })))
		if r := s.Reports[0]; r.Period.Text != want[0] || r.PlanPeriod.Text != want[1] {
			t.Errorf("%s: %q, %q, want %q", kind, r.Period.Text, r.PlanPeriod.Text, want)
		}
	}
	half := report.Period{Text: "2021-H1", From: day(2021, 1, 1), To: day(2021, 6, 30)}
	s := assemble(t, input(head(t, "610112/wjj/2021/a.md", func(h *report.Head) { h.Kind, h.Period = report.SummaryAndPlan, half })))
	if r := s.Reports[0]; r.Period != half || r.PlanPeriod.Text != "2022" || r.Span() != "2021年上半年" {
		t.Errorf("%+v, %+v, %s", r.Period, r.PlanPeriod, r.Span())
	}
	months := func(a, b int) report.Period {
		return report.Period{Text: "x", From: day(2021, a, 1), To: day(2021, b, 28)}
	}
	for want, p := range map[string]report.Period{
		"2021年": wholeYear(2021), "2021年上半年": months(1, 6), "2021年下半年": months(7, 12), "2021年第一季度": months(1, 3), "2021年第二季度": months(4, 6),
		"2021年第三季度": months(7, 9), "2021年第四季度": months(10, 12), "2021—2025年": {Text: "x", From: day(2021, 1, 1), To: day(2025, 12, 31)}, "": {},
	} {
		if got := PeriodName(p); got != want {
			t.Errorf("%+v is %s, want %s", p, got, want)
		}
	}
}

func TestModified(t *testing.T) {
	r := &Report{FrontMatter: &report.FrontMatter{Date: day(2022, 1, 5), Revisions: []report.Revision{{Date: day(2022, 3, 1)}, {Date: day(2022, 2, 1)}}}}
	if got := r.Modified(); got != day(2022, 3, 1) {
		t.Errorf("%v", got)
	}
	r.Status.Date = day(2023, 1, 1)
	if got := r.Modified(); got != day(2023, 1, 1) {
		t.Errorf("%v", got)
	}
	none := &Report{FrontMatter: &report.FrontMatter{}}
	if got := none.Modified(); !got.IsZero() || !none.Day().IsZero() {
		t.Errorf("%v", got)
	}
}

func TestAttachments(t *testing.T) {
	attach := func(names ...string) func(*report.Head) {
		return func(h *report.Head) {
			for _, n := range names {
				h.Attachments = append(h.Attachments, report.Attachment{File: n})
			}
		}
	}
	in := input(head(t, "610112/wjj/2021/a/index.md", attach("x.pdf", "gone.pdf")), head(t, "610112/wjj/2021/b.md", attach("x.pdf")))
	in.Folders = map[string][]File{"610112/wjj/2021/a": {{"pic.PNG", 1}, {"x.pdf", 2}, {"y.xlsx", 3}, {"z.svg", 4}}}
	s := assemble(t, in, "610112/wjj/2021/a/index.md:1 attachment-missing error", "610112/wjj/2021/a/index.md:1 attachment-unlisted warning",
		"610112/wjj/2021/a/z.svg:0 attachment-type error", "610112/wjj/2021/b.md:1 attachment-missing error")
	for url, want := range map[string]bool{
		"610112/wjj/2021/a/x.pdf": true, "610112/wjj/2021/a/pic.PNG": true, "610112/wjj/2021/a/gone.pdf": false, "610112/wjj/2021/b/x.pdf": false,
		"610112/wjj/2021/x.pdf": false, "610112/wjj/2021/a/deep/x.pdf": false,
	} {
		if s.Has(url) != want {
			t.Errorf("Has(%s) is %v", url, !want)
		}
	}
}

func TestAsOfInTheSitesZone(t *testing.T) {
	in := input(head(t, "610112/wjj/2025/a.md", func(h *report.Head) { h.Date = day(2026, 1, 1) }))
	in.AsOf = time.Date(2025, 12, 31, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
	if s, _ := Assemble(in); len(s.Reports) != 1 {
		t.Error("not yet")
	}
	in.AsOf = in.AsOf.Add(-time.Second)
	if s, _ := Assemble(in); len(s.Reports) != 0 {
		t.Error("too early")
	}
}
