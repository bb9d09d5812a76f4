package document

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

func utf16Bytes(s string, order binary.AppendByteOrder) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

func gbk(t testing.TB, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return []byte(b)
}

func TestText(t *testing.T) {
	const text = "某区某局工作总结\r\n\r\n　　一、做了几件事，共12.5%。𠮷\n末行"
	want := "line | 某区某局工作总结\nline |\nline | 　　一、做了几件事，共12.5%。𠮷\nline | 末行"
	for _, tt := range []struct {
		name, encoding string
		data           []byte
	}{
		{"utf-8", "utf-8", []byte(text)},
		{"utf-8 with mark", "utf-8", []byte("\ufeff" + text)},
		{"gb18030", "gb18030", gbk(t, text)},
		{"utf-16le with mark", "utf-16le", append([]byte{0xff, 0xfe}, utf16Bytes(text, binary.LittleEndian)...)},
		{"utf-16be with mark", "utf-16be", append([]byte{0xfe, 0xff}, utf16Bytes(text, binary.BigEndian)...)},
		{"utf-16le", "utf-16le", utf16Bytes(strings.ReplaceAll(text, "𠮷", ""), binary.LittleEndian)},
		{"utf-16be", "utf-16be", utf16Bytes(strings.ReplaceAll(text, "𠮷", ""), binary.BigEndian)},
		{"old line ends", "utf-8", []byte(strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\n", "\r"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc, list := mustRead(t, "a.txt", tt.data, Options{})
			if doc.Encoding != tt.encoding || len(list) != 0 {
				t.Errorf("encoding %s, findings %v", doc.Encoding, list)
			}
			got := strings.ReplaceAll(sketch(doc), "line | \n", "line |\n")
			if got = strings.TrimSpace(got); got != want && got != strings.ReplaceAll(want, "𠮷", "") {
				t.Errorf("%q", got)
			}
			for i, b := range doc.Blocks {
				if b.Place.Line != i+1 {
					t.Errorf("line %d stands at %d", b.Place.Line, i+1)
				}
			}
		})
	}
	doc, _ := mustRead(t, "a.MD", []byte("# 题\n\f正文\n"), Options{})
	if doc.Format != "md" {
		t.Errorf("format %s", doc.Format)
	}
	wantSketch(t, doc, "line | # 题\nline | \npage-break → 2\nline | 正文")
}

func TestTextRefusals(t *testing.T) {
	long := strings.Repeat("這是一份繁體中文的工作報告，內容沒有意義，只是用來試驗編碼。", 20)
	big5, err := traditionalchinese.Big5.NewEncoder().String(long)
	if err != nil {
		t.Fatal(err)
	}
	utf := []byte(strings.Repeat("某局的工作总结。\n", 20))
	broken := append(append([]byte{}, utf[:100]...), append([]byte{0xe6, 0xff}, utf[102:]...)...)
	for _, tt := range []struct {
		name, rule, words string
		data              []byte
	}{
		{"empty", "document-empty", "0 字节", nil},
		{"blank", "document-empty", "没有文字", []byte(" \n\u3000\n")},
		{"Big5", "document-encoding", "", []byte(big5)},
		{"damaged UTF-8", "document-encoding", "UTF-8 在第", broken},
		{"damaged UTF-8 with mark", "document-encoding", "UTF-8 在第", append([]byte("\ufeff"), broken...)},
		{"cut UTF-16", "document-encoding", "奇数", []byte{0xff, 0xfe, 0x2d, 0x4e, 0x87}},
		{"lone surrogate", "document-encoding", "UTF-16 在第", []byte{0xff, 0xfe, 0x00, 0xd8, 0x2d, 0x4e}},
		{"UTF-32", "document-encoding", "UTF-32", []byte{0xff, 0xfe, 0, 0, 0x2d, 0x4e, 0, 0}},
		{"GB18030 that ends in half a character", "document-encoding", "字节处", gbk(t, "某局的工作总结")[:13]},
		{"NUL", "document-encoding", "NUL", []byte("某局\x00的")},
		{"lost before", "document-encoding", "U+FFFD", []byte("某局�的")},
		{"binary", "document-encoding", "", []byte("\x01\x02\x03\xff\xfe\xfd\x80\x81")},
		{"picture", "document-format", "PNG", []byte(tinyPNG)},
		{"rar", "document-format", "RAR", []byte("Rar!\x1a\x07\x00")},
		{"zip", "document-format", "ZIP", zipOf(t, map[string]string{"a.txt": "文"})},
		{"presentation", "document-format", "演示文稿", zipOf(t, map[string]string{"ppt/presentation.xml": "<a/>"})},
		{"encrypted", "document-locked", "密码", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16Bytes("EncryptedPackage", binary.LittleEndian)...)},
		{"damaged zip", "document-format", "ZIP", []byte("PK\x03\x04 and no more")},
	} {
		t.Run(tt.name, func(t *testing.T) { wantRefused(t, "a.txt", tt.data, Options{}, tt.rule, tt.words) })
	}
}

func TestDetect(t *testing.T) {
	ole := func(stream string) []byte {
		return append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), utf16Bytes(stream, binary.LittleEndian)...)
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"a.txt", []byte("文"), "txt"}, {"a.md", []byte("文"), "md"}, {"a.html", []byte("文"), "html"}, {"a.txt", []byte("\n<!DOCTYPE html><p>"), "html"}, {"a.doc", []byte("<html xmlns:o='x'>"), "html"},
		{"a.txt", []byte("说明<html>标签"), "txt"}, {"a.docx", []byte("%PDF-1.4"), "pdf"}, {"a.wps", ole("WordDocument"), "wps"}, {"a.doc", ole("WordDocument"), "doc"}, {"a.txt", ole("WordDocument"), "doc"},
		{"a.et", ole("Workbook"), "et"}, {"a.xls", ole("Workbook"), "xls"}, {"a.ppt", ole("PowerPoint Document"), "-ppt"}, {"a.doc", ole("x"), "doc"}, {"a.bin", ole("x"), "-ole"}, {"a.doc", []byte("{\\rtf1"), "rtf"},
		{"a.txt", append([]byte{0xff, 0xfe}, utf16Bytes("<html>", binary.LittleEndian)...), "html"}, {"a.mht", []byte("From: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x"), "mht"},
		{"a.doc", []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?>`), "wordml"}, {"a.txt", []byte("BM是一种病"), "txt"}, {"a.txt", []byte("MZ机场"), "txt"},
	} {
		if got := Detect(tt.name, tt.data); got != tt.want {
			t.Errorf("%s %.20q: %s, want %s", tt.name, tt.data, got, tt.want)
		}
	}
}
