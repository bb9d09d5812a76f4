package importer

import "gongkai/internal/diag"

// Rules lists the rules that importing reports.
func Rules() []diag.Rule {
	return []diag.Rule{
		diag.NewRule("import-account", diag.Error, diag.Say("读入与写出核对不平：有字多出、缺少或错位。这样的文件不写出", "what was read and what would be written do not balance; nothing is written"), ""),
		diag.NewRule("import-agency-unknown", diag.Warning, diag.Say("从署名、标题和正文看不出发布机构", "neither signature nor title nor text says which agency it comes from"), "contract §2"),
		diag.NewRule("import-date-missing", diag.Warning, diag.Say("原文没有发布日期，或者只有转载网站的时间；日期从不推断", "there is no day of publication, or only that of a site that copied the text; dates are never inferred"), "contract §2"),
		diag.NewRule("import-district-local", diag.Warning, diag.Say("地区没有行政区划代码，需在配置里声明代号", "the district has no code; the configuration has to declare a key"), "standards R-07"),
		diag.NewRule("import-district-unknown", diag.Warning, diag.Say("看不出报告属于哪个地区", "the text does not say which district it belongs to"), "contract §1"),
		diag.NewRule("import-empty", diag.Error, diag.Say("文件里没有报告的正文", "the file holds no text of a report"), ""),
		diag.NewRule("import-heading-glued", diag.Warning, diag.Say("同级的各条都有标题，这一条没有；按段落保留", "a numbered paragraph without a heading of its own among siblings that have one; it stays a paragraph"), "standards D-05"),
		diag.NewRule("import-incomplete", diag.Warning, diag.Say("网站隐去了部分文字，或者文件只是全文的一页", "a web site keeps text back, or the file is one page of several"), "standards D-24"),
		diag.NewRule("import-original", diag.Error, diag.Say("原件不宜随报告公开：带有批注、修订、隐藏文字、嵌入文件，或无法清除作者信息", "the original must not be published: it holds comments, tracked changes, hidden text or embedded files, or its author cannot be removed"), "contract §1"),
		diag.NewRule("import-picture-missing", diag.Info, diag.Say("文件引用了它没有带着的图片", "the file refers to a picture that it does not hold"), ""),
		diag.NewRule("import-place-unknown", diag.Error, diag.Say("地区、机构或年份不明，定不了报告的路径", "district, agency or year is not known, and with it the report's path"), "contract §1"),
		diag.NewRule("import-read", diag.Error, diag.Say("文件无法读取", "the file cannot be read"), ""),
		diag.NewRule("import-section-missing", diag.Warning, diag.Say("目录里的标题在正文里没有", "a heading of the table of contents is not in the text"), "standards D-31"),
		diag.NewRule("import-title-inferred", diag.Warning, diag.Say("原文没有标题，标题是推断的", "the text has no title; it was inferred"), "standards D-09"),
		diag.NewRule("import-twice", diag.Warning, diag.Say("同一个文件已经导入过", "the same file was imported before"), ""),
		diag.NewRule("import-waiver-gone", diag.Warning, diag.Say("新的正文里没有例外所指的文字", "the new text does not hold what a waiver refers to"), "contract §2"),
		diag.NewRule("import-year-unknown", diag.Warning, diag.Say("看不出报告的年份", "the text does not say which year it is about"), "contract §1"),
	}
}
