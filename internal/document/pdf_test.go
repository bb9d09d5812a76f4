package document

import (
	"bytes"
	"io/fs"
	"os/exec"
	"strings"
	"testing"

	"gongkai/internal/sitetest"
)

func noPrograms(string) (string, error) { return "", fs.ErrNotExist }

// readers are the two ways to read a PDF.
func readers(t *testing.T, do func(t *testing.T, opt Options)) {
	t.Run("own", func(t *testing.T) { do(t, Options{Look: noPrograms}) })
	t.Run("poppler", func(t *testing.T) {
		if _, err := exec.LookPath("pdftotext"); err != nil {
			sitetest.Missing(t, "poppler", "no pdftotext in PATH")
		}
		do(t, Options{})
	})
}

func TestPDF(t *testing.T) {
	pages := samplePages()
	full := strings.Repeat("这是没有内容的句子，", 3)
	want := `paragraph center | 某局年度总结
paragraph | 一、做了的事
paragraph | ` + full[:28*3] + full + `到此为止。
paragraph | ` + full[:28*3] + strings.Repeat(full, 15) + `接着说完这一段。
paragraph | 二、还要做的事
table | 2×2 head 0
  0,0 1×1 指标
  0,1 1×1 数量
  1,0 1×1 甲项
  1,1 1×1 12.5
paragraph right | 某区某局
page-break → 3
paragraph | 附言一句。
drop header x3 | 某局文件
drop page-number x1 | - 1 -
drop page-number x1 | - 2 -
drop page-number x1 | - 3 -`
	for _, kind := range []pdfFontKind{fontUCS2, fontToUnicode, fontGBK} {
		t.Run(string(kind), func(t *testing.T) {
			readers(t, func(t *testing.T, opt Options) {
				doc, _ := mustRead(t, "a.pdf", pdfOf(t, kind, pages...), opt)
				wantSketch(t, doc, want)
				if doc.Pages != 3 || (doc.Via == "") != (opt.Look != nil) {
					t.Errorf("%d pages via %q", doc.Pages, doc.Via)
				}
			})
		})
	}
}

// TestPDFStructures: object streams, a damaged cross-reference and bytes before the header change nothing.
func TestPDFStructures(t *testing.T) {
	lines := samplePages()[0]
	plain := pdfOf(t, fontUCS2, lines)
	want, _ := mustRead(t, "a.pdf", plain, Options{Look: noPrograms})
	for name, data := range map[string][]byte{
		"object streams": pdfPacked(t, fontUCS2, lines),
		"no xref":        plain[:bytes.LastIndex(plain, []byte("xref\n0"))],
		"wrong offsets":  bytes.Replace(plain, []byte("startxref\n"), []byte("startxref\n1"), 1),
		"bytes before":   append([]byte("junk\n\n"), plain...),
		"wrong lengths":  bytes.ReplaceAll(plain, []byte("/Length "), []byte("/Length 9")),
	} {
		t.Run(name, func(t *testing.T) {
			doc, _ := mustRead(t, "a.pdf", data, Options{Look: noPrograms})
			wantSketch(t, doc, sketch(want))
		})
	}
}

func TestPDFRefusals(t *testing.T) {
	pages := samplePages()
	scan := pdfFileOf([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 4 0 R >> >> /Contents 5 0 R >>",
		"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>\nstream\nx\nendstream", "<< /Length 5 >>\nstream\n/I Do\nendstream"}, "")
	for _, tt := range []struct {
		name, rule, words string
		data              []byte
		own               bool // by our own reader only
	}{
		{"scan", "document-scan", "1 页里只有 0 个字", scan, false},
		{"font without a table", "document-garbled", "pdftotext", pdfOf(t, fontMute, pages...), true},
		{"font with a wrong table", "document-garbled", "乱码", pdfOf(t, fontScrambled, pages...), false},
		{"letters only", "document-garbled", "0 个汉字", pdfOf(t, fontSimplified, []pdfLineOf{{72, 700, 12, strings.Repeat("Qwz jk vmp ", 7)}, {72, 680, 12, strings.Repeat("Lorem ip ", 9)}}), false},
		{"encrypted", "document-locked", "密码", pdfFileOf([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"}, "/Encrypt << /Filter /Standard >>"), true},
		{"no pages", "document-damaged", "PDF 已损坏", []byte("%PDF-1.4\nnothing"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			readers(t, func(t *testing.T, opt Options) {
				if tt.own && opt.Look == nil {
					return // poppler may read it, and is right to
				}
				words := tt.words
				if words == "pdftotext" { // the hint says what to install
					_, list, _ := Read(t.Context(), "a.pdf", tt.data, opt)
					if len(list) == 0 || !strings.Contains(list[0].Hint.ZH, words) {
						t.Errorf("findings %v", list)
					}
					words = ""
				}
				wantRefused(t, "a.pdf", tt.data, opt, tt.rule, words)
			})
		})
	}
}

func TestPDFFilters(t *testing.T) {
	f := &pdfFile{left: 1 << 20}
	// "-----A---B" of the standard's own example, packed with LZW.
	if got, err := f.lzw([]byte{0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01}); err != nil || string(got) != "-----A---B" {
		t.Errorf("LZW: %q, %v", got, err)
	}
	if got := ascii85([]byte("87cURD]j7BEbo80~>")); string(got) != "Hello world!" {
		t.Errorf("ASCII85: %q", got)
	}
	l := &pdfLexer{data: []byte(`<< /A#20B [1 -2.5 (a\(b\)\101\n) <4142> true null 3 0 R] /C /D >>`)}
	v, err := l.next()
	d, _ := v.(pdfDict)
	list, _ := d["A B"].([]any)
	if err != nil || len(list) != 7 || list[2] != pdfString("a(b)A\n") || list[3] != pdfString("AB") || list[6] != (pdfRef{3, 0}) || d["C"] != pdfName("D") {
		t.Errorf("%#v, %v", v, err)
	}
	if got := unradical("⼀⼼⻓ﬁ龙"); got != "一心长fi龙" {
		t.Error(got)
	}
}

func TestIsPageNumber(t *testing.T) {
	for _, s := range []string{"1", "- 12 -", "—3—", "第 3 页", "第3页 共10页", "3/10", "— 4 —", "iv", "－5－"} {
		if !isPageNumber(s) {
			t.Errorf("%q", s)
		}
	}
	for _, s := range []string{"", "一、", "12.5", "2024年", "3项", "第三页的文字", "12345"} {
		if isPageNumber(s) {
			t.Errorf("%q", s)
		}
	}
}
