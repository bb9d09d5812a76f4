package document

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"gongkai/internal/diag"
)

// run reads one run: text in one style, and what stands among it.
func (p *para) run(n *node, st inlineState, out *[]Block) {
	d := p.d
	l := p.look
	rPr := n.kid("w:rPr")
	if rPr != nil {
		if id := rPr.val("w:rStyle"); id != "" {
			if s := d.styles.byID[id]; s != nil {
				l.apply(s.kid("w:rPr"))
				if base := d.styles.get(id); base.look.vanish == on || base.look.bold == on {
					l.vanish, l.bold = max(l.vanish, base.look.vanish), max(l.bold, base.look.bold)
				}
			}
		}
		l.apply(rPr)
		d.formatting(rPr, p.s)
	}
	run := Run{Bold: l.bold == on, Italic: l.italic == on, Super: l.vert == "superscript", Sub: l.vert == "subscript", Link: st.link}
	if run.Link == "" && len(d.fields) > 0 {
		run.Link = d.fields[len(d.fields)-1].link
	}
	say := func(text string) {
		if text == "" {
			return
		}
		switch {
		case st.deleted:
			d.flaw("document-tracked-change", p.base.Place, "−"+text)
			d.r.drop(p.base.Place, text, ReasonDeleted)
		case l.vanish == on:
			if strings.TrimSpace(text) != "" {
				d.flaw("document-hidden", p.base.Place, text)
				d.r.drop(p.base.Place, text, ReasonHidden)
			}
		default:
			run := run
			run.Text = text
			p.add(run, l)
		}
	}
	p.pieces(n, st, say, out)
}

// pieces hands the texts of a run to say, in order.
func (p *para) pieces(n *node, st inlineState, say func(string), out *[]Block) {
	d := p.d
	for _, k := range n.kids {
		switch k.name {
		case "w:t", "w:delText":
			if !d.inInstruction() {
				say(wordText(k))
			}
		case "w:tab", "w:ptab":
			say("\t")
		case "w:cr":
			say("\n")
		case "w:br":
			if k.attr("w:type") == "page" && !st.deleted {
				p.brk(out)
			} else {
				say("\n")
			}
		case "w:lastRenderedPageBreak":
			if p.s.part == "" && !p.s.box {
				d.page++
			}
		case "w:noBreakHyphen":
			say("-")
		case "w:sym":
			p.symbol(k, say)
		case "w:footnoteReference", "w:endnoteReference":
			if !st.deleted {
				p.note(k)
			}
		case "w:fldChar":
			d.fieldChar(k.attr("w:fldCharType"))
		case "w:instrText":
			if n := len(d.fields); n > 0 && !d.fields[n-1].showing {
				d.fields[n-1].instruction.WriteString(k.words())
			}
		case "w:ruby":
			p.inline(childOr(k, "w:rubyBase"), st, out)
			d.r.drop(p.base.Place, plainWords(childOr(k, "w:rt")), ReasonReading)
		case "w:commentReference":
			d.comment(k.attr("w:id"), p.base.Place)
		case "w:drawing", "w:pict", "w:object":
			if !st.deleted {
				p.drawing(k)
			}
		case "mc:AlternateContent":
			if c := alternative(k); c != nil {
				p.pieces(c, st, say, out)
			}
		}
	}
}

func childOr(n *node, name string) *node {
	if k := n.kid(name); k != nil {
		return k
	}
	return &node{}
}

// wordText is the text of a w:t: white space at its ends counts only when the file says so, and a line feed is a space.
func wordText(k *node) string {
	s := k.words()
	if k.attr("xml:space") != "preserve" {
		s = strings.Trim(s, " \t\r\n")
	}
	if strings.ContainsAny(s, "\r\n") {
		s = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(s)
	}
	return s
}

// symbols are the signs of Wingdings and Symbol that stand in official papers, by font and code without the F000 of private use.
var symbols = map[string]map[int]string{
	"wingdings": {0x6c: "●", 0x6d: "❍", 0x6e: "■", 0x6f: "□", 0x71: "❑", 0x72: "❒", 0x75: "◆", 0x76: "❖", 0x77: "◆", 0x9e: "·", 0x9f: "•",
		0xa1: "○", 0xa7: "▪", 0xa8: "□", 0xab: "★", 0xd8: "➢", 0xdf: "←", 0xe0: "→", 0xe8: "➔", 0xfb: "✗", 0xfc: "✓", 0xfd: "☒", 0xfe: "☑"},
	"wingdings 2": {0x50: "✓", 0x52: "☑", 0x54: "☒", 0xa3: "□"},
	"symbol":      {0xb0: "°", 0xb1: "±", 0xb4: "×", 0xb8: "÷", 0xb7: "•", 0xa3: "≤", 0xb3: "≥", 0xb9: "≠", 0xbb: "≈", 0xae: "→", 0x61: "α", 0x62: "β", 0x6d: "μ", 0x57: "Ω", 0x44: "Δ", 0xe5: "∑"},
}

