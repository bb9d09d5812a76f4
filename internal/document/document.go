// Package document reads the files on a clerk's desk: bytes of txt, md, docx, xlsx, html, pdf and ofd, and doc and wps through
// LibreOffice, become a flat list of blocks of text with their places. It changes no word: what a program draws and the text lacks
// (automatic numbers) stands in fields of its own, and what is no text of the document (running heads, page numbers, the menus of a
// portal, deleted insertions) is handed over as Dropped, each with its place and a reason. What to make of the blocks is for the
// caller to decide: the importer makes a report of them, the checker compares figures with cells.
//
//	txt md   UTF-8, UTF-16, GB18030; one KindLine a line, empty ones too; the encoding is proved by a round trip
//	docx     ECMA-376, transitional and strict; paragraphs, tables, notes, text boxes, pictures, drawn numbers
//	xlsx     ECMA-376; each sheet a heading and a table, cells as they are shown
//	html     the main text of a page with its linked footnotes, its page tags (ArticleTitle, PubDate …) and the table of 索引号 as Meta
//	pdf      text by poppler's pdftotext when it is installed, else by a reader in Go; refused when it comes out garbled
//	ofd      GB/T 33190; text in reading order
//	doc wps  (et, rtf, odt too) converted by LibreOffice, when it is installed
//
// A file's content decides what it is, its name only between kinds that look alike. Findings are diagnostics whose rule begins with
// "document-"; a file is read whole or refused, and refused means an Error among the findings and no Document. An error is only
// returned for faults of the machine. All readers bound what they unpack, nest and allocate (limits.go).
package document

import (
	"context"
	"fmt"
	"strings"

	"gongkai/internal/diag"
)

// Kind says what a Block is.
type Kind string

// Kinds of blocks.
const (
	KindLine      Kind = "line"       // a line of a text file, without its end; empty lines are blocks too
	KindParagraph Kind = "paragraph"  // a paragraph as the program that wrote the file knew it
	KindHeading   Kind = "heading"    // a paragraph that the file itself marks as a heading (style, outline level, h1–h6)
	KindListItem  Kind = "list-item"  // a paragraph of a list; Number is what the program draws before it
	KindTable     Kind = "table"      // Table is set
	KindPicture   Kind = "picture"    // Picture is set
	KindPageBreak Kind = "page-break" // the following blocks stand on a new page, as far as the file says so
)

// Align is how a paragraph is set; "" is not known or the custom of the program.
type Align string

// Alignments.
const (
	AlignLeft   Align = "left"
	AlignCenter Align = "center"
	AlignRight  Align = "right"
)

// Place is where something stands in the file as received. Zero fields are not known.
type Place struct {
	Page  int    // from 1: pdf and ofd; docx as far as page breaks are written in the file
	Line  int    // from 1: the line of a text file, the paragraph of a docx, the line on the page of a pdf or ofd, the row of a sheet
	Part  string // "" is the body; "header", "footer", "footnote", "endnote", "textbox", "comment", or the name of a sheet
	Plain bool   // Line counts lines of a text file, so that a diagnostic may point to it
}

// Block is one piece of a document in reading order. Text is the concatenation of the texts of Runs, when there are any; a line break
// within a paragraph is "\n", a tab "\t".
type Block struct {
	Kind  Kind
	Text  string
	Runs  []Run
	Level int // of a heading, from 1; of a list item, its depth from 1; 0 is not known

	// Number is the number that the program draws before the paragraph and that Text lacks ("一、", "（二）", "3."), without the
	// space after it; "•" and the like for bullets.
	Number string

	Table   *Table
	Picture *Picture
	Place   Place

	Style  string  // name of the paragraph style, for docx: "heading 1", "Body Text"; for html the name of the element
	Bold   bool    // all text of the block is bold
	Align  Align   //
	Size   float64 // of the letters, in points; 0 is not known
	Font   string  // of most Chinese characters ("黑体"); "" is not known
	Indent float64 // of the first line, in characters of Size, from the left edge of the text; 0 is none or not known
	Box    bool    // stands in a text box or frame beside the text
}

// Run is a stretch of text in one style.
type Run struct {
	Text   string
	Bold   bool
	Italic bool
	Super  bool   // superscript
	Sub    bool   // subscript
	Link   string // the target of a hyperlink
	Note   string // the ID of a Note that is referred to at this point; Text is then ""
}

