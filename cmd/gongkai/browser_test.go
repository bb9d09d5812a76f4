package main

import (
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"gongkai/internal/sitetest"
)

// TestNewcomerFromDisk is acceptance 6: what a new user builds is styled and linked when opened from disk, page by page.
func TestNewcomerFromDisk(t *testing.T) {
	browser := sitetest.Chromium(t)
	source := t.TempDir()
	for _, args := range [][]string{
		{"init", source},
		{"new", "-s", source, "610112/wjj/2024/weijian-zongjie", "--title", "2024年卫生健康工作总结", "--agency", "西安市未央区卫生健康局", "--kind", "工作总结"},
	} {
		if code, out, errs := program(t, args...); code != exitClean {
			t.Fatalf("%v: exit %d\n%s%s", args, code, out, errs)
		}
	}
	for _, dest := range []string{built(t, source), built(t, source, "-D")} {
		site, err := sitetest.Load(dest)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range site.Links() {
			t.Error(problem)
		}
		for _, p := range site.Pages {
			address := (&url.URL{Scheme: "file", Path: filepath.Join(dest, p.Path)}).String()
			var width float64
			complaints := sitetest.Visit(t, browser, address, 1280,
				sitetest.Value(&width, chromedp.Evaluate[float64](`document.querySelector("main").getBoundingClientRect().width`)))
			for _, c := range complaints {
				t.Errorf("%s: %s", p.Path, c)
			}
			if width < 300 || width > 1280 {
				t.Errorf("%s: main is %v px wide: not styled", p.Path, width)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(source, "schemas", "gongkai.schema.json")); err != nil {
		t.Error(err)
	}
}

// TestBrowser reads the sites of readingSite in one browser: every kind of page in every view, used by keyboard and pointer, printed,
// measured. The tests share the browser and the sites, and run one after another.
func TestBrowser(t *testing.T) {
	r := newReading(t)
	for _, test := range []struct {
		name string
		run  func(*testing.T)
	}{
		{"every page is drawn", r.everyPageIsDrawn},
		{"valid", r.valid},
		{"views", r.views},
		{"axe", r.axe},
		{"keyboard", r.keyboard},
		{"menus", r.menus},
		{"paragraphs", r.paragraphs},
		{"outline", r.outline},
		{"buttons", r.buttons},
		{"targets", r.targets},
		{"zoom", r.zoom},
		{"wishes", r.wishes},
		{"print", r.print},
		{"budgets", r.budgets},
		{"old browsers", r.old},
	} {
		t.Run(test.name, test.run)
	}
}
