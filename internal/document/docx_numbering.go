package document

import (
	"strconv"
	"strings"
	"unicode"
)

// numbering draws the numbers of lists. Lists that share an abstract definition share its counters, unless one of them sets its own start.
type numbering struct {
	abstract map[string]*abstractNum
	nums     map[string]*num
}

type abstractNum struct {
	levels   [9]*numLevel
	counters [9]int
	begun    [9]bool
	link     string // the name of the style that holds the levels
}

type num struct {
	of     *abstractNum
	levels [9]*numLevel // overrides
	starts [9]int       // startOverride, -1 is none
	used   [9]bool      // whether the override has been applied
}

type numLevel struct {
	start   int
	format  string
	text    string
	restart int // the level, from 1, after which this one begins anew; -1 is the one above, 0 never
	legal   bool
	style   string // pStyle: paragraphs of this style stand on this level
}

func newNumbering(root *node, st *styles) *numbering {
	l := &numbering{abstract: map[string]*abstractNum{}, nums: map[string]*num{}}
	if root == nil {
		return l
	}
	byStyle := map[string]*abstractNum{}
	for n := range root.all("w:abstractNum") {
		a := &abstractNum{link: n.val("w:numStyleLink")}
		for lvl := range n.all("w:lvl") {
			if i, ok := lvl.num("w:ilvl"); ok && i >= 0 && i <= 8 {
				a.levels[i] = newLevel(lvl)
			}
		}
		l.abstract[n.attr("w:abstractNumId")] = a
		if name := n.val("w:styleLink"); name != "" {
			byStyle[name] = a
		}
	}
	for _, a := range l.abstract {
		if to := byStyle[a.link]; a.link != "" && to != nil {
			a.levels = to.levels
		}
	}
	for n := range root.all("w:num") {
		of := l.abstract[n.val("w:abstractNumId")]
		if of == nil {
			continue
		}
		one := &num{of: of}
		for i := range one.starts {
			one.starts[i] = -1
		}
		for o := range n.all("w:lvlOverride") {
			i, ok := o.num("w:ilvl")
			if !ok || i < 0 || i > 8 {
				continue
			}
			if start, ok := o.kid("w:startOverride").num("w:val"); ok {
				one.starts[i] = start
			}
			if lvl := o.kid("w:lvl"); lvl != nil {
				one.levels[i] = newLevel(lvl)
			}
		}
		l.nums[n.attr("w:numId")] = one
	}
	return l
}

func newLevel(n *node) *numLevel {
	lvl := &numLevel{start: 0, format: n.val("w:numFmt"), text: n.val("w:lvlText"), restart: -1, style: n.val("w:pStyle"), legal: n.kid("w:isLgl") != nil}
	if start, ok := n.kid("w:start").num("w:val"); ok {
		lvl.start = start
	}
	if restart, ok := n.kid("w:lvlRestart").num("w:val"); ok {
		lvl.restart = restart
	}
	// A format that only newer programs know stands in AlternateContent.
	for alt := range n.all("w:numFmt") {
		if f := alt.attr("w:format"); alt.attr("w:val") == "custom" && f != "" {
			lvl.format = f
		}
	}
	return lvl
}

// next draws the number of a paragraph and counts on. Level is that of the paragraph, or found by its style when the file does not say.
func (l *numbering) next(set setting, styleID string) (number string, level int, listed bool) {
	one := l.nums[set.numID]
	if one == nil || set.numID == "0" {
		return "", 0, false
	}
	i := set.ilvl
	if !set.hasLevel {
		for at, lvl := range one.of.levels {
			if lvl != nil && lvl.style != "" && lvl.style == styleID {
				i = at
			}
		}
	}
	lvl := one.level(i)
	if lvl == nil {
		return "", i, true
	}
	a := one.of
	if one.starts[i] >= 0 && !one.used[i] {
		one.used[i] = true
		a.counters[i], a.begun[i] = one.starts[i], true
	} else if !a.begun[i] {
		a.counters[i], a.begun[i] = lvl.start, true
	} else {
		a.counters[i]++
	}
	for deeper := i + 1; deeper < 9; deeper++ {
		if sub := one.level(deeper); sub == nil || sub.restart < 0 || sub.restart > i {
			a.begun[deeper] = false
		}
	}
	return one.draw(i, lvl), i, true
}

