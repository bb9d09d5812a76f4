package report

import (
	"bytes"
	"html"
	"strconv"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// children renders the inline content of a node.
func (r *run) children(n ast.Node) { r.inlines(n.FirstChild()) }

// inlines renders an inline node and its following siblings.
func (r *run) inlines(n ast.Node) {
	if r.depth++; r.depth > maxInline {
		r.guard.exceed(0, limitFact("强调、链接的层数", "nested emphasis and links", maxInline), hintMarks)
	}
	for ; n != nil && !r.guard.hit; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Text:
			r.textNode(n)
		case *ast.Emphasis:
			if n.Level == 2 {
				r.element("strong", n)
			} else {
				r.element("em", n)
			}
		case *ast.CodeSpan:
			r.codeSpan(n)
		case *ast.Link:
			r.link(n)
		case *ast.AutoLink:
			r.autoLink(n)
		case *ast.Image:
			r.image(n)
		case *rawTag:
			r.tag(n)
		case *noteRef:
			r.noteReference(n)
		}
	}
	r.depth--
}

func (r *run) textNode(n *ast.Text) {
	r.markdownText(n.Segment.Value(r.src))
	switch {
	case n.HardLineBreak():
		r.lineBreak()
	case n.SoftLineBreak() && r.pend == pendNone:
		r.pend = pendBreak
	}
}

func (r *run) element(name string, n ast.Node) {
	r.settle(n)
	r.inline = append(append(append(r.inline, '<'), name...), '>')
	r.children(n)
	r.inline = append(append(append(r.inline, '<', '/'), name...), '>')
}

func (r *run) codeSpan(n *ast.CodeSpan) {
	r.settle(n)
	r.inline = append(r.inline, "<code>"...)
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		t, ok := c.(*ast.Text)
		if !ok {
			continue
		}
		value := t.Segment.Value(r.src)
		if r.inCell {
			value = bytes.ReplaceAll(value, []byte(`\|`), []byte{'|'})
		}
		r.literal(bytes.ReplaceAll(value, []byte{'\n'}, []byte{' '}))
	}
	r.inline = append(r.inline, "</code>"...)
}

// lineBreak is a hard line break: a line feed in the paragraph's text, a space in a table row's.
func (r *run) lineBreak() {
	if r.pend == pendStart || r.pend == pendColon {
		return
	}
	r.pend = pendNone
	r.inline = append(r.inline, "<br>"...)
	if r.inCell {
		r.texts = append(r.texts, ' ')
	} else {
		r.texts = append(r.texts, '\n')
	}
}

// settle decides about a waiting soft line break before an element opens, so that its space stands outside.
func (r *run) settle(n ast.Node) {
	if r.pend == pendBreak {
		r.join(r.firstRune(n))
	}
}

// firstRune is the first character of a node's text, 'x' when there is none.
func (r *run) firstRune(n ast.Node) rune {
	for c := n; c != nil; c = c.FirstChild() {
		if t, ok := c.(*ast.Text); ok && !t.Segment.IsEmpty() {
			v := t.Segment.Value(r.src)
			if v[0] == '\\' && len(v) > 1 {
				v = v[1:]
			}
			first, _ := utf8.DecodeRune(v)
			return first
		}
	}
	return 'x'
}

// join ends a soft line break: lines of 汉字 join, others get a space.
func (r *run) join(after rune) {
	r.pend = pendNone
	before, _ := utf8.DecodeLastRune(r.text())
	if !han.JoinsLines(before, after) && !unicode.IsSpace(before) {
		r.inline = append(r.inline, ' ')
		r.texts = append(r.texts, ' ')
	}
}

