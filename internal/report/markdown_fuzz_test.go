package report

import (
	"slices"
	"strings"
	"testing"

	"gongkai/internal/diag"
)

func documented(d diag.Diagnostic) bool {
	return slices.ContainsFunc(BodyRules(), func(r diag.Rule) bool { return r.ID == d.Rule && r.Severity == d.Severity })
}

// FuzzBody holds the invariants for every input: nothing but what is allowed, unique ids, the same text in HTML and paragraphs, places
// within the file, the same result again.
func FuzzBody(f *testing.F) {
	for _, s := range []string{
		"## 一、总体\n\n### （二）防控\n\n**（1）甲。**乙\n\n某局\n\n2021年1月2日\n",
		"- 甲\n  - 乙\n\n    丙\n\n1. 丁\n2) 戊\n\n> 己\n> - 庚\n",
		"表1 甲\n\n|a|b|\n|:-|-:|\n|`\\|`|<br>|c|\n: 题\n",
		"文[^1][^2]![^1]\n\n[^1]: 注[^2]\n\n    续\n[^2]: - 注\n[^3]: 余\n",
		"[甲](a.md#s1) <b>乙</b> ![丙](d.png \"丁\") <http://e.cn> [戊](javascript:a) [f]\n\n[f]: ../g/index.md 'h'\n",
		"<!-- a\n\nb --> <script\nsrc=x>c</script> &lt; &#x0; \\* `d` **e***f*__g__\n", "```\n<a>\n```\n\tb\n***\n#\n# c\nd\n===\n",
	} {
		f.Add(s)
	}
	for _, b := range bombs() {
		if !strings.HasPrefix(b.name, "edge") {
			f.Add(b.text(60))
		}
	}
	p, q := NewParser(), NewParser()
	f.Fuzz(func(t *testing.T, s string) {
		b, findings := p.Text(aReport, []byte(s))
		if err := invariants(b); err != nil {
			t.Fatalf("%v\n%.2000s", err, b.HTML)
		}
		count := strings.Count(s, "\n") + 1
		for _, d := range findings {
			if d.Start.Line < 1 || d.Start.Line > count || d.Start.Column < 1 || d.Message.ZH == "" || d.Message.EN == "" || d.Hint.ZH == "" {
				t.Fatalf("%+v", d)
			}
			if !documented(d) {
				t.Fatalf("%s is not among BodyRules with this severity", d.Rule)
			}
			if strings.Contains(d.Message.ZH, "无法解析") {
				t.Fatal("goldmark panics")
			}
		}
		again, _ := q.Text(aReport, []byte(s))
		if string(again.HTML) != string(b.HTML) || again.TextSHA256 != b.TextSHA256 {
			t.Fatal("the second reading differs")
		}
	})
}
