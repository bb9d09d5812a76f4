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
	documentNumber = regexp.MustCompile(`^\p{Han}{1,14}[〔\[［（(【]\d{4}[〕\]］）)】]\d{1,4}号$`)
	speaker        = regexp.MustCompile(`^[^，。：:]{0,24}(?:省长|市长|区长|县长|州长|旗长|盟长|主席|总理|主任|局长|厅长|镇长|乡长)[^，。：:]{2,16}$`)
	signDate       = regexp.MustCompile(`^(\d{4}|[二〇○零一三四五六七八九]{4})[ ]*年[ ]*(\d{1,2}|[一二三四五六七八九十]{1,2})[ ]*月[ ]*(\d{1,2}|[一二三四五六七八九十]{1,3})[ ]*日$`)
)

// facts are what the front matter is made of.
type facts struct {
	agency     agency
	agencySure Confidence
	agencyFrom diag.Text
	kind       report.Kind
	kindFrom   diag.Text
	kindSure   Confidence
	year       int
	yearFrom   diag.Text
	yearSure   Confidence
	years      []int // in the title, or left of it
	signed     []*para
	written    report.Date
	headed     bool // signature and date stand under the title
}

func (im *importing) field(key, value string, sure Confidence, basis diag.Text) {
	im.res.Fields = append(im.res.Fields, Field{key, value, basis, sure})
}

// fields fills the front matter.
func (im *importing) fields() {
	im.score = map[string]int{}
	im.names.count(im.title.text, 5, im.score)
	for _, p := range im.paras {
		im.names.count(p.text, 1, im.score)
	}
	f := &im.facts
	im.findKind()
	if im.signature(); len(f.signed) == 0 && f.written.IsZero() && f.kind != report.GovernmentWorkReport {
		im.underTitle()
	}
	im.findYear()
	im.findAgency()
	im.makeTitle()
	im.res.Head = &FrontMatter{Title: im.title.text, Agency: f.agency.name, Kind: f.kind}
	im.field("title", im.title.text, im.title.sure, im.title.basis)
	if f.agency.name != "" {
		im.field("agency", f.agency.name, f.agencySure, f.agencyFrom)
	}
	im.district()
	if f.year != 0 {
		im.field("year", strconv.Itoa(f.year), f.yearSure, f.yearFrom)
	}
	im.field("kind", string(f.kind), f.kindSure, f.kindFrom)
	im.periods()
	im.dates()
	im.numbers()
	im.summary()
	im.source()
	im.place()
}

// maxBehind is how many short paragraphs may stand behind a signature: 附件, 联系人, 抄送.
const maxBehind = 6

// signature reads organ and date at the end.
func (im *importing) signature() {
	var date report.Date
	n, ok := len(im.paras), false
	for behind := 0; n >= 2 && behind <= maxBehind; behind++ {
		p := im.paras[n-1]
		if date, ok = parseDate(p.text); ok {
			break
		}
		if p.heading != nil || p.table != nil || utf8.RuneCountInString(p.text) > 60 {
			return
		}
		n--
	}
	if !ok {
		return
	}
	im.facts.written = date
	for i := n - 2; i >= max(0, n-4); i-- {
		p := im.paras[i]
		if p.heading != nil || p.table != nil || han.EndsSentence(p.text) || utf8.RuneCountInString(p.text) > 40 || !organ.MatchString(tight(p.text)) {
			break
		}
		im.facts.signed = append([]*para{p}, im.facts.signed...)
	}
}

// dayAtEnd is a day before or behind an organ's name on its line.
var dayAtEnd = regexp.MustCompile(`^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日)|(?:\d{4}年\d{1,2}月\d{1,2}日)$`)

// underTitle reads organ and date where they stand between the title and the text, each on a line of its own or on one together. A day
// in figures alone (2022-04-06) is a web page's and not taken.
func (im *importing) underTitle() {
	f := &im.facts
	if im.title.pieces == nil {
		return
	}
	for _, p := range im.paras[:min(3, len(im.paras))] {
		s := strings.Trim(tight(p.text), "（）()")
		if p.heading != nil || p.table != nil || p.line < im.title.line || utf8.RuneCountInString(s) > 40 || han.EndsSentence(s) {
			return
		}
		day := dayAtEnd.FindString(s)
		name := strings.TrimSpace(strings.Replace(s, day, "", 1))
		if name != "" && !organ.MatchString(name) {
			return
		}
		if d, ok := parseDate(day); ok && f.written.IsZero() {
			f.written, f.headed = d, true
		}
		if _, ok := im.organName(name); ok && len(f.signed) == 0 {
			q := *p
			q.text = name
			f.signed, f.headed = []*para{&q}, true
		}
	}
}

// parseDate reads a whole line as a day.
func parseDate(s string) (report.Date, bool) {
	m := signDate.FindStringSubmatch(strings.Trim(squeeze(s), "（）()"))
	if m == nil {
		return report.Date{}, false
	}
	var part [3]int
	for i := range part {
		n, ok := han.ParseNumeral(m[i+1])
		if !ok {
			return report.Date{}, false
		}
		part[i] = n
	}
	d := report.Day(part[0], part[1], part[2])
	return d, d.Year >= report.FirstYear && d.Year <= report.LastYear && d.Real()
}

