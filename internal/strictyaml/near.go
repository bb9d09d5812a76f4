package strictyaml

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
)

// unknown reports a key that the mapping does not have, with the key that was probably meant.
func (o object[T]) unknown(v Value, key *yaml.Node) {
	d := v.doc
	from := d.placeOf(key)
	to, _ := d.end(key, from)
	f := finding{rule: "unknown-key", severity: diag.Error, from: from, to: to}
	if word, _, ok := strings.Cut(key.Value, "："); ok { // between brackets, where lines are not scanned
		if _, ok := o.byName[strings.TrimSpace(word)]; ok {
			f.rule = "full-width-colon"
			f.say = diag.Say("字段“%s”后用了全角冒号“：”", "the key %q ends with a full-width colon “：”", word)
			f.hint = diag.Say("请改为半角冒号加空格“: ”，各项之间用半角逗号", "use an ASCII colon and a space, and ASCII commas between entries")
			d.report(f)
			return
		}
	}
	f.say = diag.Say("未知字段“%s”", "unknown key %q", Clip(key.Value))
	f.hint = o.guess(key.Value)
	d.report(f)
}

// guess is the hint for an unknown key: the nearest known one in both languages, else the known keys.
func (o object[T]) guess(written string) diag.Text {
	var names []string
	for _, f := range o.fields {
		for _, near := range f.near {
			if strings.EqualFold(near, written) {
				return bothNames(f.names, f.names[0])
			}
		}
		names = append(names, f.names...)
	}
	if near, ok := Nearest(written, names); ok {
		return bothNames(o.fields[o.byName[near]].names, near)
	}
	const most = 12
	if len(o.fields) > most {
		return diag.Say("不需要的请删去", "delete it if it is not needed")
	}
	var zh, en []string
	for _, f := range o.fields {
		en = append(en, f.names[0])
		zh = append(zh, f.names[len(f.names)-1])
		if len(f.names) > 1 {
			zh[len(zh)-1] = f.names[1] + "（" + f.names[0] + "）"
		}
	}
	return diag.Text{ZH: "这里可写：" + strings.Join(zh, "、"), EN: "known here: " + strings.Join(en, ", ")}
}

// bothNames asks for the key that was meant, in the language in which it was nearly written, the other one in brackets.
func bothNames(names []string, meant string) diag.Text {
	other := names[0]
	if meant == names[0] && len(names) > 1 {
		other = names[1]
	}
	if other == meant {
		return diag.Say("是否为“%s”？", "did you mean %q?", meant)
	}
	return diag.Say("是否为“%s”（%s）？", "did you mean %q (%s)?", meant, other)
}

// Nearest finds the word at the smallest edit distance, if that is small for the word's length; the first of equals wins.
func Nearest(written string, words []string) (string, bool) {
	length := utf8.RuneCountInString(written)
	if length > 64 {
		return "", false
	}
	written = strings.ToLower(written)
	best, found := (length+2)/3+1, ""
	for _, w := range words {
		n := utf8.RuneCountInString(w)
		if max(n-length, length-n) >= best {
			continue
		}
		if d := distance([]rune(written), []rune(strings.ToLower(w))); d < best && d < max(n, length) {
			best, found = d, w
		}
	}
	return found, found != ""
}

// distance counts the insertions, deletions, replacements and swaps of neighbours that turn a into b.
func distance(a, b []rune) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j+1]+1, row[j]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