// markdownText writes text in which backslashes escape marks and &…; stands for a character.
func (r *run) markdownText(b []byte) {
	if r.pend != pendNone {
		if b = r.lead(b); len(b) == 0 {
			return
		}
	}
	flushed := 0
	for i := 0; i < len(b); {
		c := b[i]
		if !isSpecialByte[c] {
			i++
			continue
		}
		size, replacement := 0, rune(0)
		switch c {
		case '\\':
			if i+1 < len(b) && isASCIIMark(b[i+1]) {
				size, replacement = 2, rune(b[i+1])
			}
		case '&':
			if n := entityLength(b[i:]); n > 0 {
				r.plainBytes(b[flushed:i])
				for _, ch := range html.UnescapeString(string(b[i : i+n])) {
					r.rune(ch)
				}
				i += n
				flushed = i
				continue
			}
			size, replacement = 1, '&'
		default:
			size, replacement = specialRune(b[i:])
		}
		if size == 0 {
			i++
			continue
		}
		r.plainBytes(b[flushed:i])
		r.rune(replacement)
		i += size
		flushed = i
	}
	r.plainBytes(b[flushed:])
}

// literal writes text as it is.
func (r *run) literal(b []byte) {
	if r.pend != pendNone && len(b) > 0 {
		if b = r.lead(b); len(b) == 0 {
			return
		}
	}
	flushed := 0
	for i := 0; i < len(b); {
		size := 0
		replacement := rune(b[i])
		if c := b[i]; c == '&' {
			size = 1
		} else if isSpecialByte[c] && c != '\\' {
			size, replacement = specialRune(b[i:])
		}
		if size == 0 {
			i++
			continue
		}
		r.plainBytes(b[flushed:i])
		r.rune(replacement)
		i += size
		flushed = i
	}
	r.plainBytes(b[flushed:])
}

// lead handles what waits before the first visible character of b, and returns b from there on.
func (r *run) lead(b []byte) []byte {
	if r.pend == pendColon {
		b = bytes.TrimLeftFunc(b, unicode.IsSpace)
		if len(b) == 0 {
			return nil
		}
		b = bytes.TrimPrefix(bytes.TrimPrefix(b, []byte(":")), []byte("："))
		r.pend = pendStart
	}
	if r.pend == pendStart {
		if b = bytes.TrimLeftFunc(b, unicode.IsSpace); len(b) == 0 {
			return nil
		}
		r.pend = pendNone
	}
	if r.pend == pendBreak && len(b) > 0 {
		first, _ := utf8.DecodeRune(b)
		if first == '\\' && len(b) > 1 {
			first, _ = utf8.DecodeRune(b[1:])
		}
		r.join(first)
	}
	return b
}

func (r *run) plainBytes(b []byte) {
	r.inline = append(r.inline, b...)
	r.texts = append(r.texts, b...)
}

// rune writes one character of text; what HTML must not hold becomes U+FFFD.
func (r *run) rune(c rune) {
	switch {
	case c == '<':
		r.inline = append(r.inline, "&lt;"...)
	case c == '>':
		r.inline = append(r.inline, "&gt;"...)
	case c == '&':
		r.inline = append(r.inline, "&amp;"...)
	case c == '\r':
		c = ' '
		r.inline = append(r.inline, ' ')
	default:
		c = cleanRune(c)
		r.inline = utf8.AppendRune(r.inline, c)
	}
	r.texts = utf8.AppendRune(r.texts, c)
}

// cleanRune replaces control characters and noncharacters, which HTML forbids.
func cleanRune(c rune) rune {
	switch {
	case c == '\n' || c == '\t':
		return c
	case c < 0x20, 0x7f <= c && c < 0xa0, 0xfdd0 <= c && c <= 0xfdef, c&0xfffe == 0xfffe:
		return utf8.RuneError
	}
	return c
}

// specialRune decodes a character that is escaped or forbidden in HTML; size 0 means that it is neither.
func specialRune(b []byte) (size int, c rune) {
	c, size = utf8.DecodeRune(b)
	if c == '<' || c == '>' || c == '\r' || cleanRune(c) != c {
		return size, c
	}
	return 0, 0
}

// isSpecialByte are the bytes at which a character may begin that is not copied as it is. 0xef begins the full-width marks too.
var isSpecialByte = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\n' && c != '\t'
	}
	for _, c := range []byte{'\\', '&', '<', '>', 0x7f, 0xc2, 0xef, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4} {
		t[c] = true
	}
	return t
}()

