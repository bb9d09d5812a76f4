package deploy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gongkai/internal/publish"
)

// What people do to a target from outside: each of these once went wrong.

// eachFolder runs a test over a folder in both modes.
func eachFolder(t *testing.T, test func(t *testing.T, target Target, dir string)) {
	t.Run("releases", func(t *testing.T) { target, dir := folder(t); test(t, target, dir) })
	t.Run("in-place", func(t *testing.T) { x := hostSpot(t); test(t, x.Target, x.dir) })
}

// The forms that build --precompress adds to a notice are no part of the text that is removed, and those of the text are.
func TestPurgePrecompressed(t *testing.T) {
	eachFolder(t, func(t *testing.T, target Target, dir string) {
		opt := options()
		at := stem(removedPath)
		held := secretSite("1").with(site{removedPath + ".gz": secret, removedPath + ".br": secret, at + ".txt": secret, at + ".txt.gz": secret})
		deployed(t, target, held, opt)
		notice := noticeSite("2").with(site{removedPath + ".gz": "a notice", removedPath + ".br": "a notice"})
		_, err := target.Deploy(t.Context(), notice.with(site{at + ".txt.gz": secret}), opt)
		same(t, "refused", refused(t, err), []string{"deploy-purge " + at + ".txt.gz"})
		r := deployed(t, target, notice, opt)
		if len(r.Purged) != 1 {
			t.Errorf("purged %v", r.Purged)
		}
		vanished(t, filepath.Dir(dir), secret)
		if r, err := target.Purge(t.Context(), removedPath, opt); err != nil || !r.Unchanged {
			t.Errorf("nothing left to purge: %+v, %v", r, err)
		}
	})
}

// Without current nobody knows what was published; a report that is removed goes from the kept releases all the same.
func TestPurgeWithoutCurrent(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	held := deployed(t, target, secretSite("1"), opt)
	must(t, os.Remove(filepath.Join(dir, "current")))
	r := deployed(t, target, noticeSite("2"), opt)
	same(t, "purged", r.Purged, []string{held.Record.ID})
	vanished(t, dir, secret)
	tidy(t, dir)
}

// The release that was current until a deploy stays, however old it is: rollback leads back to it.
func TestKeepsWhatWasCurrent(t *testing.T) {
	eachFolder(t, func(t *testing.T, target Target, _ string) {
		opt := options()
		opt.Keep = 2
		first := deployed(t, target, sample(2, "1"), opt)
		deployed(t, target, sample(2, "2"), opt)
		deployed(t, target, sample(2, "3"), opt)
		must2(t)(target.Rollback(t.Context(), first.Record.ID, opt))
		deployed(t, target, sample(2, "4"), opt)
		list, err := target.Releases(t.Context())
		must(t, err)
		if len(list) != 3 {
			t.Errorf("%d releases stay, want 3", len(list))
		}
		r, err := target.Rollback(t.Context(), "", opt)
		must(t, err)
		if r.Record.ID != first.Record.ID {
			t.Errorf("rollback leads to %s, not to %s, which was current before", r.Record.ID, first.Record.ID)
		}
	})
}

// A report that moved and was corrected is removed: the build drops its old addresses too, which no refusal keeps, and the release from
// before the move goes although its words were others.
func TestPurgeOfAMovedReport(t *testing.T) {
	eachFolder(t, func(t *testing.T, target Target, dir string) {
		opt := options()
		const old, older = "110100/wjw/2014/zongjie.html", "old/zongjie.shtml"
		first := sample(3, "1").without(removedPath, stem(removedPath)+".json").with(site{old: reportPage("甲", secret+"，初稿", "x.css", 0)})
		moved := sample(3, "2").with(site{old: redirectPage("../2015/zongjie-0.html"), older: redirectPage("../" + removedPath), removedPath: reportPage("甲", secret, "x.css", 1)})
		deployed(t, target, first, opt)
		deployed(t, target, moved, opt)
		_, err := target.Deploy(t.Context(), moved.without(older), opt)
		same(t, "refused", refused(t, err), []string{"deploy-gone " + older})
		final := moved.with(site{removedPath: removedPage}).without(stem(removedPath)+".json", old, older)
		r := deployed(t, target, final, opt)
		if len(r.Purged) != 2 || r.Plan.Count(Gone) != 0 || r.Plan.Others.Removed != 3 {
			t.Errorf("purged %v, %+v", r.Purged, r.Plan)
		}
		vanished(t, filepath.Dir(dir), secret)
	})
}

