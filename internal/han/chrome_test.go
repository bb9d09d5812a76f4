package han

import (
	"slices"
	"testing"
)

func TestTraceOf(t *testing.T) {
	for s, want := range map[string]WebTrace{
		"您的位置：首页>>总结>>正文": WebPath, "当前位置：": WebPath, "首页 > 政务公开 > 总结": WebPath, "您当前的位置：首页 > 总结": WebPath,
		"发表时间:2022/2/10 16:45:04": WebStamp, "来源：某某日报": WebStamp, "发布时间：2023-01-09  来源：水务局  浏览次数：87": WebStamp, "2023年1月9日 07时41分": WebStamp, "来源:": WebStamp,
		"打印 关闭": WebTool, "【字体：大 中 小】": WebTool, "下载": WebTool, "】": WebTool, "【打印本页】【关闭窗口】": WebTool, ">": WebTool,
		"责任编辑：张某": WebEditor, "（责任编辑： 张某": WebEditor,
		"上一页 1 2 3 下一页": WebPaging, "上一页[1][2]下一页": WebPaging,
		"相关链接>>": WebRelated, "上一篇：关于停水的通知": WebRelated, "扫一扫在手机打开当前页": WebTool, "标签：治水": WebRelated,
		"版权所有 青岩县人民政府": WebFoot, "浙ICP备12345678号": WebFoot,
		"某某日报记者李某摄":          WebCaption,
		"……(省略724字,正式会员可阅读)": WebPaywall, "(未完，全文共4024字": WebPaywall,
		"": NoTrace, "一、治水": NoTrace, "今年巡查河道36条。": NoTrace, "青岩县水务局": NoTrace, "2022年12月30日": NoTrace, "时间紧、任务重，来源渠道单一。": NoTrace, "相关部门协同发力": NoTrace,
		"上一页报告提到的任务已完成": NoTrace, "来源：水费收入占三成；财政补助占七成。": NoTrace, "大": WebTool, "加大力度": NoTrace,
	} {
		if got := TraceOf(s); got != want {
			t.Errorf("%q: %d, want %d", s, got, want)
		}
	}
}

func TestStamps(t *testing.T) {
	got := Stamps("县政府门户网站 www.qingyan.gov.cn 2023年1月9日 来源：县水务局 【字体：大 中 小】")
	want := []Stamp{{"时间", "2023年1月9日"}, {"来源", "县水务局"}, {"字体", "大 中 小"}}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if got := Stamps("2023-01-09 10:12 来源：本局"); !slices.Equal(got, []Stamp{{"时间", "2023-01-09 10:12"}, {"来源", "本局"}}) {
		t.Errorf("%q", got)
	}
}

func TestMarks(t *testing.T) {
	for s, want := range map[string]bool{"目录": true, "目 录": true, "目录/提纲:……": true, "【目录】": true, "提纲：": true, "目录编制完成": false, "": false} {
		if IsCatalogueMark(s) != want {
			t.Errorf("catalogue %q", s)
		}
	}
	for s, want := range map[string]bool{"名词解释": true, "附件：名词解释": true, "《政府工作报告》名词解释": true, "有关名词解释和说明": false, "名词注释": true, "解释工作": false, "报告": false, "": false} {
		if IsGlossaryMark(s) != want {
			t.Errorf("glossary %q", s)
		}
	}
	for s, want := range map[string]string{"一、治水........12": "一、治水", "（一）巡查……3": "（一）巡查", "二、造林  15": "二、造林", "三、2023年打算": "三、2023年打算"} {
		if got := WithoutLeader(s); got != want {
			t.Errorf("%q: %q", s, got)
		}
	}
}
