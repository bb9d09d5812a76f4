package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

const officialConfig = `version: 1
网站名称: 某市政府信息公开
网址: https://www.example.gov.cn/zwgk
official: true
sponsor: 某市人民政府办公室
operator: 某市大数据中心
contact: 0000-0000000
site_id_code: "0000000000"
icp: 京ICP备00000000号-1
public_security: 京公网安备 00000000000000号
badge: {image: images/badge.png, link: "https://www.example.gov.cn/badge", id: "1"}
report_error: https://www.example.gov.cn/error
column:
  name: 计划总结
  type: 信息公开目录
  description: 各部门的工作总结和计划
  keywords: 工作总结、工作计划
`

func parse(src string) (*Config, diag.List) { return ParseConfig("gongkai.yaml", []byte(src)) }

func briefs(l diag.List) []string {
	list := []string{}
	for _, d := range l {
		s := fmt.Sprintf("%d:%d", d.Start.Line, d.Start.Column)
		if d.End != (diag.Pos{}) && d.End != d.Start {
			s += fmt.Sprintf("-%d", d.End.Column)
		}
		list = append(list, s+" "+strings.TrimPrefix(d.Rule, "config-"))
	}
	return list
}

func TestConfigDefaults(t *testing.T) {
	c, found := parse("\ufeffversion: 1\r\n")
	if len(found) > 0 {
		t.Fatal(found)
	}
	want := DefaultConfig()
	if diff := cmp.Diff(want, c, cmpopts.IgnoreFields(Config{}, "Path", "Keys", "Location")); diff != "" {
		t.Error(diff)
	}
	if c.Official || c.Language != "zh-CN" || c.Location.String() != "Asia/Shanghai" || c.Features.Paragraphs != "indent" || c.BasePath() != "/" || c.Domain() != "" ||
		!slices.Equal(c.Outputs, []string{"html", "json", "txt", "feeds", "catalog"}) || c.Policy() != "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'" {
		t.Errorf("%+v", c)
	}
	for _, filled := range []string{c.Name, c.BaseURL, c.Sponsor, c.Contact, c.SiteIDCode, c.ICP, c.PublicSecurity, c.ReportError, c.Column.Name, c.Column.Type, c.Badge.Image} {
		if filled != "" {
			t.Errorf("a sample value is filled in: %q (I-04)", filled)
		}
	}
}

func TestConfigValues(t *testing.T) {
	c, found := parse(officialConfig + `timezone: UTC
language: zh-Hans-CN
districts:
- {key: mouqu, name: 某区}
- {key: 610112-gaoxin, 名称: 高新区, 上级: 610112}
agencies:
- key: wjj
  district: 610112
  name: 某市某区卫生健康局
  short: 区卫健局
  former: [{name: 某市某区卫生局, until: 2014-03-01}, {名称: 某市某区卫计局, 至: 2019年1月1日}]
  contact: 0000-0000001
  index_pattern: ^\d{9}/\d{4}-\d{5}$
topics: [{key: weisheng, name: '卫生、体育\卫生'}]
menu: [{name: 关于, url: about.html}, {name: 门户, url: "https://www.example.gov.cn/"}]
labels: {agency: 发文机关, 公开方式: 公开属性}
outputs: [html, md, html]
features: {paragraphs: 段间空行, review: 是}
csp: {mode: header, img_src: "https://img.example.gov.cn", script_src: ["https://a.example.gov.cn:8443/x", data:]}
`)
	if len(found) > 0 {
		t.Fatal(found)
	}
	if c.BaseURL != "https://www.example.gov.cn/zwgk/" || c.BasePath() != "/zwgk/" || c.Domain() != "www.example.gov.cn" || c.Location.String() != "UTC" {
		t.Errorf("%+v", c)
	}
	if diff := cmp.Diff([]DistrictEntry{{"mouqu", "某区", "", diag.Pos{Line: 21, Column: 3}}, {"610112-gaoxin", "高新区", "610112", diag.Pos{Line: 22, Column: 3}}}, c.Districts); diff != "" {
		t.Error(diff)
	}
	a := c.Agencies[0]
	if a.At != (diag.Pos{Line: 24, Column: 3}) || len(a.Former) != 2 || a.Former[1].Until != (report.Date{Year: 2019, Month: 1, Day: 1}) || !a.IndexPattern.MatchString("000014349/2021-00110") {
		t.Errorf("%+v", a)
	}
	if diff := cmp.Diff(map[string]string{"agency": "发文机关", "publicity": "公开属性"}, c.Labels); diff != "" {
		t.Error(diff)
	}
	if c.Policy() != "" || c.PolicyHeader() != "default-src 'none'; script-src 'self' https://a.example.gov.cn:8443/x data:; style-src 'self'; img-src 'self' https://img.example.gov.cn; font-src 'self'; connect-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'" {
		t.Errorf("%q %q", c.Policy(), c.PolicyHeader())
	}
	if c.Features != (Features{"spaced", true}) || !slices.Equal(c.Outputs, []string{"html", "md"}) || c.Topics[0].Key != "weisheng" || c.Menu[1].URL != "https://www.example.gov.cn/" ||
		!slices.Equal(c.Column.Keywords, []string{"工作总结", "工作计划"}) {
		t.Errorf("%+v", c)
	}
	if got := c.Complete(); len(got) > 0 {
		t.Error(got)
	}
}

