package report

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/adrg/frontmatter"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/internal/diag"
)

const goodRel = "610112/wjj/2021/zongjie.md"

func headOf(yaml string) (*Head, diag.List) {
	return ParseHead("content/"+goodRel, goodRel, []byte("---\n"+yaml+"\n---\n正文\n"), true)
}

// briefHead prints a finding as the tests write it: line:column-endcolumn rule.
func briefHead(d diag.Diagnostic) string {
	rule := strings.TrimPrefix(d.Rule, "frontmatter-")
	if d.Severity == diag.Warning {
		rule += " (warning)"
	}
	if d.End == (diag.Pos{}) || d.End == d.Start {
		return fmt.Sprintf("%d:%d %s", d.Start.Line, d.Start.Column, rule)
	}
	return fmt.Sprintf("%d:%d-%d %s", d.Start.Line, d.Start.Column, d.End.Column, rule)
}

func briefHeads(l diag.List) []string {
	list := []string{}
	for _, d := range l {
		list = append(list, briefHead(d))
	}
	return list
}

func day(y, m, d int) Date { return Day(y, m, d) }

func TestEveryKey(t *testing.T) {
	h, found := headOf(`标题: 某区卫生健康局2021年工作总结
发布机构: [某市某区卫生健康局, 某市某区财政局]
材料类型: 总结和计划
发布日期: 2021年12月30日 09:30
收录日期: 2022/1/5
成文日期: 2021-12-28T08:05:59
报告期: 2021年上半年
计划期: 2021—2025年
索引号: 012
发文字号: 某卫〔2021〕3号
主题分类: 卫生、体育\卫生
关键词: 医改、疫情防控；公共卫生, 3.10
内容概述: 回顾全年，
  安排来年
公开方式: 主动公开
责任部门: 办公室
公开依据: 20(11)
信息状态: {已撤下: {方式: 保留全文, 原因: 数据有误, 日期: 2022-03-01}}
更正记录:
- 日期: 2022-01-10
  类型: 更正
  说明: 改正一处数字
信息来源: {名称: 某区政府网, 网址: "https://www.example.gov.cn/a?b=1", 文件: 原文.pdf, 校验值: ` + strings.Repeat("0f", 32) + `}
附件:
- 表1.xlsx
- {文件: 图.PNG, 标题: 示意图}
旧地址: [/old/2021/zj.html, ../2020/x/, "/旧/%E6%96%87.htm"]
草稿: 是
审核:
  拟稿: {人员: 甲, 日期: 2021-12-01}
  校核: {by: 乙}
  保密审查: {by: 丙}
  签发: {by: 丁}
  正文校验值: ` + strings.Repeat("AB", 32) + `
已核实例外:
- {规则: sum-mismatch, 原文: 156 件, 理由: 另有一类, 核实人: 甲, 日期: 2022-01-01}
数值更正:
- {指标: visits, 原文: 12 万, 数值: -120000.5, 单位: 人次, 时期: 2021-Q3}
地区: 610112
年度: 2021`)
	if len(found) > 0 {
		t.Fatalf("%v", found)
	}
	want := FrontMatter{
		Title: "某区卫生健康局2021年工作总结", Agency: []string{"某市某区卫生健康局", "某市某区财政局"}, Kind: SummaryAndPlan,
		Date:      Date{2021, 12, 30, 9, 30, true},
		Collected: day(2022, 1, 5), Written: Date{2021, 12, 28, 8, 5, true},
		Period:      Period{"2021-H1", day(2021, 1, 1), day(2021, 6, 30)},
		PlanPeriod:  Period{"2021..2025", day(2021, 1, 1), day(2025, 12, 31)},
		IndexNumber: "012", DocumentNumber: "某卫〔2021〕3号", Topic: `卫生、体育\卫生`,
		Keywords: []string{"医改", "疫情防控", "公共卫生", "3.10"}, Summary: "回顾全年，安排来年", Publicity: "主动公开", Department: "办公室", Basis: "20(11)",
		Status:      Status{State: "withdrawn", Mode: "notice", Reason: "数据有误", Date: day(2022, 3, 1)},
		Revisions:   []Revision{{day(2022, 1, 10), "更正", "改正一处数字"}},
		Source:      Source{"某区政府网", "https://www.example.gov.cn/a?b=1", "原文.pdf", strings.Repeat("0f", 32)},
		Attachments: []Attachment{{"表1.xlsx", ""}, {"图.PNG", "示意图"}},
		Aliases:     []string{"/old/2021/zj.html", "../2020/x/", "/旧/%E6%96%87.htm"}, Draft: true,
		Review:  Review{Sign{"甲", day(2021, 12, 1)}, Sign{By: "乙"}, Sign{By: "丙"}, Sign{By: "丁"}, strings.Repeat("AB", 32)},
		Waive:   []Waiver{{"sum-mismatch", "156 件", "另有一类", "甲", day(2022, 1, 1)}},
		Figures: []FigureFix{{"visits", "12 万", "-120000.5", "人次", Period{"2021-Q3", day(2021, 7, 1), day(2021, 9, 30)}}},
	}
	got := h.FrontMatter
	got.Keys = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for key, want := range map[string]string{
		"title": "{2 1} {2 5} {2 21}", "attachments.0.file": "{26 3} {26 3} {26 10}", "attachments.1.file": "{27 4} {27 8} {27 13}", "status.withdrawn.date": "{19 34} {19 38} {19 48}",
		"summary": "{14 1} {14 7} {0 0}",
	} {
		at, ok := h.At(key)
		if got := fmt.Sprint(at.Name, at.Value, at.End); !ok || got != want {
			t.Errorf("%s stands at %s, want %s", key, got, want)
		}
	}
	if place := (Place{"610112", "wjj", 2021, "zongjie"}); h.Place != place || h.Bundle || h.Rel != goodRel || h.Path != "content/"+goodRel {
		t.Errorf("%+v", h)
	}
}

