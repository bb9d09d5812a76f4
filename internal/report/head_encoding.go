package report

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/internal/diag"
	"gongkai/internal/han"
)

const bom = "\xef\xbb\xbf"

// Normalise strips a byte order mark and turns CRLF into LF, both in silence. What is no text yields nil and one finding at the first
// bad byte, its column in code points: NUL (rule file-nul), UTF-16 or bytes that are not UTF-8 (rule file-encoding), with a word on
// GB18030 where the bytes decode as that without loss.
func Normalise(file string, src []byte) ([]byte, diag.List) {
	if bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return nil, badByte(file, nil, "file-encoding", diag.Say("文件是 UTF-16 编码，不是 UTF-8", "the file is UTF-16, not UTF-8"), saveAsUTF8())
	}
	src = bytes.TrimPrefix(src, []byte(bom))
	if i := bytes.IndexByte(src, 0); i >= 0 {
		n := bytes.Count(src, []byte{0})
		return nil, badByte(file, src[:i], "file-nul", diag.Say("文件里有 %d 个空字符（NUL），不是文本文件", "the file holds %d NUL characters: it is no text", n),
			diag.Say("请用编辑器重新保存为 UTF-8 文本", "save it again as UTF-8 text"))
	}
	if i := firstInvalid(src); i >= 0 {
		return nil, badByte(file, src[:i], "file-encoding", invalidBytes(src, i), saveAsUTF8())
	}
	if bytes.Contains(src, []byte("\r\n")) {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	}
	return src, nil
}

func saveAsUTF8() diag.Text {
	return diag.Say("请用编辑器另存为 UTF-8，或用 gongkai import 转换", "save it as UTF-8, or convert it with gongkai import")
}

// badByte places a finding behind the text before it.
func badByte(file string, before []byte, rule string, say, hint diag.Text) diag.List {
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return diag.List{{Rule: rule, Severity: diag.Error, Path: file, Start: diag.Pos{Line: line, Column: column}, Message: say, Hint: hint}}
}

// firstInvalid is the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(b []byte) int {
	if utf8.Valid(b) {
		return -1
	}
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func invalidBytes(src []byte, i int) diag.Text {
	if looksLikeGB18030(src) {
		return diag.Say("文件不是 UTF-8 编码，看起来是 GB18030（GBK）", "the file is not UTF-8; it looks like GB18030")
	}
	return diag.Say("文件不是 UTF-8 编码，从字节 0x%02X 起无法读取", "the file is not UTF-8: the byte 0x%02X cannot be read", src[i])
}

// looksLikeGB18030 reports whether bytes decode as GB18030 without loss, and mostly to 汉字 where they are not ASCII.
func looksLikeGB18030(src []byte) bool {
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(src)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return false
	}
	chinese, other := 0, 0
	for _, r := range string(text) {
		switch {
		case han.IsHan(r) || han.IsCJKPunct(r):
			chinese++
		case r >= utf8.RuneSelf:
			other++
		}
	}
	return chinese > other
}
