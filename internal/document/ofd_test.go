package document

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

// ofdOf makes an OFD of pages of lines, in the points of pdfLineOf; every page takes its running head from a template.
func ofdOf(t testing.TB, pages [][]pdfLineOf, more map[string]string) []byte {
	t.Helper()
	const ns = `xmlns:ofd="http://www.ofdspec.org/2016"`
	objects := func(lines []pdfLineOf) string {
		var b strings.Builder
		for i, l := range lines {
			n := len([]rune(l.text))
			fmt.Fprintf(&b, `<ofd:TextObject ID="%d" Boundary="%.3f %.3f 200 10" Font="1" Size="%.3f"><ofd:TextCode X="0" Y="%.3f" DeltaX="g %d %.3f">%s</ofd:TextCode></ofd:TextObject>`,
				i+10, l.x/perMillimetre, (842-l.y-l.size)/perMillimetre, l.size/perMillimetre, l.size/perMillimetre, n-1, l.size/perMillimetre, l.text)
		}
		return b.String()
	}
	parts := map[string]string{
		"OFD.xml":                 xmlHead + `<ofd:OFD ` + ns + ` DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:Title>题目</ofd:Title><ofd:Author>某人</ofd:Author></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`,
		"Doc_0/Tpl_0/Content.xml": xmlHead + `<ofd:Page ` + ns + `><ofd:Content><ofd:Layer>` + objects([]pdfLineOf{{72, 800, 9, "某局文件"}}) + `</ofd:Layer></ofd:Content></ofd:Page>`,
	}
	var list strings.Builder
	for i, lines := range pages {
		fmt.Fprintf(&list, `<ofd:Page ID="%d" BaseLoc="Pages/Page_%d/Content.xml"/>`, i+1, i)
		parts[fmt.Sprintf("Doc_0/Pages/Page_%d/Content.xml", i)] = xmlHead + `<ofd:Page ` + ns + `><ofd:Template TemplateID="90"/><ofd:Content><ofd:Layer><ofd:PageBlock>` + objects(lines[1:]) + `</ofd:PageBlock></ofd:Layer></ofd:Content></ofd:Page>`
	}
	parts["Doc_0/Document.xml"] = xmlHead + `<ofd:Document ` + ns + `><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 209.9 297</ofd:PhysicalBox></ofd:PageArea><ofd:TemplatePage ID="90" BaseLoc="Tpl_0/Content.xml"/></ofd:CommonData><ofd:Pages>` + list.String() + `</ofd:Pages></ofd:Document>`
	maps.Copy(parts, more)
	return zipOf(t, parts)
}

func TestOFD(t *testing.T) {
	pages := samplePages()
	want, _ := mustRead(t, "a.pdf", pdfOf(t, fontUCS2, pages...), Options{Look: noPrograms})
	doc, list := mustRead(t, "a.ofd", ofdOf(t, pages, nil), Options{})
	if len(list) != 0 || doc.Format != "ofd" || doc.Pages != 3 {
		t.Errorf("%s of %d pages, findings %v", doc.Format, doc.Pages, list)
	}
	wantSketch(t, doc, sketch(want)+"meta Title = 题目")

	wantRefused(t, "a.ofd", ofdOf(t, pages, map[string]string{"Encryptions.xml": "<a/>"}), Options{}, "document-locked", "OFD 已加密")
	wantRefused(t, "a.ofd", ofdOf(t, [][]pdfLineOf{{{}}}, nil), Options{}, "document-scan", "是扫描件")
	wantRefused(t, "a.ofd", ofdOf(t, pages, map[string]string{"Doc_0/Pages/Page_1/Content.xml": "<a>"}), Options{}, "document-damaged", "doc_0/pages/page_1/content.xml")
}

func TestDeltas(t *testing.T) {
	for _, tt := range []struct{ in, want string }{{"1 2", "[1 2]"}, {"g 3 1.5 2", "[1.5 1.5 1.5 2]"}, {"g 1000000000 1", "[]"}, {"x", "[]"}, {"1 g 2", "[1]"}, {"", "[]"}} {
		if got := fmt.Sprint(deltas(tt.in)); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.in, got, tt.want)
		}
	}
}