// TestHeadFindings gives every message its place; the YAML begins on line 2.
func TestHeadFindings(t *testing.T) {
	for _, c := range []struct {
		yaml string
		want []string
		zh   string
	}{
		{"发布日起: 2021-11-03", []string{"2:1-5 unknown-key"}, "未知字段“发布日起” 是否为“发布日期”（date）？"},
		{"tags: [a]", []string{"2:1-5 unknown-key"}, "是否为“keywords”（关键词）？"},
		{"distrct: 610112", []string{"2:1-8 unknown-key"}, "是否为“district”（行政区划）？"},
		{"date: 2021-02-30", []string{"2:7-17 date-impossible"}, "2021年2月没有30日"},
		{"date: 2023年2月29日", []string{"2:7-17 date-impossible"}, "2023年2月没有29日"},
		{"date: 2021/13/1", []string{"2:7-16 date-impossible"}, "2021年没有13月"},
		{"date: 1899-01-01", []string{"2:7-17 date-impossible"}, "年份 1899 不在 1949—2100 之间"},
		{"date: 2021-11-03 24:00", []string{"2:7-23 date-impossible"}, "没有 24:00 这个时刻"},
		{"date: 2021-11", []string{"2:7-14 date"}, "缺少日"},
		{"date: 2021-11-03T09:30:00+08:00", []string{"2:7-32 date"}, "请去掉时区"},
		{"date: 二〇二一年十一月三日", []string{"2:7-17 date"}, "半角阿拉伯数字"},
		{"date: 昨天", []string{"2:7-9 date"}, "“date”应为年月日，这里是“昨天”"},
		{"成文日期: 2021-11-04\ndate: 2021-11-03 09:30", []string{"2:7-17 date-order"}, "成文日期 2021-11-04 晚于发布日期 2021-11-03 09:30"},
		{"collected: 2021-11-03\nwritten: 2021-11-04", []string{"3:10-20 date-order"}, "晚于收录日期"},
		{"period: 2021-Q5", []string{"2:9-16 period"}, "可写 2021、2021-H1"},
		{"period: 2025..2021", []string{"2:9-19 period"}, "起始年晚于终止年"},
		{"period: 1821", []string{"2:9-13 period"}, "年份不合理"},
		{"kind: 工作总接", []string{"2:7-11 unknown-value"}, "是否为“工作总结”？"},
		{"publicity: 公开", []string{"2:12-14 unknown-value"}, "主动公开"},
		{"keywords: [医改, '一，二', 三]", []string{"2:18-19 keyword-comma"}, "关键词“一，二”里有逗号"},
		{"keywords: [医改, 医改]", []string{"2:11 repeated-word (warning)"}, "“医改”重复"},
		{"summary: " + strings.Repeat("字", 301), []string{"2:10-311 summary-length (warning)"}, "内容概述有 301 字，超过 300 字"},
		{"title: \"a\\0b\"", []string{"2:8-14 control-character"}, "U+0000"},
		{"status: 已撤下", []string{"2:9-12 status"}, "须写明方式（mode）和日期（date）"},
		{"status: {state: superseded}", []string{"2:9 status"}, "由哪一份替代"},
		{"status: {reason: x}", []string{"2:9 status"}, "没有写明是哪一种"},
		{"status: {state: current, by: a.md}", []string{"2:9 status"}, "互相矛盾"},
		{"status: {superseded: {by: 'javascript:x'}}", []string{"2:27-41 successor"}, "不是本站报告的路径"},
		{"status: 撤了", []string{"2:9-11 unknown-value"}, "可写：正常"},
		{"status: [x]", []string{"2:9 wrong-type"}, ""},
		{"revisions:\n- {date: 2021-01-01, type: 更正}", []string{"3:3 incomplete"}, "“revisions”第 1 项缺少说明（note）"},
		{"revisions: [{date: 2021-01-01, type: 修改, note: x}]", []string{"2:38-40 unknown-value"}, "更正、更新、补充"},
		{"source: {url: www.example.cn}", []string{"2:15-29 url"}, "不是完整的网址"},
		{"source: {url: 'javascript:alert(1)', sha256: abc}", []string{"2:15-36 url", "2:46-49 sha256"}, ""},
		{"attachments: [a/b.pdf, ../c.pdf, /d.pdf, 'c:e.pdf', .pdf]", []string{"2:15-22 file-name", "2:24-32 file-name", "2:34-40 file-name", "2:42-51 file-name", "2:53-57 file-name"}, ""},
		{"attachments: [图.svg, {file: x.html}, 无后缀]", []string{"2:15-20 attachment-type", "2:29-35 attachment-type", "2:38-41 attachment-type"}, "附件不能是这种文件"},
		{"attachments: [{title: x}]", []string{"2:15 incomplete"}, "缺少文件（file）"},
		{"attachments: 表.pdf", []string{"2:14-19 wrong-type"}, "应为列表"},
		{"aliases: [//a.cn/x.html, http://a.cn/x, /../x.html, ../../../../x.html, '/a?b', /years/2021/, /, /a.pdf, /.a/b.html]",
			[]string{"2:11-24 alias", "2:26-39 alias", "2:41-51 alias", "2:53-71 alias", "2:73-79 alias", "2:81-93 alias", "2:95-96 alias", "2:98-104 alias", "2:106-116 alias"}, "带有网站域名"},
		{"aliases: /%2e%2e/x.html", []string{"2:10-24 alias"}, "指到了网站之外"},
		{"waive: [{rule: a, span: b}]", []string{"2:9 incomplete"}, "缺少理由（reason）"},
		{"waive: [{rule: 'A B', span: b, reason: c}]", []string{"2:16-21 rule-id"}, ""},
		{"figures: [{span: x, value: '1,000'}]", []string{"2:28-35 figure-value"}, ""},
		{"district: 610113\nyear: 2020", []string{"2:11-17 path", "3:7-11 path"}, "这里写的是“610113”，路径里是“610112”"},
		{"year: 二〇二一", []string{"2:7-11 wrong-type"}, "1949 到 2100 之间的整数"},
		{"draft: yes", []string{"2:8-11 wrong-type"}, ""},
		{"标题：甲\n发布日期：2021-02-30\n材料类型：总结", []string{"2:3-4 full-width-colon", "3:5-6 full-width-colon", "3:6-16 date-impossible", "4:5-6 full-width-colon", "4:6-8 unknown-value"}, ""},
	} {
		_, found := headOf(c.yaml)
		if got := briefHeads(found); !slices.Equal(got, c.want) {
			t.Errorf("%q\n got %q\nwant %q\n%v", c.yaml, got, c.want, found)
			continue
		}
		if first := found[0]; !strings.Contains(first.Message.ZH+" "+first.Hint.ZH, c.zh) {
			t.Errorf("%q says %q, hint %q, want %q", c.yaml, first.Message.ZH, first.Hint.ZH, c.zh)
		}
		checkHeadFindings(t, "---\n"+c.yaml+"\n---\n正文\n", found)
	}
}

