package build

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/andybalholm/brotli"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// originals drops compressed variants and the manifest, which differ.
func originals(files map[string]string) map[string]string {
	plain := map[string]string{}
	for name, data := range files {
		if original, ok := publish.Variant(name); name != publish.ManifestName && (!ok || files[original] == "") {
			plain[name] = data
		}
	}
	return plain
}

// compressed checks every variant of a built folder and the lack of each, and returns how many there are.
func compressed(t *testing.T, files map[string]string) (variants int) {
	t.Helper()
	m, err := publish.ParseManifest([]byte(files[publish.ManifestName]))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, l := range m {
		listed[l.Path] = true
	}
	for name, data := range originals(files) {
		for _, v := range []struct {
			end  string
			open func(io.Reader) (io.Reader, error)
		}{
			{".gz", func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
			{".br", func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
		} {
			packed, there := files[name+v.end]
			if there != listed[name+v.end] {
				t.Errorf("%s%s: there %t, in the manifest %t", name, v.end, there, !there)
			}
			if !there {
				if publish.Compressible(name) && len(data) >= 4*minCompress {
					t.Errorf("%s of %d bytes has no %s", name, len(data), v.end)
				}
				continue
			}
			variants++
			if len(packed) >= len(data) || len(data) < minCompress || !publish.Compressible(name) {
				t.Errorf("%s%s: %d bytes of %d", name, v.end, len(packed), len(data))
			}
			if v.end == ".gz" && (!strings.HasPrefix(packed, "\x1f\x8b\x08\x00\x00\x00\x00\x00") || strings.Contains(packed[:min(40, len(packed))], filepath.Base(name))) {
				t.Errorf("%s%s has a name or a time: % x", name, v.end, packed[:10])
			}
			r, err := v.open(strings.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if back, err := io.ReadAll(r); err != nil || string(back) != data {
				t.Errorf("%s%s gives other bytes, %v", name, v.end, err)
			}
		}
	}
	return variants
}

// TestPrecompress: what decompresses is the original, the rest of the site is as without, and the bytes are the same every time.
func TestPrecompress(t *testing.T) {
	for _, source := range []string{"testdata/official", "testdata/reading"} {
		t.Run(source, func(t *testing.T) {
			dir := t.TempDir()
			opt := options(t, source, filepath.Join(dir, "plain"))
			mustBuild(t, opt)
			opt.Precompress = true
			var all []map[string]string
			for i := range 2 {
				opt.Destination = filepath.Join(dir, fmt.Sprint(i))
				mustBuild(t, opt)
				all = append(all, tree(t, opt.Destination))
			}
			equalTrees(t, "compressed again", all[1], all[0])
			equalTrees(t, "originals", originals(all[0]), originals(tree(t, filepath.Join(dir, "plain"))))
			if n := compressed(t, all[0]); n == 0 {
				t.Error("nothing was compressed")
			}
		})
	}
}

// TestCompressedIsKept: with a cache, a variant is made again when its original has changed and not otherwise; without one, the bytes are
// the same.
func TestCompressedIsKept(t *testing.T) {
	source, cache := sampleSite(t), t.TempDir()
	dest := filepath.Join(t.TempDir(), "public")
	opt := withCache(t, source, dest, cache, "p")
	opt.Precompress = true
	mustBuild(t, opt)
	first := tree(t, dest)
	stat := func(name string) os.FileInfo {
		info, err := os.Stat(filepath.Join(dest, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	const page = "110102/wjw/2024/zongjie.html"
	packed := stat(page + ".br")
	if r := mustBuild(t, opt); r.Output.Written != 0 || r.Output.Switched {
		t.Errorf("%d files written anew", r.Output.Written)
	}
	change(t, filepath.Join(source, "content/110102/wjw/2023/zongjie.md"))
	mustBuild(t, opt)
	if !os.SameFile(packed, stat(page+".br")) {
		t.Error("a variant whose original is the same was made again")
	}
	second := tree(t, dest)
	const changed = "110102/wjw/2023/zongjie.html"
	for _, end := range []string{"", ".br", ".gz"} {
		if second[changed+end] == first[changed+end] {
			t.Errorf("%s%s is the old one", changed, end)
		}
	}
	compressed(t, second)
	cold := options(t, source, filepath.Join(t.TempDir(), "public"))
	cold.Precompress = true
	mustBuild(t, cold)
	equalTrees(t, "without a cache", second, tree(t, cold.Destination))

	// another program makes all variants anew, and without the flag they go
	opt.Cache.Program = func() (string, error) { return "q", nil }
	mustBuild(t, opt)
	equalTrees(t, "another program", tree(t, dest), second)
	opt.Precompress = false
	mustBuild(t, opt)
	equalTrees(t, "without the flag", originals(tree(t, dest)), originals(second))
	for name := range tree(t, dest) {
		if original, ok := publish.Variant(name); ok && second[original] != "" {
			t.Errorf("%s is still there", name)
		}
	}
}

// TestCompressedTampered: a variant that somebody has touched is made again.
func TestCompressedTampered(t *testing.T) {
	source, cache := sampleSite(t), t.TempDir()
	dest := filepath.Join(t.TempDir(), "public")
	opt := withCache(t, source, dest, cache, "p")
	opt.Precompress = true
	mustBuild(t, opt)
	want := tree(t, dest)
	for _, name := range []string{"index.html.gz", "index.html.br", "index.html"} {
		p := filepath.Join(dest, name)
		data := bytes.Repeat([]byte("x"), len(want[name]))
		if err := errors.Join(os.Remove(p), os.WriteFile(p, data, 0o644)); err != nil {
			t.Fatal(err)
		}
		mustBuild(t, opt)
		equalTrees(t, name, tree(t, dest), want)
	}
}

// TestCompressedCollision: a static file in the place of a variant is an error that names both, not one of them lost.
func TestCompressedCollision(t *testing.T) {
	source := sampleSite(t)
	writeFile(t, filepath.Join(source, "static/index.html.gz"), "mine")
	opt := options(t, source, filepath.Join(t.TempDir(), "public"))
	if r := mustBuild(t, opt); len(r.Found) > 0 && r.Found.AtLeast(diag.Error) > 0 {
		t.Errorf("%v", r.Found)
	}
	opt.Precompress = true
	r, err := Run(t.Context(), opt)
	if err != nil || r.Published {
		t.Fatalf("published %t, %v", r.Published, err)
	}
	if rules := rulesOf(r.Found); len(rules) == 0 || !strings.Contains(strings.Join(rules, " "), "address-collision") {
		t.Errorf("%v", r.Found)
	}
}

// TestCompressedFaults: a disk that fails while variants are read or written spoils no site.
func TestCompressedFaults(t *testing.T) {
	source := sampleSite(t)
	dest := filepath.Join(t.TempDir(), "public")
	opt := options(t, source, dest)
	mustBuild(t, opt)
	before := tree(t, dest)
	opt.Precompress = true
	count := &publish.Faulty{Reads: true}
	counted := opt
	counted.Destination, counted.Disk = filepath.Join(t.TempDir(), "public"), count.Open
	mustBuild(t, counted)
	step := max(1, count.Count()/60)
	for at := 1; at < count.Count(); at += step {
		faulty := &publish.Faulty{At: at, Err: syscall.EIO, Reads: true}
		opt.Disk = faulty.Open
		r, err := Run(t.Context(), opt)
		if err == nil && r.Published {
			break // the fault came after the switch, or not at all
		}
		equalTrees(t, faulty.Hit(), tree(t, dest), before)
	}
}

// BenchmarkPrecompress is the compression of one site's texts.
func BenchmarkPrecompress(b *testing.B) {
	opt := options(b, "testdata/reading", filepath.Join(b.TempDir(), "public"))
	opt.Precompress = true
	for b.Loop() {
		opt.Destination = filepath.Join(b.TempDir(), "public")
		mustBuild(b, opt)
	}
}
