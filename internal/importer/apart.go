package importer

import (
	"regexp"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

var (
	whyCatalogue = diag.Say("目录", "table of contents")
	whyCopy      = diag.Say("同一篇文字的又一遍", "a second copy of the text")
	whyGlossary  = diag.Say("名词解释", "glossary")
	whyTail      = diag.Say("正文之后的网页文字", "of the web page, behind the text")
	whyHead      = diag.Say("正文之前的网页文字", "of the web page, before the text")
	whyTitle     = diag.Say("与标题重复", "repeats the title")
	whyResidue   = diag.Say("残存的标题数字", "digits left of a lost title")
	whyRunning   = diag.Say("页眉或页脚", "running head or foot")
)

func traceReason(t han.WebTrace) diag.Text {
	switch t {
	case han.WebPath:
		return diag.Say("网页的位置导航", "breadcrumb of the web page")
	case han.WebStamp:
		return diag.Say("网页的发布信息", "publication line of the web page")
	case han.WebTool:
		return diag.Say("网页的按钮文字", "buttons of the web page")
	case han.WebEditor:
		return diag.Say("责任编辑", "editor of the web page")
	case han.WebIntro:
		return whyHead
	case han.WebPaging:
		return diag.Say("网页的分页链接", "paging links of the web page")
	case han.WebCaption:
		return diag.Say("新闻电头或图片说明", "dateline or caption of a news page")
	}
	return whyTail
}

// setApart drops what is not the report.
func (im *importing) setApart() {
	im.copies()
	im.repeatedTitle()
	im.record()
	im.tail()
	im.headZone()
	im.glossary()
	im.paging()
	im.runningHeads()
}

func (im *importing) dropRange(from, to int, why diag.Text) {
	for _, p := range im.pieces[from:to] {
		p.drop(why)
	}
}

// longLine is the length from which two equal lines mean a copy, and longCopy the number of such lines.
const (
	longLine = 30
	longCopy = 3
)

// copies drops further copies of the text: runs of long lines that all stood before. Only what stood before is dropped, and the short
// lines and the web page's words among it.
func (im *importing) copies() {
	first := make(map[string]int, len(im.pieces))
	var again []int
	for i, p := range im.pieces {
		if p.text == "" || p.table != nil {
			continue
		}
		key := ink(p.text)
		if _, seen := first[key]; !seen {
			first[key] = i
		} else if p.live() && p.length() >= longLine {
			again = append(again, i)
		}
	}
	for a := 0; a < len(again); {
		b := a + 1
		for b < len(again) && !im.freshProse(again[b-1]+1, again[b], first) {
			b++
		}
		if b-a >= longCopy {
			im.dropCopy(again[a], again[b-1], first)
		}
		a = b
	}
}

// freshProse reports whether long lines that are new stand between two others.
func (im *importing) freshProse(from, to int, first map[string]int) bool {
	for i := from; i < to; i++ {
		p := im.pieces[i]
		if p.live() && p.length() >= longLine && first[ink(p.text)] == i && p.web() == han.NoTrace {
			return true
		}
	}
	return false
}

func (im *importing) dropCopy(from, to int, first map[string]int) {
	known := func(i int) bool {
		p := im.pieces[i]
		return !p.live() || first[ink(p.text)] != i || p.web() != han.NoTrace || len(ink(p.text)) < 6
	}
	for from > 0 && known(from-1) {
		from--
	}
	for to+1 < len(im.pieces) && known(to+1) {
		to++
	}
	for i := from; i <= to; i++ {
		if p := im.pieces[i]; known(i) || p.length() < longLine {
			p.drop(whyCopy)
		}
	}
}

// collected is what a collector of texts adds to a title.
var collected = regexp.MustCompile(`^(?:范文|范本|模板|精选|[（(]?(?:全文|范文|完整版|精选)[）)])$`)

// halves finds the two subjects of a title: …2021年工作总结及2022年工作计划.
var halves = regexp.MustCompile(`(\d{4}年\D*)(?:及|和|暨|与)((?:\d{4}年|下半年|下一步|今后)\D+)$`)

// titleParts makes headings of two lines that each say one half of the title: the text is in two parts, and its numbers begin anew.
func (im *importing) titleParts() {
	m := halves.FindStringSubmatch(ink(im.title.text))
	if m == nil {
		return
	}
	var list []*piece
	for _, p := range im.pieces {
		if p.live() && p.table == nil && len(list) < 2 && ink(p.text) == m[1+len(list)] {
			list = append(list, p)
		}
	}
	if len(list) == 2 {
		for _, p := range list {
			p.part, p.mark, p.whole = true, max(1, p.mark), true
		}
	}
}

// repeatedTitle drops lines before the text that say the title again, and digits that a lost title has left.
func (im *importing) repeatedTitle() {
	whole, before := ink(im.title.text), (*piece)(nil)
	for _, p := range im.pieces[:im.headEnd()] {
		s := ink(p.text)
		if whole != "" && p.live() && before != nil && ink(before.text)+s == whole { // on two lines
			before.drop(whyTitle)
			p.drop(whyTitle)
		}
		if p.live() && s != "" {
			before = p
		}
		switch {
		case !p.live() || s == "" || p.part:
		case whole != "" && collected.MatchString(strings.TrimPrefix(s, whole)) && strings.HasPrefix(s, whole):
			p.drop(whyTitle)
		case whole != "" && len(s) >= 12 && strings.Contains(whole, s) && (s == whole || genre.MatchString(s)):
			p.drop(whyTitle)
		case whole == "" && onlyNum.MatchString(s):
			im.title.year += s + " "
			p.drop(whyResidue)
		}
	}
}

// tail drops what stands behind the text on a web page.
func (im *importing) tail() {
	total, behind := 0, 0
	for _, p := range im.pieces {
		if p.live() {
			total += p.length()
		}
	}
	cutAt, heading := -1, false
	for i := len(im.pieces) - 1; i >= 0 && behind*5 <= total && !heading; i-- {
		p := im.pieces[i]
		if !p.live() {
			continue
		}
		switch p.web() {
		case han.WebEditor, han.WebRelated, han.WebFoot, han.WebPaging:
			cutAt = i
		case han.WebTool:
			if p.length() >= 4 || cutAt == i+1 {
				cutAt = i
			}
		}
		n, _, numbered := han.HeadingNumber(p.text)
		heading = numbered && (n.Class == han.ClassHan || n.Class == han.ClassHanParen) || p.table != nil
		behind += p.length()
	}
	if cutAt < 0 || im.headEnd() >= cutAt {
		return
	}
	for i, p := range im.pieces[cutAt:] {
		why := whyTail
		if t := p.web(); t != han.NoTrace {
			why = traceReason(t)
		}
		if p.live() && i > 0 {
			im.readStamp(p)
		}
		p.drop(why)
	}
	for i := cutAt - 1; i >= 0; i-- {
		p := im.pieces[i]
		t := p.web()
		if p.live() && (t == han.NoTrace && !p.isLink() || t == han.WebPaywall) {
			break
		}
		if p.live() {
			im.readStamp(p)
			p.drop(traceReason(t))
		}
	}
}

// Our own pages close a text with a record (公开记录) of first publication, corrections and a check sum, and open with a word on what the
// site is.
var (
	checkSum   = regexp.MustCompile(`文本校验码[ ]*[：:][ ]*[0-9a-f]{8,64}`)
	recordLine = regexp.MustCompile(`^(?:收录|首次发布)[ ]*[：:][ ]*\d{4}年|^更正次数[ ]*[：:]`)
	siteNotice = regexp.MustCompile(`^跳到正文$|^非官方网站[：:]`)
)

// record drops the record behind the text of one of our own pages, and what follows it.
func (im *importing) record() {
	for i, p := range im.pieces {
		if !p.live() || !checkSum.MatchString(p.text) || p.length() > 100 {
			continue
		}
		for i > 0 && (im.pieces[i-1].text == "" || recordLine.MatchString(im.pieces[i-1].text)) && im.pieces[i-1].table == nil {
			i--
		}
		im.dropRange(i, len(im.pieces), whyTail)
		return
	}
}

// isLink reports whether a short piece is nothing but a link of a web page: an item of a menu. The name of an attachment is none.
func (p *piece) isLink() bool {
	return p.linked > 0 && (p.linked*2 >= len(p.raw) || strings.Contains(p.text, " · ")) && p.length() <= 60 && !attached.MatchString(p.text) && !han.EndsSentence(p.text)
}

var attached = regexp.MustCompile(`^附[件表图]|(?i)\.(?:docx?|xlsx?|pdf|ofd|wps|et|pptx?|zip|txt|csv)\b`)

// headZone drops what a web page sets before the text: lines that are plainly its own, values below their labels, and short lines
// between two such lines.
func (im *importing) headZone() {
	end := im.headEnd()
	last := -1 // the last line of the page's own
	label := false
	for i, p := range im.pieces[:end] {
		if !p.live() || p.text == "" {
			continue
		}
		t := p.web()
		plain := (t == han.NoTrace || t == han.WebPaywall) && !p.isLink() && !siteNotice.MatchString(p.text)
		if plain && label && p.length() <= 20 && !im.own(p) {
			im.readValue(p)
			p.drop(traceReason(han.WebStamp))
			last, label = i, false
			continue
		}
		if plain {
			label = false
			continue
		}
		im.readStamp(p)
		s := han.Stamps(p.text)
		label = len(s) > 0 && s[len(s)-1].Value == ""
		if last >= 0 && i-last <= 8 {
			im.between(last+1, i)
		}
		if t == han.NoTrace {
			p.drop(whyHead)
		}
		p.drop(traceReason(t))
		last = i
	}
}

// between drops the short lines between two of the web page's.
func (im *importing) between(from, to int) {
	for _, p := range im.pieces[from:to] {
		if p.live() && p.length() <= 16 && !im.own(p) && !han.EndsSentence(p.text) {
			p.drop(whyHead)
		}
	}
}

// own reports whether a short line before the text belongs to the report: its subtitle, its speaker, an organ, a number.
func (im *importing) own(p *piece) bool {
	s := tight(p.text)
	return strings.HasPrefix(s, "—") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "（") || meeting.MatchString(s) || speaker.MatchString(s) ||
		documentNumber.MatchString(s) || genre.MatchString(s) || p.mark > 0
}

// glossary drops the explanation of terms behind the text.
func (im *importing) glossary() {
	total, seen := 0, 0
	for _, p := range im.pieces {
		if p.live() {
			total += p.length()
		}
	}
	for i, p := range im.pieces {
		if p.live() {
			if han.IsGlossaryMark(p.text) && seen*2 > total {
				im.dropRange(i, len(im.pieces), whyGlossary)
				return
			}
			seen += p.length()
		}
	}
}
