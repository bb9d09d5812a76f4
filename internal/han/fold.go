package han

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Normalise folds a text to what its words are: Unicode NFKC (full-width forms become ASCII) without any white space. Ids are hashes
// of it, so that neither spacing nor the width of a bracket changes a published address.
func Normalise(s string) string { return string(AppendNormalised(nil, []byte(s))) }

// AppendNormalised appends Normalise(s) to dst. Text of 汉字, ASCII and common Chinese marks, which is nearly all there is, takes a
// short way; the first other character sends the whole text through x/text.
func AppendNormalised(dst, s []byte) []byte {
	start := len(dst)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if !isASCIISpace(c) {
				dst = append(dst, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		switch {
		case 0x4e00 <= r && r <= 0x9fff, '、' <= r && r <= '】' && r != '〇', r == '“', r == '”', r == '‘', r == '’', r == '—':
			dst = append(dst, s[i:i+size]...)
		case 0xff01 <= r && r <= 0xff5e:
			dst = append(dst, byte(r-0xfee0))
		case r == 0x3000:
		default:
			return appendSlow(dst[:start], s)
		}
		i += size
	}
	return dst
}

func appendSlow(dst, s []byte) []byte {
	for _, r := range string(norm.NFKC.Bytes(s)) {
		if !unicode.IsSpace(r) {
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}

func isASCIISpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }
