package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// site is the files of a test site.
type site map[string]string

func (x site) with(changes site) site {
	y := maps.Clone(x)
	for name, text := range changes {
		if y[name] = text; text == "" {
			delete(y, name)
		}
	}
	return y
}

var first = site{
	"index.html":                 "home",
	"610112/index.html":          "district",
	"610112/wjj/2021/a.html":     "report a",
	"610112/wjj/2021/b.html":     "report b",
	"610112/wjj/2021/a/附件 1.pdf": strings.Repeat("pdf", 50_000),
	"assets/site.0a1b.css":       "p{}",
	"gone/only/here.html":        "bye",
}

var second = first.with(site{"index.html": "home, later", "610112/wjj/2022/c.html": "report c", "gone/only/here.html": ""})

// fill writes a site into a stage, pdf files as copies, in order.
func fill(s *Stage, x site) error {
	src := fstest.MapFS{}
	for _, name := range slices.Sorted(maps.Keys(x)) {
		var err error
		if strings.HasSuffix(name, ".pdf") {
			src["in.pdf"] = &fstest.MapFile{Data: []byte(x[name])}
			_, err = s.Copy(name, src, "in.pdf")
		} else {
			_, err = s.Write(name, []byte(x[name]))
		}
		if err != nil {
			return errors.Join(err, s.Abort())
		}
	}
	return nil
}

func run(opt Options, x site) (Result, error) {
	s, err := Open(context.Background(), opt)
	if err != nil {
		return Result{}, err
	}
	if err := fill(s, x); err != nil {
		return Result{}, err
	}
	return s.Commit(context.Background())
}

func mustRun(t testing.TB, opt Options, x site) Result {
	t.Helper()
	r, err := run(opt, x)
	if err != nil || r.Litter != nil {
		t.Fatal(err, r.Litter)
	}
	return r
}

func mustOpen(t testing.TB, opt Options) *Stage {
	t.Helper()
	s, err := Open(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Abort() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// tree is everything below a folder: type, mode and content.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if name == dir && errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		rel, _ := filepath.Rel(dir, name)
		info, err := e.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		if info.Mode().IsRegular() {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			text += " " + string(b)
		}
		found[filepath.ToSlash(rel)] = text
		return nil
	})
	must(t, err)
	return found
}

// holds checks that a folder is a published site of exactly these files, by its manifest too.
func holds(t testing.TB, dir string, x site) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, ManifestName))
	must(t, err)
	m, err := ParseManifest(text)
	must(t, err)
	if len(m) != len(x) {
		t.Errorf("manifest has %d lines, want %d", len(m), len(x))
	}
	files := 0
	for name, got := range tree(t, dir) {
		mode, content, isFile := strings.Cut(got, " ")
		switch {
		case !isFile && mode != "drwxr-xr-x" && posixModes, isFile && mode != "-rw-r--r--" && posixModes:
			t.Errorf("%s has mode %s", name, mode)
		case isFile && name != ManifestName:
			if files++; content != x[name] {
				t.Errorf("%s has other bytes", name)
			}
		}
	}
	if files != len(x) {
		t.Errorf("%d files, want %d: %q, want %q", files, len(x), slices.Sorted(maps.Keys(tree(t, dir))), slices.Sorted(maps.Keys(x)))
	}
}

// beside checks what stands beside a destination: nothing but the file that names the generator.
func beside(t testing.TB, dest string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(dest))
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if !slices.Equal(got, want) {
		t.Errorf("beside the destination: %q, want %q", got, want)
	}
}

