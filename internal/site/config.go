package site

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/strictyaml"
)

// Config is gongkai.yaml: contract §3. What is not written there stays empty but for the defaults named here; no sample value is ever
// filled in (standards I-04).
type Config struct {
	Version        int
	Name           string
	BaseURL        string // absolute, ends with a slash; "" when unknown
	Language       string // default zh-CN
	Timezone       string // default Asia/Shanghai
	Location       *time.Location
	Official       bool
	Sponsor        string // 主办单位, F-01
	Operator       string // 承办单位
	Contact        string // F-02
	SiteIDCode     string // 政府网站标识码, M-03 and F-03
	ICP            string // F-04
	PublicSecurity string // F-05
	Badge          ConfigBadge
	ReportError    string // 找错 link, F-07
	Column         ConfigColumn
	Districts      []DistrictEntry
	Agencies       []AgencyEntry
	Topics         []TopicEntry
	Menu           []MenuEntry
	Labels         map[string]string // by English key of front matter
	Outputs        []string          // default html json txt feeds catalog
	Features       Features
	CSP            ConfigCSP
	Deploy         ConfigDeploy

	Path string         // as given on the command line
	Keys []report.KeyAt // what was written and where
}

// ConfigBadge is the 党政机关网站标识, F-06.
type ConfigBadge struct{ Image, Link, ID string }

// ConfigColumn (栏目) is what the page tags M-04…M-07 say of the site's column.
type ConfigColumn struct {
	Name, Type, Description string
	Keywords                []string
}

// DistrictEntry declares a district; a declared key wins over the national table.
type DistrictEntry struct {
	Key, Name, Parent string
	At                diag.Pos
}

// AgencyEntry registers an agency.
type AgencyEntry struct {
	Key, District, Name, Short string
	Former                     []FormerName // oldest first, as written
	Contact                    string
	IndexPattern               *regexp.Regexp // of its index numbers (standards X-33); nil when none is given
	At                         diag.Pos
}

// FormerName is a name that an agency bore up to a day.
type FormerName struct {
	Name  string
	Until report.Date
}

// TopicEntry gives a topic of the vocabulary the key that stands in its address.
type TopicEntry struct {
	Key, Name string
	At        diag.Pos
}

// MenuEntry is a link in the site's header: a path of the site or a web address.
type MenuEntry struct {
	Name, URL string
	At        diag.Pos
}

// Features are choices of how pages look.
type Features struct {
	Paragraphs string // indent (default) or spaced
	Review     bool   // print the review record on pages
}

// ConfigCSP is the content security policy: mode meta (default: in every page), header (the server sends it) or off, and further
// sources by directive, in the order of cspDirectives.
type ConfigCSP struct {
	Mode    string
	Sources [len(cspDirectives)][]string
}

var cspDirectives = [...]string{"script-src", "style-src", "img-src", "font-src", "connect-src", "worker-src", "media-src", "frame-src", "form-action"}

// cspOwn are the directives by which every site reaches its own files; the others are closed unless sources are configured.
var cspOwn = []string{"script-src", "style-src", "img-src", "font-src", "connect-src", "worker-src", "form-action"}

// At returns the place of a written key; ok is false when the file does not hold it.
func (c *Config) At(key string) (at report.KeyAt, ok bool) {
	i := slices.IndexFunc(c.Keys, func(k report.KeyAt) bool { return k.Key == key })
	if i < 0 {
		return report.KeyAt{}, false
	}
	return c.Keys[i], true
}

// BasePath is the path of base_url, "/" when there is none: /zwgk/ for https://www.example.gov.cn/zwgk/.
func (c *Config) BasePath() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Path == "" {
		return "/"
	}
	return u.EscapedPath()
}

// Domain is the host of base_url (M-02), "" when there is none.
func (c *Config) Domain() string {
	u, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// Policy is the content security policy for a meta element; "" when pages carry none.
func (c *Config) Policy() string {
	if c.CSP.Mode != "meta" {
		return ""
	}
	return c.policy()
}

// PolicyHeader is the policy as a server sends it; "" when the site has none. Only a header can forbid framing by others.
func (c *Config) PolicyHeader() string {
	if c.CSP.Mode == "off" {
		return ""
	}
	return c.policy() + "; frame-ancestors 'self'"
}

func (c *Config) policy() string {
	parts := []string{"default-src 'none'"}
	for i, directive := range cspDirectives {
		sources := c.CSP.Sources[i]
		if len(sources) > 0 || slices.Contains(cspOwn, directive) {
			parts = append(parts, strings.Join(append([]string{directive, "'self'"}, sources...), " "))
		}
	}
	return strings.Join(append(parts, "base-uri 'none'"), "; ")
}

// DefaultConfig is the configuration of a site without gongkai.yaml.
func DefaultConfig() *Config {
	c := &Config{Version: 1}
	c.defaults()
	return c
}

// defaults fills what is not written.
func (c *Config) defaults() {
	set := func(to *string, value string) {
		if *to == "" {
			*to = value
		}
	}
	set(&c.Language, "zh-CN")
	set(&c.Timezone, "Asia/Shanghai")
	set(&c.Features.Paragraphs, "indent")
	set(&c.CSP.Mode, "meta")
	if len(c.Outputs) == 0 {
		c.Outputs = []string{"html", "json", "txt", "feeds", "catalog"}
	}
	c.Deploy.defaults()
	if c.Location == nil {
		if c.Location, _ = zone(c.Timezone); c.Location == nil {
			c.Location = time.FixedZone("CST", 8*60*60) // a machine without a zone database; China has had one zone without summer time since 1992
		}
	}
}

func zone(name string) (*time.Location, bool) {
	if name == "Local" || name == "" { // would differ from machine to machine
		return nil, false
	}
	l, err := time.LoadLocation(name)
	return l, err == nil
}

// ParseConfig reads gongkai.yaml. The configuration is nil when the file cannot be read; single keys that could not be read have
// their defaults. What an official site must add is for Complete to say.
func ParseConfig(file string, src []byte) (*Config, diag.List) {
	src, found := report.Normalise(file, src)
	if len(found) > 0 {
		return nil, found
	}
	c := &Config{}
	result := strictyaml.Decode(src, strictyaml.Options{Path: file, Rules: "config"}, configType(), c)
	if !result.Readable {
		return nil, result.Findings
	}
	result.Findings = hideSecrets(result.Findings)
	c.Path = file
	for _, k := range result.Keys {
		c.Keys = append(c.Keys, report.KeyAt(k))
	}
	found = append(result.Findings, c.versioned()...)
	found = append(found, c.unofficialMarks()...)
	c.Location, _ = zone(c.Timezone)
	c.defaults()
	found.Sort()
	return c, found
}

// versioned reports a missing version: a later program must know by which contract the file was written. Rule config-version.
func (c *Config) versioned() diag.List {
	at, written := c.At("version")
	if c.Version != 0 || written && at.End != at.Value && at.End != (diag.Pos{}) {
		return nil
	}
	return diag.List{{
		Rule: "config-version", Severity: diag.Error, Path: c.Path, Start: diag.Pos{Line: 1, Column: 1},
		Message: diag.Say("缺少配置的版本号（version）", "the version of the configuration is missing"),
		Hint:    diag.Say("请在第一行写 version: 1", "write version: 1 on the first line"),
	}}
}
