package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"gongkai/internal/report"
	"gongkai/internal/sitetest"
)

// asOf is the moment for which tests build: after every date of the fixtures.
const asOf = "2026-11-21"

// program runs gongkai and returns its exit code and both outputs.
func program(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	e := env{Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Unix(1_800_000_000, 0) }, Terminal: func(any) bool { return false }}
	code = run(context.Background(), e, strings.NewReader(""), &out, &err, args)
	return code, out.String(), err.String()
}

// built builds a site into a new folder and returns it.
func built(t testing.TB, source string, more ...string) string {
	t.Helper()
	dest := filepath.Join(t.TempDir(), "public")
	code, out, errs := program(t, append([]string{"build", "-s", source, "-d", dest, "--as-of", asOf}, more...)...)
	if code != exitClean {
		t.Fatalf("build -s %s: exit %d\n%s%s", source, code, out, errs)
	}
	t.Log(strings.TrimSpace(out))
	return dest
}

// reportsSite makes a site of the five shared reports: their folder and a configuration that declares the two local keys.
func reportsSite(t testing.TB) string {
	t.Helper()
	shared := sitetest.Require(t, "shared")
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "content"), os.DirFS(filepath.Join(shared, "reports", "content"))); err != nil {
		t.Fatal(err)
	}
	config := "version: 1\nname: 工作报告公开\nbase_url: https://example.org/gongkai/\ndistricts:\n  - {key: mouqu, name: 某区}\n  - {key: shifanqu, name: 示范区}\n"
	if err := os.WriteFile(filepath.Join(dir, "gongkai.yaml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

const officialSite = "../../internal/build/testdata/official"

// TestReports is acceptance 1 of the trunk: five pages, outlines of 19, 14, 27, 14 and 10 entries, ten bold run-ins, all indexes.
func TestReports(t *testing.T) {
	dest := built(t, reportsSite(t), "--fail-on", "none")
	outlines := map[string]int{
		"610112/wjj/2021/weijian-zongjie": 19, "mouqu/wjj/2021/weijian-shuzhi": 14, "610102/wjj/2024/weijian-jihua": 27,
		"640500/wjw/2021/weijian-shangbannian": 14, "shifanqu/wjj/2021/weijian-zongjie": 10,
	}
	site, err := sitetest.Load(dest)
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for stem, want := range outlines {
		var data struct {
			Outline []report.OutlineEntry `json:"outline"`
		}
		readJSON(t, filepath.Join(dest, stem+".json"), &data)
		runIns := 0
		for _, o := range data.Outline {
			if o.RunIn {
				runIns++
			}
		}
		t.Logf("%s: outline %d, run-in %d", stem, len(data.Outline), runIns)
		if len(data.Outline) != want {
			t.Errorf("%s: outline of %d entries, want %d", stem, len(data.Outline), want)
		}
		if wantRunIns := map[string]int{"640500/wjw/2021/weijian-shangbannian": 10}[stem]; runIns != wantRunIns {
			t.Errorf("%s: %d run-in headings, want %d", stem, runIns, wantRunIns)
		}
		page := site.Page(stem + ".html")
		if page == nil {
			t.Fatalf("no page %s.html", stem)
		}
		title := page.Title()
		t.Log(title)
		if year := strings.Split(stem, "/")[2]; titles[title] || !strings.Contains(title, year) {
			t.Errorf("%s: title %q is not distinct, or lacks the year", stem, title)
		}
		titles[title] = true
		if strings.Contains(page.Text(), "**") && !strings.HasPrefix(stem, "shifanqu/") {
			t.Errorf("%s: literal asterisks", stem)
		}
	}
	for _, index := range []string{"610112", "610102", "610100", "610000", "640500", "640000", "mouqu", "shifanqu", "610112/wjj", "640500/wjw", "years", "years/2021", "years/2024", "610112/2021", "610000/2024"} {
		if site.Page(index+"/index.html") == nil {
			t.Errorf("no index %s/", index)
		}
	}
}

func readJSON(t testing.TB, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestEveryWordStands is acceptance 2: every character of a report's Markdown stands on its page, in order.
func TestEveryWordStands(t *testing.T) {
	source := reportsSite(t)
	dest := built(t, source, "--fail-on", "none")
	site, err := sitetest.Load(dest)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(source, "content", "*", "*", "*", "*.md"))
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		rel, _ := filepath.Rel(filepath.Join(source, "content"), name)
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(strings.TrimPrefix(string(src), "---\n"), "\n---\n")
		page := site.Page(strings.TrimSuffix(filepath.ToSlash(rel), ".md") + ".html")
		var lines []string
		n := 0
		for line := range strings.Lines(body) {
			if line = plainText(line); line != "" {
				lines = append(lines, line)
				n += utf8.RuneCountInString(line)
			}
		}
		t.Logf("%s: %d lines, %d characters", rel, len(lines), n)
		for _, problem := range sitetest.Passages(page.Text(), lines...) {
			t.Errorf("%s: %s", rel, problem)
		}
	}
}

// plainText takes the Markdown that the five reports use off a line: heading marks, bold, escapes.
func plainText(line string) string {
	line = strings.TrimSpace(strings.TrimLeft(line, "#"))
	line = strings.ReplaceAll(line, `\*`, "\x00")
	line = strings.ReplaceAll(line, "**", "")
	return strings.NewReplacer("\x00", "*", `\_`, "_", `\.`, ".").Replace(line)
}

// TestSites is acceptance 3: the laws of the output over all three sites.
func TestSites(t *testing.T) {
	sites := map[string]string{"own": built(t, "../.."), "official": built(t, officialSite)}
	if _, err := os.Stat("../../../shared/reports"); err == nil {
		sites["reports"] = built(t, reportsSite(t), "--fail-on", "none")
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for n := range sites {
			if !yield(n) {
				return
			}
		}
	}) {
		t.Run(name, func(t *testing.T) {
			site, err := sitetest.Load(sites[name])
			if err != nil {
				t.Fatal(err)
			}
			opt := sitetest.Options{Mode: sitetest.Partial, BaseURL: map[string]string{"own": "https://gongkai.example/", "reports": "https://example.org/gongkai/"}[name]}
			if name == "official" {
				opt = sitetest.Options{Mode: sitetest.Complete, BaseURL: "https://www.example.gov.cn/xxgk/", Exempt: []string{"110102/wjw/2024/zhuanxiang.html"}}
			} else {
				for _, problem := range site.Unofficial() {
					t.Error(problem)
				}
			}
			for _, problem := range site.Check(opt) {
				t.Error(problem)
			}
		})
	}
}