func (p *para) symbol(k *node, say func(string)) {
	var code int
	if _, err := fmt.Sscanf(k.attr("w:char"), "%x", &code); err != nil || code <= 0 || code > unicode.MaxRune {
		return
	}
	font := strings.ToLower(k.attr("w:font"))
	if sign := symbols[font][code&^0xf000]; sign != "" {
		say(sign)
		return
	}
	if c := rune(code); unicode.IsGraphic(c) && !unicode.Is(unicode.Co, c) {
		say(string(c))
		return
	}
	p.d.r.warn("document-loss", p.base.Place, diag.Say("有一个符号没有对应的文字（字体 %s，编码 %s）", "a sign has no character of its own (font %s, code %s)", k.attr("w:font"), k.attr("w:char")),
		diag.Say("请对照原文补上这个符号", "add the sign from the original"))
}

// inInstruction holds while the instruction of a field is open, which is no text.
func (d *docx) inInstruction() bool {
	for i := range d.fields {
		if !d.fields[i].showing {
			return true
		}
	}
	return false
}

func (d *docx) fieldChar(kind string) {
	if d.noFields {
		return
	}
	n := len(d.fields)
	switch kind {
	case "begin":
		d.fields = append(d.fields, field{})
	case "separate":
		if n > 0 {
			f := &d.fields[n-1]
			f.showing = true
			if words := strings.Fields(f.instruction.String()); len(words) > 1 && strings.EqualFold(words[0], "HYPERLINK") && strings.HasPrefix(words[1], `"`) {
				f.link = strings.Trim(words[1], `"`)
			}
		}
	case "end":
		if n > 0 {
			d.fields = d.fields[:n-1]
		}
	}
}

// note refers to a note, and reads it when it is the first reference.
func (p *para) note(k *node) {
	d := p.d
	key, part := "f", "footnote"
	if k.name == "w:endnoteReference" {
		key, part = "e", "endnote"
	}
	id := key + k.attr("w:id")
	n := d.notes[id]
	if n == nil {
		d.r.warn("document-loss", p.base.Place, diag.Say("引用的注释 %s 不在文件里", "the note %s that is referred to is not in the file", k.attr("w:id")),
			diag.Say("请对照原文核对", "compare with the original"))
		return
	}
	p.add(Run{Note: id}, p.look)
	if d.seen[id] {
		return
	}
	d.seen[id] = true
	at := len(d.r.doc.Notes)
	d.r.doc.Notes = append(d.r.doc.Notes, Note{ID: id, End: key == "e"})
	d.r.doc.Notes[at].Blocks = d.aside(n, story{part: part}, "word/"+part+"s.xml")
}

// aside reads a story that stands in another part, so that its relations are seen from there.
func (d *docx) aside(n *node, s story, part string) []Block {
	was, carry, fields := d.part, d.carry, d.fields
	if part != "" {
		d.part = part
	}
	d.carry, d.fields = nil, nil
	blocks := d.story(n, s)
	d.part, d.carry, d.fields = was, carry, fields
	return blocks
}

// drawing reads what hangs on a run: text boxes, pictures, charts, embedded files.
func (p *para) drawing(n *node) {
	d := p.d
	for box := range n.all("w:txbxContent") {
		p.after = append(p.after, d.aside(box, story{part: p.s.part, box: true, cell: p.s.cell}, "")...)
	}
	alt := ""
	if pr := first(n, "wp:docPr"); pr != nil {
		alt = strings.TrimSpace(pr.attr("descr"))
	}
	d.pictures(p, n, alt)
	for art := range n.all("v:textpath") {
		if text := strings.TrimSpace(art.attr("string")); text != "" {
			p.after = append(p.after, Block{Kind: KindParagraph, Text: text, Runs: []Run{{Text: text}}, Place: p.base.Place, Box: true, Style: "WordArt"})
		}
	}
	lost := func(zh, en string) {
		d.r.warn("document-loss", p.base.Place, diag.Text{ZH: zh + "里的文字没有读入", EN: "the words of " + en + " are not read"}, diag.Say("请以图片或表格补上", "put in a picture or a table instead"))
	}
	if first(n, "c:chart") != nil {
		lost("图表", "a chart")
	}
	if first(n, "dgm:relIds") != nil {
		lost("SmartArt 图形", "a SmartArt graphic")
	}
	if ole := first(n, "o:OLEObject"); ole != nil {
		d.r.warn("document-embedded", p.base.Place, diag.Say("嵌有另一个文件（%s），其内容没有读入", "another file is embedded (%s), which is not read", ole.attr("ProgID")),
			diag.Say("需要公开的，请另作附件", "make it an attachment if it is to be published"))
	}
}

