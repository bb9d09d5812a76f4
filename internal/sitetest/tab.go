package sitetest

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Tab is a browser tab that stays open from page to page, for tests that look at a page in many views: opening a tab costs more than most
// of what is asked in it. A Tab belongs to one test at a time.
type Tab struct {
	ctx context.Context
	w   *watcher
}

// OpenTab opens a tab; it closes with the test. Every console message counts as a complaint in it, and so does every request for an
// address that does not begin with inside ("" allows all).
func OpenTab(t testing.TB, browser context.Context, inside string) *Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	p := &Tab{ctx: ctx, w: newWatcher()}
	p.w.strict, p.w.inside = true, inside
	if err := chromedp.Listen(ctx, p.w.event); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	return p
}

// Do runs actions; an error ends the test.
func (p *Tab) Do(t testing.TB, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, pageTimeout)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatalf("in the browser: %v", err)
	}
}

// Go opens an address and waits until it has loaded.
func (p *Tab) Go(t testing.TB, address string) {
	t.Helper()
	p.Do(t, chromedp.Navigate(address))
}

// Complaints returns what the browser has complained of since the last call.
func (p *Tab) Complaints() []string { return p.w.take() }

// Size sets the size of the window in CSS pixels.
func (p *Tab) Size(t testing.TB, width, height int) {
	t.Helper()
	p.Do(t, chromedp.EmulateViewport(int64(width), int64(height)))
}

// Sharp is Size on a phone's screen with the given number of dots for a pixel, for pictures.
func (p *Tab) Sharp(t testing.TB, width, height int, dots float64) {
	t.Helper()
	p.Do(t, Command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: dots}))
}

// Media sets the medium ("", "screen", "print") and features in pairs: "prefers-color-scheme", "dark".
func (p *Tab) Media(t testing.TB, medium string, features ...string) {
	t.Helper()
	params := emulation.SetEmulatedMediaParams{Media: medium, Features: []*emulation.MediaFeature{}}
	for i := 0; i+1 < len(features); i += 2 {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	p.Do(t, Command(emulation.SetEmulatedMedia, params))
}

// Scripts switches JavaScript on or off for the pages opened from now on.
func (p *Tab) Scripts(t testing.TB, on bool) {
	t.Helper()
	p.Do(t, Command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}))
}

// Slow makes the processor so many times slower; 1 is its own speed.
func (p *Tab) Slow(t testing.TB, times float64) {
	t.Helper()
	p.Do(t, Command(emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times}))
}

// Before runs a script on every page opened from now on, before the page's own.
func (p *Tab) Before(t testing.TB, script string) {
	t.Helper()
	p.Do(t, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}))
}

// Press types keys (package kb names those without a character).
func (p *Tab) Press(t testing.TB, keys string) {
	t.Helper()
	p.Do(t, chromedp.KeyEvent(keys))
}

// PressBack types Shift and Tab.
func (p *Tab) PressBack(t testing.TB) {
	t.Helper()
	p.Do(t, chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
}

// Wait waits until an expression is true; it ends the test after some seconds.
func (p *Tab) Wait(t testing.TB, expression string) {
	t.Helper()
	for range 100 {
		if Eval[bool](t, p, "!!("+expression+")") {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("waited in vain for %s", expression)
}

// PDF prints the page on the paper that its style sheet names.
func (p *Tab) PDF(t testing.TB) []byte {
	t.Helper()
	var pdf []byte
	p.Do(t, Value(&pdf, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize())))
	return pdf
}

// Picture is a PNG of the window, or of the whole page.
func (p *Tab) Picture(t testing.TB, whole bool) []byte {
	t.Helper()
	var png []byte
	if whole {
		p.Do(t, Value(&png, chromedp.FullScreenshot(100)))
	} else {
		p.Do(t, Value(&png, chromedp.CaptureScreenshot()))
	}
	return png
}

// Eval returns an expression's value; a promise is awaited.
func Eval[T any](t testing.TB, p *Tab, expression string) T {
	t.Helper()
	var v T
	p.Do(t, Value(&v, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise)))
	return v
}

// Command is a protocol command without a result, as an action.
func Command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, c, params)
		return err
	})
}
