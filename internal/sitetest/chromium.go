package sitetest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// pageTimeout bounds the work on one page; a browser that hangs must not hang the tests.
const pageTimeout = 60 * time.Second

// Chromium starts a headless browser with an empty profile and returns its context; it ends with the test. Every Visit opens a tab of
// its own. It needs Chromium (Require).
func Chromium(t testing.TB) context.Context {
	t.Helper()
	program := Require(t, "chromium")
	// Without a folder named, the allocator makes an empty profile and removes it at the end.
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(program),
		chromedp.Flag("headless", "new"),
		chromedp.NoSandbox,
		chromedp.DisableGPU,
		chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("force-color-profile", "srgb"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "zh-CN"),
	)
	ctx, _ := chromedp.NewContext(alloc)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("end Chromium: %v", err)
		}
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// Visit opens an address in a new tab of the given width, waits until it has loaded, runs the actions and returns what the browser
// complained of: console warnings and errors, exceptions, failed requests, answers of 400 and above.
func Visit(t testing.TB, browser context.Context, address string, width int, actions ...chromedp.Action[chromedp.Void]) []string {
	t.Helper()
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	// The tab is opened before the time limit begins: a limit on its first use would be a limit on its life.
	w := newWatcher()
	if err := chromedp.Listen(tab, w.event); err != nil {
		t.Fatalf("open a tab: %v", err)
	}
	ctx, cancel := context.WithTimeout(tab, pageTimeout)
	defer cancel()
	steps := append([]chromedp.Action[chromedp.Void]{
		chromedp.EmulateViewport(int64(width), 900),
		chromedp.Navigate(address),
	}, actions...)
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("visit %s: %v; %s", address, err, strings.Join(w.take(), "; "))
	}
	return w.take()
}

// Value is an action that stores what another action returns, for use with Visit.
func Value[T any](into *T, action chromedp.Action[T]) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		v, err := action(ctx, t)
		*into = v
		return err
	})
}

// watcher collects complaints; the browser's events come from another goroutine.
type watcher struct {
	mu       sync.Mutex
	problems []string
	urls     map[network.RequestID]string
	strict   bool   // every console message is a complaint, not only warnings and errors
	inside   string // requests for other addresses are complaints; "" allows all
}

func newWatcher() *watcher { return &watcher{urls: map[network.RequestID]string{}} }

// take returns the complaints and forgets them.
func (w *watcher) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	l := w.problems
	w.problems = nil
	return l
}

func (w *watcher) event(ev any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	add := func(format string, args ...any) { w.problems = append(w.problems, fmt.Sprintf(format, args...)) }
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if w.strict || ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeWarning || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			words := make([]string, len(ev.Args))
			for i, a := range ev.Args {
				if words[i] = a.Description; words[i] == "" {
					words[i] = unquote(a.Value)
				}
			}
			add("console %s: %s", ev.Type, strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if thrown := ev.ExceptionDetails.Exception; thrown != nil {
			text += " " + thrown.Description
		}
		add("exception: %s", text)
	case *log.EventEntryAdded:
		if w.strict || ev.Entry.Level == log.EntryLevelError || ev.Entry.Level == log.EntryLevelWarning {
			add("%s %s: %s %s", ev.Entry.Source, ev.Entry.Level, ev.Entry.Text, ev.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		w.urls[ev.RequestID] = ev.Request.URL
		// The browser asks for an icon by itself; printing and pictures use data.
		if !strings.HasPrefix(ev.Request.URL, w.inside) && !strings.HasPrefix(ev.Request.URL, "data:") && !strings.HasSuffix(ev.Request.URL, "/favicon.ico") {
			add("request outside of the site: %s", ev.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !ev.Canceled {
			add("request failed: %s %s %s", w.urls[ev.RequestID], ev.ErrorText, ev.BlockedReason)
		}
	case *network.EventResponseReceived:
		if ev.Response.Status >= http.StatusBadRequest {
			add("answer %d: %s", ev.Response.Status, ev.Response.URL)
		}
	}
}

// unquote returns the text of a JSON string, and other JSON as it is.
func unquote(value []byte) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}

// Screenshot writes the whole page at the given width as a PNG and returns what Visit returns.
func Screenshot(t testing.TB, browser context.Context, address string, width int, file string) []string {
	t.Helper()
	var png []byte
	found := Visit(t, browser, address, width, Value(&png, chromedp.FullScreenshot(100)))
	if err := os.WriteFile(file, png, 0o644); err != nil {
		t.Fatal(err)
	}
	return found
}

// Axe runs axe-core on a page and returns its violations, one string each with the elements concerned.
func Axe(t testing.TB, browser context.Context, address string, width int) []string {
	t.Helper()
	var found []violation
	Visit(t, browser, address, width,
		chromedp.Evaluate[chromedp.Void](axeSource(t)+"; 0"),
		Value(&found, chromedp.Evaluate[[]violation](axeRun, chromedp.EvalAwaitPromise)))
	return violations(found)
}

// LoadAxe puts axe-core into the page that a tab shows, for one or several calls of Axe.
func (p *Tab) LoadAxe(t testing.TB) {
	t.Helper()
	p.Do(t, chromedp.Evaluate[chromedp.Void](axeSource(t)+"; 0"))
}

// Axe runs axe-core, once loaded, on the page as the tab shows it.
func (p *Tab) Axe(t testing.TB) []string {
	t.Helper()
	return violations(Eval[[]violation](t, p, axeRun))
}

const axeRun = `axe.run({resultTypes: ["violations"]}).then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.target.join(" "))})))`

func axeSource(t testing.TB) string {
	t.Helper()
	source, err := os.ReadFile(Require(t, "axe"))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func violations(found []violation) []string {
	var l []string
	for _, v := range found {
		l = append(l, fmt.Sprintf("%s (%s): %s: %s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, ", ")))
	}
	return l
}

// violation is what axe-core reports of one of its rules.
type violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

// Policy is the content security policy that every page must bear.
const Policy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"

// Serve puts a built site on a loopback address under a path of an existing portal, with Policy on every answer, and returns its
// address with a slash at the end; it ends with the test.
func Serve(t testing.TB, dir string) string {
	t.Helper()
	return ServeChanged(t, dir, nil)
}

// ServePath is the path below which Serve puts a site.
const ServePath = "/portal/gongkai/"

// ServeChanged is Serve with a function over every page, style sheet and script (its path below the site's root), to see how a site fares
// when part of it is missing; nil changes nothing.
func ServeChanged(t testing.TB, dir string, change func(path, text string) string) string {
	t.Helper()
	files := http.StripPrefix(ServePath, http.FileServer(http.Dir(dir)))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			w.WriteHeader(http.StatusNoContent) // the portal's, not the site's
			return
		}
		w.Header().Set("Content-Security-Policy", Policy)
		rel := strings.TrimPrefix(r.URL.Path, ServePath)
		kind := mime.TypeByExtension(path.Ext(rel))
		if change == nil || !strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(kind, "text/css") && !strings.HasPrefix(kind, "text/javascript") {
			files.ServeHTTP(w, r)
			return
		}
		text, err := fs.ReadFile(os.DirFS(dir), rel)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		if _, err := io.WriteString(w, change(rel, string(text))); err != nil {
			t.Logf("serve %s: %v", rel, err) // the browser has gone to another page
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + ServePath
}
