package importer

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
	"gongkai/internal/report"
)

var (
	yearWord  = regexp.MustCompile(`(?:^|[^\d])((?:19|20)\d{2})(?:[^\d]|$)`)
	hanYear   = regexp.MustCompile(`([一二][〇○零九][〇○零一二三四五六七八九]{2})年`)
	yearRange = regexp.MustCompile(`((?:19|20)\d{2})年?[ ]*(?:[—–-]{1,2}|至|到)[ ]*((?:19|20)\d{2})年`)
	heldOn    = regexp.MustCompile(`((?:19|20)\d{2})年\d{1,2}月\d{1,2}日.{0,4}在`)
	reporting = regexp.MustCompile(`我代表.{0,24}(?:政府|国务院).{0,20}(?:报告|作)`)
)

// yearsIn lists the years that a text names, in order.
func yearsIn(s string) []int {
	s = narrowDigits(s)
	var list []int
	for len(s) > 0 {
		m := yearWord.FindStringSubmatchIndex(s)
		if m == nil {
			break
		}
		n, _ := strconv.Atoi(s[m[2]:m[3]])
		list = append(list, n)
		s = s[m[3]:]
	}
	if len(list) == 0 {
		for _, m := range hanYear.FindAllStringSubmatch(s, -1) {
			if n, ok := han.ParseNumeral(m[1]); ok {
				list = append(list, n)
			}
		}
	}
	return list
}

func narrowDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if '０' <= r && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, s)
}

// findYear finds the year by which readers know the report.
func (im *importing) findYear() {
	f := &im.facts
	set := func(year int, sure Confidence, from diag.Text) bool {
		if year < report.FirstYear || year > report.LastYear {
			return false
		}
		f.year, f.yearSure, f.yearFrom = year, sure, from
		return true
	}
	f.years = yearsIn(im.title.text)
	if len(f.years) == 0 {
		f.years = yearsIn(im.title.year)
	}
	if im.opt.Year != 0 {
		set(im.opt.Year, High, diag.Say("命令行的 --year", "--year"))
		return
	}
	if len(f.years) > 0 && set(f.years[0], High, diag.Say("标题", "the title")) {
		if im.title.text == "" {
			f.yearSure, f.yearFrom = Medium, diag.Say("篇首残存的年份", "the years left at the head of the text")
		}
		return
	}
	for _, p := range im.paras[:min(8, len(im.paras))] {
		if m := heldOn.FindStringSubmatch(narrowDigits(p.text)); m != nil && utf8.RuneCountInString(p.text) < 80 {
			year, _ := strconv.Atoi(m[1])
			if set(year, High, join(diag.Say("报告的日期，", "the day of the report, "), im.where(p.line))) {
				return
			}
		}
	}
	for _, p := range im.paras {
		if p.heading == nil || p.heading.number.Class > han.ClassHan {
			continue
		}
		y := yearsIn(p.heading.text)
		if len(y) == 0 {
			continue
		}
		if f.kind == report.GovernmentWorkReport && looksBack(p.heading.text) {
			y[0] = y[len(y)-1] + 1 // it looks back on the year before
		}
		if set(y[0], Medium, join(im.where(p.line), diag.Say("的标题", ", a heading"))) {
			return
		}
	}
	if im.yearInProse(set) {
		return
	}
	if f.written.Year != 0 {
		set(int(f.written.Year), Low, diag.Say("成文日期", "the day of writing"))
	}
}

var (
	// reported is what a text announces: 现将我局2022年工作情况报告如下.
	reported = regexp.MustCompile(`(?:现将|现就)[^。]{0,24}?((?:19|20)\d{2})年[^。]{0,40}(?:报告|汇报|总结|公布|通报)如下`)
	justPast = regexp.MustCompile(`(?:刚刚|已经)过去的((?:19|20)\d{2})年`)
	// quoted is what names other papers, with years of their own: 厅字〔2019〕28号, 《…（2021—2025年）》.
	quoted = regexp.MustCompile(`[〔\[［（(【]\d{4}[〕\]］）)】][ ]*\d{1,4}[ ]*号|《[^《》]*》|〈[^〈〉]*〉|《[^《》]*〈[^〈〉]*〉[^《》]*》`)
)

// yearInProse guesses the year by what the text announces, else by the first one that it names.
func (im *importing) yearInProse(set func(int, Confidence, diag.Text) bool) bool {
	by := func(re *regexp.Regexp, ahead int, sure Confidence, from diag.Text) bool {
		p := im.firstProse(re.MatchString)
		if p == nil {
			return false
		}
		year, _ := strconv.Atoi(re.FindStringSubmatch(p.text)[1])
		return set(year+ahead, sure, join(from, im.where(p.line)))
	}
	if by(reported, 0, Medium, diag.Say("“现将……如下”，", "what the text announces, ")) {
		return true
	}
	if im.facts.kind == report.GovernmentWorkReport && by(justPast, 1, Low, diag.Say("“刚刚过去的”一年的次年，", "the year after the one “just past”, ")) {
		return true
	}
	own := func(s string) []int { return yearsIn(quoted.ReplaceAllString(s, " ")) }
	p := im.firstProse(func(s string) bool { return len(own(s)) > 0 })
	return p != nil && set(own(p.text)[0], Low, diag.Say("正文里最先出现的年份", "the first year in the text"))
}

