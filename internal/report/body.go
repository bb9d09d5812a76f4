package report

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// Kinds of a Paragraph.
const (
	kindHeading   = "heading"
	kindParagraph = "paragraph"
	kindItem      = "item"
	kindRow       = "row"
	kindQuote     = "quote"
	kindNote      = "note"
)

// run is the rendering of one body: one walk over goldmark's tree writes the HTML, the paragraphs' texts and the outline.
//
// A block's id is a hash of its text, so its inline content is rendered first, into inline (HTML) and texts (plain), and then appended
// to html behind the opening tag.
type run struct {
	at    Origin
	src   []byte
	guard *guard
	lend  bool // see Parser.Lend

	html   []byte
	inline []byte
	texts  []byte // texts of all paragraphs, each followed by a line feed
	start  int    // of the present block's text within texts
	pend   pend   // what stands between the text so far and the next visible character
	inLink bool
	inCell bool
	depth  int // of inline elements

	expanded int // bytes of all destinations so far

	body       Body
	lent       []Paragraph // of the last body, when they were lent
	ends       []int       // of each paragraph's text within texts
	findings   diag.List
	anchors    anchors
	outline    outliner
	section    string
	lines      lineIndex
	fragments  []ownFragment
	noteLabels map[string]int // label → index in guard.notes
	noteOrder  []*note        // in the order of their numbers
	notes      map[int]*note
	tables     int
}

// pend is a white space that waits for the next visible character.
type pend uint8

const (
	pendNone  pend = iota
	pendStart      // beginning of a block: white space is dropped
	pendBreak      // soft line break: nothing between 汉字, else a space
	pendColon      // beginning of a caption: its colon is dropped
)

// note is a footnote that the text refers to, or one left over.
type note struct {
	node   *extast.Footnote
	number int
	refs   int
	id     string
}

func (r *run) reset(at Origin, src []byte, g *guard) {
	r.anchors.reset()
	*r = run{
		at: at, src: src, guard: g, lend: r.lend, anchors: r.anchors,
		html: r.html[:0], inline: r.inline[:0], texts: r.texts[:0], ends: r.ends[:0],
		outline: outliner{open: r.outline.open[:0]}, lent: r.lent,
	}
	if r.lend {
		r.body.Paragraphs = r.lent[:0]
		return
	}
	r.body.Paragraphs = make([]Paragraph, 0, 32)
}

// finish completes the Body.
func (r *run) finish() (*Body, diag.List) {
	b := r.body
	b.HTML = r.fillNoteIDs()
	if n := len(r.texts); n > 0 {
		r.texts = r.texts[:n-1]
	}
	all := string(r.texts)
	start := 0
	for i, end := range r.ends {
		b.Paragraphs[i].Text = all[start:end]
		start = end + 1
	}
	sum := sha256.Sum256(r.texts)
	b.TextSHA256 = hex.EncodeToString(sum[:])
	r.checkFragments(&b)
	findings := r.findings
	findings.Sort()
	r.release()
	return &b, findings
}

// release forgets what belongs to the caller, and buffers that one huge file has left.
func (r *run) release() {
	const keep = 1 << 20
	if r.lend && len(r.body.Paragraphs) < keep/64 {
		r.lent = r.body.Paragraphs
	}
	r.body, r.findings, r.src = Body{}, nil, nil
	r.noteOrder, r.notes, r.noteLabels = nil, nil, nil
	for _, b := range []*[]byte{&r.html, &r.inline, &r.texts, &r.anchors.scratch} {
		if cap(*b) > keep {
			*b = nil
		}
	}
}

func (r *run) report(rule string, severity diag.Severity, from, to int, message, hint diag.Text) {
	start, end := r.pos(from), r.pos(max(from, to))
	d := diag.Diagnostic{Rule: rule, Severity: severity, Path: r.at.Path, Start: start, End: end, Message: message, Hint: hint}
	if from < to && to <= len(r.src) && to-from <= 400 {
		d.Span = string(r.src[from:to])
	}
	r.findings = append(r.findings, d)
}

// write appends markup.
func (r *run) write(s string) { r.html = append(r.html, s...) }

// writeInt appends a number.
func (r *run) writeInt(n int) { r.html = strconv.AppendInt(r.html, int64(n), 10) }

// begin starts the text of a block.
func (r *run) begin() {
	r.inline = r.inline[:0]
	r.start = len(r.texts)
	r.pend = pendStart
}

// text is the present block's text so far.
func (r *run) text() []byte { return r.texts[r.start:] }