func isASCIIMark(c byte) bool {
	return '!' <= c && c <= '/' || ':' <= c && c <= '@' || '[' <= c && c <= '`' || '{' <= c && c <= '~'
}

// entityLength is the length of the character reference at the beginning of b, 0 when it is none.
func entityLength(b []byte) int {
	end := bytes.IndexByte(b[:min(len(b), 40)], ';')
	if end < 2 {
		return 0
	}
	name := b[1:end]
	if name[0] != '#' {
		for _, c := range name {
			if !isLetter(c) && (c < '0' || c > '9') {
				return 0
			}
		}
		if s := html.UnescapeString(string(b[:end+1])); s[len(s)-1] == ';' && s != ";" {
			return 0 // not known, or known only in part: "&notit;"
		}
		return end + 1
	}
	digits, base, limit := name[1:], 10, 7
	if len(digits) > 0 && digits[0]|0x20 == 'x' {
		digits, base, limit = digits[1:], 16, 6
	}
	if _, err := strconv.ParseUint(string(digits), base, 32); err != nil || len(digits) > limit {
		return 0
	}
	return end + 1
}

func isBlankText(b []byte) bool { return len(bytes.TrimSpace(b)) == 0 }

// tag shows raw HTML as text and reports it; <br> in a table cell is a line break.
func (r *run) tag(n *rawTag) {
	name := tagName(n.first(r.src))
	if name == "br" && r.inCell {
		r.lineBreak()
		return
	}
	from, to := n.start(), n.end()
	if len(n.segments) > 1 {
		to = n.segments[0].Stop
	}
	what := "<" + name + ">"
	if name == "" { // a comment or a declaration
		what = string(r.src[from : from+openerLength(r.src[from:])])
	}
	r.report("raw-html", diag.Error, from, to,
		diag.Say("正文中有 HTML 标记 %s，不会生效，按文字显示", "the text has the HTML markup %s; it has no effect and is shown as text", what), tagHint(name))
	for _, s := range n.segments {
		value := s.Value(r.src)
		r.literal(bytes.TrimSuffix(value, []byte{'\n'}))
		if bytes.HasSuffix(value, []byte{'\n'}) && r.pend == pendNone {
			r.pend = pendBreak
		}
	}
}

// tagName is the name of a tag in lower case, "" for a comment or declaration.
func tagName(b []byte) string {
	i := 1
	if len(b) > 1 && b[1] == '/' {
		i = 2
	}
	if i >= len(b) || !isLetter(b[i]) {
		return ""
	}
	return string(bytes.ToLower(b[i:min(skipName(b, i), i+20)]))
}

func tagHint(name string) diag.Text {
	switch name {
	case "b", "strong":
		return diag.Say("加粗请写成 **文字**", "write **text** for bold")
	case "i", "em":
		return diag.Say("强调请写成 *文字*", "write *text* for emphasis")
	case "br":
		return diag.Say("换行请在行末加反斜杠 \\，另起一段请空一行", "end the line with a backslash, or leave a blank line for a new paragraph")
	case "a":
		return diag.Say("链接请写成 [文字](地址)", "write [text](address) for a link")
	case "img":
		return diag.Say("图片请写成 ![说明](文件名)", "write ![description](file) for a picture")
	case "table", "tr", "td", "th", "thead", "tbody":
		return diag.Say("表格请用“| 列 | 列 |”的写法", "write tables as | column | column |")
	case "p", "div", "span", "font", "center":
		return diag.Say("请删去该标记，段落之间空一行", "delete the tag; a blank line separates paragraphs")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return diag.Say("标题请写成“## 标题”", "write ## heading")
	case "":
		return diag.Say("请删去，或把“<”写成“\\<”", "delete it, or write \\< for the bracket")
	}
	return diag.Say("请删去该标记；要显示尖括号，写成 \\<", "delete the tag; write \\< to show the bracket itself")
}
