package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/build"
)

// stream is a browser's connection to the event stream.
type stream struct {
	t      testing.TB
	events chan event
}

type event struct {
	name string
	data struct {
		Page, Navigate, Ribbon string
		Styles                 []string
		Problems               []problem
		More                   int
		Blocked                bool
	}
}

// listen connects as the page at a path would, which shows the version have.
func (r *running) listen(path, have string) *stream {
	r.t.Helper()
	return r.stream("?page=" + url.QueryEscape(path) + "&have=" + have)
}

func (r *running) stream(query string) *stream {
	r.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/_gongkai/events"+query, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		r.t.Fatalf("%s: %v", resp.Status, resp.Header)
	}
	s := &stream{r.t, make(chan event, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(s.events)
		var e event
		for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
			switch line := lines.Text(); {
			case strings.HasPrefix(line, "event: "):
				e.name = line[len("event: "):]
			case strings.HasPrefix(line, "data: "):
				if json.Unmarshal([]byte(line[len("data: "):]), &e.data) != nil {
					return
				}
				s.events <- e
				e = event{}
			}
		}
	}()
	r.t.Cleanup(func() {
		cancel()
		resp.Body.Close()
		<-done
	})
	return s
}

// next waits for an event that the test wants; those before it are returned too.
func (s *stream) next(what string, want func(event) bool) event {
	s.t.Helper()
	var seen []string
	for limit := time.After(30 * time.Second); ; {
		select {
		case e, ok := <-s.events:
			if !ok {
				s.t.Fatalf("%s: the stream has ended after %q", what, seen)
			}
			if want(e) {
				return e
			}
			seen = append(seen, e.name)
		case <-limit:
			s.t.Fatalf("%s: only %q", what, seen)
		}
	}
}

func (s *stream) quiet(what string) {
	s.t.Helper()
	select {
	case e := <-s.events:
		s.t.Errorf("%s: %+v", what, e)
	case <-time.After(300 * time.Millisecond):
	}
}

func named(name string) func(event) bool { return func(e event) bool { return e.name == name } }

