package render

import "testing"

func TestPhrases(t *testing.T) {
	for title, want := range map[string]string{
		"":   "",
		"通知": "通知",
		"某区卫生健康局2021年工作总结":        "某区卫生健康局<wbr>2021年<wbr>工作总结",
		"2021年工作总结和2022年工作计划":     "2021年<wbr>工作总结<wbr>和2022年<wbr>工作计划",
		"关于2021年上半年工作的报告（节选）":     "关于<wbr>2021年上半年<wbr>工作的<wbr>报告<wbr>（节选）",
		"关于推进联合体建设和完善服务网络有关情况的报告": "关于推进联合体建设<wbr>和完善服务网络<wbr>有关情况的<wbr>报告",
		`a<b>&"的`: "a&lt;b&gt;&amp;&#34;的",
	} {
		if got := string(phrases(title)); got != want {
			t.Errorf("phrases(%q) = %q, want %q", title, got, want)
		}
	}
}
