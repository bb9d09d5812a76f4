package document

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// pdfFont turns the bytes of shown strings into characters and widths.
type pdfFont struct {
	composite bool
	split     func(s []byte) int // length of the next code
	unicode   map[int]string     // ToUnicode, by code; the code's length is in the upper bits
	encoded   func(code []byte) string
	widths    map[int]float64 // by code or CID, in thousandths of an em
	width     float64         // of the others
	scale     float64         // from glyph space to the em: 0.001 but for Type 3
}

// glyph is one code as shown.
type glyph struct {
	text  string // U+FFFD when the font does not tell
	width float64
	space bool // the single-byte code 32, to which word spacing applies
}

func codeKey(code []byte) int {
	k := len(code) << 24
	for i, c := range code {
		k |= int(c) << (8 * (len(code) - 1 - i))
	}
	return k
}

func (f *pdfFont) glyphs(s pdfString) []glyph {
	var out []glyph
	for b := []byte(s); len(b) > 0; {
		n := min(max(f.split(b), 1), len(b))
		code := b[:n]
		b = b[n:]
		g := glyph{space: n == 1 && code[0] == ' '}
		text, known := f.unicode[codeKey(code)]
		if !known && f.encoded != nil {
			text = f.encoded(code)
			known = text != ""
		}
		if !known {
			text = string(utf8.RuneError)
		}
		g.text = text
		cid := 0
		for _, c := range code {
			cid = cid<<8 | int(c)
		}
		w, ok := f.widths[cid]
		if !ok {
			w = f.width
		}
		g.width = w * f.scale
		out = append(out, g)
	}
	return out
}

func one([]byte) int { return 1 }
func two([]byte) int { return 2 }

// newPDFFont reads a font's dictionary.
func (f *pdfFile) newPDFFont(d pdfDict) *pdfFont {
	font := &pdfFont{split: one, widths: map[int]float64{}, scale: 0.001, unicode: map[int]string{}}
	switch f.resolve(d["Subtype"]) {
	case pdfName("Type0"):
		f.composite(font, d)
	case pdfName("Type3"):
		if m, _ := f.resolve(d["FontMatrix"]).([]any); len(m) == 6 {
			if x, ok := f.number(m[0]); ok && x != 0 {
				font.scale = max(x, -x)
			}
		}
		f.simpleWidths(font, d)
		font.encoded = f.simpleEncoding(d, true)
	default:
		font.width = 500
		f.simpleWidths(font, d)
		font.encoded = f.simpleEncoding(d, false)
	}
	if s, ok := f.resolve(d["ToUnicode"]).(*pdfStream); ok {
		if data, err := f.unpack(s); err == nil {
			parseToUnicode(data, font)
		}
	}
	return font
}

func (f *pdfFile) simpleWidths(font *pdfFont, d pdfDict) {
	first, _ := f.number(d["FirstChar"])
	list, _ := f.resolve(d["Widths"]).([]any)
	for i, v := range list {
		if w, ok := f.number(v); ok && i < 256 {
			font.widths[int(first)+i] = w
		}
	}
}

// simpleEncoding gives the characters of single bytes. The names of glyphs are read as far as they are single characters or uniXXXX.
func (f *pdfFile) simpleEncoding(d pdfDict, type3 bool) func([]byte) string {
	differences := map[byte]string{}
	base := charmap.Windows1252
	if enc := f.dict(d["Encoding"]); enc != nil {
		code := 0
		list, _ := f.resolve(enc["Differences"]).([]any)
		for _, v := range list {
			switch v := f.resolve(v).(type) {
			case float64:
				code = int(v)
			case pdfName:
				if code >= 0 && code < 256 {
					differences[byte(code)] = glyphName(string(v))
				}
				code++
			}
		}
	}
	if f.resolve(d["Encoding"]) == pdfName("MacRomanEncoding") {
		base = charmap.Macintosh
	}
	return func(code []byte) string {
		c := code[0]
		if s, ok := differences[c]; ok {
			return s
		}
		if type3 || c < 0x20 {
			return ""
		}
		if r := base.DecodeByte(c); r != utf8.RuneError {
			return string(r)
		}
		return ""
	}
}

// glyphNames are the names of the commonest signs that are not their own name.
var glyphNames = map[string]string{
	"space": " ", "period": ".", "comma": ",", "colon": ":", "semicolon": ";", "hyphen": "-", "percent": "%", "slash": "/", "parenleft": "(", "parenright": ")", "plus": "+",
	"equal": "=", "less": "<", "greater": ">", "quotedbl": "\"", "quotesingle": "'", "ampersand": "&", "asterisk": "*", "at": "@", "underscore": "_", "bracketleft": "[", "bracketright": "]",
	"exclam": "!", "question": "?", "numbersign": "#", "dollar": "$", "bullet": "•", "endash": "–", "emdash": "—", "quoteleft": "‘", "quoteright": "’", "quotedblleft": "“", "quotedblright": "”",
	"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "degree": "°", "multiply": "×", "divide": "÷", "periodcentered": "·", "middot": "·",
}

func glyphName(name string) string {
	if s := glyphNames[name]; s != "" {
		return s
	}
	if len(name) == 1 {
		return name
	}
	hex := ""
	switch {
	case strings.HasPrefix(name, "uni") && len(name) >= 7:
		hex = name[3:7]
	case strings.HasPrefix(name, "u") && len(name) >= 5:
		hex = name[1:]
	}
	v := 0
	for _, c := range []byte(hex) {
		i := strings.IndexByte("0123456789ABCDEF", c)
		if i < 0 {
			return ""
		}
		v = v<<4 | i
	}
	if v == 0 || v > utf8.MaxRune {
		return ""
	}
	return string(rune(v))
}

