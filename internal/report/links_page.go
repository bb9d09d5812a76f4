package report

import (
	"bytes"
	"html"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// link renders a link; a refused one leaves its text.
func (r *run) link(n *ast.Link) {
	r.settle(n)
	from, to := r.destinationAt(n.Destination, n.Pos())
	if r.expanded += len(n.Destination) + len(n.Title); r.expanded > maxExpanded {
		r.guard.exceed(from, limitFact("链接地址的总字节数", "the bytes of all addresses", maxExpanded), hintMarks)
		return
	}
	d := r.at.resolve(unescape(n.Destination), false)
	if !r.accept(d, n.Destination, from, to, &r.body.Links) || r.inLink {
		r.children(n)
		return
	}
	r.anchor(d)
	if title := unescape(n.Title); title != "" && len(title) <= maxDest {
		r.attribute("title", title)
	}
	r.inline = append(r.inline, '>')
	r.inLink = true
	r.children(n)
	r.inLink = false
	r.inline = append(r.inline, "</a>"...)
}

// autoLink renders <https://…> and <name@host>.
func (r *run) autoLink(n *ast.AutoLink) {
	if r.pend == pendBreak {
		r.join('x')
	}
	label := n.Label(r.src)
	dest := string(label)
	if n.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	from, to := r.destinationAt(label, n.Pos())
	d := r.at.resolve(dest, false)
	if !r.accept(d, label, from, to, &r.body.Links) || r.inLink {
		r.literal(label)
		return
	}
	r.anchor(d)
	r.inline = append(r.inline, '>')
	r.literal(label)
	r.inline = append(r.inline, "</a>"...)
}

// anchor opens <a>. Links open in the same window, so no rel is needed for safety; external says where they lead.
func (r *run) anchor(d destination) {
	r.inline = append(r.inline, "<a"...)
	r.attribute("href", d.href)
	if !d.internal && strings.HasPrefix(d.href, "http") {
		r.inline = append(r.inline, ` rel="external"`...)
	}
}

// accept records an internal destination to be checked later, and reports a refused one.
func (r *run) accept(d destination, written []byte, from, to int, list *[]Link) bool {
	if d.rule != "" {
		r.report(d.rule, diag.Error, from, to, d.message, d.hint)
		return false
	}
	if d.internal {
		l := Link{Target: d.target, Fragment: d.fragment, At: r.pos(from), End: r.pos(to), Written: string(written)}
		*list = append(*list, l)
		if d.target == "" {
			r.fragments = append(r.fragments, ownFragment{d.fragment, from, to})
		}
	}
	return true
}

// image renders a picture of the site's own; a refused one leaves its description.
func (r *run) image(n *ast.Image) {
	r.settle(n)
	alt := r.alt(n)
	if !r.picture(n, alt) {
		r.literal([]byte(alt))
		return
	}
	if title := unescape(n.Title); title != "" && len(title) <= maxDest {
		r.attribute("title", title)
	}
	r.inline = append(r.inline, '>')
	if r.pend == pendStart || r.pend == pendBreak {
		r.pend = pendNone
	}
}

// picture writes <img …, unless the picture is refused.
func (r *run) picture(n *ast.Image, alt string) bool {
	from, to := r.destinationAt(n.Destination, n.Pos())
	if r.expanded += len(n.Destination) + len(n.Title); r.expanded > maxExpanded {
		r.guard.exceed(from, limitFact("链接地址的总字节数", "the bytes of all addresses", maxExpanded), hintMarks)
		return false
	}
	d := r.at.resolve(unescape(n.Destination), true)
	if !r.accept(d, n.Destination, from, to, &r.body.Images) {
		return false
	}
	if strings.TrimSpace(alt) == "" {
		r.report("image-alt", diag.Warning, from, to,
			diag.Say("图片“%s”没有文字说明", "the picture “%s” has no description", clip(string(n.Destination))),
			diag.Say("请在方括号里写明图片内容：![说明](文件名)", "say in the brackets what it shows: ![description](file)"))
	}
	r.inline = append(r.inline, "<img"...)
	r.attribute("src", d.href)
	r.attribute("alt", alt)
	r.inline = append(r.inline, ` loading="lazy" decoding="async"`...)
	return true
}

// alt is the plain text of a picture's description.
func (r *run) alt(n ast.Node) string {
	inline, texts, pend, inLink := len(r.inline), len(r.texts), r.pend, r.inLink
	r.pend, r.inLink = pendStart, true
	r.children(n)
	alt := string(r.texts[texts:])
	r.inline, r.texts, r.pend, r.inLink = r.inline[:inline], r.texts[:texts], pend, inLink
	return alt
}

// figure renders a paragraph that is nothing but a picture with a title: the title becomes the caption.
func (r *run) figure(p ast.Node, kind string) bool {
	n, ok := p.FirstChild().(*ast.Image)
	if !ok || n.NextSibling() != nil || len(n.Title) == 0 {
		return false
	}
	r.begin()
	alt := r.alt(n)
	if !r.picture(n, alt) {
		r.literal([]byte(alt + " " + unescape(n.Title)))
		r.block("p", r.end(kind))
		return true
	}
	img := string(r.inline) + ">"
	r.begin()
	r.literal([]byte(unescape(n.Title)))
	r.open("figure", r.end(kind))
	r.write(">" + img + "<figcaption>")
	r.html = append(r.html, r.inline...)
	r.write("</figcaption></figure>")
	return true
}

// attribute appends name="value" to the open tag.
func (r *run) attribute(name, value string) {
	r.inline = append(append(append(r.inline, ' '), name...), '=', '"')
	for _, c := range value {
		switch c {
		case '&':
			r.inline = append(r.inline, "&amp;"...)
		case '"':
			r.inline = append(r.inline, "&quot;"...)
		case '<':
			r.inline = append(r.inline, "&lt;"...)
		case '>':
			r.inline = append(r.inline, "&gt;"...)
		case '\n', '\t', '\r':
			r.inline = append(r.inline, ' ')
		default:
			r.inline = append(r.inline, string(cleanRune(c))...)
		}
	}
	r.inline = append(r.inline, '"')
}

// unescape replaces backslash escapes and character references as CommonMark does in destinations and titles.
func unescape(b []byte) string {
	if !bytes.ContainsAny(b, `\&`) {
		return string(b)
	}
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && i+1 < len(b) && isASCIIMark(b[i+1]):
			i++
			out.WriteByte(b[i])
		case c == '&':
			if n := entityLength(b[i:]); n > 0 {
				out.WriteString(html.UnescapeString(string(b[i : i+n])))
				i += n - 1
				continue
			}
			out.WriteByte(c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// destinationAt finds a destination in the source: goldmark hands out slices of it without their places, but the capacity of such a
// slice tells where it begins. Destinations of reference links are found where they are defined.
func (r *run) destinationAt(dest []byte, pos int) (from, to int) {
	from = cap(r.src) - cap(dest)
	if len(dest) > 0 && from >= 0 && from+len(dest) <= len(r.src) && &r.src[from] == &dest[0] {
		return from, from + len(dest)
	}
	pos = min(max(pos, 0), len(r.src))
	return pos, pos
}

// lineIndex turns byte offsets of the body into lines and columns. Questions mostly come in rising order, so it counts on from the
// last answer.
type lineIndex struct {
	starts               []int // byte offset of each line
	line, offset, column int   // the last answer; column from 0
}

func (r *run) pos(offset int) diag.Pos {
	x := &r.lines
	if x.starts == nil {
		x.starts = append(make([]int, 0, 64), 0)
		for i, c := range r.src {
			if c == '\n' {
				x.starts = append(x.starts, i+1)
			}
		}
	}
	offset = min(max(offset, 0), len(r.src))
	line := searchLine(x.starts, offset)
	if line != x.line || offset < x.offset {
		x.line, x.offset, x.column = line, x.starts[line], 0
	}
	for _, c := range r.src[x.offset:offset] {
		if c&0xc0 != 0x80 {
			x.column++
		}
	}
	x.offset = offset
	return diag.Pos{Line: max(r.at.Line, 1) + line, Column: x.column + 1}
}

func searchLine(starts []int, offset int) int {
	low, high := 0, len(starts)
	for high-low > 1 {
		if mid := (low + high) / 2; starts[mid] <= offset {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// ownFragment is a link to a place of the same page.
type ownFragment struct {
	id       string
	from, to int
}

// maxSuggestions bounds the search for similar ids.
const maxSuggestions = 20

// checkFragments reports the links to places that this page has not.
func (r *run) checkFragments(b *Body) {
	suggested := 0
	for _, f := range r.fragments {
		if f.id == "" || strings.EqualFold(f.id, "top") || r.anchors.has(f.id) || r.isReference(f.id) {
			continue
		}
		hint := diag.Say("请核对目标；段落的编号见网页源文件中的 id", "check the target; ids stand in the page's source")
		if suggested++; suggested <= maxSuggestions {
			if id := suggestID(f.id, b.Outline); id != "" {
				hint = diag.Say("是否为“#%s”？", "did you mean “#%s”?", id)
			}
		}
		r.report("broken-fragment", diag.Error, f.from, f.to,
			diag.Say("本页没有“#%s”这个位置", "this page has no place “#%s”", clip(f.id)), hint)
	}
}

// isReference reports whether id is that of a mark of a footnote (refID).
func (r *run) isReference(id string) bool {
	rest, found := strings.CutPrefix(id, "ref")
	number, ref, several := strings.Cut(rest, "-")
	n, err := strconv.Atoi(number)
	if !found || err != nil || n < 1 || n > len(r.noteOrder) {
		return false
	}
	k := 1
	if several {
		if k, err = strconv.Atoi(ref); err != nil {
			return false
		}
	}
	return k >= 1 && k <= r.noteOrder[n-1].refs && refID(n, k) == id
}

// suggestID finds the heading that an author meant: by its words, or the id with the fewest differences.
func suggestID(written string, outline []OutlineEntry) string {
	words := strings.ToLower(han.Normalise(written))
	words = strings.ReplaceAll(words, "-", "")
	best, distance := "", max(len(written)/3, 1)+1
	for _, e := range outline[:min(len(outline), 500)] {
		title := strings.ToLower(han.Normalise(e.Number + e.Text))
		if bare := han.Normalise(e.Text); words == strings.ReplaceAll(title, "-", "") || bare != "" && words == strings.ToLower(bare) {
			return e.ID
		}
		if d := editDistance(written, e.ID, distance); d < distance {
			best, distance = e.ID, d
		}
	}
	return best
}

// editDistance counts the insertions, deletions and changes between two short strings, up to a limit.
func editDistance(a, b string, limit int) int {
	if len(a) > 64 || len(b) > 64 || len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
