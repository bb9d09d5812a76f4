package build

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/internal/diag"
)

// editor makes random edits of a site, as a person or a program might between two builds.
type editor struct {
	*testing.T
	*rand.Rand
	dir   string
	saved map[string]string // the site as it was at some moment
}

func (e *editor) at(name string) string { return filepath.Join(e.dir, filepath.FromSlash(name)) }

// any picks a file below a folder whose name ends so; "" when there is none.
func (e *editor) any(folder, end string) string {
	var names []string
	for name := range tree(e, e.dir) {
		if strings.HasPrefix(name, folder) && strings.HasSuffix(name, end) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	slices.Sort(names)
	return names[e.IntN(len(names))]
}

// edit replaces a part of a report's text; nothing happens where the part is missing.
func (e *editor) edit(old, new string) {
	name := e.any("content/", ".md")
	if name != "" {
		writeFile(e, e.at(name), strings.Replace(readFile(e, e.at(name)), old, new, 1))
	}
}

// frontMatter sets a key of some report, in place of what it may have.
func (e *editor) frontMatter(key, value string) {
	name := e.any("content/", ".md")
	if name == "" {
		return
	}
	var lines []string
	for i, line := range strings.Split(readFile(e, e.at(name)), "\n") {
		if i == 1 && value != "" {
			lines = append(lines, key+": "+value)
		}
		if !strings.HasPrefix(line, key+":") {
			lines = append(lines, line)
		}
	}
	writeFile(e, e.at(name), strings.Join(lines, "\n"))
}

// restore makes the site what it was when it was saved.
func (e *editor) restore() {
	if err := os.RemoveAll(e.dir); err != nil {
		e.Fatal(err)
	}
	for name, text := range e.saved {
		writeFile(e, e.at(name), text)
	}
}

func (e *editor) pick(of ...string) string { return of[e.IntN(len(of))] }

// step makes one edit and says which.
func (e *editor) step() string {
	n := fmt.Sprint(e.IntN(1000))
	const layouts = "../../layouts/"
	edits := []struct {
		name string
		do   func()
	}{
		{"text", func() { e.edit("。\n", "。第"+n+"次修改。\n") }},
		{"heading", func() { e.edit("\n## ", "\n## 新增 "+n+"\n\n内容。\n\n## ") }},
		{"same size", func() { e.edit("服务", e.pick("业务", "事务", "任务")) }},
		{"link", func() {
			e.edit("。\n", "。见[另一份](/110102/wjw/2024/yaodian.html"+e.pick("", "#s1", "#s2", "#s9", "#p-00000000")+")。\n")
		}},
		{"broken link", func() { e.edit("。\n", "。见[缺页](nowhere-"+n+".md)。\n") }},
		{"raw HTML", func() { e.edit("。\n", "。<b>"+n+"</b>\n") }},
		{"title", func() { e.frontMatter("title", "2024年工作总结之"+n) }},
		{"no title", func() { e.frontMatter("title", "") }},
		{"date", func() { e.frontMatter("date", e.pick("2024-03-05", "2025-06-07 10:20", "2026-01-02", "2030-01-01")) }},
		{"kind", func() { e.frontMatter("kind", e.pick("summary", "plan", "work-points", "other", "nonsense")) }},
		{"topic", func() { e.frontMatter("topic", e.pick(`卫生、体育\卫生`, "教育 "+n, "")) }},
		{"keywords", func() { e.frontMatter("keywords", e.pick("[]", "[甲, 乙]", "丙", "")) }},
		{"draft", func() { e.frontMatter("draft", e.pick("true", "false", "")) }},
		{"status", func() {
			e.frontMatter("status", e.pick("withdrawn", "{state: withdrawn, mode: removed, reason: 隐私, date: 2026-01-01}", ""))
		}},
		{"unknown key", func() { e.frontMatter("tittle", e.pick("x", "")) }},
		{"aliases", func() { e.frontMatter("aliases", e.pick("[/old/"+n+".html]", "")) }},
		{"not YAML", func() { e.edit("---\n", "---\n\t{\n") }},
		{"not UTF-8", func() { e.edit("。\n", "。\xff\n") }},
		{"CRLF", func() { e.edit("\n\n", "\r\n\r\n") }},
		{"byte order mark", func() { e.edit("---\n", "\ufeff---\n") }},
		{"delete", func() {
			if name := e.any("content/", ".md"); name != "" && e.IntN(3) == 0 {
				if err := os.Remove(e.at(name)); err != nil {
					e.Fatal(err)
				}
			}
		}},
		{"add", func() {
			if name := e.any("content/", ".md"); name != "" {
				writeFile(e, e.at(path.Join(path.Dir(name), "added-"+n+".md")), readFile(e, e.at(name)))
			}
		}},
		{"rename", func() {
			if name := e.any("content/1", ".md"); name != "" && !strings.HasSuffix(name, "index.md") {
				if err := os.Rename(e.at(name), e.at(path.Join(path.Dir(name), "renamed-"+n+".md"))); err != nil {
					e.Fatal(err)
				}
			}
		}},
		{"into a bundle", func() {
			if name := e.any("content/1", ".md"); name != "" && !strings.HasSuffix(name, "index.md") {
				writeFile(e, e.at(strings.TrimSuffix(name, ".md")+"/index.md"), readFile(e, e.at(name)))
				if err := os.Remove(e.at(name)); err != nil {
					e.Fatal(err)
				}
			}
		}},
		{"attachment", func() { writeFile(e, e.at("content/110102/wjw/2024/zongjie/附表.csv"), "a,"+n+"\n") }},
		{"attachment added", func() { writeFile(e, e.at("content/110102/wjw/2024/zongjie/"+n+".txt"), n) }},
		{"attachment gone", func() { os.Remove(e.at(e.any("content/110102/wjw/2024/zongjie/", ".txt"))) }},
		{"picture", func() { writeFile(e, e.at("static/badge.png"), n) }},
		{"layout", func() {
			writeFile(e, e.at("layouts/report.html"), readFile(e, layouts+"report.html")+"{{/* "+n+" */}}"+e.pick("", "{{define \"extra\"}}{{end}}"))
		}},
		{"partial", func() {
			writeFile(e, e.at("layouts/_footer.html"), readFile(e, layouts+"_footer.html")+"<p>第 "+n+" 版</p>")
		}},
		{"failing layout", func() { writeFile(e, e.at("layouts/year.html"), `{{define "main"}}{{.Nothing}}{{end}}`) }},
		{"layouts gone", func() { os.RemoveAll(e.at("layouts")) }},
		{"style", func() { writeFile(e, e.at("static/assets/site.css"), "p{margin:"+n+"px}") }},
		{"style gone", func() { os.RemoveAll(e.at("static/assets")) }},
		{"name", func() { e.configure("name", "示例网"+n) }},
		{"official", func() { e.configure("official", e.pick("true", "false")) }},
		{"base_url", func() {
			e.configure("base_url", e.pick("https://www.example.gov.cn/xxgk/", "https://example.org/"+n+"/", ""))
		}},
		{"outputs", func() {
			e.configure("outputs", e.pick("[html]", "[html, json, txt, feeds, catalog]", "[html, md, fragment]", "[json, html]", ""))
		}},
		{"defaults", func() {
			writeFile(e, e.at("content/110102/wjw/_defaults.yaml"), e.pick("department: 办公室\n", "topic: 其他\n", "", "draft: true\n"))
		}},
		{"touched", func() {
			name := e.any("content/", "")
			if err := os.Chtimes(e.at(name), time.Time{}, time.Unix(int64(1e9+e.IntN(1e8)), 0)); err != nil {
				e.Fatal(err)
			}
		}},
		{"saved", func() { e.saved = tree(e, e.dir) }},
		{"restored", e.restore},
		{"restored", e.restore},
	}
	x := edits[e.IntN(len(edits))]
	if e.IntN(3) == 0 {
		x = edits[e.IntN(4)] // people mostly write
	}
	x.do()
	return x.name
}

func (e *editor) configure(key, value string) {
	var lines []string
	for line := range strings.Lines(readFile(e, e.at(ConfigName))) {
		if !strings.HasPrefix(line, key+":") {
			lines = append(lines, line)
		}
	}
	if value != "" {
		lines = append(lines, key+": "+value+"\n")
	}
	writeFile(e, e.at(ConfigName), strings.Join(lines, ""))
}

// tamper does something to the published folder.
func (e *editor) tamper(dest string) {
	if _, err := os.Stat(dest); err != nil {
		return
	}
	names := sorted(tree(e, dest))
	name := filepath.Join(dest, filepath.FromSlash(names[e.IntN(len(names))]))
	if filepath.Base(name) == "manifest.sha256" {
		return // without its manifest the folder is no longer ours to replace
	}
	switch e.IntN(4) {
	case 0:
		os.Remove(name)
	case 1:
		os.WriteFile(name, []byte("x"), 0o644)
	case 2:
		os.WriteFile(name+".extra", nil, 0o644)
	case 3:
		os.Chtimes(name, time.Time{}, time.Unix(int64(1e9+e.IntN(1e8)), 0))
	}
}

// TestCachedEqualsCold is the law of the cache: after any sequence of edits a build with the cache publishes the same tree, or publishes as
// little, and reports the same findings as a build from nothing.
func TestCachedEqualsCold(t *testing.T) {
	seeds, steps := 3, 25
	switch {
	case os.Getenv("GONGKAI_SOAK") != "":
		seeds, steps = 200, 100
	case os.Getenv("CI") != "":
		seeds = 30
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			e := &editor{T: t, Rand: rand.New(rand.NewPCG(uint64(seed), 4)), dir: sampleSite(t)}
			e.saved = tree(t, e.dir)
			dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
			var done []string
			published := 0
			for range steps {
				for range 1 + e.IntN(3)/2 {
					done = append(done, e.step())
				}
				failOn := diag.Error
				if e.IntN(2) == 0 {
					failOn = diag.None
				}
				if e.IntN(6) == 0 {
					e.tamper(dest)
				}
				if e.compare(dest, cache, failOn) {
					published++
				}
				if t.Failed() {
					t.Fatalf("after %s", strings.Join(done, ", "))
				}
				if e.IntN(8) == 0 {
					e.restore()
					done = append(done, "restored")
				}
			}
			t.Logf("%d edits, %d of %d builds published", len(done), published, steps)
		})
	}
}

