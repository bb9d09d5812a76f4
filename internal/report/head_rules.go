package report

import (
	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

// HeadRules documents the rules of ParsePath, Normalise, ParseHead and ParseDefaults.
func HeadRules() []diag.Rule {
	return append(strictyaml.Rules("frontmatter"), []diag.Rule{
		{ID: "file-encoding", Severity: diag.Error, About: diag.Say("文件不是 UTF-8 编码", "the file is not UTF-8")},
		{ID: "file-nul", Severity: diag.Error, About: diag.Say("文件里有空字符（NUL）", "the file holds NUL characters")},
		{ID: "path-form", Severity: diag.Error, About: diag.Say("路径应为 <地区>/<机构>/<年份>/<短名>.md", "a path is <district>/<agency>/<year>/<slug>.md"), Source: "contract §1"},
		{ID: "path-reserved", Severity: diag.Error, About: diag.Say("路径里用了本站保留的名字", "the path uses a reserved name"), Source: "contract §1"},
		{ID: "path-district", Severity: diag.Error, About: diag.Say("地区应为六位行政区划代码、guojia 或声明过的代号", "a district is a GB/T 2260 code, guojia or a declared key"), Source: "contract §1"},
		{ID: "path-agency", Severity: diag.Error, About: diag.Say("机构代号只能用小写字母、数字和连字符", "an agency's key holds only a-z, 0-9 and hyphens"), Source: "contract §1"},
		{ID: "path-year", Severity: diag.Error, About: diag.Say("年份应为 1949—2100 之间的四位数字", "a year has four digits, 1949 to 2100"), Source: "contract §1"},
		{ID: "path-slug", Severity: diag.Error, About: diag.Say("短名只能用小写字母、数字和连字符", "a slug holds only a-z, 0-9 and hyphens"), Source: "contract §1"},
		{ID: "frontmatter-none", Severity: diag.Error, About: diag.Say("没有文件头", "there is no front matter"), Source: "contract §2"},
		{ID: "frontmatter-unterminated", Severity: diag.Error, About: diag.Say("文件头没有结束行 ---", "the front matter has no closing ---"), Source: "contract §2"},
		{ID: "frontmatter-foreign", Severity: diag.Error, About: diag.Say("文件头不是 YAML（TOML、JSON）", "the front matter is not YAML (TOML, JSON)"), Source: "contract §2"},
		{ID: "frontmatter-delimiter", Severity: diag.Error, About: diag.Say("--- 没有顶格", "--- does not stand at the start of its line"), Source: "contract §2"},
		{ID: "frontmatter-path", Severity: diag.Error, About: diag.Say("文件头与路径不一致", "the front matter disagrees with the path"), Source: "contract §2"},
		{ID: "frontmatter-not-inherited", Severity: diag.Error, About: diag.Say("_defaults.yaml 里不能写这个字段", "the key cannot stand in _defaults.yaml"), Source: "contract §2"},
		{ID: "frontmatter-date", Severity: diag.Error, About: diag.Say("不是日期", "not a date"), Source: "contract §2"},
		{ID: "frontmatter-date-impossible", Severity: diag.Error, About: diag.Say("没有这一天或这个时刻", "there is no such day or time"), Source: "contract §2"},
		{ID: "frontmatter-date-order", Severity: diag.Error, About: diag.Say("成文日期晚于发布日期（X-04）", "written is later than date (X-04)"), Source: "standards X-04"},
		{ID: "frontmatter-period", Severity: diag.Error, About: diag.Say("不是报告期：2021、2021-H1、2021-Q3、2021..2025", "not a period: 2021, 2021-H1, 2021-Q3, 2021..2025"), Source: "contract §2"},
		{ID: "frontmatter-summary-length", Severity: diag.Warning, About: diag.Say("内容概述超过 300 字（X-03）", "the summary is longer than 300 characters (X-03)"), Source: "standards X-03"},
		{ID: "frontmatter-keyword-comma", Severity: diag.Error, About: diag.Say("关键词里有逗号或分号（M-20）", "a keyword holds a comma or a semicolon (M-20)"), Source: "standards M-20"},
		{ID: "frontmatter-repeated-word", Severity: diag.Warning, About: diag.Say("列表里有重复的词", "a list holds a word twice"), Source: "contract §2"},
		{ID: "frontmatter-status", Severity: diag.Error, About: diag.Say("信息状态不完整", "the status is incomplete"), Source: "contract §2"},
		{ID: "frontmatter-successor", Severity: diag.Error, About: diag.Say("替代者不是报告的路径或网址", "by is neither a report's path nor a web address"), Source: "contract §2"},
		{ID: "frontmatter-incomplete", Severity: diag.Error, About: diag.Say("更正、附件、例外等缺少必要的字段", "an entry lacks a key that it needs"), Source: "contract §2"},
		{ID: "frontmatter-file-name", Severity: diag.Error, About: diag.Say("附件只能写报告旁边的文件名", "an attachment is a file name beside the report"), Source: "contract §2"},
		{ID: "frontmatter-attachment-type", Severity: diag.Error, About: diag.Say("附件的类型不能公开", "an attachment of a type that cannot be published"), Source: "contract §2"},
		{ID: "frontmatter-alias", Severity: diag.Error, About: diag.Say("旧地址不是本站的网页路径", "an alias is no path of a page of this site"), Source: "contract §2"},
		{ID: "frontmatter-url", Severity: diag.Error, About: diag.Say("不是完整的网址", "not a complete web address"), Source: "contract §2"},
		{ID: "frontmatter-sha256", Severity: diag.Error, About: diag.Say("不是 SHA-256 校验值", "not a SHA-256 sum")},
		{ID: "frontmatter-rule-id", Severity: diag.Error, About: diag.Say("不是检查规则的名称", "not the name of a rule"), Source: "contract §2"},
		{ID: "frontmatter-figure-value", Severity: diag.Error, About: diag.Say("不是不带分隔符的数字", "not digits without separators"), Source: "contract §2"},
	}...)
}