// TestMisreadKeysHoldBack: what may have been meant to keep a text from readers does so even when it cannot be read.
func TestMisreadKeysHoldBack(t *testing.T) {
	for yaml, want := range map[string]FrontMatter{
		"draft: yes":                               {Draft: true},
		"publicity: 不公开":                           {Publicity: "不予公开"},
		"status: 撤下":                               {Status: Status{State: "withdrawn", Mode: "removed"}},
		"status: 已撤下":                              {Status: Status{State: "withdrawn", Mode: "removed"}},
		"status: {state: withdrawn, mode: remove}": {Status: Status{State: "withdrawn", Mode: "removed"}},
		"status: {已撤下: {mode: 删, date: 2022-03-01}}":             {Status: Status{State: "withdrawn", Mode: "removed", Date: day(2022, 3, 1)}},
		"status: {superseded: {by: 'javascript:x'}}":             {Status: Status{State: "superseded"}},
		"attachments: [../a.pdf, b.pdf, {file: x.js, title: y}]": {Attachments: []Attachment{{File: "b.pdf"}}},
		"waive: [{rule: a}, {rule: b, span: c, reason: d}]":      {Waive: []Waiver{{Rule: "b", Span: "c", Reason: "d"}}},
	} {
		h, found := headOf(yaml)
		got := h.FrontMatter
		got.Keys = nil
		if diff := cmp.Diff(want, got); diff != "" || len(found) == 0 {
			t.Errorf("%s: %s %v", yaml, diff, found)
		}
		if _, ok := h.At("attachments.1.file"); ok {
			t.Errorf("%s: the second attachment is the first that can be used", yaml)
		}
	}
}

