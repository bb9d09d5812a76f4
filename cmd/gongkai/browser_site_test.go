package main

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/sitetest"
)

// readingSite is the site of which the tests in a browser read every kind of page.
const readingSite = "../../internal/build/testdata/reading"

// scripts are run in the browser by the tests: each is one expression, a function that returns what is to be known.
//
//go:embed testdata/browser/*.js
var scripts embed.FS

// script returns a script applied to arguments written as JavaScript.
func script(t testing.TB, name, args string) string {
	t.Helper()
	b, err := scripts.ReadFile("testdata/browser/" + name + ".js")
	if err != nil {
		t.Fatal(err)
	}
	return "(" + strings.TrimSpace(string(b)) + ")(" + args + ")"
}

// view is a page that the tests look at: one of every kind, nearly empty and very full.
type view struct {
	kind  string // the layout
	state string
	path  string // below the folder of all sites
}

func (v view) String() string { return v.kind + " (" + v.state + ")" }

var views = []view{
	{"home", "full", "official/index.html"},
	{"home", "unofficial", "unofficial/index.html"},
	{"home", "no report", "empty/index.html"},
	{"home", "one agency", "single/index.html"},
	{"district", "120 reports", "official/110105/index.html"},
	{"district", "last page", "official/110105/page/3.html"},
	{"district", "1 report", "official/530102/index.html"},
	{"district", "above others", "official/110000/index.html"},
	{"district-year", "full", "official/110000/2024/index.html"},
	{"district-year", "1 report", "official/530102/2024/index.html"},
	{"agency", "full", "official/110101/wjw/index.html"},
	{"agency", "1 report", "official/110101/mz/index.html"},
	{"years", "full", "official/years/index.html"},
	{"year", "full", "official/years/2024/index.html"},
	{"year", "few", "official/years/1995/index.html"},
	{"topics", "full", "official/topics/index.html"},
	{"topic", "several pages", "official/topics/zonghe/index.html"},
	{"topic", "1 report", "official/topics/minzheng/index.html"},
	{"kind", "several pages", "official/kinds/summary/page/2.html"},
	{"report", "everything", "official/110101/wjw/2024/quan.html"},
	{"report", "unofficial", "unofficial/110101/wjw/2024/quan.html"},
	{"report", "one sentence", "official/530102/wjj/2024/zongjie.html"},
	{"report", "long title", "official/110101/wjw/2024/chang-biaoti.html"},
	{"report", "superseded", "official/110101/wjw/2023/zongjie.html"},
	{"report", "withdrawn", "official/110101/wjw/2022/zongjie.html"},
	{"report", "draft", "official/110101/wjw/2025/caogao.html"},
	{"report", "5,000 characters", "official/110101/wjw/2021/wuqian.html"},
	{"removed", "notice", "official/110101/wjw/2022/jiancha.html"},
	{"plain", "full", "official/zhinan.html"},
	{"plain", "one sentence", "official/about.html"},
	{"404", "", "official/404.html"},
	{"redirect", "", "official/old/2024/zongjie.html"},
}

// reading is what the tests in a browser share: one browser, and the sites in one folder behind one server.
type reading struct {
	browser context.Context
	dir     string // of the folders official, unofficial, empty and single
	root    string // the server's address, with a slash at the end
}

func newReading(t *testing.T) *reading {
	r := &reading{browser: sitetest.Chromium(t), dir: t.TempDir()}
	source := readingSource(t)
	r.build(t, source, "official", "-D")
	config := filepath.Join(source, "gongkai.yaml")
	b, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(string(b), "official: true")
	unofficial := name + "official: false\nreport_error: https://www.example.org/jiucuo?from=site\nfeatures: {paragraphs: spaced}\n"
	write(t, config, unofficial)
	r.build(t, source, "unofficial")
	r.build(t, bareSource(t, nil), "empty")
	r.build(t, bareSource(t, []int{2023, 2024}), "single")
	r.root = sitetest.ServeChanged(t, r.dir, stay)
	return r
}

// stay keeps a redirect page open, so that it can be looked at.
func stay(_, text string) string {
	return strings.Replace(text, `http-equiv="refresh"`, `name="refresh"`, 1)
}

