package site

import (
	"regexp"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/strictyaml"
)

// lacking reports a key that an entry needs. Rule config-incomplete.
func lacking(v strictyaml.Value, key string, missing bool) {
	if missing {
		name := v.Name()
		v.Error("incomplete", diag.Text{ZH: name.ZH + "缺少 " + key, EN: name.EN + " lacks " + key}, diag.Say("请补上 %s", "add %s", key))
	}
}

func districtType() strictyaml.Type[DistrictEntry] {
	key := keyType(report.IsReserved)
	return strictyaml.Object(
		strictyaml.Bind("key 代号", "路径里的代号", key, func(d *DistrictEntry) *string { return &d.Key }),
		strictyaml.Bind("name 名称", "地区的名称", strictyaml.Line(), func(d *DistrictEntry) *string { return &d.Name }),
		strictyaml.Bind("parent 上级", "上级地区的代码或代号", strictyaml.Line(), func(d *DistrictEntry) *string { return &d.Parent }),
	).Then(func(v strictyaml.Value, d *DistrictEntry) {
		d.At = v.Pos()
		lacking(v, "key", d.Key == "")
		lacking(v, "name", d.Name == "")
	})
}

var fourDigits = regexp.MustCompile(`^\d{4}$`)

func agencyType() strictyaml.Type[AgencyEntry] {
	former := strictyaml.Object(
		strictyaml.Bind("name 名称", "从前的名称", strictyaml.Line(), func(f *FormerName) *string { return &f.Name }),
		strictyaml.Bind("until 至", "用到哪一天", report.DateType(), func(f *FormerName) *report.Date { return &f.Until }),
	).Then(func(v strictyaml.Value, f *FormerName) {
		lacking(v, "name", f.Name == "")
		lacking(v, "until", f.Until.IsZero())
	})
	return strictyaml.Object(
		strictyaml.Bind("key 代号", "路径里的代号", keyType(fourDigits.MatchString), func(a *AgencyEntry) *string { return &a.Key }),
		strictyaml.Bind("district 地区", "所在的地区；不写则各地区通用", strictyaml.Line(), func(a *AgencyEntry) *string { return &a.District }),
		strictyaml.Bind("name 名称", "机构的全称", strictyaml.Line(), func(a *AgencyEntry) *string { return &a.Name }),
		strictyaml.Bind("short 简称", "列表里用的简称", strictyaml.Line(), func(a *AgencyEntry) *string { return &a.Short }),
		strictyaml.Bind("former 曾用名", "从前的名称和用到的日期", strictyaml.List(former), func(a *AgencyEntry) *[]FormerName { return &a.Former }),
		strictyaml.Bind("contact 联系方式", "机构的联系方式", strictyaml.Line(), func(a *AgencyEntry) *string { return &a.Contact }),
		strictyaml.Bind("index_pattern 索引号格式", "索引号的正则表达式", patternType(), func(a *AgencyEntry) **regexp.Regexp { return &a.IndexPattern }),
	).Then(func(v strictyaml.Value, a *AgencyEntry) {
		a.At = v.Pos()
		lacking(v, "key", a.Key == "")
		lacking(v, "name", a.Name == "")
	})
}

// patternType is a regular expression. Rule config-pattern.
func patternType() strictyaml.Type[*regexp.Regexp] {
	return strictyaml.Scalar(strictyaml.Schema{"type": []string{"string", "null"}}, func(v strictyaml.Value, text string) (*regexp.Regexp, bool) {
		re, err := regexp.Compile(text)
		if err != nil {
			v.Error("pattern", diag.Say("“%s”不是正则表达式", "%q is not a regular expression", strictyaml.Clip(text)), diag.Say(`例如 ^\d{9}/\d{4}-\d{5}$`, `for example ^\d{9}/\d{4}-\d{5}$`))
			return nil, false
		}
		return re, true
	})
}

func topicType() strictyaml.Type[TopicEntry] {
	return strictyaml.Object(
		strictyaml.Bind("key 代号", "网址里的代号", keyType(func(s string) bool { return s == "page" }), func(t *TopicEntry) *string { return &t.Key }),
		strictyaml.Bind("name 名称", "主题分类的全名", strictyaml.Line(), func(t *TopicEntry) *string { return &t.Name }),
	).Then(func(v strictyaml.Value, t *TopicEntry) {
		t.At = v.Pos()
		lacking(v, "key", t.Key == "")
		lacking(v, "name", t.Name == "")
	})
}

// repeated reports the first entry whose id another one has already. Rule config-repeated.
func repeated[T any](v strictyaml.Value, list []T, id func(T) string) {
	seen := map[string]bool{}
	for _, entry := range list {
		k := id(entry)
		if seen[k] {
			v.Error("repeated", diag.Say("“%s”写了两次", "%q is written twice", strictyaml.Clip(k)), diag.Say("请删去一项", "delete one of them"))
		}
		seen[k] = true
	}
}

func uniqueDistricts(v strictyaml.Value, list *[]DistrictEntry) {
	repeated(v, *list, func(d DistrictEntry) string { return d.Key })
}

func uniqueAgencies(v strictyaml.Value, list *[]AgencyEntry) {
	repeated(v, *list, func(a AgencyEntry) string { return strings.TrimPrefix(a.District+"/"+a.Key, "/") })
}

func uniqueTopics(v strictyaml.Value, list *[]TopicEntry) {
	repeated(v, *list, func(t TopicEntry) string { return t.Key })
	repeated(v, *list, func(t TopicEntry) string { return t.Name })
}

