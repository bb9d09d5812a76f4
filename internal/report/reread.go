package report

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// A PageText (页面正文) is a report's text read back from its page, for those who want to know whether it is the text that was published.
//
// What the page must have is what render writes: the text within an element of class body, each paragraph under its id (p-… or that of
// a heading), and 文本校验码 in front of a <code>. All that a reader sees within the body counts, also what stands in no paragraph;
// only the marks of footnotes do not, as they do not when a report is read (noteReference).
type PageText struct {
	Paragraphs []Paragraph // without kind and section; one without id is text that belongs to no paragraph
	TextSHA256 string      // of the paragraphs' texts joined by line feeds, computed anew
	Shown      string      // 文本校验码 as the page shows it: the first digits of TextSHA256
	Misfits    []Paragraph // whose text is not that of their id, in which its hash stands: where the text was changed
}

// Genuine reports whether the text is that of the checksum which the page shows.
func (p *PageText) Genuine() bool {
	return len(p.Shown) >= shownDigits && strings.HasPrefix(p.TextSHA256, p.Shown)
}

// shownDigits is how many digits of text_sha256 a page shows at least.
const shownDigits = 16

// Why a page has no text to check.
var (
	ErrNoChecksum = errors.New("the page shows no 文本校验码")
	ErrNoBody     = errors.New("the page has no text of a report")
)

// What a page may have: a report of 2 MB with an id for each paragraph has less.
const (
	maxPage = 32 << 20
	maxOpen = 1000 // elements within one another
)

// ReadPage reads a report's page. An error is ErrNoChecksum or ErrNoBody for other pages, or that of the reader.
func ReadPage(page io.Reader) (*PageText, error) { return readPage(page, maxPage) }

func readPage(page io.Reader, limit int64) (*PageText, error) {
	limited := &io.LimitedReader{R: page, N: limit}
	r := pageReader{tokens: html.NewTokenizer(limited), outside: true}
	if err := r.read(); err != nil {
		return nil, err
	}
	switch {
	case limited.N == 0:
		return nil, fmt.Errorf("the page has more than %d MB", limit>>20)
	case !r.found:
		return nil, ErrNoBody
	case r.page.Shown == "":
		return nil, ErrNoChecksum
	}
	hash := sha256.New()
	var a anchors
	for i, p := range r.paragraphs {
		if i > 0 {
			io.WriteString(hash, "\n")
		}
		p.Text = string(p.text)
		io.WriteString(hash, p.Text)
		r.page.Paragraphs = append(r.page.Paragraphs, p.Paragraph)
		if !a.fits(p.Paragraph) {
			r.page.Misfits = append(r.page.Misfits, p.Paragraph)
		}
	}
	r.page.TextSHA256 = hex.EncodeToString(hash.Sum(nil))
	return &r.page, nil
}

// fits reports whether a paragraph's text is the one of its id. Headings that are named by their number fit any text.
func (a *anchors) fits(p Paragraph) bool {
	a.reset()
	want := ""
	switch {
	case strings.HasPrefix(p.ID, "p-"):
		want = a.paragraph([]byte(p.Text))
	case strings.HasPrefix(p.ID, "h-"):
		want = a.hashed("h-", []byte(p.Text))
	default:
		return p.ID != ""
	}
	return p.ID == want || strings.HasPrefix(p.ID, want+"-")
}

// pageReader reads the elements of a page one by one; its HTML is our own, so that no rules are needed for what stands in the wrong place.
type pageReader struct {
	tokens     *html.Tokenizer
	page       PageText
	outside    bool // of the body
	found      bool // the body
	label      bool // the text so far ends with the label of the checksum
	shown      bool // in the <code> behind it
	open       []openElement
	paragraphs []*pageParagraph
}

// openElement is an element within the body.
type openElement struct {
	name   string
	of     *pageParagraph // to which its text belongs; nil for none
	starts bool           // it is the paragraph's own
	from   int            // of a cell: where its text begins in the row's
	mark   string         // that of a footnote, as it should be; what it is, is collected in aside
	aside  []byte
}

type pageParagraph struct {
	Paragraph
	text   []byte
	cells  int // of a row
	filled int // length of a row's text without the tabs of empty cells at its end
}