// A kept release that nobody can read any more neither saves a removed text from being purged nor stops later deploys.
func TestPurgeUnreadable(t *testing.T) {
	eachFolder(t, func(t *testing.T, target Target, dir string) {
		opt := options()
		opt.Keep = 3
		broken := deployed(t, target, secretSite("1"), opt)
		held := deployed(t, target, secretSite("2"), opt)
		name := filepath.Join(dir, folderOf(broken.Record.ID), publish.ManifestName)
		if _, err := os.Stat(name); err != nil {
			name = filepath.Join(dir+".gongkai", manifestsName, broken.Record.ID+manifestMark)
		}
		must(t, os.WriteFile(name, []byte("damaged"), 0o644))
		r := deployed(t, target, noticeSite("3"), opt)
		same(t, "purged", r.Purged, []string{broken.Record.ID, held.Record.ID})
		vanished(t, filepath.Dir(dir), secret)
	})
}

// The same where nothing is purged: it goes in its turn.
func TestDropUnreadable(t *testing.T) {
	x := hostSpot(t)
	opt := options()
	opt.Keep = 2
	deployed(t, x, sample(2, "1"), opt)
	broken := deployed(t, x, sample(2, "2"), opt)
	deployed(t, x, sample(2, "3"), opt)
	must(t, os.WriteFile(filepath.Join(x.state, manifestsName, broken.Record.ID+manifestMark), []byte("damaged"), 0o644))
	for _, v := range []string{"4", "5", "6"} {
		deployed(t, x, sample(2, v), opt)
		x.shows(t, sample(2, v))
	}
	x.tidied(t)
}

// After a repair rollback leads to the release before the damaged one.
func TestRollbackAfterRepair(t *testing.T) {
	eachFolder(t, func(t *testing.T, target Target, dir string) {
		opt := options()
		one := deployed(t, target, sample(2, "1"), opt)
		deployed(t, target, sample(2, "2"), opt)
		at := dir
		if _, err := os.Stat(filepath.Join(dir, "current")); err == nil {
			at = filepath.Join(dir, "current")
		}
		must(t, os.Remove(filepath.Join(at, "about.html")))
		if r := deployed(t, target, sample(2, "2"), opt); r.Unchanged {
			t.Fatal("nothing was repaired")
		}
		r, err := target.Rollback(t.Context(), "", opt)
		must(t, err)
		if r.Record.ID != one.Record.ID || r.Unchanged {
			t.Errorf("rollback leads to %s, want %s", r.Record.ID, one.Record.ID)
		}
	})
}

// A folder in which others have files is not taken over, and nothing is written there.
func TestForeignFolder(t *testing.T) {
	for _, name := range []string{"index.html", "releases/v1.0.zip", "releases.jsonl/x"} {
		t.Run(name, func(t *testing.T) {
			target, dir := folder(t)
			putFile(t, filepath.Join(dir, name), "of others")
			must(t, os.MkdirAll(filepath.Join(dir, "lost+found"), 0o755))
			before := below(t, dir)
			_, err := target.Plan(t.Context(), sample(1, "1"), options())
			if !errors.Is(err, ErrNotOurs) {
				t.Errorf("plan: %v", err)
			}
			_, err = target.Deploy(t.Context(), sample(1, "1"), options())
			if !errors.Is(err, ErrNotOurs) || !strings.Contains(problemOf(err).Message.ZH, strings.SplitN(name, "/", 2)[0]) {
				t.Errorf("deploy: %v", err)
			}
			if after := below(t, dir); !slices.Equal(after.Manifest().Bytes(), before.Manifest().Bytes()) {
				t.Errorf("something was written: %v", after)
			}
		})
	}
	target, dir := folder(t)
	putFile(t, filepath.Join(dir, ".ssh/authorized_keys"), "a home folder")
	must(t, os.MkdirAll(filepath.Join(dir, "lost+found"), 0o755))
	deployed(t, target, sample(1, "1"), options())
}

func putFile(t *testing.T, name, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755))
	must(t, os.WriteFile(name, []byte(text), 0o644))
}

func problemOf(err error) *publish.Problem {
	var p *publish.Problem
	if errors.As(err, &p) {
		return p
	}
	return &publish.Problem{}
}

// Going back or purging where nothing was published writes nothing into a folder of others.
func TestNothingToGoBackTo(t *testing.T) {
	target, dir := folder(t)
	putFile(t, filepath.Join(dir, "index.html"), "of others")
	if _, err := target.Rollback(t.Context(), "", options()); !errors.Is(err, ErrNoSuch) {
		t.Errorf("rollback: %v", err)
	}
	if _, err := target.Purge(t.Context(), removedPath, options()); !errors.Is(err, ErrNoSuch) {
		t.Errorf("purge: %v", err)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("something was written: %v", entries)
	}
}

