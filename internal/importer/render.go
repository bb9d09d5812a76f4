package importer

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/han"
)

// render writes the body: one block a paragraph, an empty line between two. Headings are as deep as their numbers stand within each
// other, from ## on.
func (im *importing) render() {
	var b bytes.Buffer
	var levels nesting
	depth := -1 // of the list that is open, -1 for none
	for i, p := range im.paras {
		switch {
		case p.table != nil:
			im.table(&b, p.table)
			continue
		case p.picture != nil:
			im.picture(&b, p.picture)
			continue
		case p.heading == nil && p.first.bulleted():
			depth = min(p.first.depth, depth+1, maxBullets-1) // one deeper than the item above it at most
			b.WriteString(strings.Repeat("  ", depth) + "- " + atStart(im.inline(p, 0, len(p.text))) + "\n")
			if next := i + 1; next == len(im.paras) || !im.paras[next].first.bulleted() || im.paras[next].heading != nil {
				b.WriteByte('\n')
				depth = -1
			}
			continue
		case p.heading == nil:
			b.WriteString(atStart(im.inline(p, 0, len(p.text))) + "\n\n")
			continue
		}
		h := p.heading
		level := levels.enter(h.number.Class, p.first.mark)
		text := im.inline(p, 0, h.end)
		if h.bold {
			b.WriteString("**" + text + "**" + im.inline(p, h.end, len(p.text)) + "\n\n")
			continue
		}
		b.WriteString(strings.Repeat("#", min(level, 5)+1) + " " + headText(text) + "\n\n")
		if rest := strings.TrimSpace(im.inline(p, h.end, len(p.text))); rest != "" {
			b.WriteString(atStart(rest) + "\n\n")
		}
	}
	im.notes(&b)
	im.res.Body = append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
	im.res.Pictures = im.doc.Files
}

// maxBullets is how deep bullets may stand within each other.
const maxBullets = 4

// nesting is the headings around a place, outermost first: by the classes of their numbers, and by the level that the file marks for
// those without a number.
type nesting []struct {
	class han.Class // NoClass for a heading without a number
	mark  int
}

// enter returns the depth of a heading, 1 for the outermost.
func (n *nesting) enter(c han.Class, mark int) int {
	for len(*n) > 0 {
		last := (*n)[len(*n)-1]
		around := last.class < c && last.class != han.NoClass || c == han.NoClass && last.class != han.NoClass && mark > 1
		if last.class == han.NoClass {
			around = mark == 0 || mark > last.mark
		}
		if around {
			break
		}
		*n = (*n)[:len(*n)-1]
	}
	*n = append(*n, struct {
		class han.Class
		mark  int
	}{c, mark})
	return len(*n)
}

// inline escapes a stretch of a paragraph and sets its references to notes.
func (im *importing) inline(p *para, from, to int) string {
	var b strings.Builder
	at := from
	for _, n := range p.notes {
		if n.at < from || n.at > to || n.at == to && to < len(p.text) {
			continue
		}
		b.WriteString(escape(p.text[at:n.at]))
		b.WriteString("[^" + n.id + "]")
		at = n.at
	}
	b.WriteString(escape(p.text[at:to]))
	return squeeze(b.String())
}

// notes writes the footnotes, those that the text refers to.
func (im *importing) notes(b *bytes.Buffer) {
	for _, n := range im.doc.Notes {
		if im.refersTo(n.ID) {
			b.WriteString("[^" + n.ID + "]: " + atStart(escape(squeeze(n.Text()))) + "\n\n")
		}
	}
}

func (im *importing) refersTo(id string) bool {
	for _, p := range im.paras {
		for _, n := range p.notes {
			if n.id == id {
				return true
			}
		}
	}
	return false
}

var entity = regexp.MustCompile(`^&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});`)

// escape takes every special meaning from a text: Markdown shows it as it is.
func escape(s string) string {
	if !strings.ContainsAny(s, "\\`*_[]<&~") {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '_', '[', '<':
			b.WriteByte('\\')
		case '&':
			if entity.MatchString(s[i:]) {
				b.WriteByte('\\')
			}
		}
		b.WriteRune(r)
	}
	return b.String()
}

var (
	listStart = regexp.MustCompile(`^(\d{1,9})([.)])(?:[^\d]|$)`)
	markStart = regexp.MustCompile(`^(?:#{1,6}(?:[ \t]|$)|[-+](?:[ \t]|$)|>|~~~|[-=]+[ \t]*$|:|\|)`)
)

// atStart escapes what means something at the beginning of a block only.
func atStart(s string) string {
	if m := listStart.FindStringSubmatch(s); m != nil {
		return m[1] + `\` + s[len(m[1]):]
	}
	if markStart.MatchString(s) {
		return `\` + s
	}
	return s
}

// headText escapes the closing # of a heading.
func headText(s string) string {
	if cut := strings.TrimRight(s, "#"); cut != s && (cut == "" || strings.HasSuffix(cut, " ")) {
		return cut + `\` + s[len(cut):]
	}
	return s
}

// Limits of a Markdown table (the reader refuses larger ones).
const (
	maxColumns = 64
	maxRows    = 5000
)

// table writes a table. A merged cell has its text in its first place; the places that it covers are empty.
func (im *importing) table(b *bytes.Buffer, t *document.Table) {
	if t.Cols > maxColumns || t.Rows > maxRows || t.Cols < 2 || t.Rows < 2 {
		for _, c := range t.Cells {
			if text := squeeze(c.Text()); text != "" {
				b.WriteString(atStart(escape(text)) + "\n\n")
			}
		}
		return
	}
	grid := make([]string, t.Rows*t.Cols)
	for _, c := range t.Cells {
		if c.Row < t.Rows && c.Col < t.Cols {
			grid[c.Row*t.Cols+c.Col] = cellText(c)
		}
	}
	if caption := squeeze(t.Caption); caption != "" {
		b.WriteString(atStart(escape(caption)) + "\n\n")
	}
	for row := range t.Rows {
		b.WriteString("| " + strings.Join(grid[row*t.Cols:(row+1)*t.Cols], " | ") + " |\n")
		if row == 0 {
			b.WriteString(strings.Repeat("|---", t.Cols) + "|\n")
		}
	}
	b.WriteString("\n")
}

func cellText(c document.Cell) string {
	var lines []string
	for l := range strings.Lines(c.Text()) {
		if l = squeeze(l); l != "" {
			lines = append(lines, strings.ReplaceAll(escape(l), "|", `\|`))
		}
	}
	return strings.Join(lines, "<br>")
}

func (im *importing) picture(b *bytes.Buffer, p *document.Picture) {
	if p.File == "" {
		im.found("import-picture-missing", diag.Info, 0, diag.Say("文件里没有图片本身：%s", "the file does not hold the picture: %s", clip(p.Address, 60)), diag.Say("需要的请另存图片，放在报告旁边", "save the picture beside the report if it is needed"))
		return
	}
	alt := squeeze(p.Alt)
	if strings.IndexFunc(alt, unicode.IsLetter) < 0 || utf8.RuneCountInString(alt) > 100 {
		alt = ""
	}
	b.WriteString("![" + strings.ReplaceAll(escape(alt), "]", `\]`) + "](" + p.File + ")\n\n")
}
