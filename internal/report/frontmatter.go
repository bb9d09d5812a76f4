package report

import (
	"sync"

	"gongkai/internal/strictyaml"
)

// headFields is what the front matter of one file can hold: the keys of contract §2, and what the path says already.
type headFields struct {
	FrontMatter
	district string
	year     int
}

// headType declares the front matter once, for the decoder and for the schema.
var headType = sync.OnceValue(func() strictyaml.Type[headFields] {
	line := strictyaml.Line()
	names := strictyaml.OneOrMany(line).Then(once)
	return strictyaml.Object(
		bind("title 标题", "报告自己的题目", line, func(f *FrontMatter) *string { return &f.Title }).Near("headline name 题目"),
		bind("agency 发布机构", "发布机构的全称；联合发布的写成列表，牵头机构在前", names, func(f *FrontMatter) *[]string { return &f.Agency }).Near("author issuer organization 发文机关 机构 单位"),
		bind("kind 材料类型", "材料的种类", kindType(), func(f *FrontMatter) *Kind { return &f.Kind }).Near("type category genre 类型"),
		bind("date 发布日期", "机构公开这份材料的日期，可以写到分钟", DateType(), func(f *FrontMatter) *Date { return &f.Date }).Near("published pubdate 日期 发布时间"),
		bind("collected 收录日期", "非官方网站收录的日期，用于不知道发布日期的材料", DateType(), func(f *FrontMatter) *Date { return &f.Collected }),
		bind("written 成文日期", "文件写成的日期，不晚于发布日期", DateType(), func(f *FrontMatter) *Date { return &f.Written }).Near("created 生成日期"),
		bind("period 报告期", "回顾的时间：2021、2021-H1、2021-Q3 或 2021..2025", periodType(), func(f *FrontMatter) *Period { return &f.Period }),
		bind("plan_period 计划期", "计划的时间，写法同报告期", periodType(), func(f *FrontMatter) *Period { return &f.PlanPeriod }),
		bind("index_number 索引号", "政府信息公开目录的索引号，全站唯一", line, func(f *FrontMatter) *string { return &f.IndexNumber }).Near("index"),
		bind("document_number 发文字号", "例如 X字〔2021〕3号", line, func(f *FrontMatter) *string { return &f.DocumentNumber }).Near("docno 文号"),
		bind("topic 主题分类", "主题分类的路径，例如 卫生、体育\\卫生", line, func(f *FrontMatter) *string { return &f.Topic }).Near("categories 主题"),
		bind("keywords 关键词", "关键词的列表", KeywordsType(), func(f *FrontMatter) *[]string { return &f.Keywords }).Near("tags 主题词"),
		bind("summary 内容概述", "内容概述，不超过 300 字", summaryType(), func(f *FrontMatter) *string { return &f.Summary }).Near("description abstract 摘要"),
		bind("publicity 公开方式", "主动公开（默认）；依申请公开、不予公开的不生成页面", publicityType(), func(f *FrontMatter) *string { return &f.Publicity }).Near("公开属性"),
		bind("department 责任部门", "负责这份材料的部门", line, func(f *FrontMatter) *string { return &f.Department }),
		bind("basis 公开依据", "公开所依据的条款", line, func(f *FrontMatter) *string { return &f.Basis }),
		bind("status 信息状态", "正常、已被替代或已撤下", statusType(), func(f *FrontMatter) *Status { return &f.Status }).Near("validity 有效性"),
		bind("revisions 更正记录", "公开以后的更正、更新和补充", strictyaml.List(revisionType()), func(f *FrontMatter) *[]Revision { return &f.Revisions }).Near("revised"),
		bind("source 信息来源", "文字从哪里来", sourceType(), func(f *FrontMatter) *Source { return &f.Source }).Near("来源"),
		bind("attachments 附件", "与报告同在一个文件夹的文件", strictyaml.List(attachmentType()), func(f *FrontMatter) *[]Attachment { return &f.Attachments }),
		bind("aliases 旧地址", "这一页从前在本站的地址", strictyaml.OneOrMany(line), func(f *FrontMatter) *[]string { return &f.Aliases }),
		bind("draft 草稿", "草稿只在 --drafts 时生成", strictyaml.Bool().Else(func(draft *bool) { *draft = true }), func(f *FrontMatter) *bool { return &f.Draft }),
		bind("review 审核", "公开前的审核记录，不在页面上显示", reviewType(), func(f *FrontMatter) *Review { return &f.Review }),
		bind("waive 已核实例外", "核实无误、不必再报的检查结果", strictyaml.List(waiverType()), func(f *FrontMatter) *[]Waiver { return &f.Waive }),
		bind("figures 数值更正", "对自动提取的数值的更正", strictyaml.List(figureType()), func(f *FrontMatter) *[]FigureFix { return &f.Figures }),
		strictyaml.Bind("district 行政区划 地区", "路径里的行政区划代码；写了就须与路径一致", line, func(h *headFields) *string { return &h.district }).Near("region"),
		strictyaml.Bind("year 年度", "路径里的年份；写了就须与路径一致", strictyaml.Whole(FirstYear, LastYear), func(h *headFields) *int { return &h.year }),
	)
})

func bind[V any](names, about string, t strictyaml.Type[V], at func(*FrontMatter) *V) strictyaml.Field[headFields] {
	return strictyaml.Bind(names, about, t, func(h *headFields) *V { return at(&h.FrontMatter) })
}

// notInherited are the keys that belong to one report: a _defaults.yaml that holds one would give many reports the same date or number.
var notInherited = []string{
	"title", "date", "collected", "written", "index_number", "document_number", "aliases", "revisions", "waive", "figures", "status", "attachments", "district", "year",
}

// FrontMatterSchema is the JSON Schema (draft 2020-12) of front matter, for editors.
func FrontMatterSchema() []byte {
	return strictyaml.JSONSchema(headType(), "gongkai 报告的文件头", "报告文件开头两行 --- 之间的字段", "title", "kind")
}

// KeyNames lists the keys of front matter, each with its Chinese synonyms behind the English name.
func KeyNames() [][]string { return headType().Names() }
