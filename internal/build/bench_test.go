package build

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkBuild builds the sample site with 200 more reports: from nothing, with nothing changed, and with one report changed.
func BenchmarkBuild(b *testing.B) {
	source, mark := crashSite(b, 200)
	mark("一")
	dir := b.TempDir()
	dest, cache := filepath.Join(dir, "public"), filepath.Join(dir, "cache")
	b.Run("cold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := os.RemoveAll(dest); err != nil {
				b.Fatal(err)
			}
			mustBuild(b, crashOptions(b, source, dest, ""))
		}
	})
	mustBuild(b, crashOptions(b, source, dest, cache))
	b.Run("unchanged", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mustBuild(b, crashOptions(b, source, dest, cache))
		}
	})
	b.Run("one changed", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			change(b, filepath.Join(source, "content/110102/wjw/2024/crash-000.md"))
			mustBuild(b, crashOptions(b, source, dest, cache))
		}
	})
}

// BenchmarkHeads walks a site's folder and reads the front matter of its files.
func BenchmarkHeads(b *testing.B) {
	source, mark := crashSite(b, 200)
	mark("一")
	opt := crashOptions(b, source, filepath.Join(b.TempDir(), "public"), "")
	opt.Progress = func(string, int, int) {}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (&builder{Options: opt}).read(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCache loads and saves the cache of such a site.
func BenchmarkCache(b *testing.B) {
	source, mark := crashSite(b, 200)
	mark("一")
	opt := crashOptions(b, source, filepath.Join(b.TempDir(), "public"), filepath.Join(b.TempDir(), "cache"))
	mustBuild(b, opt)
	m := (&builder{Options: opt}).recall()
	var entries []*entry
	for _, rel := range sorted(m.entries) {
		entries = append(entries, m.entries[rel])
	}
	b.Run("load", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			(&builder{Options: opt}).recall()
		}
	})
	b.Run("save", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := m.write(entries, m.pages); err != nil {
				b.Fatal(err)
			}
		}
	})
}
