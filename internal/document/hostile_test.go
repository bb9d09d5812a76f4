package document

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"gongkai/internal/diag"
)

// hostile files are refused, soon and without much memory.
func TestHostile(t *testing.T) {
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	ns := func(body string) string {
		return xmlHead + "<w:document " + wordNS + "><w:body>" + body + "</w:body></w:document>"
	}
	main := func(xml string) []byte { return docxOf(t, "", map[string]string{"word/document.xml": xml}) }
	manyParts := map[string]string{"word/document.xml": ns(p("文"))}
	for i := range maxParts + 1 {
		manyParts[fmt.Sprintf("x/%d", i)] = ""
	}
	for _, tt := range []struct {
		name, file, rule string
		data             []byte
	}{
		{"a part that unpacks to a gigabyte", "a.docx", "document-limit", main(strings.Repeat(" ", maxPart+100))},
		{"deep XML", "a.docx", "document-limit", main(ns(deep("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>", 5000)))},
		{"tables in tables", "a.docx", "document-limit", main(ns(deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 60)))},
		{"entities", "a.docx", "document-damaged", main(`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>` + ns("<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"))},
		{"an outside entity", "a.docx", "document-damaged", main(`<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + ns(p("&a;")))},
		{"undeclared entity", "a.docx", "document-damaged", main(ns(p("&nbsp;")))},
		{"no body", "a.docx", "document-damaged", main(xmlHead + "<a/>")},
		{"too many parts", "a.docx", "document-format", zipOf(t, manyParts)},
		{"a very wide table", "a.docx", "document-limit", main(ns(`<w:tbl><w:tr>` + strings.Repeat(`<w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr>`+p("文")+`</w:tc>`, 3) + `</w:tr></w:tbl>`))},
		{"a very wide table", "a.html", "document-limit", []byte("<html><body><p>" + filler + "</p><table><tr>" + strings.Repeat("<td colspan=1000>1</td>", 3) + "</tr></table></body></html>")},
		{"deep HTML", "a.html", "document-limit", []byte("<html><body>" + strings.Repeat("<div>", 400) + filler)},
		{"very deep HTML", "a.html", "document-limit", []byte("<html><body>" + strings.Repeat("<div>", 100_000) + filler)},
		{"a page of menus", "a.html", "document-main-text", []byte("<html><body>" + strings.Repeat("<a href=x>新闻动态</a>", 50) + "</body></html>")},
		{"deep PDF arrays", "a.pdf", "document-damaged", pdfFileOf([]string{"<< /Type /Catalog /Pages " + deep("[", "]", 100_000) + " >>"}, "")},
		{"PDF pages in a circle", "a.pdf", "document-damaged", pdfFileOf([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"}, "")},
		{"PDF that unpacks to a gigabyte", "a.pdf", "document-limit", bombPDF()},
		{"sheet of a corner cell", "a.xlsx", "document-limit", xlsxOf(t, `<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>`, "", "", nil)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wantRefused(t, tt.file, tt.data, Options{Look: noPrograms}, tt.rule, "")
		})
	}
	// A path that leaves the package is never followed.
	doc, list := mustRead(t, "a.docx", docxOf(t, `<w:p>`+r("文")+`<w:r>`+drawing+`</w:r></w:p>`, map[string]string{"word/media/../../../../etc/image.png": tinyPNG}), Options{})
	for _, f := range doc.Files {
		if strings.ContainsAny(f.Name, "/\\") {
			t.Error(f.Name)
		}
	}
	_ = list
}

// bombPDF has a content stream that unpacks twice to very much.
func bombPDF() []byte {
	inner := deflate(strings.Repeat("\x00", maxPart+100))
	stream := deflate(inner)
	return pdfFileOf([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%s\nendstream", len(stream), stream)}, "")
}

// samples are small files of every kind, as seeds for mutation and fuzzing.
func samples(t testing.TB) map[string][]byte {
	long := strings.Repeat(filler, 4)
	rich := styled("1", "一级") + numbered("1", "1", "乙") + `<w:tbl><w:tr><w:tc><w:tcPr><w:vMerge w:val="restart"/><w:gridSpan w:val="2"/></w:tcPr>` + p("甲") + `</w:tc></w:tr><w:tr><w:tc><w:tcPr><w:vMerge/></w:tcPr>` + p("") + `</w:tc></w:tr></w:tbl><w:p>` + r("文") + `<w:r><w:footnoteReference w:id="2"/></w:r><w:r>` + drawing + `</w:r></w:p>`
	return map[string][]byte{
		"a.docx": docxOf(t, rich, map[string]string{"word/media/a.png": tinyPNG, "word/styles.xml": stylesPart(someStyles), "word/numbering.xml": xmlHead + "<w:numbering " + wordNS + ">" + someNumbers + "</w:numbering>",
			"word/footnotes.xml": xmlHead + "<w:footnotes " + wordNS + `><w:footnote w:id="2">` + p("注") + `</w:footnote></w:footnotes>`}),
		"a.xlsx": xlsxOf(t, `<sheetData><row r="2"><c r="B2" t="s"><v>0</v></c><c r="C2" s="1"><v>45352.5</v></c></row></sheetData><mergeCells><mergeCell ref="B2:C2"/></mergeCells>`, `<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>`, "", nil),
		"a.html": []byte(`<html><head><meta name="ArticleTitle" content="题"></head><body><div class=nav><a href=/>首页</a></div><table><tr><td>索引号：</td><td>1</td><td>文号</td><td>2</td></tr></table><div id=zoom><p>` + long + `</p><table><tr><td rowspan=2>甲<td>乙<tr><td>丙</table><ol><li>一<li>二</ol></div></body></html>`),
		"a.pdf":  pdfOf(t, fontToUnicode, samplePages()...),
		"b.pdf":  pdfPacked(t, fontUCS2, samplePages()[0]),
		"a.ofd":  ofdOf(t, samplePages(), nil),
		"a.txt":  gbk(t, long+"\r\n"+long),
		"b.txt":  []byte(long + "\n\f" + long),
		"a.mht":  []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n<html><body><p>" + long + "</p></body></html>\r\n--x--\r\n"),
	}
}

// raw is a docx whose XML is not packed, so that a changed byte changes the XML and not the packing.
func mutate(data []byte, rnd *rand.Rand) []byte {
	out := append([]byte(nil), data...)
	for range 1 + rnd.IntN(6) {
		if len(out) < 4 {
			return out
		}
		at := rnd.IntN(len(out))
		switch rnd.IntN(6) {
		case 0:
			out[at] ^= 1 << rnd.IntN(8)
		case 1:
			out[at] = byte(rnd.IntN(256))
		case 2:
			out = append(out[:at], out[min(len(out), at+1+rnd.IntN(40)):]...)
		case 3:
			from := rnd.IntN(len(out))
			piece := append([]byte(nil), out[from:min(len(out), from+1+rnd.IntN(200))]...)
			out = append(out[:at], append(piece, out[at:]...)...)
		case 4:
			out = out[:at]
		case 5:
			digits := "0123456789-"
			if c := out[at]; c >= '0' && c <= '9' {
				out[at] = digits[rnd.IntN(len(digits))]
			}
		}
	}
	return out
}

// tryRead reads whatever it is given: right or refused, in time, by the laws. Files for other programs are left to our own readers.
func tryRead(t testing.TB, name string, data []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for _, opt := range []Options{{Look: noPrograms}, {Look: noPrograms, Accept: true}} {
		doc, list, err := Read(ctx, name, data, opt)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if (doc == nil) != (list.AtLeast(diag.Error) > 0) {
			t.Fatalf("%s: document %v, findings %v", name, doc != nil, list)
		}
		for _, d := range list {
			if d.Message.ZH == "" || d.Message.EN == "" || d.Path != name {
				t.Fatalf("finding %+v", d)
			}
		}
		if doc != nil {
			laws(t, doc)
		}
	}
}

// TestMutated changes bytes of every sample: 100 variants in all, or as many as GONGKAI_SOAK says. Every second docx is changed within its
// XML, since a changed packing is mostly found out by its checksum.
func TestMutated(t *testing.T) {
	n := 100
	if s := os.Getenv("GONGKAI_SOAK"); s != "" {
		n = 1000
	}
	all := samples(t)
	names := []string{"a.docx", "a.pdf", "a.html", "a.txt", "b.pdf", "a.docx", "b.txt", "a.ofd", "a.xlsx", "a.mht"}
	rnd := rand.New(rand.NewPCG(6, 6))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range n {
		name := names[i%len(names)]
		data := all[name]
		if i%len(names) == 5 {
			xml := mutate([]byte(xmlHead+"<w:document "+wordNS+"><w:body>"+styled("1", "一级")+numbered("1", "0", "甲")+`<w:tbl><w:tr><w:tc>`+p("格")+`</w:tc></w:tr></w:tbl>`+"</w:body></w:document>"), rnd)
			data = docxOf(t, "", map[string]string{"word/document.xml": string(xml)})
		} else {
			data = mutate(data, rnd)
		}
		tryRead(t, name, data)
	}
	runtime.ReadMemStats(&after)
	t.Logf("%d variants; %d MB taken from the system", n, after.Sys>>20)
	if after.Sys > 1<<30 {
		t.Errorf("%d MB", after.Sys>>20)
	}
}

func FuzzRead(f *testing.F) {
	for name, data := range samples(f) {
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 1<<20 || strings.Contains(name, "\x00") {
			return
		}
		tryRead(t, name, data)
	})
}

func FuzzWordXML(f *testing.F) {
	f.Add(styled("1", "一级") + `<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>` + p("格") + `</w:tc></w:tr></w:tbl>`)
	f.Add(`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:del><w:r><w:delText>去</w:delText></w:r></w:del></w:p>`)
	f.Fuzz(func(t *testing.T, body string) {
		if len(body) < 1<<18 {
			tryRead(t, "a.docx", docxOf(t, body, nil))
		}
	})
}

func FuzzNumberFormat(f *testing.F) {
	for _, code := range []string{"#,##0.00", `yyyy"年"m"月"`, "[h]:mm;@", "0.0E+0", "[$¥-804]0_);(0)"} {
		f.Add(code, 45352.5)
	}
	f.Fuzz(func(t *testing.T, code string, v float64) {
		_ = formatCell(v, code, false)
	})
}

// BenchmarkDOCX reads a report of about 20 pages: 12,000 characters in 120 paragraphs, with headings and tables.
func BenchmarkDOCX(b *testing.B) {
	var body strings.Builder
	for i := range 120 {
		if i%10 == 0 {
			body.WriteString(styled("1", "标题"))
			body.WriteString("<w:tbl>" + strings.Repeat("<w:tr>"+strings.Repeat("<w:tc>"+p("12.5")+"</w:tc>", 5)+"</w:tr>", 8) + "</w:tbl>")
		}
		body.WriteString("<w:p><w:pPr><w:ind w:firstLineChars=\"200\"/></w:pPr>")
		for range 12 { // Word cuts a paragraph into many runs
			body.WriteString(`<w:r w:rsidR="00AB12CD"><w:rPr><w:rFonts w:ascii="仿宋" w:eastAsia="仿宋" w:hint="eastAsia"/><w:sz w:val="32"/></w:rPr><w:t>这里写几个字，</w:t></w:r>`)
		}
		body.WriteString("</w:p>")
	}
	data := docxOf(b, body.String(), map[string]string{"word/styles.xml": stylesPart(someStyles)})
	for b.Loop() {
		if doc, list, err := Read(context.Background(), "a.docx", data, Options{}); doc == nil || err != nil {
			b.Fatal(list, err)
		}
	}
}

func BenchmarkText(b *testing.B) {
	data := []byte(strings.Repeat(filler+"\n", 500))
	for b.Loop() {
		if doc, _, err := Read(context.Background(), "a.txt", data, Options{}); doc == nil || err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPDF(b *testing.B) {
	data := pdfOf(b, fontToUnicode, samplePages()...)
	for b.Loop() {
		if doc, list, err := Read(context.Background(), "a.pdf", data, Options{Look: noPrograms}); doc == nil || err != nil {
			b.Fatal(list, err)
		}
	}
}
