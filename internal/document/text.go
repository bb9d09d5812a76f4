package document

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/internal/diag"
)

// readText reads a plain text: one block a line. Line ends are LF, CRLF or CR; a form feed is a page break.
func (r *reader) readText() {
	text, encoding, err := decode(r.data)
	if err != nil {
		r.badEncoding(err)
		return
	}
	r.doc.Encoding = encoding
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	line, page := 0, 1
	for s := range strings.Lines(text) {
		line++
		s = strings.TrimSuffix(s, "\n")
		for i, part := range strings.Split(s, "\f") {
			if i > 0 {
				page++
				r.doc.Blocks = append(r.doc.Blocks, Block{Kind: KindPageBreak, Place: Place{Line: line, Page: page, Plain: true}})
			}
			if i == 0 || part != "" {
				r.doc.Blocks = append(r.doc.Blocks, Block{Kind: KindLine, Text: part, Place: Place{Line: line, Plain: true}})
			}
		}
		if len(r.doc.Blocks) > maxBlocks {
			r.tooMuch(diag.Say("文件超过 %d 行", "the file has more than %d lines", maxBlocks))
			return
		}
	}
}

// encodingError says why no encoding could be proved, and on which line.
type encodingError struct {
	line int
	why  diag.Text
}

func (e *encodingError) Error() string { return e.why.EN }

func (r *reader) badEncoding(err error) {
	why, at := diag.Say("不是 UTF-8、UTF-16 或 GB18030", "it is not UTF-8, UTF-16 or GB18030"), Place{}
	var e *encodingError
	if errors.As(err, &e) {
		why, at = e.why, Place{Line: e.line, Plain: e.line > 0}
	}
	r.refuse("document-encoding", at, diag.Text{ZH: "无法确定文字编码：" + why.ZH, EN: "the encoding cannot be proved: " + why.EN},
		diag.Say("请用写字的软件打开，确认无乱码后另存为 UTF-8 文本", "open it in an editor, see that it reads well, and save it as UTF-8"))
}

// Decode turns the bytes of a text file or a web page into text, as Read does; an error says why the encoding cannot be proved.
func Decode(data []byte) (string, error) {
	text, _, err := decode(data)
	return text, err
}

// decode turns bytes into text by the first encoding that is proved: a byte order mark, valid UTF-8, UTF-16 when there are NUL bytes,
// GB18030. UTF-16 and GB18030 must give the same bytes when written again; no character is ever replaced.
func decode(data []byte) (text, encoding string, err error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
		if !utf8.Valid(data) {
			return "", "", badUTF8(data)
		}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(data, []byte{0, 0, 0xfe, 0xff}):
		return "", "", &encodingError{why: diag.Say("是 UTF-32，极少使用", "it is UTF-32, which hardly anybody uses")}
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		return decode16(data[2:], binary.LittleEndian, "utf-16le")
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		return decode16(data[2:], binary.BigEndian, "utf-16be")
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return decodeNUL(data)
	}
	if utf8.Valid(data) {
		return string(data), "utf-8", nil
	}
	text, err = decodeGB18030(data)
	if err != nil && mostlyUTF8(data) {
		err = badUTF8(data)
	}
	return text, "gb18030", err
}

func badUTF8(data []byte) error {
	at, n := 0, len(data)
	for at < n {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return &encodingError{line: lineOf(data, at), why: diag.Say("UTF-8 在第 %d 字节处损坏", "the UTF-8 is damaged at byte %d", at+1)}
}

// mostlyUTF8 holds when nearly all bytes outside ASCII belong to Chinese characters in UTF-8: a damaged file, not another encoding.
func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size == 3:
			good += 3
		}
		i += size
	}
	return good > 20*bad
}

func lineOf(data []byte, offset int) int {
	return 1 + bytes.Count(data[:min(offset, len(data))], []byte("\n"))
}

// decodeNUL decides on UTF-16 without a mark: read in one of the two orders it must give text and nothing else.
func decodeNUL(data []byte) (string, string, error) {
	for _, try := range []struct {
		order binary.ByteOrder
		name  string
	}{{binary.LittleEndian, "utf-16le"}, {binary.BigEndian, "utf-16be"}} {
		if text, name, err := decode16(data, try.order, try.name); err == nil && clearly(text) {
			return text, name, nil
		}
	}
	at := bytes.IndexByte(data, 0)
	return "", "", &encodingError{line: lineOf(data, at), why: diag.Say("第 %d 字节是 NUL，不是文字", "byte %d is NUL, which no text holds", at+1)}
}

// clearly holds for a text nearly all of whose characters are common in Chinese texts.
func clearly(text string) bool {
	good, all := 0, 0
	for _, c := range text {
		all++
		if c == '\n' || c == '\r' || c == '\t' || c >= 0x20 && c < 0x7f || c >= 0x4e00 && c <= 0x9fff || c >= 0x3000 && c <= 0x303f || c >= 0xff00 && c <= 0xffef || c >= 0x2010 && c <= 0x2040 {
			good++
		}
	}
	return all > 0 && good*100 >= all*98
}

