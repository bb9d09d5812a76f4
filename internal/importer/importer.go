// Package importer makes the source of a report from the blocks of a file as received: Markdown with front matter, by the paths and
// keys of the contract (§1, §2), and an account of everything it did.
//
// It repairs what copying, printing and saving have done to a text and changes no word, figure or mark of it:
//
//	clean      literal "\r\n", <U+00A0>, &nbsp;, HTML comments, invisible characters, full-width indents
//	apart      the information table (索引号 …) above a text, the web page and a collector's words round it, its table of contents, its glossary, second copies
//	           of it, page numbers and running heads
//	join       lines of a hard-wrapped file, paragraphs that a page break has cut (standards D-26)
//	head       the headings, by their written numbers: 一、 （一） 1. （1） 第一部分; run-in ones are parted from their paragraph
//	fields     the front matter: each value with its basis and how sure it is; what the text does not say stays empty
//	render     Markdown in which every special character of the text is escaped: masks (**, _) never become emphasis
//
// The account (Result) lists what was joined, dropped, made a heading, added and guessed, each with its place. One law is checked on
// every run by reading the finished Markdown back with the reader that builds pages:
//
//	input + added = output + dropped
//
// in the order of the text, white space and invisible characters aside; output is the title and the body, and the marks of Markdown
// that the input itself held (#, the ** round a run-in heading) count on neither side. A Result that breaks the law has no Markdown
// and the finding import-account.
package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/division"
	"gongkai/internal/document"
	"gongkai/internal/report"
)

// Agency is a registered agency: contract §3.
type Agency struct {
	Key      string
	District string // "" for every district
	Name     string
}

// Options are what the importer knows besides the file. The zero value knows the national table and nothing else.
type Options struct {
	Districts *division.Table // nil: division.National()
	Agencies  []Agency
	Hosts     []string // hosts whose pages are the organs' own, besides *.gov.cn: a date of publication there is believed

	District string // --district
	Agency   string // --agency
	Year     int    // --year; 0 when not given
}

// Confidence says how sure a value is.
type Confidence string

// Confidences: written in the file at its proper place or given on the command line; derived from what is written; guessed.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Field is a value of the front matter or of the path, and where it comes from.
type Field struct {
	Key        string // of the front matter, or "district", "agency_key", "year", "slug"
	Value      string
	Basis      diag.Text
	Confidence Confidence
}

// Heading is a line that was made a heading.
type Heading struct {
	Line   int    // of the input, from 1: lines of a text file or of a printed document's pages, paragraphs of an office file or a web page
	Level  int    // by the written number: 一、 1, （一） 2, 1. 3, （1） 4; one deeper each for 第一部分, 第一章 in use above them
	Number string // as written; "" when there is none
	Text   string // without number, stop and bold marks
	RunIn  bool   // it ran into its paragraph
}

// Joined is a break that was removed.
type Joined struct{ Line, NextLine int }

// Dropped is a text of the input that is not in the output.
type Dropped struct {
	Line   int
	Text   string
	Reason diag.Text
}

// Added is a text of the output that is not in the input.
type Added struct {
	Text   string
	Reason diag.Text
}

// Local is a district without a code that the configuration has to declare.
type Local struct{ Key, Name, Parent string }

// Result is the account of one file.
type Result struct {
	File     string // as given
	Place    report.Place
	Rel      string // path below content/; "" when district, agency or year is not known
	Markdown []byte // nil when the file is refused
	Head     *FrontMatter
	Body     []byte // the Markdown behind the front matter
	Fields   []Field
	Headings []Heading
	Joined   []Joined
	Dropped  []Dropped
	Added    []Added
	Local    *Local
	Pictures []document.File
	Found    diag.List

	where func(line int) diag.Text
}

// Source is a file to import: its bytes decide nothing here but its hash and size.
type Source struct {
	Path string // as given; where findings point
	Data []byte
	Doc  *document.Document
}