// compare builds with the cache and from nothing; it returns whether they published.
func (e *editor) compare(dest, cache string, failOn diag.Severity) bool {
	e.Helper()
	cached := withCache(e, e.dir, dest, cache, e.pick("one", "one", "one", "two"))
	cold := options(e, e.dir, filepath.Join(e.TempDir(), "cold"))
	if e.IntN(3) > 0 { // so late that every file is old enough to be known by its looks
		cached.Now = func() time.Time { return time.Now().Add(time.Hour) }
	}
	cached.FailOn, cold.FailOn = failOn, failOn
	got, err := Run(e.Context(), cached)
	want, err2 := Run(e.Context(), cold)
	if err := errors.Join(err, err2); err != nil {
		e.Error(err)
		return false
	}
	if len(got.Notes) > 0 {
		e.Errorf("notes: %v", got.Notes)
	}
	if got.Published != want.Published || got.Pages != want.Pages || got.Output.Tree != want.Output.Tree {
		e.Errorf("published %v, %d pages, tree %v; from nothing %v, %d, %v", got.Published, got.Pages, got.Output.Tree, want.Published, want.Pages, want.Output.Tree)
	}
	if !reflect.DeepEqual(got.Found, want.Found) {
		e.Errorf("findings:\n%v\nfrom nothing:\n%v", got.Found, want.Found)
	}
	if want.Published {
		equalTrees(e, "with the cache", tree(e, dest), tree(e, cold.Destination))
	}
	return want.Published
}
