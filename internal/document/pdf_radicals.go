package document

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// supplement pairs radicals of the CJK Radicals Supplement with the characters that look the same.
var supplement = strings.NewReplacer(
	"⺁", "厂", "⺊", "卜", "⺎", "兀", "⺒", "巳", "⺓", "幺", "⺕", "彐", "⺛", "旡", "⺜", "日", "⺞", "歺", "⺟", "母", "⺠", "民", "⺦", "丬", "⺩", "王", "⺪", "疋", "⺬", "示", "⺭", "礻",
	"⺰", "纟", "⺹", "耂", "⺺", "肀", "⺻", "聿", "⺼", "肉", "⺽", "臼", "⻂", "衤", "⻃", "覀", "⻄", "西", "⻅", "见", "⻆", "角", "⻈", "讠", "⻉", "贝", "⻊", "足", "⻋", "车", "⻐", "钅",
	"⻑", "長", "⻒", "镸", "⻓", "长", "⻔", "门", "⻗", "雨", "⻘", "青", "⻙", "韦", "⻚", "页", "⻛", "风", "⻜", "飞", "⻝", "食", "⻡", "首", "⻢", "马", "⻣", "骨", "⻤", "鬼", "⻥", "鱼",
	"⻦", "鸟", "⻧", "卤", "⻨", "麦", "⻩", "黄", "⻪", "黾", "⻫", "斉", "⻬", "齐", "⻭", "歯", "⻮", "齿", "⻯", "竜", "⻰", "龙", "⻱", "龜", "⻲", "亀", "⻳", "龟",
)

// unradical gives back the characters of a text for which a font's table names radicals: one glyph serves 一 (U+4E00) and ⼀ (U+2F00), and
// programs that print name the lower one. Ligatures are taken apart for the same reason.
func unradical(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return c >= 0x2e80 && c <= 0x2fdf || c >= 0xfb00 && c <= 0xfb06 }) {
		return s
	}
	var b strings.Builder
	for _, c := range supplement.Replace(s) {
		if c >= 0x2f00 && c <= 0x2fdf || c >= 0xfb00 && c <= 0xfb06 {
			b.WriteString(norm.NFKC.String(string(c)))
		} else {
			b.WriteRune(c)
		}
	}
	return b.String()
}
