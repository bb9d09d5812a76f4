package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"gongkai/internal/sitetest"
)

// paragraphs points at a paragraph: its link appears without moving anything, is no stop of the Tab key and is not copied.
func (r *reading) paragraphs(t *testing.T) {
	tab := r.tab(t)
	for _, width := range []int{1280, 375} {
		tab.Size(t, width, 900)
		tab.Go(t, r.root+everything+"?"+fmt.Sprint(width)) // an address of its own: a page shown again is restored where it was scrolled to
		const first = `document.querySelector(".body > p")`
		before := sitetest.Eval[float64](t, tab, "document.body.scrollHeight")
		words := sitetest.Eval[string](t, tab, first+".innerText")
		at := sitetest.Eval[[]float64](t, tab, first+`.scrollIntoView({block: "center", behavior: "instant"}); (b => [b.left + 40, b.top + 8])(`+first+`.getBoundingClientRect())`)
		tab.Do(t, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
		tab.Wait(t, first+`.querySelector(".plink")`)
		if after := sitetest.Eval[float64](t, tab, "document.body.scrollHeight"); after != before {
			t.Errorf("%d px: pointing at a paragraph moves the text by %v px", width, after-before)
		}
		if got := sitetest.Eval[string](t, tab, `getSelection().selectAllChildren(`+first+`); getSelection().toString()`); got != words {
			t.Errorf("%d px: copied %q, want %q", width, got, words)
		}
		if !sitetest.Eval[bool](t, tab, `(a => a.tabIndex === -1 && a.getAttribute("aria-hidden") === "true" && a.getBoundingClientRect().height >= 24)(document.querySelector(".plink"))`) {
			t.Errorf("%d px: the paragraph's link is a stop, is read aloud or is too small", width)
		}
		for _, p := range sitetest.Eval[layout](t, tab, script(t, "measure", "")).problems() {
			t.Errorf("%d px: with a paragraph's link: %s", width, p)
		}
	}
	r.quiet(t, tab)
}

// outline follows the reader beside the text, and folds on a phone.
func (r *reading) outline(t *testing.T) {
	tab := r.tab(t)
	tab.Media(t, "", "prefers-reduced-motion", "reduce")
	tab.Size(t, 1280, 900)
	tab.Go(t, r.root+"official/110101/wjw/2021/wuqian.html")
	if !sitetest.Eval[bool](t, tab, `document.querySelector(".outline").open && getComputedStyle(document.querySelector(".outline")).position === "sticky"`) {
		t.Error("the outline does not stand beside the text")
	}
	for _, id := range []string{"s2", "s5-2", "s8-1"} {
		sitetest.Eval[any](t, tab, fmt.Sprintf(`document.getElementById(%q).scrollIntoView()`, id))
		tab.Wait(t, fmt.Sprintf(`(a => a.length === 1 && a[0].hash === "#%s")(document.querySelectorAll(".outline [aria-current]"))`, id))
		if !sitetest.Eval[bool](t, tab, `(b => b.top >= 0 && b.bottom <= innerHeight)(document.querySelector(".outline [aria-current]").getBoundingClientRect())`) {
			t.Errorf("the mark of %s is out of sight", id)
		}
	}
	tab.Size(t, 375, 900)
	tab.Go(t, r.root+"official/110101/wjw/2021/wuqian.html")
	if sitetest.Eval[bool](t, tab, `document.querySelector(".outline").open`) {
		t.Error("the outline is not folded on a phone")
	}
	tab.Do(t, chromedp.Click(chromedp.CSS(".outline summary")))
	tab.Wait(t, `document.querySelector(".outline").open`)
	tab.Do(t, chromedp.Click(chromedp.CSS(`.outline a[href="#s3"]`)))
	tab.Wait(t, `location.hash === "#s3" && !document.querySelector(".outline").open`)
	tab.Wait(t, `(b => b.top >= 0 && b.top < 200)(document.getElementById("s3").getBoundingClientRect())`)
	r.quiet(t, tab)
}

// buttons presses what view.js offers and sees that it is kept from page to page.
func (r *reading) buttons(t *testing.T) {
	tab := r.tab(t)
	tab.Size(t, 1280, 900)
	press := func(name string) {
		sitetest.Eval[any](t, tab, fmt.Sprintf(`Array.from(document.querySelectorAll(".tools button")).find(b => b.textContent === %q).click()`, name))
	}
	size := func() float64 {
		return sitetest.Eval[float64](t, tab, `parseFloat(getComputedStyle(document.documentElement).fontSize)`)
	}
	tab.Go(t, r.root+everything)
	small, large := 0.0, 0.0
	press("小")
	small = size()
	press("大")
	large = size()
	press("宋体")
	tab.Go(t, r.root+"official/zhinan.html")
	if got := size(); got != large || large <= small || small < 16 {
		t.Errorf("font sizes: small %v, large %v, on the next page %v", small, large, got)
	}
	if !sitetest.Eval[bool](t, tab, `getComputedStyle(document.querySelector(".body")).fontFamily.includes("SimSun")`) {
		t.Error("宋体 is not kept")
	}
	press("宋体")
	press("中")
	press("长辈版")
	for _, width := range widths {
		tab.Size(t, width, 900)
		tab.Go(t, r.root+everything)
		if got := size(); got < 24 {
			t.Errorf("长辈版, %d px: %v px", width, got)
		}
		if sitetest.Eval[string](t, tab, `getComputedStyle(document.querySelector(".outline")).position`) == "sticky" {
			t.Errorf("长辈版, %d px: the outline floats", width)
		}
	}
	press("长辈版")
	if got := sitetest.Eval[string](t, tab, `document.documentElement.className + document.cookie`); got != "" {
		t.Errorf("left behind: %q", got)
	}
	sitetest.Eval[any](t, tab, `window.print = () => { window.printed = true; }`)
	press("打印本页")
	tab.Wait(t, "window.printed")
	r.quiet(t, tab)
}

// targets measures what can be pressed: 24 px at least, 44 px what leads on, 60 px in 长辈版.
func (r *reading) targets(t *testing.T) {
	tab := r.tab(t)
	type target struct {
		Name string
		Main bool
		W, H float64
	}
	for _, look := range []struct {
		name      string
		elder     bool
		any, main float64
	}{{"ordinary", false, 24, 44}, {"elder", true, 24, 60}} {
		r.elder(t, tab, look.elder)
		n, smallest := 0, 1000.0
		seen := map[string]bool{}
		for _, v := range views {
			if seen[v.kind] && v.kind != "district" {
				continue
			}
			seen[v.kind] = true
			tab.Go(t, r.root+v.path)
			sitetest.Eval[any](t, tab, `for (const m of document.querySelectorAll(".menu")) m.hidden = false`)
			for _, width := range []int{375, 1280} {
				tab.Size(t, width, 900)
				for _, x := range sitetest.Eval[[]target](t, tab, script(t, "targets", "")) {
					n++
					least := look.any
					if x.Main {
						least = look.main
					}
					smallest = min(smallest, x.H, x.W)
					if x.H < least || x.W < least && (!x.Main || x.W < 24) {
						t.Errorf("%s, %s, %d px: %s is %v × %v px, want %v", v, look.name, width, x.Name, x.W, x.H, least)
					}
				}
			}
		}
		t.Logf("%s: %d targets, the smallest side %v px", look.name, n, smallest)
	}
	r.elder(t, tab, false)
}

// zoom doubles the size of the text, on a phone and at a desk: nothing is cut off or covered.
func (r *reading) zoom(t *testing.T) {
	tab := r.tab(t)
	for _, v := range views {
		tab.Go(t, r.root+v.path)
		sitetest.Eval[any](t, tab, `document.documentElement.style.fontSize = 2 * parseFloat(getComputedStyle(document.documentElement).fontSize) + "px"`)
		for _, width := range []int{375, 1280} {
			tab.Size(t, width, 900)
			for _, problem := range sitetest.Eval[layout](t, tab, script(t, "measure", "")).problems() {
				t.Errorf("%s, 200 %%, %d px: %s", v, width, problem)
			}
		}
	}
}

// wishes emulates what readers ask of their system: less motion, their own colours.
func (r *reading) wishes(t *testing.T) {
	tab := r.tab(t)
	tab.Size(t, 1280, 900)
	tab.Media(t, "", "prefers-reduced-motion", "reduce")
	tab.Go(t, r.root+everything)
	if moving := sitetest.Eval[[]string](t, tab, `Array.from(document.querySelectorAll("*")).filter(e => (s => s.scrollBehavior === "smooth" || s.animationName !== "none" || parseFloat(s.transitionDuration) > 0)(getComputedStyle(e))).map(e => e.tagName)`); len(moving) > 0 {
		t.Errorf("moves though the reader wants no motion: %q", moving)
	}
	tab.Media(t, "", "forced-colors", "active")
	for path, marks := range map[string][]string{
		"official/index.html": {".bars .bar"},
		everything:            {`button[aria-pressed="true"]`},
	} {
		tab.Go(t, r.root+path)
		for _, mark := range append(marks, ".name.official::before") {
			element, pseudo, found := strings.Cut(mark, "::")
			if found {
				pseudo = "::" + pseudo
			}
			if same := sitetest.Eval[bool](t, tab, fmt.Sprintf(`getComputedStyle(document.querySelector(%q), %q).backgroundColor === getComputedStyle(document.body).backgroundColor`, element, pseudo)); same {
				t.Errorf("%s: with the reader's own colours, %s vanishes", path, mark)
			}
		}
		if lost := sitetest.Eval[[]string](t, tab, `Array.from(document.querySelectorAll("button, .banner, .outline [aria-current], .reports li, .flag")).filter(e => (s => (s.borderBottomStyle === "none" || s.borderBottomWidth === "0px") && (s.borderLeftStyle === "none" || s.borderLeftWidth === "0px"))(getComputedStyle(e)) && e.getClientRects().length).map(e => e.className + e.textContent)`); len(lost) > 0 {
			t.Errorf("%s: without a border: %q", path, lost)
		}
	}
	r.quiet(t, tab)
}