func menuType() strictyaml.Type[MenuEntry] {
	return strictyaml.Object(
		strictyaml.Bind("name 名称", "链接的文字", strictyaml.Line(), func(m *MenuEntry) *string { return &m.Name }),
		strictyaml.Bind("url 网址", "本站的路径或网址", linkType(), func(m *MenuEntry) *string { return &m.URL }),
	).Then(func(v strictyaml.Value, m *MenuEntry) {
		m.At = v.Pos()
		lacking(v, "name", m.Name == "")
		lacking(v, "url", m.URL == "")
	})
}

func badgeType() strictyaml.Type[ConfigBadge] {
	return strictyaml.Object(
		strictyaml.Bind("image 图片", "标识图片在 static/ 下的路径", sitePathType(), func(b *ConfigBadge) *string { return &b.Image }),
		strictyaml.Bind("link 链接", "标识指向的网址", report.URLType(), func(b *ConfigBadge) *string { return &b.Link }),
		strictyaml.Bind("id 编号", "标识的编号", strictyaml.Line(), func(b *ConfigBadge) *string { return &b.ID }),
	)
}

func columnType() strictyaml.Type[ConfigColumn] {
	return strictyaml.Object(
		strictyaml.Bind("name 名称", "栏目名称（ColumnName）", strictyaml.Line(), func(c *ConfigColumn) *string { return &c.Name }),
		strictyaml.Bind("type 类别", "栏目类别（ColumnType），例如 信息公开目录", strictyaml.Line(), func(c *ConfigColumn) *string { return &c.Type }),
		strictyaml.Bind("description 描述", "栏目的用途和内容（ColumnDescription）", strictyaml.Line(), func(c *ConfigColumn) *string { return &c.Description }),
		strictyaml.Bind("keywords 关键词", "栏目的关键词（ColumnKeywords）", report.KeywordsType(), func(c *ConfigColumn) *[]string { return &c.Keywords }),
	)
}

// labelsType is a mapping from keys of front matter to the words that pages show for them.
func labelsType() strictyaml.Type[map[string]string] {
	names := report.KeyNames()
	fields := make([]strictyaml.Field[[]string], len(names))
	for i, n := range names {
		fields[i] = strictyaml.Bind(strings.Join(n, " "), "页面上“"+n[len(n)-1]+"”的名称", strictyaml.Line(), func(words *[]string) *string {
			if *words == nil {
				*words = make([]string, len(names))
			}
			return &(*words)[i]
		})
	}
	return strictyaml.Convert(strictyaml.Object(fields...), func(words []string) map[string]string {
		labels := map[string]string{}
		for i, w := range words {
			if w != "" {
				labels[names[i][0]] = w
			}
		}
		return labels
	})
}

// outputType is a kind of file; one that later versions add is left out with a warning. Rule config-later.
func outputType() strictyaml.Type[string] {
	words := []string{"html", "json", "txt", "feeds", "catalog", "md", "fragment", "search", "figures", "data"}
	var list []strictyaml.Word
	for _, w := range words {
		list = append(list, strictyaml.Word{Key: w})
	}
	return strictyaml.Enum[string](list...).Then(func(v strictyaml.Value, s *string) {
		if slices.Index(words, *s) >= 7 {
			v.Warn("later", diag.Say("这个版本还没有 %s", "this version does not have %s yet", *s), diag.Say("可以保留，暂不起作用", "it can stay; it has no effect"))
			*s = ""
		}
	})
}

// written leaves out what this version does not have, and repetitions.
func written(list []string) []string {
	var kept []string
	for _, w := range list {
		if w != "" && !slices.Contains(kept, w) {
			kept = append(kept, w)
		}
	}
	return kept
}

// wantsHTML: a site without pages is none. Rule config-outputs.
func wantsHTML(v strictyaml.Value, list *[]string) {
	if !slices.Contains(*list, "html") {
		v.Error("outputs", diag.Say("outputs 里没有 html", "outputs lacks html"), diag.Say("请加上 html", "add html"))
	}
}

func featuresType() strictyaml.Type[Features] {
	paragraphs := strictyaml.Enum[string](strictyaml.Word{Key: "indent", Synonyms: []string{"首行缩进"}}, strictyaml.Word{Key: "spaced", Synonyms: []string{"段间空行"}})
	return strictyaml.Object(
		strictyaml.Bind("paragraphs 段落", "indent 首行缩进（默认），spaced 段间空行", paragraphs, func(f *Features) *string { return &f.Paragraphs }),
		strictyaml.Bind("review 审核", "在页面上显示审核记录", strictyaml.Bool(), func(f *Features) *bool { return &f.Review }),
	)
}

// cspType is a mode, or {mode, img_src: […], …}. Rule config-csp-source.
func cspType() strictyaml.Type[ConfigCSP] {
	mode := strictyaml.Enum[string](strictyaml.Word{Key: "meta"}, strictyaml.Word{Key: "header"}, strictyaml.Word{Key: "off"})
	source := strictyaml.Matching(cspSource, "csp-source", func(text string) (say, hint diag.Text) {
		return diag.Say("“%s”不是内容安全策略的来源", "%q is not a source of a content security policy", text), diag.Say("例如 https://img.example.gov.cn", "for example https://img.example.gov.cn")
	})
	fields := []strictyaml.Field[ConfigCSP]{
		strictyaml.Bind("mode 方式", "meta 写在页面里（默认），header 由服务器发送，off 不用", mode, func(c *ConfigCSP) *string { return &c.Mode }),
	}
	for i, directive := range cspDirectives {
		fields = append(fields, strictyaml.Bind(strings.ReplaceAll(directive, "-", "_"), directive+" 另外允许的来源", strictyaml.OneOrMany(source),
			func(c *ConfigCSP) *[]string { return &c.Sources[i] }))
	}
	return strictyaml.Either(strictyaml.Convert(mode, func(m string) ConfigCSP { return ConfigCSP{Mode: m} }), strictyaml.Object(fields...))
}
