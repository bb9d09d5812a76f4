package report

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"gongkai/internal/han"
)

// Signature (署名和成文日期) is the end of a document: up to three organs, each on a line of its own, and the date under them.
type Signature struct {
	Organs   []string
	Date     Date
	DateText string // as written: "2021 年 11 月 3 日"
}

// signBlock is a signature found in the tree.
type signBlock struct {
	first      ast.Node // the first of its paragraphs
	paragraphs int
	lines      []string
	date       Date
}

const (
	maxOrgans = 3
	maxOrgan  = 40 // characters
)

var signDate = regexp.MustCompile(`^([0-9０-９一二三四五六七八九〇零○]{4})[ 　]*年[ 　]*([0-9０-９一二三四五六七八九十]{1,2})[ 　]*月[ 　]*([0-9０-９一二三四五六七八九十]{1,3})[ 　]*日$`)

// signature looks for the signature at the end of the document; a paragraph in brackets behind it (附注) is allowed. nil when there is
// none: without a date, a short last line may be anything.
func (r *run) signature(doc *ast.Document) *signBlock {
	n := lastBlock(doc.LastChild())
	if lines := r.plainLines(n); len(lines) == 1 && strings.HasPrefix(lines[0], "（") && strings.HasSuffix(lines[0], "）") {
		n = lastBlock(n.PreviousSibling())
	}
	lines := r.plainLines(n)
	if len(lines) == 0 || len(lines) > maxOrgans+1 {
		return nil
	}
	date, ok := parseSignDate(lines[len(lines)-1])
	if !ok {
		return nil
	}
	for _, organ := range lines[:len(lines)-1] {
		if !isOrgan(organ) {
			return nil
		}
	}
	s := &signBlock{first: n, paragraphs: 1, lines: lines, date: date}
	for len(s.lines) <= maxOrgans {
		n = lastBlock(n.PreviousSibling())
		organ := r.plainLines(n)
		if len(organ) != 1 || !isOrgan(organ[0]) {
			break
		}
		s.first, s.lines = n, append(organ, s.lines...)
		s.paragraphs++
	}
	return s
}

// lastBlock steps back over what is not shown in its place.
func lastBlock(n ast.Node) ast.Node {
	for n != nil {
		switch n.(type) {
		case *extast.Footnote, *ast.LinkReferenceDefinition:
			n = n.PreviousSibling()
			continue
		}
		break
	}
	return n
}

// plainLines returns the lines of a short paragraph without any markup; nil for everything else.
func (r *run) plainLines(n ast.Node) []string {
	p, ok := n.(*ast.Paragraph)
	if !ok || p.Lines().Len() > maxOrgans+1 {
		return nil
	}
	var lines []string
	for i := range p.Lines().Len() {
		s := p.Lines().At(i)
		line := string(s.Value(r.src))
		if i < p.Lines().Len()-1 {
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\\")
		}
		line = strings.Trim(line, " \t\n\u3000")
		if len(line) > 4*maxOrgan || strings.ContainsAny(line, "*_[]<>`&\\|!#") || line != strings.Map(cleanRune, line) {
			return nil
		}
		lines = append(lines, line)
	}
	return lines
}

// isOrgan reports whether a line may be the name of an organ: a few 汉字 without the marks of a sentence and without a number.
func isOrgan(line string) bool {
	if n := utf8.RuneCountInString(line); n < 3 || n > maxOrgan || strings.ContainsAny(line, "。，；：！？、…“”,.;:?\"") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(line)
	last, _ := utf8.DecodeLastRuneInString(line)
	_, _, numbered := han.HeadingNumber(line)
	return han.IsHan(first) && !numbered && (han.IsHan(last) || last == '）')
}

func parseSignDate(line string) (Date, bool) {
	m := signDate.FindStringSubmatch(line)
	if m == nil {
		return Date{}, false
	}
	var part [3]int
	for i := range part {
		n, ok := han.ParseNumeral(m[i+1])
		if !ok {
			return Date{}, false
		}
		part[i] = n
	}
	d := Day(part[0], part[1], part[2])
	return d, d.Year >= 1900 && d.Real()
}

// renderSignature writes the block. The class date-longer tells the layout which of P-13's two arrangements holds: normally the date
// begins two characters right of the organ's first; when it is the longer one, it ends two from the right and the organ moves left.
func (r *run) renderSignature(s *signBlock) {
	organs, date := s.lines[:len(s.lines)-1], s.lines[len(s.lines)-1]
	r.body.Signature = Signature{Organs: organs, Date: s.date, DateText: date}
	if len(organs) == 0 {
		r.body.Signature.Organs = nil
	}
	widest := 0
	for _, organ := range organs {
		widest = max(widest, han.Cells(organ))
	}
	class := "signature"
	if len(organs) > 0 && han.Cells(date) > widest {
		class += " date-longer"
	}
	r.write(`<div class="` + class + `">`)
	for i, line := range s.lines {
		r.begin()
		r.literal([]byte(line))
		r.open("p", r.end(kindParagraph))
		if i < len(organs) {
			r.write(` class="sign-organ">`)
		} else {
			r.write(` class="sign-date">`)
		}
		r.html = append(r.html, r.inline...)
		r.write("</p>")
	}
	r.write("</div>")
}
