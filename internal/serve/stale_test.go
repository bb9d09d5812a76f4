package serve

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gongkai/internal/build"
	"gongkai/internal/diag"
)

// still is a server without a loop, for a site that only the test changes.
func still(t *testing.T, dir string) *server {
	t.Helper()
	opt := sourceOf(t, dir)
	p, err := build.OpenPreview(t.Context(), opt, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	s := &server{Options: Options{Build: opt, Now: time.Now}, preview: p, kick: make(chan struct{}, 1)}
	s.set(func(n *state) { n.Snapshot, n.found, n.check = p.Snapshot(), p.Snapshot().Found, progress{0, 1} })
	return s
}

func (s *server) tabAt(t *testing.T, address string) *tab {
	t.Helper()
	a, err := s.answerOf(t.Context(), s.state.Load(), address)
	if err != nil {
		t.Fatal(err)
	}
	return &tab{address: address, base: s.base(), page: a.page}
}

func reloads(list []message) bool {
	for _, m := range list {
		if m.event == "reload" {
			return true
		}
	}
	return false
}

// TestTabThatMeetsASave: a state of which the page could not be drawn, because its file was just being saved, counts as not told of.
func TestTabThatMeetsASave(t *testing.T) {
	dir := sampleSite(t, 4)
	s := still(t, dir)
	open := s.tabAt(t, sampleURL(1))
	s.messages(t.Context(), s.state.Load(), open)
	file := filepath.Join(dir, filepath.FromSlash(sampleName(1)))

	put(t, dir, sampleName(1), sampleReport(1, "改过。"))
	if _, err := s.preview.Update(t.Context(), nil, false); err != nil {
		t.Fatal(err)
	}
	s.set(func(n *state) { n.Snapshot, n.solid = s.preview.Snapshot(), n.seq })
	if err := os.Truncate(file, 0); err != nil {
		t.Fatal(err)
	}
	if list := s.messages(t.Context(), s.state.Load(), open); len(list) != 0 {
		t.Errorf("while it is being saved: %+v", list)
	}
	s.set(func(n *state) { n.check = progress{1, 1} }) // something behind has got on
	put(t, dir, sampleName(1), sampleReport(1, "改过。"))
	if list := s.messages(t.Context(), s.state.Load(), open); !reloads(list) {
		t.Errorf("saved as it was: %+v, and the browser shows an old page", list)
	}
}

// TestChecksMeetASave: neither the findings nor the comparison pass over a file that is just being saved.
func TestChecksMeetASave(t *testing.T) {
	dir := sampleSite(t, 4)
	broken := sampleReport(1, "[断了](meiyou.md)")
	put(t, dir, sampleName(1), broken)
	s := still(t, dir)
	if err := os.Truncate(filepath.Join(dir, filepath.FromSlash(sampleName(1))), 0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.checking(ctx)
	}()
	s.wanted.Store(true)
	time.Sleep(3 * breath)
	put(t, dir, sampleName(1), broken) // as it was: no other state comes
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if st := s.state.Load(); st.check.complete() && st.diff != nil {
			if st.diff.err != nil || st.found.Count(diag.Error) == 0 {
				t.Errorf("%v, %v", st.diff.err, st.found)
			}
			break
		}
		if time.Now().After(end) {
			t.Errorf("never compared: %+v", s.state.Load().check)
			break
		}
	}
	cancel()
	<-done
}

// TestStylesAfterAFault: a style sheet by which a layout can draw again changes more than styles.
func TestStylesAfterAFault(t *testing.T) {
	dir := sampleSite(t, 4)
	r := start(t, dir)
	page := "/xx/" + sampleURL(1)
	reader := r.listen(page, r.version(page))
	reader.next("at first", named("update"))
	put(t, dir, "layouts/report.html", `{{define "main"}}<p class="{{asset "own.css"}}">{{.Title}}</p>{{end}}`)
	reader.next("a sheet is missing", named("error"))
	put(t, dir, "static/assets/own.css", "p { color: red }")
	reader.next("it is there, and with it the layout", named("reload"))
}

