package report

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gongkai/internal/diag"
)

// What a body may hold. goldmark itself has no limits, and several of its steps take time or memory beyond the length of the text, so
// a text over a limit is not parsed: it is shown as plain paragraphs, whole, with one finding markdown-limit. All are far above what
// documents need (a government work report has 40,000 bytes, 400 lines, and 20 marks in a paragraph).
const (
	maxBytes      = 2 << 20
	maxLines      = 50_000
	maxNesting    = 32      // lists, quotes and notes within each other
	maxContainers = 100_000 // list items, quotes
	maxColumns    = 64
	maxRows       = 5_000 // of one table
	maxCells      = 200_000
	maxNotes      = 2_000
	maxReferences = 500 // [name]: address, in one paragraph
	maxMarks      = 100_000
	maxBackticks  = 32       // in one run
	maxWork       = 64 << 20 // sum over all paragraphs of marks × bytes: what the search for closing marks may cost
	maxInline     = 32       // emphasis and links within each other
	maxDest       = 2_048    // bytes of a link's destination, of its title
	maxExpanded   = 8 << 20  // sum of all links' destinations: one definition may be referred to many times
)

// guard counts while goldmark parses one body. goldmark's parsers cannot be stopped; but when no block parser opens a block any more
// they soon end, and that is what hit brings about.
type guard struct {
	src        []byte
	hit        bool
	at         int // byte offset where the limit was passed
	fact, hint diag.Text

	containers, cells, marks, work int
	notes                          []*extast.Footnote
}

func (g *guard) exceed(at int, fact, hint diag.Text) {
	if !g.hit {
		g.hit, g.at, g.fact, g.hint = true, at, fact, hint
	}
}

func limitFact(zhWhat, enWhat string, limit int) diag.Text {
	return diag.Say(zhWhat+"超过上限 %d，全文按纯文本显示", enWhat+" exceed the limit of %d; the text is shown without any markup", limit)
}

var (
	hintSplit   = diag.Say("请拆分成几个文件，或把大表作为附件", "split the file, or publish large tables as attachments")
	hintMarks   = diag.Say("请检查是否粘贴了非正文内容；作为文字的符号请在前面加 \\", "check for pasted matter that is not text; write \\ before marks that are meant as text")
	hintFlatten = diag.Say("请减少层级", "use fewer levels")
)

// scan checks what can be told without parsing.
func (g *guard) scan() {
	if len(g.src) > maxBytes {
		g.exceed(maxBytes, limitFact("正文字节数", "the bytes of the text", maxBytes), hintSplit)
	} else if n := bytes.Count(g.src, []byte{'\n'}); n > maxLines {
		g.exceed(0, diag.Say("正文共 %d 行，超过上限 %d，全文按纯文本显示", "the text has %d lines, more than the limit of %d; it is shown without any markup", n, maxLines), hintSplit)
	}
}

// opened counts a container block just opened in another.
func (g *guard) opened(at int, parent ast.Node) {
	g.containers++
	g.room(0, at, parent)
}

// room asks whether more containers may be opened here.
func (g *guard) room(more, at int, parent ast.Node) {
	depth := 1
	for n := parent; n != nil; n = n.Parent() {
		switch n.(type) {
		case *ast.ListItem, *ast.Blockquote, *extast.Footnote:
			depth++
		}
	}
	if depth > maxNesting {
		g.exceed(at, limitFact("列表、引用的层数", "nested lists and quotes", maxNesting), hintFlatten)
	}
	if g.containers+more > maxContainers {
		g.exceed(at, limitFact("列表项、引用的总数", "list items and quotes", maxContainers), hintSplit)
	}
}

// inline counts the marks of one block whose inline text is about to be parsed, and what the search for their partners may cost.
func (g *guard) inline(lines *text.Segments) {
	size, marks, ticks := 0, 0, 0
	for i := range lines.Len() {
		s := lines.At(i)
		size += s.Stop - s.Start
		for _, c := range g.src[s.Start:s.Stop] {
			if !isInlineMark[c] {
				ticks = 0
				continue
			}
			marks++
			if c != '`' {
				ticks = 0
			} else if ticks++; ticks > maxBackticks {
				g.exceed(s.Start, limitFact("连续的 ` 个数", "backticks in a row", maxBackticks), hintMarks)
				return
			}
		}
	}
	g.marks += marks
	g.work += marks * size
	if g.marks > maxMarks || g.work > maxWork {
		at := 0
		if lines.Len() > 0 {
			at = lines.At(0).Start
		}
		g.exceed(at, diag.Say("正文中 * _ [ ] ` < 等标记过多，全文按纯文本显示", "too many marks (* _ [ ] ` <) in the text; it is shown without any markup"), hintMarks)
	}
}