// end enters the present block's text as a paragraph and returns its id; a block without text (a picture) gets none.
func (r *run) end(kind string) string {
	if len(r.text()) == 0 {
		return ""
	}
	id := r.anchors.paragraph(r.text())
	r.enter(id, kind)
	return id
}

func (r *run) enter(id, kind string) {
	r.body.Paragraphs = append(r.body.Paragraphs, Paragraph{ID: id, Kind: kind, Section: r.section})
	r.ends = append(r.ends, len(r.texts))
	r.texts = append(r.texts, '\n')
}

// open writes <name id="…"; the caller closes the tag.
func (r *run) open(name, id string) {
	r.html = append(append(r.html, '<'), name...)
	if id != "" {
		r.html = append(append(append(r.html, ` id="`...), id...), '"')
	}
}

// block writes <name id="…">inline</name>.
func (r *run) block(name, id string) {
	r.open(name, id)
	r.html = append(r.html, '>')
	r.html = append(r.html, r.inline...)
	r.html = append(append(append(r.html, '<', '/'), name...), '>')
}

// document renders the whole tree.
func (r *run) document(doc *ast.Document) {
	sign := r.signature(doc)
	for c := doc.FirstChild(); c != nil; {
		if sign != nil && c == sign.first {
			r.renderSignature(sign)
			for n := sign.paragraphs; n > 0; c = c.NextSibling() {
				if _, ok := c.(*ast.Paragraph); ok {
					n--
				}
			}
			continue
		}
		c = r.node(c, kindParagraph, true)
	}
	r.renderNotes()
}

// blocks renders the children of a container.
func (r *run) blocks(parent ast.Node, kind string) {
	for c := parent.FirstChild(); c != nil; {
		c = r.node(c, kind, false)
	}
}

// node renders a block and returns the next one to render. kind is that of the text inside; top tells blocks of the document itself.
func (r *run) node(n ast.Node, kind string, top bool) (next ast.Node) {
	next = n.NextSibling()
	switch n := n.(type) {
	case *ast.Paragraph, *ast.TextBlock:
		if table, ok := next.(*extast.Table); ok && r.isCaption(n) {
			return r.table(table, n)
		}
		r.paragraph(n, kind, top)
	case *ast.Heading:
		r.heading(n, kind, top)
	case *ast.List:
		r.list(n, kind)
	case *ast.Blockquote:
		r.write("<blockquote>")
		if kind == kindParagraph {
			kind = kindQuote
		}
		r.blocks(n, kind)
		r.write("</blockquote>")
	case *extast.Table:
		return r.table(n, nil)
	case *ast.FencedCodeBlock:
		r.code(n, kind)
	case *ast.ThematicBreak:
		r.write("<hr>")
	}
	return next
}

// paragraph renders a paragraph, with its run-in heading when it has one.
func (r *run) paragraph(n ast.Node, kind string, top bool) {
	if r.figure(n, kind) {
		return
	}
	r.begin()
	first := n.FirstChild()
	if top {
		first = r.runInHeading(first)
	}
	r.inlines(first)
	if id := r.end(kind); id != "" || len(r.inline) > 0 {
		r.block("p", id)
	}
}

// runInHeading renders the run-in heading that a paragraph begins with, and returns the first node behind it; the first node itself
// when there is none.
func (r *run) runInHeading(first ast.Node) ast.Node {
	n := first
	if t, ok := n.(*ast.Text); ok && !t.SoftLineBreak() && isBlankText(t.Segment.Value(r.src)) { // "　　" before it
		n = n.NextSibling()
	}
	strong, ok := n.(*ast.Emphasis)
	if !ok || strong.Level != 2 {
		return first
	}
	r.children(strong)
	number, title, ok := runIn(string(r.text()))
	if !ok {
		r.inline = append(slices.Insert(r.inline, 0, []byte("<strong>")...), "</strong>"...)
		return n.NextSibling()
	}
	depth, path := r.outline.place(runInLevel(number.Class), number)
	id := r.anchors.heading(path, r.text())
	r.outline.enter(id)
	r.section = id
	r.body.Outline = append(r.body.Outline, OutlineEntry{ID: id, Level: depth, Number: number.Text, Text: title, RunIn: true})
	r.inline = slices.Insert(r.inline, 0, []byte(`<strong id="`+id+`"`+face(number.Class)+`>`)...)
	r.inline = append(r.inline, "</strong>"...)
	return n.NextSibling()
}

