package render

import "gongkai/internal/diag"

// Rules documents what layouts and static files can be reported for.
func Rules() []diag.Rule {
	return []diag.Rule{
		diag.NewRule("layout", diag.Error, diag.Say("模板有语法错误，或用了不存在的字段", "a layout does not parse, or uses a field that does not exist"), ""),
		diag.NewRule("layout-unknown", diag.Warning, diag.Say("网站自己的模板里有一个没有页面使用，多半是名称写错", "a site's own layout is used by no page; its name is probably misspelt"), ""),
		diag.NewRule("layout-missing", diag.Error, diag.Say("缺少一种页面的模板", "the layout of a kind of page is missing"), ""),
		diag.NewRule("static", diag.Error, diag.Say("样式表或脚本有语法错误", "a style sheet or script does not parse"), ""),
		diag.NewRule("catalog", diag.Error, diag.Say("目录无法写出", "the catalogue cannot be written"), ""),
		diag.NewRule("feed", diag.Error, diag.Say("订阅或网站地图无法写出", "a feed or sitemap cannot be written"), ""),
	}
}
