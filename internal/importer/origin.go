package importer

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
	"gongkai/internal/report"
)

// stamps is what a web page says of the text's publication.
type stamps struct {
	name     string // 来源
	site     string // the site that showed the page, by its breadcrumb
	url      string
	time     string // as written
	official bool   // the page is the organ's own: it stands on a host of the government or a configured one
	line     int
}

var (
	webAddress = regexp.MustCompile(`https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/?=&%#-]*)?`)
	hostName   = regexp.MustCompile(`(?:^|[^A-Za-z0-9.-])((?:[a-z0-9-]+\.)+(?:gov\.cn|com|cn|net|org))(?:[^A-Za-z0-9.-]|$)`)
	anyDay     = regexp.MustCompile(`(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ \x{3000}]*(\d{1,2})[:：时](\d{1,2}))?`)
)

// readStamp takes what a line of the web page says of publication.
func (im *importing) readStamp(p *piece) {
	s := &im.stamps
	if p.web() == han.WebPath && s.site == "" {
		_, rest, _ := strings.Cut(strings.ReplaceAll(p.text, "：", ":"), ":")
		first, _, _ := strings.Cut(strings.NewReplacer(">", "\n", "》", "\n", "＞", "\n", "/", "\n", "»", "\n").Replace(strings.TrimSpace(rest)), "\n")
		if first = strings.TrimSpace(first); first != "首页" && utf8.RuneCountInString(first) <= 20 {
			s.site = first
		}
	}
	if m := hostName.FindStringSubmatch(p.text); m != nil && im.ownHost(m[1]) {
		s.official = true
	}
	for _, x := range han.Stamps(p.text) {
		im.stamp(x, p.line)
	}
}

// readValue takes a line that is the value of the label above it.
func (im *importing) readValue(p *piece) {
	if d := anyDay.FindString(p.text); d != "" {
		im.stamp(han.Stamp{Label: "时间", Value: p.text}, p.line)
	} else if im.stamps.name == "" && !strings.ContainsFunc(p.text, func(r rune) bool { return '0' <= r && r <= '9' }) {
		im.stamps.name = squeeze(p.text)
	}
}

func (im *importing) stamp(x han.Stamp, line int) {
	s := &im.stamps
	switch {
	case strings.HasSuffix(x.Label, "来源") && s.name == "" && x.Value != "":
		s.name = x.Value
	case (strings.HasSuffix(x.Label, "时间") || strings.HasSuffix(x.Label, "日期")) && s.time == "":
		s.time, s.line = x.Value, line
	}
}

// ownHost reports whether pages of a host are the organs' own.
func (im *importing) ownHost(host string) bool {
	host = strings.ToLower(host)
	return host == "gov.cn" || strings.HasSuffix(host, ".gov.cn") || slices.ContainsFunc(im.opt.Hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) })
}

// readDay reads a day, with its minute when written.
func readDay(s string) (report.Date, bool) {
	m := anyDay.FindStringSubmatch(narrowDigits(s))
	if m == nil {
		return report.Date{}, false
	}
	n := make([]int, 6)
	for i := 1; i < len(m); i++ {
		n[i], _ = strconv.Atoi(m[i])
	}
	d, ok := parseDate(m[1] + "年" + m[2] + "月" + m[3] + "日")
	if ok && m[4] != "" && n[4] < 24 && n[5] < 60 {
		d.Hour, d.Minute, d.Timed = int8(n[4]), int8(n[5]), true
	}
	return d, ok
}

// dates fills the day of writing and the day of publication. Neither is ever invented.
func (im *importing) dates() {
	f := &im.facts
	head := im.res.Head
	if !f.written.IsZero() {
		head.Written = f.written.ISO()
		from := diag.Say("文末的成文日期", "the date at the end of the text")
		if f.headed {
			from = diag.Say("标题下的日期", "the date under the title")
		}
		im.field("written", head.Written, High, from)
	} else if d, ok := readDay(im.meta["成文日期"]); ok {
		d.Timed = false
		head.Written = d.ISO()
		im.field("written", head.Written, High, diag.Say("信息表的“成文日期”", "the table's 成文日期"))
	}
	official := im.stamps.official
	page := ""
	for _, key := range [...]string{"Url", "SiteDomain", "url"} {
		if value := im.meta[key]; value != "" {
			if u, err := url.Parse(value); err == nil && im.ownHost(u.Hostname()) || im.ownHost(value) {
				official, page = true, value
			}
		}
	}
	for _, x := range [...]struct {
		value string
		basis diag.Text
	}{
		{im.meta["PubDate"], diag.Say("网页标签 PubDate（%s）", "the page tag PubDate (%s)", page)},
		{im.meta["发布日期"], diag.Say("信息表的“发布日期”", "the table's 发布日期")},
		{im.stamps.time, join(diag.Say("发布机构网页的时间，", "the time on the agency's page, "), im.where(im.stamps.line))},
	} {
		d, ok := readDay(x.value)
		if ok && official {
			head.Date = d.ISO()
			im.field("date", head.Date, High, x.basis)
			return
		}
	}
	say := diag.Say("原文没有发布日期", "the text does not give a day of publication")
	if t := cmp.Or(im.stamps.time, im.meta["PubDate"], im.meta["发布日期"]); t != "" {
		say = diag.Say("网页上的时间“%s”不能证明是发布机构的发布日期，没有采用", "the time %q on the web page is not known to be the agency's own day of publication, and was not taken", t)
	}
	im.found("import-date-missing", diag.Warning, im.stamps.line, say, diag.Say("请核实后填写 date；查不到的，由收录网站填写 collected", "find it out and fill in date; a site that collects documents fills in collected"))
}