func (r *pageReader) read() error {
	for {
		switch r.tokens.Next() {
		case html.ErrorToken:
			if err := r.tokens.Err(); err != io.EOF {
				return fmt.Errorf("read page: %w", err)
			}
			return nil
		case html.StartTagToken, html.SelfClosingTagToken:
			if len(r.open) == maxOpen {
				return errors.New("read page: more elements within one another than a report has")
			}
			r.start(r.tokens.Token())
		case html.EndTagToken:
			r.end(r.tokens.Token().Data)
		case html.TextToken:
			r.text(r.tokens.Token().Data)
		}
	}
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func hasClass(t html.Token, class string) bool {
	return slices.Contains(strings.Fields(attribute(t, "class")), class)
}

func (r *pageReader) start(t html.Token) {
	if r.outside {
		r.shown = r.label && t.Data == "code"
		if !r.found && hasClass(t, "body") {
			r.outside, r.found, r.open = false, true, append(r.open, openElement{name: t.Data})
		}
		return
	}
	top := r.open[len(r.open)-1]
	e := openElement{name: t.Data, of: top.of, mark: top.mark}
	id := attribute(t, "id")
	switch t.Data {
	case "tr", "pre", "table", "blockquote", "ul", "ol", "li", "div", "figure": // the text of a block is not that of the one around it
		e.of = nil
	case "br":
		r.lineBreak()
		return
	case "img", "hr", "wbr", "input", "meta", "link", "source", "track", "embed", "area", "col", "base":
		return
	case "td", "th":
		if e.of != nil {
			if e.of.cells++; e.of.cells > 1 {
				e.of.text = append(e.of.text, '\t')
			}
			e.from = len(e.of.text)
		}
	case "sup":
		if hasClass(t, "noteref") {
			e.mark = refNumber(id)
		}
	case "a":
		if hasClass(t, "backref") {
			e.mark = wayBack
		}
	}
	if strings.HasPrefix(id, "p-") || id != "" && len(t.Data) == 2 && t.Data[0] == 'h' { // h2 to h6
		e.of, e.starts = &pageParagraph{Paragraph: Paragraph{ID: id}}, true
		r.paragraphs = append(r.paragraphs, e.of)
	}
	r.open = append(r.open, e)
}

// lineBreak is a line feed in a paragraph and a space in a row.
func (r *pageReader) lineBreak() {
	p := r.open[len(r.open)-1].of
	switch {
	case p == nil:
	case p.cells > 0:
		p.text = append(p.text, ' ')
	default:
		p.text = append(p.text, '\n')
	}
}

// end closes an element and those within it that were left open.
func (r *pageReader) end(name string) {
	if r.outside {
		r.shown = false
		return
	}
	at := len(r.open) - 1
	for at >= 0 && r.open[at].name != name {
		at--
	}
	if at < 0 {
		return
	}
	for len(r.open) > at {
		e := r.open[len(r.open)-1]
		r.open = r.open[:len(r.open)-1]
		r.close(e)
	}
	r.outside = len(r.open) == 0
}

func (r *pageReader) close(e openElement) {
	p := e.of
	switch {
	case e.mark != "" && len(r.open) > 0 && r.open[len(r.open)-1].mark != "": // part of a mark
		above := &r.open[len(r.open)-1]
		above.aside = append(above.aside, e.aside...)
	case e.mark != "":
		r.closeMark(e)
	case p == nil:
	case e.name == "td" || e.name == "th":
		if len(p.text) > e.from {
			p.filled = len(p.text)
		}
	case e.name == "tr" && e.starts:
		p.text = p.text[:p.filled]
	case e.name == "pre" && e.starts && len(p.text) > 0:
		p.text = p.text[:len(p.text)-1] // the line feed of the last line
	}
}

// wayBack is the mark behind a footnote that leads back into the text.
const wayBack = "返回"

// refNumber is the mark of a footnote by the id that refID has made.
func refNumber(id string) string {
	number, _, _ := strings.Cut(strings.TrimPrefix(id, "ref"), "-")
	return "[" + number + "]"
}

// closeMark leaves the mark of a footnote, or the way back from it, out of the text; whatever else stands in its place is text.
func (r *pageReader) closeMark(e openElement) {
	switch text := string(e.aside); {
	case text != e.mark:
		r.text(text)
	case text == wayBack: // a space stands in front of it
		if e.of != nil && len(e.of.text) > 0 && e.of.text[len(e.of.text)-1] == ' ' {
			e.of.text = e.of.text[:len(e.of.text)-1]
		}
	}
}

func (r *pageReader) text(s string) {
	if r.outside {
		if r.shown && r.page.Shown == "" {
			r.page.Shown = strings.TrimSpace(s)
		}
		if s = strings.TrimRight(s, "：: \t\r\n"); s != "" {
			r.label = strings.HasSuffix(s, "文本校验码")
		}
		return
	}
	switch top := &r.open[len(r.open)-1]; {
	case top.mark != "":
		top.aside = append(top.aside, s...)
	case top.of != nil:
		top.of.text = append(top.of.text, s...)
	case strings.TrimSpace(s) != "":
		r.paragraphs = append(r.paragraphs, &pageParagraph{text: []byte(s)})
	}
}
