package site

import (
	"gongkai/internal/diag"
	"gongkai/internal/strictyaml"
)

// demand is an item of the configuration that the rules for government sites ask of every page (standards §1.1, §1.3).
type demand struct {
	ids, key, zh, en string
	missing          func(*Config) bool
}

func demands() []demand {
	empty := func(at func(*Config) string) func(*Config) bool { return func(c *Config) bool { return at(c) == "" } }
	return []demand{
		{"M-01", "name", "网站名称", "the site's name", empty(func(c *Config) string { return c.Name })},
		{"M-02", "base_url", "网址", "the site's address", empty(func(c *Config) string { return c.BaseURL })},
		{"M-03、F-03", "site_id_code", "网站标识码", "the SiteIDCode", empty(func(c *Config) string { return c.SiteIDCode })},
		{"M-04", "column.name", "栏目名称", "the column's name", empty(func(c *Config) string { return c.Column.Name })},
		{"M-05", "column.description", "栏目描述", "the column's description", empty(func(c *Config) string { return c.Column.Description })},
		{"M-06", "column.keywords", "栏目关键词", "the column's keywords", func(c *Config) bool { return len(c.Column.Keywords) == 0 }},
		{"M-07", "column.type", "栏目类别", "the column's type", empty(func(c *Config) string { return c.Column.Type })},
		{"F-01", "sponsor", "主办单位", "the sponsor", empty(func(c *Config) string { return c.Sponsor })},
		{"F-02", "contact", "联系方式", "the contact", empty(func(c *Config) string { return c.Contact })},
		{"F-04", "icp", "ICP 备案编号", "the ICP record number", empty(func(c *Config) string { return c.ICP })},
		{"F-05", "public_security", "公安机关备案编号", "the public security record number", empty(func(c *Config) string { return c.PublicSecurity })},
		{"F-06", "badge.image", "党政机关网站标识的图片", "the badge's picture", empty(func(c *Config) string { return c.Badge.Image })},
		{"F-06", "badge.link", "党政机关网站标识的链接", "the badge's link", empty(func(c *Config) string { return c.Badge.Link })},
		{"F-07", "report_error", "“找错”链接", "the link for reporting errors", empty(func(c *Config) string { return c.ReportError })},
	}
}

// Complete reports what an official site has not configured: one error (rule official-missing) for each item of M-01…M-07 and
// F-01…F-07, at the line official: true. An unofficial site needs none of them.
func (c *Config) Complete() diag.List {
	if !c.Official {
		return nil
	}
	at, ok := c.At("official")
	if !ok {
		at.Value = diag.Pos{Line: 1, Column: 1}
	}
	var found diag.List
	for _, d := range demands() {
		if !d.missing(c) {
			continue
		}
		found = append(found, diag.Diagnostic{
			Rule: "official-missing", Severity: diag.Error, Path: c.Path, Start: at.Value,
			Message: diag.Say("官方网站缺少%[1]s（%[3]s）", "an official site lacks %[2]s (%[3]s)", d.zh, d.en, d.ids),
			Hint:    diag.Say("请在 gongkai.yaml 里写 %s", "write %s in gongkai.yaml", d.key),
		})
	}
	found.Sort()
	return found
}

// unofficialMarks warns of marks that only a government site may bear (standards I-04). Rule config-official-mark.
func (c *Config) unofficialMarks() (found diag.List) {
	if c.Official {
		return nil
	}
	for _, mark := range []struct {
		key, zh, en string
		filled      bool
	}{
		{"site_id_code", "网站标识码", "a SiteIDCode", c.SiteIDCode != ""},
		{"icp", "ICP 备案编号", "an ICP record number", c.ICP != ""},
		{"public_security", "公安机关备案编号", "a public security record number", c.PublicSecurity != ""},
		{"badge", "党政机关网站标识", "the badge of party and government sites", c.Badge != ConfigBadge{}},
	} {
		if at, ok := c.At(mark.key); ok && mark.filled {
			found = append(found, diag.Diagnostic{
				Rule: "config-official-mark", Severity: diag.Warning, Path: c.Path, Start: at.Value,
				Message: diag.Say("非官方网站写了%[1]s（I-04）", "an unofficial site has %[2]s (I-04)", mark.zh, mark.en),
				Hint:    diag.Say("请删去；确是政府网站的，写 official: true", "delete it; if this is a government site, write official: true"),
			})
		}
	}
	return found
}

