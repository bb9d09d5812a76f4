package strictyaml

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
)

// entry reads a key and its value, or a scalar without a key, from byte i of the line on.
func (s *scanner) entry(i, indent int, dashed bool) {
	switch s.line[i] {
	case '"', '\'':
		size := quoted(s.line[i:])
		if size == 0 {
			s.value(i)
			return
		}
		after := i + size + gapSize(s.line[i+size:])
		if rest := s.line[after:]; bytes.HasPrefix(rest, []byte("：")) {
			s.wideColon(after)
			s.setValue(after+len("："), indent)
		} else if bytes.HasPrefix(rest, []byte(":")) {
			s.setValue(after+1, indent)
		} else {
			s.value(i)
		}
		return
	case '[', '{', '|', '>':
		s.value(i)
		return
	}
	colon, size := s.colon(i, dashed)
	if colon < 0 {
		if !dashed {
			s.suspect(i, len(s.line), diag.Say("这一行没有冒号", "this line has no colon"), diag.Say("请写成“字段: 值”", "write “key: value”"))
			s.indent = indent - 1
		}
		s.value(i)
		return
	}
	s.setValue(colon+size, indent)
}

// colon finds what ends the key that begins at byte i, mending it; -1 when nothing does.
func (s *scanner) colon(i int, dashed bool) (at, size int) {
	wide := -1
	for j := i; j < len(s.line); {
		r, n := utf8.DecodeRune(s.line[j:])
		switch {
		case r == '#' && j > i && s.line[j-1] == ' ':
			j = len(s.line)
			continue
		case r == '：' && wide < 0:
			if s.known(s.line[i:j]) {
				s.wideColon(j)
				return j, n
			}
			wide = j
		case r == ':' && (j+1 == len(s.line) || gapSize(s.line[j+1:]) > 0):
			return j, n
		case r == ':' && s.known(s.line[i:j]):
			s.mend("missing-space", j, j+1, ": ", diag.Say("冒号后面缺少空格", "there is no space after the colon"),
				diag.Say("请在冒号后加一个半角空格", "put a space after the colon"))
			return j, n
		}
		j += n
	}
	if wide >= 0 && !dashed {
		s.wideColon(wide)
		return wide, len("：")
	}
	return -1, 0
}

// wideColon mends a full-width colon and the white space after it.
func (s *scanner) wideColon(j int) {
	end := j + len("：")
	end += gapSize(s.line[end:])
	s.mend("full-width-colon", j, end, ": ", diag.Say("字段后用了全角冒号“：”", "the key ends with a full-width colon “：”"),
		diag.Say("请改为半角冒号加空格“: ”", "use an ASCII colon and a space"))
}

// setValue reads the value behind a colon; indent is the key's.
func (s *scanner) setValue(i, indent int) {
	s.indent = indent
	if n := len(s.swaps); n == 0 || s.swaps[n-1].to < i {
		s.gap(i)
	}
	i += gapSize(s.line[i:])
	if i == len(s.line) || s.line[i] == '#' {
		return
	}
	if s.line[i] == '-' && i+1 < len(s.line) && s.line[i+1] == ' ' {
		s.suspect(i, i+1, diag.Say("列表项不能与字段写在同一行", "a list entry cannot stand on its key's line"),
			diag.Say("请另起一行写“- …”，或写成 [一, 二]", "begin a new line with “- …”, or write [a, b]"))
	}
	s.value(i)
}

// value reads a scalar or a bracket at byte i.
func (s *scanner) value(i int) {
	switch r, _ := utf8.DecodeRune(s.line[i:]); r {
	case '|', '>':
		s.mode = inBlock
	case '"', '\'':
		s.quote, s.opened = r, s.at(i)
		s.inQuote(i + 1)
	case '[', '{':
		s.depth, s.opened = 0, s.at(i)
		s.flow(i)
	case '*', '@', '`', '%', ',', ']', '}':
		s.suspect(i, len(s.line), diag.Say("值以“%c”开头，在 YAML 中另有含义", "the value begins with %c, which means something else in YAML", r),
			diag.Say("请把整个值放在单引号里", "put the whole value between single quotes"))
		s.mode = inPlain
	case '“', '‘', '＂', '＇':
		s.wideQuotes(i, r)
		s.mode = inPlain
	default:
		s.plain(i)
	}
}

// plain reads a value without quotes.
func (s *scanner) plain(i int) {
	s.mode = inPlain
	rest := s.line[i:]
	if c := bytes.Index(rest, []byte(" #")); c >= 0 {
		rest = rest[:c]
		s.mode = structure // a comment ends the value
	}
	c := bytes.Index(rest, []byte(": "))
	if c < 0 && bytes.HasSuffix(rest, []byte(":")) {
		c = len(rest) - 1
	}
	if c >= 0 {
		s.suspect(i+c, i+c+1, diag.Say("值里又有一个“: ”", "the value holds another “: ”"),
			diag.Say("请改为全角冒号“：”，或把整个值放在单引号里", "put the whole value between single quotes"))
	}
}

