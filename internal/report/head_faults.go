package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/adrg/frontmatter"
	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
)

// headFault says why a file has no front matter that can be read. Rules frontmatter-none, -unterminated, -foreign, -too-large.
func headFault(file string, src []byte, h bounds, complete bool) diag.List {
	at := diag.Pos{Line: 1 + bytes.Count(src[:h.open], []byte("\n")), Column: 1}
	d := diag.Diagnostic{Severity: diag.Error, Path: file, Start: at}
	switch {
	case h.state == headOpen && (!complete || len(src)-h.start > MaxHead && closingLike(src[h.start:]) == 0):
		d.Rule = "frontmatter-too-large"
		d.Message = diag.Say("文件头超过 %d KB 还没有结束", "the front matter does not end within %d KB", MaxHead>>10)
		d.Hint = diag.Say("请在字段之后另起一行写 ---", "write --- on a line of its own behind the keys")
	case h.state == headOpen:
		d.Rule = "frontmatter-unterminated"
		d.Message = diag.Say("文件头没有结束：第 %d 行的 --- 之后没有第二行 ---", "the front matter has no end: no second --- behind that of line %d", at.Line)
		d.Hint = diag.Say("请在字段之后另起一行写 ---", "write --- on a line of its own behind the keys")
		if n := closingLike(src[h.start:]); n > 0 {
			d.Hint = diag.Say("第 %d 行看起来是结束行，请改为三个半角连字符 ---", "line %d looks like its end: write three hyphens, ---", at.Line+n)
		}
	default:
		none(&d, src)
	}
	return diag.List{d}
}

// closingLike finds a line that was meant to close the front matter, from 1; 0 when there is none.
func closingLike(b []byte) int {
	n := 0
	for line := range bytes.Lines(b) {
		if n++; n > 60 {
			break
		}
		text := string(bytes.TrimSpace(line))
		if utf8.RuneCountInString(text) >= 2 && strings.Trim(text, "-—–－_─―") == "" {
			return n
		}
	}
	return 0
}

// none explains a file whose first line is not ---.
func none(d *diag.Diagnostic, src []byte) {
	first, line := "", 0
	for l := range bytes.Lines(src) {
		line++
		if first = string(bytes.TrimSpace(l)); first != "" {
			break
		}
	}
	d.Start = diag.Pos{Line: max(line, 1), Column: 1}
	d.Rule = "frontmatter-none"
	d.Message = diag.Say("文件开头没有文件头", "the file does not begin with front matter")
	d.Hint = diag.Say("请在第一行写 ---，逐行写 title、agency、kind、date，再写一行 ---", "begin with ---, then lines of title, agency, kind, date, then ---")
	if kind, fields := foreign(first, src); kind != "" {
		d.Rule = "frontmatter-foreign"
		d.Message = diag.Say("文件头是 %s 格式，应为 YAML", "the front matter is %s; YAML is wanted", kind)
		d.Hint = diag.Say("请改写成两行 --- 之间的 YAML", "write it as YAML between two lines of ---")
		if fields != "" {
			d.Hint.ZH += "：\n" + fields
			d.Hint.EN += ":\n" + fields
		}
		return
	}
	if utf8.RuneCountInString(first) >= 2 && strings.Trim(first, "-—–－_─―") == "" {
		d.Message = diag.Say("第 %d 行的“%s”不是文件头的开始行", "%[2]q on line %[1]d does not begin front matter", d.Start.Line, first)
		d.Hint = diag.Say("请改为三个半角连字符 ---", "write three hyphens, ---")
	}
}

