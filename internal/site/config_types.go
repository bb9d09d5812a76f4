package site

import (
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/strictyaml"
)

// configType declares gongkai.yaml once, for the decoder and for the schema.
var configType = sync.OnceValue(func() strictyaml.Type[Config] {
	line := strictyaml.Line()
	text := func(names, about string, at func(*Config) *string) strictyaml.Field[Config] {
		return strictyaml.Bind(names, about, line, at)
	}
	return strictyaml.Object(
		strictyaml.Bind("version 版本", "配置的版本，现为 1", versionType(), func(c *Config) *int { return &c.Version }),
		text("name 网站名称", "网站的名称（SiteName）", func(c *Config) *string { return &c.Name }).Near("title"),
		strictyaml.Bind("base_url 网址", "网站公开的网址，可以带路径", baseURLType(), func(c *Config) *string { return &c.BaseURL }).Near("baseurl url baseURL"),
		strictyaml.Bind("language 语言", "页面的语言，默认 zh-CN", languageType(), func(c *Config) *string { return &c.Language }).Near("lang locale"),
		strictyaml.Bind("timezone 时区", "网站的时区，默认 Asia/Shanghai", timezoneType(), func(c *Config) *string { return &c.Timezone }),
		strictyaml.Bind("official 官方", "是否为政府网站；否则每页注明“非官方”", strictyaml.Bool(), func(c *Config) *bool { return &c.Official }),
		text("sponsor 主办单位", "主办单位（F-01）", func(c *Config) *string { return &c.Sponsor }),
		text("operator 承办单位", "承办单位", func(c *Config) *string { return &c.Operator }),
		text("contact 联系方式", "单位的电话或邮箱，不写个人的（F-02）", func(c *Config) *string { return &c.Contact }),
		strictyaml.Bind("site_id_code 网站标识码", "政府网站标识码，十位数字或 bm 加八位数字（M-03）", siteIDType(), func(c *Config) *string { return &c.SiteIDCode }),
		strictyaml.Bind("icp ICP备案号", "ICP 备案编号（F-04）", icpType(), func(c *Config) *string { return &c.ICP }),
		strictyaml.Bind("public_security 公安备案号", "公安机关备案编号（F-05）", publicSecurityType(), func(c *Config) *string { return &c.PublicSecurity }),
		strictyaml.Bind("badge 党政机关标识", "党政机关网站标识（F-06）", badgeType(), func(c *Config) *ConfigBadge { return &c.Badge }),
		strictyaml.Bind("report_error 找错", "“我为政府网站找错”的链接（F-07）", mailOrLinkType(), func(c *Config) *string { return &c.ReportError }),
		strictyaml.Bind("column 栏目", "栏目的名称、类别、描述和关键词（M-04 至 M-07）", columnType(), func(c *Config) *ConfigColumn { return &c.Column }),
		strictyaml.Bind("districts 地区", "本站自己的地区", strictyaml.List(districtType()).Then(uniqueDistricts), func(c *Config) *[]DistrictEntry { return &c.Districts }),
		strictyaml.Bind("agencies 机构", "机构登记", strictyaml.List(agencyType()).Then(uniqueAgencies), func(c *Config) *[]AgencyEntry { return &c.Agencies }),
		strictyaml.Bind("topics 主题", "主题的代号", strictyaml.List(topicType()).Then(uniqueTopics), func(c *Config) *[]TopicEntry { return &c.Topics }),
		strictyaml.Bind("menu 菜单", "页首的链接", strictyaml.List(menuType()), func(c *Config) *[]MenuEntry { return &c.Menu }),
		strictyaml.Bind("labels 标签", "页面上各字段的名称", labelsType(), func(c *Config) *map[string]string { return &c.Labels }),
		strictyaml.Bind("outputs 输出", "生成哪些文件", strictyaml.Convert(strictyaml.List(outputType()).Then(wantsHTML), written), func(c *Config) *[]string { return &c.Outputs }),
		strictyaml.Bind("features 功能", "版面的选择", featuresType(), func(c *Config) *Features { return &c.Features }),
		strictyaml.Bind("csp 内容安全策略", "meta、header 或 off，可加来源", cspType(), func(c *Config) *ConfigCSP { return &c.CSP }),
		strictyaml.Bind("deploy 发布", "发布到哪里，保留几个版本", deployType(), func(c *Config) *ConfigDeploy { return &c.Deploy }),
		later("check 检查"), later("serve 预览"),
	)
})

