package han

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Marks at which Chinese text may pause or stop. A line that holds none of the clause marks is a name, a title or a heading.
const (
	stopMarks   = "。！？!?…"
	endMarks    = stopMarks + "；;：:"
	clauseMarks = "，。；！？,;"
	openers     = "（(【〔[《〈“‘「『"
	closers     = "）)】〕]》〉”’」』"
)

// EndsSentence reports whether a text ends as a sentence, an item of a list or an announcement does: with one of 。！？…；：, closing
// quotes and brackets behind it aside. A remark in brackets behind the stop, "…人。（截至6月）", belongs to what it follows.
func EndsSentence(s string) bool {
	s = trimBlank(s)
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		switch {
		case strings.ContainsRune(endMarks, r):
			return true
		case r == '.':
			before, _ := utf8.DecodeLastRuneInString(s[:len(s)-1])
			return unicode.IsLetter(before)
		case r == '）' || r == ')':
			if i := strings.LastIndexAny(s[:len(s)-size], "（("); i > 0 && EndsSentence(s[:i]) {
				return true
			}
			s = s[:len(s)-size]
		case strings.ContainsRune(closers, r):
			s = s[:len(s)-size]
		default:
			return false
		}
	}
	return false
}

// FirstStop is the byte offset just behind the first stop (。！？) that does not stand within quotes or brackets; -1 when there is
// none. What stands before it is the first sentence, and of a numbered paragraph its run-in heading.
func FirstStop(s string) int {
	depth := 0
	for i, r := range s {
		switch {
		case strings.ContainsRune(openers, r):
			depth++
		case strings.ContainsRune(closers, r):
			depth = max(0, depth-1)
		case depth == 0 && (r == '。' || r == '！' || r == '？'):
			return i + utf8.RuneLen(r)
		}
	}
	return -1
}

// Unclosed reports whether a text opens a quote or a bracket that it does not close.
func Unclosed(s string) bool {
	var open []rune
	for _, r := range s {
		if strings.ContainsRune(openers, r) {
			open = append(open, r)
		} else if strings.ContainsRune(closers, r) && len(open) > 0 {
			open = open[:len(open)-1]
		}
	}
	return len(open) > 0
}

// Lengths, in characters, below which a line is too short to be prose (standards D-26).
const (
	minProse   = 20
	minComma   = 30 // a line with a comma but without a figure may be a heading up to here
	maxHeading = 60 // a numbered line without a stop is a heading up to here
)

// CutByBreak reports whether a page or line break stands within a sentence: before and after are the paragraphs on its two sides, and
// belong together without a blank (standards D-26).
//
// The first must be prose that does not end: with a clause mark inside it, not a title, a heading, an organ or an item; the second must
// neither begin with a number nor be a date or an organ. What begins with a mark that no paragraph begins with (，。）) belongs to
// the text before it, but for a closing one behind a finished sentence that has opened nothing.
func CutByBreak(before, after string) bool { return isCut(before, after, false) }

// CutByPage is CutByBreak for two paragraphs between which a page certainly ends, because its number or its running head stood there:
// a clause mark in the first is then enough.
func CutByPage(before, after string) bool { return isCut(before, after, true) }

