package document

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// TestPDFJoins: a paragraph that runs across a page break is told as such, and lines count on from page to page.
func TestPDFJoins(t *testing.T) {
	readers(t, func(t *testing.T, opt Options) {
		doc, _ := mustRead(t, "a.pdf", pdfOf(t, fontToUnicode, samplePages()...), opt)
		if len(doc.Joined) != 1 {
			t.Fatalf("joined %v", doc.Joined)
		}
		j := doc.Joined[0]
		if j.From.Page != 1 || j.To.Page != 2 || doc.Line(j.To)-doc.Line(j.From) != 3 || j.To.Line != 2 { // a foot and a head between
			t.Errorf("joined %+v: lines %d and %d", j, doc.Line(j.From), doc.Line(j.To))
		}
		if say := doc.Where(j.To); say.ZH != "第 2 页第 2 行" || say.EN != "page 2, line 2" {
			t.Error(say)
		}
	})
}

// TestPDFActualText: a page says what its glyphs stand for where one glyph serves several characters.
func TestPDFActualText(t *testing.T) {
	hex := func(s string) string { return fmt.Sprintf("%x", utf16Bytes(s, binary.BigEndian)) }
	show := func(s string) string { return "<" + hex(s) + "> Tj " }
	span := func(actual, shown string) string {
		return "/Span << /ActualText <feff" + hex(actual) + "> >> BDC " + show(shown) + "EMC "
	}
	content := "BT /F1 15 Tf 72 700 Td " + show("家庭医生签约一百") + span("户", "戶") + show("，比上年多了十") + span("二", "二") + show("户。") + "0 -30 Td " +
		show("这里的字不多，") + "/P << /MCID 0 >> BDC " + span("两字", "两字") + "EMC EMC " + span("", "空") + "ET"
	objects := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [6 0 R] /Count 1 >>"}, fontToUnicode.font(3)...)
	objects = append(objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 7 0 R >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content))
	readers(t, func(t *testing.T, opt Options) {
		doc, _ := mustRead(t, "a.pdf", pdfFileOf(objects, ""), opt)
		if text := strings.ReplaceAll(doc.Text(), "空", ""); text != "家庭医生签约一百户，比上年多了十二户。这里的字不多，两字" {
			t.Errorf("%q", text)
		}
	})
}

// TestPDFBlanks: gaps round figures are blanks where somebody has written some, and the program's own where they stand everywhere.
func TestPDFBlanks(t *testing.T) {
	const gap = 4.0 // of 15 points
	page := func(even bool) []pdfLineOf {
		var lines []pdfLineOf
		for i := range 8 {
			y := 700 - 30*float64(i)
			at := 72.0
			if i%2 == 1 && !even { // no gaps on every other line
				lines = append(lines, pdfLineOf{at, y, 15, "全年巡查河道三十六条，合计12个断面。"})
				continue
			}
			for _, word := range []string{"全年巡查河道", "36", "条，合计", "12", "个断面。"} {
				lines = append(lines, pdfLineOf{at, y, 15, word})
				at += 15*float64(len([]rune(word))) + gap
			}
		}
		return lines
	}
	for even, want := range map[bool]string{true: "全年巡查河道36条，合计12个断面。", false: "全年巡查河道 36 条，合计 12 个断面。"} {
		doc, _ := mustRead(t, "a.pdf", pdfOf(t, fontToUnicode, page(even)), Options{Look: noPrograms})
		if text := doc.Blocks[0].Text; !strings.HasPrefix(text, want) {
			t.Errorf("%q, want %q", text, want)
		}
	}
	// at the end of a line a blank is not printed
	if got := withBlanks("投入 12 万元，完成 15个，其中 3 个", []int{len("投入 12 万元，完成 15")}); got != "投入 12 万元，完成 15 个，其中 3 个" {
		t.Errorf("%q", got)
	}
	if got := withBlanks("投入12万元，完成15个", []int{len("投入12万元，完成15")}); got != "投入12万元，完成15个" {
		t.Errorf("%q", got)
	}
}

// TestPDFTableOfContents: lines that end in page numbers are never joined, however wide they are.
func TestPDFTableOfContents(t *testing.T) {
	entry := func(name string) string { return name + strings.Repeat("…", 27-len([]rune(name))) + "12" }
	full := strings.Repeat("这是没有内容的句子，", 3)
	lines := []pdfLineOf{{280, 740, 15, "目录"}, {72, 710, 15, entry("一、做了的事")}, {72, 680, 15, entry("二、要做的事")}, {72, 650, 15, "一、做了的事"}, {72, 620, 15, full}, {72, 590, 15, full}, {72, 560, 15, "到此为止。"}}
	doc, _ := mustRead(t, "a.pdf", pdfOf(t, fontToUnicode, lines), Options{Look: noPrograms})
	if len(doc.Blocks) < 4 || doc.Blocks[1].Text != entry("一、做了的事") || doc.Blocks[2].Text != entry("二、要做的事") {
		t.Errorf("%s", sketch(doc))
	}
}