func decode16(data []byte, order binary.ByteOrder, name string) (string, string, error) {
	if len(data)%2 != 0 {
		return "", "", &encodingError{why: diag.Say("UTF-16 的字节数是奇数，结尾缺了", "the UTF-16 has an odd number of bytes: its end is missing")}
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	var b strings.Builder
	b.Grow(len(data) * 3 / 2)
	line := 1
	for i := 0; i < len(units); i++ {
		c := rune(units[i])
		if utf16.IsSurrogate(c) {
			var next rune
			if i+1 < len(units) {
				next = rune(units[i+1])
			}
			if c = utf16.DecodeRune(c, next); c == utf8.RuneError {
				return "", "", &encodingError{line: line, why: diag.Say("UTF-16 在第 %d 字节处损坏", "the UTF-16 is damaged at byte %d", 2*i+1)}
			}
			i++
		}
		switch c {
		case 0:
			return "", "", &encodingError{line: line, why: diag.Say("有 NUL 字符，不是文字", "there is a NUL character, which no text holds")}
		case '\n':
			line++
		}
		b.WriteRune(c)
	}
	return b.String(), name, nil
}

// decodeGB18030 reads GB18030 (and its subsets GBK and GB2312) and proves it: the text written again is the same bytes, and it looks
// like Chinese, since bytes of Big5 or Shift-JIS often pass for GB18030.
func decodeGB18030(data []byte) (string, error) {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil {
		return "", &encodingError{why: diag.Say("不是 UTF-8、UTF-16 或 GB18030", "it is not UTF-8, UTF-16 or GB18030")}
	}
	back, err := simplifiedchinese.GB18030.NewEncoder().Bytes(out)
	if err != nil || !bytes.Equal(back, data) || bytes.ContainsRune(out, utf8.RuneError) {
		at := 0
		for at < min(len(back), len(data)) && back[at] == data[at] {
			at++
		}
		if i := bytes.IndexRune(out, utf8.RuneError); i >= 0 { // its place in the bytes is that of the text before it, written again
			before, _ := simplifiedchinese.GB18030.NewEncoder().Bytes(out[:i])
			at = min(at, len(before))
		}
		return "", &encodingError{line: lineOf(data, at), why: diag.Say("第 %d 字节处既不是 UTF-8 也不是 GB18030", "byte %d is neither UTF-8 nor GB18030", at+1)}
	}
	text := string(out)
	if n := survey(text); n.odd() || !n.plausible() {
		return "", &encodingError{why: diag.Say("按 GB18030 读出的不像中文（常用字 %d%%）", "read as GB18030 it does not look like Chinese (%d%% common characters)", n.commonShare())}
	}
	return text, nil
}

// counts of a text, by which garbled ones are recognised.
type counts struct {
	han     int // 汉字
	level1  int // of them, those of GB 2312's first level: 3,755 characters that make 99 % of any text
	common  int // of them, the commonest
	letters int // other letters and digits
	private int // private use, unassigned, controls, U+FFFD
	all     int // without white space
}

// commonHan are the commonest characters of Chinese prose and of reports: about a quarter of any text.
const commonHan = "的一是在不了有和人中大为上国以要时用生到作地于出分对成会主发年动同工也能下过产方定行民经十三之进部度高二理实加体制业政全新建提党展设管强区保市府施推农安服务社公各重点工程推进完"

func survey(text string) counts {
	var n counts
	enc := simplifiedchinese.GBK.NewEncoder()
	var two [8]byte
	var one [utf8.UTFMax]byte
	for _, c := range text {
		switch {
		case unicode.IsSpace(c) || c == 0xfeff || c == 0x200b:
			continue
		case unicode.Is(unicode.Han, c):
			n.han++
			enc.Reset()
			if w, _, err := enc.Transform(two[:], one[:utf8.EncodeRune(one[:], c)], true); err == nil && w == 2 && two[0] >= 0xb0 && two[0] <= 0xd7 && two[1] >= 0xa1 {
				n.level1++
			}
			if strings.ContainsRune(commonHan, c) {
				n.common++
			}
		case c == utf8.RuneError || unicode.Is(unicode.Co, c) || unicode.IsControl(c) || !unicode.IsGraphic(c) && !unicode.Is(unicode.Cf, c):
			n.private++
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			n.letters++
		}
		n.all++
	}
	return n
}

// odd holds when more than one character in 200 is none that a text holds.
func (n counts) odd() bool { return n.private*200 > n.all }

// plausible holds for texts of Chinese characters as they are really written; texts too short to judge pass when their characters are
// of the first level in the main.
func (n counts) plausible() bool {
	switch {
	case n.han == 0:
		return n.letters > 0
	case n.han < 20:
		return n.level1*2 >= n.han
	case n.han < 200:
		return n.level1*10 >= n.han*8
	}
	return n.level1*10 >= n.han*9 && n.commonShare() >= 8
}

func (n counts) commonShare() int { return n.common * 100 / max(n.han, 1) }
