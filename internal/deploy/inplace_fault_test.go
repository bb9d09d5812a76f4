package deploy

import (
	"context"
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"gongkai/internal/publish"
)

var links = regexp.MustCompile(`(?:href|src)="([^"]+)"`)

// lacks follows the links of a page to where they lead, and returns those that lead nowhere.
func lacks(dir, name, text string) []string {
	var l []string
	for _, m := range links.FindAllStringSubmatch(text, -1) {
		to := path.Join(path.Dir("/"+name), m[1])
		if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(to))); err != nil {
			l = append(l, m[1])
		}
	}
	return l
}

// whole makes sure, in the middle of a deploy, that every file is that of the old site or of the new one, and that no page lacks anything.
func (x spot) whole(t testing.TB, old, now site) {
	t.Helper()
	got := x.readers(t)
	if m := got[publish.ManifestName]; m != string(old.Manifest().Bytes()) && m != string(now.Manifest().Bytes()) && (m != "" || len(old) > 0) {
		t.Errorf("the manifest is neither the old one nor the new one: %.80q", m)
	}
	for name, text := range got {
		if name == publish.ManifestName || leftBeside.MatchString(path.Base(name)) {
			continue
		}
		if text != old[name] && text != now[name] && !hashedName.MatchString(name) {
			t.Errorf("%s is neither the old file nor the new one: %.80q", name, text)
		}
		if l := lacks(x.dir, name, text); len(l) > 0 && path.Ext(name) == ".html" {
			t.Errorf("%s lacks %v", name, l)
		}
	}
	for name := range old {
		if _, both := now[name]; both && got[name] == "" {
			t.Errorf("%s is missing", name)
		}
	}
}

// linked is a sample whose every page links to its assets.
func linked(n int, version string) site {
	x := sample(n, version)
	css, _ := asset("site", ".css", "body{--version:"+version+"}")
	for name, text := range x {
		if reportPath.MatchString(name) {
			x[name] = strings.Replace(text, "</main>", `<img src="../../../`+css+`"></main>`, 1)
		}
	}
	return x
}

// TestInPlaceFaults fails each operation of a deploy in turn: the disk is full, or the process is killed. What stands is whole, and the next
// deploy finishes the work.
func TestInPlaceFaults(t *testing.T) {
	old := linked(2, "1").with(site{"gone.txt": "gone"})
	now := linked(2, "2").with(site{"come.txt": "come"})
	last := now.with(site{"last.txt": "last"})
	step := 7 // of the operations, one after another in a long run
	if os.Getenv("GONGKAI_SOAK") != "" {
		step = 1
	}
	for _, kind := range []struct {
		Err         error
		Kill, Reads bool
	}{
		{Err: syscall.ENOSPC},
		{Kill: true},
		{Err: syscall.EIO, Reads: true},
		{Err: syscall.EPERM}, // which for a link means that there are none
	} {
		hits, through := 0, 0
		for at := 1; ; at += step {
			dir := filepath.Join(t.TempDir(), "www")
			opt := options()
			target := FolderInPlaceTarget(FolderOptions{Name: "www", Path: dir}, 0)
			x := spot{Target: target, dir: dir, state: dir + ".gongkai"}
			deployed(t, x, old, opt)
			faulty := &publish.Faulty{At: at, Err: kind.Err, Kill: kind.Kill, Reads: kind.Reads}
			failing := FolderInPlaceTarget(FolderOptions{Name: "www", Path: dir, open: faulty.Open}, 0)
			_, err := failing.Deploy(t.Context(), now, opt)
			if faulty.Hit() == "" {
				must(t, err)
				break
			}
			hits++
			var p *publish.Problem
			if errors.Is(err, syscall.ENOSPC) && (!errors.As(err, &p) || p.Hint.ZH == "") {
				t.Errorf("%s: %v says not what to do", faulty.Hit(), err)
			}
			if kind.Kill && err == nil {
				t.Errorf("%s: killed, and no error", faulty.Hit())
			}
			if err == nil {
				through++
			}
			x.whole(t, old, now)
			opt = later(opt, 2*leaseTime)
			deployed(t, x, now, opt)
			x.shows(t, now)
			deployed(t, x, last, opt)
			x.shows(t, last)
			x.tidied(t)
			if t.Failed() {
				t.Fatalf("at operation %d, %s (%v, kill %v)", at, faulty.Hit(), kind.Err, kind.Kill)
			}
		}
		t.Logf("%v, kill %v: %d operations failed, %d deploys came through all the same", kind.Err, kind.Kill, hits, through)
	}
}

// TestInPlaceReaders lets readers follow links while the site is deployed again and again.
func TestInPlaceReaders(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		rounds := 6
		switch {
		case os.Getenv("GONGKAI_SOAK") != "":
			rounds = 200
		case os.Getenv("CI") != "":
			rounds = 20
		}
		opt := options()
		deployed(t, x, linked(10, "0"), opt)
		var visits, failed atomic.Int64
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					for _, name := range []string{"index.html", firstPage, "110103/wjw/2018/zongjie-3.html"} {
						text, err := os.ReadFile(filepath.Join(x.dir, name))
						if err == nil && !strings.HasSuffix(string(text), "</html>") {
							err = errors.New("truncated")
						}
						if l := lacks(x.dir, name, string(text)); err != nil || len(l) > 0 {
							failed.Add(1)
							t.Errorf("%s: %v, lacks %v", name, err, l)
						}
						visits.Add(1)
					}
				}
			})
		}
		for i := range rounds {
			if _, err := x.Deploy(context.Background(), linked(10+i%3, strings.Repeat("1", i%4+1)), Options{Now: opt.Now, By: opt.By, Keep: 2, MaxDelete: -1, FailOn: opt.FailOn}); err != nil {
				var r *Refusal
				if !errors.As(err, &r) {
					t.Error(err)
				}
			}
		}
		close(stop)
		wg.Wait()
		t.Logf("%d deploys, %d pages read with all that they link to, %d failed", rounds, visits.Load(), failed.Load())
	})
}