// findKind reads the kind off the title, else off the headings.
func (im *importing) findKind() {
	f := &im.facts
	if k, ok := report.ParseKind(squeeze(im.meta["材料类型"])); ok {
		f.kind, f.kindSure, f.kindFrom = k, High, diag.Say("信息表的“材料类型”", "the table's 材料类型")
		return
	}
	if k, ok := kindOf(im.title.text); ok {
		f.kind, f.kindSure, f.kindFrom = k, High, diag.Say("标题", "the title")
		return
	}
	for _, p := range im.paras[:min(8, len(im.paras))] {
		if reporting.MatchString(tight(p.text)) {
			f.kind, f.kindSure, f.kindFrom = report.GovernmentWorkReport, Medium, join(diag.Say("开头的话，", "the opening words, "), im.where(p.line))
			return
		}
	}
	var back, ahead bool
	for _, p := range im.paras {
		if p.heading == nil || p.heading.number.Class > han.ClassHan {
			continue
		}
		t := p.heading.text
		back = back || containsAny(t, "回顾", "完成情况", "开展情况", "总结", "主要成效", "主要工作", "工作情况")
		ahead = ahead || containsAny(t, "计划", "打算", "思路", "安排", "下一步", "重点任务")
	}
	f.kindSure, f.kindFrom = Medium, diag.Say("各级标题", "the headings")
	switch {
	case back && ahead:
		f.kind = report.SummaryAndPlan
	case ahead:
		f.kind = report.Plan
	case back:
		f.kind = report.Summary
	default:
		f.kind, f.kindSure, f.kindFrom = report.Other, Low, diag.Say("没有线索", "no clue")
		if im.firstProse(func(s string) bool {
			return containsAny(s, "情况报告如下", "情况汇报如下", "总结如下", "情况总结如下")
		}) != nil {
			f.kind, f.kindSure, f.kindFrom = report.Summary, Medium, diag.Say("开头的话", "the opening words")
		}
	}
}

// special finds the reports on one matter that the law asks for.
var special = regexp.MustCompile(`(?:法治政府|依法行政|信息公开|政务公开).*报告|(?:绩效评价|整改|审计|[预决]算(?:执行)?)(?:工作)?(?:情况)?的?报告`)

// budget finds the reports on plan and budget to a people's congress: what was carried out, and the draft for the next year.
var budget = regexp.MustCompile(`(?:计划|预算)执行情况.*(?:计划|预算)`)

func kindOf(title string) (report.Kind, bool) {
	plan := containsAny(strings.ReplaceAll(title, "计划执行情况", ""), "计划", "打算", "思路", "安排", "规划")
	switch {
	case title == "":
		return "", false
	case strings.Contains(title, "政府工作报告"):
		return report.GovernmentWorkReport, true
	case strings.HasSuffix(title, "人民政府工作报告"):
		return report.GovernmentWorkReport, true
	case strings.Contains(title, "统计公报"):
		return report.StatisticalBulletin, true
	case budget.MatchString(title): // of the plan or the budget, before a people's congress
		return report.SummaryAndPlan, true
	case containsAny(title, "总结", "工作情况") && (plan || strings.Contains(title, "要点")):
		return report.SummaryAndPlan, true
	case strings.Contains(title, "总结"):
		return report.Summary, true
	case strings.Contains(title, "要点"):
		return report.WorkPoints, true
	case plan:
		return report.Plan, true
	case special.MatchString(title):
		return report.SpecialReport, true
	case containsAny(title, "工作情况", "情况报告", "情况汇报", "述职"):
		return report.Summary, true
	case containsAny(title, "报告", "汇报"):
		return report.SpecialReport, true
	case strings.Contains(title, "公报"):
		return report.Other, true
	}
	return "", false
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// firstProse is the first paragraph that fits.
func (im *importing) firstProse(fits func(string) bool) *para {
	for _, p := range im.paras {
		if p.table == nil && fits(p.text) {
			return p
		}
	}
	return nil
}

// district fills the first segment of the path.
func (im *importing) district() {
	f := &im.facts
	if key := im.opt.District; key != "" {
		d, ok := im.opt.Districts.Lookup(key)
		if !ok {
			if near, found := im.opt.Districts.Suggest(key); found && near.Name == key {
				d, ok = near, true
			}
		}
		if ok {
			key = d.Code
		}
		im.res.Place.District = key
		im.field("district", key, High, diag.Say("命令行的 --district", "--district"))
		if !ok {
			im.res.Local = &Local{Key: key, Name: key}
		}
		return
	}
	at := f.agency.seat
	if !at.known {
		im.found("import-district-unknown", diag.Warning, 0, diag.Say("看不出报告属于哪个地区", "the text does not say which district it belongs to"), diag.Say("请用 --district 指定，例如 --district 610112", "name it with --district, e.g. --district 610112"))
		return
	}
	im.res.Place.District = at.key()
	if at.local == nil {
		im.field("district", at.key(), f.agencySure, diag.Say("机构名称和行政区划表：%s", "the organ's name and the table: %s", im.opt.Districts.FullName(at.key())))
		return
	}
	im.field("district", at.key(), Low, diag.Say("“%s”没有行政区划代码，拟用本站代号", "%q has no code; a local key is proposed", at.local.Name))
	if _, declared := im.opt.Districts.Lookup(at.local.Key); declared {
		return
	}
	im.res.Local = at.local
	entry := "{key: " + at.local.Key + ", name: " + quote(at.local.Name)
	if at.local.Parent != "" {
		entry += ", parent: " + quote(at.local.Parent)
	}
	im.found("import-district-local", diag.Warning, 0, diag.Say("“%s”不在行政区划表里，拟用代号 %s", "%q is not in the table of districts; the key %s is proposed", at.local.Name, at.local.Key),
		diag.Say("在 gongkai.yaml 的 districts 下加一行：- %s}；另有代码的用 --district 指定", "add a line under districts in gongkai.yaml: - %s}; or name a code with --district", entry))
}
