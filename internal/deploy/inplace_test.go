package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gongkai/internal/publish"
)

const firstPage = "110100/wjw/2015/zongjie-0.html"

func TestInPlace(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		local := filepath.Join(t.TempDir(), "releases.jsonl")
		opt := options()
		opt.LocalLog, opt.Commit = local, "c0ffee"
		opt.Built = publish.Info{Version: "1.2.0"}
		if _, err := x.Current(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("current of nothing: %v", err)
		}
		if l, err := x.Releases(t.Context()); err != nil || len(l) != 0 {
			t.Errorf("releases of nothing: %v, %v", l, err)
		}
		if _, err := x.Rollback(t.Context(), "", opt); !errors.Is(err, ErrNoSuch) {
			t.Errorf("rollback of nothing: %v", err)
		}
		one := sample(12, "1")
		plan, err := x.Plan(t.Context(), one, opt)
		must(t, err)
		if plan.Count(Added) != 13 || plan.SendFiles != len(one) || plan.Unchanged() {
			t.Errorf("plan: %d new, %d to send", plan.Count(Added), plan.SendFiles)
		}
		if got := x.readers(t); len(got) > 0 {
			t.Errorf("the plan has written %d files", len(got))
		}
		first := deployed(t, x, one, opt)
		if first.Sent != len(one) || first.Unchanged {
			t.Errorf("first: %d sent", first.Sent)
		}
		x.shows(t, one)
		x.tidied(t)

		again := deployed(t, x, one, opt)
		if !again.Unchanged || again.Sent != 0 || again.Record.ID != first.Record.ID {
			t.Errorf("unchanged: %+v", again)
		}
		two := one.with(site{firstPage: reportPage("第0号工作总结", "改正后的正文。", "x.css", 1)})
		second := deployed(t, x, two, opt)
		if second.Sent != 1 || second.Plan.Count(Edited) != 1 || second.Record.Previous != first.Record.ID {
			t.Errorf("one changed: %d sent, %+v", second.Sent, second.Record)
		}
		x.shows(t, two)
		x.tidied(t)
		m, err := x.Current(t.Context())
		must(t, err)
		if m.Tree() != two.Manifest().Tree() {
			t.Error("current is not the second")
		}
		withdrawn := two.with(site{firstPage: strings.Replace(two[firstPage], "<article>", `<article><p class="banner withdrawn">已撤下</p>`, 1)})
		if r := deployed(t, x, withdrawn, opt); r.Sent != 1 || r.Plan.Count(Withdrawn) != 1 {
			t.Errorf("one withdrawn: %d sent", r.Sent)
		}
		x.shows(t, withdrawn)
		for _, name := range []string{filepath.Join(x.state, "releases.jsonl"), local} {
			l := logged(t, name)
			if len(l) != 3 || l[0].ID != first.Record.ID || l[1].Previous != l[0].ID || l[1].Changes.Changed != 1 || l[1].Commit != "c0ffee" || l[1].Version != "1.2.0" || l[1].By.Name() != "li@web1" {
				t.Errorf("%s: %+v", name, l)
			}
		}
		list, err := x.Releases(t.Context())
		must(t, err)
		if len(list) != 3 || !list[0].Current || list[1].ID != second.Record.ID || list[1].Changes.Changed != 1 {
			t.Errorf("releases: %+v", list)
		}
	})
}

func TestInPlaceRollback(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		one := sample(6, "1").with(site{"old/a.shtml": redirectPage("../index.html")})
		two := sample(6, "2").with(site{"old/a.shtml": redirectPage("../about.html"), "pictures/a.png": "png", "years/2020/index.html": "<!doctype html><body class=year>"})
		first := deployed(t, x, one, opt)
		second := deployed(t, x, two, opt)
		x.shows(t, two)
		r, err := x.Rollback(t.Context(), "", opt)
		must(t, err)
		if r.Sent != 0 || r.Record.Action != "rollback" || r.Record.ID != first.Record.ID || r.Record.Previous != second.Record.ID {
			t.Errorf("rollback: %d sent, %+v", r.Sent, r.Record)
		}
		x.shows(t, one)
		x.tidied(t)
		if r, err := x.Rollback(t.Context(), first.Record.ID, opt); err != nil || !r.Unchanged {
			t.Errorf("to the current one: %+v, %v", r, err)
		}
		must2(t)(x.Rollback(t.Context(), second.Record.ID[:20], opt))
		x.shows(t, two)
		x.tidied(t)
		list, err := x.Releases(t.Context())
		must(t, err)
		if len(list) != 2 || !list[0].Current {
			t.Errorf("releases: %+v", list)
		}
		if _, err := x.Rollback(t.Context(), "20990101", opt); !errors.Is(err, ErrNoSuch) {
			t.Errorf("no such release: %v", err)
		}
		// A deploy of what was published before takes its bytes from what was saved.
		if r := deployed(t, x, one, opt); r.Sent != 0 {
			t.Errorf("the first again: %d sent", r.Sent)
		}
		x.shows(t, one)
		x.tidied(t)
	})
}