func TestPublish(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	opt := Options{Destination: dest, Generator: Info{Version: "1.2.0", Commit: "abc"}}
	r := mustRun(t, opt, first)
	holds(t, dest, first)
	beside(t, dest, "public", "public.manifest.json")
	if r.Written != len(first) || r.Unchanged != 0 || !r.Switched {
		t.Errorf("first: %+v", r)
	}
	info, err := os.ReadFile(dest + ".manifest.json")
	must(t, err)
	if want := fmt.Sprintf("{\n  \"version\": \"1.2.0\",\n  \"commit\": \"abc\",\n  \"tree\": \"%s\",\n  \"findings\": {\n    \"error\": 0,\n    \"warning\": 0,\n    \"info\": 0\n  },\n  \"waived\": []\n}\n", r.Tree); string(info) != want {
		t.Errorf("info is %s, want %s", info, want)
	}

	must(t, os.WriteFile(filepath.Join(dest, "610112", "notes.txt"), nil, 0o644))
	must(t, os.MkdirAll(filepath.Join(dest, "tmp", "deep"), 0o755))
	r = mustRun(t, opt, second)
	holds(t, dest, second)
	beside(t, dest, "public", "public.manifest.json")
	if r.Written != 2 || r.Unchanged != 5 || !slices.Equal(r.Gone, []string{"gone/only/here.html"}) ||
		!slices.Equal(r.Foreign, []string{"610112/notes.txt", "tmp/"}) {
		t.Errorf("second: %+v", r)
	}
}

func TestNothingChanged(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	before, err := os.Stat(dest)
	must(t, err)
	r := mustRun(t, Options{Destination: dest, Generator: Info{Version: "2"}}, first)
	after, err := os.Stat(dest)
	must(t, err)
	if r.Switched || r.Unchanged != len(first) || !os.SameFile(before, after) {
		t.Errorf("switched although nothing differs: %+v", r)
	}
	info, err := os.ReadFile(dest + ".manifest.json")
	must(t, err)
	if !strings.Contains(string(info), `"version": "2"`) {
		t.Errorf("the generator's version was not renewed: %s", info)
	}
	beside(t, dest, "public", "public.manifest.json")
}

func TestManifestIsDeterministic(t *testing.T) {
	x := site{}
	for i := range 400 {
		x[fmt.Sprintf("%d/%d/r%d.html", i%7, i%31, i)] = strings.Repeat("x", i)
	}
	one, other := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "other")
	mustRun(t, Options{Destination: one}, x)

	s := mustOpen(t, Options{Destination: other})
	names := slices.Collect(maps.Keys(x)) // in no order
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < len(names); i += 8 {
				if _, err := s.Write(names[i], []byte(x[names[i]])); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	_, err := s.Commit(context.Background())
	must(t, err)
	if !maps.Equal(tree(t, one), tree(t, other)) {
		t.Error("the trees differ")
	}
}

func TestSha256sumAgrees(t *testing.T) {
	program, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("sha256sum is not installed")
	}
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, second.with(site{" leading": "x", "*star": "y", "'quote": "z"}))
	check := exec.Command(program, "--strict", "-c", ManifestName)
	check.Dir = dest
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What the old folder holds is looked at, never trusted: every case is written afresh, and the new tree is right.
func TestOldFilesAreNotTrusted(t *testing.T) {
	const name = "610112/wjj/2021/a.html"
	outside := filepath.Join(t.TempDir(), "outside")
	must(t, os.MkdirAll(filepath.Join(outside, "2021"), 0o755))
	must(t, os.WriteFile(filepath.Join(outside, "2021", "a.html"), []byte("report a"), 0o644))
	cases := map[string]func(file string) error{
		"other bytes, same size and time": func(file string) error {
			info, err := os.Stat(file)
			return errors.Join(err, os.WriteFile(file, []byte("REPORT A"), 0o644), os.Chtimes(file, info.ModTime(), info.ModTime()))
		},
		"longer":  func(file string) error { return os.WriteFile(file, []byte("report a, longer"), 0o644) },
		"missing": os.Remove,
		"other mode": func(file string) error {
			if !posixModes {
				return os.Remove(file)
			}
			return os.Chmod(file, 0o600)
		},
		"symbolic link": func(file string) error {
			return errors.Join(os.Remove(file), os.Symlink(filepath.Join(outside, "2021", "a.html"), file))
		},
		"link within": func(file string) error {
			return errors.Join(os.WriteFile(file+".x", []byte("report a"), 0o644), os.Remove(file), os.Symlink("a.html.x", file))
		},
		"folder": func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o755)) },
		"linked folder": func(file string) error {
			dir := filepath.Dir(file)
			return errors.Join(os.RemoveAll(dir), os.Symlink(filepath.Join(outside, "2021"), dir))
		},
	}
	for label, tamper := range cases {
		t.Run(label, func(t *testing.T) {
			dest := filepath.Join(t.TempDir(), "public")
			mustRun(t, Options{Destination: dest}, first)
			must(t, tamper(filepath.Join(dest, filepath.FromSlash(name))))
			r := mustRun(t, Options{Destination: dest}, first)
			holds(t, dest, first)
			if r.Written == 0 || !r.Switched {
				t.Errorf("%+v", r)
			}
			beside(t, dest, "public", "public.manifest.json")
		})
	}
	if b, err := os.ReadFile(filepath.Join(outside, "2021", "a.html")); err != nil || string(b) != "report a" {
		t.Error("a file outside was touched")
	}
}