// heading renders a heading. Only the document's own are headings of the outline; one in a quote or a list is a bold paragraph.
func (r *run) heading(n *ast.Heading, kind string, top bool) {
	r.begin()
	r.children(n)
	if len(r.text()) == 0 && len(r.inline) == 0 {
		return
	}
	if !top {
		id := r.end(kind)
		r.open("p", id)
		r.write("><strong>")
		r.html = append(r.html, r.inline...)
		r.write("</strong></p>")
		return
	}
	if n.Level == 1 {
		at := max(n.Pos(), 0)
		r.report("heading-h1", diag.Warning, at, at+1,
			diag.Say("正文使用了一级标题“#”；一级标题是报告标题，由页面给出", "the text has a level-one heading (#); that level belongs to the report's title"),
			diag.Say("请改用“##”，下级标题依次加“#”", "use ## for the outermost headings"))
	}
	text := string(r.text())
	number, title, ok := headingNumber(text)
	if !ok {
		title = text
	}
	depth, path := r.outline.place(n.Level, number)
	id := r.anchors.heading(path, r.text())
	r.section = r.outline.enter(id) // a heading stands under the one around it
	r.enter(id, kindHeading)
	r.section = id
	r.body.Outline = append(r.body.Outline, OutlineEntry{ID: id, Level: depth, Number: number.Text, Text: title})
	name := headingNames[min(depth, len(headingNames))-1]
	r.open(name, id)
	r.write(face(number.Class))
	r.write(">")
	r.html = append(r.html, r.inline...)
	r.write("</" + name + ">")
}

// face is the class by which print gives a heading its typeface: by the form of its number, not by its depth (standards P-10).
func face(c han.Class) string {
	switch c {
	case han.ClassPart, han.ClassChapter, han.ClassSection, han.ClassHan:
		return ` class="n1"`
	case han.ClassHanParen:
		return ` class="n2"`
	case han.ClassArabic:
		return ` class="n3"`
	case han.ClassArabicParen:
		return ` class="n4"`
	}
	return ""
}

// headingNames by depth; h1 is the page's title.
var headingNames = [...]string{"h2", "h3", "h4", "h5", "h6"}

// list renders a list. The id of an item's first paragraph stands on its li.
func (r *run) list(n *ast.List, kind string) {
	name := "ul"
	if n.IsOrdered() {
		name = "ol"
	}
	r.open(name, "")
	if n.IsOrdered() && n.Start != 1 {
		r.write(` start="`)
		r.writeInt(n.Start)
		r.write(`"`)
	}
	r.write(">")
	if kind != kindNote {
		kind = kindItem
	}
	number := n.Start
	for item := n.FirstChild(); item != nil; item = item.NextSibling() {
		before := len(r.body.Paragraphs)
		r.item(item, kind)
		if n.IsOrdered() && len(r.body.Paragraphs) > before {
			r.body.Paragraphs[before].Mark = strconv.Itoa(number) + string(n.Marker)
		}
		number++
	}
	r.html = append(append(append(r.html, '<', '/'), name...), '>')
}

// item renders a list item or a note's content within <li>.
func (r *run) item(item ast.Node, kind string) {
	first := item.FirstChild()
	next := ast.Node(nil)
	if first != nil {
		next = first.NextSibling()
	}
	_, beforeTable := next.(*extast.Table)
	loose := false
	switch first.(type) {
	case *ast.Paragraph:
		loose = true
	case *ast.TextBlock:
	default:
		beforeTable = true // no text of its own
	}
	if beforeTable {
		r.write("<li>")
		r.blocks(item, kind)
		r.write("</li>")
		return
	}
	r.begin()
	r.children(first)
	id := r.end(kind)
	r.open("li", id)
	r.write(">")
	if loose && next != nil {
		r.write("<p>")
	}
	r.html = append(r.html, r.inline...)
	if loose && next != nil {
		r.write("</p>")
	}
	for next != nil {
		next = r.node(next, kind, false)
	}
	r.write("</li>")
}

// code renders a fenced block as it is written.
func (r *run) code(n *ast.FencedCodeBlock, kind string) {
	r.begin()
	r.pend = pendNone
	lines := n.Lines()
	for i := range lines.Len() {
		s := lines.At(i)
		r.literal(s.Value(r.src))
	}
	r.texts = r.texts[:max(r.start, len(r.texts)-1)]
	id := r.end(kind)
	r.open("pre", id)
	r.write("><code>")
	r.html = append(r.html, r.inline...)
	r.write("</code></pre>")
}
