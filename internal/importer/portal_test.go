package importer

import (
	"context"
	"strings"
	"testing"

	"gongkai/internal/document"
)

// importPage imports a web page.
func importPage(t *testing.T, page string) *Result {
	t.Helper()
	doc, found, err := document.Read(context.Background(), "in/a.html", []byte(page), document.Options{})
	if err != nil || doc == nil {
		t.Fatalf("%v %v", err, found)
	}
	r := New(Options{}).Import(Source{Path: "in/a.html", Data: []byte(page), Doc: doc})
	checkResult(t, r)
	return r
}

const (
	portalProse = "今年以来，全县上下齐心治水，巡查河道若干，清理漂浮物若干，水质稳定达标，群众满意。\n"
	portalText  = "一、治水\n" + portalProse
)

// TestTables: what a portal's information table and stamps say, in the forms in which copying leaves them.
func TestTables(t *testing.T) {
	for _, c := range []struct{ name, in, key, want string }{
		{"labels without colons", "河东街道2022年工作总结\n索引号 AB12/2023-00012 生成日期 2023-01-17 公开日期 2023-01-18\n" + portalText, "index_number", "AB12/2023-00012"},
		{"an organ whose place has no code", "2022年工作总结\n索引号 AB12/2023-00012\n文件编号 发布机构 河东街道办事处 效力状况 有效\n" + portalText, "agency", "河东街道办事处"},
		{"an empty value before a label", "2022年工作总结\n索 引 号：AB12/2023-00012 信息分类：\n文  号： 是否有效：\n" + portalText, "document_number", ""},
		{"a row between bars", "索引号 | AB12/2023-00012 | 发布机构 | 桐庐县应急管理局 |\n文号 | 浏览量 |\n前言\n" + portalText, "agency", "桐庐县应急管理局"},
		{"a time behind the source", "区水务局2022年工作规划\n来源：区水务局   2021-12-27 15:48   浏览量：1\n" + portalText, "source.name", "区水务局"},
		{"a street in the title", "河东街道2022年工作总结\n" + portalText, "agency", "河东街道办事处"},
		{"an organ without its place", "卫生健康委员会2022年工作总结\n" + portalText, "agency_key", "wjw"},
		{"the field of an organ is not the matter", "桐庐县审计局2022年工作情况报告\n" + portalText, "kind", "summary"},
		{"a rank is no name", "街道2022年工作总结\n" + portalText, "agency", ""},
	} {
		r := importText(t, New(Options{}), c.in)
		got := ""
		for _, f := range r.Fields {
			if f.Key == c.key {
				got = f.Value
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		checkResult(t, r)
	}
	r := importText(t, New(Options{}), "索引号 | AB12/2023-00012 | 发布机构 | 桐庐县应急管理局 |\n文号 | 浏览量 |\n前言\n"+portalText)
	if !strings.Contains(string(r.Body), "前言") {
		t.Errorf("a line behind a closed row was taken for a value:\n%s", r.Body)
	}
	r = importText(t, New(Options{}), "2022年工作总结\n索引号：AB12/2023-00012\n发布日期：2023-04-25 信息来源：县水务局 浏览次数：\n\n各乡镇、各科室：\n\n"+portalText)
	if !strings.Contains(string(r.Body), "各乡镇、各科室：") {
		t.Errorf("a salutation was taken for a counter's figure:\n%s", r.Body)
	}
}

// TestNothingIsInvented: a place that the text does not name is never its district.
func TestNothingIsInvented(t *testing.T) {
	for _, c := range []struct{ name, in, district string }{
		{"a word that was a district's name once", "一、治水\n2023年，市水务局支持某新区治水。某新区建成河道，某新区市级水质达标，全市水务、市水务局、区水务局协力。\n", ""},
		{"a name within other words", "2022年度治水情况报告\n一、治水\n2022年，县政府创建治水示范县，通过示范县复查，示范县经验在全县推广，我县继续。\n", ""},
		{"a name of its own", "2022年度治水情况报告\n一、治水\n2022年，范县治水。范县达标，范县县政府重视，全县齐心。\n", "410926"},
		{"a banner's usual name", "2024年政府工作报告\n——在科右前旗第十八届人民代表大会第三次会议上\n各位代表：\n" + portalText, "152221"},
	} {
		r := importText(t, New(Options{}), c.in)
		if r.Place.District != c.district {
			t.Errorf("%s: %q, want %q", c.name, r.Place.District, c.district)
		}
	}
}

func TestTitlesOfPortals(t *testing.T) {
	for _, c := range []struct{ name, in, title, body string }{
		{"a line of print with a number of another paper", "1\n桐庐县水利局\n2023 年治水工作年度报告\n本报告根据《某某条例》、《某某办公\n室关于治水的通知》（某办公开\n函〔2021〕30 号）及省市有关工作要求，编制本报告\n并向社会公开。\n" + portalText, "桐庐县水利局2023年治水工作年度报告", ""},
		{"the number of a note", "桐庐县2022年国民经济和社会发展统计公报[1]\n" + portalText, "桐庐县2022年国民经济和社会发展统计公报", ""},
		{"a collector's words", "镇2021年工作总结暨2022年工作计划范文\n【概述】\n结合当前工作需要，会员“1234”为你整理了这篇镇2021年工作总结暨2022年工作计划范文，希望能给你的工作带来帮助。\n【正文】\n镇2021年工作总结暨2022年工作计划\n" + portalText,
			"镇2021年工作总结暨2022年工作计划", "## 一、治水\n\n" + portalProse},
		{"its copy on two lines", "桐庐县水利局2018年度整体支出绩效评价报告\n\n桐庐县水利局2018年度整体支出\n\n绩效评价报告\n\n" + portalText, "桐庐县水利局2018年度整体支出绩效评价报告", "## 一、治水\n\n" + portalProse},
		{"its halves head the parts", "桐庐县水利局2021年工作总结及2022年工作计划\n2021年工作总结\n" + portalText + "2022年工作计划\n一、造林\n栽植乔木若干。\n", "桐庐县水利局2021年工作总结及2022年工作计划",
			"## 2021年工作总结\n\n### 一、治水\n\n" + portalProse + "\n## 2022年工作计划\n\n### 一、造林\n\n栽植乔木若干。\n"},
		{"a subtitle on two lines", "政府工作报告\n——2023年1月1日在桐庐县第十七届人民代表大会\n\n第二次会议上\n\n各位代表：\n" + portalText, "政府工作报告",
			"——2023年1月1日在桐庐县第十七届人民代表大会第二次会议上\n\n各位代表：\n\n## 一、治水\n\n" + portalProse},
	} {
		r := importText(t, New(Options{}), c.in)
		if r.Head.Title != c.title {
			t.Errorf("%s: %q", c.name, r.Head.Title)
		}
		if c.body != "" && string(r.Body) != c.body {
			t.Errorf("%s:\n%s", c.name, r.Body)
		}
		checkResult(t, r)
	}
}

func TestPeriodsOfPortals(t *testing.T) {
	for _, c := range []struct {
		name, in               string
		year                   int
		kind, period, ahead    string
		agency, writ, district string
	}{
		{name: "given in December", in: "政府工作报告\n——2022年12月21日在桐庐县第三届人民代表大会第三次会议上\n各位代表：\n第一部分 2022年工作情况\n" + portalText, year: 2022, kind: "government-work-report", period: "2022", ahead: "2023", agency: "桐庐县人民政府", district: "330122"},
		{name: "the year just past", in: "政府工作报告\n各位代表，刚刚过去的2018年，是我县治水的一年，全县上下齐心，巡查河道若干。\n", year: 2019, kind: "government-work-report", period: "2018", ahead: "2019"},
		{name: "the plan before a congress", in: "关于桐庐县2022年国民经济和社会发展计划执行情况及2023年国民经济和社会发展计划草案的报告\n" + portalText, year: 2022, kind: "summary-and-plan", period: "2022", ahead: "2023", district: "330122"},
		{name: "a district's rule by law", in: "桐庐县2023年度法治政府建设情况报告\n" + portalText, year: 2023, kind: "special-report", period: "2023", agency: "桐庐县人民政府", district: "330122"},
		{name: "the year of another paper", in: "根据《治水办法（2015年）》的通知（某字〔2019〕28号）有关规定，现将县人民政府2022年治水工作情况报告如下。\n一、主要成效\n" + portalProse, year: 2022, kind: "summary", period: "2022"},
		{name: "organ and day under the title", in: "桐庐县2022年国民经济和社会发展统计公报\n桐庐县统计局\n2023年2月28日\n" + portalText, year: 2022, kind: "statistical-bulletin", period: "2022", agency: "桐庐县统计局", writ: "2023-02-28", district: "330122"},
		{name: "a web page's day is not the organ's", in: "桐庐县2022年国民经济和社会发展统计公报\n2023-04-06 桐庐县统计局\n" + portalText, year: 2022, kind: "statistical-bulletin", period: "2022", agency: "桐庐县统计局", district: "330122"},
		{name: "of the whole country", in: "中华人民共和国2022年国民经济和社会发展统计公报\n国家统计局\n2023年2月28日\n" + portalText, year: 2022, kind: "statistical-bulletin", period: "2022", agency: "国家统计局", writ: "2023-02-28", district: "guojia"},
	} {
		r := importText(t, New(Options{}), c.in)
		h := r.Head
		if r.Place.Year != c.year || string(h.Kind) != c.kind || h.Period != c.period || h.PlanPeriod != c.ahead || h.Agency != c.agency || h.Written != c.writ || r.Place.District != c.district {
			t.Errorf("%s: %d %s %q %q %q %q %q", c.name, r.Place.Year, h.Kind, h.Period, h.PlanPeriod, h.Agency, h.Written, r.Place.District)
		}
		checkResult(t, r)
	}
}

// TestRowsOfATableStay: bars alone are empty cells, and no buttons behind which a page begins.
func TestRowsOfATableStay(t *testing.T) {
	got, r := body(t, "桐庐县水利局2022年工作总结\n"+portalText+"二、受理情况\n申请人情况 |\n||||||||\n自然人 |\n总计 |\n")
	if !strings.HasSuffix(got, "总计 |\n") {
		t.Errorf("%s\n%v", got, r.Dropped)
	}
}

// TestPrintedLinesOfAPage: a text pasted from print, every line of it a paragraph of the page.
func TestPrintedLinesOfAPage(t *testing.T) {
	prose := strings.Repeat("今年以来，全县上下齐心治水，巡查河道若干，清理漂浮物若干，水质稳定达标，群众满意。", 5)
	var b strings.Builder
	for _, p := range []string{prose, "（一）治水", prose} {
		for _, line := range strings.Split(strings.TrimSpace(wrapped(p, 28)), "\n") {
			b.WriteString("<p>" + line + "</p>\n")
		}
	}
	r := importPage(t, `<html><head><meta charset="utf-8"></head><body><div id="zoom"><p align="center">桐庐县水利局2022年工作总结</p>`+b.String()+`</div></body></html>`)
	if want := prose + "\n\n## （一）治水\n\n" + prose + "\n"; string(r.Body) != want {
		t.Errorf("%s", r.Body)
	}
	var list strings.Builder
	for i := range 14 {
		list.WriteString("<p>关于加强青岩县农村河道治理工作的第" + strings.Repeat("一", 1+i%2) + "号通知的实施办法</p>\n")
	}
	r = importPage(t, `<html><head><meta charset="utf-8"></head><body><div id="zoom"><p align="center">桐庐县水利局2022年工作总结</p><p>`+prose+`</p>`+list.String()+`</div></body></html>`)
	if len(r.Joined) > 0 {
		t.Errorf("a list of names was joined: %v", r.Joined)
	}
}

func TestNotesOfAPage(t *testing.T) {
	r := importPage(t, `<html><head><meta charset="utf-8"></head><body><div id="zoom"><p align="center">桐庐县水利局2022年工作总结</p>
<p>　　`+strings.TrimSpace(portalProse)+`河道达标<a href="#_ftn1" name="_ftnref1">[1]</a>。</p><p>建成幸福河<sup id="r2"><a href="#n2">②</a></sup>三条。</p>
<div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a>国控断面。</p></div><ol><li id="n2">水清岸绿的河。<a href="#r2">↩</a></li></ol></div></body></html>`)
	want := strings.TrimSpace(portalProse) + "河道达标[^w1]。\n\n建成幸福河[^w2]三条。\n\n[^w1]: 国控断面。\n\n[^w2]: 水清岸绿的河。\n"
	if string(r.Body) != want {
		t.Errorf("%s", r.Body)
	}
}
