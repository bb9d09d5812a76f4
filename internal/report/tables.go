package report

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// tableParser turns a paragraph with a delimiter row into a table, as GFM does, with these differences: rows and columns are counted;
// missing cells take no memory; a cell too many is not dropped but stays, with its "|", in the last column (and is reported); lines
// before the head row remain a paragraph; a last line ": 表题" becomes the paragraph behind the table that is its caption.
type tableParser struct{ g *guard }

func (t tableParser) Transform(node *ast.Paragraph, reader text.Reader, _ parser.Context) {
	lines, src := node.Lines(), reader.Source()
	for i := 1; i < lines.Len() && !t.g.hit; i++ {
		delimiter := lines.At(i)
		columns := delimiterRow(src[delimiter.Start:delimiter.Stop])
		if columns == nil {
			continue
		}
		if len(columns) > maxColumns {
			t.g.exceed(delimiter.Start, limitFact("表格列数", "the columns of a table", maxColumns), hintSplit)
			break
		}
		if countCells(src, lines.At(i-1)) != len(columns) {
			return
		}
		t.build(node, i, columns, src)
		break
	}
	if t.g.hit && node.Parent() != nil {
		node.Parent().RemoveChild(node.Parent(), node)
	}
}

// build replaces the lines of a paragraph from the head row, which stands before line delimiter, by a table.
func (t tableParser) build(node *ast.Paragraph, delimiter int, columns []extast.Alignment, src []byte) {
	lines := node.Lines()
	end := lines.Len()
	table := extast.NewTable()
	table.Alignments = columns
	table.SetPos(lines.At(delimiter - 1).Start)
	parent := node.Parent()
	parent.InsertAfter(parent, node, table)
	if last := lines.At(end - 1); end > delimiter+1 && isColonCaption(src[last.Start:last.Stop]) {
		end--
		caption := ast.NewParagraph()
		caption.Lines().Append(trimSegment(last, src))
		parent.InsertAfter(parent, table, caption)
		t.g.inline(caption.Lines())
	}
	if rows := end - delimiter - 1; rows > maxRows {
		t.g.exceed(lines.At(delimiter+maxRows).Start, limitFact("表格行数", "the rows of a table", maxRows), hintSplit)
		return
	}
	table.AppendChild(table, extast.NewTableHeader(t.row(lines.At(delimiter-1), columns, src)))
	for i := delimiter + 1; i < end && !t.g.hit; i++ {
		table.AppendChild(table, t.row(lines.At(i), columns, src))
	}
	if delimiter == 1 {
		parent.RemoveChild(parent, node)
		return
	}
	lines.SetSliced(0, delimiter-1)
	last := lines.At(delimiter - 2)
	lines.Set(delimiter-2, last.TrimRightSpace(src))
}

// row reads one line into cells.
func (t tableParser) row(line text.Segment, columns []extast.Alignment, src []byte) *extast.TableRow {
	row := extast.NewTableRow(columns)
	row.SetPos(line.Start)
	rest := trimRow(line, src)
	for i := range columns {
		if rest.IsEmpty() {
			break
		}
		end := rest.Stop
		if i < len(columns)-1 {
			end = cellEnd(src, rest.Start, rest.Stop)
		}
		cell := extast.NewTableCell()
		cell.Alignment = columns[i]
		cell.SetPos(rest.Start)
		cell.Lines().Append(trimSegment(text.NewSegment(rest.Start, end), src))
		row.AppendChild(row, cell)
		t.g.inline(cell.Lines())
		rest.Start = min(end+1, rest.Stop)
	}
	if t.g.cells += len(columns); t.g.cells > maxCells {
		t.g.exceed(line.Start, limitFact("表格单元格总数", "the table cells", maxCells), hintSplit)
	}
	return row
}

// delimiterRow reads "|---|:-:|"; nil when the line is none. At least one | or : must stand in it, or it is a heading's underline.
func delimiterRow(line []byte) []extast.Alignment {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || bytes.Trim(line, "-") == nil {
		return nil
	}
	plain := true
	for _, c := range line {
		switch c {
		case '-', ' ', '\t':
		case '|', ':':
			plain = false
		default:
			return nil
		}
	}
	if plain {
		return nil
	}
	line = bytes.TrimSuffix(bytes.TrimPrefix(line, []byte{'|'}), []byte{'|'})
	var columns []extast.Alignment
	for cell := range bytes.SplitSeq(line, []byte{'|'}) {
		cell = bytes.TrimSpace(cell)
		left, right := bytes.HasPrefix(cell, []byte{':'}), bytes.HasSuffix(cell, []byte{':'})
		dashes := bytes.TrimSuffix(bytes.TrimPrefix(cell, []byte{':'}), []byte{':'})
		if len(dashes) == 0 || len(bytes.Trim(dashes, "-")) > 0 || len(columns) > maxColumns {
			if len(columns) > maxColumns {
				return columns
			}
			return nil
		}
		switch {
		case left && right:
			columns = append(columns, extast.AlignCenter)
		case right:
			columns = append(columns, extast.AlignRight)
		case left:
			columns = append(columns, extast.AlignLeft)
		default:
			columns = append(columns, extast.AlignNone)
		}
	}
	return columns
}

// trimRow cuts white space and the outer | from a row's line.
func trimRow(line text.Segment, src []byte) text.Segment {
	line = trimSegment(line, src)
	if !line.IsEmpty() && src[line.Start] == '|' {
		line.Start++
	}
	if line.Len() > 0 && src[line.Stop-1] == '|' && !escapedAt(src, line.Start, line.Stop-1) {
		line.Stop--
	}
	return line
}

// cellEnd finds the next | that no backslash escapes.
func cellEnd(src []byte, from, to int) int {
	for i := from; i < to; i++ {
		switch src[i] {
		case '\\':
			i++
		case '|':
			return i
		}
	}
	return to
}

func escapedAt(src []byte, from, at int) bool {
	n := 0
	for at--; at >= from && src[at] == '\\'; at-- {
		n++
	}
	return n%2 == 1
}

func countCells(src []byte, line text.Segment) int {
	rest := trimRow(line, src)
	n := 0
	for at := rest.Start; at <= rest.Stop && n <= maxColumns; n++ {
		at = cellEnd(src, at, rest.Stop) + 1
	}
	return n
}

func trimSegment(s text.Segment, src []byte) text.Segment {
	for s.Start < s.Stop && isBlank(src[s.Start]) {
		s.Start++
	}
	for s.Stop > s.Start && isBlank(src[s.Stop-1]) {
		s.Stop--
	}
	s.Padding = 0
	return s
}

func isBlank(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
