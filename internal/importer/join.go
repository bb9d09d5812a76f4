package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/document"
	"gongkai/internal/han"
)

// para is a paragraph of the report: one piece, or several joined.
type para struct {
	text    string
	line    int
	first   *piece
	last    *piece
	bold    int // bytes of text that are a bold run-in heading
	heading *heading
	table   *document.Table
	picture *document.Picture
	notes   []noteRef
}

// The subtitle of a report to a people's congress on two lines: ——……在某县第十七届人民代表大会 / 第二次会议上.
var (
	congress = regexp.MustCompile(`^(?:[—─-]+|[（(]?\d{4}年).{0,16}在.{2,30}(?:代表大会|委员会)$`)
	sitting  = regexp.MustCompile(`^第.{1,4}次(?:全体)?会议上?[）)]?$`)
)

// between is what stands between two pieces that are left.
type between struct {
	gap  bool // an empty line, or anything set apart
	page bool // a page number or a running head
}

// joinAll makes paragraphs of the pieces that are left.
func (im *importing) joinAll() {
	im.findWrap()
	indents := im.indents()
	var live []*piece
	gap := map[*piece]between{}
	var open between
	for _, p := range im.pieces {
		switch {
		case p.live():
			gap[p] = open
			live, open = append(live, p), between{}
		case p.state != moved:
			open.gap = true
			open.page = open.page || p.state == dropped && (p.reason == whyPageNo || p.reason == whyRunning)
		}
	}
	for i, p := range live {
		if n := len(im.paras); n > 0 && im.joins(im.paras[n-1], p, live[i+1:], gap[p], indents) {
			im.join(im.paras[n-1], p)
			continue
		}
		q := &para{text: p.text, line: p.line, first: p, last: p, bold: min(p.bold, len(p.text)), table: p.table, picture: p.picture, notes: p.notes}
		im.paras = append(im.paras, q)
	}
}

// join appends a piece to a paragraph.
func (im *importing) join(q *para, p *piece) {
	im.res.Joined = append(im.res.Joined, Joined{q.last.line, p.line})
	before, _ := utf8.DecodeLastRuneInString(q.text)
	after, _ := utf8.DecodeRuneInString(p.text)
	if isWestern(before) && isWestern(after) {
		q.text += " "
	}
	for _, n := range p.notes {
		q.notes = append(q.notes, noteRef{len(q.text) + n.at, n.id})
	}
	q.text += p.text
	q.last = p
}

func isWestern(r rune) bool { return r < 0x250 && unicode.IsLetter(r) }

// joins decides whether p goes on with the sentence of q. next are the pieces behind p.
func (im *importing) joins(q *para, p *piece, next []*piece, gap between, indents bool) bool {
	if q.table != nil || q.picture != nil || p.table != nil || p.picture != nil || q.first.mark > 0 || p.mark > 0 || p.number != "" || q.last.box != p.box {
		return false
	}
	if q.last.web() == han.WebPaywall || p.web() == han.WebPaywall {
		return false
	}
	if congress.MatchString(tight(q.text)) && sitting.MatchString(tight(p.text)) {
		return true
	}
	if im.wrap > 0 && !gap.gap && im.printed(p) && im.printed(q.last) {
		return im.wraps(q, p, indents)
	}
	if gap.page {
		return han.CutByPage(q.text, p.text)
	}
	return han.CutByBreak(q.text, p.text) && !im.isList(q, p, next)
}

// wraps decides for a hard-wrapped file: a full line goes on, a short one ends its paragraph.
func (im *importing) wraps(q *para, p *piece, indents bool) bool {
	if _, _, numbered := han.HeadingNumber(p.text); numbered && han.EndsSentence(q.text) || indents && p.indent {
		return false
	}
	if indents && q.first.indent && p.text != "" {
		return true // the next paragraph would be indented
	}
	if im.measure.of(q.last) < im.wrap-im.measure.slack() {
		return !indents && han.CutByBreak(q.text, p.text)
	}
	if n, _, numbered := han.HeadingNumber(p.text); numbered && n.Class <= han.ClassHanParen {
		return false
	}
	return true
}

