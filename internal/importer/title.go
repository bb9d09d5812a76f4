package importer

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
)

// title is the report's own title.
type title struct {
	text   string
	pieces []*piece // the lines that it stands on; nil when it was inferred or read from a page tag
	line   int
	basis  diag.Text
	sure   Confidence
	year   string // years of a lost title that were left at the head of the text
}

const maxTitle = 80

var (
	genre = regexp.MustCompile(`(?:工作总结|工作计划|工作要点|工作思路|工作打算|工作安排|工作报告|工作情况|情况报告|情况汇报|情况总结|总结报告|述职报告|公报|总结|计划|要点|规划|思路|打算|汇报|报告|安排|白皮书|年报)(?:[（(][^（）()]{1,14}[）)])?$`)
	// address is how a report begins to speak.
	address = regexp.MustCompile(`^(?:尊敬的)?(?:各位|主任|主席|同志们|委员长)[^，。]{0,24}[：:！!，,]`)
	meeting = regexp.MustCompile(`(?:会议|大会|全会|会)上?(?:的?(?:政府)?工作?报告)?[）)]?$`)
	onlyNum = regexp.MustCompile(`^[\d０-９\-—.、 年]+$`)
	organ   = regexp.MustCompile(`(?:局|委员会|委|厅|政府|办公室|办|院|中心|队|站|所|处|部|会|公司|管委会|街道|镇|乡)$`)
)

// headEnd is the index of the first piece that is certainly text: an address, a heading number one, or prose.
func (im *importing) headEnd() int {
	for i, p := range im.pieces {
		if !p.live() || p.text == "" {
			if p.table != nil && i > 0 {
				return i
			}
			continue
		}
		n, _, numbered := han.HeadingNumber(p.text)
		switch trace := p.web(); {
		case trace != han.NoTrace && trace != han.WebPaywall:
		case address.MatchString(p.text), numbered && n.Value == 1 && n.Class.Heading() && !genre.MatchString(p.text):
			return i
		case p.length() >= 40 && (han.EndsSentence(p.text) || han.FirstStop(p.text) > 0) && !meeting.MatchString(p.text):
			return i
		}
	}
	return len(im.pieces)
}

// findTitle looks for the title among the lines before the text.
func (im *importing) findTitle() {
	var best *piece
	at, top := -1, 0
	for i, p := range im.pieces[:im.headEnd()] {
		if score := titleScore(p); score > top {
			best, at, top = p, i, score
		}
	}
	if best == nil {
		if im.titleFromTag(); im.title.text == "" {
			im.titleFromPage()
		}
		return
	}
	lines := []*piece{best}
	for range maxTitleLines {
		before := im.neighbour(at, -1)
		if before == nil || !leadsTitle(before, lines[0]) && !im.setAlike(before, lines[0]) {
			break
		}
		lines, at = append([]*piece{before}, lines...), slices.Index(im.pieces, before)
	}
	at = slices.Index(im.pieces, best)
	for range maxTitleLines {
		after := im.neighbour(at, +1)
		if after == nil || !endsTitle(lines[len(lines)-1], after) && !im.setAlike(lines[len(lines)-1], after) {
			break
		}
		lines, at = append(lines, after), slices.Index(im.pieces, after)
	}
	last := lines[len(lines)-1]
	if m := noteMark.FindString(last.text); m != "" {
		last.text = strings.TrimSuffix(last.text, m)
		last.cuts = append(last.cuts, cut{text: m, reason: diag.Say("标题上的注释号", "the number of a note on the title")})
	}
	var b strings.Builder
	for _, p := range lines {
		p.state = moved
		b.WriteString(p.text)
	}
	im.title = title{text: tight(b.String()), pieces: lines, line: lines[0].line, sure: High, basis: im.where(lines[0].line)}
}

// maxTitleLines is how many lines a title may have before and behind the one that tells its genre.
const maxTitleLines = 2

// setAlike reports whether two lines before the text are set as one title: in the middle, in the same letters, larger than the text's.
func (im *importing) setAlike(a, b *piece) bool {
	for _, p := range [...]*piece{a, b} {
		s := tight(p.text)
		if p.align != document.AlignCenter || p.size < im.bodySize()*1.2 || p.size == 0 || !p.live() || p.length() > 40 || strings.ContainsAny(s, "。；：！") || documentNumber.MatchString(s) || strings.HasPrefix(s, "—") {
			return false
		}
	}
	return math.Abs(a.size-b.size) < 0.05*a.size
}

// bodySize is the size of most letters.
func (im *importing) bodySize() float64 {
	count := map[float64]int{}
	best := 0.0
	for _, p := range im.pieces {
		count[p.size] += len(p.text)
	}
	for size, n := range count {
		if size > 0 && (best == 0 || n > count[best] || n == count[best] && size < best) {
			best = size
		}
	}
	return best
}

