package serve

import (
	"strings"
	"testing"
	"time"

	"gongkai/internal/sitetest"
)

// TestBrowserManyWindows: more windows side by side than a browser has connections to one server; all load, and all follow.
func TestBrowserManyWindows(t *testing.T) {
	browser := sitetest.Chromium(t)
	dir := sampleSite(t, 12)
	r := start(t, dir)
	var all []*window
	for i := range 9 {
		w := openWindow(t, browser, r.url+"/xx/"+sampleURL(i))
		w.until("loaded", `document.readyState === 'complete' && !document.hidden`)
		all = append(all, w)
	}
	for round := range 2 {
		say := strings.Repeat("改", round+1) + "完"
		for i := range all {
			put(t, dir, sampleName(i), sampleReport(i, say))
		}
		begin := time.Now()
		for _, w := range all {
			w.until(say, `document.body.textContent.includes('`+say+`')`)
		}
		t.Logf("%d windows after %v", len(all), time.Since(begin).Round(time.Millisecond))
	}
}
