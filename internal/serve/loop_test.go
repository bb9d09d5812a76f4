package serve

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fsnotify/fsnotify"
	"go.uber.org/goleak"

	"gongkai/internal/diag"
)

// TestDebounce: a lone save goes through at once; many wait for quiet, but not for ever.
func TestDebounce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDebounce(time.Now)
		begin := time.Now()
		d.add("a")
		d.add("a")
		<-d.timer.C
		if got := d.take(); !slices.Equal(got, []string{"a"}) || time.Since(begin) > quietMin {
			t.Errorf("a lone save: %q after %v", got, time.Since(begin))
		}
		if !d.idle() {
			t.Error("not idle")
		}
		for i := range 500 {
			d.add(fmt.Sprint(i))
			time.Sleep(time.Microsecond)
		}
		last := time.Now()
		<-d.timer.C
		if got := d.take(); len(got) != 500 || time.Since(last) > quietMax {
			t.Errorf("%d of 500 paths, %v after the last", len(got), time.Since(last))
		}
		begin = time.Now()
		n := 0
		for {
			select {
			case <-d.timer.C:
				if took := time.Since(begin); took > quietEnd+quietMax {
					t.Errorf("without end, it waits %v", took)
				}
				return
			default:
				d.add(fmt.Sprint(n))
				n++
				time.Sleep(time.Millisecond)
			}
		}
	})
}

func TestDebounceEverything(t *testing.T) {
	d := newDebounce(time.Now)
	d.add("a")
	d.add("")
	if got := d.take(); got != nil || !d.idle() {
		t.Errorf("%q", got)
	}
	d.timer.Stop()
}

func silentWatch() (*watch, *[]string) {
	said := &[]string{}
	return &watch{root: "x", fresh: map[string]bool{}, heard: map[string]bool{}, silent: map[string]bool{}, say: func(t diag.Text) { *said = append(*said, t.EN) }}, said
}

// TestFallBack: a disk that never tells is polled; one that tells late, or not of a file in a folder it has told of, is trusted.
func TestFallBack(t *testing.T) {
	w, said := silentWatch()
	w.looked(time.Millisecond, true, []string{"content/a.md"})
	w.looked(time.Millisecond, true, nil)
	if !w.polling || len(*said) != 1 {
		t.Errorf("a disk that does not tell: polling %v, said %q", w.polling, *said)
	}
	w.fall(syscall.ENOSPC)
	if len(*said) != 1 {
		t.Errorf("said twice: %q", *said)
	}
	for name, when := range map[string]func(*watch){
		"told before": func(w *watch) {
			w.heard["content/a.md"] = true
			w.looked(0, true, []string{"content/a.md"})
		},
		"its folder told before": func(w *watch) {
			w.heard["content"] = true
			w.looked(0, true, []string{"content/a.md"})
		},
		"too much to tell": func(w *watch) {
			w.looked(0, true, []string{"content/a.md"})
			w.lost()
		},
		"told after it was asked for": func(w *watch) {
			if !w.untold("content/a.md") || w.untold("content/a.md") {
				t.Error("not news once")
			}
			w.name(fsnotify.Event{Name: "x/content/a.md", Op: fsnotify.Write})
		},
		"a look for another reason": func(w *watch) { w.looked(0, false, []string{"content/a.md"}) },
	} {
		w, said := silentWatch()
		when(w)
		if w.looked(0, true, nil); w.polling {
			t.Errorf("%s: %q", name, *said)
		}
	}
}

