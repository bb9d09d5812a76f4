package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gongkai/internal/publish"
)

// later is a clock that is so far ahead of the usual one that every lease has ended.
func later(opt Options, d time.Duration) Options {
	now := opt.Now
	opt.Now = func() time.Time { return now().Add(d) }
	return opt
}

func TestSFTPDeploys(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		target := SFTPTarget(s.SFTPOptions)
		opt := options()
		if plan, err := target.Plan(t.Context(), sample(9, "1"), opt); err != nil || len(plan.Added) == 0 {
			t.Fatalf("%+v, %v", plan, err)
		}
		if _, err := os.Stat(s.dir); err == nil {
			t.Error("a plan has made the root")
		}
		one := sample(9, "1")
		r := deployed(t, target, one, opt)
		if r.Sent != len(one) || r.Linked != 0 {
			t.Errorf("first: %d sent, %d linked", r.Sent, r.Linked)
		}
		serves(t, s.dir, one)
		if r = deployed(t, target, one, opt); !r.Unchanged || r.Sent != 0 {
			t.Errorf("unchanged: %d sent", r.Sent)
		}
		const page = "110100/wjw/2015/zongjie-0.html"
		changed := one.with(site{page: reportPage("第0号工作总结", "改过的正文。", "", 1)})
		if r = deployed(t, target, changed, opt); r.Sent != 1 || r.Linked != len(one)-1 || r.Plan.Count(Edited) != 1 {
			t.Errorf("one report changed: %d sent, %d linked, %v", r.Sent, r.Linked, r.Plan.Reports)
		}
		serves(t, s.dir, changed)
		withdrawn := changed.with(site{page: strings.Replace(changed[page], "<article>", `<article><p class="banner withdrawn">已撤下</p>`, 1)})
		if r = deployed(t, target, withdrawn, opt); r.Sent != 1 || r.Plan.Count(Withdrawn) != 1 {
			t.Errorf("one withdrawn: %d sent, %v", r.Sent, r.Plan.Reports)
		}
		serves(t, s.dir, withdrawn)
		if _, err := target.Rollback(t.Context(), "", opt); err != nil {
			t.Fatal(err)
		}
		serves(t, s.dir, changed)
		removed := changed.with(site{page: removedPage}).without(stem(page) + ".json")
		r = deployed(t, target, removed, opt)
		if len(r.Purged) == 0 || len(holdsText(t, s.dir, "第0号报告的正文")) > 0 || len(holdsText(t, s.dir, "改过的正文")) > 0 {
			t.Errorf("one removed: purged %v, still in %v", r.Purged, holdsText(t, s.dir, "改过的正文"))
		}
		serves(t, s.dir, removed)
		tidy(t, s.dir)
		if l, err := target.Releases(t.Context()); err != nil || len(l) != 1 || !l[0].Current {
			t.Errorf("releases: %v, %v", l, err)
		}
		if m, err := target.Current(t.Context()); err != nil || m.Tree() != removed.Manifest().Tree() {
			t.Errorf("current: %v", err)
		}
	})
}

// TestSFTPDeployCut loses the line after each 2 % of the bytes of a deploy, more in a short run, and deploys again.
func TestSFTPDeployCut(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		cuts, reports := 5, 60
		switch {
		case os.Getenv("GONGKAI_SOAK") != "":
			cuts, reports = 50, 400
		case s.real && os.Getenv("CI") != "":
			cuts = 10
		}
		r, through := newRelay(t, s)
		target := SFTPTarget(through.SFTPOptions)
		opt := options()
		r.allow(-1)
		old := sample(reports, "0")
		deployed(t, target, old, opt)
		r.allow(-1)
		deployed(t, target, sample(reports, "0.1"), opt)
		all := r.allow(-1)
		old = sample(reports, "0.1")
		resumed := 0
		for i := range cuts {
			now := sample(reports, fmt.Sprint(i+1))
			r.allow(all * int64(i) / int64(cuts))
			_, err := target.Deploy(t.Context(), now, opt)
			var problem *publish.Problem
			if !errors.As(err, &problem) || problem.Hint.ZH == "" || !errors.Is(err, ErrCut) && !errors.Is(err, ErrConnect) && !errors.Is(err, ErrLogin) {
				t.Fatalf("cut %d of %d: %v", i, cuts, err)
			}
			if current, err := os.ReadFile(filepath.Join(s.dir, "current", publish.ManifestName)); err != nil || string(current) != string(old.Manifest().Bytes()) && string(current) != string(now.Manifest().Bytes()) {
				t.Fatalf("after cut %d readers get neither the old site nor the new: %v", i, err)
			}
			r.allow(-1)
			opt = later(opt, 2*leaseTime)
			result := deployed(t, target, now, opt)
			if result.Sent+result.Linked < len(now) {
				resumed++
			}
			serves(t, s.dir, now)
			tidy(t, s.dir)
			old = now
		}
		t.Logf("%d cuts of a deploy of %d bytes in %d files, %d resumed with files that had arrived", cuts, all, len(old), resumed)
	})
}

