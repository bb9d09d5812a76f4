package importer

import (
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// kindSlugs are the kinds in pinyin.
var kindSlugs = map[report.Kind]string{
	report.Summary: "zongjie", report.SummaryAndPlan: "zongjie", report.Plan: "jihua", report.WorkPoints: "yaodian", report.SpecialReport: "baogao",
	report.StatisticalBulletin: "tongji-gongbao", report.Other: "cailiao",
}

// partSlugs are halves and quarters in pinyin.
var partSlugs = map[string]string{"H1": "shangbannian", "H2": "xiabannian", "Q1": "yijidu", "Q2": "erjidu", "Q3": "sanjidu", "Q4": "sijidu"}

// place fills agency key, year and slug, and the path that follows from them.
func (im *importing) place() {
	f, place := &im.facts, &im.res.Place
	place.Year = f.year
	place.Agency = im.opt.Agency
	from := diag.Say("命令行的 --agency", "--agency")
	sure := High
	if place.Agency == "" {
		place.Agency, sure, from = f.agency.key, f.agencySure, diag.Say("机构名称", "the agency's name")
		if a, ok := im.registered(f.agency.name, place.District); ok {
			place.Agency, sure, from = a.Key, High, diag.Say("gongkai.yaml 的机构登记", "the registry in gongkai.yaml")
		}
	}
	if place.Agency != "" {
		im.field("agency_key", place.Agency, sure, from)
	}
	place.Slug = im.slug()
	im.field("slug", place.Slug, Medium, diag.Say("材料类型和期间", "kind and period"))
	switch {
	case place.Year == 0:
		im.found("import-year-unknown", diag.Warning, 0, diag.Say("看不出报告的年份", "the text does not say which year it is about"), diag.Say("请用 --year 指定", "name it with --year"))
	case place.District == "" || place.Agency == "":
	default:
		rel := place.District + "/" + place.Agency + "/" + strconv.Itoa(place.Year) + "/" + place.Slug + ".md"
		_, _, faults := report.ParsePath(im.src.Path, rel)
		if len(faults) > 0 {
			im.res.Found = append(im.res.Found, faults...)
			return
		}
		im.res.Rel = rel
	}
}

// slug is the report's short name: weijian-zongjie, weijian-shangbannian, gongzuo-jihua, zhengfu-gongzuo-baogao.
func (im *importing) slug() string {
	f := &im.facts
	if f.kind == report.GovernmentWorkReport {
		return "zhengfu-gongzuo-baogao"
	}
	word := f.agency.slug
	if word == "" {
		word = sectorIn(im.title.text)
	}
	period := im.res.Head.Period
	if f.kind == report.Plan || f.kind == report.WorkPoints {
		period = im.res.Head.PlanPeriod
	}
	kind := kindSlugs[f.kind]
	if _, part, ok := strings.Cut(period, "-"); ok && partSlugs[part] != "" {
		if kind == "zongjie" {
			return word + "-" + partSlugs[part]
		}
		return word + "-" + partSlugs[part] + "-" + kind
	}
	return word + "-" + kind
}

// sectorIn is the word for the field that a title names; 工作 when it names none.
func sectorIn(title string) string {
	title = strings.ReplaceAll(title, "人民政府", " ") // holds 民政
	for i := range title {
		if s, size := sectorOf(title[i:]); size > 0 {
			return s.slug
		}
	}
	return "gongzuo"
}

// Counted is the n-th choice of path when others are taken: weijian-zongjie-2.md.
func Counted(rel string, n int) string {
	if n < 2 {
		return rel
	}
	return strings.TrimSuffix(rel, ".md") + "-" + strconv.Itoa(n) + ".md"
}
