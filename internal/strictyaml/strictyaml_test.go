package strictyaml

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
)

type file struct{ Name, Title string }

type sample struct {
	Title, Note string
	Draft       bool
	Count       int
	Kind        string
	Tags        []string
	Files       []file
	Source      file
}

func sampleType() Type[sample] {
	files := Object(
		Bind("file 文件", "文件名", Line(), func(f *file) *string { return &f.Name }),
		Bind("title 标题", "显示的名称", Line(), func(f *file) *string { return &f.Title }),
	)
	return Object(
		Bind("title 标题", "题目", Line(), func(s *sample) *string { return &s.Title }).Near("headline"),
		Bind("note 发布日期", "说明", Line(), func(s *sample) *string { return &s.Note }),
		Bind("draft 草稿", "草稿", Bool(), func(s *sample) *bool { return &s.Draft }),
		Bind("count 份数", "份数", Whole(1, 99), func(s *sample) *int { return &s.Count }),
		Bind("kind 类型", "类型", Enum[string](Word{"plan", []string{"计划"}}, Word{"summary", []string{"总结"}}), func(s *sample) *string { return &s.Kind }),
		Bind("tags 关键词", "词", OneOrMany(Line()), func(s *sample) *[]string { return &s.Tags }),
		Bind("files 附件", "附件", List(files), func(s *sample) *[]file { return &s.Files }),
		Bind("source 来源", "来源", files, func(s *sample) *file { return &s.Source }),
	)
}

func decode(src string) (sample, Result) {
	var s sample
	r := Decode([]byte(src), Options{Path: "a.md", Rules: "t", Line: 2}, sampleType(), &s)
	return s, r
}

// brief prints a finding as the tests write it: line:column-endcolumn rule.
func brief(d diag.Diagnostic) string {
	if d.End == (diag.Pos{}) {
		return fmt.Sprintf("%d:%d %s", d.Start.Line, d.Start.Column, d.Rule)
	}
	return fmt.Sprintf("%d:%d-%d %s", d.Start.Line, d.Start.Column, d.End.Column, d.Rule)
}

func briefs(l diag.List) []string {
	list := []string{}
	for _, d := range l {
		list = append(list, brief(d))
	}
	return list
}

func TestValuesAreReadAsWritten(t *testing.T) {
	got, r := decode(strings.Join([]string{
		"标题: 3.10",
		"note: 012",
		"draft: 是",
		"count: 7",
		"kind: 总结",
		"tags: [yes, 1e3, 'no', 2021-11-03, \"a, b\", 卫生、体育\\卫生]",
		"files:",
		"- 文件: a.pdf",
		"  标题: >",
		"    一段",
		"    文字 with words",
		"- {file: b.pdf}",
		"source:",
		"  file: 'it''s'",
		"  title: 两行",
		"    接着写",
	}, "\n"))
	want := sample{"3.10", "012", true, 7, "summary", []string{"yes", "1e3", "no", "2021-11-03", "a, b", `卫生、体育\卫生`},
		[]file{{"a.pdf", "一段文字 with words"}, {"b.pdf", ""}}, file{"it's", "两行接着写"}}
	if diff := cmp.Diff(want, got); diff != "" || len(r.Findings) > 0 {
		t.Errorf("%s\n%v", diff, r.Findings)
	}
	place := func(key string) string {
		i := slices.IndexFunc(r.Keys, func(k Key) bool { return k.Key == key })
		return fmt.Sprint(r.Keys[i].Name, r.Keys[i].Value, r.Keys[i].End)
	}
	for key, want := range map[string]string{
		"title":         "{2 1} {2 5} {2 9}",
		"tags":          "{7 1} {7 7} {0 0}",
		"tags.4":        "{7 36} {7 36} {7 42}",
		"files.0.title": "{10 3} {10 7} {0 0}",
		"files.1.file":  "{13 4} {13 10} {13 15}",
		"source.file":   "{15 3} {15 9} {15 16}",
		"source.title":  "{16 3} {16 10} {0 0}",
	} {
		if got := place(key); got != want {
			t.Errorf("%s stands at %s, want %s", key, got, want)
		}
	}
}