func looksBack(heading string) bool {
	return containsAny(heading, "回顾", "工作情况", "总结", "成绩", "完成情况")
}

// reviewed is the year that the first part of a government's report looks back on by its heading, 0 when that does not say: reports
// given in December look back on their own year.
func (im *importing) reviewed() int {
	for _, p := range im.paras {
		if p.heading == nil || p.heading.number.Class > han.ClassHan {
			continue
		}
		if y := yearsIn(p.heading.text); len(y) > 0 && looksBack(p.heading.text) {
			return y[len(y)-1]
		}
	}
	return 0
}

// periods fills what is looked back on and what is planned.
func (im *importing) periods() {
	f := &im.facts
	if f.year == 0 {
		return
	}
	back, ahead := "", ""
	year, next := strconv.Itoa(f.year), strconv.Itoa(f.year+1)
	if len(f.years) > 1 && f.years[1] == f.years[0]+1 {
		next = strconv.Itoa(f.years[1])
	}
	half := part(im.title.text)
	basis := diag.Say("标题", "the title")
	switch f.kind {
	case report.GovernmentWorkReport:
		back, ahead = strconv.Itoa(f.year-1), year
		basis = diag.Say("政府工作报告回顾上一年，部署当年", "a 政府工作报告 looks back on the year before")
		if im.reviewed() == f.year {
			back, ahead = year, next
			basis = diag.Say("标题说回顾的是当年", "its heading says that it looks back on its own year")
		}
	case report.Summary, report.Other, report.SpecialReport, report.StatisticalBulletin:
		back = year + half
	case report.Plan, report.WorkPoints:
		ahead = year + half
	case report.SummaryAndPlan:
		back, ahead = year+half, next
		if half == "-H1" {
			ahead = year + "-H2"
		}
	}
	if m := yearRange.FindStringSubmatch(im.title.text); m != nil && m[1] < m[2] {
		if back != "" && f.kind != report.GovernmentWorkReport {
			back = m[1] + ".." + m[2]
		} else if f.kind == report.Plan {
			ahead = m[1] + ".." + m[2]
		}
	}
	for _, x := range [...]struct {
		to                *string
		key, value, label string
	}{{&im.res.Head.Period, "period", back, "报告期"}, {&im.res.Head.PlanPeriod, "plan_period", ahead, "计划期"}} {
		sure, from := f.yearSure, basis
		if written := namedPeriod(im.meta[x.label]); written != "" {
			x.value, sure, from = written, High, diag.Say("信息表的“%s”", "the table's %q", x.label)
		}
		if *x.to = x.value; x.value != "" {
			im.field(x.key, x.value, sure, from)
		}
	}
}

var periodName = regexp.MustCompile(`^(\d{4})(?:[—–-]+(\d{4}))?年(上半年|下半年|第?[一二三四]季度)?$`)

// namedPeriod reads a period as our pages name it, 2021年上半年, into the form of the front matter; "" for anything else.
func namedPeriod(s string) string {
	m := periodName.FindStringSubmatch(tight(s))
	switch {
	case m == nil:
		return ""
	case m[2] != "":
		return m[1] + ".." + m[2]
	}
	return m[1] + part(m[3])
}

// part is the half or the quarter that a title names first, as periods are written.
func part(title string) string {
	best, at := "", len(title)
	for _, w := range [...]struct{ word, part string }{
		{"上半年", "-H1"}, {"下半年", "-H2"}, {"一季度", "-Q1"}, {"二季度", "-Q2"}, {"三季度", "-Q3"}, {"四季度", "-Q4"},
	} {
		if i := strings.Index(title, w.word); i >= 0 && i < at && !strings.HasSuffix(title[:i], "前") {
			best, at = w.part, i
		}
	}
	return best
}

// makeTitle infers a title that the text has lost.
func (im *importing) makeTitle() {
	t := &im.title
	if t.text != "" {
		if t.pieces == nil {
			im.res.Added = append(im.res.Added, Added{t.text, join(diag.Say("标题，取自", "the title, from "), t.basis)})
		}
		return
	}
	f := &im.facts
	year, next := "", ""
	if f.year != 0 {
		year, next = strconv.Itoa(f.year)+"年", strconv.Itoa(f.year+1)+"年"
	}
	name := f.agency.name
	switch f.kind {
	case report.GovernmentWorkReport:
		t.text = im.seatName() + year + "政府工作报告"
	case report.SummaryAndPlan:
		t.text = name + year + "工作总结及" + next + "工作计划"
	case report.Plan, report.WorkPoints:
		t.text = name + year + f.kind.Name()
	case report.Summary:
		t.text = name + year + "工作总结"
		if im.firstProse(func(s string) bool { return containsAny(s, "情况报告如下", "情况汇报如下") }) != nil {
			t.text = name + year + "工作情况报告"
		}
	default:
		t.text = name + year + "工作报告"
	}
	t.sure, t.basis = Low, diag.Say("推断：机构、年份和材料类型", "inferred: agency, year and kind")
	im.res.Added = append(im.res.Added, Added{t.text, diag.Say("推断的标题", "an inferred title")})
	im.found("import-title-inferred", diag.Warning, 0, diag.Say("原文没有标题，推断为“%s”", "the text has no title; inferred: %q", t.text), diag.Say("请与原件核对后改定", "check it against the original"))
}
