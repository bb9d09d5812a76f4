package importer

import (
	"context"
	"strings"
	"testing"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/report"
)

// checkResult holds what every result must hold, whatever the input.
func checkResult(t *testing.T, r *Result) {
	t.Helper()
	if hasRule(r, "import-account") {
		t.Fatalf("the account does not balance: %v", r.Found)
	}
	if r.Markdown == nil {
		if r.Found.AtLeast(diag.Error) == 0 {
			t.Fatal("refused without a reason")
		}
		return
	}
	rel := r.Rel
	if rel == "" {
		rel = "610112/wjj/2021/x.md"
	}
	head, found := report.ParseHead("x.md", rel, r.Markdown, true)
	for _, d := range found {
		if d.Severity == diag.Error && !strings.HasSuffix(d.Rule, "missing") {
			t.Fatalf("the front matter is refused: %v\n%s", d, r.Markdown)
		}
	}
	if head == nil || head.Title != r.Head.Title || head.Summary != r.Head.Summary {
		t.Fatalf("the front matter is read otherwise: %+v\n%s", head, r.Markdown)
	}
	b, _ := report.ParseBody(head, r.Markdown)
	if len(b.Outline) != len(r.Headings) {
		t.Fatalf("%d entries of the outline, %d headings\n%s", len(b.Outline), len(r.Headings), r.Markdown)
	}
}

func FuzzAccount(f *testing.F) {
	for _, seed := range []string{
		"一、工作回顾\n（一）治水。巡查河道36条，清理漂浮物120吨，水质稳定达\n\n标。\n二、打算\n1.造林。栽树。",
		"您的位置:首页>>正文\n某区水务局2021年工作总结\n发表时间:2022/2/10\n目录:\n一、治水\n二、造林\n一、治水\n巡查。\n二、造林\n栽树。……(省略72字)",
		"# 题目报告\n## 一、甲\n**（一）乙。**丙**丁_戊\n| a | b |\n|---|---|\n---\n[x]: y\n[^1]: z\n<!-- k -->",
		"```\n代码\n```\n~~~\n    缩进\n> 引\n- 项\n1. 项\n***\n___\n===\n: 题\n表1 某表\n\\r\\n\\n<U+00A0>&nbsp;<br>",
		"a\u200b\u00ad\ufeffb\u3000c\x00d\x1be\u2028f\u0085g",
		"第 1 页 共 3 页\n- 2 -\n3\n4\n5\n2021\n2022",
	} {
		f.Add(seed)
	}
	im := New(Options{})
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 20_000 {
			return
		}
		doc, _, err := document.Read(context.Background(), "a.txt", []byte(text), document.Options{})
		if err != nil || doc == nil {
			return
		}
		checkResult(t, im.Import(Source{Path: "a.txt", Data: []byte(text), Doc: doc}))
	})
}

// TestOfficeBlocks imports what a text file cannot hold: drawn numbers, styles, tables, notes, pictures.
func TestOfficeBlocks(t *testing.T) {
	cell := func(row, col int, text string) document.Cell {
		return document.Cell{Row: row, Col: col, RowSpan: 1, ColSpan: 1, Blocks: []document.Block{{Kind: document.KindParagraph, Text: text}}}
	}
	merged := cell(0, 1, "数量|单位")
	merged.ColSpan = 2
	doc := &document.Document{
		Format: "docx", Meta: map[string]string{},
		Blocks: []document.Block{
			{Kind: document.KindParagraph, Text: "青岩县水务局\n2022年工作总结", Align: document.AlignCenter, Place: document.Place{Line: 1}},
			{Kind: document.KindHeading, Level: 1, Text: "治水", Number: "一、", Place: document.Place{Line: 2}},
			{Kind: document.KindParagraph, Text: "（一）巡查。全年巡查河道36条。", Runs: []document.Run{{Text: "（一）巡查。", Bold: true}, {Text: "全年巡查河道36条。"}}, Place: document.Place{Line: 3}},
			{Kind: document.KindParagraph, Text: "清淤四处。", Runs: []document.Run{{Text: "清淤"}, {Note: "f1"}, {Text: "四处。"}}, Place: document.Place{Line: 4}},
			{Kind: document.KindListItem, Text: "先上游", Number: "•", Level: 1, Place: document.Place{Line: 5}},
			{Kind: document.KindTable, Table: &document.Table{Rows: 2, Cols: 3, Cells: []document.Cell{cell(0, 0, "项目"), merged, cell(1, 0, "河道"), cell(1, 1, "36"), cell(1, 2, "条\n段")}}, Place: document.Place{Line: 6}},
			{Kind: document.KindPicture, Picture: &document.Picture{File: "image-1.png"}, Place: document.Place{Line: 7}},
			{Kind: document.KindHeading, Level: 1, Text: "结语", Place: document.Place{Line: 8}},
			{Kind: document.KindParagraph, Text: "继续努力。", Place: document.Place{Line: 9}},
		},
		Notes: []document.Note{{ID: "f1", Blocks: []document.Block{{Kind: document.KindParagraph, Text: "指主河道。"}}}},
		Files: []document.File{{Name: "image-1.png"}},
	}
	r := New(Options{}).Import(Source{Path: "a.docx", Doc: doc})
	checkResult(t, r)
	want := "## 一、治水\n\n**（一）巡查。**全年巡查河道36条。\n\n清淤[^f1]四处。\n\n- 先上游\n\n| 项目 | 数量\\|单位 |  |\n|---|---|---|\n| 河道 | 36 | 条<br>段 |\n\n" +
		"![](image-1.png)\n\n## 结语\n\n继续努力。\n\n[^f1]: 指主河道。\n"
	if string(r.Body) != want {
		t.Errorf("got\n%s\nwant\n%s", r.Body, want)
	}
	if r.Head.Title != "青岩县水务局2022年工作总结" || len(r.Added) != 1 || r.Added[0].Text != "一、" {
		t.Errorf("title %q, added %v", r.Head.Title, r.Added)
	}
}

// TestAccountCanFail: a body that does not show the text is refused.
func TestAccountCanFail(t *testing.T) {
	doc := &document.Document{Blocks: []document.Block{{Kind: document.KindLine, Text: "甲乙。"}}, Meta: map[string]string{}}
	im := New(Options{}).begin(Source{Path: "a", Doc: doc})
	im.take()
	im.clean()
	im.joinAll()
	for body, ok := range map[string]bool{"甲乙。\n": true, "甲 乙。\n": true, "乙甲。\n": false, "甲乙\n": false, "甲**乙**。\n": true, "甲乙。丙\n": false} {
		im.res.Body, im.res.Found = []byte(body), nil
		if got := im.balanced(); got != ok || ok != (len(im.res.Found) == 0) {
			t.Errorf("%q: %v %v", body, got, im.res.Found)
		}
	}
}
