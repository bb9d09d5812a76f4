package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gongkai/internal/sitetest"
)

// aged is a style sheet as a browser of 2020 reads it.
func aged(path, text string) string {
	if !strings.HasSuffix(path, ".css") {
		return stay(path, text)
	}
	for _, newer := range []*regexp.Regexp{supports, newerMedia, newerRules} {
		text = newer.ReplaceAllString(text, "")
	}
	return harmless.ReplaceAllString(text, "$1")
}

// old draws every page without what the oldest browsers of the baseline do not know, with scripts and without: nothing is lost or lies on
// anything else, and the outline opens by itself.
func (r *reading) old(t *testing.T) {
	root := sitetest.ServeChanged(t, r.dir, aged)
	tab := sitetest.OpenTab(t, r.browser, root)
	for _, scripts := range []bool{true, false} {
		tab.Scripts(t, scripts)
		for _, v := range views {
			tab.Go(t, root+v.path)
			for _, width := range []int{375, 1280} {
				tab.Size(t, width, 900)
				for _, problem := range sitetest.Eval[layout](t, tab, script(t, "measure", "")).problems() {
					t.Errorf("%s, scripts %v, %d px: %s", v, scripts, width, problem)
				}
			}
		}
	}
	tab.Go(t, root+everything)
	const link = `document.querySelector(".outline a").getClientRects().length > 0`
	if sitetest.Eval[bool](t, tab, link+` && document.querySelector(".outline").open`) {
		t.Error("the outline is open without scripts")
	}
	tab.Do(t, chromedp.Click(chromedp.CSS(".outline summary")))
	tab.Wait(t, link)
	for _, c := range tab.Complaints() {
		t.Error(c)
	}
}