// tab opens a tab in which any request outside of the sites is a complaint.
func (r *reading) tab(t testing.TB) *sitetest.Tab { return sitetest.OpenTab(t, r.browser, r.root) }

func (r *reading) build(t testing.TB, source, name string, more ...string) {
	t.Helper()
	args := append([]string{"build", "-s", source, "-d", filepath.Join(r.dir, name), "--as-of", asOf,
		"--base-url", base(name)}, more...)
	if code, out, errs := program(t, args...); code != exitClean {
		t.Fatalf("build %s: exit %d\n%s%s", name, code, out, errs)
	}
}

// base is the base_url of a site; its path is the one at which the server has the site.
func base(name string) string { return "https://www.example.gov.cn" + sitetest.ServePath + name + "/" }

// readingSource copies readingSite and adds a district of 120 reports, a report of 5,000 characters and pages to be printed.
func readingSource(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(readingSite)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for year := 1995; year < 2025; year++ {
		for _, agency := range []struct{ key, name string }{{"jy", "朝阳区教育局"}, {"jt", "朝阳区交通委员会"}, {"sw", "朝阳区水务局"}, {"zf", "朝阳区人民政府办公室"}} {
			n++
			front := fmt.Sprintf("title: %s%d年工作总结\nagency: %s\nkind: summary\ntopic: 综合政务\\其他\n", agency.name, year, agency.name)
			addReport(t, dir, fmt.Sprintf("110105/%s/%d/zongjie", agency.key, year), n, year+1, front, "全年各项工作平稳。\n")
		}
	}
	front := "title: 东城区2021年卫生健康工作总结\nkind: summary\ntopic: 卫生、体育\\卫生\n"
	addReport(t, dir, "110101/wjw/2021/wuqian", n+1, 2022, front, long(5000))
	addReport(t, dir, "110101/wjw/2020/ban", n+2, 2021, strings.ReplaceAll(front, "2021", "2020"), strings.Repeat("工", 4*22*28)+"\n\n东城区卫生健康委\n\n2021年2月3日\n")
	table := "表1 逐日登记\n\n| 日期 | 件数 |\n|---|---:|\n"
	for day := range 60 {
		table += fmt.Sprintf("| 第%d日 | %d |\n", day+1, day)
	}
	addReport(t, dir, "110101/wjw/2019/changbiao", n+3, 2020, strings.ReplaceAll(front, "2021", "2019"), table)
	return dir
}

// addReport writes a report with what an official site asks of it.
func addReport(t testing.TB, dir, stem string, n, year int, front, body string) {
	t.Helper()
	front += fmt.Sprintf("date: %d-02-03\nwritten: %d-01-20\nindex_number: 11000000X/%d-%05d\nsummary: 全年工作的回顾。\n", year, year, year, 100+n)
	write(t, filepath.Join(dir, "content", stem+".md"), "---\n"+front+"---\n\n"+body)
}

// long is a report's text of at least n characters, in nine sections with three parts each.
func long(n int) string {
	var b strings.Builder
	part := (n + 26) / 27
	for i := range 9 {
		fmt.Fprintf(&b, "## %c、第%d项工作\n\n", []rune("一二三四五六七八九")[i], i+1)
		for j := range 3 {
			fmt.Fprintf(&b, "### （%c）第%d个方面\n\n", []rune("一二三")[j], j+1)
			text := fmt.Sprintf("第%d项第%d个方面的安排按月推进，", i+1, j+1)
			for k := 0; len([]rune(text)) < part; k++ {
				text += fmt.Sprintf("第%d步由承办单位核对清单以后上门办理，", k+1)
			}
			b.WriteString(strings.TrimSuffix(text, "，") + "。\n\n")
		}
	}
	return b.String()
}

// bareSource is a site of one agency with a report for every year, and no configuration but its name.
func bareSource(t testing.TB, years []int) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "gongkai.yaml"), "version: 1\nname: 示例县档案\n")
	write(t, filepath.Join(dir, "content", "about.md"), "---\ntitle: 关于本站\n---\n\n整理旧档。\n")
	for i, year := range years {
		addReport(t, dir, fmt.Sprintf("110118/da/%d/zongjie", year), i, year+1, fmt.Sprintf("title: %d年档案工作总结\nagency: 密云区档案馆\nkind: summary\n", year), "馆藏完好。\n")
	}
	return dir
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
