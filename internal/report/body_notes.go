package report

import (
	"bytes"
	"strconv"

	"gongkai/internal/diag"
)

// noteReference renders [^label]. Neither the mark nor the way back is part of any paragraph's text, so that the number of a note
// changes no id and no figure is read with a mark at its end.
func (r *run) noteReference(n *noteRef) {
	r.loadNotes()
	index, found := r.noteLabels[string(n.label)]
	if !found {
		r.report("footnote-missing", diag.Error, n.start, n.stop,
			diag.Say("没有脚注 [^%s] 的内容", "there is no footnote [^%s]", clip(string(n.label))),
			diag.Say("请在文末另起一行写“[^%s]: 脚注内容”", "write “[^%s]: text” on a line of its own", clip(string(n.label))))
		r.literal(r.src[n.start:n.stop])
		return
	}
	if r.pend == pendBreak {
		r.pend = pendNone
	}
	f := r.note(index)
	f.refs++
	number := strconv.Itoa(f.number)
	r.inline = append(r.inline, `<sup class="noteref" id="`+refID(f.number, f.refs)+`">`...)
	if !r.inLink {
		// The note's id is a hash of text that is not rendered yet; fillNoteIDs puts it between the two NULs, which no text holds.
		r.inline = append(r.inline, "<a href=\"#\x00"+number+"\x00\" role=\"doc-noteref\" aria-label=\"脚注 "+number+"\">["+number+"]</a>"...)
	} else {
		r.inline = append(r.inline, "["+number+"]"...)
	}
	r.inline = append(r.inline, "</sup>"...)
}

func refID(number, ref int) string {
	id := "ref" + strconv.Itoa(number)
	if ref > 1 {
		id += "-" + strconv.Itoa(ref)
	}
	return id
}

func (r *run) loadNotes() {
	if r.noteLabels != nil {
		return
	}
	r.noteLabels = make(map[string]int, len(r.guard.notes))
	r.notes = make(map[int]*note, len(r.guard.notes))
	for i, n := range r.guard.notes {
		if _, twice := r.noteLabels[string(n.Ref)]; !twice {
			r.noteLabels[string(n.Ref)] = i
		}
	}
}

// note gives a note its number when it is first needed.
func (r *run) note(index int) *note {
	f := r.notes[index]
	if f == nil {
		f = &note{node: r.guard.notes[index], number: len(r.noteOrder) + 1}
		r.notes[index] = f
		r.noteOrder = append(r.noteOrder, f)
	}
	return f
}

// renderNotes writes the notes in the order of their first references; then those that nothing refers to, which are reported.
func (r *run) renderNotes() {
	if len(r.guard.notes) == 0 {
		return
	}
	r.loadNotes()
	r.section = ""
	r.write(`<div class="footnotes" role="doc-endnotes" aria-label="脚注"><ol>`)
	r.renderNewNotes(0)
	for i, n := range r.guard.notes {
		if r.notes[i] != nil {
			continue
		}
		at := bytes.LastIndexByte(r.src[:max(n.Pos(), 0)], '\n') + 1
		r.report("footnote-unused", diag.Warning, at, at+1,
			diag.Say("正文没有引用脚注 [^%s]", "nothing refers to the footnote [^%s]", clip(string(n.Ref))),
			diag.Say("请在正文相应处写 [^%s]，或删去脚注", "write [^%s] in the text, or delete the note", clip(string(n.Ref))))
		done := len(r.noteOrder)
		r.note(i)
		r.renderNewNotes(done)
	}
	r.write("</ol></div>")
}

// renderNewNotes renders the notes from a number on; a note may refer to further ones.
func (r *run) renderNewNotes(from int) {
	for i := from; i < len(r.noteOrder); i++ {
		f := r.noteOrder[i]
		paragraphs := len(r.body.Paragraphs)
		mark := len(r.html)
		r.item(f.node, kindNote)
		r.html = r.html[:len(r.html)-len("</li>")]
		if first := len(r.body.Paragraphs); first > paragraphs && bytes.HasPrefix(r.html[mark:], []byte("<li id=")) {
			f.id = r.body.Paragraphs[paragraphs].ID
		} else {
			f.id = r.anchors.unique("note" + strconv.Itoa(f.number))
			tail := string(r.html[mark+len("<li"):])
			r.html = append(r.html[:mark], `<li id="`+f.id+`"`+tail...)
		}
		number := strconv.Itoa(f.number)
		for ref := 1; ref <= f.refs; ref++ {
			r.write(` <a class="backref" href="#` + refID(f.number, ref) + `" role="doc-backlink" aria-label="返回正文脚注 ` + number)
			if f.refs > 1 {
				r.write(" 第 " + strconv.Itoa(ref) + " 处")
			}
			r.write(`">返回</a>`)
		}
		r.write("</li>")
	}
}

// fillNoteIDs returns the finished HTML, the notes' ids in their places; in memory of its own, unless the parser lends it.
func (r *run) fillNoteIDs() []byte {
	switch {
	case len(r.noteOrder) == 0 && r.lend:
		return r.html
	case len(r.noteOrder) == 0:
		return bytes.Clone(r.html)
	}
	out := make([]byte, 0, len(r.html)+16*len(r.noteOrder))
	for i, part := range bytes.Split(r.html, []byte{0}) {
		if i%2 == 0 {
			out = append(out, part...)
			continue
		}
		number, _ := strconv.Atoi(string(part))
		out = append(out, r.noteOrder[number-1].id...)
	}
	return out
}

// clip shortens what an author wrote, for a message.
func clip(s string) string {
	const limit = 40
	n := 0
	for i := range s {
		if n++; n > limit {
			return s[:i] + "…"
		}
	}
	return s
}