// checkHeadFindings holds of all findings: documented, in both languages, inside the file, spans as in the source.
func checkHeadFindings(t *testing.T, src string, list diag.List) {
	t.Helper()
	lines := strings.Split(src, "\n")
	for _, d := range list {
		if !slices.ContainsFunc(HeadRules(), func(r diag.Rule) bool { return r.ID == d.Rule && r.Severity == d.Severity }) {
			t.Errorf("rule %s is not documented", d.Rule)
		}
		for _, s := range []string{d.Message.ZH, d.Message.EN, d.Hint.ZH, d.Hint.EN} {
			if s == "" || badFormat(s) {
				t.Errorf("%s: %q", d.Rule, s)
			}
		}
		if d.Start == (diag.Pos{}) { // the file as a whole
			if !strings.HasPrefix(d.Rule, "path-") {
				t.Errorf("%s has no place", d.Rule)
			}
			continue
		}
		if d.Start.Line < 1 || d.Start.Line > len(lines) || d.Start.Column < 1 {
			t.Errorf("%q: outside the file: %v", src, briefHead(d))
			continue
		}
		line := []rune(lines[d.Start.Line-1])
		if d.Start.Column > len(line)+1 {
			t.Errorf("%q: outside the line: %v", src, briefHead(d))
			continue
		}
		if d.End.Line == d.Start.Line && utf8.ValidString(src) && d.Span != string(line[d.Start.Column-1:d.End.Column-1]) {
			t.Errorf("%q: span %q is not at %v", src, d.Span, briefHead(d))
		}
	}
}