// Table is a grid of cells with spans.
type Table struct {
	Rows, Cols int
	Cells      []Cell // by row, then column; a place covered by another cell's span has none, nor has an empty one of a sheet
	HeadRows   int    // leading rows that the file marks as head; 0 is not known
	Caption    string
}

// Cell is one cell of a Table. Row and Col count from 0, spans from 1.
type Cell struct {
	Row, Col         int
	RowSpan, ColSpan int
	Blocks           []Block
}

// Text is the cell's text, its blocks joined by line feeds; tables within it cell by cell, parted by tabs.
func (c Cell) Text() string { return joinText(c.Blocks) }

// At returns the cell that covers a place of the grid.
func (t *Table) At(row, col int) (Cell, bool) {
	for _, c := range t.Cells {
		if row >= c.Row && row < c.Row+c.RowSpan && col >= c.Col && col < c.Col+c.ColSpan {
			return c, true
		}
	}
	return Cell{}, false
}

// Picture is a picture at its place. File names one of Document.Files; it is "" when the file refers to a picture that it does not hold,
// which then has an Address.
type Picture struct {
	File    string
	Address string
	Alt     string
}

// File is a picture that was packed into the document. Names are made by us ("image-1.png"): unique, lower case, no folders.
type File struct {
	Name      string
	MediaType string
	Data      []byte
}

// Note is a footnote or an endnote; a Run refers to it by ID.
type Note struct {
	ID     string // "f1", "e2": unique in the document
	End    bool   // an endnote
	Blocks []Block
}

// Text is the note's text, its blocks joined by line feeds.
func (n Note) Text() string { return joinText(n.Blocks) }

// Reason says why a text is not among the blocks.
type Reason string

// Reasons.
const (
	ReasonHeader     Reason = "header"      // running head of a page
	ReasonFooter     Reason = "footer"      // running foot of a page
	ReasonPageNumber Reason = "page-number" //
	ReasonPortal     Reason = "portal"      // outside the main text of a web page: menus, breadcrumbs, tools, related links
	ReasonFields     Reason = "fields"      // a table of 索引号 and the like whose cells have become Meta
	ReasonComment    Reason = "comment"     // a comment (Options.Accept)
	ReasonDeleted    Reason = "deleted"     // a tracked deletion (Options.Accept)
	ReasonHidden     Reason = "hidden"      // hidden text (Options.Accept), or an element that no browser shows
	ReasonReading    Reason = "reading"     // pinyin over characters
	ReasonUnused     Reason = "unused"      // a note that nothing refers to
)

// Say names the reason to people.
func (r Reason) Say() diag.Text {
	switch r {
	case ReasonHeader:
		return diag.Say("页眉", "running head")
	case ReasonFooter:
		return diag.Say("页脚", "running foot")
	case ReasonPageNumber:
		return diag.Say("页码", "page number")
	case ReasonPortal:
		return diag.Say("网页上正文以外的文字", "outside the main text of the web page")
	case ReasonFields:
		return diag.Say("已读作字段的信息表", "a table read as fields")
	case ReasonComment:
		return diag.Say("批注", "comment")
	case ReasonDeleted:
		return diag.Say("修订中已删除的文字", "tracked deletion")
	case ReasonHidden:
		return diag.Say("隐藏文字", "hidden text")
	case ReasonReading:
		return diag.Say("注音", "reading over characters")
	case ReasonUnused:
		return diag.Say("正文没有引用的注释", "a note that nothing refers to")
	}
	return diag.Text{ZH: string(r), EN: string(r)}
}

// Dropped is a text of the file that is not among the blocks.
type Dropped struct {
	Place  Place
	Text   string
	Reason Reason
	Count  int // how many times it stood in the file (running heads), at least 1
}

// Document (文稿) is a file as read. Two readings of equal bytes are equal.
type Document struct {
	Format   string // "txt", "md", "docx", "xlsx", "html", "pdf", "ofd"
	Via      string // the program that helped: "pdftotext", "libreoffice"; "" is none. Format is then still that of the file received ("doc", "wps")
	Encoding string // of text and web pages: "utf-8", "utf-16le", "utf-16be", "gb18030"; "" for the others
	Pages    int    // 0 is not known

	Blocks  []Block
	Notes   []Note
	Files   []File
	Dropped []Dropped // in the order of the file
	Joined  []Join    // what the reader has put together across the pages of a printed document, in its order

	// Meta holds what the file says about itself: the page tags of government sites under their standard names (ArticleTitle,
	// PubDate, ContentSource, Url, SiteName, Author, Keywords, Description, ColumnName …), the rows of a table of 索引号 under their Chinese labels
	// without colon (索引号, 发文机关, 成文日期, 发布日期, 文号, 标题 …), and Title, the title in the file's properties. No other
	// property of an office file is passed on: they name people.
	Meta map[string]string

	linesBefore []int // of a printed document: the lines on the pages before each page
}

