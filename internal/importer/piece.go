package importer

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
)

// piece is a line of the file, or a paragraph where the file knows paragraphs, on its way into the report.
type piece struct {
	line    int    // of the file, from 1
	raw     string // as received
	text    string // as cleaned; "" is an empty line
	indent  bool   // begins with the blanks of a new paragraph
	whole   bool   // a paragraph by the file's own account: only a page break can have cut it
	box     bool   // stands in a text box
	mark    int    // heading level that the file marks, 0 for none
	item    bool   // an item of a list
	depth   int    // of the list, 0 for the outermost
	number  string // drawn before the text by the program that wrote the file
	bold    int    // bytes of text in bold from its beginning, to the end of a run-in heading
	align   document.Align
	size    float64 // of the letters, in points; 0 is not known
	toc     bool    // set in the style of a table of contents
	linked  int     // bytes of raw that are links
	table   *document.Table
	picture *document.Picture
	brk     bool // a page break
	part    bool // says one half of the title, and heads that part of the text
	notes   []noteRef
	cuts    []cut // parts of raw that were dropped while cleaning
	state   state
	reason  diag.Text // why the piece was set apart

	trace  han.WebTrace // of text
	traced string       // the text that was asked for
}

// web is han.TraceOf of the piece, asked once.
func (p *piece) web() han.WebTrace {
	if p.traced != p.text {
		p.trace, p.traced = han.TraceOf(p.text), p.text
	}
	return p.trace
}

// noteRef is a reference to a note at an offset of a text.
type noteRef struct {
	at int
	id string
}

// cut is a part of a line that was dropped.
type cut struct {
	text   string
	reason diag.Text
	silent bool // a mark of Markdown: on neither side of the account
}

// state says what became of a piece.
type state uint8

const (
	kept    state = iota
	dropped       // set apart, with a reason
	moved         // became the title
)

func (p *piece) drop(why diag.Text) {
	if p.state == kept && p.table == nil && p.picture == nil {
		p.state, p.reason = dropped, why
	}
}

// dropTable sets a table apart.
func (p *piece) dropTable(why diag.Text) {
	p.state, p.reason = dropped, why
}

// inked is all text of a piece: of a table its caption and its cells, by rows.
func (p *piece) inked() string {
	if p.table == nil {
		return p.text
	}
	var b strings.Builder
	b.WriteString(p.table.Caption)
	for i, c := range p.table.Cells {
		switch {
		case i > 0 && c.Row != p.table.Cells[i-1].Row:
			b.WriteByte('\n')
		case b.Len() > 0:
			b.WriteByte(' ')
		}
		b.WriteString(c.Text())
	}
	return b.String()
}

// live reports whether a piece has text and has not been set apart.
func (p *piece) live() bool {
	return p.state == kept && (p.text != "" || p.table != nil || p.picture != nil)
}

// bulleted reports whether a piece is an item of a list whose items have bullets, not numbers.
func (p *piece) bulleted() bool {
	return p.item && p.number != "" && strings.ContainsAny(p.number, bullets)
}

// printedBullet makes an item of a printed paragraph that begins with a bullet: that was drawn, not written.
func (im *importing) printedBullet(p *piece) {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(p.raw), "•"); ok && im.doc.Pages > 0 && (im.doc.Format == "pdf" || im.doc.Format == "ofd") {
		p.raw, p.item, p.number = rest, true, "•"
		p.cuts = append(p.cuts, cut{text: "•", reason: whyMark, silent: true})
	}
}

// bullets are drawn before the items of lists.
const bullets = "•●○■□▪▫◆◇➢➤✓–·"

func (p *piece) length() int { return utf8.RuneCountInString(p.text) }

// take makes pieces of the blocks.
func (im *importing) take() {
	last := 0
	for _, b := range im.doc.Blocks {
		p := &piece{line: im.doc.Line(b.Place), align: b.Align, size: b.Size, box: b.Box, table: b.Table, picture: b.Picture, toc: tocStyle.MatchString(b.Style)}
		if b.Place.Part != "" || p.line == 0 {
			p.line = max(last, 1)
		}
		if last = p.line; im.places[last] == (document.Place{}) {
			im.places[last] = b.Place
		}
		switch b.Kind {
		case document.KindHeading:
			p.mark, p.whole = max(1, b.Level), true
		case document.KindListItem:
			p.item, p.whole, p.depth = true, true, max(0, b.Level-1)
		case document.KindParagraph:
			p.whole = true
		case document.KindPageBreak:
			p.brk = true
		}
		p.number = b.Number
		if p.table == nil && p.picture == nil && !p.brk {
			p.raw = b.Text
			im.runs(p, b)
			im.printedBullet(p)
		}
		im.pieces = append(im.pieces, p)
		im.splitLines(p)
	}
	for _, d := range im.doc.Dropped {
		line := im.doc.Line(d.Place)
		if im.places[line] == (document.Place{}) {
			im.places[line] = d.Place
		}
		im.res.Dropped = append(im.res.Dropped, Dropped{line, d.Text, d.Reason.Say()})
	}
	for _, j := range im.doc.Joined {
		from, to := im.doc.Line(j.From), im.doc.Line(j.To)
		im.places[from], im.places[to] = j.From, j.To
		im.res.Joined = append(im.res.Joined, Joined{from, to})
	}
}

// tocStyle finds the styles in which Word sets tables of contents.
var tocStyle = regexp.MustCompile(`(?i)^(?:toc|contents|目录)[ _-]?\d`)

// runs takes over what the styles within a paragraph say: a bold beginning, references to notes.
func (im *importing) runs(p *piece, b document.Block) {
	at, leading := 0, true
	for _, r := range b.Runs {
		if r.Note != "" {
			p.notes = append(p.notes, noteRef{at, r.Note})
		}
		at += len(r.Text)
		if r.Link != "" {
			p.linked += len(r.Text)
		}
		if leading = leading && (r.Bold || strings.TrimSpace(r.Text) == ""); leading && r.Bold {
			p.bold = at
		}
	}
	if p.bold == len(b.Text) || len(p.notes) > 0 {
		p.bold = 0
	}
}

// splitLines parts a paragraph at the line breaks within it, each line a piece of its own: a break by hand ends a line of a title, a
// signature or a list as often as not, and joining puts together what belongs together.
func (im *importing) splitLines(p *piece) {
	if !strings.Contains(p.raw, "\n") || len(p.notes) > 0 {
		return
	}
	lines := strings.Split(p.raw, "\n")
	p.raw, p.bold = lines[0], 0
	for _, l := range lines[1:] {
		im.pieces = append(im.pieces, &piece{line: p.line, raw: l, whole: p.whole, align: p.align, box: p.box})
	}
}

// ink is what of a text is printed: no white space, no invisible characters.
func ink(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || han.Invisible(r) {
			return -1
		}
		return r
	}, s)
}

// squeeze makes every run of white space one blank and drops what is invisible.
func squeeze(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			blank = b.Len() > 0
		case han.Invisible(r):
		default:
			if blank {
				b.WriteByte(' ')
				blank = false
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}
