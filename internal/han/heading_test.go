package han

import (
	"strings"
	"testing"
)

func TestHeadingNumber(t *testing.T) {
	for _, c := range []struct {
		in, text string
		class    Class
		value    int
		rest     string
	}{
		{"一、工作完成情况", "一、", ClassHan, 1, "工作完成情况"},
		{"　　十二、 保障", "十二、", ClassHan, 12, "保障"},
		{"（二）疫情防控", "（二）", ClassHanParen, 2, "疫情防控"},
		{"(二) 疫情防控", "(二)", ClassHanParen, 2, "疫情防控"},
		{"( 二 )疫情防控", "( 二 )", ClassHanParen, 2, "疫情防控"},
		{"（三）、队伍", "（三）、", ClassHanParen, 3, "队伍"},
		{"（二)混用", "（二)", ClassHanParen, 2, "混用"},
		{"3.提升能力", "3.", ClassArabic, 3, "提升能力"},
		{"21. 统筹", "21.", ClassArabic, 21, "统筹"},
		{"３．提升", "３．", ClassArabic, 3, "提升"},
		{"1、提升", "1、", ClassArabic, 1, "提升"},
		{"（1）提升", "（1）", ClassArabicParen, 1, "提升"},
		{"1）提升", "1）", ClassArabicParen, 1, "提升"},
		{"①提升", "①", ClassCircled, 1, "提升"},
		{"第一部分 工作回顾", "第一部分", ClassPart, 1, "工作回顾"},
		{"第一部分：工作回顾", "第一部分", ClassPart, 1, "工作回顾"},
		{"第二部分工作回顾", "第二部分", ClassPart, 2, "工作回顾"},
		{"第三章　总则", "第三章", ClassChapter, 3, "总则"},
		{"第十节", "第十节", ClassSection, 10, ""},
		{"一、一季度情况", "一、", ClassHan, 1, "一季度情况"},
		{"二、三大行动", "二、", ClassHan, 2, "三大行动"},
		{"三、四季度打算", "三、", ClassHan, 3, "四季度打算"},
		{"三、四个到位", "三、", ClassHan, 3, "四个到位"},
		{"零、前言", "零、", ClassHan, 0, "前言"},
	} {
		n, rest, ok := HeadingNumber(c.in)
		if want := (Number{c.text, c.class, c.value}); !ok || n != want || rest != c.rest {
			t.Errorf("HeadingNumber(%q) = %+v, %q, %v; want %+v, %q", c.in, n, rest, ok, want, c.rest)
		}
	}
	for _, in := range []string{
		"", "工作", "3.5亿元", "３．５亿元", "三、四月份", "一、二级医院", "一、二、三产业", "5、6月份", "2021年工作", "2021.11", "2021. 总结", "一是抓好",
		"（党组）", "（）", "（2021）", "(一", "第一季度", "第一节课", "第三", "十", "一", "1", "两、", "十百、", "一）", "第", "（",
	} {
		if n, rest, ok := HeadingNumber(in); ok || rest != in {
			t.Errorf("HeadingNumber(%q) = %+v, %q, %v; want none and the text itself", in, n, rest, ok)
		}
	}
}

func FuzzHeadingNumber(f *testing.F) {
	for _, s := range []string{"一、工作", "（二）工作", "3.5亿元", "第一部分：", "①", "( 一 )", "\xff", "十十十十十十十十十十、"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, rest, ok := HeadingNumber(s)
		if !ok {
			if n != (Number{}) {
				t.Fatalf("no number, but %+v", n)
			}
			return
		}
		if n.Text == "" || n.Class == NoClass || n.Value < 0 || n.Value > 999 || !strings.Contains(s, n.Text) || !strings.HasSuffix(s, rest) {
			t.Fatalf("%q: %+v, %q", s, n, rest)
		}
		if again, _, ok := HeadingNumber(n.Text + " 正文"); !ok || again != n {
			t.Fatalf("%q alone reads as %+v, %v", n.Text, again, ok)
		}
	})
}
