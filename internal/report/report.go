// Package report reads one Markdown file into one report.
//
// A Report (工作报告) is a file content/<district>/<agency>/<year>/<slug>.md, or …/<slug>/index.md with its attachments beside it:
// YAML front matter between two lines of ---, then Markdown (CommonMark with GFM tables and footnotes, Chinese emphasis, table captions
// and run-in headings). Reading has two halves, because a site's shape follows from the first and its weight lies in the second:
// ParseHead reads the front matter, ParseBody the text. Both are pure functions of the file's bytes and its path.
package report

import (
	"crypto/sha256"

	"gongkai/internal/diag"
)

// Place is what a report's path says: where it stands in the site.
type Place struct {
	District string // GB/T 2260 code, "guojia" or a declared local key
	Agency   string // key of the publishing agency, [a-z0-9-]+
	Year     int    // the year in the title, by which readers know the report
	Slug     string // [a-z0-9-]+
}

// Head is the front matter of one report file and the place its path names.
type Head struct {
	Path   string // as given on the command line, slash-separated; where findings point
	Rel    string // below content/: 610112/wjj/2021/zongjie.md
	Bundle bool   // the file is <slug>/index.md and owns its folder
	Place
	FrontMatter
	BodyOffset int               // byte offset of the Markdown in the file as normalised (no BOM, LF)
	BodyLine   int               // line of the file on which the Markdown begins, from 1
	Sum        [sha256.Size]byte // of the file up to BodyOffset, as normalised
}

// Plain reports whether the file is a plain page, content/<page>.md, which is no report.
func (h *Head) Plain() bool { return h.District == "" }

// SameFrontMatter reports whether a whole file, as normalised, still begins with the front matter that was parsed.
func (h *Head) SameFrontMatter(src []byte) bool {
	return len(src) >= h.BodyOffset && sha256.Sum256(src[:h.BodyOffset]) == h.Sum
}

// FrontMatter holds the keys of contract §2. An unset key has the zero value; At tells whether and where a key was written.
// Defaults, the agency registry and what a key's absence means are the site's business.
type FrontMatter struct {
	Title          string
	Agency         []string // full official names, the first leads
	Kind           Kind
	Date           Date // 发布日期
	Collected      Date // 收录日期
	Written        Date // 成文日期
	Period         Period
	PlanPeriod     Period
	IndexNumber    string
	DocumentNumber string
	Topic          string
	Keywords       []string
	Summary        string
	Publicity      string // 主动公开, 依申请公开 or 不予公开; "" when not written
	Department     string
	Basis          string
	Status         Status
	Revisions      []Revision
	Source         Source
	Attachments    []Attachment
	Aliases        []string
	Draft          bool
	Review         Review
	Waive          []Waiver
	Figures        []FigureFix

	Keys []WrittenKey // what was written and where, in the order of the file
}

// WrittenKey is a KeyAt in less memory: a site keeps ten of them a report.
type WrittenKey struct {
	Key                    string
	NameLine, NameColumn   int32
	ValueLine, ValueColumn int32
	EndLine, EndColumn     int32
}

func written(k KeyAt) WrittenKey {
	return WrittenKey{k.Key, int32(k.Name.Line), int32(k.Name.Column), int32(k.Value.Line), int32(k.Value.Column), int32(k.End.Line), int32(k.End.Column)}
}

func (w WrittenKey) at() KeyAt {
	pos := func(line, column int32) diag.Pos { return diag.Pos{Line: int(line), Column: int(column)} }
	return KeyAt{w.Key, pos(w.NameLine, w.NameColumn), pos(w.ValueLine, w.ValueColumn), pos(w.EndLine, w.EndColumn)}
}

// KeyAt is the place of one written key, by its English name; nested keys and list elements are joined by dots: "attachments.0.file".
type KeyAt struct {
	Key   string
	Name  diag.Pos // start of the key
	Value diag.Pos // start of the value
	End   diag.Pos // end of the value, exclusive; zero when the value spans lines
}

// At returns the place of a written key; ok is false when the file does not hold it.
func (f *FrontMatter) At(key string) (at KeyAt, ok bool) {
	for _, k := range f.Keys {
		if k.Key == key {
			return k.at(), true
		}
	}
	return KeyAt{}, false
}

// Status (信息状态) says whether the report is in force.
type Status struct {
	State  string // "", "current", "superseded" or "withdrawn"
	By     string // superseded: path of the new report or a URL
	Mode   string // withdrawn: "notice" keeps the text, "removed" drops it everywhere
	Reason string
	Date   Date
}

// Revision is an entry of 更正记录.
type Revision struct {
	Date Date
	Type string // 更正, 更新 or 补充
	Note string
}

// Source (信息来源) is where the text was taken from.
type Source struct{ Name, URL, File, SHA256 string }

// Attachment (附件) is a file beside the report.
type Attachment struct{ File, Title string }

// Sign is who did a step of the review, and when.
type Sign struct {
	By   string
	Date Date
}

// Review (审核) records the steps before publication; it is never printed on pages unless configured.
type Review struct {
	Drafted, Checked, Secrecy, Approved Sign
	TextSHA256                          string
}

// Waiver (已核实例外) accepts one finding for a written reason.
type Waiver struct {
	Rule, Span, Reason, By string
	Date                   Date
}

// FigureFix corrects a figure that the extraction got wrong.
type FigureFix struct {
	Indicator, Span, Value, Unit string
	Period                       Period
}

// Body is a report's text: what pages, data files and later rooms are made from.
type Body struct {
	HTML       []byte         // the article's inner HTML, safe, links rewritten for the report's own address
	Outline    []OutlineEntry // 提纲
	Paragraphs []Paragraph
	Links      []Link // every link to check against the site
	Images     []Link // every picture
	Signature  Signature
	TextSHA256 string // hex, of the paragraphs' texts joined by line feeds
}

// OutlineEntry is a heading, on a line of its own or run in.
type OutlineEntry struct {
	ID     string `json:"id"`
	Level  int    `json:"level"`  // 1 for the outermost
	Number string `json:"number"` // as written: "一、", "（一）", "3."; "" when there is none
	Text   string `json:"text"`   // without the number; of a run-in heading also without its stop
	RunIn  bool   `json:"run_in"` // heading and text in one paragraph (段首标题)
}

// Paragraph is one block of text as a reader sees it.
type Paragraph struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`    // heading, paragraph, item, row, quote or note
	Section string `json:"section"` // id of the heading it stands under, "" before the first
	Text    string `json:"text"`
	Mark    string `json:"-"` // "3.", drawn before the first paragraph of an item of a numbered list; no part of the text or its id
}

// Link is a link or picture of the text that must resolve inside the site.
type Link struct {
	Target   string // site path without leading slash: "610112/wjj/2020/zongjie.html"; "" for a fragment of this page
	Fragment string // without "#", "" when there is none
	At       diag.Pos
	End      diag.Pos
	Written  string // the destination as the author wrote it
}