// TestConfigFindings gives every message its place; version: 1 is line 1.
func TestConfigFindings(t *testing.T) {
	for _, c := range []struct {
		yaml string
		want []string
		zh   string
	}{
		{"nmae: x", []string{"2:1-5 unknown-key"}, "是否为“name”（网站名称）？"},
		{"baseURL: https://a.cn", []string{"2:1-8 unknown-key"}, "是否为“base_url”（网址）？"},
		{"网站名：x", []string{"2:4-5 full-width-colon", "2:1-4 unknown-key"}, ""},
		{"base_url: www.example.gov.cn", []string{"2:11-29 base-url"}, "不是网站的完整网址"},
		{"base_url: https://a.cn/?x=1", []string{"2:11-28 base-url"}, ""},
		{"base_url: https://u@a.cn/", []string{"2:11-26 base-url"}, ""},
		{"timezone: Asia/Xian", []string{"2:11-20 timezone"}, "没有“Asia/Xian”这个时区"},
		{"timezone: Local", []string{"2:11-16 timezone"}, ""},
		{"language: 中文", []string{"2:11-13 language"}, ""},
		{"official: yes", []string{"2:11-14 wrong-type"}, ""},
		{"official: true\nsite_id_code: 12345", []string{"3:15-20 site-id-code"}, "十位数字，或 bm 加八位数字"},
		{"official: true\nicp: ICP备1号", []string{"3:6-12 icp"}, ""},
		{"official: true\npublic_security: 备案中", []string{"3:18-21 public-security"}, ""},
		{"icp: 京ICP备00000000号", []string{"2:6 official-mark"}, "非官方网站写了ICP 备案编号（I-04）"},
		{"badge: {id: x}", []string{"2:8 official-mark"}, ""},
		{"official: true\nbadge: {image: 'https://a.cn/b.png', link: x}", []string{"3:16-36 path", "3:44-45 url"}, ""},
		{"menu: [{name: x, url: 'javascript:alert(1)'}]", []string{"2:23-44 link"}, "不是本站的路径，也不是网址"},
		{"menu: [{name: x}]", []string{"2:8 incomplete"}, "“menu”第 1 项缺少 url"},
		{"districts: [{key: years, name: x}]", []string{"2:19-24 key"}, "“years”是本站保留的名字"},
		{"districts: [{key: Mou_Qu, name: x}]", []string{"2:19-25 key"}, "请改为 mou-qu"},
		{"districts: [{key: a, name: x}, {key: a, name: y}]", []string{"2:12 repeated"}, "“a”写了两次"},
		{"agencies: [{key: '2021', name: x}]", []string{"2:18-24 key"}, ""},
		{"agencies: [{key: wjj}]", []string{"2:12 incomplete"}, ""},
		{"agencies: [{key: a, name: b, index_pattern: '['}]", []string{"2:45-48 pattern"}, ""},
		{"agencies: [{key: a, name: b, former: [{name: c}]}]", []string{"2:39 incomplete"}, "“former”第 1 项缺少 until"},
		{"topics: [{key: a, name: b}, {key: c, name: b}]", []string{"2:9 repeated"}, ""},
		{"labels: {agncy: x}", []string{"2:10-15 unknown-key"}, "agency"},
		{"outputs: [json]", []string{"2:10 outputs"}, "outputs 里没有 html"},
		{"outputs: [html, search, pdf]", []string{"2:17-23 later", "2:25-28 unknown-value"}, "这个版本还没有 search"},
		{"features: {paragraphs: wide}", []string{"2:24-28 unknown-value"}, "首行缩进（indent）"},
		{"features: {comparison: true}", []string{"2:12-22 unknown-key"}, ""},
		{"csp: strict", []string{"2:6-12 unknown-value"}, "meta、header、off"},
		{"csp: {img_src: [\"'unsafe-inline'\", 'http://a.cn']}", []string{"2:17-34 csp-source", "2:36-49 csp-source"}, ""},
		{"check: {a: b}\nserve: {}", []string{"2:8 later"}, "这个版本还不读取 check"},
		{"check: x", []string{"2:8-9 wrong-type"}, ""},
		{"column: {keywords: [c, c]}", []string{"2:20 repeated-word"}, ""},
		{"column: {keywords: ['a,b', c]}", []string{"2:23-24 keyword-comma"}, ""},
	} {
		src := "version: 1\n" + c.yaml + "\n"
		_, found := parse(src)
		got, want := briefs(found), slices.Clone(c.want)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q\n got %q\nwant %q\n%v", c.yaml, got, want, found)
			continue
		}
		all := ""
		for _, d := range found {
			all += d.Message.ZH + " " + d.Hint.ZH + "\n"
		}
		if !strings.Contains(all, c.zh) {
			t.Errorf("%q says %q", c.yaml, all)
		}
		checkFindings(t, src, found)
	}
}

