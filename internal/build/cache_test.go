package build

import (
	"bytes"
	"encoding/gob"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// withCache is a build of a site with a cache, by a program of the given name.
func withCache(t testing.TB, source, dest, cache, program string) Options {
	opt := options(t, source, dest)
	opt.Cache = Cache{Dir: cache, Program: func() (string, error) { return program, nil }}
	return opt
}

// site copies the sample site.
func sampleSite(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "site")
	copyReversed(t, "testdata/official", dir)
	return dir
}

func cacheFile(t testing.TB, dir string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, cachePrefix+"*"))
	if err != nil || len(found) != 1 || filepath.Ext(found[0]) != cacheSuffix {
		t.Fatalf("in the cache folder: %v, %v", found, err)
	}
	return found[0]
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func readFile(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestUnchangedIsKept: a second build reads no text, draws no page, touches nothing and leaves the cache as it is.
func TestUnchangedIsKept(t *testing.T) {
	source := sampleSite(t)
	dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
	first := mustBuild(t, withCache(t, source, dest, cache, "one"))
	if len(first.Notes) > 0 || first.Drawn != first.Pages || first.Parsed < first.Reports {
		t.Errorf("first build: %d of %d pages drawn, %d texts parsed, notes %v", first.Drawn, first.Pages, first.Parsed, first.Notes)
	}
	was := tree(t, dest)
	mark, err := os.Stat(cacheFile(t, cache))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		second := mustBuild(t, withCache(t, source, dest, cache, "one"))
		if second.Parsed > 0 || second.Drawn > 0 || second.Output.Switched || len(second.Notes) > 0 {
			t.Errorf("second build: %d texts parsed, %d pages drawn, switched %v, notes %v", second.Parsed, second.Drawn, second.Output.Switched, second.Notes)
		}
		if second.Pages != first.Pages {
			t.Errorf("%d pages, then %d", first.Pages, second.Pages)
		}
		if !reflect.DeepEqual(second.Found, first.Found) {
			t.Errorf("findings differ:\n%v\n%v", first.Found, second.Found)
		}
		equalTrees(t, "second build", tree(t, dest), was)
	}
	if now, err := os.Stat(cacheFile(t, cache)); err != nil || !os.SameFile(mark, now) {
		t.Error("the cache was written anew, though nothing was learnt")
	}
}

// TestOneChanged: what a changed text makes necessary is done, and little else.
func TestOneChanged(t *testing.T) {
	source := sampleSite(t)
	dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
	mustBuild(t, withCache(t, source, dest, cache, "one"))
	change(t, filepath.Join(source, "content/110102/wjw/2023/zongjie.md"))
	r := mustBuild(t, withCache(t, source, dest, cache, "one"))
	if r.Parsed != 1 || r.Drawn != 1 {
		t.Errorf("%d texts parsed and %d pages drawn for one changed text", r.Parsed, r.Drawn)
	}
}

// TestPrograms: programs that share a folder never see each other's cache, and old ones go.
func TestPrograms(t *testing.T) {
	source := sampleSite(t)
	cold := filepath.Join(t.TempDir(), "cold")
	mustBuild(t, options(t, source, cold))
	dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
	for _, program := range []string{"one", "two", "one", "two", "three", "four", "five"} {
		r := mustBuild(t, withCache(t, source, dest, cache, program))
		if len(r.Notes) > 0 {
			t.Errorf("%s: %v", program, r.Notes)
		}
		equalTrees(t, program, tree(t, dest), tree(t, cold))
	}
	if left := tree(t, cache); len(left) != 1+otherCaches {
		t.Errorf("%d caches are left", len(left))
	}
	second := mustBuild(t, withCache(t, source, dest, cache, "five"))
	if second.Drawn > 0 {
		t.Errorf("a program's own cache is lost: %d pages drawn", second.Drawn)
	}
	one := mustBuild(t, withCache(t, source, dest, cache, "one"))
	if one.Parsed == 0 || one.Drawn == 0 {
		t.Error("another program's cache was used")
	}
}

