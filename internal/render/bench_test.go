package render

import (
	"bytes"
	"testing"
)

// BenchmarkReportPage draws the page of a report from its body: the view, then the layout.
func BenchmarkReportPage(b *testing.B) {
	r := benchRenderer(b)
	x, body := r.site.Reports[0], someBody()
	for name, draw := range map[string]func(*bytes.Buffer){
		"whole": func(w *bytes.Buffer) { r.Report(w, x, body) },
		"view":  func(*bytes.Buffer) { r.ReportView(x, body) },
		"slow":  func(w *bytes.Buffer) { r.layouts.sets["report"].Execute(w, r.ReportView(x, body)) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var w bytes.Buffer
			for b.Loop() {
				w.Reset()
				draw(&w)
			}
		})
	}
}

// BenchmarkKey makes the key of a report's page from its view.
func BenchmarkKey(b *testing.B) {
	r := benchRenderer(b)
	keys := r.Keys("program")
	x := r.site.Reports[0]
	b.ReportAllocs()
	for b.Loop() {
		keys.Report(x, TextSum{})
	}
}

// BenchmarkCode draws the QR code of an address.
func BenchmarkCode(b *testing.B) {
	r := benchRenderer(b)
	b.ReportAllocs()
	for b.Loop() {
		r.qrCode("https://www.example.gov.cn/xxgk/610112/wjj/2021/weijian-zongjie.html")
	}
}

func benchRenderer(b *testing.B) *Renderer {
	return renderer(b, assemble(b, config(true), head(b, "110102/wjw/2024/zongjie.md"), head(b, "110102/wjw/2023/zongjie.md"), head(b, "110102/wjw/2022/zongjie.md")))
}