// TestFindings gives every message its place. The document begins on line 2 of its file.
func TestFindings(t *testing.T) {
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, c := range []struct {
		src  string
		want []string
		zh   string // a part of the first message and hint
	}{
		{"发布日起: 1", []string{"2:1-5 t-unknown-key"}, "未知字段“发布日起” 是否为“发布日期”（note）？"},
		{"titel: x", []string{"2:1-6 t-unknown-key"}, "是否为“title”（标题）？"},
		{"headline: x", []string{"2:1-9 t-unknown-key"}, "是否为“title”（标题）？"},
		{"source: {flie: x}", []string{"2:10-14 t-unknown-key"}, "是否为“file”（文件）？"},
		{"source: {somewhere: x}", []string{"2:10-19 t-unknown-key"}, "这里可写：文件（file）、标题（title）"},
		{"title: a\ntitle: b", []string{"3:1-6 t-duplicate-key"}, "字段“title”重复，第 2 行已写过"},
		{"title: a\n标题: b", []string{"3:1-3 t-duplicate-key"}, "字段“标题”与第 2 行的“title”是同一个字段"},
		{"title: [a]", []string{"2:8 t-wrong-type"}, "“title”应为一段文字，这里写的是列表"},
		{"title: {a: b}", []string{"2:8 t-wrong-type"}, ""},
		{"title: null", []string{"2:8-12 t-wrong-type"}, "写成了“null”"},
		{"files: a.pdf", []string{"2:8-13 t-wrong-type"}, ""},
		{"files: [a.pdf, b]", []string{"2:9-14 t-wrong-type", "2:16-17 t-wrong-type"}, "“files”第 1 项"},
		{"tags: [a, '']", []string{"2:11-13 t-empty-item"}, "有一项是空的"},
		{"note: x\ntags: [a, , b]", []string{"3:11-12 t-syntax"}, "两个逗号之间"},
		{"note: x\ntags: [a?b, c]", []string{"3:9-10 t-syntax"}, "方括号里的文字不能有“?”"},
		{"note: x\ntags: [a, }, b]", []string{"3:1 t-syntax"}, "这一行附近"},
		{"tags:\n- a\n-\n", []string{"4:2-2 t-empty-item"}, ""},
		{"draft: yes", []string{"2:8-11 t-wrong-type"}, "只能写 true、false、是、否"},
		{"count: 100", []string{"2:8-11 t-wrong-type"}, "1 到 99 之间的整数，这里是“100”"},
		{"kind: 总接", []string{"2:7-9 t-unknown-value"}, "“kind”不能是“总接” 是否为“总结”？"},
		{"kind: whatever", []string{"2:7-15 t-unknown-value"}, "可写：计划（plan）、总结（summary）"},
		{"title: &a x\nnote: *a", []string{"2:8 t-anchor", "3:7 t-anchor"}, "不接受锚点“&a”"},
		{"note: x\ntitle: *重点*", []string{"3:8-12 t-syntax"}, "值以“*”开头"},
		{"source:\n  <<: {file: x}", []string{"3:3 t-anchor"}, "不接受合并键"},
		{"title: !!python/object x", []string{"2:8 t-tag"}, "!!python/object"},
		{"title: ! x", []string{"2:8 t-tag"}, ""},
		{"title: x\n...\nnote: y", []string{"3:1 t-second-document"}, ""},
		{"title: x\n---\nnote: y", []string{"3:1 t-second-document"}, ""},
		{"", []string{"2:1 t-empty"}, "没有任何字段"},
		{"# nothing\n\n", []string{"2:1 t-empty"}, ""},
		{"- a\n- b", []string{"2:1 t-not-a-mapping"}, ""},
		{"just words", []string{"2:1 t-not-a-mapping"}, ""},
		{"? [a]\n: b", []string{"2:3 t-not-a-key"}, ""},
		{"tags: " + deep, []string{"2:38 t-too-deep"}, "超过 32 层"},
		{"tags: " + strings.Repeat("[", 100_000), []string{"2:1 t-too-deep"}, ""},
		{"标题：一份总结\n发布日起: 1", []string{"2:3-4 t-full-width-colon", "3:1-5 t-unknown-key"}, "字段后用了全角冒号"},
		{"标题：  “十四五”规划\n草稿: 是的", []string{"2:3-6 t-full-width-colon", "3:5-7 t-wrong-type"}, ""},
		{"source: {文件：a.pdf}", []string{"2:10-18 t-full-width-colon"}, ""},
		{"title:　x", []string{"2:7-8 t-full-width-space"}, ""},
		{"　title: x\n　note: y", []string{"2:1-2 t-full-width-space", "3:1-2 t-full-width-space"}, ""},
		{"title:标题\nnote:x", []string{"2:6-7 t-missing-space", "3:5-6 t-missing-space"}, "冒号后面缺少空格"},
		{"title: x\nnote:x\nkind: y", []string{"3:5-6 t-missing-space", "4:7-8 t-unknown-value"}, ""},
		{"source:\n\tfile: x\n\tflie: y", []string{"3:1-2 t-tab", "4:1-2 t-tab", "4:2-6 t-unknown-key"}, "缩进用了制表符"},
		{"title:\tx\nkind: \ty", []string{"2:7-8 t-tab", "3:6-8 t-tab", "3:8-9 t-unknown-value"}, ""},
		{"title: “标题”", []string{"2:8-12 t-full-width-quotes"}, "全角引号“”"},
		{"kind: “总接” # x", []string{"2:7-11 t-full-width-quotes", "2:7-11 t-unknown-value"}, ""},
		{"note: “don't \"x\"”", []string{"2:7-18 t-full-width-quotes"}, ""},
		{"title: a\x07b\x01", []string{"2:9-10 t-control-character"}, "U+0007"},
		{"title: \"a\\x07b\"", []string{"2:8-16 t-control-character"}, "U+0007"},
		{"title: a\u2028b\nkind: x", []string{"2:9-10 t-control-character", "3:7-8 t-unknown-value"}, "U+2028"},
		{"title: a\u202eb", []string{"2:9-10 t-control-character"}, "U+202E"},
		{"title: a\rkind: b", []string{"2:9-10 t-control-character", "2:14-15 t-syntax"}, "U+000D"},
		{"title: \xff", []string{"2:8 t-encoding"}, ""},
		// Syntax errors: one finding, at the cause.
		{"note: x\ntitle: 关于: 报告", []string{"3:10-11 t-syntax"}, "值里又有一个“: ”"},
		{"title: \"标题\nnote: x", []string{"2:8 t-syntax"}, "引号没有配对"},
		{"title: '标题\nnote: x\n\n", []string{"2:8 t-syntax"}, ""},
		{"tags: [a, b\nnote: x", []string{"2:7 t-syntax"}, "括号没有配对"},
		{"title: \"a\" b\nnote: x", []string{"2:12-13 t-syntax"}, "右引号后面还有文字"},
		{"note: x\ntitle: @me", []string{"3:8-11 t-syntax"}, "值以“@”开头"},
		{"note: x\ntopic: \"卫\\生\"", []string{"3:10-12 t-syntax"}, "转义符"},
		{"title: x\n  note: y", []string{"3:3-7 t-syntax"}, "被当作它的续行"},
		{"source:\n    file: x\n  title: y", []string{"4:1-3 t-syntax"}, "不对齐"},
		{"title: x\n没有冒号的一行\nnote: y", []string{"3:1-8 t-syntax"}, "这一行没有冒号"},
		{"title: x\ntags: - a", []string{"3:7-8 t-syntax"}, "列表项不能与字段写在同一行"},
	} {
		_, r := decode(c.src)
		name := c.src[:min(len(c.src), 40)]
		if got := briefs(r.Findings); !slices.Equal(got, c.want) {
			t.Errorf("%q\n got %q\nwant %q\n%v", name, got, c.want, r.Findings)
			continue
		}
		if first := r.Findings[0]; !strings.Contains(first.Message.ZH+" "+first.Hint.ZH, c.zh) {
			t.Errorf("%q says %q, hint %q, want %q", name, first.Message.ZH, first.Hint.ZH, c.zh)
		}
		checkFindings(t, c.src, r.Findings)
	}
}