// Join is a page break within a paragraph, by the lines before and behind it.
type Join struct{ From, To Place }

// Line counts a place through the whole document: lines of a text file or of all pages, paragraphs of an office file or a web page. It is
// 0 when the place has no line.
func (d *Document) Line(p Place) int {
	if p.Line > 0 && p.Page > 0 && p.Page <= len(d.linesBefore) {
		return d.linesBefore[p.Page-1] + p.Line
	}
	return p.Line
}

// Where names a place to people: 第 3 页第 12 行. It is empty for the zero Place.
func (d *Document) Where(p Place) diag.Text {
	var zh, en []string
	add := func(z, e string, args ...any) {
		zh, en = append(zh, fmt.Sprintf(z, args...)), append(en, fmt.Sprintf(e, args...))
	}
	if p.Page > 0 && !p.Plain {
		add("第 %d 页", "page %d", p.Page)
	}
	switch p.Part {
	case "":
	case "header":
		add("页眉", "header")
	case "footer":
		add("页脚", "footer")
	case "footnote":
		add("脚注", "footnote")
	case "endnote":
		add("尾注", "endnote")
	case "textbox":
		add("文本框", "text box")
	case "comment":
		add("批注", "comment")
	default:
		add("工作表“%s”", "sheet %q", p.Part)
	}
	if p.Line > 0 {
		switch d.Format {
		case "docx", "doc", "wps", "rtf", "odt", "wordml", "html", "mht":
			add("第 %d 段", "paragraph %d", p.Line)
		default:
			add("第 %d 行", "line %d", p.Line)
		}
	}
	return diag.Text{ZH: strings.Join(zh, ""), EN: strings.Join(en, ", ")}
}

// Text is all text of the blocks, one a line: cells and notes are included, drawn numbers are not.
func (d *Document) Text() string {
	s := joinText(d.Blocks)
	for _, n := range d.Notes {
		s += "\n" + n.Text()
	}
	return s
}

// Options say how a file is read. The zero value is good.
type Options struct {
	// Accept takes tracked changes as they would look when accepted, and leaves out comments and hidden text, instead of refusing a
	// file that holds them. They are then reported as warnings and handed over as Dropped.
	Accept bool

	// Look finds a program; nil is exec.LookPath. A function that always fails keeps to the readers in Go.
	Look func(program string) (path string, err error)

	// Office lets at most one LibreOffice run at a time; nil is one for this call alone.
	Office *Office

	// TempDir is where the files for other programs are put; "" is the system's.
	TempDir string
}

// Read reads one file. Its name decides only between kinds that look alike, and is the path in diagnostics. The Document is nil exactly
// when the list holds an Error or the error is not nil. It takes at most a few seconds, or the time limits of the programs it calls.
func Read(ctx context.Context, name string, data []byte, opt Options) (*Document, diag.List, error) {
	r := &reader{ctx: ctx, name: name, data: data, opt: opt, doc: &Document{Meta: map[string]string{}}}
	r.doc.Format = Detect(name, data)
	err := r.read()
	if err == nil {
		err = ctx.Err()
	}
	r.list.Sort()
	if err != nil {
		return nil, r.list, fmt.Errorf("read %s: %w", name, err)
	}
	if r.list.AtLeast(diag.Error) > 0 {
		return nil, r.list, nil
	}
	return r.doc, r.list, nil
}

func joinText(blocks []Block) string {
	var b strings.Builder
	for i, block := range blocks {
		if i > 0 {
			b.WriteByte('\n')
		}
		if block.Table == nil {
			b.WriteString(block.Text)
			continue
		}
		for j, c := range block.Table.Cells {
			if j > 0 && c.Row != block.Table.Cells[j-1].Row {
				b.WriteByte('\n')
			} else if j > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(c.Text())
		}
	}
	return b.String()
}
