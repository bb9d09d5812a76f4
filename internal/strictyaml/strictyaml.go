// Package strictyaml decodes a YAML document written by people into typed values, and says of everything that is wrong with it
// where it stands and what to do.
//
// A document is one mapping whose keys are known beforehand, in English or in Chinese. Scalars are read as written text: 3.10 stays
// 3.10, 012 stays 012, yes and no are words; only where a Bool is wanted do true, false, 是 and 否 mean anything. Anchors, aliases,
// merge keys, tags, second documents, duplicate and unknown keys are errors, and so is what a Chinese input method leaves behind:
// a full-width colon after a key, full-width quotes or spaces where YAML needs ASCII. Such slips are repaired in memory, so that the
// rest of the document is still read, and each finding carries the repair as a Fix.
//
// What a document may hold is declared with Types: Object and Bind name the keys, List, OneOrMany, Either, Line, Prose, Bool, Whole,
// Enum and Scalar say what their values are. The same declaration yields the decoder and a JSON Schema for editors (JSONSchema), so
// that the two cannot differ. All findings are diag.Diagnostics with lines and columns of the file, columns in code points; rule ids
// are those of Rules behind the document's prefix ("frontmatter-unknown-key").
package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
)

// Options say where a document comes from and how large it may be.
type Options struct {
	Path       string // as given on the command line
	Rules      string // prefix of the rule ids: "frontmatter", "config"
	Line       int    // line of the file on which the document begins; 0 means 1
	MaxBytes   int    // 0 means 1 MiB
	AllowEmpty bool   // a document without any key is no finding
}

// Key is the place of one written key, by its English name; nested keys and list elements are joined by dots: "attachments.0.file".
type Key struct {
	Key   string
	Name  diag.Pos // start of the key
	Value diag.Pos // start of the value
	End   diag.Pos // end of the value, exclusive; zero when the value spans lines
}

// Result is what came of a document besides its values.
type Result struct {
	Keys     []Key // what was written and where, in the order of the document
	Findings diag.List
	Readable bool // the document is YAML and a mapping: single values may still be missing for the findings reported
}

const (
	defaultMax  = 1 << 20
	maxDepth    = 32  // of nested mappings and lists
	maxFindings = 100 // of one document; what a hostile file could make of more helps nobody
)

// Decode reads one document into a value. It never panics, and takes time linear in the size of the document.
func Decode[T any](src []byte, o Options, t Type[T], into *T) Result {
	d := newDocument(src, o, t.words)
	if root := d.parse(); root != nil {
		t.decode(Value{doc: d, node: root}, into)
		return Result{d.keys, d.findings(), true}
	}
	return Result{d.keys, d.findings(), d.emptyOK}
}

// document is one document being read. Places inside it are lines and columns of src from 1; report adds the file's lines before it.
type document struct {
	Options
	src     []byte
	starts  []int               // byte offset of each line of src
	shifts  map[int][]shift     // by line: where the repaired text has more code points than src
	words   map[string]struct{} // every key that may occur somewhere, in both languages
	cursor  cursor              // the last place looked up: places mostly come in order
	keys    []Key
	list    diag.List
	errors  int // reported, dropped ones included
	dropped int // findings beyond maxFindings
	emptyOK bool
}

// place is a line and a column of the document, from 1, the column in code points.
type place struct{ line, col int }

// shift says that from column col of the repaired line on, columns are larger by more than in the line as written.
type shift struct{ col, more int }

type cursor struct {
	place
	offset int
}

func newDocument(src []byte, o Options, words map[string]struct{}) *document {
	if o.MaxBytes == 0 {
		o.MaxBytes = defaultMax
	}
	if o.Line == 0 {
		o.Line = 1
	}
	return &document{Options: o, src: src, words: words}
}

// index finds the lines; everything that looks up places needs it first.
func (d *document) index() {
	d.starts = make([]int, 1, 32)
	for i, b := range d.src {
		if b == '\n' {
			d.starts = append(d.starts, i+1)
		}
	}
}

// line returns a line of the source without its end.
func (d *document) line(n int) []byte {
	if n < 1 || n > len(d.starts) {
		return nil
	}
	end := len(d.src)
	if n < len(d.starts) {
		end = d.starts[n] - 1
	}
	return d.src[d.starts[n-1]:end]
}

