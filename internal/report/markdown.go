package report

import (
	"bytes"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"gongkai/internal/diag"
)

// Origin says where a Markdown text stands: in its file, and in the site.
type Origin struct {
	Path   string // of the file, where findings point
	Dir    string // folder of the file below content/, from which relative links start: "610112/wjj/2021", "" for content/ itself
	Page   string // site path of the page made of it: "610112/wjj/2021/zongjie.html"
	Offset int    // byte offset of the Markdown in the file
	Line   int    // line of the file on which the Markdown begins, from 1
}

// Origin returns where the body of a report or a plain page stands.
func (h *Head) Origin() Origin {
	dir := path.Dir(h.Rel)
	if dir == "." {
		dir = ""
	}
	page := strings.TrimSuffix(h.Rel, ".md") + ".html"
	if h.Bundle {
		page = dir + ".html"
	}
	return Origin{Path: h.Path, Dir: dir, Page: page, Offset: h.BodyOffset, Line: h.BodyLine}
}

// Parser reads Markdown bodies, one at a time: it keeps its buffers from file to file, so every goroutine needs its own. What it
// returns shares no memory with it and depends on nothing but the arguments.
//
// The Markdown is CommonMark with GFM tables and footnotes, and these differences, made for Chinese documents:
//
//   - * and _ open and close beside 汉字 and Chinese marks (emphasisParser); lines of 汉字 join without a space (han.JoinsLines);
//   - lines indented by four columns are paragraphs, not code;
//   - raw HTML is an error and stays visible as text; <br> in a table cell is a line break;
//   - a paragraph that begins with a bold heading number is a run-in heading (outline.go); "表1 …" before a table, or a line ": …"
//     before or after it, is its caption (tables.go); organ and date at the end are the signature block (body_signature.go);
//   - nothing disappears: superfluous table cells, notes without a reference and refused links remain as text.
//
// The text of a Paragraph is what the HTML shows of it. A hard line break is a line feed; the cells of a row are joined by tabs, empty
// ones at its end left out, and a line break within a cell is a space; pictures and the marks [1] of notes are no text.
type Parser struct {
	// Lend says that a Body is forgotten before the next is read: its HTML and Paragraphs then stay the parser's and hold until its next
	// call. Their copies are a sixth of what reading a body allocates.
	Lend bool

	parser parser.Parser
	guard  *guard
	run    run
}

// NewParser returns a Parser for one goroutine.
func NewParser() *Parser {
	g := &guard{}
	p := &Parser{guard: g}
	p.parser = parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewSetextHeadingParser(), 100),
			util.Prioritized(parser.NewThematicBreakParser(), 200),
			util.Prioritized(guardedList{parser.NewListParser(), g}, 300),
			util.Prioritized(guardedItem{parser.NewListItemParser(), g}, 400),
			util.Prioritized(guardedHeading{parser.NewATXHeadingParser(), g}, 600),
			util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
			util.Prioritized(guardedQuote{parser.NewBlockquoteParser(), g}, 800),
			util.Prioritized(guardedNote{extension.NewFootnoteBlockParser(), g}, 999),
			util.Prioritized(guardedParagraph{parser.NewParagraphParser(), g}, 1000),
		),
		parser.WithParagraphTransformers(
			util.Prioritized(guardReferences{g}, 50),
			util.Prioritized(parser.LinkReferenceParagraphTransformer, 100),
			util.Prioritized(tableParser{g}, 200),
			util.Prioritized(guardInline{g}, 900),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(noteRefParser{g}, 101),
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(tagParser{}, 400),
			util.Prioritized(emphasisParser{}, 500),
		),
	)
	return p
}

// Body reads the Markdown of a file: src is the whole file as normalised (UTF-8 without BOM, LF), h its head.
func (p *Parser) Body(h *Head, src []byte) (*Body, diag.List) { return p.Text(h.Origin(), src) }

// ParseBody is Body of a new Parser, for callers that read one file.
func ParseBody(h *Head, src []byte) (*Body, diag.List) { return NewParser().Body(h, src) }

// Text reads the Markdown that stands in a file from at.Offset on. A Body is returned whatever the findings are; with errors among
// them it is safe to publish all the same, every word of the text stands in it.
func (p *Parser) Text(at Origin, src []byte) (*Body, diag.List) {
	body := src[min(max(at.Offset, 0), len(src)):]
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	*p.guard = guard{src: body, notes: p.guard.notes[:0]}
	r := &p.run
	r.lend = p.Lend
	r.reset(at, body, p.guard)
	if p.guard.scan(); !p.guard.hit {
		p.markdown(r)
	}
	if p.guard.hit {
		g := p.guard
		r.reset(at, body, g)
		r.report("markdown-limit", diag.Error, g.at, g.at, g.fact, g.hint)
		r.plain()
	}
	b, findings := r.finish()
	clear(p.guard.notes)
	p.guard.src = nil
	return b, findings
}

// markdown parses and renders. A panic below goldmark must not cost a reader the text: it counts as a limit.
func (p *Parser) markdown(r *run) {
	defer func() {
		if recover() != nil {
			p.guard.exceed(0, diag.Say("无法解析正文的标记，全文按纯文本显示", "the markup of the text cannot be parsed; it is shown without any markup"), hintMarks)
		}
	}()
	root := p.parser.Parse(text.NewReader(r.src))
	if !p.guard.hit {
		r.document(root.(*ast.Document))
	}
}
