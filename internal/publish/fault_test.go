package publish

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// without is a disk that lacks something, as other systems and file systems do.
type without struct {
	FS
	exchange, links bool
}

func (x without) Exchange(a, b string) error {
	if x.exchange {
		return errors.ErrUnsupported
	}
	return x.FS.Exchange(a, b)
}

func (x without) Link(from, to string) error {
	if x.links {
		return syscall.EPERM // as VFAT answers
	}
	return x.FS.Link(from, to)
}

func lacking(exchange, links bool) func(string) (FS, error) {
	return func(dir string) (FS, error) {
		d, err := OpenDisk(dir)
		return without{d, exchange, links}, err
	}
}

// scenes are the situations in which every operation is failed.
var scenes = []struct {
	label  string
	before site // nil for a destination that does not exist
	after  site
	inner  func(string) (FS, error)
	left   bool // a killed run has left its stage behind
	spare  bool // there is a spare, and one is wanted
}{
	{label: "new", after: first},
	{label: "switch", before: first, after: second},
	{label: "switch over litter", before: first, after: second, left: true},
	{label: "no change", before: first, after: first},
	{label: "no exchange", before: first, after: second, inner: lacking(true, false)},
	{label: "no links", before: first, after: second, inner: lacking(false, true)},
	{label: "neither", before: first, after: second, inner: lacking(true, true), left: true},
	{label: "spare", before: first, after: second, spare: true},
	{label: "spare, no change", before: first, after: first, spare: true},
	{label: "spare, file and folder change places", before: swapped[0], after: swapped[1], spare: true},
	{label: "spare, no exchange", before: first, after: second, inner: lacking(true, false), spare: true},
	{label: "spare, neither", before: first, after: second, inner: lacking(true, true), left: true, spare: true},
}

// swapped are sites of which one has a file where the other has a folder.
var swapped = [2]site{
	first.with(site{"610112/x": "a file", "610113/y/z.html": "below"}),
	first.with(site{"index.html": "home, later", "610112/x/index.html": "below", "610113/y": "a file"}),
}

// stride is how many operations a test goes on: in a plain run it looks at every third.
func stride() int {
	if os.Getenv("CI") != "" || os.Getenv("GONGKAI_SOAK") != "" {
		return 1
	}
	return 3
}

// prepareScene makes the state before and returns a fresh destination, and what is in its parent.
func prepareScene(t *testing.T, before site, left, spare bool) (Options, map[string]string) {
	t.Helper()
	dir := t.TempDir()
	dest := filepath.Join(dir, "public")
	if before == nil {
		dest = filepath.Join(dir, "www", "site", "public")
	} else {
		if spare {
			mustRun(t, Options{Destination: dest, Spare: true}, before.with(site{"index.html": "home, earlier"}))
		}
		mustRun(t, Options{Destination: dest, Spare: spare}, before)
	}
	now := tree(t, dir)
	if left {
		stage := filepath.Join(dir, ".public.gongkai", "stage", "half")
		must(t, os.MkdirAll(stage, 0o755))
		must(t, os.WriteFile(filepath.Join(stage, "made.html"), []byte("ha"), 0o644))
	}
	return Options{Destination: dest, Generator: Info{Version: "2"}, Spare: spare}, now
}

// published drops the working folder from what tree found.
func published(files map[string]string) map[string]string {
	maps.DeleteFunc(files, func(name, _ string) bool {
		return strings.Contains("/"+name+"/", "/.public.gongkai/") || name == "www" || name == "www/site" || name == "."
	})
	return files
}

// Every operation fails in turn: either the build fails, with verb, path and cause, and what is published is as it was; or the fault
// could do no harm. The next run succeeds and leaves nothing behind.
func TestEveryOperationFails(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.label, func(t *testing.T) {
			t.Parallel()
			for _, reads := range []bool{false, true} {
				for _, code := range []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES} {
					if reads && code != syscall.EIO || scene.label != "switch" && code == syscall.EACCES || scene.spare && code != syscall.EIO {
						continue // seen enough
					}
					for n := 1; ; n += stride() {
						opt, was := prepareScene(t, scene.before, scene.left, scene.spare)
						dir := filepath.Dir(opt.Destination)
						if scene.before == nil {
							dir = filepath.Dir(filepath.Dir(dir))
						}
						f := &Faulty{At: n, Err: code, Reads: reads, Inner: scene.inner}
						opt.Open = f.Open
						r, err := run(opt, scene.after)
						if f.Hit() == "" {
							must(t, errors.Join(err, r.Litter))
							break
						}
						now := published(tree(t, dir))
						switch {
						case err != nil:
							checkFault(t, f.Hit(), err, code)
							if !maps.Equal(now, published(was)) {
								t.Errorf("%s: the destination changed", f.Hit())
							}
						case r.Litter != nil:
							checkFault(t, f.Hit(), r.Litter, code)
							fallthrough
						default:
							if !reads && r.Litter == nil && !scene.spare { // the next run does without a spare
								t.Errorf("%s: the fault was swallowed", f.Hit())
							}
							holds(t, opt.Destination, scene.after)
						}
						opt.Open = nil
						mustRun(t, opt, scene.after)
						holds(t, opt.Destination, scene.after)
						onlySpare(t, opt, scene.after)
						if t.Failed() {
							t.Fatalf("at operation %d, %s, %v", n, f.Hit(), code)
						}
					}
				}
			}
		})
	}
}

