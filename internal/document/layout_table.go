package document

import "math"

// closeTable makes a table of parted lines when they have the same columns, else one paragraph each.
func (s *setter) closeTable() {
	lines := s.table
	if s.table = nil; len(lines) == 0 {
		return
	}
	if t := tableOf(lines); t != nil {
		s.r.doc.Blocks = append(s.r.doc.Blocks, Block{Kind: KindTable, Table: t, Place: lines[0].place()})
		return
	}
	for _, l := range lines {
		if len(lines) > 1 {
			s.rows++
		}
		b := s.begin(l)
		b.Align = ""
		s.r.doc.Blocks = append(s.r.doc.Blocks, *b)
	}
}

func tableOf(lines []*printedLine) *Table {
	cols := len(lines[0].parts)
	if len(lines) < 2 {
		return nil
	}
	t := &Table{Rows: len(lines), Cols: cols}
	lo, hi := make([]float64, cols), make([]float64, cols)
	for i, l := range lines {
		if len(l.parts) != cols {
			return nil
		}
		for j, p := range l.parts {
			if i == 0 {
				lo[j], hi[j] = p.x0, p.x1
			}
			lo[j], hi[j] = math.Min(lo[j], p.x0), math.Max(hi[j], p.x1)
			at := l.place()
			t.Cells = append(t.Cells, Cell{Row: i, Col: j, RowSpan: 1, ColSpan: 1, Blocks: []Block{{Kind: KindParagraph, Text: p.text, Place: at, Size: l.size}}})
		}
	}
	for j := 1; j < cols; j++ {
		if lo[j] < hi[j-1] {
			return nil
		}
	}
	return t
}
