package han

import (
	"strings"
	"testing"
)

func TestCutByBreak(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          bool
	}{
		{"全年巡查河道 36 条，水质稳定达", "标。", true},
		{"全年巡查河道，清理漂浮物，疏浚沟渠，安装护栏，修复堤岸，水质稳定达", "标。", true},
		{"疏浚沟渠 12 公里，惠及群众 2", "万余人。", true},
		{"一、治水。全年巡查河道若干", "条。", true},
		{"组织“河长", "讲堂”12期。", true},
		{"全年巡查河道", "，清理漂浮物。", true},
		{"巡查河道、沟渠、", "水库。", true},
		{"全年巡查河道36条。", "水质达标。", false},
		{"全年巡查河道36条。（截至6月）", "水质达标。", false},
		{"巡查河道36条；", "清淤4处；", false},
		{"（一）治水成效明显，群众满意", "全年巡查河道36条。", false},
		{"桐庐县水利局2022年工作总结", "今年以来，巡查河道。", false},
		{"全年巡查河道36条，清淤4处", "（二）造林", false},
		{"全年巡查河道36条，清淤4处", "二是造林。", false},
		{"全年巡查河道36条，清淤4处", "2022年12月30日", false},
		{"全年巡查河道36条，清淤4处", "", false},
		{"", "标。", false},
	} {
		if got := CutByBreak(c.before, c.after); got != c.want {
			t.Errorf("%q | %q: %v", c.before, c.after, got)
		}
	}
	if !CutByPage("栽树若干，成活率九成，护林员每月巡", "山。") || CutByPage("栽树若干", "成活率九成。") {
		t.Error("a page number beside the break counts for a comma, and for no less")
	}
}

func TestEndsSentence(t *testing.T) {
	for s, want := range map[string]bool{
		"达标。": true, "达标。”": true, "达标！）": true, "达标": false, "如下：": true, "“达标”": false, "3.": false, "etc.": true, "": false, "……": true, "（达标）": false, "达标；": true,
	} {
		if got := EndsSentence(s); got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
}

func TestFirstStop(t *testing.T) {
	for s, want := range map[string]string{"治水。造林。": "治水。", "“治。水”。造林": "“治。水”。", "（治。": "", "治水": "", "治）水。": "治）水。"} {
		got := ""
		if i := FirstStop(s); i > 0 {
			got = s[:i]
		}
		if got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestPageNumber(t *testing.T) {
	for s, want := range map[string]struct {
		page  int
		plain bool
	}{
		"- 3 -": {3, false}, "—3—": {3, false}, "第3页": {3, false}, "第 3 页 共 12 页": {3, false}, "第三页": {3, false}, "3/12": {3, false}, "3": {3, true}, "·12·": {12, false}, "１２": {12, true},
	} {
		if page, plain, ok := PageNumber(s); !ok || page != want.page || plain != want.plain {
			t.Errorf("%q: %d %v %v", s, page, plain, ok)
		}
	}
	for _, s := range []string{"", "2021", "三", "3.5", "13/12", "第3页的内容", "3月", "-", "12345"} {
		if page, plain, ok := PageNumber(s); ok && s != "三" {
			t.Errorf("%q: %d %v", s, page, plain)
		}
	}
}

func TestCountingWord(t *testing.T) {
	for s, want := range map[string]string{"一是治水": "一是", "二要造林": "二要", "第三，修路": "第三，", "首先，治水": "首先，", "一方面": "", "一、治水": "", "1是": "", "是": "", "十二是": "十二是"} {
		if got, ok := CountingWord(s); got != want || ok != (want != "") {
			t.Errorf("%q: %q %v", s, got, ok)
		}
	}
}

func FuzzBreaks(f *testing.F) {
	f.Add("全年巡查河道 36 条，水质稳定达", "标。")
	f.Add("第3页", "\xff（（“")
	f.Add(strings.Repeat("（", 50), "）")
	f.Fuzz(func(t *testing.T, a, b string) {
		if i := FirstStop(a); i > len(a) || i == 0 {
			t.Errorf("FirstStop(%q) = %d", a, i)
		}
		if CutByBreak(a, b) && !CutByPage(a, b) {
			t.Errorf("a page between %q and %q makes them less cut", a, b)
		}
		if word, ok := CountingWord(a); ok && !strings.HasPrefix(a, word) {
			t.Errorf("CountingWord(%q) = %q", a, word)
		}
		if from, to, ok := PaywallAt(a); ok && (from < 0 || from >= to || to > len(a)) {
			t.Errorf("PaywallAt(%q) = %d, %d", a, from, to)
		}
		EndsSentence(a)
		PageNumber(a)
		TraceOf(a)
		Stamps(a)
		IsGlossaryMark(a)
		WithoutLeader(a)
	})
}
