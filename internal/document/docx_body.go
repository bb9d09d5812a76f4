package document

import (
	"strings"

	"gongkai/internal/diag"
)

// story is a text of its own: the body, a note, a text box, a cell.
type story struct {
	part string // Place.Part
	box  bool
	cell bool
}

// story reads the block-level content of an element.
func (d *docx) story(n *node, s story) []Block {
	var out []Block
	if d.nesting++; d.nesting > maxNesting*2 {
		d.r.tooMuch(diag.Say("表格或文本框嵌套超过 %d 层", "tables or text boxes nest more than %d deep", maxNesting))
		d.nesting--
		return nil
	}
	d.each(n, s, false, &out)
	if d.carry != nil { // the last paragraph of a story keeps its mark
		p := d.carry
		d.carry = nil
		p.flush(&out)
	}
	d.nesting--
	return out
}

func (d *docx) each(n *node, s story, deleted bool, out *[]Block) {
	for _, k := range n.kids {
		if d.r.ctx.Err() != nil || d.r.list.AtLeast(diag.Error) > 0 {
			return
		}
		switch k.name {
		case "w:p":
			d.readParagraph(k, s, deleted, out)
		case "w:tbl":
			d.readTable(k, s, deleted, out)
		case "w:sdt":
			if c := k.kid("w:sdtContent"); c != nil {
				d.each(c, s, deleted, out)
			}
		case "w:customXml", "w:smartTag":
			d.each(k, s, deleted, out)
		case "w:ins", "w:moveTo":
			d.each(k, s, deleted, out)
		case "w:del", "w:moveFrom":
			d.each(k, s, true, out)
		case "mc:AlternateContent":
			if c := alternative(k); c != nil {
				d.each(c, s, deleted, out)
			}
		case "w:altChunk":
			d.r.refuse("document-embedded", d.at(s), diag.Say("文件里嵌有另一份文稿，其内容读不出来", "the file holds another document, which cannot be read"),
				diag.Say("请用 Word 或 WPS 打开后另存一份", "open it in Word or WPS and save it anew"))
		}
	}
}

func (d *docx) at(s story) Place {
	p := Place{Page: d.page, Line: d.paragraph, Part: s.part}
	if p.Part == "" && s.box {
		p.Part = "textbox"
	}
	return p
}

// para is a paragraph while it is read.
type para struct {
	d     *docx
	s     story
	base  Block // its properties, without text
	look  look  // of its style
	runs  []Run
	after []Block // pictures and text boxes that hang on it
}

func (d *docx) readParagraph(n *node, s story, deleted bool, out *[]Block) {
	if s.part == "" && !s.box {
		d.paragraph++
	}
	if d.blocks++; d.blocks > maxBlocks {
		d.r.tooMuch(diag.Say("文件超过 %d 段", "the file has more than %d paragraphs", maxBlocks))
		return
	}
	pPr := n.kid("w:pPr")
	st := d.styles.get(pPr.val("w:pStyle"))
	set := st.setting
	set.apply(pPr)
	p := &para{d: d, s: s, look: st.look}
	p.base = Block{Kind: KindParagraph, Style: st.name, Place: d.at(s), Box: s.box}
	p.shape(set)
	if set.pageBreak == on && !s.cell {
		p.brk(out)
	}
	if d.carry != nil { // the text of a paragraph whose mark was deleted comes first
		p.runs, p.after, p.base.Place = d.carry.runs, d.carry.after, d.carry.base.Place
		d.carry = nil
	}
	before := len(p.runs)
	p.inline(n, inlineState{deleted: deleted}, out)
	d.formatting(pPr, s)
	gone := deleted || pPr.kid("w:rPr", "w:del") != nil || pPr.kid("w:rPr", "w:moveFrom") != nil
	if gone {
		d.flaw("document-tracked-change", p.base.Place, "¶")
		d.carry = p
		return
	}
	if len(p.runs) > before || before > 0 || set.numID != "" {
		if number, level, listed := d.nums.next(set, st.id); listed && len(p.runs) > 0 {
			p.base.Number = number
			if p.base.Kind == KindParagraph {
				p.base.Kind, p.base.Level = KindListItem, level+1
			}
		}
	}
	p.flush(out)
	if sect := pPr.kid("w:sectPr"); sect != nil && !s.cell && s.part == "" && !s.box {
		if kind := sect.val("w:type"); kind != "continuous" && kind != "nextColumn" {
			d.newPage(out)
		}
	}
}

func (p *para) shape(set setting) {
	switch set.align {
	case "center":
		p.base.Align = AlignCenter
	case "right", "end":
		p.base.Align = AlignRight
	case "left", "start":
		p.base.Align = AlignLeft
	}
	if set.outline >= 0 {
		p.base.Kind, p.base.Level = KindHeading, set.outline+1
	} else if isTitleStyle(p.base.Style) {
		p.base.Kind = KindHeading
	}
	p.base.Indent = set.first / 20 // points for now
	if set.hasChars {
		p.base.Indent = -set.chars / 100 // characters are told from points by the sign until flush knows the size
		if set.chars < 0 {
			p.base.Indent = 0
		}
	} else if p.base.Indent < 0 {
		p.base.Indent = 0
	}
}