func TestKeep(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	stamps := map[string]Stamp{}
	publish := func(x site, keep ...string) Result {
		t.Helper()
		s := mustOpen(t, Options{Destination: dest})
		for name, text := range x {
			if slices.Contains(keep, name) {
				ok, err := s.Keep(name, stamps[name])
				must(t, err)
				if ok {
					continue
				}
			}
			var err error
			stamps[name], err = s.Write(name, []byte(text))
			must(t, err)
		}
		r, err := s.Commit(context.Background())
		must(t, err)
		holds(t, dest, x)
		return r
	}
	x := site{"a.html": "a", "b/c.html": "c", "d.html": "d"}
	publish(x)
	if r := publish(x, "a.html", "b/c.html", "d.html"); r.Switched || r.Unchanged != 3 {
		t.Errorf("nothing changed: %+v", r)
	}
	x["d.html"] = "D"
	if r := publish(x, "a.html", "b/c.html"); r.Written != 1 || r.Unchanged != 2 {
		t.Errorf("one changed: %+v", r)
	}
	if r := publish(x, "a.html", "b/c.html", "d.html"); r.Switched {
		t.Errorf("stamps do not hold over a switch: %+v", r)
	}
	must(t, os.Chtimes(filepath.Join(dest, "a.html"), time.Time{}, time.Now().Add(time.Hour)))
	if r := publish(x, "a.html", "b/c.html", "d.html"); r.Unchanged != 3 {
		t.Errorf("touched: %+v", r) // Keep refused, Write compared
	}
	wrong := stamps["a.html"]
	wrong.Sum[0]++
	stamps["a.html"] = wrong
	publish(x, "a.html") // another build's stamp: the manifest contradicts it, the file is written
}

func TestOldFileChangedDuringBuild(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	s := mustOpen(t, Options{Destination: dest})
	must(t, fill(s, second))
	must(t, os.WriteFile(filepath.Join(dest, "610112", "index.html"), []byte("disTrict"), 0o644))
	before := tree(t, dest)
	if _, err := s.Commit(context.Background()); !errors.Is(err, ErrChanged) {
		t.Errorf("got %v", err)
	}
	if !maps.Equal(before, tree(t, dest)) {
		t.Error("the destination changed")
	}
	beside(t, dest, "public", "public.manifest.json")
}

func TestAbort(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "a", "b", "public")
	s := mustOpen(t, Options{Destination: dest})
	must(t, fill(s, first))
	must(t, s.Abort())
	must(t, s.Abort())
	beside(t, filepath.Dir(filepath.Dir(dest)))
	if _, err := s.Write("x", nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after abort: %v", err)
	}
	if _, err := s.Commit(context.Background()); !errors.Is(err, os.ErrClosed) {
		t.Errorf("commit after abort: %v", err)
	}
	mustRun(t, Options{Destination: dest}, first)
	holds(t, dest, first)
	s = mustOpen(t, Options{Destination: dest})
	must(t, fill(s, second))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("commit after cancel: %v", err)
	}
	holds(t, dest, first)
	beside(t, dest, "public", "public.manifest.json")
}

