package importer

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/division"
	"gongkai/internal/report"
)

// findAgency asks the command line, the signature, the title, the speaker and the text, in this order.
func (im *importing) findAgency() {
	f := &im.facts
	set := func(a agency, sure Confidence, from diag.Text) {
		f.agency, f.agencySure, f.agencyFrom = a, sure, from
	}
	if len(f.signed) > 0 {
		if a, ok := im.organName(f.signed[0].text); ok {
			from := diag.Say("署名，", "the signature, ")
			if f.headed {
				from = diag.Say("标题下的署名，", "the name under the title, ")
			}
			set(a, High, join(from, im.where(f.signed[0].line)))
			return
		}
	}
	for _, key := range [...]string{"发文机关", "发布机构", "信息来源单位"} {
		a, ok := im.organName(im.meta[key])
		if !ok {
			a, ok = unplaced(im.meta[key])
		}
		if ok {
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
	if strings.HasSuffix(lead, "街道") && !im.seat(lead).known {
		if a, ok := unplaced(lead + "办事处"); ok {
			set(a, Medium, diag.Say("标题里的街道", "the street in the title"))
			return
		}
	}
	for _, name := range [...]string{lead, lead + "政府"} { // of a township
		if a, ok := im.organName(name); ok && strings.Contains(im.title.text, name) {
			set(a, High, diag.Say("标题", "the title"))
			return
		}
	}
	if at := im.seat(lead); at.known {
		if s, size := sectorOf(lead[at.size:]); size > 0 {
			set(im.organOf(s, at), Medium, diag.Say("标题里的地区和行业", "place and field in the title"))
			return
		}
		// a district's report on its own rule by law, or on its openness, is its government's
		if a, ok := im.organName(lead + "人民政府"); ok && at.size == len(lead) && containsAny(im.title.text, "法治政府", "政府信息公开", "政务公开") {
			set(a, Medium, diag.Say("标题里的地区和材料", "place and matter in the title"))
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
			return a, im.where(p.line), ok
		}
		for _, m := range [...][]string{inMeeting.FindStringSubmatch(s), ofHead.FindStringSubmatch(s)} {
			if m == nil || utf8.RuneCountInString(s) > 80 {
				continue
			}
			if a, ok := try(m[1]); ok {
				return a, im.where(p.line), true
			}
		}
	}
	return agency{}, diag.Text{}, false
}

// unplaced reads the name of an organ whose place the table does not know, of a street or a township: 昌硕街道办事处. A name that begins
// with the rank of a place, 区农业农村局, is not whole.
func unplaced(name string) (agency, bool) {
	name = tight(name)
	if n := utf8.RuneCountInString(name); n < 5 || n > 20 || strings.ContainsRune("省市区县州旗镇乡我本某各", firstRune(name)) || strings.ContainsAny(name, " ，、；。") {
		return agency{}, false
	}
	for _, kind := range organKinds {
		if head, found := strings.CutSuffix(name, kind.word); found && len(kind.word) > len("局") && utf8.RuneCountInString(head) > len([]rune("街道")) {
			return agency{name: name, key: initials(head) + kind.key}, true
		}
	}
	return agency{}, false
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// agencyFromText takes the organ that the text names most.
func (im *importing) agencyFromText(lead string, set func(agency, Confidence, diag.Text)) {
	text := im.plain()
	s, size := sectorOf(lead)
	if best, ok := im.organInText(text, s.name); ok {
		set(best, Medium, diag.Say("正文里多次出现的机构名", "the organ that the text names most"))
		return
	}
	known := size > 0
	if !known {
		s, known = im.sectorInText(text)
	}
	d, ok := im.guessDistrict(text)
	if !known || !ok {
		if at := im.seat(lead); lead != "" && at.known {
			im.facts.agency.seat, im.facts.agencySure = at, Medium
		} else if ok {
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
func (im *importing) sectorInText(text string) (best sector, ok bool) {
	top := 2
	for _, x := range sectors {
		n := 0
		for _, name := range [...]string{x.name, x.short} {
			if name != "" {
				n += strings.Count(text, name)
			}
		}
		if n > top {
			best, top, ok = x, n, true
		}
	}
	return best, ok
}

// organInText is the full name, with a place, that occurs most often among the organs of a field (of any when only is "").
func (im *importing) organInText(text, only string) (best agency, ok bool) {
	count := map[string]int{}
	top := 0
	for _, s := range sectors {
		if only != "" && s.name != only {
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
