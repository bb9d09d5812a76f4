package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// heading is what makes a paragraph, or its beginning, a heading.
type heading struct {
	number han.Number
	text   string // without number and stop
	end    int    // bytes of the paragraph that the heading takes; all of it unless it runs in
	bold   bool   // a run-in heading that the file sets in bold: it stays in its paragraph
	mark   int    // level that the file marks, for headings without a number
}

func (h *heading) runIn(p *para) bool { return h.end < len(p.text) }

// Lengths in characters.
const (
	maxHead      = 60  // of a heading
	maxBold      = 100 // of a run-in heading in bold, as the reader of pages has it
	maxColonHead = 30  // of one that ends in a colon
	maxShort     = 15  // a sentence up to here is a heading among headings, though nothing stands under it
	minSeries    = 5   // siblings from which a series shows its custom (standards D-05)
)

// statistic finds a measured figure. A sentence that reports one is no heading, however short.
var statistic = regexp.MustCompile(`\d[\d.,]*[ \x{3000}]*[%％‰]|\d+\.\d+[ \x{3000}]*\p{Han}|\d[\d,]{2,}[ \x{3000}]*(?:亿|万|元|人|户|家|个|件|次|例|名|亩|公里|公顷|里|米|吨|斤|台|套|株|棵|盏|座|条|辆|所|间|张|份|篇|处|项|场|期|起|批|平方|立方)`)

// form is how a numbered paragraph is built.
type form uint8

const (
	noForm   form = iota
	lineForm      // no stop: 一、工作回顾
	soleForm      // one sentence with its stop, alone: a heading over its text, or an item
	runForm       // a sentence and more behind it
	longForm      // a sentence too long for a heading
)

// numbered is a paragraph that begins with a heading number.
type numbered struct {
	index int // in paras
	n     han.Number
	rest  string
	form  form
	stop  int // bytes of the paragraph up to and with the first stop
	size  int // of the first sentence, in characters
	head  bool
}

// findHeadings decides which paragraphs are headings or begin with one.
func (im *importing) findHeadings() {
	list := im.numbered()
	for _, series := range inSeries(list) {
		im.judge(series)
	}
	for _, s := range list {
		if s.head {
			im.setHeading(s)
		}
	}
	for _, p := range im.paras {
		if p.first.mark > 0 && p.heading == nil && p.table == nil && !isNumbered(list, im.paras, p) {
			p.heading = &heading{text: strings.TrimSpace(p.text), end: len(p.text), mark: p.first.mark}
		}
	}
	im.account()
}

func isNumbered(list []*numbered, paras []*para, p *para) bool {
	return slices.ContainsFunc(list, func(s *numbered) bool { return paras[s.index] == p })
}

// attachments is how the list of attachments begins (GB/T 9704): its further items are no headings.
var attachments = regexp.MustCompile(`^附[ \x{3000}]*件[ \x{3000}]*[：:]`)

// numbered lists the paragraphs that begin with a heading number, and how each is built.
func (im *importing) numbered() []*numbered {
	var list []*numbered
	listed := false // among the names of attachments (附件：1.…) at the end
	for i, p := range im.paras {
		if p.table != nil || p.picture != nil {
			continue
		}
		if p.first.number != "" {
			im.draw(p)
		}
		n, rest, ok := han.HeadingNumber(p.text)
		if attachments.MatchString(p.text) {
			listed = true
			continue
		}
		if listed = listed && ok && n.Class == han.ClassArabic; listed || !ok || !n.Class.Heading() || rest == "" {
			continue
		}
		s := &numbered{index: i, n: n, rest: rest}
		s.shape(p)
		list = append(list, s)
	}
	return list
}

// draw writes the number that the program draws before a paragraph into its text, when it numbers a heading; bullets are left out.
func (im *importing) draw(p *para) {
	number := p.first.number
	if p.first.bulleted() {
		return
	}
	p.first.number = ""
	if _, _, ok := han.HeadingNumber(number + "某"); !ok {
		return
	}
	p.text = number + p.text
	if p.bold > 0 {
		p.bold += len(number)
	}
	for i := range p.notes {
		p.notes[i].at += len(number)
	}
	im.res.Added = append(im.res.Added, Added{number, join(im.where(p.line), diag.Say("由程序自动编的序号", ": the number that the program draws"))})
}

func (s *numbered) shape(p *para) {
	stop := han.FirstStop(s.rest)
	lead := len(p.text) - len(s.rest)
	if utf8.RuneCountInString(p.text[:p.bold]) > maxBold { // a whole paragraph in bold is no heading
		p.bold = 0
	}
	if p.bold > lead {
		if strings.HasPrefix(p.text[p.bold:], "。") { // the stop belongs to the heading, though it is not set in bold
			p.bold += len("。")
		}
		s.form, s.stop = runForm, p.bold
		s.size = utf8.RuneCountInString(p.text[lead:p.bold])
		return
	}
	if stop < 0 {
		s.stop, s.size = len(p.text), utf8.RuneCountInString(s.rest)
		s.form = lineForm
		if last, _ := utf8.DecodeLastRuneInString(s.rest); strings.ContainsRune("；;，,、…", last) || s.size > maxHead ||
			strings.ContainsRune("：:", last) && s.size > maxColonHead {
			s.form = longForm
		}
		return
	}
	s.stop, s.size = lead+stop, utf8.RuneCountInString(s.rest[:stop])
	switch {
	case s.size > maxHead+1:
		s.form = longForm
	case strings.TrimSpace(s.rest[stop:]) == "":
		s.form = soleForm
	default:
		s.form = runForm
	}
}

