package strictyaml

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
)

// suspicious reports whether a text may hold something that scan repairs and that YAML would read in silence or not at all:
// tabs, control characters, full-width colons, quotes and spaces.
func suspicious(text []byte) bool {
	for i, b := range text {
		switch {
		case b >= 0x20 && b < 0x7f || b == '\n':
		case b < 0x80:
			return true
		case b == 0xc2 && text[i+1] < 0xa0: // C1 controls
			return true
		case b == 0xe2 && text[i+1] == 0x80: // “ ” ‘ ’ and the line separators; also — and …, which cost a scan for nothing
			return true
		case b == 0xe3 && text[i+1] == 0x80 && text[i+2] == 0x80: // ideographic space
			return true
		case b == 0xef && (text[i+1] == 0xbc || text[i+1] == 0xbb || text[i+1] == 0xbf): // full-width ASCII, BOM, noncharacters
			return true
		}
	}
	return false
}

// scanner reads lines the way YAML would, just far enough to know keys, plain values, quoted texts, blocks and brackets apart.
// It reports the slips that it can repair, and remembers as suspects what would explain a syntax error.
type scanner struct {
	d        *document
	n        int    // number of the line
	line     []byte // the line without its end
	swaps    []swap // repairs of this line, in order
	swapped  bool   // some line was repaired
	out      []byte
	mode     mode
	indent   int   // of the key or dash whose value runs on
	levels   []int // indents that are open
	quote    rune  // the quote that is open
	depth    int   // of open brackets
	opened   place // where the quote or the outermost bracket was opened
	suspects []suspect
}

type mode uint8

const (
	structure mode = iota // between values
	inPlain               // a plain value may go on
	inBlock               // a block after | or >
	inQuote
	inFlow // between brackets
)

// swap replaces bytes of a line.
type swap struct {
	from, to int
	text     string
}

// suspect is a likely cause of a syntax error.
type suspect struct {
	at, end   place
	say, hint diag.Text
	open      bool // something never closed: the error shows elsewhere
}

func scan(d *document) *scanner {
	s := &scanner{d: d}
	for n := range d.starts {
		s.n, s.line, s.swaps = n+1, d.line(n+1), s.swaps[:0]
		s.controls()
		s.scanLine()
		s.finish()
	}
	if s.mode == inQuote || s.mode == inFlow {
		s.unclosed()
	}
	return s
}

// text is the repaired document.
func (s *scanner) text() []byte { return s.out }

// finish writes the line with its repairs and notes how far its columns have moved.
func (s *scanner) finish() {
	if s.n > 1 {
		s.out = append(s.out, '\n')
	}
	slices.SortStableFunc(s.swaps, func(a, b swap) int { return a.from - b.from })
	done, more := 0, 0
	for _, w := range s.swaps {
		if w.from < done {
			continue
		}
		s.swapped = true
		s.out = append(append(s.out, s.line[done:w.from]...), w.text...)
		done = w.to
		grown := utf8.RuneCountInString(w.text) - utf8.RuneCount(s.line[w.from:w.to])
		if grown == 0 {
			continue
		}
		more += grown
		if s.d.shifts == nil {
			s.d.shifts = map[int][]shift{}
		}
		s.d.shifts[s.n] = append(s.d.shifts[s.n], shift{s.col(w.to) + more, grown})
	}
	s.out = append(s.out, s.line[done:]...)
}

// col is the column of a byte of the line.
func (s *scanner) col(i int) int { return utf8.RuneCount(s.line[:i]) + 1 }

func (s *scanner) at(i int) place { return place{s.n, s.col(i)} }

// mend reports a slip at bytes from…to of the line and repairs it.
func (s *scanner) mend(rule string, from, to int, text string, say, hint diag.Text) {
	a, b := s.at(from), s.at(to)
	s.d.report(finding{rule: rule, severity: diag.Error, from: a, to: b, say: say, hint: hint, fix: s.d.edit(s.n, a.col, b.col, text)})
	s.swaps = append(s.swaps, swap{from, to, text})
}

// suspect remembers a likely cause of a syntax error; two of a line are enough.
func (s *scanner) suspect(i, end int, say, hint diag.Text) {
	if n := len(s.suspects); n > 1 && s.suspects[n-2].at.line == s.n {
		return
	}
	s.suspects = append(s.suspects, suspect{at: s.at(i), end: s.at(end), say: say, hint: hint})
}

// controls reports the characters that YAML refuses or takes for line ends; each is read as a space.
func (s *scanner) controls() {
	said := false
	for i, r := range string(s.line) {
		if r == '\t' || r >= 0x20 && r < 0x7f || r >= 0xa0 && r < 0x2028 || r > 0x2029 && r < 0xfeff || r > 0xfeff && r < 0xfffe || r > 0xffff {
			continue
		}
		end := i + utf8.RuneLen(r)
		if !said {
			s.mend("control-character", i, end, " ", diag.Say("此处有不可见的控制字符 U+%04X", "there is an invisible control character U+%04X", r),
				diag.Say("请删去", "delete it"))
			said = true
			continue
		}
		s.swaps = append(s.swaps, swap{i, end, " "})
	}
}