// TestWhatStandsBeside: pictures and static files that keep their names belong to the page that a browser shows.
func TestWhatStandsBeside(t *testing.T) {
	dir := sampleSite(t, 4)
	const bundle = "content/610112/wjj/2019/tu/"
	put(t, dir, bundle+"index.md", report("图", "2020-01-01", "![图](tu.png)\n"))
	put(t, dir, bundle+"tu.png", "甲")
	put(t, dir, "static/logo/a.css", "p{color:red}")
	r := start(t, dir)
	const page = "/xx/610112/wjj/2019/tu.html"
	reader := r.listen(page, r.version(page))
	reader.next("at first", named("update"))
	other := r.listen("/xx/"+sampleURL(1), r.version("/xx/"+sampleURL(1)))
	other.next("at first", named("update"))

	put(t, dir, bundle+"tu.png.part", "乙")
	if err := os.Rename(filepath.Join(dir, bundle+"tu.png.part"), filepath.Join(dir, bundle+"tu.png")); err != nil {
		t.Fatal(err)
	}
	reader.next("another picture of the same size", named("reload"))
	other.quiet("it is not this page's")
	r.shows("/xx/610112/wjj/2019/tu/tu.png", "乙")

	reader = r.listen(page, r.version(page))
	reader.next("the present page", named("update"))
	put(t, dir, "static/logo/a.css", "p{color:#00f}")
	e := reader.next("a style sheet", func(e event) bool { return len(e.data.Styles) > 0 })
	if e.data.Page != r.version(page) {
		t.Errorf("%+v", e.data)
	}
	put(t, dir, "static/logo/a.png", "图")
	reader.next("a picture of the site's", named("reload"))
}

// TestAttachmentsWithoutEvents: what stands beside a report is looked at when it is asked for.
func TestAttachmentsWithoutEvents(t *testing.T) {
	dir := sampleSite(t, 4)
	const bundle, at = "content/610112/wjj/2019/fu/", "/xx/610112/wjj/2019/fu/"
	put(t, dir, bundle+"index.md", report("附件", "2020-01-01", "正文。"))
	put(t, dir, bundle+"a.csv", "甲")
	r := start(t, dir, func(o *Options) { o.notify = newPartial(-1, true, nil) })
	put(t, dir, bundle+"b.csv", "乙")
	if status, body := r.get(at + "b.csv"); status != http.StatusOK || body != "乙" {
		t.Errorf("a new one: %d %q", status, body)
	}
	if err := os.Remove(filepath.Join(dir, bundle+"a.csv")); err != nil {
		t.Fatal(err)
	}
	r.until("one that is gone", func() bool { status, _ := r.get(at + "a.csv"); return status == http.StatusNotFound })
}

// TestDeskAfterABuild: 可以发布吗？ compares again when somebody has published meanwhile.
func TestDeskAfterABuild(t *testing.T) {
	dir := sampleSite(t, 4)
	r := start(t, dir)
	r.shows("/_gongkai/", "新增 ")
	desk := r.listen("/_gongkai/", r.version("/_gongkai/"))
	for name, text := range r.coldBuild() {
		put(t, dir, "public/"+name, text)
	}
	put(t, dir, "public/manifest.sha256", manifestOf(t, filepath.Join(dir, "public")))
	desk.next("the open page hears of it", named("reload"))
	r.shows("/_gongkai/", "新增 0 个文件")
}

// TestBaseMoves: when base_url gets another path, open pages go there.
func TestBaseMoves(t *testing.T) {
	dir := sampleSite(t, 4)
	r := start(t, dir)
	page := "/xx/" + sampleURL(1)
	have := r.version(page)
	reader := r.listen(page, have)
	reader.next("at first", named("update"))
	put(t, dir, "gongkai.yaml", "version: 1\nname: 测试站\nbase_url: https://example.gov.cn/yy/\n")
	moved := func(e event) bool { return e.data.Navigate != "" }
	if e := reader.next("the page has moved", moved); e.data.Navigate != "/yy/"+sampleURL(1) {
		t.Errorf("%+v", e.data)
	}
	r.shows("/yy/"+sampleURL(1), "工作总结")
	if e := r.listen(page, have).next("a window that slept meanwhile", moved); e.data.Navigate != "/yy/index.html" {
		t.Errorf("%+v", e.data)
	}
}