// isList guards against lists whose lines have no stops: a cut sentence comes to an end soon.
func (im *importing) isList(q *para, p *piece, next []*piece) bool {
	if han.EndsSentence(p.text) || p.length() >= 60 {
		return false
	}
	first, _ := utf8.DecodeRuneInString(p.text)
	if strings.ContainsRune("，。、；！？”’）》】", first) {
		return false
	}
	if len(next) > 0 && han.CutByBreak(q.text+p.text, next[0].text) && next[0].mark == 0 {
		following, _ := utf8.DecodeRuneInString(next[0].text)
		return !strings.ContainsRune("，。、；！？”’）》】", following) && !(han.EndsSentence(next[0].text) && utf8.RuneCountInString(q.text)+p.length() >= 45)
	}
	return true
}

// measure is how a program counted the lines that it broke.
type measure uint8

const (
	byCells measure = iota // two for 汉字, one for Western letters and digits
	byRunes                // one for every character
)

// of is the length of a line, its indent with it.
func (m measure) of(p *piece) int {
	s := strings.TrimRightFunc(p.raw, unicode.IsSpace)
	if m == byRunes {
		return utf8.RuneCountInString(s)
	}
	return han.Cells(s)
}

// slack is by how much a full line may be shorter: marks that begin no line take a character with them.
func (m measure) slack() int {
	if m == byRunes {
		return 3
	}
	return 6
}

// findWrap measures whether the file's lines were broken at a fixed width: many lines are about as long as the longest, and most of
// those stop in the midst of a sentence. Where the file calls every line a paragraph, as pages and Word do with what was pasted from
// print, nearly all have to.
func (im *importing) findWrap() {
	best := 0
	for _, paragraphs := range [...]bool{false, true} {
		for _, m := range [...]measure{byCells, byRunes} {
			im.byLine = paragraphs
			if width, share := im.wrapWidth(m); share > best {
				im.measure, im.wrap, best = m, width, share
			}
		}
		if best > 0 {
			return
		}
	}
}

// printed reports whether a piece may be a line of a paragraph.
func (im *importing) printed(p *piece) bool {
	return p.table == nil && p.whole == im.byLine && (!p.whole || p.mark == 0 && !p.item)
}

// wrapWidth is the width by one measure, and how many of a hundred lines are full; 0 when the file is not wrapped.
func (im *importing) wrapWidth(m measure) (width, share int) {
	var widths []int
	var lines []*piece
	for _, p := range im.pieces {
		if p.state == kept && p.text != "" && im.printed(p) {
			widths, lines = append(widths, m.of(p)), append(lines, p)
		}
	}
	if len(widths) < 6 {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(widths))
	widest := sorted[len(sorted)*95/100]
	if widest > 160 || widest < 5*m.slack() {
		return 0, 0
	}
	full, unfinished, prose := 0, 0, 0
	for i, p := range lines {
		if widths[i] >= widest-m.slack() {
			full++
			if !han.EndsSentence(p.text) {
				unfinished++
			}
			if strings.ContainsAny(p.text, "，。；,;") {
				prose++
			}
		}
	}
	if im.byLine && (len(lines) < 10 || unfinished*100 < full*80 || prose*100 < full*30) {
		return 0, 0
	}
	if full*100 < len(lines)*40 || unfinished*100 < full*60 {
		return 0, 0
	}
	return widest, full * 100 / len(lines)
}

// indents reports whether the file marks new paragraphs by an indent.
func (im *importing) indents() bool {
	indented, lines := 0, 0
	for _, p := range im.pieces {
		if p.live() && !p.whole {
			lines++
			if p.indent {
				indented++
			}
		}
	}
	return indented >= 2 && indented*100 >= lines*8
}
