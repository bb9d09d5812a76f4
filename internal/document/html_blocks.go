package document

import (
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

// list is an open list of a page.
type list struct {
	ordered bool
	kind    string // of numbers: "1", "a", "A", "i", "I"
	next    int
}

// read walks the page once: the main text becomes blocks, the rest is dropped paragraph by paragraph.
func (p *page) read() {
	if p.title != nil {
		f := &flow{p: p}
		f.block(p.title, Run{})
		f.end(KindHeading, "title")
		for i := range f.out {
			f.out[i].Level = 0
		}
		p.r.doc.Blocks = append(p.r.doc.Blocks, f.out...)
	}
	f := &flow{p: p}
	p.outside(p.body, f)
	p.lostNotes()
}

// outside drops what stands before and after the main text, and reads the main text when it comes to it.
func (p *page) outside(n *html.Node, dropped *flow) {
	switch {
	case n == p.main:
		p.put(dropped.take(), ReasonPortal)
		f := &flow{p: p}
		f.block(n, Run{})
		f.end(KindParagraph, n.Data)
		p.r.doc.Blocks = append(p.r.doc.Blocks, f.out...)
		return
	case n == p.title:
		return
	case p.fields[n]:
		p.put(dropped.take(), ReasonPortal)
		p.put(rowsOf(n), ReasonFields)
		return
	case n.Type == html.TextNode:
		dropped.text.WriteString(n.Data)
		return
	case skipped(n), p.notes.bodies[n] != "":
		return
	}
	if blockElement(n.Data) || n.Data == "br" {
		p.put(dropped.take(), ReasonPortal)
	}
	if hidden(n) && !containsNode(n, p.main) {
		p.put(squeeze(textOf(n)), ReasonHidden)
		return
	}
	for k := range n.ChildNodes() {
		p.outside(k, dropped)
	}
	if blockElement(n.Data) || n == p.body {
		p.put(dropped.take(), ReasonPortal)
	}
}

func containsNode(n, inner *html.Node) bool {
	for ; inner != nil; inner = inner.Parent {
		if inner == n {
			return true
		}
	}
	return false
}

func (p *page) put(text string, reason Reason) {
	if text != "" {
		p.paragraph++
		p.r.drop(Place{Line: p.paragraph}, text, reason)
	}
}

// rowsOf is the text of a table of fields, one row a line.
func rowsOf(n *html.Node) string {
	var lines []string
	var walk func(*html.Node)
	var line []string
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			if s := squeeze(n.Data); s != "" {
				line = append(line, s)
			}
		}
		for k := range n.ChildNodes() {
			if !skipped(k) {
				walk(k)
			}
		}
		if (n.Data == "tr" || n.Data == "li" || n.Data == "p" || n.Data == "dl") && len(line) > 0 {
			lines, line = append(lines, strings.Join(line, " ")), nil
		}
	}
	walk(n)
	if len(line) > 0 {
		lines = append(lines, strings.Join(line, " "))
	}
	return strings.Join(lines, "\n")
}

// flow makes blocks of the inline content that streams into it.
type flow struct {
	p     *page
	out   []Block
	runs  []Run
	after []Block
	align Align
	text  strings.Builder // used by outside only
}

func (f *flow) take() string {
	s := squeeze(f.text.String())
	f.text.Reset()
	return s
}

func blockElement(name string) bool {
	switch name {
	case "p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "table", "tr", "td", "th", "tbody", "thead", "tfoot", "caption", "blockquote", "pre", "section", "article",
		"main", "header", "footer", "nav", "aside", "dl", "dt", "dd", "center", "form", "hr", "figure", "figcaption", "address", "fieldset", "body", "details", "summary", "ucapcontent":
		return true
	}
	return false
}

// block reads the content of an element, in the style of the inline elements that wrap it (<b><p>…</p></b>).
func (f *flow) block(n *html.Node, style Run) {
	for k := range n.ChildNodes() {
		f.node(k, style)
	}
}