// TestDamagedCache: whatever stands in the file, a build says so once and does without.
func TestDamagedCache(t *testing.T) {
	source := sampleSite(t)
	cold := filepath.Join(t.TempDir(), "cold")
	want := mustBuild(t, options(t, source, cold))
	wantTree := tree(t, cold)
	cache := filepath.Join(t.TempDir(), "cache")
	dest := filepath.Join(t.TempDir(), "public")
	mustBuild(t, withCache(t, source, dest, cache, "one"))
	file := cacheFile(t, cache)
	whole := readFile(t, file)

	foreign := func(v any) string {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(v); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	other := preamble{Format: cacheFormat, Program: "other", Options: "x", Parcels: 1}
	other.Sum = other.sum()
	later := preamble{Format: cacheFormat + 1, Program: "other", Parcels: 1 << 40}
	later.Sum = later.sum()
	bad := map[string]string{
		"empty": "", "text": "a: b\n", "zeros": strings.Repeat("\x00", 5000), "ones": strings.Repeat("\xff", 5000),
		"a foreign gob": foreign(struct{ A, B string }{"x", "y"}), "another program's": foreign(other), "a later format": foreign(later),
		"twice": whole + whole, "a longer one": whole + "x",
	}
	r := rand.New(rand.NewPCG(4, 200))
	for range 60 {
		n := r.IntN(len(whole))
		bad["cut at "+strings.Repeat("i", n%7)+time.Duration(n).String()] = whole[:n]
	}
	for i := range 200 {
		b := []byte(whole)
		at := r.IntN(len(b))
		if i < 60 {
			at = i * 5 // the preamble and the types of the first parcel
		}
		b[at] ^= 1 << r.IntN(8)
		bad["bit flipped at "+time.Duration(at).String()+string(rune('a'+i%26))] = string(b)
	}
	t.Logf("%d damaged caches", len(bad))
	built := 0
	for name, text := range bad {
		writeFile(t, file, text)
		m := &memory{dir: cache, disk: func(dir string) (publish.FS, error) { return publish.OpenDisk(dir) }, program: strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), cachePrefix), cacheSuffix), options: filepath.ToSlash(source) + "/content"}
		if err := m.load(); !errors.Is(err, errDamaged) && !errors.Is(err, errForeign) {
			t.Errorf("%s: %v", name, err)
		}
		if m.entries != nil || m.pages.URLs != nil {
			t.Errorf("%s: something of it is used", name)
		}
		if built++; built%20 != 0 && !strings.Contains(name, " p") && len(bad) > 20 {
			continue // a build takes a hundred times as long
		}
		got := mustBuild(t, withCache(t, source, dest, cache, "one"))
		if len(got.Notes) != 1 || got.Parsed != want.Parsed || !reflect.DeepEqual(got.Found, want.Found) {
			t.Errorf("%s: %d texts parsed, notes %v", name, got.Parsed, got.Notes)
		}
		equalTrees(t, name, tree(t, dest), wantTree)
		if readFile(t, file) == text {
			t.Errorf("%s: the cache was not replaced", name)
		}
	}
}

// TestCacheCannotBeWritten costs time and a note, nothing else.
func TestCacheCannotBeWritten(t *testing.T) {
	source := sampleSite(t)
	dest, blocked := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "file")
	writeFile(t, blocked, "")
	for range 2 {
		r := mustBuild(t, withCache(t, source, dest, filepath.Join(blocked, "cache"), "one"))
		if len(r.Notes) == 0 || r.Parsed == 0 {
			t.Errorf("notes %v", r.Notes)
		}
		for _, n := range r.Notes {
			if n.ZH == "" || n.EN == "" || !strings.Contains(n.EN, "cache") {
				t.Errorf("note %v", n)
			}
		}
	}
	opt := withCache(t, source, dest, filepath.Join(t.TempDir(), "cache"), "")
	opt.Cache.Program = func() (string, error) { return "", fs.ErrPermission }
	if r := mustBuild(t, opt); len(r.Notes) != 1 {
		t.Errorf("notes %v", r.Notes)
	}
	if os.Getuid() == 0 {
		return // nothing is closed to root
	}
	closed := filepath.Join(t.TempDir(), "closed")
	if err := os.Mkdir(closed, 0o555); err != nil {
		t.Fatal(err)
	}
	if r := mustBuild(t, withCache(t, source, dest, closed, "one")); len(r.Notes) != 1 {
		t.Errorf("notes %v", r.Notes)
	}
}

