package strictyaml

import "gongkai/internal/diag"

// Rules lists the rules of this package behind a document's prefix.
func Rules(prefix string) []diag.Rule {
	list := []diag.Rule{
		{ID: "syntax", Severity: diag.Error, About: diag.Say("不是正确的 YAML：整段无法读取", "not YAML: the document cannot be read")},
		{ID: "encoding", Severity: diag.Error, About: diag.Say("不是 UTF-8 编码", "not UTF-8")},
		{ID: "too-large", Severity: diag.Error, About: diag.Say("YAML 部分超过大小上限", "the YAML is larger than the limit")},
		{ID: "too-deep", Severity: diag.Error, About: diag.Say("嵌套超过 32 层", "nested deeper than 32 levels")},
		{ID: "too-many", Severity: diag.Error, About: diag.Say("问题过多，其余未列出", "too many findings: the rest is not listed")},
		{ID: "empty", Severity: diag.Error, About: diag.Say("没有任何字段", "no key at all")},
		{ID: "not-a-mapping", Severity: diag.Error, About: diag.Say("应逐行写“字段: 值”", "lines of “key: value” are wanted")},
		{ID: "not-a-key", Severity: diag.Error, About: diag.Say("字段名应为文字", "a key must be a word")},
		{ID: "second-document", Severity: diag.Error, About: diag.Say("只能有一个 YAML 文档", "only one YAML document is accepted")},
		{ID: "anchor", Severity: diag.Error, About: diag.Say("不接受锚点、引用和合并键（& * <<）", "anchors, aliases and merge keys are not accepted")},
		{ID: "tag", Severity: diag.Error, About: diag.Say("不接受类型标记（!）", "tags are not accepted")},
		{ID: "control-character", Severity: diag.Error, About: diag.Say("有不可见的控制字符", "an invisible control character")},
		{ID: "tab", Severity: diag.Error, About: diag.Say("缩进或冒号后用了制表符", "a tab in the indentation or after a colon")},
		{ID: "full-width-colon", Severity: diag.Error, About: diag.Say("字段后用了全角冒号", "a full-width colon after a key")},
		{ID: "full-width-quotes", Severity: diag.Error, About: diag.Say("值用全角引号括起", "full-width quotes round a value")},
		{ID: "full-width-space", Severity: diag.Error, About: diag.Say("缩进或冒号后用了全角空格", "a full-width space in the indentation or after a colon")},
		{ID: "missing-space", Severity: diag.Error, About: diag.Say("冒号后缺少空格", "no space after the colon")},
		{ID: "unknown-key", Severity: diag.Error, About: diag.Say("没有这个字段", "there is no such key")},
		{ID: "duplicate-key", Severity: diag.Error, About: diag.Say("字段重复（同义字段也算）", "a key is written twice, perhaps under two names")},
		{ID: "wrong-type", Severity: diag.Error, About: diag.Say("值的类型不对：文字、列表、“字段: 值”、是否、整数", "a value of the wrong type: text, list, mapping, truth value, number")},
		{ID: "unknown-value", Severity: diag.Error, About: diag.Say("值不在可选的词里", "the value is none of the words allowed")},
		{ID: "empty-item", Severity: diag.Error, About: diag.Say("列表里有一项是空的", "an empty entry in a list")},
	}
	for i := range list {
		list[i].ID = prefix + "-" + list[i].ID
		list[i].Source = "contract §2"
		if prefix == "config" {
			list[i].Source = "contract §3"
		}
	}
	return list
}
