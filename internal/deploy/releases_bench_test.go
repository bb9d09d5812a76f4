package deploy

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gongkai/internal/publish"
)

// largeSite writes a built site of n reports: a page of about 20 kB, data and text each.
func largeSite(b *testing.B, n int) string {
	dir := filepath.Join(b.TempDir(), "public")
	filler := strings.Repeat("全年完成各项任务，", 500)
	var m publish.Manifest
	write := func(name, text string) {
		must(b, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		must(b, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		sum, err := sumOf(strings.NewReader(text))
		must(b, err)
		m = append(m, publish.Line{Path: name, Sum: sum})
	}
	for i := range n {
		// In the order of the manifest, so that nothing need be sorted.
		at := fmt.Sprintf("%06d/wjw/2020/r%05d", 110000+i/40, i)
		text := strconv.Itoa(i) + filler
		write(at+".html", reportPage("报告"+strconv.Itoa(i), text, "assets/site.css", 0))
		write(at+".json", `{"text":"`+text+`"}`)
		write(at+".txt", text)
	}
	write("index.html", "<!doctype html>")
	must(b, os.WriteFile(filepath.Join(dir, publish.ManifestName), m.Bytes(), 0o644))
	return dir
}

// peak is the most memory that this process has had, in MB; 0 where the system does not say.
func peak() float64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kb, _ := strconv.Atoi(strings.Fields(string(rest))[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

// BenchmarkLarge measures the deploys of a site of 10,000 reports, 30,001 files.
func BenchmarkLarge(b *testing.B) {
	built := largeSite(b, 10_000)
	target, _ := folder(b)
	opt := options()
	deploy := func(b *testing.B, want func(*Result) bool) {
		src, err := OpenFolder(built)
		must(b, err)
		if r := deployed(b, target, src, opt); !want(r) {
			b.Fatalf("%d sent, %d linked", r.Sent, r.Linked)
		}
		must(b, src.Close())
	}
	deploy(b, func(r *Result) bool { return r.Sent == 30_001 })
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			deploy(b, func(r *Result) bool { return r.Unchanged })
		}
		b.ReportMetric(peak(), "peak-MB")
	})
	change := func(b *testing.B, i int) {
		text := fmt.Sprintf("<!doctype html><p>%d", i)
		must(b, os.WriteFile(filepath.Join(built, "index.html"), []byte(text), 0o644))
		old, err := os.ReadFile(filepath.Join(built, publish.ManifestName))
		must(b, err)
		m, err := publish.ParseManifest(old)
		must(b, err)
		m[len(m)-1].Sum, err = sumOf(strings.NewReader(text))
		must(b, err)
		must(b, os.WriteFile(filepath.Join(built, publish.ManifestName), m.Bytes(), 0o644))
	}
	b.Run("one changed", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			change(b, i)
			deploy(b, func(r *Result) bool { return r.Sent == 1 && r.Linked == 30_000 })
		}
		b.ReportMetric(peak(), "peak-MB")
	})
	b.Run("rollback", func(b *testing.B) {
		ids, err := target.Releases(b.Context())
		must(b, err)
		for i := 0; b.Loop(); i++ {
			r, err := target.Rollback(b.Context(), ids[1-i%2].ID, opt)
			must(b, err)
			if r.Unchanged {
				b.Fatal("nothing was switched")
			}
		}
		b.ReportMetric(peak(), "peak-MB")
	})
}
