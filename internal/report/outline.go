package report

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gongkai/internal/han"
)

// The outline (提纲) is made of headings and of run-in headings (段首标题): a paragraph's first words in bold, with a written number.
//
// What stands under what is told by two things that authors use together and not always in agreement: the Markdown level (##, ###) and
// the class of the written number (一、 （一） 1. （1）). A heading stands under the nearest one before it that has a smaller Markdown
// level, but
//
//   - a number that goes on counting belongs beside the one it follows: ### 三、 after ## 二、 is its sibling;
//   - at the same Markdown level the class of the numbers decides: ## （一） after ## 一、 is its child.
//
// A run-in heading's Markdown level is below all real ones, deeper by class; but one that goes on counting where a real heading left off
// (**（二）…。** after ### （一）) stands in that one's place.
type outliner struct {
	open []openHeading // the headings that enclose the present place, outermost first
}

type openHeading struct {
	markdown int // 1 to 6; run-in headings 10 and more
	class    han.Class
	value    int
	path     string // written numbers down to here, "1-2"; of the nearest numbered heading when this one has none
	id       string
}

// enter gives the heading just placed its id and returns that of the heading around it, "" for none.
func (o *outliner) enter(id string) (around string) {
	last := len(o.open) - 1
	o.open[last].id = id
	if last > 0 {
		around = o.open[last-1].id
	}
	return around
}

// runInLevel is the Markdown level of a run-in heading.
func runInLevel(c han.Class) int { return 10 + int(c) }

// place enters a heading and returns its depth, 1 for the outermost, and the path of its numbers ("" without a number of its own).
func (o *outliner) place(markdown int, n han.Number) (depth int, path string) {
	keep := len(o.open)
	if i := o.precursor(markdown, n); i >= 0 {
		keep = i
		if markdown >= runInLevel(0) {
			markdown = o.open[i].markdown
		}
	} else {
		for keep > 0 && !o.open[keep-1].encloses(markdown, n) {
			keep--
		}
	}
	o.open = o.open[:keep]
	h := openHeading{markdown: markdown, class: n.Class, value: n.Value}
	if keep > 0 {
		h.path = o.open[keep-1].path
	}
	if n.Class.Heading() {
		if h.path != "" {
			h.path += "-"
		}
		h.path += strconv.Itoa(n.Value)
		path = h.path
	}
	o.open = append(o.open, h)
	return keep + 1, path
}

// precursor finds the open heading, at a smaller Markdown level, whose counting n continues; -1 when there is none. A run-in heading
// continues the nearest of its class or none: 1. under ### 1. begins a count of its own, and 2. goes on with that. Nor does it pass a number
// that stands above its own: 2. under （一） is a part of （一）, even where that is under 1.
func (o *outliner) precursor(markdown int, n han.Number) int {
	if !n.Class.Heading() {
		return -1
	}
	for i, h := range slices.Backward(o.open) {
		if markdown >= runInLevel(0) {
			switch {
			case h.class == n.Class && h.value < n.Value:
				return i
			case h.class.Heading() && h.class <= n.Class:
				return -1
			}
			continue
		}
		if h.class == n.Class && h.markdown < markdown && h.value < n.Value {
			return i
		}
	}
	return -1
}

func (h openHeading) encloses(markdown int, n han.Number) bool {
	if h.markdown == markdown && h.class.Heading() && n.Class.Heading() {
		return h.class < n.Class
	}
	return h.markdown < markdown
}

// maxRunIn is the length up to which bold first words are a heading, in characters: a whole paragraph in bold is none.
const maxRunIn = 100

// runIn reads the bold first words of a paragraph as a heading; ok is false when they begin with no heading number.
func runIn(words string) (n han.Number, title string, ok bool) {
	if utf8.RuneCountInString(words) > maxRunIn {
		return n, "", false
	}
	n, title, ok = han.HeadingNumber(words)
	if !ok || !n.Class.Heading() {
		return n, "", false
	}
	title = strings.TrimRight(title, " \u3000")
	for _, stop := range [...]string{"。", "．", ".", "：", ":", "；", ";", "，", ",", "、"} {
		if cut, found := strings.CutSuffix(title, stop); found {
			title = strings.TrimRight(cut, " \u3000")
			break
		}
	}
	return n, title, title != ""
}

// headingNumber is han.HeadingNumber for the text of a real heading; ① numbers no heading.
func headingNumber(text string) (n han.Number, title string, ok bool) {
	n, title, ok = han.HeadingNumber(text)
	if !ok || !n.Class.Heading() {
		return han.Number{}, text, false
	}
	return n, title, true
}
