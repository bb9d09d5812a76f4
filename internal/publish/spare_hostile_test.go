package publish

import (
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// grow is a site that makes a small change each time, so that the spare is worth keeping.
func grow(round string) site {
	return first.with(site{"610112/index.html": "district " + round, "610112/wjj/2021/c.html": "report c", "610112/wjj/2021/d.html": "report d"})
}

// withSpare publishes twice, so that a spare stands beside the destination.
func withSpare(t *testing.T) Options {
	t.Helper()
	opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
	mustRun(t, opt, grow("1"))
	mustRun(t, opt, grow("2"))
	onlySpare(t, opt, grow("2"))
	if _, err := os.Stat(spareOf(opt)); err != nil {
		t.Fatal(err)
	}
	return opt
}

// TestSpareForgery: a file in the spare with size and time of the published one is still not the published one.
func TestSpareForgery(t *testing.T) {
	opt := withSpare(t)
	name := filepath.Join(spareOf(opt), "index.html")
	was, err := os.Stat(name)
	must(t, err)
	must(t, os.Remove(name))
	must(t, os.WriteFile(name, []byte("evil"), 0o644))
	must(t, os.Chtimes(name, was.ModTime(), was.ModTime()))
	mustRun(t, opt, grow("3"))
	holds(t, opt.Destination, grow("3"))
	onlySpare(t, opt, grow("3"))
}

// TestSpareModes: a folder that somebody has closed does not come back with the spare, two builds later.
func TestSpareModes(t *testing.T) {
	if !posixModes {
		t.Skip("no modes here")
	}
	opt := withSpare(t)
	must(t, os.Chmod(filepath.Join(opt.Destination, "610112", "wjj"), 0o700))
	for _, round := range []string{"3", "4", "5"} {
		mustRun(t, opt, grow(round))
		holds(t, opt.Destination, grow(round))
		onlySpare(t, opt, grow(round))
	}
}

// caseless is a disk that takes no notice of case, as those of Windows and macOS are.
type caseless struct{ FS }

func (x caseless) at(name string) string {
	real := "."
	for part := range strings.SplitSeq(name, "/") {
		names, _ := x.FS.List(real)
		if i := slices.IndexFunc(names, func(there string) bool { return strings.EqualFold(there, part) }); i >= 0 {
			part = names[i]
		}
		real = path.Join(real, part)
	}
	return real
}

func (x caseless) Lstat(name string) (os.FileInfo, error)  { return x.FS.Lstat(x.at(name)) }
func (x caseless) List(name string) ([]string, error)      { return x.FS.List(x.at(name)) }
func (x caseless) Mkdir(name string) error                 { return x.FS.Mkdir(x.at(name)) }
func (x caseless) Link(from, to string) error              { return x.FS.Link(x.at(from), x.at(to)) }
func (x caseless) Open(name string) (io.ReadCloser, error) { return x.FS.Open(x.at(name)) }
func (x caseless) Write(name string, content io.WriterTo) (os.FileInfo, error) {
	return x.FS.Write(x.at(name), content)
}
func (x caseless) Remove(name string) error    { return x.FS.Remove(x.at(name)) }
func (x caseless) RemoveAll(name string) error { return x.FS.RemoveAll(x.at(name)) }

// TestSpareCase: a file or a folder whose name changes in case only.
func TestSpareCase(t *testing.T) {
	opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
	opt.Open = func(dir string) (FS, error) {
		d, err := OpenDisk(dir)
		return caseless{d}, err
	}
	small := grow("1").with(site{"pictures/a/map.png": "map", "pictures/b.png": "b", "Logo.png": "logo"})
	large := grow("1").with(site{"Pictures/A/map.png": "map", "Pictures/b.png": "b", "logo.PNG": "logo"})
	mustRun(t, opt, small)
	mustRun(t, opt, small.with(site{"610112/index.html": "later"}))
	for _, x := range []site{large, small, large.with(site{"index.html": "home, later"}), small} {
		mustRun(t, opt, x)
		holds(t, opt.Destination, x)
		onlySpare(t, opt, x)
	}
}

// TestSpareForgets: once a file is removed from the site, no build that has ended well leaves its words beside the destination, whatever
// went wrong in the one that removed it.
func TestSpareForgets(t *testing.T) {
	const secret = "身份证号"
	before := grow("1").with(site{"610112/wjj/2021/c.html": secret, "610112/wjj/2021/c/a.txt": secret + "附件", "index.html": "home " + secret})
	after := grow("1").with(site{"610112/wjj/2021/c.html": ""})
	for at := 1; ; at++ {
		for _, kill := range []bool{false, true} {
			opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
			mustRun(t, opt, before.with(site{"610112/index.html": "earlier"}))
			mustRun(t, opt, before)
			f := &Faulty{At: at, Err: os.ErrPermission, Kill: kill}
			faulty := opt
			faulty.Open = f.Open
			r, err := run(faulty, after)
			if f.Hit() == "" {
				must(t, err)
				must(t, r.Litter)
				noWord(t, opt, secret)
				return
			}
			mustRun(t, opt, after)
			holds(t, opt.Destination, after)
			noWord(t, opt, secret)
			onlySpare(t, opt, after)
			if t.Failed() {
				t.Fatalf("operation %d, %s", at, f.Hit())
			}
		}
	}
}

// noWord checks that a text stands nowhere beside a destination.
func noWord(t *testing.T, opt Options, word string) {
	t.Helper()
	for name, text := range tree(t, filepath.Dir(opt.Destination)) {
		if strings.Contains(text, word) {
			t.Errorf("%s still holds it", name)
		}
	}
}
