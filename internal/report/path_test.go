package report

import (
	"path"
	"slices"
	"strings"
	"testing"
)

func TestParsePath(t *testing.T) {
	long := strings.Repeat("a", maxName+1)
	for _, c := range []struct {
		rel    string
		want   Place
		bundle bool
		rules  []string
		zh     string
	}{
		{"610112/wjj/2021/weijian-zongjie.md", Place{"610112", "wjj", 2021, "weijian-zongjie"}, false, nil, ""},
		{"610112/wjj/2021/zongjie/index.md", Place{"610112", "wjj", 2021, "zongjie"}, true, nil, ""},
		{"guojia/gwy/2003/gongzuo.md", Place{"guojia", "gwy", 2003, "gongzuo"}, false, nil, ""},
		{"610112-gaoxin/wjj-2/2100/2021.md", Place{"610112-gaoxin", "wjj-2", 2100, "2021"}, false, nil, ""},
		{"about.md", Place{Slug: "about"}, false, nil, ""},
		// Forms.
		{"610112/wjj/2021.md", Place{}, false, []string{"path-form"}, "路径有 3 层，报告应为 4 层"},
		{"610112/about.md", Place{}, false, []string{"path-form"}, "路径有 2 层"},
		{"610112/wjj/2021/a/b/index.md", Place{}, false, []string{"path-form"}, "路径有 6 层"},
		{"610112/wjj/2021/a/b.md", Place{}, false, []string{"path-form"}, "“a/”里只能有 index.md 一个 Markdown 文件，这里还有“b.md”"},
		{"610112/wjj/2021/a.MD", Place{}, false, []string{"path-form"}, "不是报告的路径"},
		{"610112//2021/a.md", Place{}, false, []string{"path-form"}, ""},
		{"../wjj/2021/a.md", Place{}, false, []string{"path-form"}, ""},
		{"", Place{}, false, []string{"path-form"}, ""},
		// Reserved names.
		{"years/wjj/2021/a.md", Place{}, false, []string{"path-reserved"}, "“years”是本站保留的名字"},
		{"_gongkai/wjj/2021/a.md", Place{}, false, []string{"path-reserved"}, ""},
		{"610112/2021/2021/a.md", Place{}, false, []string{"path-reserved"}, "四位数字留给年份"},
		{"610112/wjj/2021/index.md", Place{}, false, []string{"path-reserved"}, "“index”"},
		{"610112/wjj/2021/a-compare.md", Place{}, false, []string{"path-reserved"}, "“a-compare”"},
		{"index.md", Place{}, false, []string{"path-reserved"}, ""},
		{"404.md", Place{}, false, []string{"path-reserved"}, ""},
		{"search.md", Place{}, false, []string{"path-reserved"}, ""},
		// Each segment.
		{"61011/wjj/2021/a.md", Place{}, false, []string{"path-district"}, "应为六位数字，这里是“61011”"},
		{"未央区/wjj/2021/a.md", Place{}, false, []string{"path-district"}, "请用拼音或英文"},
		{"610112/WJJ/2021/a.md", Place{}, false, []string{"path-agency"}, "请改为 wjj"},
		{"610112/卫健局/2021/a.md", Place{}, false, []string{"path-agency"}, "机构代号“卫健局”只能用小写字母、数字和连字符"},
		{"610112/wjj/2021年/a.md", Place{}, false, []string{"path-year"}, "请改为 2021"},
		{"610112/wjj/２０２１/a.md", Place{}, false, []string{"path-year"}, "请改为 2021"},
		{"610112/wjj/21/a.md", Place{}, false, []string{"path-year"}, "例如 2021"},
		{"610112/wjj/1948/a.md", Place{}, false, []string{"path-year"}, "年份 1948 不在 1949—2100 之间"},
		{"610112/wjj/2021/Weijian_Zongjie 1.md", Place{}, false, []string{"path-slug"}, "请改为 weijian-zongjie-1"},
		{"610112/wjj/2021/ｚｊ.md", Place{}, false, []string{"path-slug"}, "请改为 zj"},
		{"610112/wjj/2021/-a.md", Place{}, false, []string{"path-slug"}, "请改为 a"},
		{"610112/wjj/2021/工作总结.md", Place{}, false, []string{"path-slug"}, "例如 weijian-zongjie"},
		{"610112/wjj/2021/.md", Place{}, false, []string{"path-slug"}, ""},
		{"610112/wjj/2021/" + long + ".md", Place{}, false, []string{"path-slug"}, "超过 200 个字节"},
		{"About Us.md", Place{}, false, []string{"path-slug"}, "请改为 about-us"},
		{"未央/WJJ/21/A.md", Place{}, false, []string{"path-district", "path-agency", "path-year", "path-slug"}, ""},
	} {
		place, bundle, found := ParsePath("content/"+c.rel, c.rel)
		var rules []string
		for _, d := range found {
			rules = append(rules, d.Rule)
		}
		if !slices.Equal(rules, c.rules) || len(found) == 0 && (place != c.want || bundle != c.bundle) {
			t.Errorf("%q: %+v %v %v", c.rel, place, bundle, found)
			continue
		}
		if len(found) > 0 && !strings.Contains(found[0].Message.ZH+" "+found[0].Hint.ZH, c.zh) {
			t.Errorf("%q says %q, hint %q", c.rel, found[0].Message.ZH, found[0].Hint.ZH)
		}
		checkHeadFindings(t, "", found)
	}
}

