package deploy

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The words of the report that is removed; nothing below the target may hold them afterwards.
const secret = "不该公开的一段话"

const removedPath = "110100/wjw/2015/zongjie-0.html"

// secretSite holds them in a report, its data and attachment, an index, a feed and a hashed shard of a search index.
func secretSite(version string) site {
	shard, text := asset("search", ".bin", version+secret)
	css, _ := asset("site", ".css", "body{--version:"+version+"}")
	return sample(5, version).with(site{
		removedPath:                   reportPage("第0号工作总结", secret, css, 0),
		stem(removedPath) + ".json":   `{"text":"` + secret + `"}`,
		stem(removedPath) + "/附表.csv": secret,
		"110100/index.html":           `<!doctype html><body class="district">` + secret,
		"feed.xml":                    "<feed>" + secret + version + "</feed>",
		shard:                         text,
	})
}

// without the report: only the notice is left of it.
func noticeSite(version string) site {
	x := sample(5, version).without(stem(removedPath) + ".json")
	x[removedPath] = removedPage
	x["110100/index.html"] = `<!doctype html><body class="district">`
	return x
}

func vanished(t *testing.T, dir string, words string) {
	t.Helper()
	if l := holdsText(t, dir, words); len(l) > 0 {
		t.Errorf("the text still stands in %v", l)
	}
}

func TestPurgeOnDeploy(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	before := deployed(t, target, sample(5, "0").without(removedPath, stem(removedPath)+".json"), opt)
	one := deployed(t, target, secretSite("1"), opt)
	two := deployed(t, target, secretSite("2"), opt)
	if len(holdsText(t, dir, secret)) == 0 {
		t.Fatal("the test looks for nothing")
	}
	next := noticeSite("3")
	r := deployed(t, target, next, opt)
	vanished(t, dir, secret)
	serves(t, dir, next)
	tidy(t, dir)
	same(t, "purged", r.Purged, []string{one.Record.ID, two.Record.ID})
	same(t, "releases", releasesOf(t, dir), []string{before.Record.ID, r.Record.ID})
	if l := logged(t, filepath.Join(dir, "releases.jsonl")); !slices.Equal(l[3].Purged, r.Purged) {
		t.Errorf("%+v", l[3])
	}
	// Pages of the release before that are half loaded keep their style.
	css, _ := asset("site", ".css", "body{--version:2}")
	if _, err := os.Stat(filepath.Join(dir, "current", css)); err != nil {
		t.Error(err)
	}
	if _, err := target.Rollback(t.Context(), two.Record.ID, opt); !errors.Is(err, ErrNoSuch) {
		t.Errorf("rollback to a purged release: %v", err)
	}
	deployed(t, target, noticeSite("4"), opt)
	vanished(t, dir, secret)
}

// The text stood at an older address once; the release of that time goes too.
func TestPurgeFindsEarlierAddresses(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	const old = "110100/wjw/2014/zongjie.html"
	first := sample(3, "1").without(removedPath, stem(removedPath)+".json").with(site{old: reportPage("甲", secret+"，初稿", "x.css", 0)})
	moved := sample(3, "2").with(site{old: redirectPage("../2015/zongjie-0.html"), removedPath: reportPage("甲", secret, "x.css", 1)})
	final := moved.with(site{removedPath: removedPage}).without(stem(removedPath) + ".json")
	deployed(t, target, first, opt)
	deployed(t, target, moved, opt)
	r := deployed(t, target, final, opt)
	vanished(t, dir, secret)
	if len(r.Purged) != 2 {
		t.Errorf("purged %v", r.Purged)
	}
	serves(t, dir, final)
	tidy(t, dir)
}

func TestPurgeCommand(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	if _, err := target.Purge(t.Context(), removedPath, opt); !errors.Is(err, ErrNoSuch) {
		t.Errorf("of nothing: %v", err)
	}
	clean := sample(5, "0").without(removedPath, stem(removedPath)+".json")
	deployed(t, target, clean, opt)
	held := deployed(t, target, secretSite("1"), opt)
	_, err := target.Purge(t.Context(), "/"+strings.TrimSuffix(removedPath, ".html"), opt)
	same(t, "refused", refused(t, err), []string{"deploy-purge " + removedPath})

	// A rollback to before the report leaves it in the release after.
	if _, err := target.Rollback(t.Context(), "", opt); err != nil {
		t.Fatal(err)
	}
	r, err := target.Purge(t.Context(), removedPath, opt)
	must(t, err)
	same(t, "purged", r.Purged, []string{held.Record.ID})
	vanished(t, dir, secret)
	serves(t, dir, clean)
	tidy(t, dir)
	if r, err = target.Purge(t.Context(), removedPath, opt); err != nil || !r.Unchanged {
		t.Errorf("again: %+v, %v", r, err)
	}
	if l := logged(t, filepath.Join(dir, "releases.jsonl")); len(l) != 4 || l[3].Action != "purge" {
		t.Errorf("%+v", l)
	}
	for _, bad := range []string{"", "/", "a\nb", ".git/x"} {
		if _, err := target.Purge(t.Context(), bad, opt); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}