func must2(t testing.TB) func(*Result, error) {
	return func(_ *Result, err error) {
		t.Helper()
		must(t, err)
	}
}

func TestInPlaceKeep(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		opt.Keep = 2
		var assets []string
		for i, v := range []string{"1", "2", "3", "4", "5"} {
			now := sample(3, v)
			r := deployed(t, x, now, opt)
			x.shows(t, now)
			x.tidied(t)
			name, _ := asset("site", ".css", "body{--version:"+v+"}")
			assets = append(assets, name)
			got := x.readers(t)
			for j, name := range assets {
				if _, there := got[name]; there != (j >= len(assets)-3) {
					t.Errorf("after %s: the asset of deploy %d is there: %v", v, j+1, there)
				}
			}
			if want := max(0, i-2); want > 0 && len(r.Dropped) != 1 {
				t.Errorf("after %s: dropped %v", v, r.Dropped)
			}
		}
		list, err := x.Releases(t.Context())
		must(t, err)
		if len(list) != 3 {
			t.Errorf("%d releases stay, want 3", len(list))
		}
		for range 2 {
			must2(t)(x.Rollback(t.Context(), "", opt))
		}
		x.shows(t, sample(3, "3"))
	})
}

func TestInPlacePurge(t *testing.T) {
	const words = "第0号报告的正文"
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		one := sample(8, "1").with(site{stem(firstPage) + "/表.csv": words + ",1"})
		two := one.with(site{"feed.xml": "<feed>" + words + "</feed>"})
		deployed(t, x, one, opt)
		deployed(t, x, two, opt)
		if _, err := x.Purge(t.Context(), firstPage, opt); len(refused(t, err)) != 1 {
			t.Error(err)
		}
		removed := two.with(site{firstPage: removedPage, "feed.xml": "<feed>3</feed>"}).without(stem(firstPage)+".json", stem(firstPage)+"/表.csv")
		r := deployed(t, x, removed, opt)
		if len(r.Purged) != 2 || r.Plan.Count(Erased) != 1 {
			t.Errorf("purged %v", r.Purged)
		}
		x.shows(t, removed)
		x.tidied(t)
		if l := holdsText(t, filepath.Dir(x.dir), words); len(l) > 0 {
			t.Errorf("the text is still in %v", l)
		}
		if r, err := x.Purge(t.Context(), firstPage, opt); err != nil || !r.Unchanged {
			t.Errorf("nothing left to purge: %+v, %v", r, err)
		}
		if _, err := x.Rollback(t.Context(), "", opt); !errors.Is(err, ErrNoSuch) {
			t.Errorf("rollback to a purged release: %v", err)
		}
	})
}

// TestInPlaceNotOurs: what others put there is neither overwritten nor removed.
func TestInPlaceNotOurs(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		x.write(x.site+"photo.jpg", "jpg")
		x.write(x.site+"docs/a.txt", "a")
		opt := options()
		_, err := x.Deploy(t.Context(), sample(3, "1"), opt)
		var p *publish.Problem
		if !errors.Is(err, ErrNotOurs) || !errors.As(err, &p) || !strings.Contains(p.Message.ZH, "docs/a.txt") {
			t.Errorf("a place of others: %v", err)
		}
		if got := x.readers(t); len(got) != 2 {
			t.Errorf("it was touched: %v", got)
		}
		must(t, os.Remove(filepath.Join(x.dir, "photo.jpg")))
		must(t, os.RemoveAll(filepath.Join(x.dir, "docs")))
		deployed(t, x, sample(3, "1"), opt)
		x.write(x.site+"docs/a.txt", "a")
		x.write(x.site+"robots.txt", "mine")
		two := sample(3, "2")
		if r := deployed(t, x, two, opt); len(r.Notes) != 1 || !strings.Contains(r.Notes[0].ZH, "docs/a.txt") {
			t.Errorf("notes: %v", r.Notes)
		}
		_, err = x.Deploy(t.Context(), two.with(site{"robots.txt": "ours"}), opt)
		same(t, "refused", refused(t, err), []string{"deploy-foreign robots.txt"})
		got := x.readers(t)
		if got["docs/a.txt"] != "a" || got["robots.txt"] != "mine" {
			t.Errorf("files of others were touched")
		}
	})
}

