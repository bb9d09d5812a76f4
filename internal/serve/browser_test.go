package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"gongkai/internal/sitetest"
)

// window is a browser's tab on a preview.
type window struct {
	t   testing.TB
	ctx context.Context
}

func openWindow(t testing.TB, browser context.Context, address string) *window {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	w := &window{t, ctx}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 700), chromedp.Navigate(address)); err != nil {
		t.Fatal(err)
	}
	return w
}

// eval runs a script and returns its value; ok is false while a page is being loaded.
func (w *window) eval(script string) (value string, ok bool) {
	ctx, cancel := context.WithTimeout(w.ctx, 10*time.Second)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(function () { return JSON.stringify(`+script+`); })()`))
	return v, err == nil
}

// get is eval of what must succeed.
func get[T any](w *window, script string) (value T) {
	w.t.Helper()
	text, ok := w.eval(script)
	if !ok {
		w.t.Fatalf("%s fails", script)
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		w.t.Fatalf("%s: %s: %v", script, text, err)
	}
	return value
}

// until waits until a script gives true, over reloads.
func (w *window) until(what, script string) {
	w.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if text, ok := w.eval(script); ok && text == "true" {
			return
		}
		if time.Now().After(end) {
			text, _ := w.eval("document.body.innerText.slice(-600)")
			w.t.Fatalf("never: %s\n%s", what, text)
		}
	}
}

// inView is the paragraph nearest to a third of the window's height, and where it stands.
const inView = `(function () {
  const line = innerHeight / 3;
  let best = { id: '', top: scrollY }, near = Infinity;
  for (const el of document.querySelectorAll('.body p[id]')) {
    const box = el.getBoundingClientRect();
    const far = Math.max(box.top - line, line - box.bottom, 0);
    if (far < near) best = { id: el.id, top: box.top }, near = far;
  }
  return best;
})()`

type spot struct {
	ID  string
	Top float64
}

func longReport(change func(i int) string) string {
	var b strings.Builder
	for i := range 90 {
		if i%6 == 0 { // an outline that fills the window's height
			fmt.Fprintf(&b, "## %s、部分\n\n", strings.Fields("一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五")[i/6])
		}
		b.WriteString(change(i))
		fmt.Fprintf(&b, "第 %d 段，说的是第 %d 件事，内容不长也不短，只为占去几行的位置，好让页面能够上下滚动。\n\n", i, i*7)
	}
	return report("很长的工作总结", "2024-01-05", b.String())
}

func nothing(int) string { return "" }

// TestBrowserKeepsTheParagraph: scrolled half way down a long report, changes above and below leave the paragraph in view where it was, in
// a narrow window with the outline closed and in a wide one with the outline beside the text.
func TestBrowserKeepsTheParagraph(t *testing.T) {
	browser := sitetest.Chromium(t)
	dir := sampleSite(t, 4)
	const name = "content/610112/wjj/2024/chang.md"
	put(t, dir, name, longReport(nothing))
	put(t, dir, "static/assets/own.css", "details.outline a { display: block }") // so that one is in view a third down, as the paragraph is
	put(t, dir, "layouts/_head.html", `<link rel="stylesheet" href="{{.Root}}{{asset "own.css"}}">`)
	r := start(t, dir)
	for width, outline := range map[int64]string{1000: "false", 1500: "true"} {
		put(t, dir, name, longReport(nothing))
		w := openWindow(t, browser, r.url+"/xx/610112/wjj/2024/chang.html")
		w.size(width)
		w.until("the page has loaded", `document.readyState === 'complete' && document.body.textContent.includes('第 89 段') && !document.body.textContent.includes('标记')`)
		get[bool](w, `(function () { window.scrollTo({ top: document.documentElement.scrollHeight / 2, behavior: 'instant' }); document.querySelector('details.outline').open = `+outline+`; return true; })()`)
		before := w.settled()
		if before.ID == "" {
			t.Fatal("no paragraph in view")
		}
		for i, change := range []func(int) string{
			func(i int) string {
				if i == 10 {
					return "新加在上面的一段，有好几行那么长。" + strings.Repeat("再说一句。", 60) + "标记零\n\n"
				}
				return ""
			},
			func(i int) string {
				if i == 85 {
					return "新加在下面的一段。" + strings.Repeat("再说一句。", 60) + "标记一\n\n"
				}
				return ""
			},
			func(i int) string {
				if i == 5 || i == 80 {
					return strings.Repeat("上下都改。", 80) + "标记二\n\n"
				}
				return ""
			},
		} {
			mark := []string{"标记零", "标记一", "标记二"}[i]
			put(t, dir, name, longReport(change))
			w.until("the page has been reloaded: "+mark, `document.readyState === 'complete' && document.body.textContent.includes('`+mark+`')`)
			after := w.settled()
			t.Logf("%d wide, %s: %s at %.1f, before %s at %.1f", width, mark, after.ID, after.Top, before.ID, before.Top)
			if after.ID != before.ID || math.Abs(after.Top-before.Top) > 2 {
				t.Errorf("%d wide, %s: %+v, before %+v", width, mark, after, before)
			}
			if get[bool](w, `document.querySelector('details.outline').open`) != (outline == "true") {
				t.Errorf("%d wide: the outline is not as it was", width)
			}
		}
	}
}

// settled is inView once nothing moves any more: the browser's own scroll events come late on a busy machine, and so does layout.
func (w *window) settled() spot {
	w.t.Helper()
	last := get[spot](w, inView)
	for same := 0; same < 8; {
		time.Sleep(50 * time.Millisecond)
		now := get[spot](w, inView)
		if same++; now != last {
			last, same = now, 0
		}
	}
	return last
}

func (w *window) size(width int64) {
	w.t.Helper()
	if err := chromedp.Do(w.ctx, chromedp.EmulateViewport(width, 700)); err != nil {
		w.t.Fatal(err)
	}
}

// TestBrowserShowsErrors: broken front matter shows the panel over the last good page, mending clears it.
func TestBrowserShowsErrors(t *testing.T) {
	browser := sitetest.Chromium(t)
	dir := sampleSite(t, 4)
	r := start(t, dir)
	first := openWindow(t, browser, r.url+"/xx/"+sampleURL(1))
	second := openWindow(t, browser, r.url+"/xx/")
	for _, w := range []*window{first, second} {
		w.until("loaded", `document.readyState === 'complete'`)
	}
	put(t, dir, sampleName(1), strings.Replace(sampleReport(1, "<b>坏</b>"), "title: ", "title: [<img src=x onerror=alert(1)>", 1))
	for _, w := range []*window{first, second} {
		w.until("the panel", `!!document.querySelector('.gongkai-panel li')`)
	}
	panel := get[string](first, `document.querySelector('.gongkai-panel').innerText`)
	for _, want := range []string{sampleName(1) + ":2:", "title: [<img", "可以发布吗", "收起"} {
		if !strings.Contains(panel, want) {
			t.Errorf("the panel lacks %q:\n%s", want, panel)
		}
	}
	if !get[bool](first, `document.body.textContent.includes('全年义诊 3 场') && !document.querySelector('.gongkai-panel img')`) {
		t.Error("the last good page is gone, or the panel holds markup")
	}
	if get[string](first, `getComputedStyle(document.querySelector('.gongkai-panel')).position`) != "fixed" {
		t.Error("the panel is not styled: the page's policy refuses the sheet")
	}
	put(t, dir, sampleName(1), sampleReport(1, "改好了。"))
	first.until("mended", `document.body.textContent.includes('改好了') && !document.querySelector('.gongkai-panel')`)
	second.until("cleared everywhere", `!document.querySelector('.gongkai-panel')`)

	// a layout error names the line and the fields
	put(t, dir, "layouts/report.html", "{{define \"main\"}}\n<p>{{.Titel}}</p>{{end}}")
	first.until("the layout's fault", `!!document.querySelector('.gongkai-panel') && document.querySelector('.gongkai-panel').innerText.includes('layouts/report.html:2:')`)
	if panel := get[string](first, `document.querySelector('.gongkai-panel').innerText`); !strings.Contains(panel, "Title") {
		t.Errorf("no fields: %s", panel)
	}
	put(t, dir, "layouts/report.html", "{{define \"main\"}}\n<p class=\"mine\">{{.Title}}</p>{{end}}")
	first.until("the new layout", `!!document.querySelector('p.mine') && !document.querySelector('.gongkai-panel')`)
}

// TestBrowserSwapsStyles: a style sheet is put in place without a reload.
func TestBrowserSwapsStyles(t *testing.T) {
	browser := sitetest.Chromium(t)
	dir := sampleSite(t, 4)
	put(t, dir, "static/assets/own.css", "h1 { color: rgb(1, 2, 3) }")
	put(t, dir, "layouts/_head.html", `<link rel="stylesheet" href="{{.Root}}{{asset "own.css"}}">`)
	r := start(t, dir)
	w := openWindow(t, browser, r.url+"/xx/"+sampleURL(1))
	w.until("styled", `document.readyState === 'complete' && getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`)
	get[bool](w, `(window.mine = true)`)
	for _, c := range []string{"rgb(4, 5, 6)", "rgb(7, 8, 9)"} {
		put(t, dir, "static/assets/own.css", "h1 { color: "+c+" }")
		w.until(c, `getComputedStyle(document.querySelector('h1')).color === '`+c+`'`)
	}
	w.until("one sheet is left of three", `document.querySelectorAll('link[href*="own."]').length === 1`)
	if !get[bool](w, `window.mine === true`) {
		t.Error("the page was reloaded")
	}
	// and what comes after it still reloads
	put(t, dir, sampleName(1), sampleReport(1, "后来的话。"))
	w.until("reloaded", `document.body.textContent.includes('后来的话') && window.mine !== true`)
}

// TestBrowserRibbonAndDesk: a draft has its ribbon, and 可以发布吗？ keeps itself up to date.
func TestBrowserRibbonAndDesk(t *testing.T) {
	browser := sitetest.Chromium(t)
	dir := sampleSite(t, 4)
	put(t, dir, "content/610112/wjj/2020/caogao.md", strings.Replace(report("一份草稿", "2020-01-01", "正文。"), "title:", "draft: true\ntitle:", 1))
	r := start(t, dir, func(o *Options) { o.Build.Drafts, o.Navigate = true, true })
	w := openWindow(t, browser, r.url+"/xx/610112/wjj/2020/caogao.html")
	w.until("the ribbon", `!!document.querySelector('.gongkai-ribbon') && document.querySelector('.gongkai-ribbon').innerText.includes('草稿')`)
	desk := openWindow(t, browser, r.url+"/_gongkai/")
	desk.until("compared", `document.body.innerText.includes('可以发布') && document.body.innerText.includes('新增')`)
	put(t, dir, sampleName(2), sampleReport(2, "[断](meiyou.md)"))
	desk.until("a broken link", `document.body.innerText.includes('现在不能发布') && document.body.innerText.includes('meiyou')`)
	w.until("the browser went to the page being edited", `location.pathname === '/xx/`+sampleURL(2)+`'`)
	w.until("which says what is wrong", `!!document.querySelector('.gongkai-panel') && document.querySelector('.gongkai-panel').innerText.includes('meiyou')`)
}