func TestLock(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	s := mustOpen(t, Options{Destination: dest})
	_, err := Open(context.Background(), Options{Destination: dest})
	var held *Held
	if !errors.Is(err, ErrLocked) || !errors.As(err, &held) || held.Note != strconv.Itoa(os.Getpid()) || held.Since.IsZero() {
		t.Fatalf("second stage: %v", err)
	}
	if !strings.Contains(err.Error(), held.Note) || !strings.Contains(err.Error(), dest) {
		t.Errorf("the message does not say who and where: %v", err)
	}
	must(t, fill(s, first))
	_, err = s.Commit(context.Background())
	must(t, err)
	holds(t, dest, first)
	mustRun(t, Options{Destination: dest}, second)
	mustOpen(t, Options{Destination: filepath.Join(filepath.Dir(dest), "other")}) // a lock per destination
}

// What was seen before the lock may be another build's past: it is looked at again.
func TestSiteReplacedBeforeTheLock(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	late := func(dir string) (FS, error) {
		d, err := OpenDisk(dir)
		return beforeLock{d, sync.OnceFunc(func() { mustRun(t, Options{Destination: dest}, second) })}, err
	}
	if r := mustRun(t, Options{Destination: dest, Open: late}, second); r.Switched || r.Unchanged != len(second) {
		t.Errorf("%+v", r)
	}
	holds(t, dest, second)
}

type beforeLock struct {
	FS
	do func()
}

func (x beforeLock) Lock(name, note string) error {
	x.do()
	return x.FS.Lock(name, note)
}

// Many builds at once: each publishes a whole site or is told that another one does.
func TestLockUnderLoad(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for range 20 {
				x := site{"index.html": strconv.Itoa(w), "a/b.html": strconv.Itoa(w)}
				if _, err := run(Options{Destination: dest}, x); err != nil && !errors.Is(err, ErrLocked) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	mustRun(t, Options{Destination: dest}, first)
	holds(t, dest, first)
	beside(t, dest, "public", "public.manifest.json")
}

// The bound on open folders, and their eviction while others use them.
func TestMoreFoldersThanHandles(t *testing.T) {
	x := site{}
	for i := range 3 * maxFolders {
		x[fmt.Sprintf("%d/%d/a.html", i%5, i)] = "a"
		x[fmt.Sprintf("%d/%d/b.html", i%5, i)] = "b"
	}
	dest := filepath.Join(t.TempDir(), "public")
	for range 2 {
		s := mustOpen(t, Options{Destination: dest})
		names := slices.Collect(maps.Keys(x))
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < len(names); i += 8 {
					if _, err := s.Write(names[i], []byte(x[names[i]])); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		_, err := s.Commit(context.Background())
		must(t, err)
		holds(t, dest, x)
		x["more.html"] = "so that the second links"
	}
}

func TestSourceFaults(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
	for _, from := range []string{"missing.pdf", "folder"} {
		s := mustOpen(t, Options{Destination: dest})
		_, err := s.Copy("a.pdf", os.DirFS(dir), from)
		var at *fs.PathError
		if !errors.As(err, &at) || at.Path != from {
			t.Errorf("%s: %v", from, err)
		}
		if _, err2 := s.Commit(context.Background()); err2 != err {
			t.Errorf("a site without %s was committed: %v", from, err2)
		}
	}
	s := mustOpen(t, Options{Destination: dest})
	broken := errors.New("disk read error")
	if _, err := s.Copy("a.pdf", brokenFS{broken}, "a.pdf"); err != broken {
		t.Errorf("got %v", err)
	}
	must(t, s.Abort())
	holds(t, dest, first)
}

// brokenFS has files that end in an error.
type brokenFS struct{ err error }

func (b brokenFS) Open(name string) (fs.File, error) {
	f, err := fstest.MapFS{name: {Data: bytes.Repeat([]byte("x"), 100)}}.Open(name)
	return brokenFile{f, b.err}, err
}

type brokenFile struct {
	fs.File
	err error
}

func (b brokenFile) Read([]byte) (int, error) { return 0, b.err }
