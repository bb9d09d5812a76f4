package report

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// rawTag is a piece of raw HTML in the text: a tag, a comment, a declaration. It is shown as it was written.
type rawTag struct {
	ast.BaseInline
	segments []text.Segment
}

var kindRawTag = ast.NewNodeKind("RawTag")

func (*rawTag) Kind() ast.NodeKind               { return kindRawTag }
func (n *rawTag) Dump(source []byte, level int)  { ast.DumpHelper(n, source, level, nil, nil) }
func (n *noteRef) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }
func (n *rawTag) start() int                     { return n.segments[0].Start }
func (n *rawTag) end() int                       { return n.segments[len(n.segments)-1].Stop }
func (n *rawTag) first(source []byte) (s []byte) { return n.segments[0].Value(source) }

// tagParser finds raw HTML by CommonMark's grammar. There is no parser of HTML blocks at all: so "<div>" alone on its line is
// found here too, and nothing is ever passed through.
type tagParser struct{}

func (tagParser) Trigger() []byte { return []byte{'<'} }

// maxTag bounds the search for the end of a tag or comment, in bytes.
const maxTag = 4096

func (tagParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	var look []byte
	switch n, more := scanTag(line); {
	case n > 0:
		block.Advance(n)
		return &rawTag{segments: []text.Segment{text.NewSegment(segment.Start, segment.Start+n)}}
	case !more:
		return nil
	}
	// The tag may go on in the next lines.
	lineNumber, position := block.Position()
	var segments []text.Segment
	for line != nil && len(look) < maxTag {
		look = append(look, line...)
		segments = append(segments, segment)
		if n, more := scanTag(look); n > 0 {
			over := len(look) - n
			last := &segments[len(segments)-1]
			last.Stop -= over
			last.ForceNewline = false
			block.Advance(len(line) - over)
			return &rawTag{segments: segments}
		} else if !more {
			break
		}
		block.AdvanceLine()
		line, segment = block.PeekLine()
	}
	block.SetPosition(lineNumber, position)
	if n := openerLength(look); n > 0 { // never closed: at least its opening is raw HTML
		_, segment = block.PeekLine()
		block.Advance(n)
		return &rawTag{segments: []text.Segment{text.NewSegment(segment.Start, segment.Start+n)}}
	}
	return nil
}

// openers are the beginnings of raw HTML that hides everything up to its end.
var openers = [...]struct{ open, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}}

func openerLength(b []byte) int {
	for _, o := range openers {
		if bytes.HasPrefix(b, []byte(o.open)) {
			return len(o.open)
		}
	}
	if len(b) > 2 && b[1] == '!' && isLetter(b[2]) {
		return 2
	}
	return 0
}

// scanTag returns the length of the raw HTML at the beginning of b, 0 when there is none; more means that b ended too early to tell.
func scanTag(b []byte) (n int, more bool) {
	if len(b) < 2 {
		return 0, false
	}
	for _, o := range openers {
		if bytes.HasPrefix(b, []byte(o.open)) {
			if i := bytes.Index(b[len(o.open):], []byte(o.end)); i >= 0 {
				return len(o.open) + i + len(o.end), false
			}
			return 0, true
		}
	}
	switch c := b[1]; {
	case c == '!' && len(b) > 2 && isLetter(b[2]):
		if i := bytes.IndexByte(b, '>'); i > 0 {
			return i + 1, false
		}
		return 0, true
	case c == '/' && len(b) > 2 && isLetter(b[2]):
		i := skipSpace(b, skipName(b, 2))
		return tagEnd(b, i)
	case isLetter(c):
		return scanAttributes(b, skipName(b, 1))
	}
	return 0, false
}

func scanAttributes(b []byte, i int) (int, bool) {
	for {
		next := skipSpace(b, i)
		if next == len(b) {
			return 0, true
		}
		if b[next] == '/' {
			return tagEnd(b, next+1)
		}
		if b[next] == '>' {
			return next + 1, false
		}
		if next == i || !isLetter(b[next]) && b[next] != '_' && b[next] != ':' {
			return 0, false
		}
		for i = next; i < len(b) && (isNameByte(b[i]) || b[i] == '_' || b[i] == ':' || b[i] == '.'); i++ {
		}
		eq := skipSpace(b, i)
		if eq < len(b) && b[eq] == '=' {
			var ok bool
			if i, ok = skipValue(b, skipSpace(b, eq+1)); !ok {
				return 0, i == len(b)
			}
		}
	}
}

// skipValue steps over an attribute's value.
func skipValue(b []byte, i int) (int, bool) {
	if i >= len(b) {
		return len(b), false
	}
	if q := b[i]; q == '"' || q == '\'' {
		end := bytes.IndexByte(b[i+1:], q)
		if end < 0 {
			return len(b), false
		}
		return i + 1 + end + 1, true
	}
	start := i
	for i < len(b) && !isBlank(b[i]) && bytes.IndexByte([]byte("\"'=<>`"), b[i]) < 0 {
		i++
	}
	return i, i > start
}

func tagEnd(b []byte, i int) (int, bool) {
	if i >= len(b) {
		return 0, true
	}
	if b[i] == '>' {
		return i + 1, false
	}
	return 0, false
}

func skipName(b []byte, i int) int {
	for i < len(b) && isNameByte(b[i]) {
		i++
	}
	return i
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && isBlank(b[i]) {
		i++
	}
	return i
}

func isLetter(c byte) bool   { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isNameByte(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' || c == '-' }

// noteRef is a reference [^label] to a footnote.
type noteRef struct {
	ast.BaseInline
	label       []byte
	start, stop int
}

var kindNoteRef = ast.NewNodeKind("NoteRef")

func (*noteRef) Kind() ast.NodeKind { return kindNoteRef }

// noteRefParser reads every [^label]; whether there is such a note is asked when the text is rendered.
type noteRefParser struct{ g *guard }

func (noteRefParser) Trigger() []byte { return []byte{'!', '['} }

func (p noteRefParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, segment := block.PeekLine()
	open := 0
	if line[0] == '!' { // "！[^1]" written with a half-width mark: no picture
		open = 1
	}
	if len(line) < open+4 || line[open] != '[' || line[open+1] != '^' {
		return nil
	}
	end := bytes.IndexAny(line[open+2:min(len(line), open+2+999)], "[]\n")
	if end < 1 || line[open+2+end] != ']' {
		return nil
	}
	stop := open + 2 + end + 1
	if stop < len(line) && (line[stop] == '(' || line[stop] == '[') { // a link whose text begins with ^
		return nil
	}
	if open == 1 {
		ast.MergeOrAppendTextSegment(parent, text.NewSegment(segment.Start, segment.Start+1))
	}
	block.Advance(stop)
	return &noteRef{label: line[open+2 : stop-1], start: segment.Start + open, stop: segment.Start + stop}
}
