package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// syntheticReport has about 5,000 characters: headings, run-in headings, figures, a list, a table, a note, links, a signature.
func syntheticReport() []byte {
	var b strings.Builder
	numerals := []string{"一", "二", "三", "四"}
	for i, n := range numerals {
		fmt.Fprintf(&b, "## %s、第%d方面工作情况\n\n", n, i+1)
		for j, m := range numerals {
			if i%2 == 0 {
				fmt.Fprintf(&b, "### （%s）第%d类工作稳步推进\n\n", m, j+1)
			} else {
				fmt.Fprintf(&b, "**（%s）第%d类工作稳步推进。**", m, j+1)
			}
			for k := range 6 {
				fmt.Fprintf(&b, "全年开展培训 %d 次，覆盖街道（乡镇）%d 个，**%d%%**以上的机构达到“示范”标准；办理各类事项 %d 件，办结率 9%d.5%%。", 12+k, 3+j, 80+k, 1000*i+k, k)
			}
			b.WriteString("\n\n")
		}
	}
	b.WriteString("- 第一项任务\n- 第二项任务，见[上年总结](../2020/zongjie.md)\n- 第三项任务[^1]\n\n表1 任务完成情况\n\n| 项目 | 计划 | 完成 |\n|---|--:|--:|\n")
	for i := range 10 {
		fmt.Fprintf(&b, "| 项目%d | %d | %d |\n", i, i*10, i*10+3)
	}
	b.WriteString("\n[^1]: 含续建项目。\n\n某某市某某局\n\n2021 年 11 月 3 日\n")
	return []byte(b.String())
}

func BenchmarkBody(b *testing.B) {
	src := syntheticReport()
	p := NewParser()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		p.Text(aReport, src)
	}
}

// BenchmarkGoldmark is goldmark by itself, tables and notes on, for comparison.
func BenchmarkGoldmark(b *testing.B) {
	src := syntheticReport()
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Footnote))
	var out bytes.Buffer
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := md.Convert(src, &out); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGoldmarkParseOnly(b *testing.B) {
	src := syntheticReport()
	p := NewParser()
	for b.Loop() {
		*p.guard = guard{src: src}
		p.parser.Parse(text.NewReader(src))
	}
}
