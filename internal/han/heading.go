package han

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Class is the kind of a written heading number. Lower classes stand outside: 第一部分 > 一、 > （一） > 1. > （1） (GB/T 9704 and
// custom).
type Class uint8

// The classes, outermost first.
const (
	NoClass          Class = iota
	ClassPart              // 第一编, 第一篇, 第一部分
	ClassChapter           // 第一章
	ClassSection           // 第一节
	ClassHan               // 一、
	ClassHanParen          // （一）
	ClassArabic            // 1. 1． 1、
	ClassArabicParen       // （1） 1）
	ClassCircled           // ①, a number of items and never of a heading
)

// Heading reports whether numbers of this class number headings.
func (c Class) Heading() bool { return c > NoClass && c < ClassCircled }

// Number is a heading number (标题序号) as a text begins with it.
type Number struct {
	Text  string // as written, without spaces round it: "一、", "（一）", "(一)", "3.", "（1）", "第一部分"
	Class Class
	Value int
}

// HeadingNumber splits the written number from the beginning of a text. rest is what follows, without spaces (and, after 第一部分,
// without a colon) before it. ok is false when the text begins with no number, and when what looks like one belongs to the sentence:
// a decimal or a year (3.5亿元, 2021.3), an enumeration (三、四月份; 一、二级医院).
func HeadingNumber(s string) (n Number, rest string, ok bool) {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(s)
	switch {
	case first == '（' || first == '(':
		n, rest, ok = parenthesised(s)
	case first == '第':
		n, rest, ok = ordinal(s)
	case '①' <= first && first <= '⑳':
		size := utf8.RuneLen(first)
		n, rest, ok = Number{s[:size], ClassCircled, int(first-'①') + 1}, s[size:], true
	default:
		n, rest, ok = pointed(s)
	}
	if !ok {
		return Number{}, s, false
	}
	return n, strings.TrimLeftFunc(rest, unicode.IsSpace), true
}

// numeral cuts the longest numeral from the beginning of s: Chinese up to 百, or at most three Arabic digits.
func numeral(s string) (value, size int, arabic, ok bool) {
	for i, r := range s {
		isArabic := '0' <= r && r <= '9' || '０' <= r && r <= '９'
		_, isHan := hanDigit(r)
		isHan = isHan && r != '两' || r == '十' || r == '百'
		if i == 0 {
			arabic = isArabic
		}
		if !isHan && !isArabic || isArabic != arabic {
			break
		}
		size = i + utf8.RuneLen(r)
		if size > 18 {
			return 0, 0, false, false
		}
	}
	value, ok = ParseNumeral(s[:size])
	return value, size, arabic, ok && value <= 999
}

func parenthesised(s string) (Number, string, bool) {
	_, open := utf8.DecodeRuneInString(s)
	inner := strings.TrimLeft(s[open:], " ")
	value, size, arabic, ok := numeral(inner)
	if !ok {
		return Number{}, s, false
	}
	tail := strings.TrimLeft(inner[size:], " ")
	closing, width := utf8.DecodeRuneInString(tail)
	if closing != '）' && closing != ')' {
		return Number{}, s, false
	}
	class := ClassHanParen
	if arabic {
		class = ClassArabicParen
	}
	end := len(s) - len(tail) + width
	// "（一）、" is a common slip; the mark belongs to the number.
	if strings.HasPrefix(s[end:], "、") {
		end += len("、")
	}
	return Number{s[:end], class, value}, s[end:], true
}

func ordinal(s string) (Number, string, bool) {
	after := s[len("第"):]
	value, size, _, ok := numeral(after)
	if !ok {
		return Number{}, s, false
	}
	after = after[size:]
	for _, unit := range [...]struct {
		word  string
		class Class
		free  bool // the title may follow without a space: 第一部分工作回顾
	}{{"部分", ClassPart, true}, {"编", ClassPart, false}, {"篇", ClassPart, false}, {"章", ClassChapter, false}, {"节", ClassSection, false}} {
		rest, found := strings.CutPrefix(after, unit.word)
		if !found {
			continue
		}
		next, _ := utf8.DecodeRuneInString(rest)
		separated := rest == "" || unicode.IsSpace(next) || strings.ContainsRune("：:、.．", next)
		if !separated && !unit.free {
			return Number{}, s, false
		}
		number := s[:len(s)-len(rest)]
		rest = strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("：:、.．", r) })
		return Number{number, unit.class, value}, rest, true
	}
	return Number{}, s, false
}

// pointed reads 一、 1. 1． 1、 1） and their like.
func pointed(s string) (Number, string, bool) {
	value, size, arabic, ok := numeral(s)
	if !ok {
		return Number{}, s, false
	}
	mark, width := utf8.DecodeRuneInString(s[size:])
	rest := s[size+width:]
	n := Number{s[:size+width], ClassHan, value}
	if arabic {
		n.Class = ClassArabic
	}
	switch mark {
	case '、':
		return n, rest, !enumerates(value, rest)
	case '.', '．':
		next, _ := utf8.DecodeRuneInString(rest)
		_, decimal := digit(next)
		return n, rest, !decimal
	case '）', ')':
		n.Class = ClassArabicParen
		return n, rest, arabic
	}
	return Number{}, s, false
}

// enumerates reports whether the text behind "三、" goes on counting: 三、四月份, 一、二、三产业, 5、6月.
func enumerates(value int, rest string) bool {
	next, size, _, ok := numeral(rest)
	if !ok || next != value+1 {
		return false
	}
	for _, word := range [...]string{"月", "级", "日", "号", "线", "类", "期", "、", "者", "届", "楼"} {
		if strings.HasPrefix(rest[size:], word) {
			return true
		}
	}
	return false
}