var isInlineMark = [256]bool{'*': true, '_': true, '[': true, ']': true, '`': true, '<': true}

// Container parsers under guard. A list must not be opened without its first item (goldmark would panic), so the limit is asked when
// the list opens, and an item is never refused.

type guardedList struct {
	parser.BlockParser
	g *guard
}

func (b guardedList) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if b.g.hit {
		return nil, parser.NoChildren
	}
	node, state := b.BlockParser.Open(parent, reader, pc)
	if node == nil {
		return nil, state
	}
	_, at := reader.Position()
	if b.g.room(1, at.Start, parent); b.g.hit {
		return nil, parser.NoChildren
	}
	return node, state
}

type guardedItem struct {
	parser.BlockParser
	g *guard
}

func (b guardedItem) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	node, state := b.BlockParser.Open(parent, reader, pc)
	if node != nil {
		_, at := reader.Position()
		b.g.opened(at.Start, parent)
	}
	return node, state
}

type guardedQuote struct {
	parser.BlockParser
	g *guard
}

func (b guardedQuote) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if b.g.hit {
		return nil, parser.NoChildren
	}
	node, state := b.BlockParser.Open(parent, reader, pc)
	if node != nil {
		_, at := reader.Position()
		b.g.opened(at.Start, parent)
	}
	return node, state
}

// guardedNote is goldmark's footnote block, but the note stays where it was written and is listed in g: goldmark's own way of
// collecting them loses notes within notes, and drops those that no text refers to.
type guardedNote struct {
	parser.BlockParser
	g *guard
}

func (b guardedNote) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if b.g.hit {
		return nil, parser.NoChildren
	}
	_, at := reader.Position()
	node, state := b.BlockParser.Open(parent, reader, pc)
	if note, ok := node.(*extast.Footnote); ok {
		b.g.opened(at.Start, parent)
		if b.g.notes = append(b.g.notes, note); len(b.g.notes) > maxNotes {
			b.g.exceed(at.Start, limitFact("脚注条数", "the footnotes", maxNotes), hintSplit)
		}
	}
	return node, state
}

func (guardedNote) Close(ast.Node, text.Reader, parser.Context) {}

// guardedParagraph also takes lines that are indented by four columns and more. In CommonMark they are code; in Chinese documents
// they are paragraphs whose first line was indented with spaces.
type guardedParagraph struct {
	parser.BlockParser
	g *guard
}

func (b guardedParagraph) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if b.g.hit {
		return nil, parser.NoChildren
	}
	return b.BlockParser.Open(parent, reader, pc)
}

func (guardedParagraph) CanAcceptIndentedLine() bool { return true }

type guardedHeading struct {
	parser.BlockParser
	g *guard
}

func (b guardedHeading) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	if b.g.hit {
		return nil, parser.NoChildren
	}
	node, state := b.BlockParser.Open(parent, reader, pc)
	if node != nil {
		if b.g.inline(node.Lines()); b.g.hit {
			node.Lines().Clear()
		}
	}
	return node, state
}

// guardReferences looks at a paragraph before goldmark searches it for reference definitions.
type guardReferences struct{ g *guard }

func (t guardReferences) Transform(node *ast.Paragraph, _ text.Reader, _ parser.Context) {
	lines := node.Lines()
	if t.g.hit || lines.Len() == 0 {
		return
	}
	definitions, size := 0, 0
	for i := range lines.Len() {
		s := lines.At(i)
		size += s.Stop - s.Start
		if bytes.HasPrefix(bytes.TrimLeft(t.g.src[s.Start:s.Stop], " \t"), []byte{'['}) {
			definitions++
		}
	}
	if definitions > maxReferences {
		t.g.exceed(lines.At(0).Start, limitFact("一段中的引用式链接定义", "link reference definitions in one paragraph", maxReferences), hintMarks)
	}
	if t.g.work += definitions * size; t.g.work > maxWork {
		t.g.exceed(lines.At(0).Start, limitFact("引用式链接定义", "link reference definitions", maxReferences), hintMarks)
	}
	if t.g.hit {
		node.Parent().RemoveChild(node.Parent(), node)
	}
}

// guardInline looks at a paragraph before its inline text is parsed.
type guardInline struct{ g *guard }

func (t guardInline) Transform(node *ast.Paragraph, _ text.Reader, _ parser.Context) {
	if t.g.hit {
		return
	}
	if t.g.inline(node.Lines()); t.g.hit {
		node.Parent().RemoveChild(node.Parent(), node)
	}
}
