package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

// Value is one value of the document, with its place: what a Type decodes.
type Value struct {
	doc  *document
	node *yaml.Node
	name string // of the key as written
	path string // by English names, joined by dots
	item int    // number in a list, from 1; 0 outside
}

// Path is the value's key, nested keys and list elements joined by dots: "attachments.0.file".
func (v Value) Path() string { return v.path }

// Pos is the place where the value begins, in the file.
func (v Value) Pos() diag.Pos { return v.doc.pos(v.doc.placeOf(v.node)) }

// Empty reports whether nothing is written: no value, or quotes with nothing between them.
func (v Value) Empty() bool {
	return v.node.Kind == yaml.ScalarNode && v.node.Style&yaml.TaggedStyle == 0 && strings.TrimSpace(v.node.Value) == ""
}

// Name is how messages call the value: “发布日期”, or the second entry of “附件”.
func (v Value) Name() diag.Text {
	switch {
	case v.item > 0:
		return diag.Say("“%s”第 %d 项", "entry %[2]d of %[1]q", v.name, v.item)
	case v.name == "":
		return diag.Text{ZH: "这里", EN: "this"}
	}
	return diag.Say("“%s”", "%q", v.name)
}

// Error reports an error at the value; rule is an id without the document's prefix.
func (v Value) Error(rule string, say, hint diag.Text) { v.report(diag.Error, rule, "", say, hint) }

// Warn reports a warning at the value.
func (v Value) Warn(rule string, say, hint diag.Text) { v.report(diag.Warning, rule, "", say, hint) }

// ErrorIn reports an error at a part of the value, where the source shows that part as it is; else at the whole value.
func (v Value) ErrorIn(part, rule string, say, hint diag.Text) {
	v.report(diag.Error, rule, part, say, hint)
}

func (v Value) report(severity diag.Severity, rule, part string, say, hint diag.Text) {
	from := v.doc.placeOf(v.node)
	to, ok := v.doc.end(v.node, from)
	if part != "" && ok {
		source := v.doc.src[v.doc.offset(from):]
		source = source[:min(len(source), 4*(to.col-from.col))]
		if i := strings.Index(string(source), part); i >= 0 {
			a := from.col + utf8.RuneCount(source[:i])
			if b := a + utf8.RuneCountInString(part); b <= to.col {
				from.col, to.col = a, b
			}
		}
	}
	v.doc.report(finding{rule: rule, severity: severity, from: from, to: to, say: say, hint: hint})
}

// Record notes the value's place for a key below it: a scalar that stands for a mapping with this key alone.
func (v Value) Record(key string) {
	v.path = join(v.path, key)
	v.record(v.node)
}

// record notes the place of a written key or list entry.
func (v Value) record(key *yaml.Node) {
	d := v.doc
	name := d.placeOf(key)
	from := d.placeOf(v.node)
	to, _ := d.end(v.node, from)
	d.keys = append(d.keys, Key{Key: v.path, Name: d.pos(name), Value: d.pos(from), End: d.pos(to)})
}

// wrongType says what is wanted and what is written.
func (v Value) wrongType(want diag.Text) {
	have := diag.Text{ZH: "一个值", EN: "a single value"}
	switch v.node.Kind {
	case yaml.SequenceNode:
		have = diag.Text{ZH: "列表", EN: "a list"}
	case yaml.MappingNode:
		have = diag.Text{ZH: "若干“字段: 值”", EN: "a mapping"}
	case yaml.AliasNode:
		return // refused already
	}
	name := v.Name()
	v.Error("wrong-type", diag.Text{
		ZH: name.ZH + "应为" + want.ZH + "，这里写的是" + have.ZH,
		EN: name.EN + " must be " + want.EN + ", but is " + have.EN,
	}, diag.Text{ZH: "请改为" + want.ZH, EN: "write " + want.EN})
}

// Text is the scalar as written, without white space round it; ok is false for anything else, which has then been reported.
// Text that was written over several lines holds one space in place of each line break, or nothing between Chinese characters.
func (v Value) Text() (text string, ok bool) {
	n := v.node
	if n.Kind != yaml.ScalarNode {
		v.wrongType(diag.Say("一段文字", "a text"))
		return "", false
	}
	if n.Style == 0 && n.Tag == "!!null" {
		name := v.Name()
		v.Error("wrong-type", diag.Text{ZH: name.ZH + "写成了“" + n.Value + "”", EN: name.EN + " is written as " + n.Value},
			diag.Say("没有内容的，冒号后留空即可", "leave it empty after the colon when there is nothing to say"))
		return "", false
	}
	text = strings.TrimSpace(n.Value)
	for _, r := range text {
		if invisible(r) {
			v.ErrorIn(string(r), "control-character", diag.Say("文字里有不可见的控制字符 U+%04X", "the text holds an invisible control character U+%04X", r),
				diag.Say("请删去", "delete it"))
			return "", false
		}
	}
	if v.severalLines() {
		text = joinLines(text)
	}
	return text, true
}

// severalLines reports whether the scalar spans lines of the source.
func (v Value) severalLines() bool {
	if strings.Contains(v.node.Value, "\n") {
		return true
	}
	if !strings.Contains(v.node.Value, " ") {
		return false
	}
	_, one := v.doc.end(v.node, v.doc.placeOf(v.node))
	return !one
}

// invisible reports characters that no text for readers holds: controls, line and paragraph separators, bidirectional controls.
func invisible(r rune) bool {
	switch {
	case r == '\n' || r == '\t':
		return false
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return true
	case r == 0x200b, r >= 0x200e && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x2069, r == 0xfeff, r == utf8.RuneError:
		return true
	}
	return false
}

// joinLines puts text that was broken into lines on one line: breaks between Chinese characters vanish, others become a space.
func joinLines(text string) string {
	var b strings.Builder
	for i, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }) {
		if i > 0 {
			before, _ := utf8.DecodeLastRuneInString(b.String())
			after, _ := utf8.DecodeRuneInString(word)
			if !han.JoinsLines(before, after) {
				b.WriteByte(' ')
			}
		}
		b.WriteString(word)
	}
	return b.String()
}