func checkFindings(t *testing.T, src string, list diag.List) {
	t.Helper()
	lines := strings.Split(src, "\n")
	for _, d := range list {
		if d.Path != "gongkai.yaml" {
			t.Errorf("%s is at %q", d.Rule, d.Path)
		}
		if !strings.HasPrefix(d.Rule, "file-") && !slices.ContainsFunc(ConfigRules(), func(r diag.Rule) bool { return r.ID == d.Rule && r.Severity == d.Severity }) {
			t.Errorf("rule %s is not documented", d.Rule)
		}
		for _, s := range []string{d.Message.ZH, d.Message.EN, d.Hint.ZH, d.Hint.EN} {
			if s == "" || strings.Contains(s, "(EXTRA ") || strings.Contains(s, "(MISSING)") || strings.Contains(s, "(BADINDEX)") {
				t.Errorf("%s: %q", d.Rule, s)
			}
		}
		if d.Rule == "config-secret" && d.Start == (diag.Pos{}) {
			continue // its line is not shown
		}
		if d.Start.Line < 1 || d.Start.Line > len(lines) || d.Start.Column < 1 || utf8.ValidString(src) && d.Start.Column > utf8.RuneCountInString(lines[d.Start.Line-1])+1 {
			t.Errorf("%q: outside the file: %v", src, d)
		}
	}
}

func TestConfigVersion(t *testing.T) {
	for src, want := range map[string][]string{
		"name: x\n": {"1:1 version"}, "version: 2\n": {"1:10-11 version"}, "version:\n": {"1:1 version"}, "版本: 1\n": {}, "": {"1:1 empty"}, "# x\n": {"1:1 empty"},
	} {
		if _, found := parse(src); !slices.Equal(briefs(found), want) {
			t.Errorf("%q: %q, want %q", src, briefs(found), want)
		}
	}
}

func TestConfigUnreadable(t *testing.T) {
	for src, want := range map[string]string{"version: 1\nname: \"x\n": "2:7 syntax", "\xffversion: 1": "1:1 file-encoding", "version: 1\x00": "1:11 file-nul", "- a": "1:1 not-a-mapping"} {
		c, found := parse(src)
		if c != nil || len(found) != 1 || briefs(found)[0] != want {
			t.Errorf("%q: %v %q", src, c, briefs(found))
		}
	}
}

