package report

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// table renders a table within a region that can be scrolled by keyboard, and returns the next block to render. The caption, written
// before the table (before) or as a paragraph ": …" behind it, comes first in HTML and in the paragraphs.
func (r *run) table(t *extast.Table, before ast.Node) (next ast.Node) {
	next = t.NextSibling()
	caption := before
	if p, ok := next.(*ast.Paragraph); ok && caption == nil && p.Lines().Len() == 1 {
		if s := p.Lines().At(0); isColonCaption(s.Value(r.src)) {
			caption, next = p, p.NextSibling()
		}
	}
	r.tables++
	id := ""
	if caption != nil {
		r.begin()
		r.pend = pendColon
		if s := caption.Lines().At(0); !isColonCaption(s.Value(r.src)) {
			r.pend = pendStart
		}
		r.children(caption)
		id = r.end(kindParagraph)
	}
	r.write(`<div class="table" tabindex="0" role="region" `)
	if id != "" {
		r.write(`aria-labelledby="` + id + `"><table>`)
		r.block("caption", id)
	} else {
		r.write(`aria-label="表格`)
		r.writeInt(r.tables)
		r.write(`"><table>`)
	}
	for row := t.FirstChild(); row != nil; row = row.NextSibling() {
		if _, head := row.(*extast.TableHeader); head {
			r.write("<thead>")
			r.row(row, t.Alignments, "th")
			r.write("</thead>")
			if row.NextSibling() != nil {
				r.write("<tbody>")
			}
			continue
		}
		r.row(row, t.Alignments, "td")
		if row.NextSibling() == nil {
			r.write("</tbody>")
		}
	}
	r.write("</table></div>")
	return next
}

// row renders a table row. Its text is that of its cells, joined by tabs.
func (r *run) row(row ast.Node, columns []extast.Alignment, name string) {
	r.begin()
	r.inCell = true
	cell := row.FirstChild()
	filled := 0 // length of the text without the tabs of empty cells at its end
	for i, align := range columns {
		if i > 0 {
			r.texts = append(r.texts, '\t')
		}
		r.inline = append(append(r.inline, '<'), name...)
		if name == "th" {
			r.inline = append(r.inline, ` scope="col"`...)
		}
		switch align {
		case extast.AlignRight:
			r.inline = append(r.inline, ` class="r"`...)
		case extast.AlignCenter:
			r.inline = append(r.inline, ` class="c"`...)
		}
		r.inline = append(r.inline, '>')
		if cell != nil {
			r.pend = pendStart
			length := len(r.text())
			r.children(cell)
			if len(r.text()) > length {
				filled = len(r.text())
			}
			if i == len(columns)-1 {
				r.checkLastCell(cell)
			}
			cell = cell.NextSibling()
		}
		r.inline = append(append(append(r.inline, '<', '/'), name...), '>')
	}
	r.inCell = false
	r.texts = r.texts[:r.start+filled]
	r.block("tr", r.end(kindRow))
}

// checkLastCell reports a row with more cells than the table has columns; what is too much stands in the last cell.
func (r *run) checkLastCell(cell ast.Node) {
	if cell.Lines().Len() == 0 {
		return
	}
	s := cell.Lines().At(0)
	if end := cellEnd(r.src, s.Start, s.Stop); end < s.Stop {
		r.report("table-columns", diag.Warning, end, s.Stop,
			diag.Say("表格的这一行比表头多出单元格，多出的内容并入末一格", "this table row has more cells than the head; the rest is put into the last cell"),
			diag.Say("请核对列数；作为文字的竖线写成 \\|", "check the number of columns; write \\| for a bar that is text"))
	}
}

// isCaption reports whether a paragraph right before a table is its caption: one line ": 表题", or a short one that begins with
// 表1, 附表2, 表一.
func (r *run) isCaption(n ast.Node) bool {
	if n.Lines().Len() != 1 {
		return false
	}
	s := n.Lines().At(0)
	line := s.Value(r.src)
	return isColonCaption(line) || isNumberedCaption(line)
}

func isColonCaption(line []byte) bool {
	line = bytes.TrimSpace(line)
	rest, found := bytes.CutPrefix(line, []byte(": "))
	if !found {
		rest, found = bytes.CutPrefix(line, []byte("："))
	}
	return found && len(bytes.TrimSpace(rest)) > 0 && !bytes.ContainsRune(rest, '|')
}

const maxCaption = 80 // characters

func isNumberedCaption(line []byte) bool {
	s := strings.TrimPrefix(strings.Trim(string(line), " \t\u3000*"), "附")
	s, found := strings.CutPrefix(s, "表")
	if !found || utf8.RuneCountInString(s) > maxCaption || strings.HasSuffix(s, "。") {
		return false
	}
	s = strings.TrimLeft(s, " \u3000")
	end := strings.IndexFunc(s, func(c rune) bool {
		_, ok := han.ParseNumeral(string(c))
		return !ok && !strings.ContainsRune("十百-—.．", c)
	})
	return end > 0 || end < 0 && s != ""
}