// first finds an element anywhere within n, but not in a text box, which is read by itself.
func first(n *node, name string) *node {
	for _, k := range n.kids {
		switch k.name {
		case name:
			return k
		case "w:txbxContent", "mc:Fallback":
			continue
		}
		if found := first(k, name); found != nil {
			return found
		}
	}
	return nil
}

// pictures finds the pictures of a drawing, without those in its text boxes.
func (d *docx) pictures(p *para, n *node, alt string) {
	for _, k := range n.kids {
		switch k.name {
		case "w:txbxContent":
			continue
		case "mc:AlternateContent":
			if c := alternative(k); c != nil {
				d.pictures(p, c, alt)
			}
			continue
		case "a:blip", "v:imagedata":
			id := k.attr("r:embed")
			if k.name == "v:imagedata" {
				id = k.attr("r:id")
			}
			if id == "" {
				id = k.attr("r:link")
			}
			if id != "" {
				p.after = append(p.after, Block{Kind: KindPicture, Picture: d.picture(id, alt, p.base.Place), Place: p.base.Place, Align: p.base.Align})
			}
		}
		d.pictures(p, k, alt)
	}
}

// picture takes one picture out of the package; used twice, it is one file.
func (d *docx) picture(id, alt string, at Place) *Picture {
	to, ok := d.relations(d.part)[id]
	if ok && to.external {
		d.r.warn("document-picture", at, diag.Say("图片不在文件里，只有地址 %s", "a picture is not in the file, only its address %s", to.target), diag.Say("请补上这张图片", "supply the picture"))
		return &Picture{Address: to.target, Alt: alt}
	}
	part := resolve(d.part, to.target)
	if name := d.files[part]; ok && name != "" {
		return &Picture{File: name, Alt: alt}
	}
	data, err := d.z.read(part, maxPart)
	if !ok || err != nil {
		if err == nil {
			err = errMissing
		}
		d.r.warn("document-picture", at, diag.Say("图片读不出来（%v）", "a picture cannot be read (%v)", err), diag.Say("请补上这张图片", "supply the picture"))
		return &Picture{Alt: alt}
	}
	name := d.r.file(data, at)
	d.files[part] = name
	return &Picture{File: name, Alt: alt}
}

// file adds a picture to the document's files and returns its name.
func (r *reader) file(data []byte, at Place) string {
	if len(r.doc.Files) >= maxPictures {
		r.tooMuch(diag.Say("图片超过 %d 张", "there are more than %d pictures", maxPictures))
		return ""
	}
	media, ext, shown := pictureType(data)
	name := fmt.Sprintf("image-%d.%s", len(r.doc.Files)+1, ext)
	r.doc.Files = append(r.doc.Files, File{Name: name, MediaType: media, Data: data})
	if !shown {
		r.warn("document-picture", at, diag.Say("图片 %s 浏览器不能显示", "no browser shows the picture %s", name), diag.Say("请换成 PNG 或 JPEG", "replace it by a PNG or JPEG"))
	}
	return name
}

// pictureType tells the kind of a picture by its bytes, and whether browsers show it.
func pictureType(data []byte) (media, ext string, shown bool) {
	has := func(at int, magic string) bool {
		return len(data) >= at+len(magic) && string(data[at:at+len(magic)]) == magic
	}
	switch media = http.DetectContentType(data); {
	case media == "image/png":
		return media, "png", true
	case media == "image/jpeg":
		return media, "jpg", true
	case media == "image/gif":
		return media, "gif", true
	case media == "image/webp":
		return media, "webp", true
	case media == "image/bmp":
		return media, "bmp", true
	case has(40, " EMF"):
		return "image/emf", "emf", false
	case has(0, "\xd7\xcd\xc6\x9a"), has(0, "\x01\x00\x09\x00"):
		return "image/wmf", "wmf", false
	case has(0, "II*\x00"), has(0, "MM\x00*"):
		return "image/tiff", "tiff", false
	case strings.Contains(string(data[:min(len(data), 1024)]), "<svg"):
		return "image/svg+xml", "svg", true
	}
	return "application/octet-stream", "bin", false
}
