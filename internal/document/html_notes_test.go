package document

import (
	"context"
	"strings"
	"testing"
)

// readPage reads a page whose main text is given.
func readPage(t *testing.T, text string) *Document {
	t.Helper()
	page := `<html><head><meta charset="utf-8"></head><body><div class="nav"><a href="#x" id="y">1</a></div><div id="zoom"><p>` + strings.Repeat(filler, 3) + `</p>` + text + `</div></body></html>`
	doc, found, err := Read(context.Background(), "a.html", []byte(page), Options{})
	if err != nil || doc == nil {
		t.Fatalf("%v %v", err, found)
	}
	return doc
}

// TestWebNotes: a note is one when it and its reference lead to each other; nothing of a page is lost when they do not.
func TestWebNotes(t *testing.T) {
	for _, c := range []struct{ name, in, notes, text string }{
		{"of Word", `<p>治水<a href="#_ftn1" name="_ftnref1">[1]</a>见效。</p><div id="ftn1"><p><a href="#_ftnref1" name="_ftn1">[1]</a> 水清。</p></div>`, "水清。", "治水见效。"},
		{"twice referred to", `<p>治水<a href="#n" id="r">1</a>、造林<a href="#n">1</a>。</p><ol><li id="n">水清。<a href="#r">↩</a></li></ol>`, "水清。", "治水、造林。"},
		{"no way back", `<p>治水<a href="#n" id="r">[1]</a>。</p><p id="n">[1] 水清。</p>`, "", "治水[1]。[1] 水清。"},
		{"two in one paragraph", `<p>治水<a href="#m" id="q">[1]</a>、造林<a href="#n" id="r">[2]</a>。</p><p><a id="m" href="#q">[1]</a>水清。<a id="n" href="#r">[2]</a>岸绿。</p>`, "", "治水[1]、造林[2]。[1]水清。[2]岸绿。"},
		{"in a cell of a table", `<table><tr><td>河<a href="#n" id="r">[1]</a></td><td>12</td></tr></table><p id="n"><a href="#r">[1]</a>水清。</p>`, "", "[1]水清。"},
		{"a link with words", `<p>见<a href="#n" id="r">附表</a>。</p><p id="n"><a href="#r">返回</a>水清。</p>`, "", "见附表。返回水清。"},
	} {
		doc := readPage(t, c.in)
		var notes, text strings.Builder
		for _, n := range doc.Notes {
			notes.WriteString(n.Text())
		}
		for _, b := range doc.Blocks[1:] {
			text.WriteString(b.Text)
		}
		if strings.TrimSpace(notes.String()) != c.notes || text.String() != c.text {
			t.Errorf("%s: notes %q, text %q", c.name, notes.String(), text.String())
		}
	}
	doc := readPage(t, `<p>治水。</p><p style="display:none">暗<a href="#n" id="r">[1]</a></p><p id="n"><a href="#r">[1]</a>水清。</p>`)
	dropped := ""
	for _, d := range doc.Dropped {
		dropped += d.Text
	}
	if len(doc.Notes) != 0 || !strings.Contains(dropped, "水清。") {
		t.Errorf("the note of a hidden text is lost: %q", dropped)
	}
}

// TestCellOfSeveralFields: the value of a label ends where the next label begins.
func TestCellOfSeveralFields(t *testing.T) {
	doc := readPage(t, `<table><tr><td>索 引 号：A1/2024-00012 信息分类：</td><td>发布机构：某县水务局</td></tr><tr><td>文 号： 是否有效：</td><td>公开日期：2024-01-02</td></tr></table>`)
	if doc.Meta["索引号"] != "A1/2024-00012" || doc.Meta["文号"] != "" || doc.Meta["发布机构"] != "某县水务局" {
		t.Errorf("%q", doc.Meta)
	}
}