// TestNuChecker lets the Nu checker read every page of the sites.
func TestNuChecker(t *testing.T) {
	sitetest.Require(t, "java")
	sitetest.Require(t, "vnu")
	sitetest.VNUErrors(t, built(t, "../.."), built(t, officialSite), built(t, reportsSite(t), "--fail-on", "none"))
}

// TestRemovedLeavesNoTrace: of a report withdrawn with mode removed nothing stays but the notice (contract §2).
func TestRemovedLeavesNoTrace(t *testing.T) {
	dest := built(t, officialSite)
	page, err := os.ReadFile(filepath.Join(dest, "110102/wjw/2024/zhuanxiang.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(page, []byte("涉及个人隐私")) || !bytes.Contains(page, []byte("2024年6月3日")) || !bytes.Contains(page, []byte("noindex")) {
		t.Errorf("the notice lacks date, reason or noindex:\n%s", page)
	}
	err = filepath.WalkDir(dest, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		for _, word := range []string{"绝密的一段", "含个人信息", "误含", "2024-00003"} {
			if bytes.Contains(b, []byte(word)) {
				t.Errorf("%s still says %q", p, word)
			}
		}
		if strings.Contains(p, "zhuanxiang") && !strings.HasSuffix(p, "zhuanxiang.html") || bytes.Contains(b, []byte("zhuanxiang")) && filepath.Base(p) != "manifest.sha256" {
			if !strings.HasSuffix(p, "zhuanxiang.html") {
				t.Errorf("%s still leads to it", p)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
