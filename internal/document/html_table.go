package document

import (
	"strconv"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

// table reads a table. One that only lays out the page is read as its content.
func (f *flow) table(k *html.Node) {
	rows, head := tableRows(k)
	if f.p.layout(rows) {
		f.block(k, Run{})
		f.end(KindParagraph, "table")
		return
	}
	t := &Table{HeadRows: head}
	var covered []int // by column: how many more rows a cell from above reaches down
	for i, tr := range rows {
		col := 0
		for c := range tr.ChildNodes() {
			if c.Type != html.ElementNode || c.Data != "td" && c.Data != "th" {
				continue
			}
			for col < len(covered) && covered[col] > 0 {
				col++
			}
			colspan, rowspan := span(c, "colspan"), span(c, "rowspan")
			if rowspan == 0 || rowspan > len(rows)-i {
				rowspan = len(rows) - i
			}
			colspan = max(colspan, 1)
			if f.p.cells += colspan * rowspan; f.p.cells > maxCells || col+colspan > maxColumns {
				f.p.r.tooMuch(diag.Say("表格超过 %d 列或 %d 格", "a table has more than %d columns or %d cells", maxColumns, maxCells))
				return
			}
			inner := &flow{p: f.p}
			inner.block(c, Run{})
			inner.end(KindParagraph, c.Data)
			t.Cells = append(t.Cells, Cell{Row: i, Col: col, RowSpan: rowspan, ColSpan: colspan, Blocks: inner.out})
			for len(covered) < col+colspan {
				covered = append(covered, 0)
			}
			for j := col; j < col+colspan; j++ {
				covered[j] = max(covered[j], rowspan)
			}
			col += colspan
		}
		for j := range covered {
			covered[j] = max(0, covered[j]-1)
		}
	}
	t.Rows, t.Cols = len(rows), len(covered)
	if len(t.Cells) == 0 {
		return
	}
	t.fit()
	for c := range k.ChildNodes() {
		if c.Type == html.ElementNode && c.Data == "caption" {
			t.Caption = squeeze(textOf(c))
		}
	}
	f.p.paragraph++
	f.out = append(f.out, Block{Kind: KindTable, Table: t, Place: Place{Line: f.p.paragraph}})
}

// tableRows lists a table's own rows, those of thead first among them counted as head.
func tableRows(table *html.Node) (rows []*html.Node, head int) {
	for k := range table.ChildNodes() {
		if k.Type != html.ElementNode {
			continue
		}
		switch k.Data {
		case "tr":
			rows = append(rows, k)
		case "thead", "tbody", "tfoot":
			for tr := range k.ChildNodes() {
				if tr.Type == html.ElementNode && tr.Data == "tr" {
					rows = append(rows, tr)
					if k.Data == "thead" {
						head++
					}
				}
			}
		}
	}
	if head == 0 {
		for _, tr := range rows {
			if !onlyHeads(tr) {
				break
			}
			head++
		}
	}
	return rows, head
}

func onlyHeads(tr *html.Node) bool {
	any := false
	for c := range tr.ChildNodes() {
		if c.Type == html.ElementNode {
			if c.Data != "th" {
				return false
			}
			any = true
		}
	}
	return any
}

// layout holds for tables of a single column, and for those one of whose cells holds a text of many paragraphs.
func (p *page) layout(rows []*html.Node) bool {
	widest, longest := 0, 0
	for _, tr := range rows {
		n := 0
		for c := range tr.ChildNodes() {
			if c.Type == html.ElementNode && (c.Data == "td" || c.Data == "th") {
				n++
				if m := p.facts[c]; m != nil && m.prose > 800 && countElements(c, "p")+countElements(c, "br") > 5 {
					longest = m.prose
				}
			}
		}
		widest = max(widest, n)
	}
	return widest <= 1 || longest > 0
}

// span reads colspan or rowspan within the bounds of HTML; 0 stands for "to the end" (rowspan).
func span(n *html.Node, name string) int {
	if attr(n, name) == "" {
		return 1
	}
	v, err := strconv.Atoi(attr(n, name))
	if err != nil || v < 0 {
		return 1
	}
	return min(v, 10_000)
}
