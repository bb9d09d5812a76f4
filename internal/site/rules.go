package site

import "gongkai/internal/diag"

// Rules documents what this room reports about a site as a whole.
func Rules() []diag.Rule {
	return append(redirectRules(), []diag.Rule{
		diag.NewRule("address-collision", diag.Error, diag.Say("两个文件对应同一个网址，无法同时公开", "two files have one address"), "contract §1"),
		diag.NewRule("agency-mismatch", diag.Error, diag.Say("发布机构的名称与登记的或同一文件夹里其他报告的不一致", "the agency's name differs from the registered one, or from that of the other reports in its folder"), "contract §1"),
		diag.NewRule("alias-collision", diag.Error, diag.Say("旧网址（aliases）与现有页面或另一个旧网址相同", "an old address is a page of the site, or an old address of another report"), "contract §2"),
		diag.NewRule("attachment-missing", diag.Error, diag.Say("attachments 里写的文件不在报告旁边", "a listed attachment does not lie beside the report"), "contract §2"),
		diag.NewRule("attachment-type", diag.Error, diag.Say("报告旁边有不能公开的文件类型", "a file beside the report has a type that is not published"), "contract §1"),
		diag.NewRule("attachment-unlisted", diag.Warning, diag.Say("报告旁边的文件没有列入 attachments，将以文件名公开", "a file beside the report is not listed and would be published under its file name"), ""),
		diag.NewRule("broken-fragment", diag.Error, diag.Say("链接指向的段落或标题不存在", "a link leads to a paragraph or heading that does not exist"), "standards U-20"),
		diag.NewRule("broken-link", diag.Error, diag.Say("链接指向的页面、附件或图片不存在", "a link leads to a page, attachment or picture that does not exist"), "standards U-20"),
		diag.NewRule("config-district", diag.Error, diag.Say("gongkai.yaml 里声明的地区有误：缺少名称、上级不存在或互为上级", "a declared district is wrong: no name, an unknown parent or a circle of parents"), "contract §3"),
		diag.NewRule("date-twice", diag.Warning, diag.Say("同时写了发布日期和收录日期，只用发布日期", "both date and collected are written; date is used"), "contract §2"),
		diag.NewRule("district-unknown", diag.Error, diag.Say("路径里的地区既不是行政区划代码，也没有在 gongkai.yaml 声明", "the path's district is neither a GB/T 2260 code nor declared"), "standards R-08"),
		diag.NewRule("frontmatter-missing", diag.Error, diag.Say("缺少必填的字段；草稿只作警告。发布日期从不取自文件时间或生成时间", "a key that is needed is missing (a warning in a draft); a date is never taken from the file or the build"), "contract §2, standards U-05"),
		diag.NewRule("held-future", diag.Info, diag.Say("发布日期还没有到，这次不生成", "dated later than the moment built for: not built"), "contract §4"),
		diag.NewRule("held-not-public", diag.Info, diag.Say("公开方式是依申请公开或不予公开，从不生成页面", "on request or not public: never built"), "standards X-11"),
		diag.NewRule("index-number-form", diag.Error, diag.Say("索引号不合发布机构登记的格式（index_pattern）", "an index number has not the form that its agency registered (index_pattern)"), "standards X-33"),
		diag.NewRule("index-number-repeated", diag.Error, diag.Say("索引号重复；索引号全站唯一，终身不变", "an index number is used twice; it is unique in the site and never changes"), "standards X-33"),
		diag.NewRule("superseded-by-unknown", diag.Error, diag.Say("找不到替代本报告的那一份", "the report that replaces this one is not found"), "contract §2"),
	}...)
}
