package render

import (
	"html/template"
	"regexp"
	"strings"
)

// Titles break at sense units (P-07): before a year, 关于, a bracket and the words that end a title; after a year and 的; before a 和 in the
// midst of something long. What stands between two such places is held together by word-break: keep-all in site.css, unless it is
// longer than the line.
var (
	phraseBegins = regexp.MustCompile(`[和及暨]?[12]\d{3}(?:[—～-][12]\d{3})?年|关于|（|(?:年终|专项|政府)?工作(?:总结|计划|报告|要点|安排)|有关情况`)
	phraseJoins  = regexp.MustCompile(`\p{Han}{5}([和与及])\p{Han}{5}`)
	phraseEnds   = regexp.MustCompile(`\d年(?:度|上半年|下半年|第[一二三四]季度)?|的`)
)

// phrases is a title with the places marked where it may break.
func phrases(title string) template.HTML {
	breaks := map[int]bool{}
	for _, m := range phraseBegins.FindAllStringIndex(title, -1) {
		breaks[m[0]] = true
	}
	for _, m := range phraseEnds.FindAllStringIndex(title, -1) {
		breaks[m[1]] = true
	}
	for from := 0; ; {
		m := phraseJoins.FindStringSubmatchIndex(title[from:])
		if m == nil {
			break
		}
		breaks[from+m[2]] = true
		from += m[3]
	}
	var b strings.Builder
	from := 0
	for i := range title {
		if i > 0 && breaks[i] {
			b.WriteString(template.HTMLEscapeString(title[from:i]) + "<wbr>")
			from = i
		}
	}
	b.WriteString(template.HTMLEscapeString(title[from:]))
	return template.HTML(b.String())
}