func checkFault(t *testing.T, hit string, err, code error) {
	t.Helper()
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case !errors.Is(err, code) || !strings.Contains(err.Error(), code.Error()):
		t.Errorf("%s: the cause is missing: %v", hit, err)
	case errors.As(err, &at):
		if at.Op == "" || !filepath.IsAbs(at.Path) {
			t.Errorf("%s: verb or path is missing: %v", hit, err)
		}
	case !errors.As(err, &link) || link.Op == "" || !filepath.IsAbs(link.Old) || !filepath.IsAbs(link.New):
		t.Errorf("%s: verb or path is missing: %v", hit, err)
	}
}

// The process dies at every operation in turn: the destination is the old tree or the new one. The only exception is documented:
// without an exchange there is a moment with neither, which the next run mends, even if that builds nothing.
func TestEveryOperationIsTheLast(t *testing.T) {
	for _, scene := range scenes {
		t.Run(scene.label, func(t *testing.T) {
			t.Parallel()
			for n := 1; ; n += stride() {
				opt, _ := prepareScene(t, scene.before, scene.left, scene.spare)
				f := &Faulty{At: n, Kill: true, Inner: scene.inner}
				opt.Open = f.Open
				run(opt, scene.after)
				if f.Hit() == "" {
					break
				}
				opt.Open = scene.inner
				if _, err := os.Stat(opt.Destination); scene.before != nil && errors.Is(err, fs.ErrNotExist) {
					if scene.inner == nil {
						t.Errorf("%s: there is no site", f.Hit())
					}
					s := mustOpen(t, opt)
					must(t, s.Abort())
				}
				oldOrNew(t, opt.Destination, scene.before, scene.after)
				mustRun(t, opt, scene.after)
				holds(t, opt.Destination, scene.after)
				onlySpare(t, opt, scene.after)
				if t.Failed() {
					t.Fatalf("at operation %d, %s", n, f.Hit())
				}
			}
		})
	}
}

func oldOrNew(t *testing.T, dest string, before, after site) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dest, "index.html"))
	switch {
	case errors.Is(err, fs.ErrNotExist) && before == nil:
		if _, err := os.Stat(dest); !errors.Is(err, fs.ErrNotExist) {
			t.Error("half a site")
		}
	case err == nil && string(text) == after["index.html"]:
		holds(t, dest, after)
	default:
		must(t, err)
		holds(t, dest, before)
	}
}

// Two faults: the second rename fails and so does putting the old folder back. Cleaning up must not take the only copy.
func TestOldTreeSurvivesFailedUndo(t *testing.T) {
	opt, _ := prepareScene(t, first, false, false)
	opt.Open = func(dir string) (FS, error) {
		d, err := lacking(true, false)(dir)
		return &stuck{FS: d}, err
	}
	if _, err := run(opt, second); !errors.Is(err, syscall.EIO) {
		t.Fatalf("got %v", err)
	}
	opt.Open = nil
	must(t, mustOpen(t, opt).Abort())
	holds(t, opt.Destination, first)
	beside(t, opt.Destination, "public", "public.manifest.json")
}

// stuck lets one rename pass and no more.
type stuck struct {
	FS
	renames int
}

func (x *stuck) Rename(from, to string) error {
	if x.renames++; x.renames > 1 {
		return syscall.EIO
	}
	return x.FS.Rename(from, to)
}

func TestMountPointIsNamed(t *testing.T) {
	for _, code := range []error{syscall.EXDEV, syscall.EBUSY} {
		opt, _ := prepareScene(t, first, false, false)
		opt.Open = func(dir string) (FS, error) {
			d, err := OpenDisk(dir)
			return mounted{d, code}, err
		}
		if _, err := run(opt, second); !errors.Is(err, ErrMountPoint) || !errors.Is(err, code) {
			t.Errorf("got %v", err)
		}
		holds(t, opt.Destination, first)
		beside(t, opt.Destination, "public", "public.manifest.json")
	}
}

type mounted struct {
	FS
	err error
}

func (x mounted) Exchange(_, _ string) error { return x.err }

func TestFaultyCounts(t *testing.T) {
	opt, _ := prepareScene(t, first, false, false)
	f := &Faulty{}
	opt.Open = f.Open
	mustRun(t, opt, second)
	if f.Count() == 0 || f.Hit() != "" {
		t.Errorf("%d operations, hit %q", f.Count(), f.Hit())
	}
	f = &Faulty{At: 1, Err: syscall.EIO}
	opt.Open = f.Open
	if _, err := Open(context.Background(), opt); !errors.Is(err, syscall.EIO) || f.Hit() != "mkdir .public.gongkai" {
		t.Errorf("hit %q: %v", f.Hit(), err)
	}
}