func isCut(before, after string, page bool) bool {
	before, after = trimBlank(before), trimBlank(after)
	if before == "" || after == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(after)
	if strings.ContainsRune(closers, first) && EndsSentence(before) && !Unclosed(before) { // its opening mark has been lost, not a sentence cut
		return false
	}
	if strings.ContainsRune("，。、；！？”’）》】％%", first) || first == '·' && Unclosed(before) {
		return true
	}
	if EndsSentence(before) || startsParagraph(after) {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	if strings.ContainsRune("，,、", last) || strings.ContainsRune(openers, last) {
		return utf8.RuneCountInString(before) >= 8
	}
	return isProse(before, page) && !isLabel(after) && (page || !opensParagraph(after))
}

// opensParagraph reports whether a text begins with words that open a paragraph or follow a comma: after a text that merely lacks its
// stop they begin a new one.
func opensParagraph(s string) bool {
	for _, word := range [...]string{"下一步", "今年以来", "一年来", "半年来", "五年来", "过去一年", "今后", "总之", "总的来看", "此外", "与此同时", "为此", "接下来", "现将", "特此", "存在的问题", "主要做法"} {
		if strings.HasPrefix(s, word) {
			return true
		}
	}
	return false
}

// startsParagraph reports whether a text begins as only a paragraph does: with a heading number, 一是, a dash, a circled number.
func startsParagraph(s string) bool {
	if _, _, ok := HeadingNumber(s); ok {
		return true
	}
	for _, mark := range [...]string{"——", "--", "●", "■", "◆", "★", "•", "·", "#", "**", "|", "各位代表", "附件", "附："} {
		if strings.HasPrefix(s, mark) {
			return true
		}
	}
	_, ok := CountingWord(s)
	return ok
}

// CountingWord reads 一是, 二要, 第三，首先 and their like at the beginning of a text. They count items within prose and never number
// headings.
func CountingWord(s string) (word string, ok bool) {
	for _, w := range [...]string{"首先，", "其次，", "再次，", "最后，"} {
		if strings.HasPrefix(s, w) {
			return w, true
		}
	}
	rest := strings.TrimPrefix(s, "第")
	_, size, arabic, ok := numeral(rest)
	if !ok || arabic {
		return "", false
	}
	next, width := utf8.DecodeRuneInString(rest[size:])
	ordinal := len(rest) < len(s)
	if !ordinal && (next == '是' || next == '要') || ordinal && (next == '，' || next == '、' || next == ',') {
		return s[:len(s)-len(rest)+size+width], true
	}
	return "", false
}

// isProse reports whether a text that does not end is the beginning of a paragraph rather than a title, a heading or a name.
func isProse(s string, page bool) bool {
	length := utf8.RuneCountInString(s)
	_, rest, numbered := HeadingNumber(s)
	if Unclosed(s) && length >= 5 {
		return true
	}
	if numbered && FirstStop(rest) < 0 && length <= maxHeading {
		return false
	}
	if FirstStop(rest) >= 0 || FirstStop(s) >= 0 {
		return true
	}
	comma := strings.ContainsAny(s, clauseMarks)
	figure := strings.ContainsFunc(s, unicode.IsDigit)
	switch {
	case comma && (figure && length >= 8 || length >= minComma || page && !numbered):
		return true
	case strings.Contains(s, "、") && length >= minComma:
		return !figure || length > 2*minComma
	}
	return length > maxHeading
}

// isLabel reports whether a whole text is a date or a short name: what stands under a text, not in it.
func isLabel(s string) bool {
	return !strings.ContainsAny(s, endMarks+clauseMarks) && utf8.RuneCountInString(s) < minProse &&
		(strings.HasSuffix(s, "日") || strings.HasSuffix(s, "局") || strings.HasSuffix(s, "政府") || strings.HasSuffix(s, "委员会") || strings.HasSuffix(s, "办公室"))
}

// PageNumber reads a line that holds nothing but a page number: "- 3 -", "—3—", "第3页", "第 3 页 共 12 页", "3/12". A number alone is
// one too, but plain tells that it may be anything else: its neighbours have to agree.
func PageNumber(s string) (page int, plain, ok bool) {
	s = trimBlank(s)
	if s == "" || len(s) > 40 {
		return 0, false, false
	}
	if inner, found := strings.CutPrefix(s, "第"); found {
		number, tail, found := strings.Cut(inner, "页")
		page, ok = ParseNumeral(trimBlank(number))
		tail = strings.Trim(tail, " \u3000，,/共页0123456789０１２３４５６７８９一二三四五六七八九十百")
		return page, false, found && ok && tail == ""
	}
	if number, of, found := strings.Cut(s, "/"); found {
		page, ok = ParseNumeral(trimBlank(number))
		all, whole := ParseNumeral(trimBlank(of))
		return page, false, ok && whole && isDigits(s) && page >= 1 && page <= all && all < 1000
	}
	inner := strings.Trim(s, "-—–－―─_~·• \u3000")
	if inner == "" || len(inner) > 9 || !isDigits(inner) {
		return 0, false, false
	}
	page, ok = ParseNumeral(inner)
	return page, inner == s, ok && page < 1000
}

func isDigits(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < '０' || r > '９') && r != '/' && r != ' '
	})
}

// trimBlank cuts white space and invisible characters (Invisible) from both ends.
func trimBlank(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || Invisible(r) })
}

// Invisible reports whether a character takes no ink and no room and means nothing in Chinese text: soft hyphens, zero-width blanks and
// joiners, direction marks, byte order marks, control characters and what Unicode calls no character.
func Invisible(r rune) bool {
	switch {
	case r == 0x00ad, r == 0x034f, r == 0x061c, r == 0x180e, 0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e,
		0x2060 <= r && r <= 0x2064, 0x2066 <= r && r <= 0x206f, r == 0xfeff, 0xfe00 <= r && r <= 0xfe0f, 0xfff9 <= r && r <= 0xfffb,
		0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
		return true
	}
	return r < 0x20 && !unicode.IsSpace(r) || 0x7f <= r && r < 0xa0 && r != 0x85
}
