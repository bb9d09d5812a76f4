package serve

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai"
	"gongkai/internal/build"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

func soak() bool { return os.Getenv("GONGKAI_SOAK") != "" }

// sourceOf is what a test previews: a folder and how to build it.
func sourceOf(t testing.TB, dir string) build.Options {
	t.Helper()
	layouts, static, err := gongkai.Files()
	if err != nil {
		t.Fatal(err)
	}
	return build.Options{
		Source: dir, Destination: filepath.Join(dir, "public"), Layouts: layouts, Static: static, FailOn: diag.None,
		AsOf: func(zone *time.Location) time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, zone) },
	}
}

// running is a preview in a test.
type running struct {
	t       testing.TB
	url     string // http://127.0.0.1:1234, without the base
	options build.Options
	stop    func() error

	mu   sync.Mutex
	said []string
	told diag.List
}

// start previews a folder until the test ends.
func start(t testing.TB, dir string, change ...func(*Options)) *running {
	t.Helper()
	r := &running{t: t, options: sourceOf(t, dir)}
	opt := Options{Build: r.options, Now: time.Now,
		Say:   func(text diag.Text) { r.mu.Lock(); defer r.mu.Unlock(); r.said = append(r.said, text.EN) },
		Print: func(found diag.List) { r.mu.Lock(); defer r.mu.Unlock(); r.told = append(r.told, found...) },
	}
	for _, c := range change {
		c(&opt)
	}
	r.options = opt.Build
	ln, err := Listen("127.0.0.1", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	r.url = "http://" + ln.Addr().String()
	ready := make(chan string, 1)
	opt.Ready = func(a string) { ready <- a }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, opt, ln) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Errorf("end: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("the preview ended: %v", err)
	}
	return r
}

func (r *running) sentences() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.said...)
}

var ourScript = regexp.MustCompile(`<script src="/_gongkai/reload\.js" data-page="[0-9a-f]{16}" defer></script>`)

// get returns what stands at a path, without our script.
func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, ourScript.ReplaceAllString(string(b), "")
}

// until waits for something that must come to be true; the limit only ends a test that hangs.
func (r *running) until(what string, ok func() bool) {
	r.t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			r.t.Fatalf("never: %s; said %q", what, r.sentences())
		}
	}
}

func (r *running) shows(path, part string) {
	r.t.Helper()
	r.until(path+" shows "+part, func() bool { _, b := r.get(path); return strings.Contains(b, part) })
}

// coldBuild builds the folder from nothing and returns every file but the manifest's.
func (r *running) coldBuild() map[string]string {
	r.t.Helper()
	opt := r.options
	opt.Destination = filepath.Join(r.t.TempDir(), "public")
	result, err := build.Run(context.Background(), opt)
	if err != nil {
		r.t.Fatal(err)
	}
	if !result.Published {
		r.t.Fatalf("a build publishes nothing: %v", result.Found)
	}
	files := map[string]string{}
	err = filepath.WalkDir(opt.Destination, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(opt.Destination, p)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err := errors.Join(err, os.RemoveAll(opt.Destination)); err != nil {
		r.t.Fatal(err)
	}
	return files
}

// put writes a file below a folder.
func put(t testing.TB, dir, name, text string) {
	t.Helper()
	file := filepath.Join(dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// report is the text of a made-up report.
func report(title, date, body string) string {
	return "---\ntitle: " + title + "\nagency: 某某区卫生健康局\nkind: summary\ndate: " + date + "\n---\n\n" + body
}

// sampleSite makes a site of n reports.
func sampleSite(t testing.TB, n int) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "gongkai.yaml", "version: 1\nname: 测试站\nbase_url: https://example.gov.cn/xx/\noutputs: [html, json, txt, feeds, catalog, md, fragment]\n")
	put(t, dir, "content/about.md", "---\ntitle: 关于\n---\n\n一段说明。\n")
	for i := range n {
		put(t, dir, sampleName(i), sampleReport(i, "全年义诊 3 场。"))
	}
	return dir
}

// sampleName is where report i of a sample site stands; every seventh has a folder of its own.
func sampleName(i int) string {
	name := fmt.Sprintf("content/%s/wjj/%d/r%d", []string{"610112", "610102", "640500", "150702"}[i%4], 2012+i%12, i)
	if i%7 == 3 {
		return name + "/index.md"
	}
	return name + ".md"
}

func sampleReport(i int, say string) string {
	return report(fmt.Sprintf("第%d份工作总结", i), fmt.Sprintf("%d-01-%02d", 2013+i%12, 1+i%28), "## 一、主要工作\n\n"+say+"\n\n## 二、其他\n\n第 "+fmt.Sprint(i)+" 段。\n")
}

// sampleURL is the address of report i.
func sampleURL(i int) string {
	return strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(sampleName(i), "content/"), ".md"), "/index") + ".html"
}

func host(url string) string { return strings.TrimPrefix(url, "http://") }

func dial(t testing.TB, r *running) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", host(r.url))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// escaped is an address as it stands in a request.
func escaped(address string) string { return (&url.URL{Path: address}).EscapedPath() }

// manifestOf lists a folder in the form of sha256sum.
func manifestOf(t testing.TB, dir string) string {
	t.Helper()
	var m publish.Manifest
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == publish.ManifestName {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		m = append(m, publish.Line{Path: filepath.ToSlash(rel), Sum: sha256.Sum256(b)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(m, func(x, y publish.Line) int { return strings.Compare(x.Path, y.Path) })
	return string(m.Bytes())
}
