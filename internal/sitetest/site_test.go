package sitetest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const base = "https://www.example.gov.cn/gk/"

// files is a small site by hand; the tests spoil a copy of it, one thing at a time.
type files map[string]string

const footer = `<footer><p data-f="F-01">主办单位：某区人民政府</p><p data-f="F-02">联系电话：010-00000000</p><p data-f="F-03">网站标识码：6101120001</p>` +
	`<p><a data-f="F-04" href="https://beian.miit.gov.cn/">陕ICP备00000001号-2</a></p>` +
	`<p data-f="F-05"><a href="https://beian.mps.gov.cn/#/query/webSearch?recordcode=61011202000001">陕公网安备 61011202000001号</a></p>` +
	`<p data-f="F-06"><a href="https://bszs.conac.cn/sitename?method=show&amp;id=1"><img src="%[1]sassets/badge.png" alt="党政机关"></a></p>` +
	`<p data-f="F-07"><a href="https://zfwzgl.www.gov.cn/">我为政府网站找错</a></p><p data-f="F-08"><a href="%[1]ssitemap.xml">站点地图</a></p></footer>`

func document(title, up, head, body string) string {
	return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>` + title + `</title><link rel="stylesheet" href="` + up + `assets/style.css">` +
		head + `</head><body><a href="#main">跳到正文</a><header><p>某区</p><nav aria-label="栏目"><a href="` + up + `index.html">首页</a></nav></header>` +
		body + fmt.Sprintf(footer, up) + `</body></html>`
}

func columnTags(name string) string {
	return `<meta name="SiteName" content="某区政府信息公开"><meta name="SiteDomain" content="www.example.gov.cn"><meta name="SiteIDCode" content="6101120001">` +
		`<meta name="ColumnName" content="` + name + `"><meta name="ColumnDescription" content="工作报告目录"><meta name="ColumnKeywords" content="总结,计划">` +
		`<meta name="ColumnType" content="信息公开目录">`
}

const articleHead = `<meta name="ArticleTitle" content="某局2021年工作总结"><meta name="PubDate" content="2021-11-03 09:30"><meta name="ContentSource" content="某区某局">` +
	`<meta name="Keywords" content="总结"><link rel="canonical" href="` + base + `610112/ju/2021/zongjie.html">` +
	`<script type="application/ld+json">{"@context":"https://schema.org","@type":"Report","publisher":{"name":"某局"}}</script>`

const articleBody = `<nav aria-label="当前位置"><ol><li><a href="../../../index.html">首页</a></li><li aria-current="page">总结</li></ol></nav><main id="main">` +
	`<h1>某局2021年工作总结</h1><p><time datetime="2021-11-03T09:30+08:00">2021年11月3日</time></p><h2 id="s1">一、基本情况</h2><p>全年办结一百件。</p><h3 id="s1-1">（一）办件</h3>` +
	`<table><tr><th scope="col">项目</th></tr><tr><td>1</td></tr></table><p><a href="#s1">回到第一部分</a></p>` +
	`<img src="zongjie/tu.png" srcset="zongjie/tu.png 1x" alt="柱状图"></main>`

const feed = `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN"><id>` + base + `</id><title>某区</title>` +
	`<updated>2021-11-03T09:30:00+08:00</updated><link rel="self" href="` + base + `feed.xml"/><entry><id>` + base + `610112/ju/2021/zongjie.html</id>` +
	`<title>总结</title><updated>2021-11-03T09:30:00+08:00</updated><link href="` + base + `610112/ju/2021/zongjie.html"/></entry></feed>`

func goodSite() files {
	return files{
		"index.html": document("某区政府信息公开", "", columnTags("首页"), `<main id="main"><h1>某区政府信息公开</h1><ol class="reports"><li>`+
			`<a href="610112/ju/2021/zongjie.html#s1-1">总结</a> <time datetime="2021-11-03">2021年11月3日</time></li></ol></main>`),
		"610112/ju/2021/zongjie.html": document("某局2021年工作总结_某区", "../../../", columnTags("某局")+articleHead, articleBody),
		"404.html": strings.Replace(document("没有这一页", "", `<meta name="robots" content="noindex">`, `<main id="main"><h1>没有这一页</h1></main>`),
			`<link rel="stylesheet"`, `<base href="/gk/"><link rel="stylesheet"`, 1),
		"old.html": `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>已移动</title><meta http-equiv="refresh" content="0; url=610112/ju/2021/zongjie.html">` +
			`</head><body><p><a href="610112/ju/2021/zongjie.html">新地址</a></p></body></html>`,
		"assets/style.css": `body{background:url("badge.png")}`, "assets/badge.png": "png", "610112/ju/2021/zongjie/tu.png": "png",
		"catalog.json": `[]`, "catalog.csv": "\uFEFF标题,备注\n总结,'=1\n", "robots.txt": "User-agent: *\n",
		"sitemap.xml": `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>` + base + `</loc></url><url><loc>` + base +
			`610112/ju/2021/zongjie.html</loc></url></urlset>`,
		"feed.xml": feed,
	}
}

// write lays the site out, with its manifest unless the files bring one.
func (f files) write(t *testing.T) *Site {
	t.Helper()
	dir := t.TempDir()
	manifest := ""
	for _, name := range slices.Sorted(maps.Keys(f)) {
		sum := sha256.Sum256([]byte(f[name]))
		manifest += hex.EncodeToString(sum[:]) + "  " + name + "\n"
	}
	if f[manifestName] == "" {
		f[manifestName] = manifest
	}
	for name, content := range f {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestGoodSite(t *testing.T) {
	s := goodSite().write(t)
	for _, p := range s.Check(Options{Mode: Complete, BaseURL: base}) {
		t.Error(p)
	}
	types := map[string]PageType{"index.html": Home, "404.html": NotFound, "old.html": Redirect, "610112/ju/2021/zongjie.html": Content}
	for name, want := range types {
		if p := s.Page(name); p == nil || p.Type != want {
			t.Errorf("%s: page %v, want type %d", name, p, want)
		}
	}
}

func TestPageTypeByAddress(t *testing.T) {
	for rel, want := range map[string]PageType{
		"about.html": Plain, "610112/index.html": Column, "610112/ju/2021/a-compare.html": Column, "610112/2021/page/2.html": Column,
		"years/2021/index.html": Column, "610112/ju/2021/a.html": Content, "610112/ju/page/2.html": Column,
	} {
		f := files{rel: "<p>x"}
		if got := f.write(t).Page(rel).Type; got != want {
			t.Errorf("%s: type %d, want %d", rel, got, want)
		}
	}
}

const report = "610112/ju/2021/zongjie.html"

// TestEachCheckCanFail spoils one thing at a time and wants the check that is meant for it to say so.
func TestEachCheckCanFail(t *testing.T) {
	tests := []struct{ name, file, old, new, want string }{
		{"two h1", report, "<h2 id", "<h1>又一个</h1><h2 id", "2 h1"},
		{"no h1", "index.html", "h1>", "h2>", "0 h1"},
		{"skipped level", report, "<h3 ", "<h4 ", "level skipped"},
		{"empty heading", report, "（一）办件", " ", "empty h3"},
		{"repeated id", report, `id="s1-1"`, `id="s1"`, `id "s1" stands 2 times`},
		{"id with a space", report, `id="s1-1"`, `id="s1 1"`, "white space"},
		{"no lang", report, ` lang="zh-CN"`, "", "no lang"},
		{"no charset", report, `<meta charset="utf-8">`, "", "no meta charset"},
		{"no main", report, "main", "div", "0 landmarks main"},
		{"header in main only", "index.html", "header>", "div>", "0 landmarks header"},
		{"no footer", "index.html", "footer>", "div>", "0 landmarks footer"},
		{"no nav", "index.html", "nav", "div", "no nav"},
		{"unlabelled nav", report, ` aria-label="栏目"`, "", "need a label each"},
		{"no skip link", report, `<a href="#main">跳到正文</a>`, "", "no skip link"},
		{"skip link astray", report, `id="main"`, `id="other"`, "skip link leads nowhere"},
		{"no alt", report, ` alt="柱状图"`, "", "has no alt"},
		{"no scope", report, ` scope="col"`, "", "has no scope"},
		{"wrong scope", report, `scope="col"`, `scope="column"`, "has no scope"},
		{"link without text", report, "回到第一部分", "", "has no text"},
		{"no title", report, "<title>某局2021年工作总结_某区</title>", "", "no title"},
		{"same title", report, "<title>某局2021年工作总结_某区", "<title>某区政府信息公开", "is also that of"},
		{"inline style", report, "</head>", "<style>p{}</style></head>", "inline style"},
		{"style attribute", report, "<h1>", `<h1 style="color:red">`, "attribute style"},
		{"event handler", report, "<h1>", `<h1 onclick="x()">`, "attribute onclick"},
		{"srcdoc", report, "<h1>", `<iframe srcdoc="x"></iframe><h1>`, "attribute srcdoc"},
		{"inline script", report, "</head>", "<script>1</script></head>", "inline script"},
		{"script address", report, `href="#s1"`, `href="java&#10;script:x()"`, "script as an address"},
		{"two data blocks", report, "</head>", `<script type="application/ld+json">{"@context":1}</script></head>`, "2 JSON-LD blocks"},
		{"base", report, "</head>", `<base href="/"></head>`, "base element"},
		{"no such file", report, "zongjie/tu.png 1x", "zongjie/nein.png 1x", "no such file"},
		{"no such id", "index.html", "#s1-1", "#s9", "no such id"},
		{"not relative", "index.html", `href="610112`, `href="/610112`, "not relative"},
		{"leaves the site", "index.html", `href="610112`, `href="../610112`, "leaves the site"},
		{"names a folder", report, "../../../index.html", "../../../", "names a folder"},
		{"empty address", report, `href="#s1"`, `href=""`, "empty address"},
		{"empty fragment", report, `href="#s1"`, `href="#"`, "empty fragment"},
		{"third party image", report, `src="zongjie/tu.png"`, `src="https://cdn.example.com/tu.png"`, "loaded from outside"},
		{"third party without scheme", report, `src="zongjie/tu.png"`, `src="//cdn.example.com/tu.png"`, "scheme not allowed"},
		{"data image", report, `src="zongjie/tu.png"`, `src="data:image/png;base64,"`, "scheme not allowed"},
		{"third party style", report, `href="../../../assets/style.css"`, `href="https://cdn.example.com/a.css"`, "loaded from outside"},
		{"redirect astray", "old.html", "url=610112", "url=610113", "meta refresh"},
		{"style sheet", "assets/style.css", "badge.png", "gone.png", "no such file"},
		{"style import", "assets/style.css", "body", `@import "https://cdn.example.com/x.css";body`, "loaded from outside"},
		{"canonical of another", report, "canonical\" href=\"" + base + report, "canonical\" href=\"" + base, "canonical address"},
		{"tag missing", report, `<meta name="ColumnType" content="信息公开目录">`, "", "M-17: no ColumnType"},
		{"article tag missing", report, `<meta name="ContentSource" content="某区某局">`, "", "M-17: no ContentSource"},
		{"tag null", report, `content="信息公开目录"`, `content="null"`, `M-17: ColumnType is "null"`},
		{"tag empty", report, `content="信息公开目录"`, `content=""`, `M-17: ColumnType is ""`},
		{"tag twice", report, "</head>", `<meta name="ColumnName" content="乙"></head>`, "M-19: meta ColumnName twice"},
		{"keywords twice", report, "</head>", `<meta name="keywords" content="乙"></head>`, "M-19: meta keywords twice"},
		{"tag in another case", report, `"SiteName"`, `"sitename"`, "M-18: meta sitename"},
		{"date form", report, "2021-11-03 09:30", "2021/11/03 09:30", "M-18: PubDate"},
		{"date not shown", report, "2021-11-03 09:30", "2021-11-04 09:30", "N-03"},
		{"title not h1", report, `content="某局2021年工作总结"`, `content="某局工作总结"`, "M-08"},
		{"article tag on home", "index.html", "</head>", `<meta name="PubDate" content="2021-11-03 00:00"></head>`, "no article"},
		{"domain with a scheme", report, `content="www.example.gov.cn"`, `content="https://www.example.gov.cn"`, "M-18: SiteDomain"},
		{"site code", report, `content="6101120001"`, `content="12"`, "M-18: SiteIDCode"},
		{"footer item missing", report, `data-f="F-01"`, "", "F-01 is missing"},
		{"footer item empty", report, "主办单位：某区人民政府", "", "F-01: empty"},
		{"footer item twice", report, `data-f="F-02"`, `data-f="F-01"`, "F-01 stands 2 times"},
		{"footer site code", report, "网站标识码：6101120001", "网站标识码：6101120002", "F-03: site code"},
		{"ICP", report, "陕ICP备00000001号-2", "某ICP备00000001号-2", "F-04"},
		{"ICP without link", report, ` href="https://beian.miit.gov.cn/"`, "", "F-04: no link"},
		{"public security", report, "recordcode=61011202000001", "recordcode=61011202000002", "F-05"},
		{"badge without alt", report, ` alt="党政机关"`, ` alt=""`, "F-06"},
		{"no sitemap link", report, `<a href="../../../sitemap.xml">站点地图</a>`, "站点地图", "F-08: no link"},
		{"no breadcrumb", report, "当前位置", "位置", "N-02: 0 breadcrumbs"},
		{"breadcrumb step", report, `<a href="../../../index.html">首页</a></li><li aria`, `首页</li><li aria`, "is no link"},
		{"breadcrumb end", report, ` aria-current="page"`, "", "aria-current"},
		{"entry without date", "index.html", ` <time datetime="2021-11-03">2021年11月3日</time>`, "", "N-05: no date"},
		{"entry with a wrong date", "index.html", `datetime="2021-11-03"`, `datetime="2021年"`, "N-05: date"},
		{"broken data block", report, `"@type":"Report"`, `"@type":`, "JSON-LD: "},
		{"data block that ends early", report, `"@type":"Report"`, `"@type":"</b>"`, "JSON-LD holds </"},
		{"null in a data block", report, `"@type":"Report"`, `"@type":null`, `":null"`},
		{"placeholder", report, "全年办结一百件", "全年办结undefined件", `"undefined"`},
		{"template left over", report, "全年办结一百件", "全年办结{{.N}}件", `"{{"`},
		{"Go format left over", report, `alt="柱状图"`, `alt="%!s(MISSING)"`, `"%!s("`},
		{"no value", report, "全年办结一百件", "&lt;no value>", `"<no value>"`},
		{"broken JSON", "catalog.json", "[]", "[", "not JSON"},
		{"formula", "catalog.csv", "'=1", "=1", "is a formula"},
		{"no BOM", "catalog.csv", "\uFEFF", "", "no BOM"},
		{"ragged rows", "catalog.csv", "总结,'=1", "总结", "wrong number of fields"},
		{"broken feed", "feed.xml", "</entry>", "", "feed.xml"},
		{"entry without id", "feed.xml", "<entry><id>" + base + report + "</id>", "<entry>", "none may be missing"},
		{"feed without lang", "feed.xml", ` xml:lang="zh-CN"`, "", `xml:lang ""`},
		{"feed link", "feed.xml", `<link href="` + base + report, `<link href="` + base + "x.html", "no such file"},
		{"foreign feed link", "feed.xml", `rel="self" href="` + base, `rel="self" href="https://other.example/`, "not below the base URL"},
		{"broken sitemap", "sitemap.xml", "</urlset>", "", "sitemap.xml"},
		{"sitemap address", "sitemap.xml", "zongjie.html", "x.html", "no such file"},
		{"sitemap twice", "sitemap.xml", report, "", "twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := goodSite()
			if !strings.Contains(f[tt.file], tt.old) {
				t.Fatalf("the test is stale: %s has no %q", tt.file, tt.old)
			}
			f[tt.file] = strings.ReplaceAll(f[tt.file], tt.old, tt.new)
			found := f.write(t).Check(Options{Mode: Complete, BaseURL: base})
			if !slices.ContainsFunc(found, func(p string) bool { return strings.Contains(p, tt.want) }) {
				t.Errorf("want a problem with %q, have:\n%s", tt.want, strings.Join(found, "\n"))
			}
		})
	}
}

func TestPartial(t *testing.T) {
	f := goodSite()
	for name, page := range f {
		for _, gone := range []string{`<meta name="SiteIDCode" content="6101120001">`, `<p data-f="F-03">网站标识码：6101120001</p>`, `<meta name="ContentSource" content="某区某局">`} {
			page = strings.ReplaceAll(page, gone, "")
		}
		f[name] = page
	}
	if found := f.write(t).Check(Options{Mode: Partial, BaseURL: base}); len(found) > 0 {
		t.Errorf("what is missing is no fault in Partial mode:\n%s", strings.Join(found, "\n"))
	}
	found := f.write(t).Check(Options{Mode: Complete, Exempt: []string{report}})
	if text := strings.Join(found, "\n"); strings.Contains(text, "ContentSource") || !strings.Contains(text, "F-03 is missing") {
		t.Errorf("an exempt page needs no article tags, but the footer:\n%s", text)
	}
	f[report] = strings.Replace(f[report], "陕ICP备00000001号-2", "无", 1)
	if found := f.write(t).Footer(Partial); len(found) != 1 {
		t.Errorf("a wrong item is a fault in Partial mode too: %q", found)
	}
}

func TestUnofficial(t *testing.T) {
	found := strings.Join(goodSite().write(t).Unofficial(), "\n")
	for _, want := range []string{"index.html: does not say 非官方", "index.html: no robots noindex", "index.html: I-04: SiteIDCode", "index.html: I-04: F-06"} {
		if !strings.Contains(found, want) {
			t.Errorf("want %q in:\n%s", want, found)
		}
	}
	f := files{"index.html": `<meta name="robots" content="noindex"><p>非官方网站`}
	if found := f.write(t).Unofficial(); len(found) > 0 {
		t.Error(found)
	}
}

func TestManifest(t *testing.T) {
	good := goodSite()
	good.write(t)
	lines := strings.SplitAfter(good[manifestName], "\n")
	tests := map[string]string{
		"another hash":    strings.Replace(good[manifestName], lines[0][:64], strings.Repeat("0", 64), 1),
		"is not listed":   strings.Join(lines[1:], ""),
		"stands after":    lines[1] + lines[0] + strings.Join(lines[2:], ""),
		"no such file":    good[manifestName] + strings.Repeat("0", 64) + "  zz\n",
		"not of the form": good[manifestName] + "zz\n",
		"no line feed":    strings.TrimSuffix(good[manifestName], "\n"),
	}
	for want, manifest := range tests {
		f := goodSite()
		f[manifestName] = manifest
		if found := strings.Join(f.write(t).Manifest(), "\n"); !strings.Contains(found, want) {
			t.Errorf("want %q, have %q", want, found)
		}
	}
	if found := (&Site{Dir: t.TempDir(), Files: map[string]bool{}}).Manifest(); len(found) != 1 {
		t.Errorf("without a manifest: %q", found)
	}
}

func TestMissingFiles(t *testing.T) {
	f := goodSite()
	delete(f, "sitemap.xml")
	if found := strings.Join(f.write(t).Check(Options{}), "\n"); !strings.Contains(found, "sitemap.xml: missing") {
		t.Error(found)
	}
	if found := (files{"a.txt": ""}).write(t).Check(Options{}); !strings.Contains(strings.Join(found, "\n"), "no pages") {
		t.Errorf("a site without pages is no good site: %q", found)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "gone")); err == nil {
		t.Error("a missing folder loads")
	}
}

func TestTexts(t *testing.T) {
	p := (files{"a.html": "<title>不算</title><p>一、办结\n 一百件<script>x</script><style>y</style></p><p>二、受理两百件"}).write(t).Page("a.html")
	if got, want := Bare(p.Text()), "一、办结一百件二、受理两百件"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	for _, tt := range []struct{ passages, want []string }{
		{[]string{"办结 一百件", "二、受理"}, nil},
		{[]string{"二、受理", "办结一百件"}, []string{"out of order: 办结一百件"}},
		{[]string{"三、"}, []string{"not there: 三、"}},
	} {
		if got := Passages(p.Text(), tt.passages...); !slices.Equal(got, tt.want) {
			t.Errorf("Passages(%q) = %q, want %q", tt.passages, got, tt.want)
		}
	}
	if missing, ok := InOrder(p.Text(), "一办百件受两 件"); !ok {
		t.Errorf("in order, but missing %q", missing)
	}
	if missing, ok := InOrder(p.Text(), "二一百"); ok || missing != "二一百" {
		t.Errorf("out of order, but %v, missing %q", ok, missing)
	}
}
