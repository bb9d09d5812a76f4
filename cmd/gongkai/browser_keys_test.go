package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"gongkai/internal/sitetest"
)

// everything is the report that holds all that a report can hold.
const everything = "official/110101/wjw/2024/quan.html"

// keyboard walks pages by the Tab key: the skip link first, then all in the order of the page, each stop seen and marked.
func (r *reading) keyboard(t *testing.T) {
	tab := r.tab(t)
	tab.Media(t, "", "prefers-reduced-motion", "reduce") // or a stop is measured while the page still moves to it
	type focus struct {
		Name    string
		Outline float64
		Inside  bool
	}
	for _, path := range []string{everything, "official/index.html", "official/110105/page/2.html"} {
		for _, width := range []int{1280, 375} {
			tab.Size(t, width, 900)
			tab.Go(t, r.root+path)
			want := sitetest.Eval[[]string](t, tab, script(t, "stops", ""))
			if len(want) == 0 || want[0] != "a #main 跳到正文" {
				t.Fatalf("%s: the first stop is %q", path, want[:min(1, len(want))])
			}
			for i, stop := range want {
				tab.Press(t, kb.Tab)
				got := sitetest.Eval[focus](t, tab, script(t, "focus", ""))
				if got.Name != stop {
					t.Fatalf("%s, %d px: stop %d is %q, want %q", path, width, i, got.Name, stop)
				}
				if got.Outline < 2 || !got.Inside {
					t.Errorf("%s, %d px: %q has an outline of %v px, in the window: %v", path, width, got.Name, got.Outline, got.Inside)
				}
			}
			t.Logf("%s, %d px: %d stops", path, width, len(want))
		}
	}
	tab.Go(t, r.root+everything)
	tab.Press(t, kb.Tab+kb.Enter)
	tab.Wait(t, `document.activeElement.id === "main"`)
	tab.Press(t, kb.Tab)
	if got := sitetest.Eval[focus](t, tab, script(t, "focus", "")).Name; got != "a #revisions 见更正记录" {
		t.Errorf("behind the skip link comes %q", got)
	}
	r.quiet(t, tab)
}

// quiet fails if the browser has complained.
func (r *reading) quiet(t *testing.T, tab *sitetest.Tab) {
	t.Helper()
	for _, c := range tab.Complaints() {
		t.Error(c)
	}
}

// menus opens a section's menu by keyboard, copies with and without the clipboard of new browsers, and closes it again.
func (r *reading) menus(t *testing.T) {
	tab := r.tab(t)
	tab.Size(t, 1280, 900)
	cite := func(date string) string {
		return "示例市东城区卫生健康委员会, 示例市东城区疾病预防控制局. 示例市东城区卫生健康委员会2024年工作总结和2025年工作计划[R/OL]. (2025-01-20)[" +
			date + "]. " + base("official") + "110101/wjw/2024/quan.html#s1."
	}
	today := `(d => [d.getFullYear(), d.getMonth() + 1, d.getDate()].map(n => String(n).padStart(2, "0")).join("-"))(new Date())`
	for _, clipboard := range []struct{ name, setup string }{
		{"with a clipboard", `navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }`},
		{"with a clipboard that refuses", `navigator.clipboard.writeText = () => Promise.reject(new Error("no")); ` + onCopy},
		{"without a clipboard", `Object.defineProperty(navigator, "clipboard", {value: undefined}); ` + onCopy},
	} {
		tab.Go(t, r.root+everything)
		sitetest.Eval[any](t, tab, clipboard.setup+"; 0")
		const open = `document.querySelector(".section > button")`
		sitetest.Eval[any](t, tab, open+`.focus()`)
		tab.Press(t, kb.Enter)
		if !sitetest.Eval[bool](t, tab, open+`.getAttribute("aria-expanded") === "true" && document.querySelector(".menu").getClientRects().length > 0`) {
			t.Fatalf("%s: Enter does not open the menu", clipboard.name)
		}
		tab.Press(t, kb.Tab)
		tab.Press(t, kb.Escape)
		if !sitetest.Eval[bool](t, tab, open+`.getAttribute("aria-expanded") === "false" && document.activeElement === `+open) {
			t.Errorf("%s: Escape does not close the menu and return the focus", clipboard.name)
		}
		for i, want := range []string{base("official") + "110101/wjw/2024/quan.html#s1", cite(sitetest.Eval[string](t, tab, today))} {
			tab.Press(t, kb.Enter)
			for range i + 1 {
				tab.Press(t, kb.Tab)
			}
			tab.Press(t, kb.Enter)
			tab.Wait(t, "window.copied")
			if got := sitetest.Eval[string](t, tab, "window.copied"); got != want {
				t.Errorf("%s: copied %q, want %q", clipboard.name, got, want)
			}
			tab.Wait(t, `document.querySelector(".said").textContent.startsWith("已复制")`)
			if !sitetest.Eval[bool](t, tab, `document.activeElement === `+open) {
				t.Errorf("%s: the focus is lost", clipboard.name)
			}
			sitetest.Eval[any](t, tab, `window.copied = ""`)
		}
	}
	const readers = `Array.from(document.querySelectorAll(".menu button")).filter(b => b.textContent === "朗读本节").length`
	if n := sitetest.Eval[int](t, tab, readers); n == 0 {
		t.Error("no button reads aloud, though the browser can speak")
	}
	tab.Before(t, `delete window.speechSynthesis; delete Window.prototype.speechSynthesis`)
	tab.Go(t, r.root+everything)
	if n := sitetest.Eval[int](t, tab, readers); n > 0 {
		t.Error("buttons read aloud in a browser that cannot speak")
	}
	r.quiet(t, tab)
}

// onCopy keeps what the old way of copying puts into the clipboard.
const onCopy = `document.addEventListener("copy", () => { window.copied = document.activeElement.value; })`
