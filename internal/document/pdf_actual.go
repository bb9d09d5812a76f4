package document

import (
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf16"
)

// markedText is a stretch of a page between BMC or BDC and EMC. Browsers say there what a glyph stands for that serves several characters
// (户 and 戶, — and ―), of which the font's table names only one.
type markedText struct {
	text  string // of ActualText
	is    bool   // the stretch has an ActualText
	first int    // of its words on the page
}

// maxMarks bounds how deep marked stretches stand within each other.
const maxMarks = 256

func (r *pdfRun) mark(args []any, resources pdfDict) {
	if len(r.marked) >= maxMarks {
		return
	}
	m := markedText{first: len(r.page.words)}
	if len(args) >= 2 {
		d := r.w.f.dict(args[len(args)-1])
		if name, ok := args[len(args)-1].(pdfName); ok {
			d = r.w.f.dict(r.w.f.dict(resources["Properties"])[name])
		}
		if s, ok := r.w.f.resolve(d["ActualText"]).(pdfString); ok {
			m.text, m.is = actualText(s)
		}
	}
	r.marked = append(r.marked, m)
}

// actualText decodes a text string that is marked as UTF-16; other encodings name no Chinese character.
func actualText(s pdfString) (string, bool) {
	if !strings.HasPrefix(string(s), "\xfe\xff") || len(s)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(s)/2)
	for i := 2; i < len(s); i += 2 {
		units = append(units, binary.BigEndian.Uint16([]byte(s[i:i+2])))
	}
	return strings.ReplaceAll(string(utf16.Decode(units)), "\x00", ""), true
}

// endMark gives the words of a stretch the text that it stands for: one character each, or all of it to the first when they stand on one
// line.
func (r *pdfRun) endMark() {
	n := len(r.marked)
	if n == 0 {
		return
	}
	m := r.marked[n-1]
	r.marked = r.marked[:n-1]
	words := r.page.words[min(m.first, len(r.page.words)):]
	if !m.is || len(words) == 0 || strings.TrimSpace(m.text) == "" {
		return
	}
	text := []rune(m.text)
	if len(text) == len(words) {
		for i := range words {
			words[i].text = unradical(string(text[i]))
		}
		return
	}
	all := words[0]
	for _, w := range words[1:] {
		if math.Abs(w.y0-all.y0) > 0.3*all.size {
			return
		}
		all.x0, all.x1 = math.Min(all.x0, w.x0), math.Max(all.x1, w.x1)
	}
	all.text = unradical(strings.TrimSpace(m.text))
	r.page.words = append(r.page.words[:m.first], all)
}