// version is the hash of the page at a path.
func (r *running) version(path string) string {
	r.t.Helper()
	resp, err := http.Get(r.url + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var page strings.Builder
	if _, err := bufio.NewReader(resp.Body).WriteTo(&page); err != nil {
		r.t.Fatal(err)
	}
	_, after, _ := strings.Cut(page.String(), `data-page="`)
	hash, _, _ := strings.Cut(after, `"`)
	if len(hash) != 16 {
		r.t.Fatalf("%s has no version", path)
	}
	return hash
}

// TestEventsOfTheSite: a program that names no page hears of every change.
func TestEventsOfTheSite(t *testing.T) {
	dir := sampleSite(t, 12)
	r := start(t, dir)
	all := r.stream("")
	all.next("nothing is amiss", func(e event) bool { return e.name == "update" && len(e.data.Problems) == 0 })
	put(t, dir, sampleName(1), sampleReport(1, "改过的正文。"))
	all.next("a body", named("reload"))
	put(t, dir, "static/assets/site.css", "p { color: #123 }")
	if e := all.next("a style sheet", func(e event) bool { return len(e.data.Styles) > 0 || e.name == "reload" }); e.name != "update" {
		t.Errorf("%+v", e)
	}
	put(t, dir, sampleName(1), strings.Replace(sampleReport(1, "坏。"), "title: ", "titel: [", 1))
	if e := all.next("front matter that cannot be read", func(e event) bool { return e.name != "update" }); e.name != "error" || !e.data.Blocked || len(e.data.Problems) == 0 {
		t.Errorf("%+v", e)
	}
	put(t, dir, sampleName(1), sampleReport(1, "又改过的正文。"))
	all.next("mended", named("reload"))
	all.next("mended", func(e event) bool { return e.name == "update" && len(e.data.Problems) == 0 })
}

func TestEvents(t *testing.T) {
	dir := sampleSite(t, 12)
	r := start(t, dir)
	page := "/xx/" + sampleURL(1)
	reader := r.listen(page, r.version(page))
	home := r.listen("/xx/", r.version("/xx/"))
	reader.next("nothing is amiss", func(e event) bool { return e.name == "update" && len(e.data.Problems) == 0 })
	home.next("nothing is amiss", named("update"))

	put(t, dir, sampleName(1), sampleReport(1, "改过的正文。"))
	e := reader.next("a body", named("reload"))
	if e.data.Page != r.version(page) {
		t.Error("the reload names another version than the page")
	}
	home.quiet("another page's body does not matter here")

	// a browser that comes back with an old page is told at once; with the present one, nothing happens
	r.listen(page, "0123456789abcdef").next("an old page", named("reload"))
	reader = r.listen(page, r.version(page))
	reader.next("the present one", named("update"))

	// broken: no reload, the findings instead; the page stays
	before := r.version(page)
	put(t, dir, sampleName(1), strings.Replace(sampleReport(1, "坏。"), "title: ", "titel: [", 1))
	e = reader.next("front matter that cannot be read", named("error"))
	if !e.data.Blocked || len(e.data.Problems) == 0 || e.data.Problems[0].Line < 1 || e.data.Problems[0].Message == "" || !strings.HasSuffix(e.data.Problems[0].Path, sampleName(1)) {
		t.Errorf("%+v", e.data)
	}
	if x := e.data.Problems[0].Excerpt; x == nil || !strings.Contains(x.Before+x.Span+x.After, "titel") {
		t.Errorf("excerpt %+v", x)
	}
	if r.version(page) != before {
		t.Error("the last good page is gone")
	}
	home.next("every page shows it", named("error"))
	put(t, dir, sampleName(1), sampleReport(1, "改过的正文。"))
	reader.next("mended", func(e event) bool { return e.name == "update" && len(e.data.Problems) == 0 })
	home.next("mended", func(e event) bool { return e.name == "update" && len(e.data.Problems) == 0 })

	// a style sheet alone is swapped
	put(t, dir, "static/assets/site.css", "p { color: #123 }")
	e = reader.next("a style sheet", named("update"))
	if len(e.data.Styles) == 0 || e.data.Page != r.version(page) || !strings.HasPrefix(e.data.Styles[0], "/xx/assets/") {
		t.Errorf("%+v", e.data)
	}
	home.next("a style sheet", func(e event) bool { return len(e.data.Styles) > 0 })

	// a layout error shows its line and the fields that exist
	put(t, dir, "layouts/report.html", "{{define \"main\"}}\n<p>{{.Titel}}</p>{{end}}")
	e = reader.next("a misspelt field", named("error"))
	if p := e.data.Problems[0]; p.Line != 2 || !strings.Contains(p.Message, "Titel") || !strings.Contains(p.Hint, "Title") {
		t.Errorf("%+v", p)
	}
	put(t, dir, "layouts/report.html", "{{define \"main\"}}\n<p id=\"x\">{{.Title}}</p>{{end}}")
	reader.next("spelt right", named("reload"))
	r.shows(page, "<p id=\"x\">")
	if err := os.Remove(filepath.Join(dir, "layouts", "report.html")); err != nil {
		t.Fatal(err)
	}
	reader = r.listen(page, r.version(page))
	reader.next("the present page", named("update"))

	// a deleted page, and one that comes
	fresh := "/xx/610112/wjj/2030/xin.html"
	waiting := r.listen(fresh, r.version(fresh))
	waiting.next("nothing there", named("update"))
	put(t, dir, "content/610112/wjj/2030/xin.md", sampleReport(3, "新。"))
	waiting.next("it is there now", named("reload"))
	if err := os.Remove(filepath.Join(dir, filepath.FromSlash(sampleName(1)))); err != nil {
		t.Fatal(err)
	}
	reader.next("it is gone", named("reload"))
	if status, _ := r.get(page); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestRibbonAndNavigate(t *testing.T) {
	dir := sampleSite(t, 6)
	put(t, dir, "content/610112/wjj/2020/caogao.md", strings.Replace(report("草稿", "2020-01-01", "正文。"), "title:", "draft: true\ntitle:", 1))
	put(t, dir, "content/610112/wjj/2020/jianglai.md", report("将来", "2099-01-02", "正文。"))
	r := start(t, dir, func(o *Options) { o.Build.Drafts, o.Navigate = true, true })
	for page, want := range map[string]string{"caogao": "草稿", "jianglai": "2099年1月2日"} {
		page = "/xx/610112/wjj/2020/" + page + ".html"
		e := r.listen(page, r.version(page)).next("ribbon", named("update"))
		if !strings.Contains(e.data.Ribbon, want) {
			t.Errorf("%s: %+v", page, e.data)
		}
	}
	home := r.listen("/xx/", r.version("/xx/"))
	home.next("home", named("update"))
	put(t, dir, sampleName(2), sampleReport(2, "正在写。"))
	if e := home.next("navigate", named("reload")); e.data.Navigate != "/xx/"+sampleURL(2) {
		t.Errorf("%+v", e.data)
	}
}

// TestDesk reads 可以发布吗？ as a clerk does.
func TestDesk(t *testing.T) {
	dir := sampleSite(t, 6)
	put(t, dir, "content/610112/wjj/2020/caogao.md", strings.Replace(report("一份草稿", "2020-01-01", "正文。"), "title:", "draft: true\ntitle:", 1))
	put(t, dir, "content/610112/wjj/2020/jianglai.md", report("一份将来的", "2099-01-02", "正文。"))
	r := start(t, dir)
	for _, want := range []string{"可以发布", "一份草稿", "草稿 1 份", "2099年1月2日 00:00", "新增 ", "更改 0 个文件", "移除 0 个文件"} {
		r.shows("/_gongkai/", want)
	}
	// published as it stands, nothing would change
	for name, text := range r.coldBuild() {
		put(t, dir, "public/"+name, text)
	}
	put(t, dir, "public/weg.html", "x")
	put(t, dir, "public/manifest.sha256", manifestOf(t, filepath.Join(dir, "public")))
	put(t, dir, sampleName(0), strings.Replace(sampleReport(0, "[断了](meiyou.md)"), "date: 2013-01-01\n", "", 1))
	for _, want := range []string{"现在不能发布", "缺少发布日期", "meiyou", "移除 1 个文件", "weg.html"} {
		r.shows("/_gongkai/", want)
	}
	put(t, dir, "gongkai.yaml", "version: 1\nnmae: 甲\n")
	r.shows("/_gongkai/", "gongkai.yaml")
}

// TestDeskReloads: 可以发布吗？ is loaded again when the comparison that it waits for is ready, though no file has changed.
func TestDeskReloads(t *testing.T) {
	opt := sourceOf(t, sampleSite(t, 2))
	preview, err := build.OpenPreview(t.Context(), opt, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Options: Options{Build: opt, Now: time.Now}, preview: preview, kick: make(chan struct{}, 1)}
	s.set(func(n *state) { n.Snapshot, n.found = preview.Snapshot(), preview.Snapshot().Found })
	desk, err := s.desk(s.state.Load())
	if err != nil {
		t.Fatal(err)
	}
	open := &tab{address: ownPath, page: hash(desk)}
	for _, m := range s.messages(t.Context(), s.state.Load(), open) {
		if m.event == "reload" {
			t.Errorf("%+v: nothing has changed", m)
		}
	}
	if err := s.compare(t.Context(), s.state.Load()); err != nil {
		t.Fatal(err)
	}
	if list := s.messages(t.Context(), s.state.Load(), open); len(list) != 1 || list[0].event != "reload" {
		t.Errorf("after the comparison: %+v", list)
	}
}
