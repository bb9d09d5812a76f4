package deploy

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/publish"
)

// BenchmarkS3Large measures the deploys of a site of 10,000 reports, 30,001 files, to an S3 server on this machine.
func BenchmarkS3Large(b *testing.B) {
	benchmarkInPlace(b, newGateway(b).spot(b, S3Options{}))
}

// BenchmarkInPlaceLarge is the same with a folder.
func BenchmarkInPlaceLarge(b *testing.B) { benchmarkInPlace(b, hostSpot(b)) }

func benchmarkInPlace(b *testing.B, x spot) {
	built := largeSite(b, 10_000)
	opt := options()
	deploy := func(b *testing.B, want func(*Result) bool) {
		src, err := OpenFolder(built)
		must(b, err)
		if r := deployed(b, x, src, opt); !want(r) {
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
	b.Run("one changed", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			text := fmt.Sprintf("<!doctype html><p>%d %s", i, b.TempDir())
			must(b, os.WriteFile(filepath.Join(built, "index.html"), []byte(text), 0o644))
			old, err := os.ReadFile(filepath.Join(built, publish.ManifestName))
			must(b, err)
			m, err := publish.ParseManifest(old)
			must(b, err)
			m[len(m)-1].Sum, err = sumOf(strings.NewReader(text))
			must(b, err)
			must(b, os.WriteFile(filepath.Join(built, publish.ManifestName), m.Bytes(), 0o644))
			deploy(b, func(r *Result) bool { return r.Sent == 1 && r.Linked == 30_000 })
		}
		b.ReportMetric(peak(), "peak-MB")
	})
	b.Run("rollback", func(b *testing.B) {
		list, err := x.Releases(b.Context())
		must(b, err)
		for i := 0; b.Loop(); i++ {
			r, err := x.Rollback(b.Context(), list[1-i%2].ID, opt)
			must(b, err)
			if r.Unchanged {
				b.Fatal("nothing was switched")
			}
		}
		b.ReportMetric(peak(), "peak-MB")
	})
}
