package document

import (
	"slices"
	"strings"

	"gongkai/internal/diag"
)

// flaw is something that must not go into public: where it stands and its words.
type flaw struct {
	rule string
	at   Place
	text string
}

// shownFlaws is how many places of one kind are reported one by one.
const shownFlaws = 10

func (d *docx) flaw(rule string, at Place, text string) {
	if n := len(d.flaws); n > 0 && d.flaws[n-1].rule == rule && d.flaws[n-1].at == at {
		if text != "¶" {
			d.flaws[n-1].text = strings.TrimSuffix(d.flaws[n-1].text, "¶") + text
		}
		return
	}
	d.flaws = append(d.flaws, flaw{rule, at, text})
}

// change notes a tracked insertion. What came in has a plus before it, what went out a minus.
func (d *docx) change(n *node, at Place) {
	if text := plainWords(n); text != "" {
		d.flaw("document-tracked-change", at, "+"+text)
	}
}

// formatting notes tracked changes of looks, which change no word.
func (d *docx) formatting(n *node, s story) {
	if n == nil {
		return
	}
	for _, k := range n.kids {
		switch k.name {
		case "w:rPrChange", "w:pPrChange", "w:sectPrChange", "w:tblPrChange", "w:trPrChange", "w:tcPrChange":
			d.flaw("formatting", d.at(s), "")
		}
	}
}

// comment notes a comment where it begins, once.
func (d *docx) comment(id string, at Place) {
	n := d.comms[id]
	if n == nil {
		return
	}
	delete(d.comms, id)
	text := strings.TrimSpace(plainWords(n))
	d.flaw("document-comment", at, text)
	d.r.drop(Place{Page: at.Page, Line: at.Line, Part: "comment"}, text, ReasonComment)
}

// report turns flaws into findings: an Error each, or a warning when they are accepted.
func (d *docx) report() {
	count := map[string]int{}
	for _, f := range d.flaws {
		if count[f.rule]++; count[f.rule] <= shownFlaws && f.rule != "formatting" {
			message, hint := f.say()
			d.found(f.rule, f.at, message, hint)
		}
	}
	for _, rule := range []string{"document-tracked-change", "document-comment", "document-hidden"} {
		if more := count[rule] - shownFlaws; more > 0 {
			d.found(rule, Place{}, diag.Say("同类的另有 %d 处", "%d more of the same", more), diag.Text{})
		}
	}
	if n := count["formatting"]; n > 0 {
		d.r.warn("document-tracked-change", Place{}, diag.Say("有 %d 处格式修订记录，不影响文字", "%d tracked changes of formatting, which change no word", n),
			diag.Say("原件要作附件的，请先接受全部修订", "accept all changes before the file is made an attachment"))
	}
}

func (d *docx) found(rule string, at Place, message, hint diag.Text) {
	if d.r.opt.Accept {
		d.r.warn(rule, at, message, diag.Text{})
	} else {
		d.r.refuse(rule, at, message, hint)
	}
}

func (f flaw) say() (message, hint diag.Text) {
	text := excerpt(f.text)
	switch f.rule {
	case "document-comment":
		return diag.Say("有批注：“%s”", "there is a comment: %q", text),
			diag.Say("请删去批注后再导入；确认不要批注的，加 --accept", "delete the comments first, or leave them out by --accept")
	case "document-hidden":
		return diag.Say("有隐藏文字：“%s”", "there is hidden text: %q", text),
			diag.Say("请删去或显示这些文字；确认不要的，加 --accept", "delete or show it, or leave it out by --accept")
	}
	return diag.Say("有未接受的修订：“%s”", "there is a tracked change: %q", text),
		diag.Say("请接受或拒绝全部修订后再导入；全部接受的，加 --accept", "accept or reject all changes first, or accept them by --accept")
}

// unusedNotes hands over what nothing refers to.
func (d *docx) unusedNotes() {
	for _, of := range []struct{ key, part string }{{"f", "footnote"}, {"e", "endnote"}} {
		var left []string
		for id, n := range d.notes {
			if strings.HasPrefix(id, of.key) && !d.seen[id] {
				left = append(left, plainWords(n))
			}
		}
		slices.Sort(left)
		for _, text := range left {
			d.r.drop(Place{Part: of.part}, text, ReasonUnused)
		}
	}
	var left []string
	for _, n := range d.comms {
		left = append(left, strings.TrimSpace(plainWords(n)))
	}
	slices.Sort(left)
	for _, text := range left {
		d.flaw("document-comment", Place{Part: "comment"}, text)
		d.r.drop(Place{Part: "comment"}, text, ReasonComment)
	}
}
