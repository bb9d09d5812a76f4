package document

import (
	"math"
	"strings"
	"unicode"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// printArea says where the text of a document stands on its pages and how large it is.
type printArea struct {
	left, right float64 // of the text
	size        float64 // of most letters
	leading     float64 // from line to line
	indented    bool    // paragraphs begin two characters in
}

// layout makes blocks of printed pages: running heads and page numbers are dropped, lines that fill the measure are joined to the next
// one when that is not indented, rows of parted lines become tables.
func (r *reader) layout(pages []printed) {
	r.doc.Pages = len(pages)
	var all [][]*printedLine
	before := 0
	for i, p := range pages {
		if r.ctx.Err() != nil {
			return
		}
		lines := linesOf(p, i+1)
		all = append(all, lines)
		r.doc.linesBefore = append(r.doc.linesBefore, before)
		before += len(lines)
	}
	gaps := spacingOf(all)
	for _, lines := range all {
		for _, l := range lines {
			l.build(gaps)
		}
	}
	area := measure(all)
	markHeads(all, pages, area)
	s := &setter{r: r, area: area}
	for i, lines := range all {
		if i > 0 {
			s.newPage = true
		}
		s.page(lines)
	}
	s.end()
	if s.rows > 0 {
		r.warn("document-loss", Place{}, diag.Say("有 %d 行像是表格，只能按行读入，格与格之间以制表符分开", "%d lines look like rows of a table; they are read as lines, parted by tabs", s.rows),
			diag.Say("请对照原件把表格补好", "mend the tables after the original"))
	}
}

// measure takes the commonest left edge, right edge, size and leading.
func measure(all [][]*printedLine) printArea {
	left, right, size, leading := tally{}, tally{}, tally{}, tally{}
	for _, lines := range all {
		for i, l := range lines {
			weight := advance(l.text())
			size.add(l.size, weight)
			if weight < 12 || len(l.parts) > 1 {
				continue
			}
			left.add(l.x0, 1)
			right.add(l.x1, 1)
			if i > 0 {
				leading.add(l.y0-lines[i-1].y0, 1)
			}
		}
	}
	a := printArea{size: math.Max(size.most(), 4)}
	a.left, a.right, a.leading = left.most(), right.most(), leading.most()
	if n := right.weight(); right[a.right] < 3 || right[a.right]*8 < n { // ragged lines, or few: the text is as wide as the widest
		for x := range right {
			a.right = math.Max(a.right, x)
		}
	}
	// The text is as wide as its lines, not as the commonest indented line: a left edge that many lines share further left is the edge.
	for x, n := range left {
		if x < a.left && n >= 2 && n*6 >= left[math.Round(a.left/2)*2] && a.left-x < 4*a.size {
			a.left = x
		}
	}
	if a.right <= a.left {
		for _, lines := range all {
			for _, l := range lines {
				if a.left == 0 || l.x0 < a.left {
					a.left = l.x0
				}
				a.right = math.Max(a.right, l.x1)
			}
		}
	}
	in := 0
	for _, lines := range all {
		for _, l := range lines {
			if d := (l.x0 - a.left) / a.size; d > 1.5 && d < 2.6 {
				in++
			}
		}
	}
	a.indented = in >= 5
	return a
}

// tally counts values rounded to a step.
type tally map[float64]float64

func (t tally) add(v, weight float64) { t[math.Round(v/2)*2] += weight }

// weight is the sum of the counts.
func (t tally) weight() float64 {
	sum := 0.0
	for _, n := range t {
		sum += n
	}
	return sum
}

// most returns the commonest value; of equally common ones the smaller.
func (t tally) most() float64 {
	best, count := 0.0, 0.0
	for v, n := range t {
		if n > count || n == count && v < best {
			best, count = v, n
		}
	}
	return best
}

// markHeads finds what is printed at the edge of pages and is no text: page numbers, and lines that return on several pages with at most
// their digits changed.
func markHeads(all [][]*printedLine, pages []printed, area printArea) {
	type spot struct {
		text string
		y    float64
	}
	seen := map[spot]int{}
	edge := func(i int, l *printedLine) (top, bottom bool) {
		mid := (l.y0 + l.y1) / 2
		return mid < pages[i].height*0.115, mid > pages[i].height*0.885
	}
	shape := func(l *printedLine) spot {
		text := strings.Map(func(c rune) rune {
			if unicode.IsDigit(c) {
				return '#'
			}
			if unicode.IsSpace(c) {
				return -1
			}
			return c
		}, l.text())
		for strings.Contains(text, "##") {
			text = strings.ReplaceAll(text, "##", "#")
		}
		return spot{text, math.Round(l.y0 / 8)}
	}
	each := func(do func(i int, l *printedLine, top bool)) {
		for i, lines := range all {
			for j, l := range lines {
				top, bottom := edge(i, l)
				if top && j < 3 || bottom && j >= len(lines)-3 {
					do(i, l, top)
				}
			}
		}
	}
	each(func(_ int, l *printedLine, _ bool) { seen[shape(l)]++ })
	each(func(i int, l *printedLine, top bool) {
		s := shape(l)
		near := seen[s] + seen[spot{s.text, s.y - 1}] + seen[spot{s.text, s.y + 1}]
		small := len(all) == 1 && l.size < area.size*0.85
		switch {
		case isPageNumber(l.text()):
			l.reason = ReasonPageNumber
		case near >= 3 || near >= 2 && len(all) <= 4 || small:
			if l.reason = ReasonFooter; top {
				l.reason = ReasonHeader
			}
		}
	})
}

// setter joins lines to paragraphs.
type setter struct {
	r       *reader
	area    printArea
	open    *Block       // the paragraph that may go on
	last    *printedLine // its last line
	seams   []int        // where a line of it ended between a figure and a Chinese character
	table   []*printedLine
	newPage bool
	rows    int
	dropped map[string]int
}

func (s *setter) page(lines []*printedLine) {
	for _, l := range lines {
		if l.reason != "" {
			s.drop(l)
			continue
		}
		if len(s.r.doc.Blocks) > maxBlocks {
			s.r.tooMuch(diag.Say("文件超过 %d 段", "the file has more than %d paragraphs", maxBlocks))
			return
		}
		s.line(l)
	}
}

func (s *setter) drop(l *printedLine) {
	if s.dropped == nil {
		s.dropped = map[string]int{}
	}
	key := string(l.reason) + l.text()
	if i, twice := s.dropped[key]; twice {
		s.r.doc.Dropped[i].Count++
		return
	}
	s.dropped[key] = len(s.r.doc.Dropped)
	s.r.drop(l.place(), l.text(), l.reason)
}

func (s *setter) line(l *printedLine) {
	if len(l.parts) > 1 {
		s.closeParagraph()
		if n := len(s.table); n > 0 && s.table[n-1].page != l.page {
			s.closeTable()
		}
		s.breakPage(l)
		s.table = append(s.table, l)
		return
	}
	s.closeTable()
	if s.open != nil && s.continues(l) {
		if mixed(lastRune(s.open.Text), firstRune(l.text())) {
			s.seams = append(s.seams, len(s.open.Text))
		}
		s.open.Text = joinLines(s.open.Text, l.text())
		if l.page != s.last.page {
			s.r.doc.Joined = append(s.r.doc.Joined, Join{s.last.place(), l.place()})
		}
		s.last = l
		s.newPage = false // the paragraph runs across the page break
		return
	}
	s.closeParagraph()
	s.breakPage(l)
	s.open, s.last = s.begin(l), l
}

func (s *setter) breakPage(l *printedLine) {
	if s.newPage && len(s.r.doc.Blocks) > 0 {
		s.r.doc.Blocks = append(s.r.doc.Blocks, Block{Kind: KindPageBreak, Place: Place{Page: l.page}})
	}
	s.newPage = false
}

// continues tells whether a line goes on with the open paragraph: the line before fills the measure and this one begins at its edge.
func (s *setter) continues(l *printedLine) bool {
	if han.WithoutLeader(s.open.Text) != s.open.Text { // a line of a table of contents
		return false
	}
	em := math.Max(s.last.size, 1)
	slack := 1.6 * em
	for _, c := range l.text() { // a figure or Latin word is not cut: it may have left the line before short
		if wide(c) || unicode.IsSpace(c) {
			break
		}
		slack += 0.55 * em
	}
	full := s.last.x1 > s.area.right-math.Min(slack, 8*em)
	flush := l.x0 < s.area.left+0.9*em
	// Sizes told by width are rough where figures prevail; equal boxes are as good a sign.
	same := math.Abs(l.size-s.last.size) <= 0.15*em || math.Abs((l.y1-l.y0)-(s.last.y1-s.last.y0)) < 0.05*em
	// A hanging paragraph stands deeper than the text, all its lines but the first at one edge.
	hanging := s.open.Indent <= 0 && math.Abs(l.x0-s.last.x0) < 0.4*em && s.last.x0 > s.area.left+0.9*em && s.open.Align == ""
	if !full || !same || !flush && !hanging || s.open.Align != "" {
		return false
	}
	if _, _, numbered := han.HeadingNumber(l.text()); numbered && !s.area.indented && han.EndsSentence(s.open.Text) {
		return false // a new item, where no indent tells
	}
	if l.page != s.last.page {
		// Across pages the eye needs a second sign: the sentence has not ended, or paragraphs are always indented here and this is no
		// short line like a salutation.
		long := l.x1 > s.area.right-1.6*em || lastRune(l.text()) == '。'
		return !strings.ContainsRune("。！？：；", lastRune(s.open.Text)) || s.area.indented && long
	}
	gap := l.y0 - s.last.y0
	return s.area.leading == 0 || gap < s.area.leading*1.45
}

func (s *setter) begin(l *printedLine) *Block {
	em := math.Max(l.size, 1)
	b := &Block{Kind: KindParagraph, Text: l.text(), Size: l.size, Place: l.place()}
	in, out := l.x0-s.area.left, s.area.right-l.x1
	switch {
	case in > 2.4*s.area.size && math.Abs(in-out) < 2*s.area.size:
		b.Align = AlignCenter
	case out < 5*em && in > (s.area.right-s.area.left)*0.45:
		b.Align = AlignRight
	default:
		b.Indent = math.Max(0, math.Round(in/em*10)/10)
	}
	return b
}

// joinLines joins two lines of a paragraph; only Latin words had a space at the line's end.
func joinLines(a, b string) string {
	left, right := lastRune(a), firstRune(b)
	if left < 0x250 && right < 0x250 && unicode.IsLetter(left) && unicode.IsLetter(right) {
		return a + " " + b
	}
	return a + b
}

func (s *setter) closeParagraph() {
	if s.open != nil {
		s.open.Text = withBlanks(s.open.Text, s.seams)
		s.r.doc.Blocks = append(s.r.doc.Blocks, *s.open)
		s.open, s.last, s.seams = nil, nil, nil
	}
}

// withBlanks puts blanks where lines ended between figures and Chinese characters, when the paragraph has them at all other such places:
// a blank at the end of a line is not printed.
func withBlanks(text string, seams []int) string {
	blanks, tight := 0, -len(seams)
	var last, before rune
	for _, c := range text {
		if mixed(before, c) {
			tight++
		} else if before == ' ' && mixed(last, c) {
			blanks++
		}
		last, before = before, c
	}
	if blanks < 2 || tight > 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, i := range seams {
		b.WriteString(text[at:i])
		b.WriteByte(' ')
		at = i
	}
	return b.String() + text[at:]
}

func (s *setter) end() {
	s.closeParagraph()
	s.closeTable()
}
