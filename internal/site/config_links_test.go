package site

import (
	"testing"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

// TestConfigLinks: what stands on every page must lead somewhere.
func TestConfigLinks(t *testing.T) {
	for link, want := range map[string]bool{
		"about.html": true, "/about.html": true, "about.html#s1": true, "/": true, "years/": true, "/610112/": true, "feed.xml": true, "images/a%20b.png": true,
		"https://www.example.gov.cn/nope": true, "mailto:a@example.gov.cn": true, "": true,
		"./about.html": true, ".": true, "./": true, "years/./": true, "./nope.html": false, "nope.html": false, "/zwgk/about.html": false, "610112": false, "990000/": false, "#x": true,
	} {
		in := input(head(t, "610112/wjj/2021/a.md"))
		in.Plain, in.Static = []*report.Head{head(t, "about.md")}, []string{"images/a b.png", "badge.png"}
		in.Config.Menu = []MenuEntry{{Name: "菜", URL: link, At: diag.Pos{Line: 7, Column: 5}}}
		in.Config.Badge.Image, in.Config.ReportError = "/badge.png", "about.html"
		_, found := Assemble(in)
		if want {
			wantSaid(t, found)
		} else {
			wantSaid(t, found, in.ConfigPath+":7 broken-link error")
		}
	}
	in := input()
	in.Config.Badge.Image, in.Config.ReportError = "badge.png", "jiucuo.html"
	_, found := Assemble(in)
	wantSaid(t, found, in.ConfigPath+":0 broken-link error", in.ConfigPath+":0 broken-link error")
}

func TestLinkAddress(t *testing.T) {
	for link, want := range map[string]string{
		"about.html": "about.html", "/about.html": "about.html", "/": "index.html", "years/": "years/index.html", "#x": "index.html#x",
		"/years/?a=1#b": "years/index.html?a=1#b", "years": "years", "./about.html": "about.html", ".": "index.html", "a//b/./": "a/b/index.html",
	} {
		if got, ok := LinkAddress(link); got != want || !ok {
			t.Errorf("%s: %s, %v", link, got, ok)
		}
	}
	for _, out := range []string{"", "https://www.example.gov.cn/", "mailto:a@example.gov.cn"} {
		if got, ok := LinkAddress(out); got != out || ok {
			t.Errorf("%s: %s, %v", out, got, ok)
		}
	}
}
