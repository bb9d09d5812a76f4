package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// times is how often something is tried: in a plain test run, in CI, and when there is a night for it.
func times(plain, ci, soak int) int {
	switch {
	case os.Getenv("GONGKAI_SOAK") != "":
		return soak
	case os.Getenv("CI") != "":
		return ci
	}
	return plain
}

// crashSite is the sample site with some more reports, of which mark changes one sentence each: two states of one site.
func crashSite(t testing.TB, reports int) (source string, mark func(word string)) {
	t.Helper()
	source = sampleSite(t)
	model := readFile(t, filepath.Join(source, "content/110102/wjw/2024/yaodian.md"))
	mark = func(word string) {
		for i := range reports {
			writeFile(t, filepath.Join(source, fmt.Sprintf("content/110102/wjw/2024/crash-%03d.md", i)), model+"\n第"+word+"次发布。\n")
		}
	}
	return source, mark
}

func crashOptions(t testing.TB, source, dest, cache string) Options {
	opt := withCache(t, source, dest, cache, "one")
	opt.FailOn = diag.None
	return opt
}

// verify reads a published folder against its manifest, file for file, and returns the tree hash.
func verify(dest string) (publish.Sum, error) {
	text, err := os.ReadFile(filepath.Join(dest, publish.ManifestName))
	if err != nil {
		return publish.Sum{}, err
	}
	lines, err := publish.ParseManifest(text)
	if err != nil {
		return publish.Sum{}, err
	}
	want := map[string]publish.Sum{}
	for _, l := range lines {
		want[l.Path] = l.Sum
	}
	err = filepath.WalkDir(dest, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == publish.ManifestName {
			return err
		}
		rel, err := filepath.Rel(dest, p)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(rel)
		if sum, ok := want[name]; !ok || sum != sumOf(b) {
			return fmt.Errorf("%s is not what the manifest says", name)
		}
		delete(want, name)
		return nil
	})
	if err == nil && len(want) > 0 {
		err = fmt.Errorf("%d files are missing", len(want))
	}
	return sumOf(text), err
}

func sumOf(b []byte) publish.Sum { return sha256.Sum256(b) }

// noLitter fails when something of a run stands beside the site or in the cache folder.
func noLitter(t testing.TB, dest, cache string) {
	t.Helper()
	spare := filepath.Join(filepath.Dir(dest), ".public.gongkai", "spare") // the published tree once more, by links
	if _, err := os.Stat(spare); err == nil {
		one, err := verify(dest)
		other, err2 := verify(spare)
		if err := errors.Join(err, err2); err != nil || one != other {
			t.Errorf("the spare is not what is published: %v", err)
		}
		if err := os.RemoveAll(spare); err != nil {
			t.Fatal(err)
		}
		defer func() { // only now nothing may be left
			if err := os.Remove(filepath.Dir(spare)); err != nil {
				t.Errorf("left beside the spare: %v", err)
			}
		}()
	} else if found, err := filepath.Glob(filepath.Join(filepath.Dir(dest), ".public*")); err != nil || len(found) > 0 {
		t.Errorf("left beside the site: %v, %v", found, err)
	}
	if found, err := filepath.Glob(filepath.Join(cache, "*"+tempSuffix)); err != nil || len(found) > 0 {
		t.Errorf("left in the cache: %v, %v", found, err)
	}
}

// copyTree copies a folder with its times, to be put back before every run.
func copyTree(t testing.TB, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(from, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(from, p)
		if e.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o755)
		}
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		name := filepath.Join(to, rel)
		return errors.Join(os.WriteFile(name, b, 0o644), os.Chtimes(name, time.Time{}, info.ModTime()))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryCrash makes every operation on the disk, the cache's too, the last one of a run: what is published is the old site or the new
