package document

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/sitetest"
)

// TestPrinted: a page that Chromium has printed reads as the page itself, by both readers.
func TestPrinted(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Chromium")
	}
	program := sitetest.Require(t, "chromium")
	dir := t.TempDir()
	var page strings.Builder
	page.WriteString(`<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>总结</title><style>@page{size:A4;margin:25mm}body{font-size:12pt}h1{text-align:center;font-size:22pt}p{text-indent:2em;text-align:justify;margin:0;line-height:2}</style></head><body><article><h1>某局年度工作总结</h1>`)
	for _, h := range []string{"一、第一件事", "二、第二件事", "三、第三件事"} {
		page.WriteString("<p><b>" + h + "</b></p>")
		for i := range 8 {
			page.WriteString("<p>" + strings.Repeat(filler, 2+i) + "共有12个，增长3.5%。</p>")
		}
	}
	page.WriteString("</article></body></html>")
	html := filepath.Join(dir, "a.html")
	if err := os.WriteFile(html, []byte(page.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--print-to-pdf="+filepath.Join(dir, "a.pdf"), "file://"+filepath.ToSlash(html))
	together(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("print: %v: %s", err, out)
	}
	pdf, err := os.ReadFile(filepath.Join(dir, "a.pdf"))
	if err != nil {
		t.Fatal(err)
	}
	want, _ := mustRead(t, "a.html", []byte(page.String()), Options{})
	readers(t, func(t *testing.T, opt Options) {
		got, _ := mustRead(t, "a.pdf", pdf, opt)
		var a, b []string
		for _, block := range want.Blocks {
			a = append(a, block.Text)
		}
		for _, block := range got.Blocks {
			if block.Kind != KindPageBreak {
				b = append(b, block.Text)
			}
		}
		if strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Errorf("%d paragraphs, want %d:\n%s\nwant\n%s", len(b), len(a), strings.Join(b, "\n"), strings.Join(a, "\n"))
		}
		if len(got.Dropped) == 0 {
			t.Error("the date and page number at the edge are not dropped")
		}
	})
}