func TestSFTPTwoDeployers(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		deployed(t, SFTPTarget(s.SFTPOptions), sample(5, "0"), options())
		sites := []site{sample(40, "1"), sample(40, "2")}
		errs := make([]error, len(sites))
		var wg sync.WaitGroup
		for i := range sites {
			wg.Go(func() {
				opt := options()
				opt.MaxDelete = -1
				_, errs[i] = SFTPTarget(s.SFTPOptions).Deploy(context.Background(), sites[i], opt)
			})
		}
		wg.Wait()
		done := -1
		for i, err := range errs {
			switch {
			case err == nil:
				done = i
			case !errors.Is(err, ErrLocked) && !errors.Is(err, ErrMoved):
				t.Errorf("deployer %d: %v", i, err)
			}
		}
		if done < 0 {
			t.Fatalf("neither came through: %v", errs)
		}
		if errs[1-done] == nil { // one after the other: the last one stands
			current, err := SFTPTarget(s.SFTPOptions).Current(t.Context())
			if err != nil || current.Tree() != sites[0].Manifest().Tree() && current.Tree() != sites[1].Manifest().Tree() {
				t.Error(err)
			}
		} else {
			serves(t, s.dir, sites[done])
		}
		tidy(t, s.dir)
	})
}

func TestSFTPLock(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		target := SFTPTarget(s.SFTPOptions)
		opt := options()
		deployed(t, target, sample(3, "1"), opt)
		now := opt.Now()
		text, err := json.Marshal(holder{Who: "wang@web2", Host: "web2", PID: 4711, Since: now, Expires: now.Add(leaseTime), Token: "x"})
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, filepath.Join(s.dir, lockName), string(text))
		var problem *publish.Problem
		if _, err := target.Deploy(t.Context(), sample(3, "2"), opt); !errors.Is(err, ErrLocked) || !errors.As(err, &problem) || !strings.Contains(problem.Message.ZH, "wang@web2") {
			t.Errorf("held by another: %v", err)
		}
		serves(t, s.dir, sample(3, "1"))
		r := deployed(t, target, sample(3, "2"), later(opt, 2*leaseTime))
		if len(r.Notes) != 1 || !strings.Contains(r.Notes[0].ZH, "wang@web2") {
			t.Errorf("taken over: %v", r.Notes)
		}
		serves(t, s.dir, sample(3, "2"))
		tidy(t, s.dir)
	})
}

// TestSFTPWithoutExtensions: a server that knows nothing but the protocol.
func TestSFTPWithoutExtensions(t *testing.T) {
	s := sshd(t, "-P", "hardlink,posix-rename,statvfs")
	h := mustConnect(t, s.SFTPOptions)
	for _, name := range []string{"a", "b"} {
		if _, err := write(h, name, name); err != nil {
			t.Fatal(err)
		}
		if err := h.Symlink(name, "to-"+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Link("a", "c"); !errors.Is(err, errors.ErrUnsupported) || !publish.NoLinks(err) {
		t.Errorf("link: %v", err)
	}
	if err := h.Rename("a", "b"); err != nil {
		t.Errorf("rename over a file: %v", err)
	}
	if text, err := (hostFiles{h}).read("b"); err != nil || string(text) != "a" {
		t.Errorf("%s, %v", text, err)
	}
	if err := h.Rename("to-a", "to-b"); !errors.Is(err, ErrNoSwitch) {
		t.Errorf("rename over a link: %v", err)
	}
	if err := h.Mkdir("d"); err != nil {
		t.Fatal(err)
	}
	if err := h.Rename("b", "d"); err == nil || errors.Is(err, ErrNoSwitch) {
		t.Errorf("rename over a folder: %v", err)
	}
	// The first deploy needs no switch, the second does.
	target := SFTPTarget(func() SFTPOptions { o := s.SFTPOptions; o.Path += "2"; return o }())
	deployed(t, target, sample(3, "1"), options())
	if _, err := target.Deploy(t.Context(), sample(3, "2"), options()); !errors.Is(err, ErrNoSwitch) {
		t.Errorf("second deploy: %v", err)
	}
	serves(t, s.dir+"2", sample(3, "1"))
}

func TestSFTPInPlace(t *testing.T) {
	servers(t, func(t *testing.T, s server) {
		r, through := newRelay(t, s)
		through.InPlace = true
		target := SFTPTarget(through.SFTPOptions)
		opt := options()
		one := sample(30, "1")
		if result := deployed(t, target, one, opt); result.Sent != len(one) {
			t.Errorf("first: %d sent", result.Sent)
		}
		standsIn(t, s.dir, one)
		if result := deployed(t, target, one, opt); !result.Unchanged || result.Sent != 0 {
			t.Errorf("unchanged: %d sent", result.Sent)
		}
		changed := one.with(site{"feed.xml": "<feed>2</feed>"})
		if result := deployed(t, target, changed, opt); result.Sent != 1 {
			t.Errorf("one file changed: %d sent", result.Sent)
		}
		standsIn(t, s.dir, changed)
		two := sample(30, "2")
		r.allow(60_000)
		if _, err := target.Deploy(t.Context(), two, opt); !errors.Is(err, ErrCut) {
			t.Errorf("cut: %v", err)
		}
		r.allow(-1)
		deployed(t, target, two, later(opt, 2*leaseTime))
		standsIn(t, s.dir, two)
		if m, err := target.Current(t.Context()); err != nil || m.Tree() != two.Manifest().Tree() {
			t.Error(err)
		}
	})
	for _, root := range []string{".", "~", "/", "..", "a/.."} {
		o := goServer(t).SFTPOptions
		o.Path, o.InPlace = root, true
		if _, err := SFTPTarget(o).Deploy(t.Context(), sample(1, "1"), options()); !errors.Is(err, ErrRoot) {
			t.Errorf("root %s: %v", root, err)
		}
	}
}

// standsIn wants the files of a site in a folder; others may be there for a while.
func standsIn(t *testing.T, dir string, want site) {
	t.Helper()
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != text {
			t.Errorf("%s: %.40q, %v", name, got, err)
		}
	}
}
