package document

import (
	"fmt"
	"testing"
)

func TestReadFields(t *testing.T) {
	for line, want := range map[string]string{
		"索 引 号：A1/2024-00012　主题分类：卫生、体育\\卫生": "[{索引号 A1/2024-00012 true} {主题分类 卫生、体育\\卫生 true}]",
		"发布机构 某县水务局":                         "[{发布机构 某县水务局 false}]",
		"成文日期：":                              "[{成文日期  true}]",
		"【文 号】某水〔2024〕3号":                    "[{文号 某水〔2024〕3号 true}]",
		"文号 : 某水〔2024〕3号 | 有效性：有效":           "[{文号 某水〔2024〕3号 true} {有效性 有效 true}]",
		"公开方式\t主动公开":                         "[{公开方式 主动公开 false}]",
		"材料类型":                               "[{材料类型  false}]",
		"来源于群众的意见":                           "[]",
		"今年主题分类：卫生":                          "[]",
		"名称变更工作：已经完成":                        "[]",
		"":                                   "[]",
		"：":                                  "[]",
		"发布日期：2024年1月2日 10:20 来源：本局": "[{发布日期 2024年1月2日 10:20 true} {来源 本局 true}]",
	} {
		if got := fmt.Sprint(ReadFields(line)); got != want {
			t.Errorf("%q: %s, want %s", line, got, want)
		}
	}
}