// composite reads a font of CIDs: how codes are split, and what they stand for when there is no ToUnicode.
func (f *pdfFile) composite(font *pdfFont, d pdfDict) {
	font.composite, font.split, font.width = true, two, 1000
	var sub pdfDict
	if list, _ := f.resolve(d["DescendantFonts"]).([]any); len(list) > 0 {
		sub = f.dict(list[0])
	}
	if w, ok := f.number(sub["DW"]); ok {
		font.width = w
	}
	identity := false
	if enc, ok := f.resolve(d["Encoding"]).(pdfName); ok { // an embedded CMap is almost always two bytes to CID
		switch name := string(enc); {
		case strings.HasPrefix(name, "GB"):
			font.split, font.encoded = splitGB, decodeGB
		case strings.HasPrefix(name, "UniGB-UCS2"), strings.HasPrefix(name, "UniGB-UTF16"):
			font.split, font.encoded = split16, decodeBE
		case strings.HasPrefix(name, "Identity"):
			identity = true
		}
	}
	// Widths go by CID, which is the code only where the encoding is Identity.
	if identity {
		f.cidWidths(font, sub)
		if back := f.gidToUnicode(sub); back != nil {
			font.encoded = func(code []byte) string {
				if r := back[int(code[0])<<8|int(code[len(code)-1])]; r != 0 && len(code) == 2 {
					return string(r)
				}
				return ""
			}
		}
	} else {
		half := font.width / 2
		for c := range 0x80 {
			font.widths[c] = half
		}
	}
}

func (f *pdfFile) cidWidths(font *pdfFont, sub pdfDict) {
	list, _ := f.resolve(sub["W"]).([]any)
	for i := 0; i+1 < len(list); {
		first, ok := f.number(list[i])
		if !ok {
			return
		}
		switch v := f.resolve(list[i+1]).(type) {
		case []any:
			for j, w := range v {
				if n, ok := f.number(w); ok {
					font.widths[int(first)+j] = n
				}
			}
			i += 2
		case float64:
			if i+2 >= len(list) {
				return
			}
			w, _ := f.number(list[i+2])
			for c := int(first); c <= int(v) && c <= int(first)+0xffff; c++ {
				font.widths[c] = w
			}
			i += 3
		default:
			return
		}
	}
}

// splitGB: bytes above 0x80 begin a pair, or four bytes of GB18030.
func splitGB(b []byte) int {
	switch {
	case b[0] < 0x81:
		return 1
	case len(b) >= 4 && b[1] >= 0x30 && b[1] <= 0x39:
		return 4
	}
	return 2
}

func decodeGB(code []byte) string {
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(code)
	if err != nil || strings.ContainsRune(string(s), utf8.RuneError) {
		return ""
	}
	return string(s)
}

func split16(b []byte) int {
	if len(b) >= 4 && b[0] >= 0xd8 && b[0] <= 0xdb {
		return 4
	}
	return 2
}

func decodeBE(code []byte) string {
	units := make([]uint16, 0, 2)
	for i := 0; i+1 < len(code); i += 2 {
		units = append(units, uint16(code[i])<<8|uint16(code[i+1]))
	}
	s := string(utf16.Decode(units))
	if strings.ContainsRune(s, utf8.RuneError) {
		return ""
	}
	return s
}

// parseToUnicode reads a ToUnicode CMap: the code space, single characters and ranges.
func parseToUnicode(data []byte, font *pdfFont) {
	l := &pdfLexer{data: data}
	var stack []any
	lengths := map[int]bool{}
	for {
		v, err := l.next()
		if err != nil {
			break
		}
		op, isOp := v.(pdfOp)
		if !isOp {
			if stack = append(stack, v); len(stack) > 100_000 {
				return
			}
			continue
		}
		switch op {
		case "endcodespacerange":
			for _, v := range stack {
				if s, ok := v.(pdfString); ok {
					lengths[len(s)] = true
				}
			}
		case "endbfchar":
			for i := 0; i+1 < len(stack); i += 2 {
				from, ok1 := stack[i].(pdfString)
				to, ok2 := stack[i+1].(pdfString)
				if ok1 && ok2 {
					font.enter([]byte(from), decodeBE([]byte(to)))
				}
			}
		case "endbfrange":
			for i := 0; i+2 < len(stack); i += 3 {
				lo, ok1 := stack[i].(pdfString)
				hi, ok2 := stack[i+1].(pdfString)
				if ok1 && ok2 {
					font.enterRange([]byte(lo), []byte(hi), stack[i+2])
				}
			}
		}
		stack = stack[:0]
	}
	if len(lengths) == 1 && lengths[1] && !font.composite {
		font.split = one
	}
}

func (f *pdfFont) enter(code []byte, text string) {
	if len(f.unicode) < 1<<17 && len(code) <= 3 && len(code) > 0 {
		f.unicode[codeKey(code)] = text
	}
}

func (f *pdfFont) enterRange(lo, hi []byte, to any) {
	if len(lo) != len(hi) || len(lo) == 0 || len(lo) > 3 {
		return
	}
	from, until := codeKey(lo), codeKey(hi)
	list, isList := to.([]any)
	first, _ := to.(pdfString)
	base := []rune(decodeBE([]byte(first)))
	for k := from; k <= until && k-from <= 0xffff && len(f.unicode) < 1<<17; k++ {
		switch {
		case isList && k-from < len(list):
			if s, ok := list[k-from].(pdfString); ok {
				f.unicode[k] = decodeBE([]byte(s))
			}
		case len(base) > 0:
			text := append([]rune(nil), base...)
			text[len(text)-1] += rune(k - from)
			f.unicode[k] = string(text)
		}
	}
}
