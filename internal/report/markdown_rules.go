package report

import "gongkai/internal/diag"

// BodyRules documents the rules of Parser.
func BodyRules() []diag.Rule {
	return []diag.Rule{
		{ID: "markdown-limit", Severity: diag.Error, About: diag.Say("正文过大、过深或标记过多，按纯文本显示", "the text is too large, too deep or has too many marks; it is shown without markup")},
		{ID: "heading-h1", Severity: diag.Warning, About: diag.Say("正文使用了一级标题“#”", "the text has a level-one heading (#)")},
		{ID: "raw-html", Severity: diag.Error, About: diag.Say("正文中有 HTML 标记；不会生效，按文字显示", "the text has HTML markup; it has no effect and is shown as text")},
		{ID: "table-columns", Severity: diag.Warning, About: diag.Say("表格的行比表头多出单元格", "a table row has more cells than the head")},
		{ID: "footnote-missing", Severity: diag.Error, About: diag.Say("引用的脚注没有内容", "a mark refers to a footnote that is not there")},
		{ID: "footnote-unused", Severity: diag.Warning, About: diag.Say("正文没有引用脚注", "nothing refers to the footnote")},
		{ID: "link-empty", Severity: diag.Error, About: diag.Say("链接没有地址", "a link has no address")},
		{ID: "link-scheme", Severity: diag.Error, About: diag.Say("链接只能用 https、http、mailto、tel 或站内路径", "links use https, http, mailto, tel or a path within the site")},
		{ID: "link-invalid", Severity: diag.Error, About: diag.Say("链接地址不成立", "an address that cannot be")},
		{ID: "link-outside", Severity: diag.Error, About: diag.Say("链接地址超出了网站", "an address leads out of the site")},
		{ID: "broken-fragment", Severity: diag.Error, About: diag.Say("本页没有链接所指的位置", "the page has no such place")},
		{ID: "image-external", Severity: diag.Error, About: diag.Say("图片不在本站", "a picture that is not the site's own")},
		{ID: "image-type", Severity: diag.Error, About: diag.Say("图片只能用 png、jpg、gif、webp", "pictures are png, jpg, gif or webp")},
		{ID: "image-alt", Severity: diag.Warning, About: diag.Say("图片没有文字说明", "a picture has no description")},
	}
}
