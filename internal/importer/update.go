package importer

import (
	"bytes"
	"regexp"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/han"
	"gongkai/internal/report"
)

// Change is a sentence that is not the same in two versions of a text. Old or New is "" when there is only the other.
type Change struct {
	Old, New string
	Figures  [][2]string // figures that differ in sentences that say the same otherwise
}

// Update puts the body of a result into an existing report: its front matter stays as it is, byte for byte, waivers and index number
// with it. old is the whole file. It returns the new file, what changed, and the waivers whose span is gone.
func Update(file string, old []byte, r *Result) (text []byte, changes []Change, found diag.List) {
	src, found := report.Normalise(file, old)
	if found.AtLeast(diag.Error) > 0 {
		return nil, nil, found
	}
	head, headFound := report.ParseHead(file, "x/x/2000/x.md", src, true)
	if head == nil || head.BodyOffset == 0 {
		return nil, nil, headFound
	}
	before, _ := report.ParseBody(head, src)
	text = append(bytes.TrimRight(bytes.Clone(src[:head.BodyOffset]), "\n"), "\n\n"...)
	text = append(text, r.Body...)
	after, _ := report.NewParser().Text(report.Origin{Path: file, Line: 1}, r.Body)
	whole := plainText(after)
	for i, w := range head.Waive {
		if w.Span != "" && !strings.Contains(ink(whole), ink(w.Span)) {
			d := diag.Diagnostic{Rule: "import-waiver-gone", Severity: diag.Warning, Path: file, Span: w.Span,
				Message: diag.Say("新的正文里没有“%s”，第 %d 条例外（%s）不再有所指", "the new text does not hold %q; waiver %d (%s) refers to nothing", clip(w.Span, 40), i+1, w.Rule),
				Hint:    diag.Say("请删去这条例外，或改写它的 span", "delete the waiver, or change its span")}
			found = append(found, d)
		}
	}
	return text, compare(sentences(before), sentences(after)), found
}

func plainText(b *report.Body) string {
	var s strings.Builder
	for _, p := range b.Paragraphs {
		s.WriteString(p.Text)
		s.WriteByte('\n')
	}
	return s.String()
}

// sentences parts a text at its stops.
func sentences(b *report.Body) []string {
	var list []string
	for _, p := range b.Paragraphs {
		rest := p.Text
		for rest != "" {
			stop := han.FirstStop(rest)
			if stop < 0 {
				stop = len(rest)
			}
			if s := strings.TrimSpace(rest[:stop]); s != "" {
				list = append(list, s)
			}
			rest = rest[stop:]
		}
	}
	return list
}

// compare finds the sentences that differ: those that stand in one text only, paired where nothing but figures changed.
func compare(old, new []string) []Change {
	count := map[string]int{}
	for _, s := range new {
		count[ink(s)]++
	}
	var gone []string
	for _, s := range old {
		if key := ink(s); count[key] > 0 {
			count[key]--
		} else {
			gone = append(gone, s)
		}
	}
	var changes []Change
	paired := make([]bool, len(gone))
	for _, s := range new {
		if key := ink(s); count[key] == 0 {
			continue
		} else {
			count[key]--
		}
		c := Change{New: s}
		for i, g := range gone {
			if !paired[i] && skeleton(g) == skeleton(s) {
				paired[i], c.Old, c.Figures = true, g, figures(g, s)
				break
			}
		}
		changes = append(changes, c)
	}
	for i, g := range gone {
		if !paired[i] {
			changes = append(changes, Change{Old: g})
		}
	}
	return changes
}

var figure = regexp.MustCompile(`\d[\d,]*(?:\.\d+)?[ ]*[%％‰]?`)

// skeleton is a sentence without its figures.
func skeleton(s string) string { return ink(figure.ReplaceAllString(s, "#")) }

// figures pairs the figures of two sentences that are otherwise equal and keeps those that differ.
func figures(a, b string) [][2]string {
	var list [][2]string
	x, y := figure.FindAllString(a, -1), figure.FindAllString(b, -1)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			list = append(list, [2]string{strings.TrimSpace(x[i]), strings.TrimSpace(y[i])})
		}
	}
	return list
}
