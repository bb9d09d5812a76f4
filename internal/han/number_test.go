package han

import (
	"strconv"
	"testing"
)

func TestParseNumeral(t *testing.T) {
	for _, c := range []struct {
		in   string
		want int
	}{
		{"一", 1}, {"十", 10}, {"十一", 11}, {"二十", 20}, {"二十一", 21}, {"九十九", 99}, {"一百", 100}, {"一百零三", 103}, {"一百一十二", 112},
		{"两千", 2000}, {"一千二百", 1200}, {"一万二千", 12000}, {"十万", 100000}, {"一千零五", 1005}, {"二〇二一", 2021}, {"二○二一", 2021},
		{"二零二一", 2021}, {"〇", 0}, {"21", 21}, {"２１", 21}, {"007", 7},
	} {
		if got, ok := ParseNumeral(c.in); !ok || got != c.want {
			t.Errorf("ParseNumeral(%q) = %d, %v; want %d", c.in, got, ok, c.want)
		}
	}
	for _, in := range []string{"", "年", "十百", "一二十", "百", "千", "万", "一十十", "1234567890", "3.5", "一年", "二十一一", "-1", "十1", "万万"} {
		if got, ok := ParseNumeral(in); ok {
			t.Errorf("ParseNumeral(%q) = %d; want no number", in, got)
		}
	}
}

// spell writes n ≤ 999 as a heading would.
func spell(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	h, t, u := n/100, n/10%10, n%10
	s := ""
	if h > 0 {
		s = digits[h] + "百"
		if t == 0 && u > 0 {
			s += "零"
		}
	}
	if t > 0 {
		if t > 1 || h > 0 {
			s += digits[t]
		}
		s += "十"
	}
	return s + digits[u]
}

func TestNumeralsOfHeadings(t *testing.T) {
	for n := 1; n <= 999; n++ {
		if got, ok := ParseNumeral(spell(n)); !ok || got != n {
			t.Fatalf("%s: %d, %v; want %d", spell(n), got, ok, n)
		}
		for text, class := range map[string]Class{
			spell(n) + "、总体情况": ClassHan, "（" + spell(n) + "）总体情况": ClassHanParen, strconv.Itoa(n) + ".总体情况": ClassArabic,
			"(" + strconv.Itoa(n) + ") 总体情况": ClassArabicParen, "第" + spell(n) + "部分总体情况": ClassPart,
		} {
			num, rest, ok := HeadingNumber(text)
			if !ok || num.Class != class || num.Value != n || rest != "总体情况" {
				t.Fatalf("%s: %+v, %q, %v", text, num, rest, ok)
			}
		}
	}
}
