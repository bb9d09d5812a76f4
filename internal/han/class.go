package han

import "unicode"

// IsHan reports whether r is a 汉字, 〇 among them. Radicals and strokes that no text is written with are not.
func IsHan(r rune) bool {
	switch {
	case r < 0x3400:
		return r == '〇' || r == '々'
	case r <= 0x4dbf, 0x4e00 <= r && r <= 0x9fff:
		return true
	}
	return 0xf900 <= r && r <= 0xfaff || 0x20000 <= r && r <= 0x323af
}

// IsCJKPunct reports whether r is a mark of Chinese text: the ideographic and full-width marks, and the marks that Chinese shares
// with Western typography, “” ‘’ … — ·. The shared ones are counted because in Chinese text they stand against 汉字 without a space.
func IsCJKPunct(r rune) bool {
	switch {
	case r < 0x2010:
		return r == '·'
	case r <= 0x2027:
		return r == '—' || r == '―' || r == '‘' || r == '’' || r == '“' || r == '”' || r == '…' || r == '‧'
	case r < 0x3000:
		return false
	case r <= 0x303f:
		return r != '〇' && r != '々' && r != '〆' && r != 0x3000 && !(0x3021 <= r && r <= 0x3029)
	case r == '・', 0xfe10 <= r && r <= 0xfe19, 0xfe30 <= r && r <= 0xfe6b:
		return true
	}
	return 0xff01 <= r && r <= 0xff0f || 0xff1a <= r && r <= 0xff20 || 0xff3b <= r && r <= 0xff40 || 0xff5b <= r && r <= 0xff65 ||
		0xffe0 <= r && r <= 0xffe6
}

// IsCJK reports whether r belongs to East Asian text: 汉字, Chinese marks, kana, Hangul, bopomofo and full-width forms. White space
// (U+3000) does not.
func IsCJK(r rune) bool {
	switch {
	case r < 0x1100:
		return r == '·'
	case r <= 0x11ff:
		return true
	case r < 0x2e80:
		return IsCJKPunct(r)
	case r == 0x3000:
		return false
	case r <= 0xa4cf, 0xa960 <= r && r <= 0xa97f, 0xac00 <= r && r <= 0xd7ff, 0xf900 <= r && r <= 0xfaff:
		return true
	case 0xfe10 <= r && r <= 0xfe19, 0xfe30 <= r && r <= 0xfe6f, 0xff01 <= r && r <= 0xffee:
		return true
	}
	return 0x16fe0 <= r && r <= 0x1b2ff || 0x1f200 <= r && r <= 0x1f2ff || 0x20000 <= r && r <= 0x3ffff
}

// JoinsLines reports whether two characters that stand at the end and at the beginning of two lines of one paragraph belong together
// without a space between them: both are East Asian, neither is Hangul (which spaces its words). A shared mark (“ — …) is East Asian
// only beside a character that is.
func JoinsLines(before, after rune) bool {
	if !IsCJK(before) || !IsCJK(after) || unicode.Is(unicode.Hangul, before) || unicode.Is(unicode.Hangul, after) {
		return false
	}
	return before >= 0x2e80 || after >= 0x2e80
}