func (f *flow) node(k *html.Node, style Run) {
	switch {
	case k.Type == html.TextNode:
		f.say(k.Data, style)
		return
	case skipped(k), f.p.notes.bodies[k] != "":
		return
	case f.p.r.ctx.Err() != nil || f.p.r.list.AtLeast(diag.Error) > 0:
		return
	}
	if !blockElement(k.Data) {
		f.element(k, style)
		return
	}
	f.end(KindParagraph, k.Parent.Data)
	switch {
	case f.p.fields[k]:
		f.p.put(rowsOf(k), ReasonFields)
		return
	case hidden(k):
		f.p.put(squeeze(textOf(k)), ReasonHidden)
		return
	case f.isChrome(k):
		f.p.put(squeeze(textOf(k)), ReasonPortal)
		return
	}
	was := f.align
	if a := alignOf(k); a != "" {
		f.align = a
	}
	switch k.Data {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		f.block(k, style)
		f.end(KindHeading, k.Data)
	case "ul", "ol":
		f.list(k)
	case "li":
		f.item(k)
	case "table":
		f.table(k)
	case "pre":
		f.pre(k)
	default:
		f.block(k, style)
		f.end(KindParagraph, k.Data)
	}
	f.align = was
}

// isChrome holds for parts of the main element that belong to the portal: tools, shares, lists of links.
func (f *flow) isChrome(k *html.Node) bool {
	m := f.p.facts[k]
	if m == nil || m.all == 0 {
		return false
	}
	if chrome(k) && m.prose*8 < 60 {
		return true
	}
	return m.links >= 30 && m.links*10 >= m.han*8 && m.prose == 0 && (k.Data == "ul" || k.Data == "div") && countElements(k, "a") >= 4
}

func countElements(n *html.Node, name string) int {
	c := 0
	for k := range n.Descendants() {
		if k.Data == name {
			c++
		}
	}
	return c
}

// end closes the paragraph that is open, if it holds anything.
func (f *flow) end(kind Kind, style string) {
	b := Block{Kind: kind, Style: style, Align: f.align, Bold: true}
	var text strings.Builder
	if n := len(f.runs); n > 0 {
		f.runs[n-1].Text = strings.TrimRight(f.runs[n-1].Text, " \n")
	}
	any := false
	for _, run := range f.runs {
		text.WriteString(run.Text)
		if strings.TrimSpace(run.Text) != "" {
			b.Bold, any = b.Bold && run.Bold, true
		}
	}
	b.Bold = b.Bold && any
	b.Text, b.Runs = text.String(), f.runs
	f.runs = nil
	if len(style) == 2 && style[0] == 'h' && kind == KindHeading {
		b.Level = int(style[1] - '0')
	}
	if strings.TrimSpace(b.Text) != "" {
		f.p.paragraph++
		b.Place.Line = f.p.paragraph
		lead := len([]rune(b.Text)) - len([]rune(strings.TrimLeft(b.Text, "\u3000\u00a0\u2003 ")))
		b.Indent = float64(lead)
		f.out = append(f.out, b)
	}
	f.out = append(f.out, f.after...)
	f.after = nil
	if f.p.paragraph > maxBlocks {
		f.p.r.tooMuch(diag.Say("网页超过 %d 段", "the page has more than %d paragraphs", maxBlocks))
	}
}

func alignOf(n *html.Node) Align {
	if m := alignStyle.FindStringSubmatch(attr(n, "style")); m != nil {
		return Align(strings.ToLower(m[1]))
	}
	switch a := strings.ToLower(attr(n, "align")); a {
	case "center", "right", "left":
		return Align(a)
	}
	if n.Data == "center" {
		return AlignCenter
	}
	return ""
}

func (f *flow) pre(k *html.Node) {
	for line := range strings.Lines(textOf(k)) {
		f.push(strings.TrimRight(line, "\r\n"), Run{})
		f.end(KindParagraph, "pre")
	}
}

func (f *flow) list(k *html.Node) {
	l := list{ordered: k.Data == "ol", kind: attr(k, "type"), next: 1}
	if n, err := strconv.Atoi(attr(k, "start")); err == nil {
		l.next = n
	}
	f.p.lists = append(f.p.lists, l)
	f.block(k, Run{})
	f.end(KindParagraph, k.Data)
	f.p.lists = f.p.lists[:len(f.p.lists)-1]
}

// item reads a list item: its first paragraph bears the number.
func (f *flow) item(k *html.Node) {
	depth, number := len(f.p.lists), "•"
	if depth > 0 {
		if l := &f.p.lists[depth-1]; l.ordered {
			if n, err := strconv.Atoi(attr(k, "value")); err == nil {
				l.next = n
			}
			format := map[string]string{"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}[l.kind]
			number = drawNumber(format, l.next) + "."
			l.next++
		}
	}
	at := len(f.out)
	f.block(k, Run{})
	f.end(KindParagraph, "li")
	if at < len(f.out) && f.out[at].Kind == KindParagraph {
		f.out[at].Kind, f.out[at].Level, f.out[at].Number = KindListItem, max(depth, 1), number
	}
}