// ConfigSchema is the JSON Schema (draft 2020-12) of gongkai.yaml, for editors.
func ConfigSchema() []byte {
	return strictyaml.JSONSchema(configType(), "gongkai.yaml", "gongkai 网站的配置", "version")
}

// later is a key of a room that this version does not have: accepted, with a warning when it says anything. Rule config-later.
func later(names string) strictyaml.Field[Config] {
	key, _, _ := strings.Cut(names, " ")
	t := strictyaml.Ignored(func(v strictyaml.Value) {
		v.Warn("later", diag.Say("这个版本还不读取 %s", "this version does not read %s yet", key), diag.Say("可以保留，暂不起作用", "it can stay; it has no effect"))
	})
	return strictyaml.Bind(names, "这个版本还不读取", t, func(*Config) *struct{} { return &struct{}{} })
}

func versionType() strictyaml.Type[int] {
	return strictyaml.Scalar(strictyaml.Schema{"const": 1}, func(v strictyaml.Value, text string) (int, bool) {
		if text == "1" {
			return 1, true
		}
		v.Error("version", diag.Say("配置的版本号“%s”不认识", "the configuration's version %q is unknown", strictyaml.Clip(text)), diag.Say("这个 gongkai 只认 version: 1", "this gongkai knows version: 1"))
		return 0, false
	})
}

// baseURLType is an absolute http or https address without query or fragment; a slash at its end is added in silence.
func baseURLType() strictyaml.Type[string] {
	schema := strictyaml.Schema{"type": []string{"string", "null"}, "pattern": "^https?://"}
	return strictyaml.Scalar(schema, func(v strictyaml.Value, text string) (string, bool) {
		u, err := url.Parse(text)
		if err != nil || !report.IsWebAddress(text) || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.User != nil || strings.Contains(u.Path, "..") {
			v.Error("base-url", diag.Say("“%s”不是网站的完整网址", "%q is not the complete address of a site", strictyaml.Clip(text)),
				diag.Say("例如 https://www.example.gov.cn/zwgk/", "for example https://www.example.gov.cn/zwgk/"))
			return "", false
		}
		return strings.TrimRight(text, "/") + "/", true
	})
}

func languageType() strictyaml.Type[string] {
	return strictyaml.Matching(languageForm, "language", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是语言代码", "%q is not a language tag", text), diag.Say("例如 zh-CN", "for example zh-CN")
	})
}

func timezoneType() strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		if _, ok := zone(*s); !ok {
			v.Error("timezone", diag.Say("没有“%s”这个时区", "there is no time zone %q", strictyaml.Clip(*s)), diag.Say("例如 Asia/Shanghai", "for example Asia/Shanghai"))
		}
	})
}

var (
	languageForm       = regexp.MustCompile(`^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$`)
	siteIDForm         = regexp.MustCompile(`^(?:\d{10}|bm\d{8})$`)
	icpForm            = regexp.MustCompile(`^[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕甘陇青宁新]ICP备\d{6,10}号(?:-\d+)?$`)
	publicSecurityForm = regexp.MustCompile(`^\p{Han}{0,3}公网安备 ?\d{14}号$`)
	cspSource          = regexp.MustCompile(`^(?:https://[A-Za-z0-9.*-]+(?::\d+)?(?:/[^\s;,'"]*)?|data:)$`)
)

