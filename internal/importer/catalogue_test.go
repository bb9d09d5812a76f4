package importer

import (
	"strings"
	"testing"

	"gongkai/internal/document"
)

func TestTableOfContents(t *testing.T) {
	const title = "东浦镇人民政府2022年工作报告\n"
	const text = "一、治水\n今年巡查河道三十六条，清理漂浮物一百二十吨，水质监测点增加到九个。\n二、造林\n（一）四旁植树\n今年栽植乔木三千四百株，补种灌木十二亩。\n（二）荒山造林\n今年造林若干。\n三、修路\n今年新修村道十八公里，改造危桥两座。\n"
	const want = "## 一、治水\n\n今年巡查河道三十六条，清理漂浮物一百二十吨，水质监测点增加到九个。\n\n## 二、造林\n\n### （一）四旁植树\n\n今年栽植乔木三千四百株，补种灌木十二亩。\n\n### （二）荒山造林\n\n今年造林若干。\n\n## 三、修路\n\n今年新修村道十八公里，改造危桥两座。\n"
	const opening = "今年以来，全镇上下齐心协力，做成了几件群众看得见的实事。\n"
	for _, c := range []struct{ name, in, want string }{
		{"blanks within the word, page numbers behind tabs", title + "目　录\n一、治水\t1\n二、造林\t3\n（一）四旁植树\t3\n（二）荒山造林\t4\n三、修路\t5\n" + text, want},
		{"dots", title + "目 录\n一、治水…………1\n二、造林......3\n三、修路·······（5）\n" + text, want},
		{"neither dots nor numbers", title + "目录\n一、治水\n二、造林\n三、修路\n" + text, want},
		{"one blank before the number", title + "目录\n一、治水 1\n二、造林 3\n三、修路 5\n" + text, want},
		{"an opening behind it", title + "目录\n一、治水\n二、造林\n三、修路\n" + opening + text, opening + "\n" + want},
		{"title and salutation behind it", "目录\n一、治水\t1\n二、造林\t3\n三、修路\t5\n" + title + "各位代表：\n" + text, "各位代表：\n\n" + want},
		{"title before and behind it", title + "目录\n一、治水\t1\n二、造林\t3\n三、修路\t5\n" + title + text, want},
		{"not announced", title + "一、治水\n二、造林\n三、修路\n" + text, want},
		{"an entry that the text has not", title + "目录\n一、治水\n二、造林\n三、修路\n四、收费\n" + text, want},
		{"entries without numbers", title + "目录\n治水\n造林\n修路\n" + text, want},
		{"no table: a list of sentences", title + "一、治水有成。\n二、造林有成。\n三、修路有成。\n", "一、治水有成。\n\n二、造林有成。\n\n三、修路有成。"},
		{"no table: the word alone", title + "目录\n" + text, "目录\n\n" + want},
	} {
		got, r := body(t, c.in)
		if strings.TrimSpace(got) != strings.TrimSpace(c.want) || r.Head.Title != strings.TrimSpace(title) {
			t.Errorf("%s: title %q\n%s\nwant\n%s\n%v", c.name, r.Head.Title, got, c.want, r.Dropped)
		}
		checkResult(t, r)
		if missing := hasRule(r, "import-section-missing"); missing != strings.Contains(c.in, "收费") {
			t.Errorf("%s: sections missing: %v", c.name, missing)
		}
	}
}

// TestTableOfContentsOfWord: Word sets a table of contents in styles of its own, and numbers headings by itself.
func TestTableOfContentsOfWord(t *testing.T) {
	block := func(kind document.Kind, style, number, text string) document.Block {
		return document.Block{Kind: kind, Style: style, Number: number, Text: text, Level: 1}
	}
	doc := &document.Document{Format: "docx", Blocks: []document.Block{
		block(document.KindParagraph, "Title", "", "东浦镇人民政府2022年工作报告"),
		block(document.KindParagraph, "TOC Heading", "", "目 录"),
		block(document.KindParagraph, "toc 1", "", "一、治水\t1"),
		block(document.KindParagraph, "toc 1", "", "二、造林\t1"),
		block(document.KindHeading, "heading 1", "一、", "治水"),
		block(document.KindParagraph, "Normal", "", "今年巡查河道。"),
		block(document.KindHeading, "heading 1", "二、", "造林"),
		block(document.KindParagraph, "Normal", "", "今年栽树。"),
	}}
	for i := range doc.Blocks {
		doc.Blocks[i].Place.Line = i + 1
	}
	r := New(Options{}).Import(Source{Path: "a.docx", Doc: doc})
	checkResult(t, r)
	if want := "## 一、治水\n\n今年巡查河道。\n\n## 二、造林\n\n今年栽树。\n"; string(r.Body) != want || len(r.Dropped) != 3 {
		t.Errorf("got\n%s\n%v", r.Body, r.Dropped)
	}
}

func TestFieldList(t *testing.T) {
	const text = "一、治水\n今年巡查河道。\n"
	const title = "桐庐县水利局2022年工作总结\n"
	cell := func(row, col int, text string) document.Cell {
		return document.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Blocks: []document.Block{{Kind: document.KindParagraph, Text: text}}}
	}
	for _, in := range []string{
		title + "索 引 号：TL1/2023-2　主题分类：农业\\水利\n文号：桐水〔2023〕2号\n成文日期：2023年1月5日\n" + text,
		"索引号\nTL1/2023-2\n主题分类\n农业\\水利\n文号\n桐水〔2023〕2号\n成文日期\n2023年1月5日\n" + title + text,
		"索引号 TL1/2023-2\n主题分类 农业\\水利\n文号 桐水〔2023〕2号\n成文日期 2023年1月5日\n" + title + text,
	} {
		_, r := body(t, in)
		wantFields(t, r)
		checkResult(t, r)
	}
	doc := &document.Document{Format: "docx", Blocks: []document.Block{
		{Kind: document.KindTable, Table: &document.Table{Rows: 2, Cols: 4, Cells: []document.Cell{
			cell(0, 0, "索 引 号"), cell(0, 1, "TL1/2023-2"), cell(0, 2, "主题分类："), cell(0, 3, "农业\\水利"),
			cell(1, 0, "文 号"), cell(1, 1, "桐水〔2023〕2号"), cell(1, 2, "成文日期"), cell(1, 3, "2023年1月5日"),
		}}},
		{Kind: document.KindParagraph, Text: strings.TrimSpace(title)}, {Kind: document.KindParagraph, Text: "一、治水"}, {Kind: document.KindParagraph, Text: "今年巡查河道。"},
	}}
	r := New(Options{}).Import(Source{Path: "a.docx", Doc: doc})
	wantFields(t, r)
	checkResult(t, r)

	// a table of the text, and a line that only begins like a label
	got, _ := body(t, title+"来源：群众来信。\n"+text)
	if !strings.Contains(got, "来源：群众来信。") {
		t.Errorf("dropped: %s", got)
	}
}

func wantFields(t *testing.T, r *Result) {
	t.Helper()
	h := r.Head
	if h == nil || h.IndexNumber != "TL1/2023-2" || h.Topic != "农业\\水利" || h.DocumentNumber != "桐水〔2023〕2号" || h.Written != "2023-01-05" || string(r.Body) != "## 一、治水\n\n今年巡查河道。\n" {
		t.Errorf("%+v\n%s\n%v", h, r.Body, r.Dropped)
	}
}
