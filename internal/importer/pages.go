package importer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// pageNumbers drops page numbers. A bare number is one when it goes on counting from another, or stands where a sentence is cut.
func (im *importing) pageNumbers() {
	var bare []int
	value := map[int]int{}
	for i, p := range im.pieces {
		if !p.live() || p.table != nil || p.mark > 0 {
			continue
		}
		page, plain, ok := han.PageNumber(p.text)
		switch {
		case !ok:
		case !plain:
			p.drop(whyPageNo)
		default:
			bare = append(bare, i)
			value[i] = page
		}
	}
	for k, i := range bare {
		counts := k > 0 && value[bare[k-1]]+1 == value[i] || k+1 < len(bare) && value[bare[k+1]] == value[i]+1
		before, after := im.neighbour(i, -1), im.neighbour(i, +1)
		cutHere := before != nil && after != nil && han.CutByBreak(before.text, after.text)
		first := value[i] == 1 && after != nil && !slices.ContainsFunc(im.pieces[:i], (*piece).live) // over the title
		if cutHere || first || counts && (before == nil || before.length() > 20) {
			im.pieces[i].drop(whyPageNo)
		}
	}
}

// runningHeads drops short lines that come again on page after page: three times or more, beside a page number or a page break, within
// a cut sentence, or with the words of the title.
func (im *importing) runningHeads() {
	at := map[string][]int{}
	var order []string
	for i, p := range im.pieces {
		if !p.live() || p.table != nil || p.mark > 0 || p.length() < 6 || p.length() > 40 || han.EndsSentence(p.text) {
			continue
		}
		if _, _, numbered := han.HeadingNumber(p.text); numbered {
			continue
		}
		key := ink(p.text)
		if at[key] == nil {
			order = append(order, key)
		}
		at[key] = append(at[key], i)
	}
	for _, key := range order {
		if len(at[key]) < 3 && (len(at[key]) < 2 || !strings.Contains(ink(im.title.text), key)) {
			continue
		}
		signs := 0
		for _, i := range at[key] {
			if im.atPageEdge(i) || strings.Contains(ink(im.title.text), key) {
				signs++
			}
		}
		if signs*2 >= len(at[key]) {
			for _, i := range at[key] {
				im.pieces[i].drop(whyRunning)
			}
		}
	}
}

func (im *importing) atPageEdge(i int) bool {
	for _, step := range [...]int{-1, 1} {
		for j := i + step; j >= 0 && j < len(im.pieces) && j-i < 4 && i-j < 4; j += step {
			p := im.pieces[j]
			if p.brk || p.state == dropped && p.reason == whyPageNo {
				return true
			}
			if p.live() {
				break
			}
		}
	}
	before, after := im.neighbour(i, -1), im.neighbour(i, +1)
	return before != nil && after != nil && han.CutByBreak(before.text, after.text)
}

// paging drops the links between the pages of a text in its midst, and says that pages are missing. It also reports what a reseller
// keeps back: that notice stays where the text is missing.
func (im *importing) paging() {
	pages := 0
	for _, p := range im.pieces {
		if p.table != nil || p.text == "" {
			continue
		}
		switch t := p.web(); {
		case t == han.WebPaging:
			if p.live() {
				p.drop(traceReason(t))
			}
			for _, word := range strings.FieldsFunc(p.text, func(r rune) bool { return r < '0' || r > '9' }) {
				if n, ok := han.ParseNumeral(word); ok && len(word) < 3 {
					pages = max(pages, n)
				}
			}
		case !p.live():
		case t == han.WebPath, t == han.WebEditor:
			p.drop(traceReason(t))
		case t == han.WebPaywall:
			im.found("import-incomplete", diag.Warning, p.line, diag.Say("网站在这里隐去了部分文字：“%s”", "a web site keeps text back here: %q", notice(p.text)),
				diag.Say("请向发布机构取得全文；这句话留在原处，标明缺文的地方", "get the whole text from the agency; the notice stays, to mark the gap"))
		}
	}
	if pages > 1 {
		im.found("import-incomplete", diag.Warning, 0, diag.Say("网页把全文分成 %d 页，这个文件可能只有其中一页", "the web page divides the text into %d pages; this file may hold only one of them", pages),
			diag.Say("请把其余各页一并保存后再导入", "save the other pages too and import again"))
	}
}

// notice is the words by which a site says that text is missing.
func notice(s string) string {
	start, end, _ := han.PaywallAt(s)
	return clip(s[start:end], 40)
}

// clip shortens a text for a message.
func clip(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}
