package render

import (
	"bytes"
	"testing"
	"time"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// TestOutputIsOfIndexes: an address that is asked for alone gives the bytes that the list of all gives, and no other address gives any.
func TestOutputIsOfIndexes(t *testing.T) {
	c := site.DefaultConfig()
	c.Name, c.BaseURL = "甲站", "https://example.gov.cn/xx/"
	in := site.Input{Config: c, AsOf: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Plain: []*report.Head{head(t, "about.md")}}
	for i := range 120 { // three pages of some lists
		in.Heads = append(in.Heads, head(t, "610112/wjj/2021/r"+string(rune('a'+i%26))+string(rune('a'+i/26))+".md"))
	}
	in.Heads = append(in.Heads, head(t, "640500/wjj/2022/zongjie.md", full, func(h *report.Head) { h.Aliases = []string{"/old/1.shtml", "/610112/feed.xml.html", "jiu"} }),
		head(t, "640500/jyj/2020/che.md", func(h *report.Head) {
			h.Status = report.Status{State: "withdrawn", Mode: "removed", Date: on(2021, 5, 6)}
		}), head(t, "guojia/wjw/2019/a.md"))
	s, _ := site.Assemble(in)
	r := New(s, mustLayouts(t, nil), assets(t))
	all := r.Indexes()
	for _, want := range all {
		got, ok := r.Output(want.URL)
		if !ok {
			t.Errorf("%s is not found", want.URL)
			continue
		}
		var a, b bytes.Buffer
		if d := want.Make(&a); d != nil {
			t.Fatal(d)
		}
		if d := got.Make(&b); d != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s differs: %v", want.URL, d)
		}
	}
	if len(all) < 50 {
		t.Errorf("only %d outputs", len(all))
	}
	for _, url := range []string{
		"", ".", "x", "index.htm", "610112", "610112/", "610112/index", "610112/page/4.html", "610112/page/1.html", "610112/page/02.html", "610112/1999/index.html", "610112/nobody/index.html",
		"years/1999/index.html", "years/2021/page/9.html", "topics/none/index.html", "kinds/none/index.html", "kinds/index.html", "640500/wjj/2022/zongjie.html", "about.html",
		"999999/index.html", "feed.xml/feed.xml", "nowhere/feed.xml", "sitemap-2.xml", "years/index.html/index.html", "610112/2021/index.html/x",
	} {
		if _, ok := r.Output(url); ok {
			t.Errorf("%q gives something", url)
		}
	}
}
