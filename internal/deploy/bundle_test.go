package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"gongkai/internal/publish"
)

// someSite has names and sizes on which the form of an archive depends: long, Chinese, empty, exactly a block.
func someSite() site {
	return site{
		"index.html":                   "<!doctype html><title>总览</title>",
		"610112/wjj/2021/zongjie.html": strings.Repeat("<p>一份总结。</p>\n", 300),
		"610112/wjj/2021/zongjie/附件一：" + strings.Repeat("很长的名称", 25) + ".pdf": "%PDF",
		"assets/site.0123456789.css": strings.Repeat("b", 512),
		"empty.txt":                  "",
		"robots.txt":                 strings.Repeat("r", 511),
	}
}

// bundleBytes writes the bundle of a source.
func bundleBytes(t testing.TB, src Source, base publish.Manifest, built publish.Info) []byte {
	t.Helper()
	var b bytes.Buffer
	n, err := newBundle(t.Context(), src, base, built).WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("%d bytes of %d, %v", n, b.Len(), err)
	}
	return b.Bytes()
}

type noClose struct{ *bytes.Reader }

func (noClose) Close() error { return nil }

func openBytes(ctx context.Context, b []byte) (*Bundle, error) {
	return readBundle(ctx, "x.tar.gz", noClose{bytes.NewReader(b)}, int64(len(b)))
}

// checkBundle reads every file that the bundle says it has.
func checkBundle(t testing.TB, b *Bundle) site {
	t.Helper()
	p := site{}
	for _, l := range b.Manifest() {
		if _, ok := b.at[l.Path]; !ok {
			if b.Facts.Base == "" {
				t.Fatalf("%s is missing in a bundle of the whole site", l.Path)
			}
			if _, _, err := b.Open(l.Path); !errors.Is(err, ErrBase) {
				t.Fatalf("%s: %v, want ErrBase", l.Path, err)
			}
			continue
		}
		f, size, err := b.Open(l.Path)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		if int64(len(text)) != size || sha256.Sum256(text) != l.Sum {
			t.Fatalf("%s: %d bytes of %d, or other ones than the manifest says", l.Path, len(text), size)
		}
		p[l.Path] = string(text)
	}
	return p
}

func TestBundleKeepsASite(t *testing.T) {
	x := someSite()
	large := make([]byte, smallFile+12345)
	rand.NewChaCha8([32]byte{}).Read(large)
	x["large.pdf"] = string(large)
	for i := range 2*batchFiles + 3 {
		x[fmt.Sprintf("many/%03d.txt", i)] = strings.Repeat("x", i)
	}
	built := publish.Info{Version: "1.2.0", Commit: "abc", Waived: []publish.Waived{{Path: "content/a.md", Rule: "raw-html", Reason: "原文如此 <u>"}}}
	first := bundleBytes(t, x, nil, built)
	if !bytes.Equal(first, bundleBytes(t, x, nil, built)) {
		t.Fatal("equal sites gave different bundles")
	}
	b, err := openBytes(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	if got := checkBundle(t, b); !maps.Equal(got, x) {
		t.Error("the site came out otherwise")
	}
	if b.Facts.Tree != x.Manifest().Tree().String() || b.Facts.Built.Waived[0].Reason != "原文如此 <u>" {
		t.Errorf("%+v", b.Facts)
	}
	checkTar(t, first, append([]string{bundleFacts, "site/" + publish.ManifestName}, prefixed(x)...))
}

func prefixed(p site) []string {
	var l []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		l = append(l, bundleSite+name)
	}
	return l
}