func TestInterval(t *testing.T) {
	for _, tt := range []struct {
		cost    time.Duration
		polling bool
		want    time.Duration
	}{
		{0, false, safeMin}, {0, true, pollMin}, {40 * time.Millisecond, false, 2 * time.Second}, {40 * time.Millisecond, true, 400 * time.Millisecond},
		{time.Hour, false, safeMax}, {time.Hour, true, pollMax},
	} {
		if got := (&watch{cost: tt.cost, polling: tt.polling}).interval(); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestPublicIsNotWatched: a build into public/ while the preview runs, and other folders beside content/, change nothing.
func TestPublicIsNotWatched(t *testing.T) {
	dir := sampleSite(t, 4)
	r := start(t, dir)
	page := "/xx/" + sampleURL(1)
	s := r.listen(page, r.version(page))
	s.next("at first", named("update"))
	for i := range 20 {
		put(t, dir, "public/"+strconv.Itoa(i)+"/index.html", "x")
		put(t, dir, "notes/"+strconv.Itoa(i)+".md", "x")
		put(t, dir, "content/610112/~$x.md", "x")
		put(t, dir, "content/610112/.x.md.swp", "x")
	}
	s.quiet("public/")
}

// TestFoldersThatComeLater: layouts/ and static/ may be made while the preview runs.
func TestFoldersThatComeLater(t *testing.T) {
	for _, poll := range []bool{false, true} {
		dir := sampleSite(t, 4)
		r := start(t, dir, func(o *Options) { o.Poll = poll })
		put(t, dir, "static/pictures/a/b.txt", "图")
		r.shows("/xx/pictures/a/b.txt", "图")
		put(t, dir, "layouts/_head.html", `<meta name="x" content="y">`)
		r.shows("/xx/", `name="x"`)
		put(t, dir, "content/_defaults.yaml", "department: 办公室\n")
		r.shows("/xx/"+sampleURL(2), "办公室")
	}
}

// TestBrokenAtTheStart: a site that could not be built is served all the same, and says why; mended, it is whole.
func TestBrokenAtTheStart(t *testing.T) {
	dir := sampleSite(t, 4)
	put(t, dir, sampleName(1), "---\ntitle: [\n---\n\n正文。\n")
	put(t, dir, "gongkai.yaml", "version: 1\nnmae: 甲\n")
	put(t, dir, "layouts/home.html", "{{define \"main\"}}{{.Nothing}}{{end}}")
	put(t, dir, "static/assets/site.css", "p{")
	put(t, dir, "static/assets/own.js", "function (")
	r := start(t, dir)
	if status, _ := r.get("/"); status != 200 {
		t.Errorf("home: %d", status)
	}
	rules := map[string]bool{}
	for _, p := range r.listen("/", r.version("/")).next("why", named("error")).data.Problems {
		rules[p.Rule] = true
	}
	for _, rule := range []string{"config-unknown-key", "layout", "static"} {
		if !rules[rule] {
			t.Errorf("%s is not shown: %v", rule, rules)
		}
	}
	put(t, dir, sampleName(1), sampleReport(1, "正文。"))
	put(t, dir, "gongkai.yaml", "version: 1\nname: 甲站\n")
	put(t, dir, "layouts/home.html", "{{define \"main\"}}{{.Heading}}{{end}}")
	put(t, dir, "static/assets/own.js", "function f(){}")
	put(t, dir, "static/assets/site.css", "p{}")
	r.until("the site is whole", func() bool { return len(r.wrongAtRoot(r.coldBuild())) == 0 })
}

func (r *running) wrongAtRoot(want map[string]string) (wrong []string) {
	for url, text := range want {
		if _, got := r.get("/" + escaped(url)); got != text {
			wrong = append(wrong, url)
		}
	}
	return wrong
}

// TestContentGone: a folder that is moved away and back leaves the last good site standing meanwhile.
func TestContentGone(t *testing.T) {
	dir := sampleSite(t, 6)
	r := start(t, dir)
	content := filepath.Join(dir, "content")
	if err := os.Rename(content, content+"-away"); err != nil {
		t.Fatal(err)
	}
	r.until("it is told", func() bool { return strings.Contains(strings.Join(r.sentences(), ""), "no content") })
	if status, _ := r.get("/xx/"); status != 200 {
		t.Errorf("home: %d", status)
	}
	put(t, dir, "content-away/610112/wjj/2012/r0.md", sampleReport(0, "回来以后。"))
	if err := os.Rename(content+"-away", content); err != nil {
		t.Fatal(err)
	}
	r.shows("/xx/"+sampleURL(0), "回来以后")
	put(t, dir, sampleName(5), sampleReport(5, "又改了。"))
	r.shows("/xx/"+sampleURL(5), "又改了")
	r.until("equal to a build", func() bool { return len(r.differences(r.coldBuild())) == 0 })
}

// TestReportBecomesPublic: while the preview runs, the day of a report comes.
func TestReportBecomesPublic(t *testing.T) {
	dir := sampleSite(t, 2)
	put(t, dir, "content/610112/wjj/2030/xin.md", report("新", "2030-01-02 09:30", "正文。"))
	var ahead atomic.Int64
	r := start(t, dir, func(o *Options) {
		began := time.Now()
		day := time.Date(2030, 1, 2, 9, 29, 59, 0, time.FixedZone("CST", 8*3600))
		o.Now = func() time.Time { return day.Add(time.Since(began) + time.Duration(ahead.Load())) }
		o.Build.AsOf = func(*time.Location) time.Time { return o.Now() }
	})
	if status, _ := r.get("/xx/610112/wjj/2030/xin.html"); status != 404 {
		t.Errorf("before its time: %d", status)
	}
	r.until("public", func() bool { status, _ := r.get("/xx/610112/wjj/2030/xin.html"); return status == 200 })
}

func TestListen(t *testing.T) {
	ln, err := Listen("127.0.0.1", 0, false)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	port := ln.Addr().(*net.TCPAddr).Port
	var taken *PortError
	if _, err := Listen("127.0.0.1", port, false); !errors.As(err, &taken) || taken.Port != port || taken.Free <= port {
		t.Errorf("%v", err)
	}
	next, err := Listen("127.0.0.1", port, true)
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if got := next.Addr().(*net.TCPAddr).Port; got <= port {
		t.Errorf("port %d, then %d", port, got)
	}
}

// TestNothingIsLeft: after the end no goroutine runs, though browsers still listen, and all the edits before have left no memory behind.
func TestNothingIsLeft(t *testing.T) {
	leaks := goleak.IgnoreCurrent()
	edits := 500
	if soak() {
		edits = 10_000
	}
	n := 60
	dir := sampleSite(t, n)
	r := start(t, dir)
	var streams []*stream
	for i := range 5 {
		page := "/xx/" + sampleURL(i)
		streams = append(streams, r.listen(page, r.version(page)))
	}
	page := func(i int) string { return "/xx/" + sampleURL(i%n) }
	edit := func(i int) {
		put(t, dir, sampleName(i%n), sampleReport(i%n, fmt.Sprintf("第 %d 次。", i)))
		r.shows(page(i), fmt.Sprintf("第 %d 次。", i))
		for _, s := range streams {
			for len(s.events) > 0 {
				<-s.events
			}
		}
	}
	for i := range 100 {
		edit(i)
	}
	before := heap()
	for i := range edits {
		edit(100 + i)
	}
	after := heap()
	t.Logf("heap %d kB before, %d kB after %d edits", before>>10, after>>10, edits)
	if after > before+before/10+512<<10 {
		t.Errorf("the heap has grown from %d to %d bytes", before, after)
	}
	begin := time.Now()
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	t.Logf("ended in %v with 5 streams open", time.Since(begin))
	for _, s := range streams {
		for range s.events { // they end with the preview
		}
	}
	goleak.VerifyNone(t, leaks, goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"))
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