func (n *num) level(i int) *numLevel {
	if n.levels[i] != nil {
		return n.levels[i]
	}
	return n.of.levels[i]
}

// draw fills the pattern of a level, "%1、" or "（%2）".
func (n *num) draw(i int, lvl *numLevel) string {
	if lvl.format == "bullet" {
		for _, c := range lvl.text {
			if !unicode.Is(unicode.Co, c) && unicode.IsGraphic(c) {
				return lvl.text
			}
		}
		if lvl.text == "" {
			return ""
		}
		return "•" // a sign of a symbol font
	}
	var b strings.Builder
	for s := lvl.text; s != ""; {
		if s[0] == '%' && len(s) > 1 && s[1] >= '1' && s[1] <= '9' {
			at := int(s[1] - '1')
			if of := n.level(at); of != nil {
				value := n.of.counters[at]
				if !n.of.begun[at] {
					value = of.start
				}
				format := of.format
				if lvl.legal {
					format = "decimal"
				}
				b.WriteString(drawNumber(format, value))
			}
			s = s[2:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return strings.TrimSpace(b.String())
}

// drawNumber writes a number in one of the formats of ST_NumberFormat; those without a rule here are written in digits.
func drawNumber(format string, n int) string {
	within := func(list string, otherwise string) string {
		if r := []rune(list); n >= 1 && n <= len(r) {
			return string(r[n-1])
		}
		return otherwise
	}
	plain := strconv.Itoa(n)
	switch format {
	case "none":
		return ""
	case "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand", "japaneseDigitalTenThousand":
		return chinese(n, "零一二三四五六七八九", "十百千万", true)
	case "chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal":
		return chinese(n, "零壹贰叁肆伍陆柒捌玖", "拾佰仟万", false)
	case "ideographDigital", "taiwaneseDigital":
		return mapDigits(plain, "〇一二三四五六七八九")
	case "decimalFullWidth", "decimalFullWidth2":
		return mapDigits(plain, "０１２３４５６７８９")
	case "decimalZero":
		if n >= 0 && n < 10 {
			return "0" + plain
		}
	case "ideographTraditional":
		return within("甲乙丙丁戊己庚辛壬癸", plain)
	case "ideographZodiac":
		return within("子丑寅卯辰巳午未申酉戌亥", plain)
	case "decimalEnclosedCircle", "decimalEnclosedCircleChinese":
		return within("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟", plain)
	case "decimalEnclosedParen":
		return within("⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇", "("+plain+")")
	case "decimalEnclosedFullstop":
		return within("⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛", plain+".")
	case "ideographEnclosedCircle":
		return within("㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉", plain)
	case "lowerLetter":
		return letters(n, 'a')
	case "upperLetter":
		return letters(n, 'A')
	case "lowerRoman":
		return strings.ToLower(roman(n))
	case "upperRoman":
		return roman(n)
	case "numberInDash":
		return "- " + plain + " -"
	}
	return plain
}

func mapDigits(s, digits string) string {
	r := []rune(digits)
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return r[c-'0']
		}
		return c
	}, s)
}

// chinese writes 0 to 99,999 as one counts; short drops the 一 of 一十 at the beginning.
func chinese(n int, digits, units string, short bool) string {
	if n < 0 || n > 99_999 {
		return strconv.Itoa(n)
	}
	d, u := []rune(digits), []rune(units)
	if n == 0 {
		return string(d[0])
	}
	var b strings.Builder
	zero := false
	for place := 4; place >= 0; place-- {
		pow := 1
		for range place {
			pow *= 10
		}
		digit := n / pow % 10
		switch {
		case digit == 0:
			zero = b.Len() > 0
			continue
		case zero:
			b.WriteRune(d[0])
			zero = false
		}
		if !(short && place == 1 && digit == 1 && b.Len() == 0) {
			b.WriteRune(d[digit])
		}
		if place > 0 {
			b.WriteRune(u[place-1])
		}
	}
	return b.String()
}

// letters writes a, b … z, aa, bb … as Word does.
func letters(n int, first rune) string {
	if n < 1 || n > 780 {
		return strconv.Itoa(n)
	}
	return strings.Repeat(string(first+rune((n-1)%26)), (n-1)/26+1)
}

func roman(n int) string {
	if n < 1 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, step := range []struct {
		value int
		sign  string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for ; n >= step.value; n -= step.value {
			b.WriteString(step.sign)
		}
	}
	return b.String()
}