// checkTar unpacks the archive as any tar would.
func checkTar(t *testing.T, archive []byte, want []string) {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	r := tar.NewReader(z)
	for _, name := range want {
		h, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if h.Name != name || h.Typeflag != tar.TypeReg || h.Mode != 0o644 || h.Uid != 0 || h.Uname != "" || h.ModTime.Unix() != 0 {
			t.Fatalf("%+v, want %s", h, name)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Fatalf("at the end: %v", err)
	}
}

func TestBundleOfChanges(t *testing.T) {
	old := someSite()
	now := old.with(site{"index.html": "<!doctype html><title>新的总览</title>", "new.html": "new"}).without("robots.txt")
	b, err := openBytes(t.Context(), bundleBytes(t, now, old.Manifest(), publish.Info{}))
	if err != nil {
		t.Fatal(err)
	}
	got := checkBundle(t, b)
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, []string{"index.html", "new.html"}) {
		t.Errorf("it holds %q", names)
	}
	for _, test := range []struct {
		name    string
		current publish.Manifest
		want    error
	}{
		{"its base", old.Manifest(), nil},
		{"applied already", now.Manifest(), nil},
		{"another site", old.with(site{"robots.txt": "x"}).Manifest(), ErrBase},
		{"nothing", nil, ErrBase},
	} {
		if err := b.CheckBase(test.current); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	if size, err := b.Size("new.html"); size != 3 || err != nil {
		t.Errorf("size %d, %v", size, err)
	}
	// One that lacks what its base does not have either, made by another program.
	lacking := newBundle(t.Context(), now, old.Manifest(), publish.Info{})
	lacking.lines, lacking.facts.Files = lacking.lines[:1], 1
	var out bytes.Buffer
	if _, err := lacking.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	if b, err = openBytes(t.Context(), out.Bytes()); err != nil {
		t.Fatal(err)
	}
	if err := b.CheckBase(old.Manifest()); !errors.Is(err, ErrBundle) {
		t.Errorf("a bundle that lacks a file: %v", err)
	}
}

func TestBundleRefusesAChangedSource(t *testing.T) {
	for name, spoil := range map[string]func(changing){
		"other bytes": func(c changing) { c.site["empty.txt"] = "no longer" },
		"shorter":     func(c changing) { c.longer["robots.txt"] = 5 },
		"missing":     func(c changing) { delete(c.site, "index.html") },
	} {
		src := changing{someSite(), someSite().Manifest(), map[string]int64{}}
		spoil(src)
		_, err := newBundle(t.Context(), src, nil, publish.Info{}).WriteTo(io.Discard)
		if name == "missing" && !errors.Is(err, fs.ErrNotExist) || name != "missing" && !errors.Is(err, ErrSource) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// changing is a source that is no longer what its manifest says.
type changing struct {
	site
	was    publish.Manifest
	longer map[string]int64
}

func (c changing) Manifest() publish.Manifest { return c.was }

func (c changing) Open(name string) (io.ReadCloser, int64, error) {
	f, size, err := c.site.Open(name)
	return f, size + c.longer[name], err
}

func TestBundleTarget(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out", "usb")
	old := someSite()
	now := old.with(site{"new.html": "new"})
	opt := options()
	whole := BundleTarget(BundleOptions{Name: "usb", Path: dir})
	r, err := whole.Deploy(t.Context(), old, opt)
	if err != nil {
		t.Fatal(err)
	}
	if want := "gongkai-" + old.Manifest().Tree().String()[:16] + ".tar.gz"; r.Record.ID != want || r.Sent != len(old) || r.Unchanged {
		t.Errorf("%+v, want %s", r, want)
	}
	if r, err = whole.Deploy(t.Context(), old, opt); err != nil || !r.Unchanged {
		t.Errorf("the same again: %+v, %v", r, err)
	}
	base, err := BaseManifest(t.Context(), filepath.Join(dir, r.Record.ID))
	if err != nil || base.Tree() != old.Manifest().Tree() {
		t.Fatalf("%v", err)
	}
	changes := BundleTarget(BundleOptions{Name: "usb", Path: dir, Base: base})
	if r, err = changes.Deploy(t.Context(), now, opt); err != nil || r.Sent != 1 || !strings.Contains(r.Record.ID, "-from-") {
		t.Fatalf("%+v, %v", r, err)
	}
	l, err := whole.Releases(t.Context())
	if err != nil || len(l) != 2 {
		t.Errorf("%v, %v", l, err)
	}
	if names := list(t, dir); len(names) != 2 {
		t.Errorf("left in the folder: %q", names)
	}
	_, err = whole.Rollback(t.Context(), "", opt)
	if _, err2 := whole.Purge(t.Context(), "a.html", opt); !errors.Is(err, ErrNoSuch) || !errors.Is(err2, ErrNoSuch) {
		t.Errorf("%v, %v", err, err2)
	}
	if _, err := whole.Current(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	opt.Approve = func(*Plan) (bool, error) { return false, nil }
	if _, err := whole.Deploy(t.Context(), now, opt); !errors.Is(err, ErrDeclined) || len(list(t, dir)) != 2 {
		t.Errorf("declined: %v, %q", err, list(t, dir))
	}
	opt.Built.Findings.Error = 1
	var refusal *Refusal
	if _, err := whole.Deploy(t.Context(), now, opt); !errors.As(err, &refusal) {
		t.Errorf("with an error: %v", err)
	}
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestBundleFaults fails each operation of the disk in turn: the archive is whole or there is none, and the next run leaves nothing else.
func TestBundleFaults(t *testing.T) {
	for _, kill := range []bool{false, true} {
		for at := 1; ; at++ {
			dir := t.TempDir()
			faulty := &publish.Faulty{At: at, Err: syscall.ENOSPC, Kill: kill}
			target := bundles{BundleOptions{Name: "usb", Path: dir, open: faulty.Open}}
			_, err := target.Deploy(t.Context(), someSite(), options())
			if faulty.Hit() == "" {
				if err != nil || at < 4 {
					t.Fatalf("after %d operations: %v", at-1, err)
				}
				break
			}
			for _, name := range list(t, dir) {
				if strings.HasPrefix(name, "gongkai-") {
					if b, err := OpenBundle(t.Context(), filepath.Join(dir, name)); err != nil {
						t.Errorf("%s: %v", faulty.Hit(), err)
					} else {
						b.Close()
					}
				}
			}
			if err == nil {
				t.Errorf("%s: no error", faulty.Hit())
			}
			if _, err := BundleTarget(BundleOptions{Path: dir}).Deploy(t.Context(), someSite(), options()); err != nil {
				t.Errorf("after %s: %v", faulty.Hit(), err)
			}
			if names := list(t, dir); len(names) != 1 && !strings.HasPrefix(faulty.Hit(), "unlock") {
				t.Errorf("after %s: left %q", faulty.Hit(), names)
			}
		}
	}
}

func TestBaseManifest(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return name
	}
	x := someSite()
	for _, text := range [][]byte{x.Manifest().Bytes(), bundleBytes(t, x, nil, publish.Info{})} {
		m, err := BaseManifest(t.Context(), write("good", text))
		if err != nil || m.Tree() != x.Manifest().Tree() {
			t.Error(err)
		}
	}
	for _, text := range []string{"", "x", "\x1f\x8b", "not a manifest\n"} {
		if _, err := BaseManifest(t.Context(), write("bad", []byte(text))); !errors.Is(err, ErrBase) && !errors.Is(err, ErrBundle) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := BaseManifest(t.Context(), filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func benchSite() site {
	p := site{}
	for i := range 2000 {
		p[fmt.Sprintf("610112/wjj/%d/%04d.html", 2000+i%20, i)] = strings.Repeat(fmt.Sprintf("<p>第 %d 份报告的一段。</p>\n", i), 200)
	}
	return p
}

func BenchmarkBundleWrite(b *testing.B) {
	p := benchSite()
	b.SetBytes(sizeOfSite(p))
	for b.Loop() {
		if _, err := newBundle(b.Context(), p, nil, publish.Info{}).WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBundleVerify(b *testing.B) {
	p := benchSite()
	text := bundleBytes(b, p, nil, publish.Info{})
	b.SetBytes(sizeOfSite(p))
	for b.Loop() {
		if _, err := openBytes(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
}

func sizeOfSite(p site) (n int64) {
	for _, text := range p {
		n += int64(len(text))
	}
	return n
}