// TestKeyed: what Keyed proposes is a key, and of a key the key itself.
func TestKeyed(t *testing.T) {
	for name, want := range map[string]string{"A_b C": "a-b-c", "ｚＪ": "zj", "总结": "", "---": "", "a--b": "a-b", "x2": "x2", "": "", "a/../B": "b"} {
		if got := Keyed(name); got != want || got != "" && (!IsKey(got) || Keyed(got) != got) {
			t.Errorf("%q gives %q, want %q", name, got, want)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"610112/wjj/2021/a.md", "a/b/2021/c/index.md", "about.md", "年/ /２/.md", "a//b", "../x.md", "610112/WJJ/2021年/A_b.md"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, rel string) {
		place, bundle, found := ParsePath("content/"+rel, rel)
		checkHeadFindings(t, "", found)
		if len(found) > 0 {
			return
		}
		again := path.Join(place.District, place.Agency, yearText(place.Year), place.Slug) + ".md"
		if bundle {
			again = strings.TrimSuffix(again, ".md") + "/index.md"
		}
		if again != rel {
			t.Errorf("%q is read as %+v, which is %q", rel, place, again)
		}
	})
}

func yearText(y int) string {
	if y == 0 {
		return ""
	}
	return day(y, 1, 1).ISO()[:4]
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string]string{
		"2021": "2021 2021-01-01 2021-12-31", "2021年": "2021 2021-01-01 2021-12-31", "2021-H1": "2021-H1 2021-01-01 2021-06-30",
		"2021-h2": "2021-H2 2021-07-01 2021-12-31", "2021年上半年": "2021-H1 2021-01-01 2021-06-30", "2021年下半年": "2021-H2 2021-07-01 2021-12-31",
		"2021-Q1": "2021-Q1 2021-01-01 2021-03-31", "2024-q4": "2024-Q4 2024-10-01 2024-12-31", "2021年第三季度": "2021-Q3 2021-07-01 2021-09-30",
		"2021年二季度": "2021-Q2 2021-04-01 2021-06-30", "2021年第3季度": "2021-Q3 2021-07-01 2021-09-30", "2021..2025": "2021..2025 2021-01-01 2025-12-31",
		"2021-2025": "2021..2025 2021-01-01 2025-12-31", "2021—2025年": "2021..2025 2021-01-01 2025-12-31", "2021年至2025年": "2021..2025 2021-01-01 2025-12-31",
		"2021——2025": "2021..2025 2021-01-01 2025-12-31",
		"":           "", "21": "", "2021-H3": "", "2021-Q0": "", "2021-上": "", "2021年1": "", "2021年三": "", "2021-Q三季度": "", "2021..": "", "2021-13": "", "2021-H1半年": "",
	} {
		p, ok := parsePeriod(text)
		got := ""
		if ok {
			got = p.Text + " " + p.From.ISO() + " " + p.To.ISO()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func FuzzFrontMatter(f *testing.F) {
	for _, s := range []string{
		"---\ntitle: 标题\ndate: 2021-11-03\n---\n正文", "---\n标题：x\n---", "+++\na = 1\n+++", "{\"title\": 1}", "---\nstatus: {withdrawn: {mode: notice}}\n---\n",
		"---\naliases: [../a, /b]\nattachments: [a.pdf, {file: b}]\nkeywords: a，b\n---\n", "---\n- a\n---", "\n---\nperiod: 2021-H1\nwaive:\n- rule: a\n ---\n", "---\nwritten: 2021-1-1\ndate: 2020-1-1\n---\n",
	} {
		f.Add([]byte(s), true)
	}
	f.Fuzz(func(t *testing.T, raw []byte, complete bool) {
		src, found := Normalise("a.md", raw)
		if src == nil && len(raw) > 0 && len(found) == 0 && string(raw) != bom {
			t.Fatal("nothing to read, and no finding")
		}
		h, more := ParseHead("a.md", goodRel, src, complete)
		checkHeadFindings(t, string(src), more)
		if h == nil && len(more) == 0 {
			t.Error("no head, and no finding")
		}
		if h != nil {
			lines := strings.Count(string(src[:h.BodyOffset]), "\n") + 1
			if h.BodyLine != lines {
				t.Errorf("the body begins on line %d, not %d", lines, h.BodyLine)
			}
		}
		if !strings.Contains(string(src), "\x00") {
			checkAgainstAdrg(t, string(src))
		}
		_, found = ParseDefaults("_defaults.yaml", src)
		checkHeadFindings(t, string(src), found)
	})
}

func BenchmarkParseHead(b *testing.B) {
	src := []byte("---\ntitle: 某区卫生健康局2021年工作总结及2022年工作计划\nagency: 某市某区卫生健康局\nkind: summary-and-plan\ndate: 2021-12-30\nwritten: 2021-12-28\n" +
		"topic: 卫生、体育\\卫生\nindex_number: 000014349/2021-00110\nkeywords: [卫生健康, 疫情防控, 医改]\nsummary: 回顾全年工作，安排来年任务。\nsource:\n  file: a.pdf\n---\n\n正文\n")
	b.ReportAllocs()
	for b.Loop() {
		if _, found := ParseHead("a.md", goodRel, src, true); len(found) > 0 {
			b.Fatal(found)
		}
	}
}