// checkFindings holds of all findings: inside the file, documented, in both languages, spans as in the source.
func checkFindings(t *testing.T, src string, list diag.List) {
	t.Helper()
	lines := strings.Split(src, "\n")
	for _, d := range list {
		if !slices.ContainsFunc(Rules("t"), func(r diag.Rule) bool { return r.ID == d.Rule && r.Severity == d.Severity }) {
			t.Errorf("rule %s is not documented", d.Rule)
		}
		if d.Message.ZH == "" || d.Message.EN == "" || d.Hint.ZH == "" || d.Hint.EN == "" {
			t.Errorf("%s: a language is missing: %v", d.Rule, d)
		}
		for _, s := range []string{d.Message.ZH, d.Message.EN, d.Hint.ZH, d.Hint.EN} {
			if badFormat(s) {
				t.Errorf("%s: badly formatted: %q", d.Rule, s)
			}
		}
		at := d.Start.Line - 2
		if at < 0 || at >= len(lines) || d.Start.Column < 1 {
			t.Errorf("%q: outside the file: %v", src, brief(d))
			continue
		}
		line := []rune(lines[at])
		if d.Start.Column > len(line)+1 || d.End.Line == d.Start.Line && d.End.Column > len(line)+1 {
			t.Errorf("%q: outside the line: %v", src, brief(d))
			continue
		}
		if d.End.Line == d.Start.Line && utf8.ValidString(src) && d.Span != string(line[d.Start.Column-1:d.End.Column-1]) {
			t.Errorf("%q: span %q is not at %v", src, d.Span, brief(d))
		}
	}
}

