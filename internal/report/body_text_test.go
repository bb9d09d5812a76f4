package report

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// fenceInfo is what names the language of a code block; no reader sees it.
var fenceInfo = regexp.MustCompile("```[^\n]")

// TestNothingIsLost builds texts of every kind of markup, each word a 汉字 that occurs once, and looks for all words on the page.
// Destinations of links, which no reader sees, are left out.
func TestNothingIsLost(t *testing.T) {
	pieces := []string{
		"字", "字", "字", "字", "字", "字", " ", "\n", "\n", "\n", "\n\n", "\n\n", "- ", "1. ", "> ", "    ", "\t", "|", "|", "|-|-|\n", "\n|字|字|\n|:-|-:|\n|字|字|字|\n", "**", "*", "_", "`", "## ", "\n# ", "<b>", "<br>",
		"<!--", "-->", "字[^a]", "\n\n[^a]: ", "\n\n[^b]: 字\n\n    ", "[", "]", "![", "\\", "~", "---\n", "===\n", ": ", "表1 ", "一、", "（二）", "**三、字。**", "```\n", "\n```\n", "某字局\n\n", "\n\n2021年1月2日\n", "</字>", "<!字>", "字\\|字", "，", "。\n",
	}
	random := rand.New(rand.NewPCG(1, 2))
	p := NewParser()
	for range 20_000 {
		var b strings.Builder
		word := rune(0x5000)
		for range 1 + random.IntN(30) {
			for _, c := range pieces[random.IntN(len(pieces))] {
				if c == '字' {
					c, word = word, word+1
				}
				b.WriteRune(c)
			}
		}
		source := b.String()
		if fenceInfo.MatchString(source) {
			continue
		}
		if strings.Contains(source, "](") || strings.Contains(source, "]:") && !strings.Contains(source, "[^") {
			continue
		}
		body, _ := p.Text(aReport, []byte(source))
		var texts strings.Builder
		for _, q := range body.Paragraphs {
			texts.WriteString(q.Text)
		}
		seen := map[rune]int{}
		for _, c := range texts.String() {
			seen[c]++
		}
		for _, c := range source {
			if unicode.Is(unicode.Han, c) && c >= 0x5000 && c < word && seen[c] != 1 {
				t.Fatalf("%c occurs %d times:\n%s\n---\n%s\n---\n%s", c, seen[c], source, texts.String(), body.HTML)
			}
		}
	}
}

// TestItemMarks: the numbers that a browser draws before items are known, but no part of the text.
func TestItemMarks(t *testing.T) {
	b, _ := parse(t, "3. 甲\n4. 乙\n\n   续\n   - 点\n\n1) 丙\n\n段[^1]\n\n[^1]: 注\n")
	var got []string
	for _, p := range b.Paragraphs {
		got = append(got, p.Mark+p.Text)
	}
	if want := []string{"3.甲", "4.乙", "续", "点", "1)丙", "段", "注"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
