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
	words          []word     // from left to right
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

func (l *printedLine) place() Place { return Place{Page: l.page, Line: l.n} }

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

// linesOf puts the words of a page into lines, and the lines into reading order: downward, then rightward. Their texts are for build
// to make.
func linesOf(p printed, page int) []*printedLine {
	words := slices.Clone(p.words)
	mid := func(w word) float64 { return (w.y0 + w.y1) / 2 }
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Or(cmp.Compare(mid(a), mid(b)), cmp.Compare(a.x0, b.x0)) })
	var lines []*printedLine
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
			at = len(lines) - 1
		}
		l := lines[at]
		l.x0, l.x1 = math.Min(l.x0, w.x0), math.Max(l.x1, w.x1)
		if w.em() > l.size*1.2 { // the line of the larger letters: small ones are raised or lowered
			l.y0, l.y1 = w.y0, w.y1
		}
		l.words = append(l.words, w)
	}
	for _, l := range lines {
		slices.SortStableFunc(l.words, func(a, b word) int { return cmp.Compare(a.x0, b.x0) })
		l.measure()
	}
	slices.SortStableFunc(lines, func(a, b *printedLine) int { return cmp.Compare(a.y0+a.y1, b.y0+b.y1) })
	for i, l := range lines {
		l.n = i + 1
	}
	return lines
}

// measure takes the size of most of a line's letters.
func (l *printedLine) measure() {
	sizes := map[float64]float64{}
	for _, w := range l.words {
		sizes[math.Round(w.em()*2)/2] += advance(w.text)
	}
	best := 0.0
	for size, n := range sizes {
		if n > best || n == best && size > l.size {
			best, l.size = n, size
		}
	}
}

// gap is how far a word stands from the one before it, in ems of its line.
func (l *printedLine) gap(i int) float64 {
	return (l.words[i].x0 - l.words[i-1].x1) / math.Max(l.size, 1)
}

// Gaps between words, in ems.
const (
	parted = 2.2  // cells of a table
	broad  = 0.8  // a blank as wide as a character
	narrow = 0.15 // a blank of a Western font
)

// spacing says what the gaps of a document mean.
type spacing struct {
	// auto: the program sets figures apart from Chinese characters by itself, as Word and LibreOffice do. A gap between them is then no
	// blank of the text. Where gaps stand at some places and not at others, somebody has written blanks.
	auto bool
}

// spacingOf looks at every place where a figure or a Western letter stands beside a Chinese character.
func spacingOf(pages [][]*printedLine) spacing {
	tight, loose := 0, 0
	for _, lines := range pages {
		for _, l := range lines {
			for i, w := range l.words {
				var before rune
				for _, c := range w.text {
					if mixed(before, c) {
						tight++
					}
					before = c
				}
				if i == 0 || !mixed(lastRune(l.words[i-1].text), firstRune(w.text)) {
					continue
				}
				if gap := l.gap(i); gap < narrow/2 {
					tight++
				} else if gap < broad {
					loose++
				}
			}
		}
	}
	return spacing{auto: tight*5 < loose}
}

func mixed(a, b rune) bool {
	western := func(c rune) bool { return c < 0x250 && (unicode.IsLetter(c) || unicode.IsDigit(c)) }
	return western(a) && unicode.Is(unicode.Han, b) || unicode.Is(unicode.Han, a) && western(b)
}

// build joins the words of a line from left to right. A gap between them is a space only where one is written: between Latin words, and
// where it is wider than the setting of Chinese text makes it. A very wide one parts the cells of a table.
func (l *printedLine) build(sp spacing) {
	spread := 0 // gaps between Chinese characters: a line that is spread out to fill the measure has them throughout
	for i := range l.words {
		if i > 0 && wide(lastRune(l.words[i-1].text)) && wide(firstRune(l.words[i].text)) && l.gap(i) > narrow {
			spread++
		}
	}
	var text strings.Builder
	part := linePart{x0: l.words[0].x0}
	flush := func(next float64) {
		part.text = text.String()
		l.parts = append(l.parts, part)
		text.Reset()
		part = linePart{x0: next}
	}
	for i, w := range l.words {
		if i > 0 {
			before := l.words[i-1]
			if before.text == w.text && math.Abs(before.x0-w.x0) < 0.15*l.size { // bold by printing twice
				continue
			}
			left, right := lastRune(before.text), firstRune(w.text)
			switch gap := l.gap(i); {
			case gap > parted:
				flush(w.x0)
			case gap > broad && wide(left) && wide(right):
				text.WriteString("\u3000")
			case gap > 0.6, gap > narrow && l.blank(left, right, spread, sp):
				text.WriteByte(' ')
			}
		}
		text.WriteString(w.text)
		part.x1 = math.Max(part.x1, w.x1)
	}
	flush(0)
}

// blank decides whether a narrow gap between two characters is a blank of the text.
func (l *printedLine) blank(left, right rune, spread int, sp spacing) bool {
	switch {
	case wide(left) && wide(right):
		return spread*4 < len(l.words)
	case mixed(left, right):
		return !sp.auto
	}
	return true
}