type inlineState struct {
	deleted bool
	link    string
}

// inline reads the content of a paragraph.
func (p *para) inline(n *node, st inlineState, out *[]Block) {
	d := p.d
	for _, k := range n.kids {
		switch k.name {
		case "w:r":
			p.run(k, st, out)
		case "w:ins", "w:moveTo":
			d.change(k, p.base.Place)
			p.inline(k, st, out)
		case "w:del", "w:moveFrom":
			inner := st
			inner.deleted = true
			p.inline(k, inner, out)
		case "w:hyperlink":
			inner := st
			if to, ok := d.relations(d.part)[k.attr("r:id")]; ok && to.external {
				inner.link = to.target
			}
			p.inline(k, inner, out)
		case "w:sdt":
			if c := k.kid("w:sdtContent"); c != nil {
				p.inline(c, st, out)
			}
		case "w:smartTag", "w:customXml", "w:fldSimple", "w:dir", "w:bdo":
			p.inline(k, st, out)
		case "w:commentRangeStart":
			d.comment(k.attr("w:id"), p.base.Place)
		case "mc:AlternateContent":
			if c := alternative(k); c != nil {
				p.inline(c, st, out)
			}
		case "m:oMath", "m:oMathPara":
			p.formula(k, st)
		}
	}
}

func (p *para) formula(n *node, st inlineState) {
	var b strings.Builder
	for t := range n.all("m:t") {
		b.WriteString(t.words())
	}
	if b.Len() == 0 || st.deleted {
		return
	}
	p.add(Run{Text: b.String()}, p.look)
	p.d.r.warn("document-loss", p.base.Place, diag.Say("公式只读出了文字，没有上下分式等形状：“%s”", "only the text of a formula was read, not its shape: %q", excerpt(b.String())),
		diag.Say("请核对这条公式", "check this formula"))
}

// add appends a run, or joins it to one that looks the same.
func (p *para) add(run Run, l look) {
	if l.size > 0 && p.base.Size == 0 && strings.TrimSpace(run.Text) != "" {
		p.base.Size = l.size
	}
	if p.base.Font == "" && strings.TrimSpace(run.Text) != "" {
		p.base.Font = l.font
	}
	if n := len(p.runs); n > 0 && run.Note == "" && p.runs[n-1].Note == "" {
		last := p.runs[n-1]
		last.Text = run.Text
		if last == run {
			p.runs[n-1].Text += run.Text
			return
		}
	}
	p.runs = append(p.runs, run)
}

// brk breaks the page within a paragraph: what came before it is a paragraph of its own.
func (p *para) brk(out *[]Block) {
	if p.s.cell || p.s.box || p.s.part != "" {
		return
	}
	p.flush(out)
	p.d.newPage(out)
	p.base.Place.Page, p.base.Number = p.d.page, ""
}

func (d *docx) newPage(out *[]Block) {
	if !d.rendered {
		d.page++
	}
	*out = append(*out, Block{Kind: KindPageBreak, Place: Place{Page: d.page, Line: d.paragraph}})
}

// flush makes a block of what was read so far. Blank paragraphs give none.
func (p *para) flush(out *[]Block) {
	b := p.base
	bold, any := true, false
	var text strings.Builder
	for _, run := range p.runs {
		text.WriteString(run.Text)
		if strings.TrimSpace(run.Text) != "" {
			bold, any = bold && run.Bold, true
		}
	}
	b.Text, b.Runs, b.Bold = text.String(), p.runs, bold && any
	switch {
	case b.Indent < 0:
		b.Indent = -b.Indent
	case b.Size > 0:
		b.Indent /= b.Size
	default:
		b.Indent /= 10.5 // 五号, Word's size where none is named
	}
	notes := false
	for _, run := range p.runs {
		notes = notes || run.Note != ""
	}
	if strings.TrimSpace(b.Text) != "" || notes {
		*out = append(*out, b)
	}
	*out = append(*out, p.after...)
	p.runs, p.after = nil, nil
}

// alternative chooses the writing of an AlternateContent that this reader understands: its first choice that only needs namespaces known
// here, else the fallback.
func alternative(n *node) *node {
	var first *node
	for _, k := range n.kids {
		switch k.name {
		case "mc:Choice":
			if first == nil {
				first = k
			}
			known := true
			for _, need := range strings.Fields(k.attr("Requires")) {
				switch need {
				case "wps", "wpg", "wpc", "w14", "w15", "w16", "a14", "wp14", "v", "o", "w", "wpi":
				default:
					known = false
				}
			}
			if known {
				return k
			}
		case "mc:Fallback":
			return k
		}
	}
	return first
}
