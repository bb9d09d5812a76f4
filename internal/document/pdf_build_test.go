package document

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
)

// pdfLineOf is a line of text at its place: points from the lower left corner.
type pdfLineOf struct {
	x, y, size float64
	text       string
}

// pdfFontKind says how the text of a built PDF is encoded.
type pdfFontKind string

const (
	fontGBK        pdfFontKind = "GBK-EUC-H"
	fontUCS2       pdfFontKind = "UniGB-UCS2-H"
	fontToUnicode  pdfFontKind = "Identity-H"       // with a table
	fontMute       pdfFontKind = "Identity-H, mute" // without one
	fontScrambled  pdfFontKind = "Identity-H, scrambled"
	fontSimplified pdfFontKind = "WinAnsiEncoding"
)

func (k pdfFontKind) encode(t testing.TB, s string) string {
	switch k {
	case fontGBK:
		return fmt.Sprintf("<%x>", gbk(t, s))
	case fontSimplified:
		return "(" + s + ")"
	}
	return fmt.Sprintf("<%x>", utf16Bytes(s, binary.BigEndian))
}

// font writes the font's objects; numbers count from first.
func (k pdfFontKind) font(first int) []string {
	if k == fontSimplified {
		return []string{"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"}
	}
	encoding, _, _ := strings.Cut(string(k), ",")
	to := ""
	if k == fontToUnicode || k == fontScrambled {
		to = fmt.Sprintf("/ToUnicode %d 0 R", first+2)
	}
	cmap := "1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfrange <0000> <7fff> <0000> <8000> <ffff> <8000> endbfrange"
	if k == fontScrambled {
		cmap = strings.Replace(cmap, "<0000> <7fff> <0000>", "<0000> <7fff> <1234>", 1)
	}
	return []string{
		fmt.Sprintf("<< /Type /Font /Subtype /Type0 /BaseFont /STSong /Encoding /%s /DescendantFonts [%d 0 R] %s >>", encoding, first+1, to),
		"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(cmap), cmap),
	}
}

// pdfOf makes a PDF of pages of lines.
func pdfOf(t testing.TB, kind pdfFontKind, pages ...[]pdfLineOf) []byte {
	t.Helper()
	fonts := kind.font(3)
	objects := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", ""}, fonts...)
	var kids []string
	for _, lines := range pages {
		var c strings.Builder
		for _, l := range lines {
			fmt.Fprintf(&c, "BT /F1 %g Tf 1 0 0 1 %g %g Tm %s Tj ET\n", l.size, l.x, l.y, kind.encode(t, l.text))
		}
		content := deflate(c.String())
		kids = append(kids, fmt.Sprintf("%d 0 R", len(objects)+1))
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", len(objects)+2),
			fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", len(content), content))
	}
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids))
	return pdfFileOf(objects, "")
}

func deflate(s string) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func pdfFileOf(objects []string, trailer string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, at)
	return b.Bytes()
}

// pdfPacked is the same file with its objects in a stream and a cross-reference stream with a PNG predictor.
func pdfPacked(t testing.TB, kind pdfFontKind, lines []pdfLineOf) []byte {
	t.Helper()
	var c strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&c, "BT /F1 %g Tf %g %g Td [%s -100] TJ ET\n", l.size, l.x, l.y, kind.encode(t, l.text))
	}
	inner := append([]string{"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [6 0 R] /Count 1 >>"}, kind.font(3)...)
	if len(inner) != 5 {
		t.Fatal("a composite font is wanted")
	}
	inner[4] = "null" // a stream cannot stand within a stream
	inner = append(inner, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 8 0 R >>")
	var head, body strings.Builder
	for i, o := range inner {
		fmt.Fprintf(&head, "%d %d ", i+1, body.Len())
		body.WriteString(o + " ")
	}
	packed := deflate(head.String() + body.String())
	content := deflate(c.String())
	var b bytes.Buffer
	b.WriteString("%PDF-1.5\n")
	at7 := b.Len()
	fmt.Fprintf(&b, "7 0 obj\n<< /Type /ObjStm /N %d /First %d /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n", len(inner), head.Len(), len(packed), packed)
	at8 := b.Len()
	fmt.Fprintf(&b, "8 0 obj\n<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream\nendobj\n", len(content), content)
	at9 := b.Len()
	var table bytes.Buffer
	above := make([]byte, 5)
	row := func(kind byte, a, b int) {
		line := []byte{kind, byte(a >> 16), byte(a >> 8), byte(a), byte(b)}
		table.WriteByte(2) // up
		for i := range line {
			table.WriteByte(line[i] - above[i])
		}
		above = line
	}
	row(0, 0, 0)
	for i := range inner {
		row(2, 7, i)
	}
	row(1, at7, 0)
	row(1, at8, 0)
	row(1, at9, 0)
	xref := deflate(table.String())
	fmt.Fprintf(&b, "9 0 obj\n<< /Type /XRef /Size 10 /W [1 3 1] /Root 1 0 R /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 5 >> /Length %d >>\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", len(xref), xref, at9)
	return b.Bytes()
}

// samplePages sets a report of two pages: running head, title, indented paragraphs (one across the page break), page numbers.
func samplePages() [][]pdfLineOf {
	full := strings.Repeat("这是没有内容的句子，", 3) // 30 characters of 15 points: 450 wide
	first := []pdfLineOf{{72, 800, 9, "某局文件"}, {231, 740, 22, "某局年度总结"}, {102, 690, 15, "一、做了的事"}, {102, 660, 15, full[:28*3]}, {72, 630, 15, full}, {72, 600, 15, "到此为止。"}, {102, 570, 15, full[:28*3]}}
	y := 540.0
	for ; y > 110; y -= 30 {
		first = append(first, pdfLineOf{72, y, 15, full})
	}
	first = append(first, pdfLineOf{290, 40, 10.5, "- 1 -"})
	second := []pdfLineOf{{72, 800, 9, "某局文件"}, {72, 740, 15, "接着说完这一段。"}, {102, 710, 15, "二、还要做的事"}, {72, 680, 15, "指标"}, {272, 680, 15, "数量"}, {72, 650, 15, "甲项"}, {272, 650, 15, "12.5"}, {432, 620, 15, "某区某局"}, {290, 40, 10.5, "- 2 -"}}
	third := []pdfLineOf{{72, 800, 9, "某局文件"}, {102, 740, 15, "附言一句。"}, {290, 40, 10.5, "- 3 -"}}
	return [][]pdfLineOf{first, second, third}
}
