package main

import (
	"testing"
	"time"

	"gongkai/internal/sitetest"
)

// axe runs axe-core on every page, and on one page of every kind in all looks: light, dark and 长辈版, on a phone and at a desk.
func (r *reading) axe(t *testing.T) {
	sitetest.Require(t, "axe")
	tab := r.tab(t)
	begun, runs := time.Now(), 0
	check := func(v view, look string, widths ...int) {
		for _, width := range widths {
			tab.Size(t, width, 900)
			runs++
			for _, violation := range tab.Axe(t) {
				t.Errorf("%s, %s, %d px: %s", v, look, width, violation)
			}
		}
	}
	seen := map[string]bool{}
	for _, v := range views {
		first := !seen[v.kind]
		seen[v.kind] = true
		tab.Media(t, "", "prefers-color-scheme", "light")
		tab.Go(t, r.root+v.path)
		tab.LoadAxe(t)
		check(v, "light", 375)
		if first {
			check(v, "light", 1280)
			tab.Media(t, "", "prefers-color-scheme", "dark")
			check(v, "dark", 375, 1280)
			sitetest.Eval[any](t, tab, "document.documentElement.classList.add('elder')")
			check(v, "elder", 375, 1280)
		}
	}
	t.Logf("axe-core: %d runs on %d pages, in %.0f s", runs, len(views), time.Since(begun).Seconds())
}
