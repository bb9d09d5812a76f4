package importer

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
	"gongkai/internal/report"
)

// report lists what was set apart.
func (im *importing) report() {
	for _, p := range im.pieces {
		from := len(im.res.Dropped)
		for _, c := range p.cuts {
			if last := len(im.res.Dropped) - 1; !c.silent && last >= from && im.res.Dropped[last].Reason == c.reason {
				im.res.Dropped[last].Text += c.text
			} else if !c.silent {
				im.res.Dropped = append(im.res.Dropped, Dropped{p.line, c.text, c.reason})
			}
		}
		if text := p.inked(); p.state == dropped && text != "" {
			im.res.Dropped = append(im.res.Dropped, Dropped{p.line, text, p.reason})
		}
	}
	for _, n := range im.doc.Notes {
		if !im.refersTo(n.ID) {
			im.res.Dropped = append(im.res.Dropped, Dropped{0, n.Text(), diag.Say("正文没有引用的脚注", "a note that the text does not refer to")})
		}
	}
	slices.SortStableFunc(im.res.Dropped, func(a, b Dropped) int { return a.Line - b.Line })
	slices.SortStableFunc(im.res.Joined, func(a, b Joined) int { return a.Line - b.Line })
}

// balanced checks the law on the finished Markdown, as the reader of pages reads it back: what was kept stands there in its order and
// nothing else does; and the input and what was added are the output and what was dropped, character by character. It refuses the
// file when they are not.
func (im *importing) balanced() bool {
	body, _ := report.NewParser().Text(report.Origin{Path: im.src.Path, Line: 1}, im.res.Body)
	var shown strings.Builder
	for _, p := range body.Paragraphs {
		shown.WriteString(ink(p.Text))
	}
	want := im.kept()
	if got := shown.String(); got != want {
		at := differ(got, want)
		im.unbalanced(diag.Say("正文第 %d 字处与原文不符（原文“%s”，写出“%s”）", "at character %d the text differs from the original (%q, written %q)", utf8.RuneCountInString(want[:at]), around(want, at), around(got, at)))
		return false
	}
	count := new(tally)
	tally := count.add
	im.tallyInput(tally)
	for _, a := range im.res.Added {
		tally(a.Text, 1)
	}
	tally(im.title.text, -1)
	tally(shown.String(), -1)
	for _, p := range im.pieces {
		for _, c := range p.cuts {
			tally(c.text, -1)
		}
		if p.state == dropped {
			tally(p.inked(), -1)
		}
	}
	if r, n := count.left(); n != 0 {
		im.unbalanced(diag.Say("“%c”缺少 %d 个（负数为多出）", "%q is missing %d times (negative: too many)", r, n))
		return false
	}
	return true
}

// tally counts characters of ink. Nearly all stand in the first plane.
type tally struct {
	plane [1 << 16]int32
	rest  map[rune]int32
}

func (t *tally) add(s string, n int32) {
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || han.Invisible(r):
		case int(r) < len(t.plane):
			t.plane[r] += n
		default:
			if t.rest == nil {
				t.rest = map[rune]int32{}
			}
			t.rest[r] += n
		}
	}
}

// left is the first character whose count is not zero.
func (t *tally) left() (rune, int32) {
	for r, n := range t.plane {
		if n != 0 {
			return rune(r), n
		}
	}
	for _, r := range slices.Sorted(maps.Keys(t.rest)) {
		if n := t.rest[r]; n != 0 {
			return r, n
		}
	}
	return 0, 0
}

// tallyInput counts the blocks of the file and the notes that the text refers to.
func (im *importing) tallyInput(tally func(string, int32)) {
	blocks := func(list []document.Block) {
		for _, b := range list {
			tally(b.Text, 1)
			if b.Table != nil {
				tally(b.Table.Caption, 1)
				for _, c := range b.Table.Cells {
					tally(c.Text(), 1)
				}
			}
		}
	}
	blocks(im.doc.Blocks)
	for _, n := range im.doc.Notes {
		if im.refersTo(n.ID) {
			tally(n.Text(), 1)
		}
	}
}

// kept is the ink that the body must show.
func (im *importing) kept() string {
	var b strings.Builder
	for _, p := range im.paras {
		b.WriteString(ink(p.text))
		if p.table != nil {
			b.WriteString(ink(p.table.Caption))
			for _, c := range p.table.Cells {
				b.WriteString(ink(c.Text()))
			}
		}
	}
	for _, id := range im.noteOrder() {
		for _, n := range im.doc.Notes {
			if n.ID == id {
				b.WriteString(ink(n.Text()))
			}
		}
	}
	return b.String()
}

// noteOrder lists the notes in the order of their first references, as pages number them.
func (im *importing) noteOrder() []string {
	var ids []string
	for _, p := range im.paras {
		for _, n := range p.notes {
			if !slices.Contains(ids, n.id) {
				ids = append(ids, n.id)
			}
		}
	}
	return ids
}

func (im *importing) unbalanced(what diag.Text) {
	im.found("import-account", diag.Error, 0, diag.Text{ZH: "核对不平，没有写出：" + what.ZH, EN: "the account does not balance, nothing was written: " + what.EN},
		diag.Say("这是程序的差错，请把文件交给维护者；急用时可另存为 .txt 再导入", "this is a fault of the program: give the file to its maintainers; meanwhile save it as .txt and import that"))
}

// differ is the first byte at which two texts differ, at the beginning of a character.
func differ(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && !utf8.RuneStart(a[i]) || i < len(b) && !utf8.RuneStart(b[i])) {
		i--
	}
	return i
}

func around(s string, at int) string {
	end := min(len(s), at+30)
	for end < len(s) && !utf8.RuneStart(s[end]) {
		end++
	}
	return s[min(at, len(s)):end]
}