// foreign recognises front matter of other kinds, and writes its fields as YAML; fields is "" where they cannot be read.
func foreign(first string, src []byte) (kind, fields string) {
	values := map[string]any{}
	src = src[:min(len(src), 8<<10)] // the TOML library takes seconds for 60 KB made to slow it down
	switch {
	case first == "+++" || first == "---toml":
		_, err := frontmatter.MustParse(bytes.NewReader(src), &values)
		return "TOML", asYAML(values, err)
	case first == "---json" || first == ";;;":
		_, err := frontmatter.MustParse(bytes.NewReader(src), &values)
		return "JSON", asYAML(values, err)
	case strings.HasPrefix(first, "{"):
		err := json.NewDecoder(bytes.NewReader(src)).Decode(&values)
		return "JSON", asYAML(values, err)
	case strings.HasPrefix(first, "---") && strings.EqualFold(strings.TrimSpace(first[3:]), "yaml"):
		return first, ""
	}
	return "", ""
}

// asYAML writes the fields between lines of ---: ours first and in their order, then the others by name.
func asYAML(values map[string]any, err error) string {
	if err != nil || len(values) == 0 || len(values) > 40 || nested(values) > 4 {
		return ""
	}
	keys := slices.Sorted(maps.Keys(values))
	order := []string{"title", "agency", "kind", "date", "written"}
	slices.SortStableFunc(keys, func(a, b string) int { return rank(order, a) - rank(order, b) })
	doc := yaml.Node{Kind: yaml.MappingNode}
	for _, k := range keys {
		var value yaml.Node
		if value.Encode(plainDates(values[k])) != nil {
			return ""
		}
		doc.Content = append(doc.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: k}, &value)
	}
	var b strings.Builder
	if encode(&b, &doc) != nil || strings.Count(b.String(), "\n") > 40 {
		return ""
	}
	return "---\n" + b.String() + "---"
}

// nested counts the levels of lists and mappings: YAML indents them, so that a deep one would grow out of all proportion.
func nested(v any) int {
	deepest := 0
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			deepest = max(deepest, nested(inner))
		}
	case []any:
		for _, inner := range v {
			deepest = max(deepest, nested(inner))
		}
	case []map[string]any: // as TOML has its tables
		for _, inner := range v {
			deepest = max(deepest, nested(inner))
		}
	default:
		return 0
	}
	return deepest + 1
}

func encode(w io.Writer, doc *yaml.Node) error {
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("write YAML: %w", err)
	}
	return e.Close()
}

func rank(order []string, key string) int {
	if i := slices.Index(order, key); i >= 0 {
		return i
	}
	return len(order)
}

// plainDates writes TOML's dates as ours.
func plainDates(v any) any {
	t, ok := v.(time.Time)
	if !ok {
		return v
	}
	node := yaml.Node{Kind: yaml.ScalarNode, Value: t.Format("2006-01-02 15:04")}
	if t.Hour() == 0 && t.Minute() == 0 {
		node.Value = t.Format("2006-01-02")
	}
	return &node
}

// delimiters reports a line of --- with white space before it: it counts, also within a text that was meant to hold it.
// Rule frontmatter-delimiter.
func delimiters(file string, src []byte, h bounds) (found diag.List) {
	for _, at := range []int{h.open, h.end} {
		rest := src[at:]
		n := len(rest) - len(bytes.TrimLeftFunc(rest, func(r rune) bool { return r != '-' }))
		if n == 0 || bytes.HasPrefix(rest, []byte(bom)) && n == len(bom) {
			continue
		}
		line, column := 1+bytes.Count(src[:at], []byte("\n")), 1+utf8.RuneCount(rest[:n])
		found = append(found, diag.Diagnostic{
			Rule: "frontmatter-delimiter", Severity: diag.Error, Path: file,
			Start: diag.Pos{Line: line, Column: 1}, End: diag.Pos{Line: line, Column: column}, Span: string(rest[:n]),
			Message: diag.Say("--- 前面有空白", "there is white space before ---"),
			Hint:    diag.Say("开始行和结束行的 --- 须顶格；字段的文字里不要单独一行写 ---", "--- stands at the very start of its line; no text of a key may hold such a line"),
		})
	}
	return found
}