// titleScore weighs a line as a title; 0 is none.
func titleScore(p *piece) int {
	s := tight(noteMark.ReplaceAllString(p.text, ""))
	length := utf8.RuneCountInString(s)
	if !p.live() || s == "" || length < 4 || length > maxTitle || p.web() != han.NoTrace || onlyNum.MatchString(s) {
		return 0
	}
	if strings.ContainsAny(s, "。；！？") || strings.HasPrefix(s, "—") || strings.HasPrefix(s, "-") || address.MatchString(s) || han.IsCatalogueMark(s) {
		return 0
	}
	if _, _, numbered := han.HeadingNumber(p.text); numbered || unbalanced(s) || cited.MatchString(s) {
		return 0
	}
	score := 0
	if genre.MatchString(s) && !meeting.MatchString(strings.TrimSuffix(strings.TrimSuffix(s, "政府工作报告"), "工作报告")) {
		score = 4
	} else if p.mark == 1 {
		score = 3
	}
	if score > 0 && strings.ContainsFunc(s, unicode.IsDigit) {
		score++
	}
	if score > 0 && (p.align == document.AlignCenter || p.mark > 0) {
		score++
	}
	if score > 0 && placeInside.MatchString(s) {
		score++
	}
	return score
}

// noteMark is the number of a note at the end of a title, as bulletins of statistics have it.
var noteMark = regexp.MustCompile(`[ \x{3000}]*(?:[\[［〔](?:\d{1,2}|注)[\]］〕]|[①-⑳])$`)

// cited is a document number within a sentence.
var cited = regexp.MustCompile(`[〔\[［【]\d{4}[〕\]］】][ ]*\d{1,4}[ ]*号.`)

// unbalanced reports whether a line has but one of two brackets or quotes: it is cut from a sentence.
func unbalanced(s string) bool {
	open := 0
	for _, r := range s {
		switch {
		case strings.ContainsRune("（(《〈“【〔[", r):
			open++
		case strings.ContainsRune("）)》〉”】〕]", r):
			open--
		}
		if open < 0 {
			return true
		}
	}
	return open > 0
}

// organYear is the first line of a title that breaks before what was reported: 青岩县水务局2022年.
var organYear = regexp.MustCompile(`(?:局|委员会|委|厅|政府|办公室|院|中心|处|镇|乡|街道)(?:关于)?\d{4}年(?:度|上半年|下半年)?$`)

var placeInside = regexp.MustCompile(`[省市区县旗州盟]|国务院|[xX×*]{1,3}[省市区县]`)

// neighbour is the next piece with text before or behind one, when at most one empty line lies between.
func (im *importing) neighbour(at, step int) *piece {
	empty := 0
	for i := at + step; i >= 0 && i < len(im.pieces) && empty < 2; i += step {
		p := im.pieces[i]
		if p.live() && p.text != "" {
			return p
		}
		empty++
	}
	return nil
}

// leadsTitle: a title of two lines, the organ's name or 关于… on the first.
func leadsTitle(before, p *piece) bool {
	s, t := tight(before.text), tight(p.text)
	if utf8.RuneCountInString(s) > 40 || strings.ContainsAny(s, "。；：！，:,") || before.web() != han.NoTrace || strings.HasPrefix(s, "—") || genre.MatchString(s) && !strings.HasPrefix(t, "和") {
		return false
	}
	if _, _, numbered := han.HeadingNumber(s); numbered || onlyNum.MatchString(s) || documentNumber.MatchString(s) {
		return false
	}
	if strings.HasPrefix(s, "关于") || strings.HasSuffix(s, "关于") || strings.HasSuffix(s, "暨") || strings.HasSuffix(s, "及") {
		return true
	}
	return (organ.MatchString(s) || organYear.MatchString(s)) && !strings.Contains(t, s) && !placeInside.MatchString(t)
}

// endsTitle: the second half of a title, 暨…, 及2022年工作计划.
func endsTitle(p, after *piece) bool {
	s, t := tight(p.text), tight(after.text)
	if titleScore(after) == 0 || t == s {
		return false
	}
	for _, word := range [...]string{"暨", "及", "和", "与"} {
		if strings.HasSuffix(s, word) || strings.HasPrefix(t, word) {
			return true
		}
	}
	return false
}

// titleFromTag takes the title that the page or the file gives itself.
func (im *importing) titleFromTag() {
	for _, key := range [...]string{"ArticleTitle", "标题", "名称", "Title"} {
		value := tight(im.meta[key])
		if key == "Title" && !genre.MatchString(value) || value == "" || utf8.RuneCountInString(value) > maxTitle {
			continue
		}
		im.title = title{text: value, sure: Medium, basis: diag.Say("文件自带的 %s", "the file's own %s", key)}
		return
	}
}

// titleFromPage takes the last line before the main text of a web page that is a title, though the page does not say so.
func (im *importing) titleFromPage() {
	first := 0
	if len(im.pieces) > 0 {
		first = im.pieces[0].line
	}
	for _, d := range im.doc.Dropped {
		line := im.doc.Line(d.Place)
		if d.Reason == document.ReasonPortal && line < first && titleScore(&piece{text: d.Text}) >= 5 {
			im.title = title{text: tight(d.Text), sure: Medium, line: line, basis: join(diag.Say("正文之前的网页文字，", "of the web page before the text, "), im.where(line))}
		}
	}
}

// tight takes the blanks out of a title: all but those between Western words.
func tight(s string) string {
	s = squeeze(s)
	var b strings.Builder
	for i, r := range s {
		if r == ' ' {
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(s[i+1:])
			if before >= utf8.RuneSelf || after >= utf8.RuneSelf || unicode.IsDigit(before) || unicode.IsDigit(after) {
				continue
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}
