package importer

import (
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

// between is what stands between two pieces that are left.
type between struct {
	gap  bool // an empty line, or anything set apart
	page bool // a page number or a running head
}

// joinAll makes paragraphs of the pieces that are left.
func (im *importing) joinAll() {
	im.wrap = im.wrapWidth()
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
	if han.TraceOf(q.last.text) == han.WebPaywall || han.TraceOf(p.text) == han.WebPaywall {
		return false
	}
	if im.wrap > 0 && !gap.gap && !p.whole && !q.last.whole {
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
	full := width(q.last) >= im.wrap-6
	if !full {
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

// width is the room that a line takes, in cells, its indent with it.
func width(p *piece) int { return han.Cells(strings.TrimRightFunc(p.raw, unicode.IsSpace)) }

// wrapWidth measures whether the file's lines were broken at a fixed width: many lines are about as long as the longest, and most of
// those stop in the midst of a sentence.
func (im *importing) wrapWidth() int {
	var widths []int
	for _, p := range im.pieces {
		if p.state == kept && p.text != "" && !p.whole && p.table == nil {
			widths = append(widths, width(p))
		}
	}
	if len(widths) < 6 {
		return 0
	}
	slices.Sort(widths)
	widest := widths[len(widths)*95/100]
	if widest > 160 || widest < 30 {
		return 0
	}
	full, unfinished := 0, 0
	for _, p := range im.pieces {
		if p.state == kept && p.text != "" && !p.whole && p.table == nil && width(p) >= widest-6 {
			full++
			if !han.EndsSentence(p.text) {
				unfinished++
			}
		}
	}
	if full*100 < len(widths)*40 || unfinished*100 < full*60 {
		return 0
	}
	return widest
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