// one, and the next run publishes the new one and leaves nothing lying about.
func TestEveryCrash(t *testing.T) {
	for _, scene := range []struct {
		name    string
		before  bool // a site and its cache stand
		damaged bool // but the cache is of no use
		spare   bool // the site has been changed before, so that there is a spare
	}{{name: "first"}, {name: "changed", before: true}, {name: "damaged cache", before: true, damaged: true}, {name: "spare", before: true, spare: true}} {
		t.Run(scene.name, func(t *testing.T) {
			source, mark := crashSite(t, 3)
			kept := t.TempDir() // what stands before each run: public and cache
			old := publish.Sum{}
			if scene.spare {
				mark("零")
				mustBuild(t, crashOptions(t, source, filepath.Join(kept, "public"), filepath.Join(kept, "cache")))
			}
			mark("一")
			if scene.before {
				old = mustBuild(t, crashOptions(t, source, filepath.Join(kept, "public"), filepath.Join(kept, "cache"))).Output.Tree
			}
			if _, err := os.Stat(filepath.Join(kept, ".public.gongkai", "spare")); (err == nil) != scene.spare {
				t.Fatalf("a spare: %v", err)
			}
			if scene.damaged {
				writeFile(t, cacheFile(t, filepath.Join(kept, "cache")), "damaged")
			}
			mark("二")
			new := mustBuild(t, crashOptions(t, source, filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache"))).Output.Tree
			dir := filepath.Join(t.TempDir(), "www")
			dest, cache := filepath.Join(dir, "public"), filepath.Join(dir, "cache")
			crashes := 0
			step := times(9, 2, 1)
			if scene.spare {
				step = min(step, 4) // there are few
			}
			for at := 1; ; at += step {
				copyTree(t, kept, dir)
				faulty := &publish.Faulty{At: at, Kill: true}
				opt := crashOptions(t, source, dest, cache)
				opt.Disk = faulty.Open
				_, err := Run(t.Context(), opt)
				if faulty.Hit() == "" {
					if err != nil {
						t.Fatal(err)
					}
					break
				}
				crashes++
				switch got, err := verify(dest); {
				case err == nil && (got == old && scene.before || got == new):
				case errors.Is(err, fs.ErrNotExist) && !scene.before:
				default:
					t.Fatalf("operation %d, %s: %v, %v", at, faulty.Hit(), got, err)
				}
				r := mustBuild(t, crashOptions(t, source, dest, cache))
				if got, err := verify(dest); err != nil || got != new || r.Output.Tree != new {
					t.Fatalf("operation %d, %s: the next run published %v, %v", at, faulty.Hit(), got, err)
				}
				noLitter(t, dest, cache)
				if again := mustBuild(t, crashOptions(t, source, dest, cache)); again.Drawn > 0 || again.Parsed > 0 {
					t.Errorf("operation %d, %s: the cache of the next run is of no use", at, faulty.Hit())
				}
			}
			t.Logf("%d crashes", crashes)
			if crashes < 10 {
				t.Errorf("only %d operations were met", crashes)
			}
		})
	}
}

// Environment of the process that TestKilledBuild starts and kills.
const (
	childSource = "GONGKAI_TEST_BUILD_SOURCE"
	childDir    = "GONGKAI_TEST_BUILD_DIR"
)

// TestBuildChild is no test but that process: it builds once.
func TestBuildChild(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		mustBuild(t, crashOptions(t, os.Getenv(childSource), filepath.Join(dir, "public"), filepath.Join(dir, "cache")))
	}
}

func startChild(t testing.TB, source, dir string) *exec.Cmd {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-test.run=^TestBuildChild$", "-test.testlogfile=")
	c.Env = append(os.Environ(), childSource+"="+source, childDir+"="+dir)
	c.Stdout = new(bytes.Buffer)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestKilledBuild kills a building process at random moments on a real disk. What stands then is one whole site, the old or the new.
func TestKilledBuild(t *testing.T) {
	kills := times(30, 300, 10_000)
	source, mark := crashSite(t, 25)
	dir := t.TempDir()
	dest, cache := filepath.Join(dir, "public"), filepath.Join(dir, "cache")
	trees := map[publish.Sum]string{}
	for _, word := range []string{"一", "二"} {
		mark(word)
		trees[mustBuild(t, crashOptions(t, source, dest, cache)).Output.Tree] = word
	}
	mark("一")
	start := time.Now()
	if err := startChild(t, source, dir).Wait(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	r := rand.New(rand.NewPCG(9, uint64(kills)))
	killed, finished, switched := 0, 0, 0
	last := "一"
	for i := range kills {
		mark(map[string]string{"一": "二", "二": "一"}[last]) // so every build has something to do
		c := startChild(t, source, dir)
		time.Sleep(time.Duration(r.Int64N(int64(took) * 5 / 4)))
		c.Process.Kill()
		if c.Wait() == nil {
			finished++
		} else {
			killed++
		}
		tree, err := verify(dest)
		word, known := trees[tree]
		if err != nil || !known {
			t.Fatalf("kill %d: %v, tree %v", i, err, tree)
		}
		if word != last {
			switched++
		}
		last = word
	}
	t.Logf("%d killed, %d had finished; %d times the new site stood; a build takes %v", killed, finished, switched, took)
	r2 := mustBuild(t, crashOptions(t, source, dest, cache))
	if tree, err := verify(dest); err != nil || tree != r2.Output.Tree {
		t.Errorf("the last run: %v, %v", tree, err)
	}
	noLitter(t, dest, cache)
}

// TestTwoBuilds runs builds of one site at once: into one folder, where one of them may be refused, and into two that share a cache.
func TestTwoBuilds(t *testing.T) {
	source, mark := crashSite(t, 10)
	mark("一")
	cold := mustBuild(t, crashOptions(t, source, filepath.Join(t.TempDir(), "public"), "")).Output.Tree
	dir := t.TempDir()
	for round := range times(5, 20, 500) {
		var wg sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wg.Go(func() {
				dest := filepath.Join(dir, fmt.Sprint(i/2), "public")
				r, err := Run(context.Background(), crashOptions(t, source, dest, filepath.Join(dir, "cache")))
				if err == nil && r.Output.Tree != cold {
					err = fmt.Errorf("build %d published %v", i, r.Output.Tree)
				}
				errs[i] = err
			})
		}
		wg.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else if !errors.Is(err, publish.ErrLocked) {
				t.Error(err)
			}
		}
		if done < 2 {
			t.Errorf("round %d: %d builds were done", round, done)
		}
		for i := range 2 {
			if tree, err := verify(filepath.Join(dir, fmt.Sprint(i), "public")); err != nil || tree != cold {
				t.Errorf("round %d: %v, %v", round, tree, err)
			}
		}
	}
	for i := range 2 {
		mustBuild(t, crashOptions(t, source, filepath.Join(dir, fmt.Sprint(i), "public"), filepath.Join(dir, "cache")))
		noLitter(t, filepath.Join(dir, fmt.Sprint(i), "public"), filepath.Join(dir, "cache"))
	}
}

// TestReaders rebuilds a site while others read it: every look finds the file, whole, of the one state or the other.
func TestReaders(t *testing.T) {
	source, mark := crashSite(t, 10)
	dir := t.TempDir()
	dest, cache := filepath.Join(dir, "public"), filepath.Join(dir, "cache")
	good := map[string][2]string{}
	for i, word := range []string{"一", "二"} {
		mark(word)
		mustBuild(t, crashOptions(t, source, dest, cache))
		for name, text := range tree(t, dest) {
			both := good[name]
			both[i] = text
			good[name] = both
		}
	}
	var names []string // the home page, a page, its style sheet
	for _, name := range sorted(good) {
		if name == "index.html" || strings.HasSuffix(name, "crash-004.html") || strings.HasPrefix(name, "assets/") && strings.HasSuffix(name, ".css") {
			names = append(names, name)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	reads := make([]int, 3)
	faults := make([]error, len(reads))
	for i := range reads {
		wg.Go(func() {
			for ctx.Err() == nil && faults[i] == nil {
				for _, name := range names {
					b, err := os.ReadFile(filepath.Join(dest, filepath.FromSlash(name)))
					if text := string(b); err == nil && text != good[name][0] && text != good[name][1] {
						err = fmt.Errorf("%s: %d bytes of neither state", name, len(b))
					}
					faults[i] = errors.Join(faults[i], err)
					reads[i]++
				}
			}
		})
	}
	rebuilds := times(20, 100, 1000)
	for i := range rebuilds {
		mark([]string{"一", "二"}[i%2])
		mustBuild(t, crashOptions(t, source, dest, cache))
	}
	stop()
	wg.Wait()
	t.Logf("%d rebuilds, %v reads of %d files", rebuilds, reads, len(names))
	if err := errors.Join(faults...); err != nil {
		t.Error(err)
	}
}