func TestFramesOfHeads(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
		zh   string
		body int // line; 0 when the head is nil
	}{
		{"---\ntitle: a\n---\n", nil, "", 4},
		{"---\ntitle: a\n---", nil, "", 3},
		{"\n \n---\ntitle: a\ndate: x\n---\nb\n", []string{"5:7-8 date"}, "", 7},
		{"---  \ntitle: a\n---\t\n\nb", nil, "", 4},
		{"", []string{"1:1 none"}, "文件开头没有文件头", 0},
		{"\n\n", []string{"2:1 none"}, "", 0},
		{"正文\n", []string{"1:1 none"}, "", 0},
		{"# 标题\n---\ntitle: a\n---\n", []string{"1:1 none"}, "", 0},
		{"---\n---\n正文", []string{"2:1 empty"}, "没有任何字段", 0},
		{"---\n# x\n---\n正文", []string{"2:1 empty"}, "", 0},
		{"---\ntitle: a\n正文\n", []string{"1:1 unterminated"}, "第 1 行的 --- 之后没有第二行", 0},
		{"\n---\ntitle: a\n———\n正文\n", []string{"2:1 unterminated"}, "第 4 行看起来是结束行", 0},
		{"---", []string{"1:1 unterminated"}, "", 0},
		{"———\ntitle: a\n———\n", []string{"1:1 none"}, "第 1 行的“———”不是文件头的开始行", 0},
		{"----\ntitle: a\n----\n", []string{"1:1 none"}, "三个半角连字符", 0},
		{"---\ntitle: |\n  a\n  ---\n  b\n---\n", []string{"4:1-3 delimiter"}, "--- 前面有空白", 5},
		{" ---\ntitle: a\n---\n", []string{"1:1-2 delimiter"}, "", 4},
		{"---yaml\ntitle: a\n---\n", []string{"1:1 foreign"}, "", 0},
		{"+++\ntitle = \"标题\"\nkind = \"plan\"\ndate = 2021-11-03\nother = [1, 2]\n+++\n正文", []string{"1:1 foreign"}, "TOML 格式，应为 YAML 请改写成两行 --- 之间的 YAML：\n---\ntitle: 标题\nkind: plan\ndate: 2021-11-03\nother:\n  - 1\n  - 2\n---", 0},
		{"+++\ntitle = \n", []string{"1:1 foreign"}, "TOML", 0},
		{"\n{\"title\": \"标题\", \"draft\": true}\n正文", []string{"2:1 foreign"}, "title: 标题\ndraft: true\n---", 0},
		{"{\n\"title\": \"标题\"\n}\n\n正文", []string{"1:1 foreign"}, "title: 标题", 0},
		{";;;\n{\"title\": \"标题\"}\n;;;\n", []string{"1:1 foreign"}, "title: 标题", 0},
		{"---json\n{\"title\": \"标题\"}\n---\n", []string{"1:1 foreign"}, "title: 标题", 0},
		{"---\n" + strings.Repeat("# 字\n", 20000) + "title: a\n---\n", []string{"2:1 too-large"}, "上限为 65536 字节", 0},
		{"---\n" + strings.Repeat("# 字\n", 20000), []string{"1:1 too-large"}, "超过 64 KB 还没有结束", 0},
	} {
		h, found := ParseHead("a.md", goodRel, []byte(c.src), true)
		name := c.src[:min(len(c.src), 60)]
		if got := briefHeads(found); !slices.Equal(got, append([]string{}, c.want...)) {
			t.Errorf("%q\n got %q\nwant %q\n%v", name, got, c.want, found)
			continue
		}
		if len(found) > 0 && !strings.Contains(found[0].Message.ZH+" "+found[0].Hint.ZH, c.zh) {
			t.Errorf("%q says %q", name, found[0].Message.ZH+" "+found[0].Hint.ZH)
		}
		if h == nil && c.body != 0 || h != nil && h.BodyLine != c.body {
			t.Errorf("%q: head %v, body on line %d wanted", name, h, c.body)
		}
		checkHeadFindings(t, c.src, found)
	}
}