// placeOf turns a node's place, which counts in the repaired text, into a place of the source.
func (d *document) placeOf(n *yaml.Node) place {
	p := place{max(n.Line, 1), max(n.Column, 1)}
	for _, s := range d.shifts[p.line] {
		if n.Column >= s.col {
			p.col -= s.more
		}
	}
	return d.clamp(p)
}

// clamp keeps a place inside the source: yaml.v3 puts the end of the stream behind the last line.
func (d *document) clamp(p place) place {
	if p.line > len(d.starts) {
		p.line = len(d.starts)
		p.col = utf8.RuneCount(d.line(p.line)) + 1
	}
	return p
}

// offset is the byte offset of a place.
func (d *document) offset(p place) int {
	c := d.cursor
	if c.line != p.line || c.col > p.col {
		c = cursor{place{p.line, 1}, d.starts[p.line-1]}
	}
	for c.col < p.col && c.offset < len(d.src) && d.src[c.offset] != '\n' {
		_, n := utf8.DecodeRune(d.src[c.offset:])
		c.offset += n
		c.col++
	}
	d.cursor = c
	return c.offset
}

// end finds where a scalar on one line ends; ok is false for values over several lines, for lists and for mappings.
func (d *document) end(n *yaml.Node, from place) (to place, ok bool) {
	if n.Kind != yaml.ScalarNode || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return place{}, false
	}
	rest := d.src[d.offset(from):]
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		if len(rest) < len(n.Value) || string(rest[:len(n.Value)]) != n.Value {
			return place{}, false
		}
		return place{from.line, from.col + utf8.RuneCountInString(n.Value)}, true
	}
	if size := quoted(rest); size > 0 {
		return place{from.line, from.col + utf8.RuneCount(rest[:size])}, true
	}
	return place{}, false
}

// quoted measures the quoted scalar at the start of a line, in bytes; 0 when it does not end on that line.
func quoted(line []byte) int {
	first, size := utf8.DecodeRune(line)
	last := first
	if first == '“' { // repaired in memory
		last = '”'
	}
	for i := size; i < len(line) && line[i] != '\n'; {
		r, n := utf8.DecodeRune(line[i:])
		i += n
		switch {
		case first == '"' && r == '\\':
			if i < len(line) {
				_, n = utf8.DecodeRune(line[i:])
				i += n
			}
		case r == last && first == '\'' && i < len(line) && line[i] == '\'':
			i++
		case r == last:
			return i
		}
	}
	return 0
}

// pos is a place as findings name it: with the lines before the document.
func (d *document) pos(p place) diag.Pos {
	if p == (place{}) {
		return diag.Pos{}
	}
	return diag.Pos{Line: p.line + d.Line - 1, Column: p.col}
}

// finding is a diagnostic in the making: rule is an id without the document's prefix.
type finding struct {
	rule      string
	severity  diag.Severity
	from, to  place // to is zero when only a place is known
	say, hint diag.Text
	fix       []diag.Edit
}

func (d *document) report(f finding) {
	if f.severity == diag.Error {
		d.errors++
	}
	if len(d.list) >= maxFindings {
		d.dropped++
		return
	}
	span := ""
	if f.to.line == f.from.line && f.to.col > f.from.col {
		start := d.offset(f.from)
		span = string(d.src[start:d.offset(f.to)])
	}
	d.list = append(d.list, diag.Diagnostic{
		Rule: d.Rules + "-" + f.rule, Severity: f.severity, Path: d.Path,
		Start: d.pos(f.from), End: d.pos(f.to), Span: span,
		Message: f.say, Hint: f.hint, Fix: f.fix,
	})
}

// findings closes the list: sorted, with a word on what did not fit.
func (d *document) findings() diag.List {
	d.list.Sort()
	if n := d.dropped; n > 0 {
		last := d.list[len(d.list)-1]
		d.list = append(d.list, diag.Diagnostic{
			Rule: d.Rules + "-too-many", Severity: diag.Error, Path: d.Path, Start: last.Start,
			Message: diag.Say("另有 %d 处问题未列出", "%d more findings are not listed", n),
			Hint:    diag.Say("请先改正以上各处", "mend the ones above first"),
		})
	}
	return d.list
}

// edit replaces a range of one line.
func (d *document) edit(line, from, to int, text string) []diag.Edit {
	return []diag.Edit{{Start: d.pos(place{line, from}), End: d.pos(place{line, to}), Text: text}}
}

// Clip shortens a piece of source for a message: 40 characters at most.
func Clip(s string) string {
	const most = 40
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}