// ConfigRules documents the rules of ParseConfig and Complete.
func ConfigRules() []diag.Rule {
	const contract = "contract §3"
	own := []diag.Rule{
		{ID: "config-version", Severity: diag.Error, About: diag.Say("配置的版本号不对或没有写", "the configuration's version is wrong or missing"), Source: contract},
		{ID: "config-base-url", Severity: diag.Error, About: diag.Say("base_url 不是完整的网址", "base_url is not a complete address"), Source: contract},
		{ID: "config-language", Severity: diag.Error, About: diag.Say("不是语言代码", "not a language tag"), Source: contract},
		{ID: "config-timezone", Severity: diag.Error, About: diag.Say("没有这个时区", "no such time zone"), Source: contract},
		{ID: "config-site-id-code", Severity: diag.Error, About: diag.Say("不是政府网站标识码", "not a SiteIDCode"), Source: "standards M-03"},
		{ID: "config-icp", Severity: diag.Error, About: diag.Say("不是 ICP 备案编号", "not an ICP record number"), Source: "standards F-04"},
		{ID: "config-public-security", Severity: diag.Error, About: diag.Say("不是公安机关备案编号", "not a public security record number"), Source: "standards F-05"},
		{ID: "config-url", Severity: diag.Error, About: diag.Say("不是完整的网址", "not a complete web address"), Source: contract},
		{ID: "config-link", Severity: diag.Error, About: diag.Say("既不是本站的路径，也不是网址", "neither a path of the site nor a web address"), Source: contract},
		{ID: "config-path", Severity: diag.Error, About: diag.Say("不是本站文件的路径；页面不从别处加载内容", "not a path of the site: pages load nothing from elsewhere"), Source: contract},
		{ID: "config-key", Severity: diag.Error, About: diag.Say("代号的形式不对，或为保留的名字", "a key of the wrong form, or a reserved name"), Source: "contract §1"},
		{ID: "config-incomplete", Severity: diag.Error, About: diag.Say("登记的一项缺少必要的字段", "an entry lacks a key that it needs"), Source: contract},
		{ID: "config-pattern", Severity: diag.Error, About: diag.Say("不是正则表达式", "not a regular expression"), Source: contract},
		{ID: "config-repeated", Severity: diag.Error, About: diag.Say("同一项写了两次", "an entry is written twice"), Source: contract},
		{ID: "config-keyword-comma", Severity: diag.Error, About: diag.Say("关键词里有逗号或分号", "a keyword holds a comma or a semicolon"), Source: "standards M-20"},
		{ID: "config-repeated-word", Severity: diag.Warning, About: diag.Say("列表里有重复的词", "a list holds a word twice"), Source: contract},
		{ID: "config-date", Severity: diag.Error, About: diag.Say("不是日期", "not a date"), Source: contract},
		{ID: "config-date-impossible", Severity: diag.Error, About: diag.Say("没有这一天", "there is no such day"), Source: contract},
		{ID: "config-outputs", Severity: diag.Error, About: diag.Say("输出里没有 html", "the outputs lack html"), Source: contract},
		{ID: "config-csp-source", Severity: diag.Error, About: diag.Say("不是内容安全策略的来源", "not a source of a content security policy"), Source: contract},
		{ID: "config-secret", Severity: diag.Error, About: diag.Say("密码或密钥写进了配置，或写在环境变量名称的位置", "a password or key stands in the configuration, or where the name of an environment variable should"), Source: contract},
		{ID: "config-deploy-key", Severity: diag.Error, About: diag.Say("这种发布目标用不到的字段", "a key that this kind of deploy target has not"), Source: contract},
		{ID: "config-deploy-default", Severity: diag.Error, About: diag.Say("默认的发布目标没有登记", "the default deploy target is not declared"), Source: contract},
		{ID: "config-deploy-name", Severity: diag.Error, About: diag.Say("不能作发布目标的名称", "cannot be the name of a deploy target"), Source: contract},
		{ID: "config-deploy-bucket", Severity: diag.Error, About: diag.Say("不是存储桶的名称", "not the name of a bucket"), Source: contract},
		{ID: "config-deploy-prefix", Severity: diag.Error, About: diag.Say("不能作存储桶里的前缀", "cannot be a prefix in a bucket"), Source: contract},
		{ID: "config-duration", Severity: diag.Error, About: diag.Say("不是一段时间", "no length of time"), Source: contract},
		{ID: "config-later", Severity: diag.Warning, About: diag.Say("这个版本还不读取", "not read by this version"), Source: contract},
		{ID: "config-official-mark", Severity: diag.Warning, About: diag.Say("非官方网站写了政府网站的标识", "an unofficial site has the marks of a government site"), Source: "standards I-04"},
		{ID: "official-missing", Severity: diag.Error, About: diag.Say("官方网站缺少规定的项目", "an official site lacks an item that the rules ask for"), Source: "standards M-01…M-07, F-01…F-09"},
	}
	return append(strictyaml.Rules("config"), own...)
}
