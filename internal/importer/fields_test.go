package importer

import (
	"strings"
	"testing"

	"gongkai/internal/division"
	"gongkai/internal/document"
	"gongkai/internal/report"
)

func TestFields(t *testing.T) {
	const text = "一、治水\n今年以来，全县上下齐心治水，巡查河道若干，清理漂浮物若干，水质稳定达标，群众满意。\n"
	for _, c := range []struct {
		name, head, tail         string
		rel, title, agency, kind string
		period, plan             string
	}{
		{name: "organ in the title", head: "西安市碑林区教育局2022年工作总结\n", rel: "610103/jyj/2022/jiaoyu-zongjie.md", title: "西安市碑林区教育局2022年工作总结", agency: "西安市碑林区教育局", kind: "summary", period: "2022"},
		{name: "short form of the organ", head: "碑林区发改委2022年工作要点\n", rel: "610103/fgw/2022/fagai-yaodian.md", title: "碑林区发改委2022年工作要点", agency: "西安市碑林区发展和改革委员会", kind: "work-points", plan: "2022"},
		{name: "place and field in the title", head: "2023年桐庐县教育工作计划\n", rel: "330122/jyj/2023/jiaoyu-jihua.md", title: "2023年桐庐县教育工作计划", agency: "桐庐县教育局", kind: "plan", plan: "2023"},
		{name: "a name that two districts bear, resolved by the city", head: "呼和浩特市新城区民政局2021年工作总结及2022年工作计划\n", rel: "150102/mzj/2021/minzheng-zongjie.md", title: "呼和浩特市新城区民政局2021年工作总结及2022年工作计划", agency: "呼和浩特市新城区民政局", kind: "summary-and-plan", period: "2021", plan: "2022"},
		{name: "the signature", head: "2022年上半年工作总结\n", tail: "桐庐县水利局\n2022年7月4日", rel: "330122/slj/2022/shuili-shangbannian.md", title: "2022年上半年工作总结", agency: "桐庐县水利局", kind: "summary", period: "2022-H1"},
		{name: "a title of two lines", head: "桐庐县审计局\n2020年工作总结\n", rel: "330122/sjj/2020/shenji-zongjie.md", title: "桐庐县审计局2020年工作总结", agency: "桐庐县审计局", kind: "summary", period: "2020"},
		{name: "the government's report", head: "政 府 工 作 报 告\n——2022年1月18日在桐庐县第十七届人民代表大会第一次会议上\n县长 某某\n各位代表：\n", rel: "330122/zhengfu/2022/zhengfu-gongzuo-baogao.md", title: "政府工作报告", agency: "桐庐县人民政府", kind: "government-work-report", period: "2021", plan: "2022"},
		{name: "an area below a city", head: "杭州市高新区管委会2022年工作总结\n", rel: "330100-gaoxinqu/gwh/2022/gongzuo-zongjie.md", title: "杭州市高新区管委会2022年工作总结", kind: "summary", period: "2022"},
		{name: "a masked place", head: "××市××县教育局2022年工作总结\n", rel: "mouxian/jyj/2022/jiaoyu-zongjie.md", title: "××市××县教育局2022年工作总结", agency: "××市××县教育局", kind: "summary", period: "2022"},
		{name: "a range of years", head: "桐庐县司法局2016—2020年工作总结\n", rel: "330122/sfj/2016/sifa-zongjie.md", title: "桐庐县司法局2016—2020年工作总结", agency: "桐庐县司法局", kind: "summary", period: "2016..2020"},
		{name: "a field outside the table", head: "桐庐县粮食和物资储备局2022年工作总结\n", rel: "330122/lswzcbj/2022/gongzuo-zongjie.md", title: "桐庐县粮食和物资储备局2022年工作总结", agency: "桐庐县粮食和物资储备局", kind: "summary", period: "2022"},
		{name: "a township", head: "桐庐县横村镇人民政府2022年工作总结\n", rel: "330122/hczzf/2022/gongzuo-zongjie.md", title: "桐庐县横村镇人民政府2022年工作总结", agency: "桐庐县横村镇人民政府", kind: "summary", period: "2022"},
		{name: "a province", head: "浙江省民政厅2021年工作总结\n", rel: "330000/mzt/2021/minzheng-zongjie.md", title: "浙江省民政厅2021年工作总结", agency: "浙江省民政厅", kind: "summary", period: "2021"},
	} {
		r := importText(t, New(Options{}), c.head+text+c.tail)
		h := r.Head
		if r.Rel != c.rel || h.Title != c.title || c.agency != "" && h.Agency != c.agency || string(h.Kind) != c.kind || h.Period != c.period || h.PlanPeriod != c.plan {
			t.Errorf("%s: %s %q %q %s %q %q\n%v", c.name, r.Rel, h.Title, h.Agency, h.Kind, h.Period, h.PlanPeriod, r.Fields)
		}
		if h.Date != "" {
			t.Errorf("%s: date %s is invented", c.name, h.Date)
		}
		checkResult(t, r)
	}
}