// wideQuotes mends full-width quotes that stand round a whole value, where a YAML quote was meant.
func (s *scanner) wideQuotes(i int, open rune) {
	closing := map[rune]rune{'“': '”', '‘': '’', '＂': '＂', '＇': '＇'}[open]
	text := bytes.TrimRight(s.line[i:], " \t　")
	if c := bytes.Index(text, []byte(" #")); c >= 0 {
		text = bytes.TrimRight(text[:c], " ")
	}
	inner, ok := strings.CutSuffix(string(text[utf8.RuneLen(open):]), string(closing))
	if !ok || strings.ContainsRune(inner, open) || strings.ContainsRune(inner, closing) || inner == "" {
		return
	}
	say := diag.Say("整个值用全角引号%c%c括起", "the whole value stands between full-width quotes %c%c", open, closing)
	hint := diag.Say("请改为半角引号；引号本身是内容的，外面再加一对半角单引号", "use ASCII quotes; if the quotes are part of the text, put single quotes round them")
	mark := "'"
	if strings.Contains(inner, "'") {
		mark = `"`
		if strings.ContainsAny(inner, `"\`) {
			mark = ""
		}
	}
	if mark == "" {
		s.d.report(finding{rule: "full-width-quotes", severity: diag.Error, from: s.at(i), to: s.at(i + len(text)), say: say, hint: hint})
		return
	}
	s.mend("full-width-quotes", i, i+len(text), mark+inner+mark, say, hint)
}

// inQuote reads on to the closing quote, from byte i, and past it.
func (s *scanner) inQuote(i int) {
	i = s.closing(i)
	if i < 0 {
		return
	}
	s.mode = structure
	if s.depth > 0 {
		s.flow(i)
		return
	}
	rest := i + gapSize(s.line[i:])
	if rest < len(s.line) && s.line[rest] != '#' && s.line[rest] != ':' {
		s.suspect(rest, len(s.line), diag.Say("右引号后面还有文字", "there is text after the closing quote"),
			diag.Say("请把整个值放在一对引号里，里面的引号用“”", "put the whole value between one pair of quotes"))
	}
}

// closing finds the byte behind the closing quote; -1 when the quote stays open at the end of the line.
func (s *scanner) closing(i int) int {
	for ; i < len(s.line); i++ {
		switch c := rune(s.line[i]); {
		case c == '\\' && s.quote == '"':
			s.escape(i)
			i++
		case c == s.quote && c == '\'' && i+1 < len(s.line) && s.line[i+1] == '\'':
			i++
		case c == s.quote:
			return i + 1
		}
	}
	s.mode = inQuote
	return -1
}

// escape suspects a backslash between double quotes that YAML does not know.
func (s *scanner) escape(i int) {
	if i+1 < len(s.line) && !strings.ContainsRune("0abt\tnvfre \"/\\N_LPxuU", rune(s.line[i+1])) {
		_, n := utf8.DecodeRune(s.line[i+1:])
		s.suspect(i, i+1+n, diag.Say("双引号里的“\\”是转义符", "a backslash between double quotes is an escape"),
			diag.Say("请改用单引号", "use single quotes"))
	}
}

// flow reads on between brackets, from byte i.
func (s *scanner) flow(i int) {
	s.mode = inFlow
	last := byte(0) // but spaces
	for i < len(s.line) {
		c := s.line[i]
		if c == ',' && last == ',' {
			s.suspect(i, i+1, diag.Say("两个逗号之间没有内容", "there is nothing between two commas"), diag.Say("请删去多余的逗号", "delete one comma"))
		}
		if c != ' ' {
			last = c
		}
		before := byte(' ')
		if i > 0 {
			before = s.line[i-1]
		}
		switch {
		case c == '[' || c == '{':
			s.depth++
		case c == ']' || c == '}':
			if s.depth--; s.depth <= 0 {
				s.depth = 0
				s.mode = structure
				return
			}
		case c == '#' && before == ' ':
			return
		case c == '?' && before != ' ':
			s.suspect(i, i+1, diag.Say("方括号里的文字不能有“?”", "a text between brackets cannot hold a ?"), diag.Say("请给这一项加单引号", "put single quotes round the entry"))
		case (c == '"' || c == '\'') && strings.IndexByte(" [{,:", before) >= 0:
			s.quote = rune(c)
			if i = s.closing(i + 1); i < 0 {
				return
			}
			continue
		}
		i++
	}
}

func (s *scanner) unclosed() {
	last := suspect{at: s.opened, open: true}
	if s.mode == inQuote {
		last.say = diag.Say("引号没有配对：从这里打开，到末尾也没有关闭", "this quote is never closed")
		last.hint = diag.Say("请在值的末尾补上引号", "close the quote at the end of the value")
	} else {
		last.say = diag.Say("括号没有配对：从这里打开，到末尾也没有关闭", "this bracket is never closed")
		last.hint = diag.Say("请补上右括号", "close the bracket")
	}
	s.suspects = append(s.suspects, last)
}

// cause explains a syntax error that yaml.v3 places near a line: by the suspect nearest to it, by one that is open to the end, or
// by the library's own words.
func (s *scanner) cause(at place, what string) finding {
	f := finding{rule: "syntax", severity: diag.Error, from: at}
	best, distance := -1, 3
	for i, c := range s.suspects {
		far := max(c.at.line-at.line, at.line-c.at.line)
		if c.open {
			far = 1
		}
		if far < distance {
			best, distance = i, far
		}
	}
	if best >= 0 {
		c := s.suspects[best]
		f.from, f.to, f.say, f.hint = c.at, c.end, c.say, c.hint
		return f
	}
	f.say = diag.Text{ZH: "这一行附近不是正确的 YAML（" + Clip(what) + "）", EN: "the YAML is broken near this line (" + Clip(what) + ")"}
	f.hint = diag.Say("请检查冒号后的空格、缩进和引号；值里有冒号、#、引号的，请整个放在单引号里",
		"check the space after the colon, the indentation and the quotes; put single quotes round a value that holds : or #")
	return f
}
