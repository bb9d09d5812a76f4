package deploy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// site is a made-up site: path → bytes. It is a Source.
type site map[string]string

func (x site) Manifest() publish.Manifest {
	var m publish.Manifest
	for _, name := range slices.Sorted(maps.Keys(x)) {
		m = append(m, publish.Line{Path: name, Sum: sha256.Sum256([]byte(x[name]))})
	}
	return m
}

func (x site) Open(name string) (io.ReadCloser, int64, error) {
	text, ok := x[name]
	if !ok {
		return nil, 0, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return io.NopCloser(strings.NewReader(text)), int64(len(text)), nil
}

func (x site) with(more site) site {
	y := maps.Clone(x)
	maps.Copy(y, more)
	return y
}

func (x site) without(names ...string) site {
	y := maps.Clone(x)
	for _, name := range names {
		delete(y, name)
	}
	return y
}

// report is a report as the layouts write it: what it says, and the site's look.
func reportPage(title, text, look string, revisions int) string {
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf(`<!doctype html><html lang="zh-CN"><head><title>%s</title><link rel="stylesheet" href="../../../%s"></head><body class="report"><main><article><h1>%s</h1><div class="body"><p>%s</p></div><section class="record" aria-label="公开记录"><ul><li>更正次数：%d</li><li>文本校验码：<code>%s</code></li></ul></section></article></main></body></html>`,
		title, look, title, text, revisions, hex.EncodeToString(sum[:8]))
}

const removedPage = `<!doctype html><html lang="zh-CN"><body class="removed"><main><h1>这份材料已撤下</h1><p>这份材料已撤下，不再公开。</p></main></body></html>`

func redirectPage(to string) string {
	return `<!doctype html><html lang="zh-CN"><head><meta http-equiv="refresh" content="0; url=` + to + `"></head><body class="redirect"><h1>已移至新址</h1></body></html>`
}

func asset(name, ext, text string) (string, string) {
	sum := sha256.Sum256([]byte(text))
	return "assets/" + name + "." + hex.EncodeToString(sum[:5]) + ext, text
}

// sample is a site of n reports whose texts and look say the version.
func sample(n int, version string) site {
	css, cssText := asset("site", ".css", "body{--version:"+version+"}")
	js, jsText := asset("view", ".js", "const version='"+version+"'")
	x := site{css: cssText, js: jsText}
	var list strings.Builder
	for i := range n {
		p := fmt.Sprintf("1101%02d/wjw/%d/zongjie-%d.html", i%7, 2015+i%5, i)
		title := fmt.Sprintf("第%d号工作总结", i)
		x[p] = reportPage(title, fmt.Sprintf("第%d号报告的正文。", i), css, 0)
		x[stem(p)+".json"] = fmt.Sprintf(`{"title":%q,"text":"第%d号报告的正文。"}`, title, i)
		fmt.Fprintf(&list, `<li><a href="%s">%s</a></li>`, p, title)
	}
	x["index.html"] = `<!doctype html><html><head><link rel="stylesheet" href="` + css + `"><script src="` + js + `" defer></script></head><body class="home"><h1>首页</h1><ul>` + list.String() + `</ul></body></html>`
	x["about.html"] = `<!doctype html><html><body class="plain"><h1>关于本站</h1></body></html>`
	x["404.html"] = `<!doctype html><html><body class="404"><h1>没有这个页面</h1></body></html>`
	x["feed.xml"] = "<feed>" + version + "</feed>"
	return x
}

// clock runs a second a look.
func clock() func() time.Time {
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	return func() time.Time { now = now.Add(time.Second); return now }
}

func options() Options {
	return Options{Now: clock(), By: By{User: "li", Host: "web1"}, Keep: 5, MaxDelete: 100, FailOn: diag.Error}
}

// realClock is for tests in which several processes share a target.
func realClock() Options {
	opt := options()
	opt.Now = time.Now
	return opt
}

func folder(t testing.TB) (Target, string) {
	dir := filepath.Join(t.TempDir(), "www")
	return FolderTarget(FolderOptions{Name: "www", Path: dir}), dir
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func deployed(t testing.TB, target Target, src Source, opt Options) *Result {
	t.Helper()
	r, err := target.Deploy(context.Background(), src, opt)
	must(t, err)
	return r
}

// serves makes sure that readers get exactly this site, hashed assets of earlier ones besides.
func serves(t testing.TB, dir string, want site) {
	t.Helper()
	current := filepath.Join(dir, "current")
	real, err := filepath.EvalSymlinks(current)
	must(t, err)
	got := site{}
	must(t, filepath.WalkDir(real, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(real, name)
		got[filepath.ToSlash(rel)] = string(text)
		return err
	}))
	manifest := string(want.Manifest().Bytes())
	if got[publish.ManifestName] != manifest {
		t.Errorf("the manifest is another")
	}
	delete(got, publish.ManifestName)
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s is %.60q, want %.60q", name, got[name], text)
		}
		delete(got, name)
	}
	for name, text := range got {
		sum := sha256.Sum256([]byte(text))
		if !hashedName.MatchString(name) || !strings.Contains(name, hex.EncodeToString(sum[:5])) {
			t.Errorf("%s is extra", name)
		}
	}
}

// releasesOf lists the releases that stand in a folder.
func releasesOf(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "releases"))
	must(t, err)
	var l []string
	for _, e := range entries {
		if idPattern.MatchString(e.Name()) {
			l = append(l, e.Name())
		}
	}
	return l
}

// tidy makes sure that nothing is left lying about: every release has its facts and nothing else is there.
func tidy(t testing.TB, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		switch e.Name() {
		case "current", "releases", "releases.jsonl":
		default:
			t.Errorf("%s is left", e.Name())
		}
	}
	entries, err = os.ReadDir(filepath.Join(dir, "releases"))
	must(t, err)
	for _, e := range entries {
		id := strings.TrimSuffix(e.Name(), ".json")
		if !idPattern.MatchString(id) {
			t.Errorf("releases/%s is left", e.Name())
		}
		if _, err := os.Stat(filepath.Join(dir, "releases", id+".json")); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "releases", id)); err != nil {
			t.Error(err)
		}
	}
}

// logged reads a log.
func logged(t testing.TB, name string) []Record {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	l := readLog(text)
	if len(l) != bytes.Count(text, []byte("\n")) {
		t.Errorf("%s has lines that are no records:\n%s", name, text)
	}
	return l
}

// refused returns the rules of a refusal with their paths.
func refused(t testing.TB, err error) []string {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatalf("got %v, want a refusal", err)
	}
	var l []string
	for _, d := range r.Findings {
		if d.Message.ZH == "" || d.Hint.ZH == "" || d.Message.EN == "" || d.Hint.EN == "" || d.Severity != diag.Error {
			t.Errorf("%+v is incomplete", d)
		}
		l = append(l, d.Rule+" "+d.Path)
	}
	return l
}

func same[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// holdsText looks for words in every file below a folder.
func holdsText(t testing.TB, dir, words string) []string {
	t.Helper()
	var l []string
	must(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(name)
		if bytes.Contains(text, []byte(words)) {
			rel, _ := filepath.Rel(dir, name)
			l = append(l, path.Clean(filepath.ToSlash(rel)))
		}
		return err
	}))
	return l
}
