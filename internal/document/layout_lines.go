package document

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"
)

// printedLine is one line of a page.
type printedLine struct {
	x0, x1, y0, y1 float64
	size           float64
	parts          []linePart // stretches with wide gaps between: more than one make a row of a table
	page           int        // from 1
	n              int        // from 1 on its page
	reason         Reason     // why it is dropped; "" is text
}

type linePart struct {
	x0, x1 float64
	text   string
}

func (l *printedLine) text() string {
	texts := make([]string, len(l.parts))
	for i, p := range l.parts {
		texts[i] = p.text
	}
	return strings.Join(texts, "\t")
}

// advance is about how wide a text is set, in ems.
func advance(s string) float64 {
	w := 0.0
	for _, c := range s {
		switch {
		case c < 0x2000 && !unicode.Is(unicode.Han, c):
			w += 0.52
		case strings.ContainsRune("“”‘’·", c):
			w += 0.75
		default:
			w++
		}
	}
	return w
}

// em is the size of a word's letters, by its width: the boxes of some fonts are far too high.
func (w word) em() float64 {
	if w.size > 0 {
		return w.size
	}
	byWidth := (w.x1 - w.x0) / math.Max(advance(w.text), 0.5)
	return math.Max(1, math.Min(byWidth, math.Max(w.y1-w.y0, 1)))
}

// linesOf puts the words of a page into lines, and the lines into reading order: downward, then rightward.
func linesOf(p printed, page int) []*printedLine {
	words := slices.Clone(p.words)
	mid := func(w word) float64 { return (w.y0 + w.y1) / 2 }
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Or(cmp.Compare(mid(a), mid(b)), cmp.Compare(a.x0, b.x0)) })
	var lines []*printedLine
	var members [][]word
	for _, w := range words {
		if strings.TrimSpace(w.text) == "" || math.IsNaN(w.x0+w.x1+w.y0+w.y1) || math.IsInf(w.x0+w.x1+w.y0+w.y1, 0) {
			continue
		}
		at := -1
		// Only the last few lines can still take a word: words come by height.
		for i := len(lines) - 1; i >= 0 && i >= len(lines)-3; i-- {
			l := lines[i]
			if math.Abs(mid(w)-(l.y0+l.y1)/2) < 0.45*math.Max(l.size, w.em()) {
				at = i
				break
			}
		}
		if at < 0 {
			lines = append(lines, &printedLine{x0: w.x0, x1: w.x1, y0: w.y0, y1: w.y1, size: w.em(), page: page})
			members = append(members, nil)
			at = len(lines) - 1
		}
		l := lines[at]
		l.x0, l.x1 = math.Min(l.x0, w.x0), math.Max(l.x1, w.x1)
		if w.em() > l.size*1.2 { // the line of the larger letters: small ones are raised or lowered
			l.y0, l.y1 = w.y0, w.y1
		}
		members[at] = append(members[at], w)
	}
	for i, l := range lines {
		l.build(members[i])
	}
	slices.SortStableFunc(lines, func(a, b *printedLine) int { return cmp.Compare(a.y0+a.y1, b.y0+b.y1) })
	for i, l := range lines {
		l.n = i + 1
	}
	return lines
}

// build joins the words of a line from left to right. A gap between them is a space only where one is written: between Latin words, and
// where it is wider than the setting of Chinese text makes it. A very wide one parts the cells of a table.
func (l *printedLine) build(words []word) {
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(a.x0, b.x0) })
	sizes := map[float64]float64{}
	for _, w := range words {
		sizes[math.Round(w.em()*2)/2] += advance(w.text)
	}
	best := 0.0
	for size, n := range sizes {
		if n > best || n == best && size > l.size {
			best, l.size = n, size
		}
	}
	var text strings.Builder
	part := linePart{x0: words[0].x0}
	flush := func(next float64) {
		part.text = text.String()
		l.parts = append(l.parts, part)
		text.Reset()
		part = linePart{x0: next}
	}
	for i, w := range words {
		if i > 0 {
			before := words[i-1]
			if before.text == w.text && math.Abs(before.x0-w.x0) < 0.15*l.size { // bold by printing twice
				continue
			}
			left, right := lastRune(before.text), firstRune(w.text)
			switch gap := (w.x0 - before.x1) / math.Max(l.size, 1); {
			case gap > 2.2:
				flush(w.x0)
			case gap > 0.8 && wide(left) && wide(right):
				text.WriteString("\u3000")
			case gap > 0.6, gap > 0.15 && !wide(left) && !wide(right):
				text.WriteByte(' ')
			}
		}
		text.WriteString(w.text)
		part.x1 = math.Max(part.x1, w.x1)
	}
	flush(0)
}