func TestOptionsDecide(t *testing.T) {
	table, _ := division.National().With([]division.District{{Code: "gaoxin", Name: "高新区", Parent: "330100"}})
	opt := Options{Districts: table, Agencies: []Agency{{Key: "swj", District: "330122", Name: "桐庐县水利局"}}}
	r := importText(t, New(opt), "桐庐县水利局2022年工作总结\n一、治水\n巡查河道。")
	if r.Rel != "330122/swj/2022/shuili-zongjie.md" {
		t.Errorf("registered key: %s", r.Rel)
	}
	r = importText(t, New(opt), "杭州市高新区教育局2022年工作总结\n一、办学\n新建学校。")
	if r.Place.District != "gaoxin" || r.Local != nil {
		t.Errorf("declared district: %s %v", r.Place.District, r.Local)
	}
	opt.District, opt.Agency, opt.Year = "330109", "xx", 2019
	r = importText(t, New(opt), "2022年工作总结\n一、治水\n巡查河道。")
	if r.Rel != "330109/xx/2019/gongzuo-zongjie.md" || r.Head.Period != "2019" {
		t.Errorf("command line: %s %s", r.Rel, r.Head.Period)
	}
}

func TestDocumentNumberStays(t *testing.T) {
	r := importText(t, New(Options{}), "桐水〔2023〕4号\n桐庐县水利局2022年工作总结\n一、治水\n巡查河道。")
	if r.Head.DocumentNumber != "桐水〔2023〕4号" || !strings.HasPrefix(string(r.Body), "桐水〔2023〕4号") {
		t.Errorf("%q\n%s", r.Head.DocumentNumber, r.Body)
	}
}

func TestSummaryIsShort(t *testing.T) {
	s := strings.Repeat("今年巡查河道若干条次，", 60)
	r := importText(t, New(Options{}), "桐庐县水利局2022年工作总结\n"+s+"水质达标。")
	if r.Head.Summary != "" {
		t.Errorf("a sentence of %d characters became the summary", len([]rune(r.Head.Summary)))
	}
}

func TestUpdate(t *testing.T) {
	im := New(Options{})
	first := importText(t, im, "桐庐县水利局2022年工作总结\n一、治水\n巡查河道36条。清淤四处。栽树若干。")
	old := strings.Replace(string(first.Markdown), "date:\n", "date: 2023-01-09\nindex_number: 330122-1\nwaive:\n  - rule: x\n    span: 清淤四处\n    reason: 已核实\n  - rule: y\n    span: 栽树\n    reason: 已核实\n", 1)
	second := importText(t, im, "桐庐县水利局2022年工作总结\n一、治水\n巡查河道48条。栽树若干。修渠两段。")
	text, changes, found := Update("r.md", []byte(old), second)
	front, _, _ := strings.Cut(old, "---\n\n")
	if !strings.HasPrefix(string(text), front) || !strings.HasSuffix(string(text), string(second.Body)) {
		t.Errorf("got\n%s", text)
	}
	if len(changes) != 3 || changes[0].Figures[0] != [2]string{"36", "48"} || changes[1].New != "修渠两段。" || changes[2].Old != "清淤四处。" {
		t.Errorf("changes %+v", changes)
	}
	if len(found) != 1 || found[0].Rule != "import-waiver-gone" || found[0].Span != "清淤四处" {
		t.Errorf("found %v", found)
	}
	if again, changes, _ := Update("r.md", text, second); string(again) != string(text) || len(changes) != 0 {
		t.Errorf("a second update changes %v", changes)
	}
}

func TestKinds(t *testing.T) {
	for title, want := range map[string]report.Kind{
		"2021年工作总结": report.Summary, "2021年工作总结暨2022年工作打算": report.SummaryAndPlan, "2022年工作要点": report.WorkPoints, "2022年工作计划": report.Plan, "政府工作报告": report.GovernmentWorkReport,
		"某省人民政府工作报告": report.GovernmentWorkReport, "2021年国民经济和社会发展统计公报": report.StatisticalBulletin, "关于河长制工作情况的报告": report.Summary, "环境状况公报": report.Other,
	} {
		if got, ok := kindOf(title); !ok || got != want {
			t.Errorf("%s: %s", title, got)
		}
	}
}

// TestTitleOfAPage: a title that stands outside the main text, which the page does not say to be one, and a time that proves nothing.
func TestTitleOfAPage(t *testing.T) {
	doc := &document.Document{Format: "html", Meta: map[string]string{"发布日期": "2023-01-12"}, Dropped: []document.Dropped{
		{Place: document.Place{Line: 1}, Text: "某网", Reason: document.ReasonPortal}, {Place: document.Place{Line: 2}, Text: "桐庐县水利局2022年工作总结", Reason: document.ReasonPortal},
		{Place: document.Place{Line: 9}, Text: "桐庐县教育局2021年工作总结", Reason: document.ReasonPortal},
	}, Blocks: []document.Block{{Kind: document.KindParagraph, Text: "一、治水", Place: document.Place{Line: 3}}, {Kind: document.KindParagraph, Text: "今年巡查河道。", Place: document.Place{Line: 4}}}}
	r := New(Options{}).Import(Source{Path: "a.html", Doc: doc})
	checkResult(t, r)
	if r.Head.Title != "桐庐县水利局2022年工作总结" || r.Head.Date != "" || hasRule(r, "import-title-inferred") {
		t.Errorf("%+v %v", r.Head, r.Found)
	}
	for _, d := range r.Found {
		if d.Rule == "import-date-missing" && !strings.Contains(d.Message.ZH, "“2023-01-12”不能证明") {
			t.Error(d.Message.ZH)
		}
	}
}