// TestOfficialSitesNeedEverything takes each line out of a complete configuration in turn.
func TestOfficialSitesNeedEverything(t *testing.T) {
	c, found := parse(officialConfig)
	if len(found)+len(c.Complete()) > 0 {
		t.Fatal(found, c.Complete())
	}
	for part, id := range map[string]string{
		"网站名称: 某市政府信息公开\n": "M-01", "网址: https://www.example.gov.cn/zwgk\n": "M-02", "site_id_code: \"0000000000\"\n": "M-03、F-03", "  name: 计划总结\n": "M-04",
		"  description: 各部门的工作总结和计划\n": "M-05", "  keywords: 工作总结、工作计划\n": "M-06", "  type: 信息公开目录\n": "M-07", "sponsor: 某市人民政府办公室\n": "F-01",
		"contact: 0000-0000000\n": "F-02", "icp: 京ICP备00000000号-1\n": "F-04", "public_security: 京公网安备 00000000000000号\n": "F-05", "image: images/badge.png, ": "F-06",
		"link: \"https://www.example.gov.cn/badge\", ": "F-06", "report_error: https://www.example.gov.cn/error\n": "F-07",
	} {
		if !strings.Contains(officialConfig, part) {
			t.Fatalf("%q is not in the sample", part)
		}
		c, found := parse(strings.Replace(officialConfig, part, "", 1))
		missing := c.Complete()
		if len(found) > 0 || len(missing) != 1 || missing[0].Rule != "official-missing" || !strings.Contains(missing[0].Message.ZH, "（"+id+"）") {
			t.Errorf("without %q: %v %v", part, found, missing)
		}
		checkFindings(t, officialConfig, missing)
	}
	if c, _ := parse("version: 1\nofficial: true\n"); len(c.Complete()) != 14 || c.Complete()[0].Start != (diag.Pos{Line: 2, Column: 11}) {
		t.Errorf("%v", c.Complete())
	}
	if c, _ := parse("version: 1\n"); len(c.Complete()) != 0 {
		t.Error("an unofficial site needs nothing")
	}
}

func TestConfigSchema(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(ConfigSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("config.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("config.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, good := range []string{
		"version: 1", officialConfig, "version: 1\ncsp: off2\n"[:11], "版本: 1\nlabels: {agency: x, 标题: y}\ncsp: {mode: header, img_src: [data:]}\noutputs: [html, search]",
		"version: 1\ncsp: meta\ndistricts: [{代号: a, 名称: b}]\nagencies: [{key: a, name: b, former: [{name: c, until: '2019-01-01'}]}]\nname:\nfeatures: {paragraphs: spaced, review: 否}\ncheck: {x: y}\n",
		deployConfig, "version: 1\ndeploy:\n", "version: 1\n发布: {保留版本: 2, targets: [{kind: bundle, path: a, password: }]}\n",
	} {
		if err := schema.Validate(asJSON(t, good)); err != nil {
			t.Errorf("%q: %v", good, err)
		}
		if _, found := parse(good); found.Count(diag.Error) > 0 {
			t.Errorf("%q: %v", good, found)
		}
	}
	for _, bad := range []string{"name: x", "version: 2", "version: 1\nnmae: x", "version: 1\nofficial: maybe", "version: 1\nbase_url: a.cn", "version: 1\ncsp: strict", "version: 1\nmenu: x",
		"version: 1\nlabels: {agncy: x}", "version: 1\noutputs: [html, pdf]", "version: 1\nicp: x", "version: 1\nfeatures: {x: y}", "version: 1\nagencies: [{kye: x}]",
		"version: 1\ndeploy: {keep: 0}", "version: 1\ndeploy: {targets: [{kind: folder, path: a, password: x}]}", "version: 1\ndeploy: {targets: [{kind: sftp, host: a, user: b, path: c, password_env: hunter2}]}"} {
		if err := schema.Validate(asJSON(t, bad)); err == nil {
			t.Errorf("%q is good for editors", bad)
		}
		if _, found := parse(bad); found.Count(diag.Error) == 0 {
			t.Errorf("%q is good for the decoder", bad)
		}
	}
	for key := range doc.(map[string]any)["properties"].(map[string]any) {
		if _, found := parse("version: 1\n" + key + ":\n"); slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Rule == "config-unknown-key" }) {
			t.Errorf("%s is unknown to the decoder", key)
		}
	}
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	v, err = jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func FuzzConfig(f *testing.F) {
	for _, s := range []string{officialConfig, "version: 1\ncsp: {img_src: x}", "版本：1\n地区:\n- 代号：a", "labels: {a: b}\noutputs: [html, search]", "agencies: [{key: a, name: b, index_pattern: (}]", deployConfig, "deploy: {default: a, targets: [{kind: s3, endpoint: 'https://a@b', bucket: abc, grace: 1m}]}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		c, found := ParseConfig("gongkai.yaml", src)
		text := strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n")
		checkFindings(t, text, found)
		if c == nil {
			if len(found) == 0 {
				t.Error("no configuration, and no finding")
			}
			return
		}
		if c.Location == nil || c.Language == "" || !slices.Contains(c.Outputs, "html") && found.Count(diag.Error) == 0 {
			t.Errorf("%+v", c)
		}
		_, _, _ = c.Policy(), c.BasePath(), c.Complete()
	})
}