// TestTampered: whatever somebody does to the published folder, the next build makes it right.
func TestTampered(t *testing.T) {
	source := sampleSite(t)
	dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
	mustBuild(t, withCache(t, source, dest, cache, "one"))
	want := tree(t, dest)
	page := filepath.Join(dest, "110102", "wjw", "2024", "yaodian.html")
	for name, tamper := range map[string]func() error{
		"edited":       func() error { return os.WriteFile(page, []byte("<p>x</p>"), 0o644) },
		"same size":    func() error { return os.WriteFile(page, []byte(strings.ToUpper(readFile(t, page))), 0o644) },
		"deleted":      func() error { return os.Remove(page) },
		"extra":        func() error { return os.WriteFile(filepath.Join(dest, "extra.html"), nil, 0o644) },
		"link":         func() error { return errors.Join(os.Remove(page), os.Symlink("index.html", page)) },
		"folder":       func() error { return errors.Join(os.Remove(page), os.Mkdir(page, 0o755)) },
		"mode":         func() error { return os.Chmod(page, 0o600) },
		"touched":      func() error { return os.Chtimes(page, time.Time{}, time.Unix(1e9, 0)) },
		"all deleted":  func() error { return os.RemoveAll(dest) },
		"district":     func() error { return os.RemoveAll(filepath.Join(dest, "110102")) },
		"stylesheet":   func() error { return os.RemoveAll(filepath.Join(dest, "assets")) },
		"manifest cut": func() error { return os.Truncate(filepath.Join(dest, "manifest.sha256"), 0) },
	} {
		if err := tamper(); err != nil {
			t.Fatal(err)
		}
		r, err := Run(t.Context(), withCache(t, source, dest, cache, "one"))
		if name == "manifest cut" { // no longer a folder that gongkai made
			if err == nil {
				t.Errorf("%s: a foreign folder is replaced", name)
			}
			if err := os.RemoveAll(dest); err != nil {
				t.Fatal(err)
			}
			r, err = Run(t.Context(), withCache(t, source, dest, cache, "one"))
		}
		if err != nil || !r.Published {
			t.Fatalf("%s: %v, %v", name, err, r)
		}
		equalTrees(t, name, tree(t, dest), want)
		if info, err := os.Lstat(page); err != nil || info.Mode() != 0o644 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// TestCacheHoldsNoText: the words of a report are in its page and nowhere in the cache, and gob keeps every field of what it holds.
func TestCacheHoldsNoText(t *testing.T) {
	source := sampleSite(t)
	const word = "这一句只在正文里出现"
	name := filepath.Join(source, "content/110102/wjw/2023/zongjie.md")
	writeFile(t, name, readFile(t, name)+"\n"+word+"。\n")
	cache := filepath.Join(t.TempDir(), "cache")
	mustBuild(t, withCache(t, source, filepath.Join(t.TempDir(), "public"), cache, "one"))
	if strings.Contains(readFile(t, cacheFile(t, cache)), word) {
		t.Error("the cache holds a report's text")
	}
	seen := map[reflect.Type]bool{}
	var walk func(at string, typ reflect.Type)
	walk = func(at string, typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			walk(at, typ.Elem())
		case reflect.Struct:
			if seen[typ] {
				return
			}
			seen[typ] = true
			for f := range typ.Fields() {
				if !f.IsExported() {
					t.Errorf("%s.%s is not exported: the cache would lose it", at, f.Name)
				}
				walk(at+"."+f.Name, f.Type)
			}
		case reflect.Map, reflect.Interface, reflect.Func, reflect.Chan:
			t.Errorf("%s is a %s: the cache has no place for it", at, typ.Kind())
		}
	}
	walk("contents", reflect.TypeFor[contents]())
	walk("preamble", reflect.TypeFor[preamble]())
}

// TestUnpublishedKeepsKeys: a build that fails on findings remembers what it read, and forgets nothing of what is published.
func TestUnpublishedKeepsKeys(t *testing.T) {
	source := sampleSite(t)
	dest, cache := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache")
	mustBuild(t, withCache(t, source, dest, cache, "one"))
	want := tree(t, dest)
	name := filepath.Join(source, "content/110102/wjw/2023/zongjie.md")
	text := readFile(t, name)
	writeFile(t, name, text+"\n[没有这一页](nowhere.md)\n")
	for i := range 2 {
		r, err := Run(t.Context(), withCache(t, source, dest, cache, "one"))
		if err != nil || r.Published || r.Found.AtLeast(diag.Error) != 1 {
			t.Fatalf("%v, %v", err, r.Found)
		}
		if i == 1 && r.Parsed > 1 { // its own page must be drawn again, since it was not published
			t.Errorf("%d texts parsed again", r.Parsed)
		}
	}
	writeFile(t, name, text)
	r := mustBuild(t, withCache(t, source, dest, cache, "one"))
	if r.Parsed > 1 || r.Drawn > 0 {
		t.Errorf("%d texts parsed and %d pages drawn for what had been published before", r.Parsed, r.Drawn)
	}
	equalTrees(t, "restored", tree(t, dest), want)
}