// numbers takes the document number before the text and what a table of 索引号 says.
func (im *importing) numbers() {
	head := im.res.Head
	for _, x := range [...]struct {
		to  *string
		key string
		of  []string
	}{
		{&head.IndexNumber, "index_number", []string{"索引号"}}, {&head.DocumentNumber, "document_number", []string{"文号", "发文字号", "文件编号"}},
		{&head.Topic, "topic", []string{"主题分类"}},
	} {
		for _, label := range x.of {
			if value := squeeze(im.meta[label]); value != "" && value != "无" && *x.to == "" {
				*x.to = value
				im.field(x.key, value, High, diag.Say("信息表的“%s”", "the table's %q", label))
			}
		}
	}
	for _, p := range im.paras[:min(6, len(im.paras))] {
		if number := tight(p.text); head.DocumentNumber == "" && p.heading == nil && documentNumber.MatchString(number) {
			head.DocumentNumber = number
			im.field("document_number", number, High, im.where(p.line))
		}
	}
}

// maxSummary is the length of 内容概述 in characters, and goodSummary the length at which no further sentence is taken.
const (
	maxSummary  = 300
	goodSummary = 120
)

// summary takes the first sentences of the text.
func (im *importing) summary() {
	if text := squeeze(im.meta["内容概述"]); text != "" && utf8.RuneCountInString(text) <= maxSummary {
		im.res.Head.Summary = text
		im.field("summary", text, High, diag.Say("信息表的“内容概述”", "the table's 内容概述"))
		return
	}
	fits := func(s string) bool {
		return han.FirstStop(s) > 0 && !address.MatchString(s) && !reporting.MatchString(s) &&
			han.TraceOf(s) == han.NoTrace && !speaker.MatchString(s) && !strings.Contains(s, "作政府工作报告。")
	}
	p, s := im.opening(fits, 40)
	if p == nil {
		p, s = im.opening(fits, 0)
	}
	if p == nil {
		return
	}
	end := 0
	for end < len(s) {
		stop := han.FirstStop(s[end:])
		if stop < 0 || end > 0 && utf8.RuneCountInString(s[:end+stop]) > maxSummary {
			break
		}
		if end += stop; utf8.RuneCountInString(s[:end]) >= goodSummary {
			break
		}
	}
	if text := squeeze(s[:end]); end > 0 && utf8.RuneCountInString(text) <= maxSummary {
		im.res.Head.Summary = text
		im.field("summary", text, Medium, join(diag.Say("正文的头几句，", "the first sentences, "), im.where(p.line)))
	}
}

// opening is the first paragraph that fits, with what of it stands behind its heading, from a number of characters on.
func (im *importing) opening(fits func(string) bool, atLeast int) (*para, string) {
	for _, p := range im.paras {
		s := p.text
		if p.heading != nil {
			s = strings.TrimSpace(s[p.heading.end:])
		}
		if p.table == nil && utf8.RuneCountInString(s) >= atLeast && fits(s) {
			return p, s
		}
	}
	return nil, ""
}

// source says where the text was taken from.
func (im *importing) source() {
	head, s := im.res.Head, &im.stamps
	name := s.name
	if name == "" {
		name = squeeze(im.meta["ContentSource"])
	}
	if name == "" {
		name = s.site
	}
	if name == "" {
		name = squeeze(im.meta["SiteName"])
	}
	link := s.url
	if u := im.meta["Url"]; report.IsWebAddress(u) {
		link = u
	} else if link == "" {
		for _, p := range im.pieces {
			if !strings.Contains(p.text, "://") {
				continue
			}
			if t := p.web(); t == han.WebPaywall || t == han.WebPath || p.state == dropped && t == han.WebFoot {
				if link = webAddress.FindString(p.text); link != "" {
					break
				}
			}
		}
	}
	if name != "" {
		head.Source.Name = name
		im.field("source.name", name, Medium, diag.Say("网页的来源或栏目", "the page's source or column"))
	}
	if report.IsWebAddress(link) {
		head.Source.URL = link
		im.field("source.url", link, Medium, diag.Say("网页的地址", "the page's address"))
	}
	head.Source.File, head.Source.SHA256 = im.base(), im.sum()
	im.field("source.file", head.Source.File, High, diag.Say("收到的文件，%d 字节", "the file as received, %d bytes", len(im.src.Data)))
	im.field("source.sha256", head.Source.SHA256, High, diag.Say("收到的文件", "the file as received"))
}
