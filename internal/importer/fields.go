package importer

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/division"
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
	im.signature()
	im.findKind()
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

// signature reads organ and date at the end.
func (im *importing) signature() {
	n := len(im.paras)
	if n < 2 {
		return
	}
	date, ok := parseDate(im.paras[n-1].text)
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
	d := report.Date{Year: part[0], Month: part[1], Day: part[2]}
	t := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, time.UTC)
	return d, d.Year >= report.FirstYear && d.Year <= report.LastYear && t.Day() == d.Day && int(t.Month()) == d.Month
}

// findKind reads the kind off the title, else off the headings.
func (im *importing) findKind() {
	f := &im.facts
	if k, ok := kindOf(im.title.text); ok {
		f.kind, f.kindSure, f.kindFrom = k, High, diag.Say("标题", "the title")
		return
	}
	for _, p := range im.paras[:min(8, len(im.paras))] {
		if reporting.MatchString(tight(p.text)) {
			f.kind, f.kindSure, f.kindFrom = report.GovernmentWorkReport, Medium, diag.Say("开头的话，第 %d 行", "the opening words, line %d", p.line)
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

func kindOf(title string) (report.Kind, bool) {
	plan := containsAny(title, "计划", "打算", "思路", "安排", "规划")
	switch {
	case title == "":
		return "", false
	case strings.Contains(title, "政府工作报告"):
		return report.GovernmentWorkReport, true
	case strings.HasSuffix(title, "人民政府工作报告"):
		return report.GovernmentWorkReport, true
	case strings.Contains(title, "统计公报"):
		return report.StatisticalBulletin, true
	case containsAny(title, "总结", "工作情况") && (plan || strings.Contains(title, "要点")):
		return report.SummaryAndPlan, true
	case strings.Contains(title, "总结"):
		return report.Summary, true
	case strings.Contains(title, "要点"):
		return report.WorkPoints, true
	case plan:
		return report.Plan, true
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

// findAgency asks the command line, the signature, the title, the speaker and the text, in this order.
func (im *importing) findAgency() {
	f := &im.facts
	set := func(a agency, sure Confidence, from diag.Text) {
		f.agency, f.agencySure, f.agencyFrom = a, sure, from
	}
	if len(f.signed) > 0 {
		if a, ok := im.organName(f.signed[0].text); ok {
			set(a, High, diag.Say("署名，第 %d 行", "the signature, line %d", f.signed[0].line))
			return
		}
	}
	for _, key := range [...]string{"发文机关", "发布机构", "信息来源单位"} {
		if a, ok := im.organName(im.doc.Meta[key]); ok {
			set(a, High, diag.Say("信息表的“%s”", "the table's %q", key))
			return
		}
	}
	if f.kind == report.GovernmentWorkReport {
		if a, from, ok := im.government(); ok {
			set(a, High, from)
			return
		}
	}
	lead := titleLead(im.title.text)
	if a, ok := im.organName(lead); ok {
		set(a, High, diag.Say("标题", "the title"))
		return
	}
	if at := im.seat(lead); at.known {
		if s, _ := sectorOf(lead[at.size:]); s != nil {
			set(im.organOf(s, at), Medium, diag.Say("标题里的地区和行业", "place and field in the title"))
			return
		}
	}
	im.agencyFromText(lead, set)
}

var titleYear = regexp.MustCompile(`^(?:关于)?(?:\d{4}[—－–-])?(?:\d{4}|[二〇○零一三四五六七八九]{4})年?(?:度|上半年|下半年|第?[一二三四]季度|前三季度)?`)

// titleLead is the part of a title that names who reports: without the year before it, up to the first word behind it.
func titleLead(t string) string {
	t = titleYear.ReplaceAllString(t, "")
	end := len(t)
	for _, word := range [...]string{"关于", "工作", "上半年", "下半年", "年度", "政府", "总结", "计划"} {
		if i := strings.Index(t, word); i >= 0 && i < end {
			end = i
		}
	}
	if i := strings.IndexFunc(t, func(r rune) bool { return '0' <= r && r <= '9' || r == '〇' || r == '○' }); i >= 0 && i < end {
		end = i
	}
	if strings.HasPrefix(t[end:], "政府") && strings.HasPrefix(t[end:], "政府工作报告") {
		return strings.TrimSuffix(t[:end], "人民")
	}
	return t[:end]
}

var (
	inMeeting = regexp.MustCompile(`(?:日在|在|日)(\p{Han}{2,24}?)第\p{Han}{1,4}届`)
	ofHead    = regexp.MustCompile(`^(\p{Han}{2,24}?)(?:人民政府|政府)?(?:代|副|常务副)*(?:省长|市长|区长|县长|州长|旗长|盟长|主席)`)
)

// government finds whose 政府工作报告 it is: the title, the speaker, the people's congress.
func (im *importing) government() (agency, diag.Text, bool) {
	try := func(place string) (agency, bool) {
		place = strings.TrimSuffix(strings.TrimSuffix(place, "人民政府"), "政府")
		if strings.HasPrefix(place, "国务院") || strings.HasPrefix(place, "全国") {
			return im.organName("国务院")
		}
		at := im.seat(place)
		if !at.known || at.size != len(place) {
			return agency{}, false
		}
		return im.organName(place + "人民政府")
	}
	if a, ok := try(titleLead(im.title.text)); ok {
		return a, diag.Say("标题", "the title"), true
	}
	for _, p := range im.paras[:min(8, len(im.paras))] {
		s := tight(p.text)
		if strings.Contains(s, "国务院总理") || strings.Contains(s, "届全国人民代表大会") && utf8.RuneCountInString(s) < 60 {
			a, ok := try("国务院")
			return a, diag.Say("第 %d 行", "line %d", p.line), ok
		}
		for _, m := range [...][]string{inMeeting.FindStringSubmatch(s), ofHead.FindStringSubmatch(s)} {
			if m == nil || utf8.RuneCountInString(s) > 80 {
				continue
			}
			if a, ok := try(m[1]); ok {
				return a, diag.Say("第 %d 行", "line %d", p.line), true
			}
		}
	}
	return agency{}, diag.Text{}, false
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

// agencyFromText takes the organ that the text names most.
func (im *importing) agencyFromText(lead string, set func(agency, Confidence, diag.Text)) {
	text := im.plain()
	s, _ := sectorOf(lead)
	if best, ok := im.organInText(text, s); ok {
		set(best, Medium, diag.Say("正文里多次出现的机构名", "the organ that the text names most"))
		return
	}
	if s == nil {
		s = im.sectorInText(text)
	}
	d, ok := im.guessDistrict(text)
	if s == nil || !ok {
		if ok {
			im.facts.agency.seat = seat{district: d, known: true}
			im.facts.agencySure = Low
		}
		im.found("import-agency-unknown", diag.Warning, 0, diag.Say("看不出发布机构", "the text does not say which agency it comes from"), diag.Say("请在文件头填写 agency，并用 --agency 指定代号", "fill in agency, and name its key with --agency"))
		return
	}
	set(im.organOf(s, seat{district: d, known: true}), Low, diag.Say("正文里的地名（%s）和行业", "the places (%s) and the field in the text", d.Name))
}

// plain is the text of all paragraphs.
func (im *importing) plain() string {
	var b strings.Builder
	for _, p := range im.paras {
		b.WriteString(p.text)
		b.WriteByte('\n')
	}
	return b.String()
}

// sectorInText is the field whose organ the text names most: 区卫健局, 市卫生健康委.
func (im *importing) sectorInText(text string) *sector {
	var best *sector
	top := 0
	for i := range sectors {
		n := 0
		for _, name := range [...]string{sectors[i].name, sectors[i].short} {
			if name != "" {
				n += strings.Count(text, name)
			}
		}
		if n > top && n >= 3 {
			best, top = &sectors[i], n
		}
	}
	return best
}

// organInText is the full name, with a place, that occurs most often among the organs of a field (of any when it is nil).
func (im *importing) organInText(text string, only *sector) (best agency, ok bool) {
	count := map[string]int{}
	top := 0
	for i := range sectors {
		s := &sectors[i]
		if only != nil && s != only {
			continue
		}
		for _, kind := range [...]string{"局", "委员会", "委", "厅"} {
			word := s.name + kind
			for at := 0; ; {
				j := strings.Index(text[at:], word)
				if j < 0 {
					break
				}
				at += j
				if place := im.placeBefore(text[:at]); place != "" {
					name := place + word
					count[name]++
					if a, fits := im.organName(name); fits && a.seat.known && count[name] > top {
						best, top, ok = a, count[name], true
					}
				}
				at += len(word)
			}
		}
	}
	return best, ok && top >= 2
}

// placeBefore is the longest chain of places, known or masked, that a text ends with.
func (im *importing) placeBefore(s string) string {
	if len(s) > 60 {
		s = s[len(s)-60:]
		for len(s) > 0 && !utf8.RuneStart(s[0]) {
			s = s[1:]
		}
	}
	for i := range s {
		tail := s[i:]
		if m := maskedPlace.FindString(tail); m != "" && m == tail {
			return tail
		}
		if _, size, ok := im.names.chain(tail, im.score); ok && size == len(tail) {
			return tail
		}
	}
	return ""
}

// registered is the entry of the configuration for an agency.
func (im *importing) registered(name, district string) (Agency, bool) {
	for _, a := range im.opt.Agencies {
		if a.Name == name && (a.District == "" || a.District == district) {
			return a, true
		}
	}
	return Agency{}, false
}

// seatName says the district's name for titles: 西安市未央区.
func (im *importing) seatName() string {
	at := im.facts.agency.seat
	if !at.known || at.district.Level == division.Country {
		return ""
	}
	return im.placeName(at)
}