// TestFixes applies every Fix of a document: what is then read has none of these findings left.
func TestFixes(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"标题：一份总结", "标题: 一份总结"},
		{"标题： 一份\t", "标题: 一份\t"},
		{"title:标题", "title: 标题"},
		{"title: “十四五”", "title: '十四五'"},
		{"title: “it's”", `title: "it's"`},
		{"source:\n\tfile:\tx", "source:\n  file: x"},
		{"　title:　“x”", "  title: 'x'"},
		{"title: a\x07b", "title: a b"},
	} {
		_, r := decode(c.src)
		got := apply(c.src, r.Findings)
		if got != c.want {
			t.Errorf("%q is mended to %q, want %q", c.src, got, c.want)
		}
		before, _ := decode(c.src)
		after, r := decode(got)
		if len(r.Findings) > 0 || cmp.Diff(before, after) != "" {
			t.Errorf("%q: %v\n%s", got, r.Findings, cmp.Diff(before, after))
		}
	}
}

func apply(src string, list diag.List) string {
	lines := strings.Split(src, "\n")
	for _, d := range slices.Backward(list) {
		for _, e := range d.Fix {
			line := []rune(lines[e.Start.Line-2])
			lines[e.Start.Line-2] = string(line[:e.Start.Column-1]) + e.Text + string(line[e.End.Column-1:])
		}
	}
	return strings.Join(lines, "\n")
}

// TestNoFalseAlarm holds texts that look like slips and are none.
func TestNoFalseAlarm(t *testing.T) {
	for _, src := range []string{
		"title: “十四五”规划和“双减”", "title: “双减”和“双增”", "title: '“全称”'", "title: 关于：报告", "title: https://例.cn/a:b",
		"title: 一段\n  标题：接着写\n  note:x", "title: |\n  标题：x\n  \ty\n  “x”", "tags:\n- 一：二\n- a:b\n- “甲”和“乙”", "tags: [“甲”, 一：二]",
		"title: \"标题：\n  x: y\"", "title: x # 标题：x", "# 标题：x\n\t# 说明\ntitle: x", "title: a — b…", "title:\n\n\t\nnote: x", "title: x\t",
		"\"title\": x", "title: '' # x", "files:\n  - file: a\n    title: b\n  -\n    file: c\nnote: x", "{title: x,\n note: 'a]b'}", "---\ntitle: x",
		"title: x\n...\n", "tags: ['a:b', \"c#d\", e#f]", "标题: 全角（括号）", "title: C:\\a", "title: 9：30",
	} {
		if _, r := decode(src); len(r.Findings) > 0 {
			t.Errorf("%q: %v", src, briefs(r.Findings))
		}
	}
}

