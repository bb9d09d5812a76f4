package importer

import (
	"strings"
	"unicode/utf8"

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
	case han.WebPaging:
		return diag.Say("网页的分页链接", "paging links of the web page")
	case han.WebCaption:
		return diag.Say("新闻电头或图片说明", "dateline or caption of a news page")
	}
	return whyTail
}

// setApart drops what is not the report.
func (im *importing) setApart() {
	im.pageNumbers()
	im.catalogue()
	im.copies()
	im.repeatedTitle()
	im.tail()
	im.headZone()
	im.glossary()
	im.paging()
	im.runningHeads()
}

// catalogue finds a table of contents: announced by 目录, or the headings in a row before they come again with their text.
func (im *importing) catalogue() {
	for i, p := range im.pieces {
		if p.live() && han.IsCatalogueMark(p.text) {
			if end := im.catalogueEnd(i + 1); end > 0 {
				im.dropRange(i, end, whyCatalogue)
				im.outline = im.pieces[i:end]
				return
			}
		}
	}
	start := im.headEnd()
	if start == len(im.pieces) {
		return
	}
	if n, _, ok := han.HeadingNumber(im.pieces[start].text); ok && n.Class.Heading() {
		if end := im.catalogueEnd(start); end > 0 {
			im.dropRange(start, end, whyCatalogue)
			im.outline = im.pieces[start:end]
		}
	}
}

// catalogueEnd is the index of the line at which the text behind a table of contents begins: the first entry again, or the title
// again before it. 0 when prose comes first.
func (im *importing) catalogueEnd(from int) int {
	first, entries, again := "", 0, 0
	for i := from; i < len(im.pieces); i++ {
		p := im.pieces[i]
		if p.table != nil {
			return 0
		}
		s := ink(han.WithoutLeader(p.text))
		switch {
		case s == "" || !p.live() && p.state != moved:
			continue
		case entries >= 2 && im.title.text != "" && s == ink(im.title.text):
			if again == 0 {
				again = i
			}
			continue
		case entries >= 2 && strings.HasPrefix(ink(p.text), first):
			if again > 0 {
				return again
			}
			return i
		case utf8.RuneCountInString(s) > 60 || han.FirstStop(s) >= 0:
			return 0
		}
		if _, _, numbered := han.HeadingNumber(s); numbered {
			if first == "" {
				first = s
			}
			entries++
		}
	}
	return 0
}

// compareOutline reports the headings of the table of contents that the text has not: sections are missing (standards D-31).
func (im *importing) compareOutline() {
	var have strings.Builder
	for _, h := range im.res.Headings {
		have.WriteString("\n" + ink(h.Number+h.Text))
	}
	var missing []string
	line := 0
	for _, p := range im.outline {
		s := ink(han.WithoutLeader(p.text))
		if _, _, numbered := han.HeadingNumber(s); numbered && p.reason == whyCatalogue && !strings.Contains(have.String(), "\n"+s) {
			missing = append(missing, s)
			line = max(line, p.line)
		}
	}
	if len(missing) > 0 {
		im.found("import-section-missing", diag.Warning, line, diag.Say("目录里的 %d 个标题在正文里没有：%s", "%d headings of the table of contents are not in the text: %s", len(missing), clip(strings.Join(missing, "；"), 120)),
			diag.Say("请核对正文是否完整", "check that the text is whole"))
	}
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

// repeatedTitle drops lines before the text that say the title again, and digits that a lost title has left.
func (im *importing) repeatedTitle() {
	whole := ink(im.title.text)
	for _, p := range im.pieces[:im.headEnd()] {
		s := ink(p.text)
		switch {
		case !p.live() || s == "":
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
		if p.live() && (t == han.NoTrace || t == han.WebPaywall) {
			break
		}
		if p.live() {
			im.readStamp(p)
			p.drop(traceReason(t))
		}
	}
}

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
		plain := t == han.NoTrace || t == han.WebPaywall
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