// Importer makes reports of files; it may be used by several goroutines.
type Importer struct {
	opt   Options
	names *gazetteer
}

// New makes an Importer.
func New(opt Options) *Importer {
	if opt.Districts == nil {
		opt.Districts = division.National()
	}
	return &Importer{opt, newGazetteer(opt.Districts)}
}

// Import makes a report of one file. It always returns; what is wrong with the file stands in Found, and a file that cannot be imported
// has no Markdown.
func (i *Importer) Import(src Source) *Result {
	im := i.begin(src)
	im.take()
	im.clean()
	im.pageNumbers()
	im.catalogue()
	im.fieldList()
	im.findTitle()
	im.titleParts()
	im.setApart()
	im.joinAll()
	im.findHeadings()
	if im.empty() {
		im.found("import-empty", diag.Error, 0, diag.Say("没有找到报告的正文", "no text of a report was found"), diag.Say("请确认文件是否完整，或另存为 .docx、.txt 后再试", "check that the file is whole, or save it as .docx or .txt and try again"))
		im.res.Found.Sort()
		return im.res
	}
	im.compareOutline()
	im.fields()
	im.report()
	if im.render(); im.balanced() {
		im.res.Markdown = im.res.Head.with(im.res.Body)
	}
	im.res.Found.Sort()
	return im.res
}

func (i *Importer) begin(src Source) *importing {
	im := &importing{src: src, opt: i.opt, names: i.names, doc: src.Doc, res: &Result{File: src.Path}, meta: map[string]string{}, places: map[int]document.Place{}}
	im.res.where = im.where
	maps.Copy(im.meta, im.doc.Meta)
	return im
}

// importing is one run of Import.
type importing struct {
	src Source
	opt Options
	doc *document.Document
	res *Result

	pieces  []*piece // in the order of the file
	paras   []*para  // what they were joined to
	title   title
	stamps  stamps
	meta    map[string]string      // doc.Meta with what an information table in the text says
	places  map[int]document.Place // of the lines, by their number
	names   *gazetteer
	score   map[string]int // how often the text names a district, by code
	facts   facts
	outline []*piece // the table of contents that was set apart
	wrap    int      // width to which the lines of the file are broken; 0 when they are not
	byLine  bool     // every such line is a paragraph by the file's own account
	measure measure
}

func (im *importing) found(rule string, severity diag.Severity, line int, say, hint diag.Text) {
	d := diag.Diagnostic{Rule: rule, Severity: severity, Path: im.src.Path, Message: say, Hint: hint}
	if at := im.places[line]; at.Plain {
		d.Start = diag.Pos{Line: line, Column: 1}
	} else if line > 0 { // a packed file has no lines that an editor could go to
		d.Message = join(im.where(line), diag.Say("：", ": "), say)
	}
	im.res.Found = append(im.res.Found, d)
}

// where names a line, or a paragraph, of the file to people.
func (im *importing) where(line int) diag.Text {
	if at, ok := im.places[line]; ok {
		return im.doc.Where(at)
	}
	return im.doc.Where(document.Place{Line: line})
}

// Where names a line of the account to people: 第 12 行, 第 3 页第 5 段.
func (r *Result) Where(line int) diag.Text {
	if r.where == nil {
		return diag.Say("第 %d 行", "line %d", line)
	}
	return r.where(line)
}

func join(parts ...diag.Text) diag.Text {
	var t diag.Text
	for _, p := range parts {
		t.ZH, t.EN = t.ZH+p.ZH, t.EN+p.EN
	}
	return t
}

func (im *importing) empty() bool {
	for _, p := range im.paras {
		if p.table != nil || p.picture != nil || p.text != "" {
			return false
		}
	}
	return true
}

// sum is the SHA-256 of the file as received, in hex.
func (im *importing) sum() string {
	s := sha256.Sum256(im.src.Data)
	return hex.EncodeToString(s[:])
}

// base is the file's own name.
func (im *importing) base() string { return path.Base(strings.ReplaceAll(im.src.Path, "\\", "/")) }
