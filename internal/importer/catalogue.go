package importer

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// A table of contents (目录) is a run of short lines that say the headings of the text before the text does, in its order, with or
// without dots and page numbers. One that is announced may differ from the text here and there (sections that the file has lost), one that
// is not must agree with it.

// entry is a line of a table of contents.
type entry struct {
	at         int
	full, bare string // ink with and without the number that the program draws before it
}

// Limits of a table of contents: characters of an entry, page number aside, and entries.
const (
	maxEntry   = 60
	maxEntries = 400
)

// pageBehind is the page number behind an entry, with the blanks or the dots before it; or the dots alone.
var pageBehind = regexp.MustCompile(`(?:[ \t\x{3000}]+|[ \t\x{3000}]*[.．·…]{2,}[ \t\x{3000}]*)[-—–(（]?\d{1,4}[-—–)）]?$|[.．·…]{3,}$`)

// pageBefore is the page number before an entry.
var pageBefore = regexp.MustCompile(`^[ \x{3000}]*\d{1,4}(?:\t[ \t\x{3000}]*|[ \x{3000}]{2,})`)

// catalogue finds tables of contents and sets them apart.
func (im *importing) catalogue() {
	for _, p := range im.pieces {
		if p.toc {
			p.drop(whyCatalogue)
			im.outline = append(im.outline, p)
		}
	}
	for i, p := range im.pieces {
		if p.live() && han.IsCatalogueMark(p.text) {
			if end := im.catalogueEnd(i+1, true); end > 0 {
				im.dropOutline(i, end)
				return
			}
			if next := im.neighbour(i, +1); next == nil || i > 0 && i+1 < len(im.pieces) && im.pieces[i+1].toc { // its lines have gone before
				p.drop(whyCatalogue)
				return
			}
		}
	}
	start := im.headEnd()
	if start == len(im.pieces) {
		return
	}
	if n, _, ok := han.HeadingNumber(im.pieces[start].text); ok && n.Class.Heading() {
		if end := im.catalogueEnd(start, false); end > 0 {
			im.dropOutline(start, end)
		}
	}
}

// dropOutline sets a table of contents apart. What stands in text boxes between its lines is none of it.
func (im *importing) dropOutline(from, to int) {
	for _, p := range im.pieces[from:to] {
		if !p.box {
			p.drop(whyCatalogue)
			im.outline = append(im.outline, p)
		}
	}
}

// catalogueEnd is the index of the line at which the text behind a table of contents begins: an entry that comes again, or prose; the
// title and the salutation before it belong to the text. 0 when the lines are no table of contents.
func (im *importing) catalogueEnd(from int, announced bool) int {
	var list []entry
	end, repeated := 0, -1
	for i := from; i < len(im.pieces) && end == 0; i++ {
		p := im.pieces[i]
		if p.table != nil {
			end = i
			break
		}
		if p.text == "" || !p.live() || p.box {
			continue
		}
		e, short := entryOf(i, p)
		if k := repeats(list, p); k >= 0 {
			end, repeated = i, k
		} else if !short {
			end = i
		} else if list = append(list, e); len(list) > maxEntries {
			return 0
		}
	}
	if end == 0 || len(list) < 2 || !numberedEntry(im.pieces, list) && !announced {
		return 0
	}
	behind := im.inText(list, end)
	switch {
	case repeated == 0: // the text begins with the first entry, as texts do
	case announced && behind*2 >= len(list):
	case len(list) >= 3 && behind*5 >= len(list)*4:
	default:
		return 0
	}
	for k := len(list) - 1; k >= 2 && im.opens(list[k], end); k-- {
		end = list[k].at
	}
	return end
}

// opens reports whether a line behind the entries opens the text: the title, a salutation, a sentence. It has neither a number nor that
// of a page, and the text does not say it again.
func (im *importing) opens(e entry, end int) bool {
	p := im.pieces[e.at]
	_, _, numbered := han.HeadingNumber(p.number + p.text)
	return !numbered && !p.toc && e.bare == ink(trimStop(p.text)) && im.inText([]entry{e}, end) == 0
}

// entryOf reads a piece as an entry; short is false for prose.
func entryOf(i int, p *piece) (e entry, short bool) {
	s := pageBehind.ReplaceAllString(p.text, "")
	if s == p.text {
		s = squeeze(pageBefore.ReplaceAllString(p.raw, ""))
	}
	bare := ink(trimStop(s))
	e = entry{at: i, full: ink(p.number) + bare, bare: bare}
	stop := han.FirstStop(s)
	return e, utf8.RuneCountInString(s) <= maxEntry && (stop < 0 || stop == len(s))
}

// said is how a piece begins, in ink: as it stands, with the number that the program draws, and without its own number.
type said struct{ text, full, rest string }

func saying(p *piece) said {
	s := said{text: ink(p.text), full: ink(p.number + p.text)}
	if _, rest, ok := han.HeadingNumber(p.text); ok {
		s.rest = ink(rest)
	}
	return s
}

// leads reports whether a piece begins with the words of an entry, whichever of the two has its number drawn.
func (e entry) leads(s said) bool {
	if utf8.RuneCountInString(e.bare) < 2 {
		return false
	}
	return strings.HasPrefix(s.text, e.bare) || strings.HasPrefix(s.full, e.bare) || strings.HasPrefix(s.full, e.full) || strings.HasPrefix(s.rest, e.bare)
}

// repeats is the index of the entry that a piece begins with, -1 for none.
func repeats(list []entry, p *piece) int {
	s := saying(p)
	return slices.IndexFunc(list, func(e entry) bool { return e.leads(s) })
}

// numberedEntry reports whether most entries have a heading's number.
func numberedEntry(pieces []*piece, list []entry) bool {
	n := 0
	for _, e := range list {
		if _, _, ok := han.HeadingNumber(pieces[e.at].number + pieces[e.at].text); ok {
			n++
		}
	}
	return n*2 > len(list)
}

// inText counts the entries that the text says again, in their order.
func (im *importing) inText(list []entry, from int) (n int) {
	var text []said
	for _, p := range im.pieces[from:] {
		if p.live() && p.table == nil {
			text = append(text, saying(p))
		}
	}
	for _, e := range list {
		if i := slices.IndexFunc(text, e.leads); i >= 0 {
			n, text = n+1, text[i+1:]
		}
	}
	return n
}

// compareOutline reports the headings of the table of contents that the text has not: sections are missing (standards D-31).
func (im *importing) compareOutline() {
	var have []said
	for _, h := range im.res.Headings {
		have = append(have, said{text: ink(h.Number + h.Text), rest: ink(h.Text)})
	}
	var missing []string
	line := 0
	for i, p := range im.outline {
		e, _ := entryOf(i, p)
		if _, _, numbered := han.HeadingNumber(p.text); numbered && p.reason == whyCatalogue && !slices.ContainsFunc(have, e.leads) {
			missing = append(missing, e.bare)
			line = max(line, p.line)
		}
	}
	if len(missing) > 0 {
		im.found("import-section-missing", diag.Warning, line, diag.Say("目录里的 %d 个标题在正文里没有：%s", "%d headings of the table of contents are not in the text: %s", len(missing), clip(strings.Join(missing, "；"), 120)),
			diag.Say("请核对正文是否完整", "check that the text is whole"))
	}
}
