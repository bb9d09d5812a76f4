package document

import (
	"strconv"
	"strings"

	"gongkai/internal/diag"
)

// ofd reads a file of GB/T 33190: pages of text objects with positions in millimetres.
type ofd struct {
	d         *docx // the package: parts and their limits
	templates map[string]*node
	pages     []printed
	words     int
}

const perMillimetre = 72 / 25.4

func (r *reader) readOFD() {
	z, err := openZip(r.data)
	if err != nil {
		r.partFault("ZIP", err)
		return
	}
	d := &docx{r: r, z: z}
	root, ok := d.load("OFD.xml", true)
	if !ok {
		return
	}
	if z.has("encryptions.xml") || root.kid("DocBody", "Encryptions") != nil {
		r.refuse("document-locked", Place{}, diag.Say("OFD 已加密，打不开", "the OFD is encrypted"), diag.Say("请用 OFD 阅读器解密后另存，或改用 Word、网页原件", "decrypt it in an OFD reader, or use the Word file or web page"))
		return
	}
	o := &ofd{d: d}
	for body := range root.all("DocBody") {
		if title := strings.TrimSpace(childOr(childOr(body, "DocInfo"), "Title").words()); title != "" && r.doc.Meta["Title"] == "" {
			r.doc.Meta["Title"] = title
		}
		if !o.document(partName(childOr(body, "DocRoot").words())) {
			return
		}
	}
	if r.trusted(o.pages) {
		r.layout(o.pages)
	}
}

func (o *ofd) document(part string) bool {
	root, ok := o.d.load(part, true)
	if !ok {
		return false
	}
	common := childOr(root, "CommonData")
	size := childOr(childOr(common, "PageArea"), "PhysicalBox").words()
	o.templates = map[string]*node{}
	for t := range common.all("TemplatePage") {
		if n, ok := o.d.load(resolve(part, t.attr("BaseLoc")), false); ok && n != nil {
			o.templates[t.attr("ID")] = n
		} else if !ok {
			return false
		}
	}
	for p := range childOr(root, "Pages").all("Page") {
		if len(o.pages) >= maxPages {
			o.d.r.tooMuch(diag.Say("OFD 超过 %d 页", "the OFD has more than %d pages", maxPages))
			return false
		}
		n, ok := o.d.load(resolve(part, p.attr("BaseLoc")), true)
		if !ok || o.d.r.ctx.Err() != nil {
			return false
		}
		if own := n.kid("Area", "PhysicalBox"); own != nil {
			size = own.words()
		}
		page := printed{width: 595, height: 842}
		if box := numbers(size); len(box) == 4 {
			page.width, page.height = box[2]*perMillimetre, box[3]*perMillimetre
		}
		for t := range n.all("Template") {
			if from := o.templates[t.attr("TemplateID")]; from != nil {
				o.layer(childOr(from, "Content"), &page, 0)
			}
		}
		o.layer(childOr(n, "Content"), &page, 0)
		o.pages = append(o.pages, page)
	}
	return o.d.r.list.AtLeast(diag.Error) == 0
}

// layer reads the objects of a layer and of the blocks within it.
func (o *ofd) layer(n *node, page *printed, depth int) {
	for _, k := range n.kids {
		switch k.name {
		case "Layer", "PageBlock":
			o.layer(k, page, depth+1)
		case "TextObject":
			if k.attr("Visible") != "false" {
				o.text(k, page)
			}
		case "ImageObject":
			page.pictures = true
		}
	}
}

// text puts every character of a text object on the page.
func (o *ofd) text(n *node, page *printed) {
	box, m := numbers(n.attr("Boundary")), identity
	if len(box) < 2 {
		box = []float64{0, 0}
	}
	if c := numbers(n.attr("CTM")); len(c) == 6 {
		m = matrix(c)
	}
	if m[1] > 0.3*m[0] || m[1] < -0.3*m[0] { // turned text is a watermark
		return
	}
	size, err := strconv.ParseFloat(n.attr("Size"), 64)
	if err != nil || size <= 0 || size > 1000 {
		size = 3.5
	}
	x, y := 0.0, 0.0
	for code := range n.all("TextCode") {
		if v := numbers(code.attr("X")); len(v) == 1 {
			x = v[0]
		}
		if v := numbers(code.attr("Y")); len(v) == 1 {
			y = v[0]
		}
		dx, dy := deltas(code.attr("DeltaX")), deltas(code.attr("DeltaY"))
		i := 0
		for _, c := range code.words() {
			step := size * advance(string(c))
			if i < len(dx) {
				step = dx[i]
			} else if len(dx) == 0 && i < len(dy) {
				step = 0
			}
			em := size * m[3] * perMillimetre
			w := word{x0: (box[0] + x*m[0] + y*m[2] + m[4]) * perMillimetre, size: max(em, -em), text: unradical(string(c))}
			w.x1 = w.x0 + max(w.size*advance(string(c)), min(step*max(m[0], -m[0])*perMillimetre, w.size))
			base := (box[1] + x*m[1] + y*m[3] + m[5]) * perMillimetre
			w.y0, w.y1 = base-0.88*w.size, base+0.12*w.size
			if o.words++; o.words > maxNodes {
				o.d.r.tooMuch(diag.Say("OFD 超过 %d 个字", "the OFD has more than %d characters", maxNodes))
				return
			}
			page.words = append(page.words, w)
			x += step
			if i < len(dy) {
				y += dy[i]
			}
			i++
		}
	}
}

// numbers reads numbers parted by blanks; anything else among them gives none.
func numbers(s string) []float64 {
	var out []float64
	for f := range strings.FieldsSeq(s) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil || v > 1e6 || v < -1e6 {
			return nil
		}
		out = append(out, v)
	}
	return out
}

// deltas reads a DeltaX: numbers, and "g 5 3.5" for five times 3.5.
func deltas(s string) []float64 {
	var out []float64
	fields := strings.Fields(s)
	for i := 0; i < len(fields); i++ {
		times := 1
		if fields[i] == "g" && i+2 < len(fields) {
			n, err := strconv.Atoi(fields[i+1])
			if err != nil || n < 0 || n > 100_000 {
				return out
			}
			times = n
			i += 2
		}
		v, err := strconv.ParseFloat(fields[i], 64)
		if err != nil || v > 1e6 || v < -1e6 || len(out)+times > 1_000_000 {
			return out
		}
		for range times {
			out = append(out, v)
		}
	}
	return out
}
