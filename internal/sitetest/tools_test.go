package sitetest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// recorder is a test that notes how it was ended; the goroutine of the code under test ends as a real test's would.
type recorder struct {
	testing.TB
	skipped, failed string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) { r.skipped = format; panic(r) }

func (r *recorder) Fatalf(format string, args ...any) { r.failed = format; panic(r) }

func ending(t *testing.T, f func(testing.TB)) *recorder {
	r := &recorder{TB: t}
	func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		f(r)
	}()
	return r
}

func TestRequire(t *testing.T) {
	t.Setenv(CacheEnv, t.TempDir())
	t.Setenv("GONGKAI_VNU_JAR", "")
	want := func(tb testing.TB) { Require(tb, "vnu") }
	t.Setenv(RequireEnv, "shared,java")
	if r := ending(t, want); r.skipped == "" || r.failed != "" {
		t.Errorf("a tool that is not required: %+v, want a skip", r)
	}
	t.Setenv(RequireEnv, "shared,vnu")
	if r := ending(t, want); r.failed == "" || r.skipped != "" {
		t.Errorf("a tool that is required: %+v, want a failure", r)
	}
	if r := ending(t, func(tb testing.TB) { Require(tb, "hammer") }); r.failed == "" {
		t.Error("an unknown tool was accepted")
	}
	jar := filepath.Join(t.TempDir(), "vnu.jar")
	if err := os.WriteFile(jar, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GONGKAI_VNU_JAR", jar)
	if r := ending(t, want); r.failed+r.skipped != "" {
		t.Errorf("a tool that is there: %+v", r)
	}
	t.Setenv("GONGKAI_CHROMIUM", filepath.Join(t.TempDir(), "gone"))
	if r := ending(t, func(tb testing.TB) { Require(tb, "chromium") }); r.skipped == "" {
		t.Error("a program that is not there was accepted")
	}
}

func TestVNU(t *testing.T) {
	dir := goodSite().write(t).Dir
	for _, f := range VNU(t, dir) {
		t.Errorf("a good site: %s", f)
	}
	bad := files{"子/a.html": `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>一</title><body><img src="x.png"><h1>一</h1>`}
	found := VNU(t, dir, bad.write(t).Dir)
	if len(found) != 1 || found[0].Type != "error" || !strings.HasSuffix(found[0].Path, "/子/a.html") || !strings.Contains(found[0].String(), "alt") {
		t.Errorf("an image without alt: %v", found)
	}
}

func TestParseVNU(t *testing.T) {
	found, err := parseVNU([]byte(`Picked up JAVA_TOOL_OPTIONS
{"messages":[{"type":"info","subType":"warning","url":"file:/x/a%20b.html","lastLine":3,"firstColumn":2,"message":"m","extract":"e"}]}`))
	if err != nil || len(found) != 1 || found[0].String() != `/x/a b.html:3:2: info/warning: m ("e")` {
		t.Errorf("%v, %v", found, err)
	}
	if _, err := parseVNU([]byte("Error: Unable to access jarfile")); err == nil {
		t.Error("no report, but no error")
	}
}

func TestChromium(t *testing.T) {
	browser := Chromium(t)
	f := goodSite()
	f["assets/badge.png"], f["610112/ju/2021/zongjie/tu.png"] = dot, dot
	site := Serve(t, f.write(t).Dir)
	var title string
	if found := Visit(t, browser, site+report, 360, Value(&title, chromedp.Title())); len(found) > 0 {
		t.Errorf("a good page: %q", found)
	}
	if want := "某局2021年工作总结_某区"; title != want {
		t.Errorf("title %q, want %q", title, want)
	}
	file := filepath.Join(t.TempDir(), "page.png")
	Screenshot(t, browser, site+report, 360, file)
	png, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("screenshot: %d bytes, %v", len(png), err)
	}

	bad := files{
		"a.html": `<!doctype html><title>坏</title><script src="a.js"></script><script>1</script><img src="gone.png" alt=""><p>坏`,
		"a.js":   `console.warn("小心"); throw new Error("坏了")`,
	}
	found := strings.Join(Visit(t, browser, Serve(t, bad.write(t).Dir)+"a.html", 800), "\n")
	for _, want := range []string{"小心", "坏了", "answer 404", "Content Security Policy"} {
		if !strings.Contains(found, want) {
			t.Errorf("want %q in:\n%s", want, found)
		}
	}
}

func TestAxe(t *testing.T) {
	Require(t, "axe")
	browser := Chromium(t)
	site := files{
		"good.html": goodSite()["index.html"],
		"bad.html":  `<!doctype html><title>坏</title><main><h1>一</h1><img src="x.png"><p style="color:#ccc">看不清</p></main>`,
	}.write(t)
	address := "file://" + filepath.ToSlash(site.Dir) + "/"
	if found := Axe(t, browser, address+"good.html", 800); slices.ContainsFunc(found, func(v string) bool { return !strings.HasPrefix(v, "region") }) {
		t.Errorf("a good page: %q", found)
	}
	found := strings.Join(Axe(t, browser, address+"bad.html", 800), "\n")
	for _, want := range []string{"image-alt", "html-has-lang", "color-contrast"} {
		if !strings.Contains(found, want) {
			t.Errorf("want %s in:\n%s", want, found)
		}
	}
}

// dot is a picture of one pixel.
const dot = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89" +
	"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
