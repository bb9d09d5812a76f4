package report

import (
	"net/url"
	"strings"
	"testing"
)

// TestHrefsLeadToTargets resolves every rewritten address as a browser does, and expects the target that was recorded.
func TestHrefsLeadToTargets(t *testing.T) {
	pages := []Origin{
		aReport,
		{Dir: "610112/wjj/2021", Page: "610112/wjj/2021/zongjie.html"},
		{Page: "about.html"},
	}
	for _, at := range pages {
		for _, dest := range []string{
			"a.pdf", "./a.pdf", "附件 1.pdf", "附件%201.pdf", "./a:b.pdf", "年度/表 1.xlsx", "100%25.pdf", "/", "/610112/", "/610112/wjj/2021/zongjie.md", "x.md", "x/index.md",
			"x/", "x//y.md", "/../a.md", "../a.md", "../../a.md#s1", "a.md?x=1#s1-2", "/a'b&c.pdf", "/a+b,c;d=e@f.pdf", "/~a(1).pdf", "..", ".", "a/../b.md", "/guide.md#一",
		} {
			d := at.resolve(dest, false)
			if d.rule != "" {
				if d.rule != "link-outside" || !strings.Contains(dest, "..") {
					t.Errorf("%s from %s: %s", dest, at.Page, d.rule)
				}
				continue
			}
			base, _ := url.Parse("https://site.example/sub/" + at.Page)
			got, err := base.Parse(d.href)
			if err != nil {
				t.Errorf("%s → %s: %v", dest, d.href, err)
				continue
			}
			want := d.target
			if want == "" {
				want = at.Page
			}
			if got.Path != "/sub/"+want || got.Fragment != d.fragment || got.Host != "site.example" {
				t.Errorf("%s from %s → %s leads to %s # %s, want %s # %s", dest, at.Page, d.href, got.Path, got.Fragment, want, d.fragment)
			}
		}
	}
}

func TestSitePath(t *testing.T) {
	for _, c := range [][3]string{
		{"610112/wjj/2021/zongjie", "a.pdf", "610112/wjj/2021/zongjie/a.pdf"},
		{"610112/wjj/2021/zongjie", "../jihua.md", "610112/wjj/2021/jihua.html"},
		{"610112/wjj/2021/zongjie", "../jihua/index.md", "610112/wjj/2021/jihua.html"},
		{"610112/wjj/2021", "../../../about.md", "about.html"},
		{"", "610112/wjj/", "610112/wjj/index.html"},
		{"", "/", "index.html"},
		{"610112", "/guide.md", "guide.html"},
	} {
		if got, ok := (Origin{Dir: c[0]}).sitePath(c[1]); !ok || got != c[2] {
			t.Errorf("%s in %s: %s, %v; want %s", c[1], c[0], got, ok, c[2])
		}
	}
	if _, ok := (Origin{Dir: "610112"}).sitePath("../../a.md"); ok {
		t.Error("a path leads out of the site")
	}
}

func FuzzResolve(f *testing.F) {
	for _, s := range []string{"javascript:a", "java\tscript:a", "//a", "/\\a", "a.md#s1", "https://例子.cn/%zz?a=[b]#c#d", "mailto:a@b", "tel:1", "http://a:b@c:1/", "%2e%2e/a", "data:,", "\u200bx"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, dest string, picture bool) {
		d := aReport.resolve(dest, picture)
		if (d.rule == "") == (d.href == "") {
			t.Fatalf("%q: %+v", dest, d)
		}
		if d.rule != "" {
			return
		}
		base, _ := url.Parse("https://site.example/" + aReport.Page)
		u, err := base.Parse(d.href)
		if err != nil {
			t.Fatalf("%q → %q: %v", dest, d.href, err)
		}
		if d.internal && (u.Host != "site.example" || u.Scheme != "https") || picture && !d.internal {
			t.Fatalf("%q → %q leads to %s", dest, d.href, u)
		}
		if strings.ContainsFunc(d.href, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}[]", r) }) && !strings.Contains(d.href, "//[") {
			t.Fatalf("%q → %q is not encoded", dest, d.href)
		}
	})
}