// siteIDType is M-03.
func siteIDType() strictyaml.Type[string] {
	return strictyaml.Matching(siteIDForm, "site-id-code", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是政府网站标识码", "%q is not a SiteIDCode", text), diag.Say("应为十位数字，或 bm 加八位数字", "ten digits, or bm and eight digits")
	})
}

// icpType is F-04.
func icpType() strictyaml.Type[string] {
	return strictyaml.Matching(icpForm, "icp", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是 ICP 备案编号", "%q is not an ICP record number", text), diag.Say("形如“省简称＋ICP备＋数字＋号”", "as in 京ICP备…号")
	})
}

// publicSecurityType is F-05.
func publicSecurityType() strictyaml.Type[string] {
	return strictyaml.Matching(publicSecurityForm, "public-security", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是公安机关备案编号", "%q is not a public security record number", text), diag.Say("形如“省简称＋公网安备＋十四位数字＋号”", "as in 京公网安备 …号 with 14 digits")
	})
}

// linkType is a path of the site or a web address. Rule config-link.
func linkType() strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		if !report.IsWebAddress(*s) && !isSitePath(*s) {
			v.Error("link", diag.Say("“%s”不是本站的路径，也不是网址", "%q is neither a path of the site nor a web address", strictyaml.Clip(*s)),
				diag.Say("例如 about.html 或 https://www.example.gov.cn/", "for example about.html or https://www.example.gov.cn/"))
		}
	})
}

// mailOrLinkType is a link or a mailbox, mailto:name@host.
func mailOrLinkType() strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		_, err := mail.ParseAddress(strings.TrimPrefix(*s, "mailto:"))
		mailbox := strings.HasPrefix(*s, "mailto:") && err == nil
		if !mailbox && !report.IsWebAddress(*s) && (!isSitePath(*s) || strings.Contains(*s, "@")) {
			v.Error("link", diag.Say("“%s”不是本站的路径，也不是网址或 mailto: 邮箱", "%q is neither a path of the site nor a web address nor a mailbox", strictyaml.Clip(*s)),
				diag.Say("例如 mailto:jiucuo@example.gov.cn 或 https://www.example.gov.cn/", "for example mailto:jiucuo@example.gov.cn or https://www.example.gov.cn/"))
		}
	})
}

// sitePathType is a path of the site alone: pages load nothing from elsewhere (house law 12). Rule config-path.
func sitePathType() strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		if !isSitePath(*s) {
			v.Error("path", diag.Say("“%s”不是本站文件的路径", "%q is not the path of a file of the site", strictyaml.Clip(*s)),
				diag.Say("请把图片放进 static/，写它的路径，例如 images/badge.png", "put the picture into static/ and write its path, e.g. images/badge.png"))
		}
	})
}

func isSitePath(s string) bool {
	return s != "" && !strings.HasPrefix(s, "//") && !strings.ContainsAny(s, ":\\\"<> ") && !slices.Contains(strings.Split(s, "/"), "..")
}

// keyType is the key of a district, an agency or a topic. Rule config-key.
func keyType(reserved func(string) bool) strictyaml.Type[string] {
	return strictyaml.Line().Valid(func(v strictyaml.Value, s *string) {
		switch {
		case !report.IsKey(*s):
			hint := diag.Say("请用拼音或英文，例如 gaoxin", "use pinyin or English, e.g. gaoxin")
			if legal := report.Keyed(*s); legal != "" {
				hint = diag.Say("请改为 %s", "name it %s", legal)
			}
			v.Error("key", diag.Say("代号“%s”只能用小写字母、数字和连字符", "the key %q may hold only a-z, 0-9 and single hyphens", strictyaml.Clip(*s)), hint)
		case reserved(*s):
			v.Error("key", diag.Say("“%s”是本站保留的名字", "the name %q is reserved", *s), diag.Say("请换一个代号", "choose another key"))
		}
	})
}