// TestHeadIsNilOnABadPath: nothing can be done with a report that has no place, but all findings come out.
func TestHeadIsNilOnABadPath(t *testing.T) {
	h, found := ParseHead("content/610112/WJJ/2021/a.md", "610112/WJJ/2021/a.md", []byte("---\ndate: x\nwritten: 2021-13-01\n---\n"), true)
	if want := []string{"0:0 path-agency", "2:7-8 date", "3:10-20 date-impossible"}; h != nil || !slices.Equal(briefHeads(found), want) {
		t.Errorf("%v %q", h, briefHeads(found))
	}
}

func TestPlainPage(t *testing.T) {
	h, found := ParseHead("content/about.md", "about.md", []byte("---\ntitle: 关于\nyear: 2021\n---\n"), true)
	if h == nil || !h.IsPlain() || h.Slug != "about" || !slices.Equal(briefHeads(found), []string{"3:7-11 path"}) {
		t.Errorf("%+v %v", h, found)
	}
}

// TestAdrgAgrees: our bounds are those of adrg/frontmatter, whatever the lines.
func TestAdrgAgrees(t *testing.T) {
	pieces := []string{"---\n", "--- \n", " ---\n", "\n", " \n", "a: b\n", "---", "　---\n", "----\n", "a"}
	var all func(prefix string, n int)
	all = func(prefix string, n int) {
		checkAgainstAdrg(t, prefix)
		if n > 0 {
			for _, p := range pieces {
				all(prefix+p, n-1)
			}
		}
	}
	all("", 4)
}

func checkAgainstAdrg(t *testing.T, src string) {
	t.Helper()
	var block *string
	format := frontmatter.NewFormat("---", "---", func(b []byte, _ any) error { s := string(b); block = &s; return nil })
	rest, err := frontmatter.Parse(strings.NewReader(src), nil, format)
	if err != nil {
		t.Fatal(err)
	}
	h := findHead([]byte(src))
	if (block != nil) != (h.state == headClosed) {
		t.Errorf("%q: adrg found %v, we %v", src, block != nil, h.state)
	} else if block != nil && (*block != src[h.start:h.end] || string(rest) != src[h.behind:]) {
		t.Errorf("%q: adrg %q and %q, we %q and %q", src, *block, rest, src[h.start:h.end], src[h.behind:])
	}
}

// TestBeginningIsEnough: a head read from the first bytes alone is the head of the whole file.
func TestBeginningIsEnough(t *testing.T) {
	src := []byte("\ufeff---\r\ntitle: 标题\r\ndate: 2021-02-30\r\n---\r\n" + strings.Repeat("正文\r\n", 5000))
	for size := range src {
		n, ok := HeadEnd(src[:size])
		if !ok {
			continue
		}
		part, found := Normalise("a.md", src[:n])
		whole, more := Normalise("a.md", src)
		if len(found)+len(more) > 0 {
			t.Fatal(found, more)
		}
		a, x := ParseHead("a.md", goodRel, part, false)
		b, y := ParseHead("a.md", goodRel, whole, true)
		if diff := cmp.Diff(a, b) + cmp.Diff(x, y); diff != "" || len(x) != 1 || a.BodyOffset != len(part) {
			t.Fatalf("%d bytes: %s %v", size, diff, x)
		}
		if size > 500 {
			return
		}
	}
}

func TestHeadEnd(t *testing.T) {
	for _, c := range []struct {
		src string
		n   int
		ok  bool
	}{
		{"", 0, false}, {"\n", 0, false}, {"--", 0, false}, {"---\na: b\n", 0, false}, {"---\na: b\n---", 0, false}, {"---\na: b\n---\n", 13, true},
		{"\ufeff---\r\na: b\r\n---\r\nx", 19, true}, {"正文\n---\n", 0, true}, {"---\n" + strings.Repeat("x", MaxHead+2000), 0, true},
		{strings.Repeat("x", MaxHead+2000), 0, true},
	} {
		if n, ok := HeadEnd([]byte(c.src)); n != c.n || ok != c.ok {
			t.Errorf("%.40q: %d %v", c.src, n, ok)
		}
	}
}

