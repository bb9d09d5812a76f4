package document

import "gongkai/internal/diag"

// readTable reads a table: rows within content controls too, spans of columns and of rows, deleted rows left out.
func (d *docx) readTable(n *node, s story, deleted bool, out *[]Block) {
	place := d.at(s)
	if s.part == "" && !s.box {
		place.Line++ // its first paragraph
	}
	t := &Table{}
	open := map[int]int{} // column → index of the cell that a vMerge there continues
	head := true
	d.rows(n, deleted, func(tr *node, gone bool) {
		pr := tr.kid("w:trPr")
		if pr.kid("w:ins") != nil || pr.kid("w:del") != nil {
			d.flaw("document-tracked-change", d.at(s), "¶")
		}
		gone = gone || pr.kid("w:del") != nil
		if d.row(tr, s, t, open, gone) && head {
			if mark := pr.kid("w:tblHeader"); mark != nil && mark.attr("w:val") != "0" && mark.attr("w:val") != "false" {
				t.HeadRows++
			} else {
				head = false
			}
		}
	})
	if len(t.Cells) > 0 {
		t.fit()
		*out = append(*out, Block{Kind: KindTable, Table: t, Place: place, Box: s.box})
	}
}

// rows finds the rows of a table, wherever wrappers put them.
func (d *docx) rows(n *node, deleted bool, row func(tr *node, deleted bool)) {
	for _, k := range n.kids {
		switch k.name {
		case "w:tr":
			row(k, deleted)
		case "w:sdt":
			d.rows(childOr(k, "w:sdtContent"), deleted, row)
		case "w:sdtContent", "w:customXml", "w:ins", "w:moveTo":
			d.rows(k, deleted, row)
		case "w:del", "w:moveFrom":
			d.rows(k, true, row)
		}
	}
}

func (d *docx) row(tr *node, s story, t *Table, open map[int]int, gone bool) bool {
	col := 0
	if n, ok := tr.kid("w:trPr", "w:gridBefore").num("w:val"); ok && n > 0 {
		col = min(n, maxColumns)
	}
	row, before := t.Rows, len(t.Cells)
	d.cellsOf(tr, func(tc *node) {
		pr := tc.kid("w:tcPr")
		span := 1
		if n, ok := pr.kid("w:gridSpan").num("w:val"); ok && n > 1 {
			span = min(n, maxColumns)
		}
		if d.cells += span; d.cells > maxCells || col+span > maxColumns {
			d.r.tooMuch(diag.Say("表格超过 %d 列或 %d 格", "a table has more than %d columns or %d cells", maxColumns, maxCells))
			return
		}
		in := s
		in.cell = true
		blocks := d.storyIn(tc, in, gone)
		if gone {
			return
		}
		merge := pr.kid("w:vMerge")
		above, continues := open[col]
		switch {
		case pr.kid("w:hMerge") != nil && pr.val("w:hMerge") != "restart" && len(t.Cells) > before:
			last := &t.Cells[len(t.Cells)-1]
			last.ColSpan += span
			last.Blocks = append(last.Blocks, blocks...)
		case merge != nil && merge.attr("w:val") != "restart" && continues:
			t.Cells[above].RowSpan = row - t.Cells[above].Row + 1
			t.Cells[above].Blocks = append(t.Cells[above].Blocks, blocks...) // hardly ever any
		default:
			t.Cells = append(t.Cells, Cell{Row: row, Col: col, RowSpan: 1, ColSpan: span, Blocks: blocks})
			delete(open, col)
			if merge != nil {
				open[col] = len(t.Cells) - 1
			}
		}
		col += span
	})
	if gone {
		return false
	}
	t.Rows++
	t.Cols = max(t.Cols, col)
	return true
}

// storyIn reads a cell; in a deleted row all is deleted.
func (d *docx) storyIn(tc *node, s story, gone bool) []Block {
	carry := d.carry
	d.carry = nil
	var blocks []Block
	if gone {
		d.each(tc, s, true, &blocks)
		d.carry = nil
	} else {
		blocks = d.story(tc, s)
	}
	d.carry = carry
	return blocks
}

func (d *docx) cellsOf(n *node, cell func(tc *node)) {
	for _, k := range n.kids {
		switch k.name {
		case "w:tc":
			cell(k)
		case "w:sdt":
			d.cellsOf(childOr(k, "w:sdtContent"), cell)
		case "w:customXml", "w:ins", "w:moveTo":
			d.cellsOf(k, cell)
		}
	}
}

// fit trims spans to the grid, so that no cell covers another one's place and none reaches beyond the table. In a table too large for
// a grid in memory all spans are one place.
func (t *Table) fit() {
	if t.Rows*t.Cols > 4*maxCells {
		for i := range t.Cells {
			t.Cells[i].RowSpan, t.Cells[i].ColSpan = 1, 1
		}
		return
	}
	taken := make([]bool, t.Rows*t.Cols)
	for _, c := range t.Cells {
		taken[c.Row*t.Cols+c.Col] = true
	}
	free := func(row, col, n int) bool {
		if row >= t.Rows || col+n > t.Cols {
			return false
		}
		for i := range n {
			if taken[row*t.Cols+col+i] {
				return false
			}
		}
		return true
	}
	for i := range t.Cells {
		c := &t.Cells[i]
		wide, high := 1, 1
		for wide < c.ColSpan && free(c.Row, c.Col+wide, 1) {
			taken[c.Row*t.Cols+c.Col+wide] = true
			wide++
		}
		for high < c.RowSpan && free(c.Row+high, c.Col, wide) {
			for j := range wide {
				taken[(c.Row+high)*t.Cols+c.Col+j] = true
			}
			high++
		}
		c.RowSpan, c.ColSpan = high, wide
	}
}