// TestInPlaceRepairs: what was damaged behind the back of deploy is sent anew; a site that was sent there by other means is taken over.
func TestInPlaceRepairs(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		one := sample(5, "1")
		first := deployed(t, x, one, opt)
		x.write(x.site+firstPage, "defaced")
		must(t, os.Remove(filepath.Join(x.dir, "feed.xml")))
		plan, err := x.Plan(t.Context(), one, opt)
		must(t, err)
		if plan.SendFiles != 2 || plan.Unchanged() {
			t.Errorf("plan: %d to send", plan.SendFiles)
		}
		r := deployed(t, x, one, opt)
		if r.Sent != 2 || r.Record.ID != first.Record.ID {
			t.Errorf("repaired: %d sent, %s", r.Sent, r.Record.ID)
		}
		x.shows(t, one)
		x.tidied(t)

		must(t, os.RemoveAll(x.state))
		if r := deployed(t, x, one, opt); r.Sent != 0 {
			t.Errorf("without the state: %d sent", r.Sent)
		}
		two := sample(5, "2")
		deployed(t, x, two, opt)
		x.shows(t, two)
		must2(t)(x.Rollback(t.Context(), "", opt))
		x.shows(t, one)
	})
}

func TestInPlaceLock(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		deployed(t, x, sample(3, "1"), opt)
		now := opt.Now()
		text, err := json.Marshal(holder{Who: "wang@web2", Host: "web2", PID: 4711, Since: now, Expires: now.Add(leaseTime), Token: "x"})
		must(t, err)
		x.write(x.kept+lockName, string(text))
		var problem *publish.Problem
		if _, err := x.Deploy(t.Context(), sample(3, "2"), opt); !errors.Is(err, ErrLocked) || !errors.As(err, &problem) || !strings.Contains(problem.Message.ZH, "wang@web2") {
			t.Errorf("held by another: %v", err)
		}
		x.shows(t, sample(3, "1"))
		r := deployed(t, x, sample(3, "2"), later(opt, 2*leaseTime))
		if len(r.Notes) != 1 || !strings.Contains(r.Notes[0].ZH, "wang@web2") {
			t.Errorf("taken over: %v", r.Notes)
		}
		x.shows(t, sample(3, "2"))
		x.tidied(t)
	})
}

func TestInPlaceTwoDeployers(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		deployed(t, x, sample(5, "0"), options())
		sites := []site{sample(20, "1"), sample(20, "2")}
		errs := make([]error, len(sites))
		var wg sync.WaitGroup
		for i := range sites {
			wg.Go(func() {
				opt := options()
				opt.MaxDelete = -1
				_, errs[i] = x.Deploy(context.Background(), sites[i], opt)
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil && !errors.Is(err, ErrLocked) {
				t.Error(err)
			}
		}
		m, err := x.Current(t.Context())
		must(t, err)
		switch m.Tree() {
		case sites[0].Manifest().Tree():
			x.shows(t, sites[0])
		case sites[1].Manifest().Tree():
			x.shows(t, sites[1])
		default:
			t.Errorf("neither came through: %v", errs)
		}
		x.tidied(t)
	})
}