// TestSlowReader: a browser that takes a large attachment slowly does not hold up what is done behind.
func TestSlowReader(t *testing.T) {
	dir := sampleSite(t, 4)
	put(t, dir, "content/610112/wjj/2019/fu/index.md", report("附件", "2020-01-01", "正文。"))
	put(t, dir, "content/610112/wjj/2019/fu/da.zip", strings.Repeat("x", 64<<20))
	r := start(t, dir)
	c := dial(t, r)
	defer c.Close()
	fmt.Fprintf(c, "GET /xx/610112/wjj/2019/fu/da.zip HTTP/1.1\r\nHost: %s\r\n\r\n", host(r.url))
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	put(t, dir, sampleName(1), sampleReport(1, "[断了](meiyou.md)"))
	r.until("the broken link is told", func() bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		for _, d := range r.told {
			if d.Rule == "broken-link" {
				return true
			}
		}
		return false
	})
}

// TestSlowTerminal: a terminal that takes nothing does not hold up the pages.
func TestSlowTerminal(t *testing.T) {
	dir := sampleSite(t, 4)
	hold := make(chan struct{})
	var printed atomic.Bool
	r := start(t, dir, func(o *Options) {
		o.Print = func(diag.List) {
			printed.Store(true)
			<-hold
		}
	})
	defer close(hold)
	put(t, dir, sampleName(1), sampleReport(1, "[断了](meiyou.md)"))
	r.until("it is told", printed.Load)
	put(t, dir, sampleName(2), sampleReport(2, "后来的话。"))
	page := "/xx/" + sampleURL(2)
	r.listen(page, "0123456789abcdef").next("an old page", named("reload"))
	r.shows(page, "后来的话")
}

// TestToldOnce: a finding that a line written above has moved is no news, and nothing is mended by it.
func TestToldOnce(t *testing.T) {
	var printed diag.List
	var said []string
	s := &server{Options: Options{Print: func(l diag.List) { printed = append(printed, l...) }, Say: func(t diag.Text) { said = append(said, t.EN) }}}
	at := func(lines ...int) (l diag.List) {
		for _, n := range lines {
			l = append(l, diag.Diagnostic{Path: "a.md", Rule: "x", Severity: diag.Error, Message: diag.Say("错", "wrong"), Start: diag.Pos{Line: n, Column: 1}})
		}
		return l
	}
	s.tell(at(5))
	s.tell(at(7))
	s.tell(append(at(7), diag.Diagnostic{Path: "a.md", Rule: "y", Severity: diag.Info}))
	s.tell(at(7))
	if len(printed) != 1 || len(said) != 0 {
		t.Errorf("printed %d times, said %q", len(printed), said)
	}
	s.tell(at(7, 9))
	s.tell(at(9))
	if len(printed) != 2 || len(said) != 1 || said[0] != "1 mended" {
		t.Errorf("printed %d times, said %q", len(printed), said)
	}
}

// TestStreamsOfOneMachine: the oldest streams end when there are more than a browser can hold and still load a page.
func TestStreamsOfOneMachine(t *testing.T) {
	r := start(t, sampleSite(t, 12))
	var list []*stream
	for i := range streamsOf + 2 {
		page := "/xx/" + sampleURL(i)
		s := r.listen(page, r.version(page))
		s.next("at first", named("update"))
		list = append(list, s)
	}
	for i, s := range list {
		if i >= 2 {
			s.quiet("a young stream")
			continue
		}
		select {
		case _, ok := <-s.events:
			if ok {
				t.Error("an old stream goes on")
			}
		case <-time.After(30 * time.Second):
			t.Error("an old stream never ends")
		}
	}
}

func TestReachable(t *testing.T) {
	for at, want := range map[string]string{"0.0.0.0:80": "127.0.0.1:80", "[::]:1313": "127.0.0.1:1313", "[::1]:9": "[::1]:9", "10.0.0.1:1": "10.0.0.1:1"} {
		addr, err := net.ResolveTCPAddr("tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		if got := reachable(addr); got != want {
			t.Errorf("%s: %s", at, got)
		}
	}
}
