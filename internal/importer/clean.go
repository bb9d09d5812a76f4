package importer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// The reasons for what cleaning drops.
var (
	whyLiteral = diag.Say("字面写出的换行、空格记号", "a line break or a blank written out")
	whyComment = diag.Say("网页注释", "a comment of the web page")
	whyTag     = diag.Say("网页标记", "a tag of the web page")
	whyMark    = diag.Say("Markdown 记号", "a mark of Markdown")
	whyRule    = diag.Say("分隔线", "a rule")
	whyPageNo  = diag.Say("页码", "page number")
)

var (
	// literal finds what stands for white space though it is ink.
	literal = regexp.MustCompile(`(?:\\r\\n|\\n|\\r|\\t)+|<U\+(?:00A0|00AD|FEFF|200[B-F]|3000|0020|0009)>|&nbsp;|&emsp;|&ensp;|&#160;|&#12288;|(?i:</?(?:p|br|div|span|strong|b|font|o:p|td|tr|table|tbody)(?: [^<>]{0,200})?/?>)`)
	mdHead  = regexp.MustCompile(`^(#{1,6})[ \t\x{3000}]+(.*?)(?:[ \t]+#+)?[ \t]*$`)
	mdBold  = regexp.MustCompile(`^(\*\*|__)([^*_]{2,200})(\*\*|__)`)
	mdRule  = regexp.MustCompile(`^[ \t]*(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:=[ \t]*){3,}|[─━—]{6,})$`)
)

// clean takes off what is no text.
func (im *importing) clean() {
	im.comments()
	for i := 0; i < len(im.pieces); i++ {
		p := im.pieces[i]
		if p.table != nil || p.picture != nil || p.brk {
			continue
		}
		if rest, more := p.clean(); more {
			im.pieces = append(im.pieces[:i+1], append([]*piece{rest}, im.pieces[i+1:]...)...)
		}
	}
}

// clean makes text of raw. A literal line break parts the piece in two; the second one comes back.
func (p *piece) clean() (rest *piece, more bool) {
	s := p.raw
	if strings.ContainsRune(s, '\f') {
		p.brk = strings.TrimSpace(s) == ""
	}
	if m := literals(s); m != nil {
		var b strings.Builder
		at := 0
		for _, x := range m {
			found := s[x[0]:x[1]]
			if found[0] == '\\' && !asBreak(s, x[0], x[1]) {
				continue
			}
			b.WriteString(s[at:x[0]])
			at = x[1]
			why := whyLiteral
			if found[0] == '<' && found[1] != 'U' {
				why = whyTag
			}
			p.cuts = append(p.cuts, cut{text: found, reason: why})
			if breaks(found) && len(p.notes) == 0 {
				p.shape(b.String())
				next := *p
				next.raw, next.cuts, next.text = s[at:], nil, ""
				p.raw = s[:at]
				return &next, true
			}
			if why != whyTag {
				b.WriteByte(' ')
			}
		}
		b.WriteString(s[at:])
		if len(p.notes) > 0 { // offsets must hold
			p.cuts = nil
		} else {
			s = b.String()
		}
	}
	p.shape(s)
	return nil, false
}

// literals finds what stands for white space or for a tag.
func literals(s string) [][]int {
	if !strings.ContainsAny(s, "\\<&") {
		return nil
	}
	return literal.FindAllStringIndex(s, -1)
}

// asBreak tells a line break written out from a path or a formula: nothing Western stands on both sides of it.
func asBreak(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, _ := utf8.DecodeRuneInString(s[to:])
	west := func(r rune) bool {
		return r < utf8.RuneSelf && r != utf8.RuneError && (unicode.IsLetter(r) || r == ':' || r == '\\')
	}
	return !west(before) && (!west(after) || before == utf8.RuneError)
}

// breaks reports whether what was written out begins a new line.
func breaks(found string) bool {
	found = strings.ToLower(found)
	return strings.Contains(found, `\n`) || strings.Contains(found, `\r`) || strings.HasPrefix(found, "<br") || found == "</p>" || found == "</div>"
}

// shape takes off indents, marks of Markdown and superfluous white space.
func (p *piece) shape(s string) {
	if len(p.notes) > 0 { // a paragraph of an office file: offsets of notes must hold
		p.text = s
		return
	}
	if b := p.bold; b > 0 && b <= len(p.raw) {
		p.bold = len(squeeze(p.raw[:b]))
	}
	trimmed := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || han.Invisible(r) })
	p.indent = utf8.RuneCountInString(s)-utf8.RuneCountInString(trimmed) >= 2 && trimmed != ""
	p.text = squeeze(s)
	if mdRule.MatchString(p.text) {
		p.drop(whyRule)
		return
	}
	if m := mdHead.FindStringSubmatch(p.text); m != nil && m[2] != "" {
		p.mark, p.whole, p.text = len(m[1]), true, m[2]
		p.cuts = append(p.cuts, cut{text: m[1], reason: whyMark, silent: true})
	}
	if m := mdBold.FindStringSubmatch(p.text); m != nil && m[1] == m[3] {
		// bold first words with a heading number are a run-in heading; any other ** is a mask of the text
		if n, _, ok := han.HeadingNumber(m[2]); ok && n.Class.Heading() {
			p.text = m[2] + p.text[len(m[0]):]
			p.cuts = append(p.cuts, cut{text: m[1] + m[3], reason: whyMark, silent: true})
			if p.bold = len(m[2]); p.bold == len(p.text) {
				p.bold, p.mark = 0, max(p.mark, 1)
			}
		}
	}
}

// comments drops <!-- … -->, over several lines too. A comment that does not end within maxComment lines is text.
func (im *importing) comments() {
	const maxComment = 200
	for i := 0; i < len(im.pieces); i++ {
		open := strings.Index(im.pieces[i].raw, "<!--")
		if open < 0 || im.pieces[i].table != nil || len(im.pieces[i].notes) > 0 {
			continue
		}
		for j := i; j < min(len(im.pieces), i+maxComment); j++ {
			from := 0
			if j == i {
				from = open
			}
			end := strings.Index(im.pieces[j].raw[from:], "-->")
			if end < 0 {
				continue
			}
			end += from + len("-->")
			if i == j {
				im.pieces[i].cutOut(open, end)
				i-- // there may be another one
				break
			}
			im.pieces[i].cutOut(open, len(im.pieces[i].raw))
			for _, p := range im.pieces[i+1 : j] {
				p.cutOut(0, len(p.raw))
			}
			im.pieces[j].cutOut(0, end)
			i = j - 1
			break
		}
	}
}

// cutOut drops a part of raw that belongs to a comment.
func (p *piece) cutOut(from, to int) {
	if strings.TrimSpace(p.raw[from:to]) == "" {
		return
	}
	p.cuts = append(p.cuts, cut{text: p.raw[from:to], reason: whyComment})
	p.raw = p.raw[:from] + p.raw[to:]
}