// A lock that lasts longer than any lease, of a machine whose clock is wrong, is not to be waited for.
func TestLockOfAWrongClock(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	deployed(t, target, sample(1, "1"), opt)
	for expires, want := range map[string]string{"2026-11-22T00:02:00Z": "请等它结束", "2099-01-01T00:00:00Z": "删去目标的 lock"} {
		putFile(t, filepath.Join(dir, "lock"), `{"who":"wang@web2","host":"web2","pid":3,"since":"2026-11-22T00:00:00Z","expires":"`+expires+`","token":"x"}`)
		_, err := target.Deploy(t.Context(), sample(1, "2"), opt)
		if p := problemOf(err); p.Kind != ErrLocked || !strings.Contains(p.Hint.ZH, want) {
			t.Errorf("%s: %v", expires, err)
		}
	}
}

// A release that is lost is told as such: not taken for a target to which nothing was published.
func TestLostRelease(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	one := deployed(t, target, sample(2, "1"), opt)
	two := deployed(t, target, sample(2, "2"), opt)

	must(t, os.Remove(filepath.Join(dir, folderOf(one.Record.ID), publish.ManifestName)))
	_, err := target.Rollback(t.Context(), "", opt)
	if p := problemOf(err); p.Kind != ErrVerify || !strings.Contains(p.Message.EN, one.Record.ID) {
		t.Errorf("rollback: %v", err)
	}
	must(t, os.RemoveAll(filepath.Join(dir, folderOf(two.Record.ID))))
	plan, err := target.Plan(t.Context(), sample(2, "3"), opt)
	if p := problemOf(err); plan != nil || p.Kind != ErrVerify || !strings.Contains(p.Message.EN, two.Record.ID) {
		t.Errorf("plan: %+v, %v", plan, err)
	}
	if _, err := target.Current(t.Context()); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("current: %v", err)
	}
}

// A release of which files are lost is not gone back to, and the message says that it is that release.
func TestRollbackToDamage(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	one := deployed(t, target, sample(2, "1"), opt)
	deployed(t, target, sample(2, "2"), opt)
	must(t, os.Remove(filepath.Join(dir, folderOf(one.Record.ID), removedPath)))
	_, err := target.Rollback(t.Context(), "", opt)
	if p := problemOf(err); p.Kind != ErrVerify || !strings.Contains(p.Message.ZH, one.Record.ID) || strings.Contains(p.Message.ZH, "送到") {
		t.Errorf("got %v", err)
	}
}

// Compressed forms of an attachment may come and go.
func TestWithoutPrecompress(t *testing.T) {
	target, _ := folder(t)
	opt := options()
	at := stem(removedPath) + "/附表.csv"
	plain := sample(2, "1").with(site{at: "1"})
	deployed(t, target, plain.with(site{at + ".gz": "1", at + ".br": "1"}), opt)
	deployed(t, target, plain, opt)
	_, err := target.Deploy(t.Context(), plain.without(at), opt)
	same(t, "refused", refused(t, err), []string{"deploy-gone " + at})
}

// A target's path that is no folder is named, with what to do.
func TestTargetIsNoFolder(t *testing.T) {
	for name, place := range map[string]func(string) error{
		"a file":          func(dir string) error { return os.WriteFile(dir, nil, 0o644) },
		"a loop":          func(dir string) error { return os.Symlink("www", dir) },
		"a dangling link": func(dir string) error { return os.Symlink("nowhere", dir) },
	} {
		t.Run(name, func(t *testing.T) {
			eachFolder(t, func(t *testing.T, target Target, dir string) {
				must(t, place(dir))
				for what, do := range map[string]func() error{
					"plan":     func() error { _, err := target.Plan(t.Context(), sample(1, "1"), options()); return err },
					"deploy":   func() error { _, err := target.Deploy(t.Context(), sample(1, "1"), options()); return err },
					"rollback": func() error { _, err := target.Rollback(context.Background(), "", options()); return err },
					"releases": func() error { _, err := target.Releases(t.Context()); return err },
				} {
					if p := problemOf(do()); !strings.Contains(p.Message.ZH, dir) || !strings.Contains(p.Message.ZH, "文件夹") || p.Hint.ZH == "" {
						t.Errorf("%s: %+v", what, p)
					}
				}
			})
		})
	}
}