func TestNormalise(t *testing.T) {
	gb, err := simplifiedchinese.GB18030.NewEncoder().String("---\ntitle: 某区卫生健康局工作总结\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ src, want, at, zh string }{
		{"\ufeffa\r\nb\rc\n", "a\nb\rc\n", "", ""},
		{"标题", "标题", "", ""},
		{"a\n字\x00b\x00", "", "2:2 file-nul", "2 个空字符"},
		{gb, "", "2:9 file-encoding", "看起来是 GB18030"},
		{"标题\xff\xfe\xfd", "", "1:3 file-encoding", "从字节 0xFF 起"},
		{"\xff\xfea\x00", "", "1:1 file-encoding", "UTF-16"},
		{"caf\xe9 au lait", "", "1:4 file-encoding", "0xE9"},
	} {
		got, found := Normalise("a.md", []byte(c.src))
		if string(got) != c.want || c.at == "" && len(found) > 0 || c.at != "" && (len(found) != 1 || briefHead(found[0]) != c.at || !strings.Contains(found[0].Message.ZH, c.zh)) {
			t.Errorf("%q: %q %v", c.src, got, found)
		}
		if utf8.ValidString(c.src) {
			checkHeadFindings(t, c.src, found)
		}
	}
}

func TestParseDefaults(t *testing.T) {
	f, found := ParseDefaults("content/_defaults.yaml", []byte("发布机构: 某局\ntopic: 卫生\nkeywords: 一、二\n"))
	if len(found) > 0 || f == nil || f.Topic != "卫生" || !slices.Equal(f.Keywords, []string{"一", "二"}) || len(f.Keys) != 3 {
		t.Errorf("%+v %v", f, found)
	}
	src := "标题: x\ndate: 2021-01-01\nkind: plan\nattachments: [a.pdf]\nyear: 2021\n"
	f, found = ParseDefaults("content/_defaults.yaml", []byte(src))
	if want := []string{"1:1-3 not-inherited", "2:1-5 not-inherited", "4:1-12 not-inherited", "5:1-5 not-inherited"}; f == nil || f.Kind != Plan || !slices.Equal(briefHeads(found), want) {
		t.Errorf("%q", briefHeads(found))
	}
	checkHeadFindings(t, src, found)
	if f, found := ParseDefaults("x", []byte("# later\n")); f == nil || len(found) > 0 {
		t.Errorf("an empty file: %v %v", f, found)
	}
	if f, found := ParseDefaults("x", []byte("a: [")); f != nil || len(found) != 1 {
		t.Errorf("a broken file: %v %v", f, found)
	}
}

// TestRealReports: the five source reports have nothing to complain of.
func TestRealReports(t *testing.T) {
	root := filepath.Join("..", "..", "..", "shared", "reports", "content")
	if _, err := os.Stat(root); err != nil {
		if strings.Contains(os.Getenv("GONGKAI_REQUIRE"), "shared") {
			t.Fatalf("the shared reports are required: %v", err)
		}
		t.Skip("the shared reports are not here")
	}
	n := 0
	err := filepath.WalkDir(root, func(name string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		src, found := Normalise(name, b)
		h, more := ParseHead(name, filepath.ToSlash(rel), src, true)
		if found = append(found, more...); len(found) > 0 || h == nil || h.Title == "" || h.Kind == "" || h.Collected.IsZero() || h.BodyLine < 8 {
			t.Errorf("%s: %+v %v", rel, h, found)
		}
		n++
		return nil
	})
	if err != nil || n != 5 {
		t.Errorf("%d reports, %v", n, err)
	}
}

// badFormat finds what package fmt leaves behind where a format and its arguments do not fit.
func badFormat(s string) bool {
	return strings.Contains(s, "(EXTRA ") || strings.Contains(s, "(MISSING)") || strings.Contains(s, "(BADINDEX)") || strings.Contains(s, "%!q(") || strings.Contains(s, "%!s(")
}