// inSeries parts numbered paragraphs into series: one class, counting on. Arabic numbers may count on across parts.
func inSeries(list []*numbered) [][]*numbered {
	var all [][]*numbered
	open := map[han.Class]int{} // index into all
	for _, s := range list {
		i, ok := open[s.n.Class]
		if !ok || s.n.Value <= all[i][len(all[i])-1].n.Value {
			i = len(all)
			all = append(all, nil)
			open[s.n.Class] = i
			for c := range open {
				if c > s.n.Class && c != han.ClassArabic {
					delete(open, c)
				}
			}
		}
		all[i] = append(all[i], s)
	}
	return all
}

// judge decides for a series which of its members are headings.
func (im *importing) judge(series []*numbered) {
	heads, runs := 0, []int{}
	for _, s := range series {
		s.head = im.isHead(s)
		if s.head {
			heads++
		}
		if s.form == runForm {
			runs = append(runs, s.size)
		}
	}
	if len(series) >= 3 && heads*3 < len(series) { // the custom of the series is items
		for _, s := range series {
			s.head = s.head && s.form == lineForm
		}
		return
	}
	slices.Sort(runs)
	for _, s := range series {
		switch {
		case len(runs) >= minSeries && s.form == runForm && s.size > 30 && s.size > 2*runs[len(runs)/2] && im.paras[s.index].bold == 0:
			s.head = false
			im.glued(s)
		case s.form == longForm && len(series) >= 3 && heads*5 >= len(series)*4:
			im.glued(s)
		case s.form == soleForm && !s.head && s.size <= maxShort+1 && heads*5 >= len(series)*4 && len(series) >= 3:
			s.head = true
		}
	}
}

func (im *importing) glued(s *numbered) {
	im.found("import-heading-glued", diag.Warning, im.paras[s.index].line, diag.Say("“%s”没有自己的标题，按段落保留", "%q has no heading of its own and stays a paragraph", clip(s.n.Text+s.rest, 20)),
		diag.Say("同级的各条都有标题；请核对原文，标题后缺句号的补上", "its siblings have headings: check the original, and add the stop behind the heading"))
}

// isHead decides for one numbered paragraph by itself.
func (im *importing) isHead(s *numbered) bool {
	p := im.paras[s.index]
	first := p.text[:s.stop]
	switch s.form {
	case lineForm:
		return !(statistic.MatchString(unquoted(s.rest)) && strings.ContainsAny(s.rest, "，,；;")) && !im.isTitleLike(s)
	case runForm:
		return p.bold > 0 || !statistic.MatchString(unquoted(first))
	case soleForm:
		return p.first.mark > 0 || !statistic.MatchString(unquoted(first)) && im.standsOver(s)
	}
	return p.first.mark > 0
}

// isTitleLike: a line of a list of names or documents at the end of a text, not a heading over anything, is left to its series.
func (im *importing) isTitleLike(s *numbered) bool {
	return s.n.Class == han.ClassArabic && (strings.HasPrefix(s.rest, "《") && strings.HasSuffix(s.rest, "》"))
}

// standsOver reports whether text or deeper numbers follow: what stands over nothing is an item.
func (im *importing) standsOver(s *numbered) bool {
	if s.index+1 >= len(im.paras) {
		return false
	}
	next := im.paras[s.index+1]
	if next.table != nil {
		return true
	}
	n, _, ok := han.HeadingNumber(next.text)
	if ok && n.Class.Heading() {
		return n.Class > s.n.Class
	}
	return next.first.mark == 0 && next.picture == nil && (han.EndsSentence(next.text) || utf8.RuneCountInString(next.text) > maxHead)
}

// unquoted leaves out what stands in quotes and book marks: “7个专项”行动.
func unquoted(s string) string {
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '“', '《', '‘', '「':
			depth++
			return -1
		case '”', '》', '’', '」':
			depth = max(0, depth-1)
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, s)
}

func (im *importing) setHeading(s *numbered) {
	p := im.paras[s.index]
	text := p.text[len(p.text)-len(s.rest) : s.stop]
	if trimStop(text) == "" {
		return
	}
	p.heading = &heading{number: s.n, text: trimStop(text), end: s.stop, bold: p.bold > 0 && s.stop == p.bold && s.stop < len(p.text)}
}

// trimStop cuts the stop that closes a heading.
func trimStop(s string) string {
	s = strings.TrimSpace(s)
	for _, stop := range [...]string{"。", "．", "：", ":", "；"} {
		if cut, ok := strings.CutSuffix(s, stop); ok {
			return strings.TrimSpace(cut)
		}
	}
	return s
}

// account lists the headings, with their levels by their numbers.
func (im *importing) account() {
	outer := map[han.Class]bool{}
	for _, p := range im.paras {
		if p.heading != nil && p.heading.number.Class >= han.ClassPart && p.heading.number.Class <= han.ClassSection {
			outer[p.heading.number.Class] = true
		}
	}
	for _, p := range im.paras {
		h := p.heading
		if h == nil {
			continue
		}
		level := max(1, h.mark)
		if c := h.number.Class; c.Heading() {
			level = 1
			for o := range outer {
				if o < c {
					level++
				}
			}
			if c > han.ClassHan {
				level += int(c - han.ClassHan)
			}
		}
		im.res.Headings = append(im.res.Headings, Heading{Line: p.line, Level: level, Number: h.number.Text, Text: h.text, RunIn: h.runIn(p)})
	}
}
