package importer

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"gongkai/internal/document"
)

// longText is a report of about 20,000 characters, made up.
func longText() string {
	var b strings.Builder
	b.WriteString("桐庐县水利局2022年工作总结及2023年工作计划\n\n")
	for i := range 8 {
		fmt.Fprintf(&b, "%c、第%d方面的工作\n\n", []rune("一二三四五六七八")[i], i)
		for j := range 6 {
			fmt.Fprintf(&b, "（%c）抓好第%d项任务。", []rune("一二三四五六")[j], j)
			for k := range 16 {
				fmt.Fprintf(&b, "全年巡查河道%d条，清理漂浮物%d吨，其中“%d号”断面水质稳定达标；", 30+k, 100+i*k, j)
			}
			b.WriteString("群众满意。\n\n")
		}
	}
	return b.String()
}

func BenchmarkImport(b *testing.B) {
	text := []byte(longText())
	im := New(Options{})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		doc, _, err := document.Read(context.Background(), "a.txt", text, document.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if r := im.Import(Source{Path: "a.txt", Data: text, Doc: doc}); r.Markdown == nil {
			b.Fatal(r.Found)
		}
	}
}

// TestThousandTexts says how long reports of 20,000 characters take on one processor: 1,000 with GONGKAI_SOAK=1, else 20.
func TestThousandTexts(t *testing.T) {
	n := 20
	if os.Getenv("GONGKAI_SOAK") != "" {
		n = 1000
	}
	text := []byte(longText())
	im := New(Options{})
	start := time.Now()
	for range n {
		doc, _, err := document.Read(context.Background(), "a.txt", text, document.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r := im.Import(Source{Path: "a.txt", Data: text, Doc: doc}); r.Markdown == nil {
			t.Fatal(r.Found)
		}
	}
	t.Logf("%d texts of %d characters: %s", n, len([]rune(string(text))), time.Since(start).Round(time.Millisecond))
}
