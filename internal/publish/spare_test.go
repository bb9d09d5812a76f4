package publish

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// onlySpare checks that nothing stands beside a published folder but its information and, where one is wanted, a spare that equals it.
func onlySpare(t testing.TB, opt Options, x site) {
	t.Helper()
	work := filepath.Join(filepath.Dir(opt.Destination), ".public.gongkai")
	entries, err := os.ReadDir(work)
	if !opt.Spare || os.IsNotExist(err) {
		beside(t, opt.Destination, "public", "public.manifest.json")
		return
	}
	must(t, err)
	if len(entries) != 1 || entries[0].Name() != "spare" {
		t.Errorf("the working folder holds %v", entries)
	}
	holds(t, filepath.Join(work, "spare"), x)
	beside(t, opt.Destination, ".public.gongkai", "public", "public.manifest.json")
}

func spareOf(opt Options) string {
	return filepath.Join(filepath.Dir(opt.Destination), ".public.gongkai", "spare")
}

// TestSpareSavesWork: a small change costs a few operations, however many files there are.
func TestSpareSavesWork(t *testing.T) {
	big := site{}
	for i := range 300 {
		big[fmt.Sprintf("6101%02d/wjj/2021/r%d.html", i%20, i)] = fmt.Sprint("report ", i)
	}
	opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
	operations := func(x site) int {
		t.Helper()
		f := &Faulty{}
		opt.Open = f.Open
		if r := mustRun(t, opt, x); r.Litter != nil {
			t.Error(r.Litter)
		}
		holds(t, opt.Destination, x)
		return f.Count()
	}
	operations(big)
	for i := range 4 {
		n := operations(big.with(site{"610100/wjj/2021/r0.html": fmt.Sprint("changed ", i), fmt.Sprintf("new/%d.html", i): "new"}))
		if i == 0 && n < 300 || i > 0 && n > 40 {
			t.Errorf("change %d: %d operations", i, n)
		}
		if i > 0 {
			onlySpare(t, opt, big.with(site{"610100/wjj/2021/r0.html": fmt.Sprint("changed ", i), fmt.Sprintf("new/%d.html", i): "new"}))
		}
	}
	opt.Spare = false
	operations(big)
	onlySpare(t, opt, big)
}

// TestSpareEdits publishes one random site after another, while somebody meddles with the folder and with the spare. What is published
// is always the site, and a spare that stays is its equal.
func TestSpareEdits(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
	x := first
	kept, dirty := 0, false
	for round := range 300 {
		for range random.IntN(3) {
			changes := site{}
			switch name := fmt.Sprintf("d%d/e%d", random.IntN(4), random.IntN(3)); random.IntN(5) {
			case 0:
				changes[name] = fmt.Sprint("file ", round)
			case 1:
				changes[name+"/f.html"] = fmt.Sprint("below ", round)
			case 2:
				changes[name], changes[name+"/f.html"] = "", ""
			case 3:
				changes["index.html"] = fmt.Sprint("home ", round)
			case 4:
				changes["610112/wjj/2021/b.html"] = fmt.Sprint("b ", round%3)
			}
			for name := range changes { // a file and a folder of one name never stand together
				for other := range x {
					if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
						changes[other] = ""
					}
				}
			}
			x = x.with(changes)
		}
		dirty = meddle(t, random, spareOf(opt)) || dirty
		if random.IntN(10) == 0 {
			s := mustOpen(t, opt)
			if random.IntN(2) == 0 {
				_, err := s.Write("given/up.html", []byte("x"))
				must(t, err)
			}
			must(t, s.Abort())
		}
		if round > 0 && random.IntN(6) == 0 {
			must(t, os.WriteFile(filepath.Join(opt.Destination, "strange.txt"), nil, 0o644))
		}
		r := mustRun(t, opt, x)
		if r.Litter != nil {
			t.Error(r.Litter)
		}
		holds(t, opt.Destination, x)
		if dirty = dirty && !r.Switched; !dirty { // a spare is looked through when it is used
			onlySpare(t, opt, x)
		}
		if _, err := os.Stat(spareOf(opt)); err == nil {
			kept++
		}
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	if kept < 100 {
		t.Errorf("a spare was kept %d times", kept)
	}
}

// meddle does something to a spare that no build does, now and then.
func meddle(t *testing.T, random *rand.Rand, spare string) bool {
	t.Helper()
	files := tree(t, spare)
	names := make([]string, 0, len(files))
	for name, text := range files {
		if strings.Contains(text, " ") && name != ManifestName {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return false
	}
	slices.Sort(names)
	at := filepath.Join(spare, filepath.FromSlash(names[random.IntN(len(names))]))
	switch random.IntN(12) {
	case 0:
		must(t, os.Remove(at))
	case 1:
		must(t, os.Remove(at))
		must(t, os.WriteFile(at, []byte("forged"), 0o644))
	case 2:
		must(t, os.WriteFile(filepath.Join(filepath.Dir(at), "extra.html"), nil, 0o644))
	case 3:
		must(t, os.MkdirAll(filepath.Join(filepath.Dir(at), "more", "folders"), 0o755))
	case 4:
		must(t, os.Remove(filepath.Join(spare, ManifestName)))
		must(t, os.WriteFile(filepath.Join(spare, ManifestName), []byte("x"), 0o644))
	case 5:
		must(t, os.Remove(at))
		must(t, os.MkdirAll(filepath.Join(at, "a folder"), 0o755))
	case 6:
		must(t, os.RemoveAll(filepath.Dir(at)))
	default:
		return false
	}
	return true
}

// TestSpareOfAnotherTree: a spare whose published tree has gone is not used.
func TestSpareOfAnotherTree(t *testing.T) {
	opt := Options{Destination: filepath.Join(t.TempDir(), "public"), Spare: true}
	mustRun(t, opt, second)
	mustRun(t, opt, first)
	must(t, os.RemoveAll(opt.Destination))
	s, err := Open(context.Background(), opt)
	must(t, err)
	if s.spare.adopted {
		t.Error("adopted")
	}
	must(t, fill(s, second))
	_, err = s.Commit(context.Background())
	must(t, err)
	holds(t, opt.Destination, second)
}