func TestLimits(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += fmt.Sprintf("%c: &%[1]c [%s]\n", c, strings.Repeat("*"+string(c-1)+",", 9))
	}
	for name, src := range map[string]string{
		"aliases":         bomb,
		"brackets":        strings.Repeat("[", 1<<20),
		"braces":          strings.Repeat("{a: ", 1<<18),
		"dashes":          strings.Repeat("- ", 1<<19),
		"questions":       strings.Repeat("? ", 1<<19),
		"comments":        strings.Repeat("# x\n", 1<<18),
		"keys":            strings.Repeat("a: b\n", 1<<17),
		"flow keys":       "{" + strings.Repeat("a: b, ", 1<<17) + "}",
		"one line":        "title: " + strings.Repeat("字", 1<<18),
		"one key":         strings.Repeat("k", 1<<19) + ": x",
		"wide colons":     strings.Repeat("标题：x\n", 1<<15),
		"wide one line":   strings.Repeat("标题：", 1<<16),
		"quotes":          "[" + strings.Repeat(`"\q",`, 1<<17),
		"tabs":            strings.Repeat("\t", 1<<20),
		"tab lines":       strings.Repeat("\ta\n", 1<<18),
		"controls":        strings.Repeat("\x01", 1<<20),
		"indents":         indents(1400),
		"duplicates":      strings.Repeat("title: x\n", 1<<16),
		"unknown Chinese": strings.Repeat("发布日起: x\n", 1<<15),
		"too large":       strings.Repeat(" ", 1<<20+1),
	} {
		_, r := decode(src)
		if len(r.Findings) > maxFindings+1 || name != "one line" && len(r.Findings) == 0 {
			t.Errorf("%s: %d findings", name, len(r.Findings))
		}
		checkFindings(t, src, r.Findings)
	}
}

// indents is a mapping nested n levels deep.
func indents(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i))
	}
	return b.String()
}

func TestTooManyFindings(t *testing.T) {
	_, r := decode(strings.Repeat("发布日起: x\n", 200))
	last := r.Findings[len(r.Findings)-1]
	if len(r.Findings) != maxFindings+1 || last.Rule != "t-too-many" || !strings.Contains(last.Message.ZH, "另有 100 处") {
		t.Errorf("%d findings, the last %v", len(r.Findings), last)
	}
}

func TestAllowEmpty(t *testing.T) {
	var s sample
	r := Decode([]byte("# x\n"), Options{Rules: "t", AllowEmpty: true}, sampleType(), &s)
	if len(r.Findings) > 0 || !r.Readable {
		t.Errorf("%+v", r)
	}
}

// TestSchemaNamesEveryKey: the schema's keys are those that the decoder knows, and no other.
func TestSchemaNamesEveryKey(t *testing.T) {
	var schema struct {
		Properties map[string]json.RawMessage
	}
	if err := json.Unmarshal(JSONSchema(sampleType(), "样本", "说明", "title"), &schema); err != nil {
		t.Fatal(err)
	}
	for key := range schema.Properties {
		if _, r := decode(key + ":"); len(r.Findings) > 0 {
			t.Errorf("%s: %v", key, r.Findings)
		}
	}
	if len(schema.Properties) != 16 {
		t.Errorf("%d keys", len(schema.Properties))
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"标题：x", "a: [b", "title: “x”\n\tnote:x", "- \t- a: |\n  b", "? a\n: 'b", "title: x\n...\n%a", "\u2028a: b", "a: &a *a"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		_, r := decode(src)
		checkFindings(t, src, r.Findings)
		if !r.Readable && len(r.Findings) == 0 {
			t.Errorf("%q: unreadable without a finding", src)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	src := []byte("title: 某区卫生健康局2021年工作总结\nagency: x\nnote: 2021-11-03\ndraft: 否\ncount: 3\nkind: 总结\ntags: [a, b, c]\nfiles:\n- file: a.pdf\n  title: 附件\nsource: {file: x}\n")
	src = []byte(strings.Replace(string(src), "agency: x\n", "", 1))
	typ := sampleType()
	b.ReportAllocs()
	for b.Loop() {
		var s sample
		if r := Decode(src, Options{Rules: "t"}, typ, &s); len(r.Findings) > 0 {
			b.Fatal(r.Findings)
		}
	}
}

// badFormat finds what package fmt leaves behind where a format and its arguments do not fit.
func badFormat(s string) bool {
	return strings.Contains(s, "(EXTRA ") || strings.Contains(s, "(MISSING)") || strings.Contains(s, "(BADINDEX)") || strings.Contains(s, "%!q(") || strings.Contains(s, "%!s(")
}