func (s *scanner) scanLine() {
	switch s.mode {
	case inQuote:
		s.inQuote(0)
		return
	case inFlow:
		s.flow(0)
		return
	case inBlock:
		if s.lead() > s.indent || len(bytes.TrimSpace(s.line)) == 0 {
			return
		}
	case inPlain:
		if len(bytes.TrimSpace(s.line)) == 0 {
			s.swaps = append(s.swaps, swap{0, len(s.line), ""})
			return
		}
		if s.lead() > s.indent {
			s.continued()
			return
		}
	}
	s.mode = structure
	s.structure()
}

// lead counts the spaces in front of a line.
func (s *scanner) lead() int { return len(s.line) - len(bytes.TrimLeft(s.line, " ")) }

// continued looks at a line that YAML reads as more of the plain value above it.
func (s *scanner) continued() {
	if i := bytes.Index(s.line, []byte(": ")); i >= 0 {
		s.suspect(s.lead(), i, diag.Say("这一行缩进比上一个字段多，被当作它的续行", "this line is indented more than the key above and is read as more of its value"),
			diag.Say("请与上一个字段左对齐", "align it with the key above"))
	}
}

// structure reads a line that begins with a key, a dash or a scalar.
func (s *scanner) structure() {
	i, indent := s.margin()
	if i == len(s.line) || s.line[i] == '#' || i == 0 && s.marker() {
		return
	}
	s.level(i, indent)
	dashed := false
	for i < len(s.line) && s.line[i] == '-' && (i+1 == len(s.line) || gapSize(s.line[i+1:]) > 0) {
		dashed = true
		gap := s.gap(i + 1)
		s.indent = indent
		indent += 1 + gap
		i += 1 + gapSize(s.line[i+1:])
		if i < len(s.line) && s.line[i] != '#' {
			s.push(indent)
		}
	}
	if i < len(s.line) && s.line[i] != '#' {
		s.entry(i, indent, dashed)
	}
}

// marker reports whether the line is a document marker or a directive.
func (s *scanner) marker() bool {
	return bytes.HasPrefix(s.line, []byte("---")) || bytes.HasPrefix(s.line, []byte("...")) || s.line[0] == '%'
}

// margin measures the indentation: the byte where the line's text begins and the column it has once tabs and wide spaces are mended.
func (s *scanner) margin() (i, indent int) {
	i = gapSize(s.line)
	var clean strings.Builder
	for _, r := range string(s.line[:i]) {
		if r == ' ' {
			clean.WriteByte(' ')
		} else {
			clean.WriteString("  ")
		}
	}
	blank := string(s.line[:i])
	if clean.Len() == i && !strings.ContainsAny(blank, "\t　") {
		return i, i
	}
	comment := i == len(s.line) || s.line[i] == '#'
	if i == len(s.line) && !strings.Contains(blank, "　") { // tabs alone on a line harm nobody but YAML
		s.swaps = append(s.swaps, swap{0, i, ""})
	}
	switch {
	case strings.Contains(blank, "　"):
		s.mend("full-width-space", 0, i, clean.String(), diag.Say("缩进用了全角空格", "the indentation holds full-width spaces"),
			diag.Say("请改为半角空格", "use plain spaces"))
	case !comment:
		s.mend("tab", 0, i, clean.String(), diag.Say("缩进用了制表符（Tab）", "the indentation holds tabs"),
			diag.Say("请改为空格，每层两个", "use spaces, two a level"))
	}
	return i, clean.Len()
}

// gap mends the white space after a dash or a colon at byte i and returns its width once mended.
func (s *scanner) gap(i int) int {
	size := gapSize(s.line[i:])
	blank := string(s.line[i : i+size])
	end := i+size == len(s.line)
	switch {
	case strings.Contains(blank, "　"):
		s.mend("full-width-space", i, i+size, " ", diag.Say("此处是全角空格", "this is a full-width space"), diag.Say("请改为半角空格", "use a plain space"))
	case strings.Contains(blank, "\t") && !end:
		s.mend("tab", i, i+size, " ", diag.Say("此处是制表符（Tab）", "this is a tab"), diag.Say("请改为一个空格", "use one space"))
	default:
		return size
	}
	return 1
}

// gapSize measures spaces, tabs and ideographic spaces, in bytes.
func gapSize(b []byte) int {
	return len(b) - len(bytes.TrimLeft(b, " \t　"))
}

// level checks the indentation of a line against the levels that are open.
func (s *scanner) level(i, indent int) {
	popped := false
	for len(s.levels) > 0 && s.levels[len(s.levels)-1] > indent {
		s.levels = s.levels[:len(s.levels)-1]
		popped = true
	}
	if popped && (len(s.levels) == 0 || s.levels[len(s.levels)-1] != indent) {
		s.suspect(0, i, diag.Say("这一行的缩进与上面任何一层都不对齐", "the indentation of this line matches no level above"),
			diag.Say("请与同层的字段左对齐", "align it with the keys of its level"))
	}
	s.push(indent)
}

func (s *scanner) push(indent int) {
	if len(s.levels) == 0 || s.levels[len(s.levels)-1] < indent {
		s.levels = append(s.levels, indent)
	}
}

// known reports whether a word is a key somewhere in the document's declaration.
func (s *scanner) known(key []byte) bool {
	_, ok := s.d.words[string(bytes.TrimFunc(key, unicode.IsSpace))]
	return ok
}