// TestInPlaceGoesBack: when readers do not get what was built, they get again what they had.
func TestInPlaceGoesBack(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		bad := options()
		bad.Check = func(context.Context, publish.Manifest) error { return errors.New("the address answers otherwise") }
		if _, err := x.Deploy(t.Context(), sample(4, "0"), bad); !errors.Is(err, ErrVerify) {
			t.Errorf("first: %v", err)
		}
		if got := x.readers(t); len(got) > 0 {
			t.Errorf("the first deploy was not taken back: %d files", len(got))
		}
		opt := options()
		one := sample(4, "1")
		deployed(t, x, one, opt)
		_, err := x.Deploy(t.Context(), sample(6, "2"), bad)
		if !errors.Is(err, ErrVerify) {
			t.Errorf("second: %v", err)
		}
		x.shows(t, one)
		if r := deployed(t, x, one, opt); !r.Unchanged {
			t.Errorf("after that: %+v", r)
		}
		two := sample(6, "2")
		deployed(t, x, two, opt)
		x.shows(t, two)
		x.tidied(t)
	})
}

// TestInPlaceInterrupted: whoever stops a deploy finds it going on the next time.
func TestInPlaceInterrupted(t *testing.T) {
	stopped := func(t *testing.T, x spot, now site, at int) {
		ctx, cancel := context.WithCancel(t.Context())
		opt := options()
		opt.Progress = func(phase string, done, _ int) {
			if phase == "send" && done == at {
				cancel()
			}
		}
		if _, err := x.Deploy(ctx, now, opt); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	}
	onBoth(t, func(t *testing.T, x spot) {
		first := linked(4, "0").with(site{"only/first.txt": "1"})
		stopped(t, x, first, len(first)-1)
		if _, err := x.Current(t.Context()); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("published already: %v", err)
		}
		old := linked(8, "1")
		deployed(t, x, old, options())
		x.shows(t, old)
		x.tidied(t)

		now := linked(8, "2")
		stopped(t, x, now, 21) // of which ten are saved
		x.whole(t, old, now)
		r := deployed(t, x, now, options())
		if len(r.Notes) != 1 || r.Sent >= len(r.Plan.Added)+len(r.Plan.Changed) {
			t.Errorf("%d sent, %v", r.Sent, r.Notes)
		}
		x.shows(t, now)
		x.tidied(t)

		stopped(t, x, old, 9)
		if r := deployed(t, x, now, options()); r.Record.Tree != now.Manifest().Tree().String() { // on second thoughts
			t.Errorf("%+v", r.Record)
		}
		x.shows(t, now)
		x.tidied(t)
	})
}

// TestInPlaceLostLock: another takes the lock over meanwhile.
func TestInPlaceLostLock(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		old, now := linked(4, "1"), linked(4, "2")
		deployed(t, x, old, options())
		opt := options()
		opt.Progress = func(phase string, done, _ int) {
			if phase == "send" && done == 9 {
				x.write(x.kept+lockName, `{"who":"wang@web2","host":"web2","pid":1,"expires":"2026-11-22T01:00:00Z"}`)
			}
		}
		if _, err := x.Deploy(t.Context(), now, opt); !errors.Is(err, ErrLostLock) {
			t.Errorf("got %v", err)
		}
		x.whole(t, old, now)
		if m, err := x.Current(t.Context()); err != nil || m.Tree() != old.Manifest().Tree() {
			t.Errorf("it was published all the same: %v", err)
		}
	})
}

// TestInPlaceTampered: another program changes a file while it is published.
func TestInPlaceTampered(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		old, now := linked(4, "1"), linked(4, "2")
		deployed(t, x, old, options())
		opt := options()
		tampered := false
		opt.Progress = func(phase string, done, all int) {
			if phase == "send" && done == all && all > 0 && !tampered {
				tampered = true
				x.write(x.site+firstPage, "defaced")
			}
		}
		var p *publish.Problem
		if _, err := x.Deploy(t.Context(), now, opt); !errors.Is(err, ErrVerify) || !errors.As(err, &p) || !strings.Contains(p.Message.ZH, firstPage) {
			t.Errorf("got %v", err)
		}
		x.shows(t, old)
		deployed(t, x, now, options())
		x.shows(t, now)
		x.tidied(t)
	})
}

// TestInPlaceWay: where the old site has a file, the new one has a folder, and the other way round.
func TestInPlaceWay(t *testing.T) {
	onBoth(t, func(t *testing.T, x spot) {
		opt := options()
		one := sample(2, "1").with(site{"data": "file", "more/list": "file"})
		two := sample(2, "2").with(site{"data/list.csv": "a", "more": "file"})
		for _, now := range []site{one, two, one} {
			deployed(t, x, now, opt)
			x.shows(t, now)
		}
	})
}
