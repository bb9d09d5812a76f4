package han

import (
	"slices"
	"testing"
)

func TestTracesOfPortals(t *testing.T) {
	for s, want := range map[string]WebTrace{
		">政务公开 >县水务局 >计划总结": WebPath, "> 引用的一句话。": NoTrace, "> 治水": NoTrace,
		"下面是小编为大家整理的治水总结，供大家参考。": WebIntro, "以上内容供大家参考。": WebIntro, "今年治水三条河。各河的数据列在表里，供大家参考。": NoTrace, "【正文】": WebIntro, "正文": NoTrace, "会员“1234”为你整理了这篇治水总结。": WebIntro,
		"区工商联认真做好会员企业诉求收集整理工作。": NoTrace, "全年办理网友留言整理交办件120件。": NoTrace, "本文由会员甲乙整理投稿": WebIntro, "网友“甲乙”投稿": WebIntro,
		"组织志愿者为老人整理房间。": NoTrace, "为大家办实事若干件。": NoTrace, "会员单位分享治水经验。": NoTrace,
		"下载本页 打印": WebTool, "||||||": NoTrace, "| |": WebTool,
		"发布时间：2023-01-09 10:12   发布部门：河东街道": WebStamp, "• 时间：2023-05-04 08:58:16": WebStamp,
	} {
		if got := TraceOf(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

func TestStampsOfPortals(t *testing.T) {
	for s, want := range map[string][]Stamp{
		"来源：县水务局   2021-12-27 15:48   浏览量：1": {{"来源", "县水务局"}, {"时间", "2021-12-27 15:48"}, {"浏览量", "1"}},
		"发布时间：2023-01-09 10:12   发布部门：河东街道":  {{"发布时间", "2023-01-09 10:12"}, {"发布部门", "河东街道"}},
		"发布时间：2023-01-09 10:12   责任编辑：admin": {{"发布时间", "2023-01-09 10:12"}, {"责任编辑", "admin"}},
	} {
		if got := Stamps(s); !slices.Equal(got, want) {
			t.Errorf("%q: %q", s, got)
		}
	}
}

func TestClosingMarkWithoutItsOpeningOne(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          bool
	}{
		{"今年以来治水有了良好开局。", "）健全河长制，形成责任体系。", false},
		{"组织培训“河长讲堂。", "”共12期。", true},
		{"今年组织培训河长讲堂，共办了若干期", "）健全河长制。", true},
	} {
		if got := CutByBreak(c.before, c.after); got != c.want {
			t.Errorf("%q / %q: %v", c.before, c.after, got)
		}
	}
}
