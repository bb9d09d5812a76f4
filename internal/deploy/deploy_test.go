package deploy

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

func TestFolder(t *testing.T) {
	target, dir := folder(t)
	local := filepath.Join(t.TempDir(), "releases.jsonl")
	opt := options()
	opt.LocalLog, opt.Commit = local, "c0ffee"
	opt.Built = publish.Info{Version: "1.2.0", Waived: []publish.Waived{{Path: "content/a.md", Rule: "sum-mismatch", Reason: "已核"}}}

	if _, err := target.Current(t.Context()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("current of nothing: %v", err)
	}
	if l, err := target.Releases(t.Context()); err != nil || len(l) != 0 {
		t.Errorf("releases of nothing: %v, %v", l, err)
	}
	one := sample(20, "1")
	plan, err := target.Plan(t.Context(), one, opt)
	must(t, err)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the plan has made the target's folder")
	}
	if plan.Count(Added) != 21 || plan.SendFiles != len(one) || plan.Unchanged() || plan.Others.Added != len(one)-21 {
		t.Errorf("plan: %d new, %d to send, %+v", plan.Count(Added), plan.SendFiles, plan.Others)
	}
	first := deployed(t, target, one, opt)
	if first.Sent != len(one) || first.Linked != 0 || first.Unchanged {
		t.Errorf("first: %+v", first)
	}
	serves(t, dir, one)
	tidy(t, dir)

	again := deployed(t, target, one, opt)
	if !again.Unchanged || again.Sent != 0 || again.Record.ID != first.Record.ID {
		t.Errorf("unchanged: %+v", again)
	}
	two := one.with(site{"110100/wjw/2015/zongjie-0.html": reportPage("第0号工作总结", "改正后的正文。", "x.css", 1)})
	second := deployed(t, target, two, opt)
	if second.Sent != 1 || second.Linked != len(two)-1 || second.Plan.Count(Edited) != 1 {
		t.Errorf("second: %+v", second)
	}
	serves(t, dir, two)
	tidy(t, dir)
	a, err := os.Stat(filepath.Join(dir, "releases", first.Record.ID, "index.html"))
	must(t, err)
	b, err := os.Stat(filepath.Join(dir, "current", "index.html"))
	must(t, err)
	if !os.SameFile(a, b) {
		t.Error("an unchanged file is not linked")
	}
	m, err := target.Current(t.Context())
	must(t, err)
	if m.Tree() != two.Manifest().Tree() {
		t.Error("current is not the second")
	}

	for _, name := range []string{filepath.Join(dir, "releases.jsonl"), local} {
		l := logged(t, name)
		if len(l) != 2 || l[0].ID != first.Record.ID || l[1].Previous != l[0].ID || l[1].Changes.Changed != 1 || l[1].Commit != "c0ffee" || l[1].Version != "1.2.0" || len(l[1].Waived) != 1 || l[1].By.Name() != "li@web1" || l[1].Target != "www" {
			t.Errorf("%s: %+v", name, l)
		}
	}
	list, err := target.Releases(t.Context())
	must(t, err)
	if len(list) != 2 || !list[0].Current || list[1].Current || list[0].ID != second.Record.ID || list[0].Tree != m.Tree().String() {
		t.Errorf("releases: %+v", list)
	}
}

func TestKeepAndCarry(t *testing.T) {
	target, dir := folder(t)
	opt := options()
	opt.Keep = 2
	var assets []string
	for _, v := range []string{"1", "2", "3", "4", "5"} {
		x := sample(3, v)
		r := deployed(t, target, x, opt)
		serves(t, dir, x)
		name, _ := asset("site", ".css", "body{--version:"+v+"}")
		assets = append(assets, name)
		for i, name := range assets {
			_, err := os.Stat(filepath.Join(dir, "current", name))
			if kept := i >= len(assets)-3; kept != (err == nil) {
				t.Errorf("after %s: %s of deploy %d: %v", v, name, i+1, err)
			}
		}
		if v == "5" && (len(r.Dropped) != 1 || r.Carried != 4) {
			t.Errorf("dropped %v, carried %d", r.Dropped, r.Carried)
		}
	}
	if n := len(releasesOf(t, dir)); n != 3 {
		t.Errorf("%d releases stay, want 3", n)
	}
	tidy(t, dir)
}

func TestRefusals(t *testing.T) {
	const p = "110100/wjw/2015/zongjie-0.html"
	base := sample(8, "1").with(site{
		"110100/wjw/2015/zongjie-0/表.csv": "甲,1",
		"old/a.shtml":                     redirectPage("../110100/wjw/2015/zongjie-0.html"),
		"years/2015/index.html":           `<!doctype html><body class="year">`,
	})
	changed := reportPage("第0号工作总结", "改了的正文。", "x.css", 0)
	many := options()
	many.MaxDelete = 2
	warned := options()
	warned.FailOn = diag.Warning
	warned.Built.Findings = publish.Findings{Warning: 2, Info: 3}
	for _, c := range []struct {
		name string
		next site
		opt  Options
		want []string
	}{
		{"page gone", base.without(p, "110100/wjw/2015/zongjie-0/表.csv"), options(), []string{"deploy-gone " + p}},
		{"plain page gone", base.without("about.html"), options(), []string{"deploy-gone about.html"}},
		{"alias gone", base.without("old/a.shtml"), options(), []string{"deploy-gone old/a.shtml"}},
		{"attachment gone", base.without("110100/wjw/2015/zongjie-0/表.csv"), options(), []string{"deploy-gone 110100/wjw/2015/zongjie-0/表.csv"}},
		{"index and data may go", base.without("years/2015/index.html", stem(p)+".json"), options(), nil},
		{"withdrawn with its attachment", base.with(site{p: removedPage}).without("110100/wjw/2015/zongjie-0/表.csv", stem(p)+".json"), options(), nil},
		{"withdrawn in part", base.with(site{p: removedPage}).without(stem(p) + ".json"), options(), []string{"deploy-purge 110100/wjw/2015/zongjie-0/表.csv"}},
		{"moved, the attachment too", base.with(site{p: redirectPage("../../../110100/wjw/2016/neu.html"), "110100/wjw/2016/neu/表.csv": "甲,1"}).without("110100/wjw/2015/zongjie-0/表.csv"), options(), nil},
		{"moved, the attachment lost", base.with(site{p: redirectPage("../../../110100/wjw/2016/neu.html")}).without("110100/wjw/2015/zongjie-0/表.csv"), options(), []string{"deploy-gone 110100/wjw/2015/zongjie-0/表.csv"}},
		{"text changed in silence", base.with(site{p: changed}), options(), []string{"unrecorded-change " + p}},
		{"text changed on record", base.with(site{p: reportPage("第0号工作总结", "改了的正文。", "x.css", 1)}), options(), nil},
		{"look changed", base.with(site{p: reportPage("第0号工作总结", "第0号报告的正文。", "y.css", 0)}), options(), nil},
		{"too many deletions", base.without("years/2015/index.html", "404.html", "feed.xml"), many, []string{"deploy-max-delete 404.html"}},
		{"findings", base.with(site{"feed.xml": "<feed/>"}), warned, []string{"deploy-findings public.manifest.json"}},
		{"everything at once", base.without("about.html", "404.html", "feed.xml").with(site{p: changed}), many, []string{"unrecorded-change " + p, "deploy-max-delete 404.html", "deploy-gone about.html"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, dir := folder(t)
			deployed(t, target, base, options())
			plan, err := target.Plan(t.Context(), c.next, c.opt)
			must(t, err)
			if len(plan.Refused) != len(c.want) {
				t.Errorf("plan: %v", plan.Refused)
			}
			_, err = target.Deploy(t.Context(), c.next, c.opt)
			if c.want == nil {
				must(t, err)
				serves(t, dir, c.next)
				return
			}
			same(t, "refused", refused(t, err), c.want)
			serves(t, dir, base)
			tidy(t, dir)
			if n := len(releasesOf(t, dir)); n != 1 {
				t.Errorf("%d releases", n)
			}
		})
	}
}

func TestPlanInWords(t *testing.T) {
	const p = "110100/wjw/2015/zongjie-%.html"
	at := func(n string) string { return strings.ReplaceAll(p, "%", n) }
	base := site{"404.html": "x"}
	for _, n := range []string{"a", "b", "c", "d", "e", "f"} {
		base[at(n)] = reportPage("报告"+n, "正文"+n, "1.css", 0)
	}
	withdrawn := strings.Replace(base[at("c")], "<article>", `<article><p class="banner withdrawn">本报告已撤下。</p>`, 1)
	next := base.with(site{
		at("b"):    reportPage("报告b", "新的正文b", "1.css", 1),
		at("c"):    withdrawn,
		at("d"):    removedPage,
		at("e"):    redirectPage("zongjie-g.html"),
		at("f"):    reportPage("报告f", "正文f", "2.css", 0),
		at("g"):    reportPage("报告&lt;g&gt; 甲<wbr>乙", "正文e", "1.css", 0),
		"404.html": "y", "robots.txt": "z",
	})
	target, _ := folder(t)
	deployed(t, target, base, options())
	plan, err := target.Plan(t.Context(), next, options())
	must(t, err)
	same(t, "steps", plan.Reports, []Step{
		{Added, at("g"), "报告<g> 甲乙"},
		{Edited, at("b"), "报告b"},
		{Withdrawn, at("c"), "报告c"},
		{Erased, at("d"), "报告d"},
		{Moved, at("e"), "报告e"},
		{Redrawn, at("f"), "报告f"},
	})
	if plan.Others != (Changes{Added: 1, Changed: 1}) || plan.Unchanged() || len(plan.Refused) != 0 || plan.SendFiles != 8 {
		t.Errorf("%+v", plan)
	}
	text, err := plan.MarshalJSON()
	must(t, err)
	for _, want := range []string{`"change":"removed"`, `"unchanged":false`, `"title":"报告b"`, `"send":{"files":8,"bytes":`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
}

func TestApprove(t *testing.T) {
	target, dir := folder(t)
	one := sample(3, "1")
	opt := options()
	opt.Approve = func(p *Plan) (bool, error) { return false, nil }
	if _, err := target.Deploy(t.Context(), one, opt); !errors.Is(err, ErrDeclined) {
		t.Errorf("got %v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("something was made all the same")
	}
	// Another publishes while the plan is looked at.
	opt.Approve = func(p *Plan) (bool, error) {
		deployed(t, target, one.with(site{"110100/wjw/2015/zongjie-9.html": reportPage("别人的报告", "正文", "x", 0)}), options())
		return true, nil
	}
	if _, err := target.Deploy(t.Context(), one.with(site{"110100/wjw/2015/zongjie-9.html": removedPage}), opt); !errors.Is(err, ErrMoved) {
		t.Errorf("got %v", err)
	}
	if n := len(releasesOf(t, dir)); n != 1 {
		t.Errorf("%d releases", n)
	}
}

func TestWrongSource(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "public")
	one := sample(5, "1")
	build := func() {
		for name, text := range one {
			must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
			must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		must(t, os.WriteFile(filepath.Join(dir, publish.ManifestName), one.Manifest().Bytes(), 0o644))
	}
	if _, err := OpenFolder(dir); !errors.Is(err, ErrSource) {
		t.Errorf("no folder: %v", err)
	}
	build()
	must(t, os.WriteFile(filepath.Join(dir, "feed.xml"), []byte("<feed>tampered</feed>"), 0o644))
	src, err := OpenFolder(dir)
	must(t, err)
	target, place := folder(t)
	if _, err := target.Deploy(t.Context(), src, options()); !errors.Is(err, ErrSource) || !strings.Contains(err.Error(), "feed.xml") {
		t.Errorf("changed bytes: %v", err)
	}
	must(t, src.Close())
	if _, err := os.Lstat(filepath.Join(place, "current")); err == nil {
		t.Error("it was switched in")
	}
	must(t, os.Remove(filepath.Join(dir, "about.html")))
	if _, err := OpenFolder(dir); !errors.Is(err, ErrSource) || !strings.Contains(err.Error(), "about.html") {
		t.Errorf("a missing file: %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, publish.ManifestName)))
	if _, err := OpenFolder(dir); !errors.Is(err, ErrSource) {
		t.Errorf("no manifest: %v", err)
	}
	build()
	src, err = OpenFolder(dir)
	must(t, err)
	defer src.Close()
	deployed(t, target, src, options())
	serves(t, place, one)
	tidy(t, place)
}

func TestNotOurs(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(dir string) error
	}{
		{"a folder", func(dir string) error { return os.Mkdir(filepath.Join(dir, "current"), 0o755) }},
		{"a file", func(dir string) error { return os.WriteFile(filepath.Join(dir, "current"), nil, 0o644) }},
		{"a link elsewhere", func(dir string) error { return os.Symlink("../../etc", filepath.Join(dir, "current")) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, dir := folder(t)
			must(t, os.MkdirAll(dir, 0o755))
			must(t, c.make(dir))
			_, err := target.Deploy(t.Context(), sample(1, "1"), options())
			if !errors.Is(err, ErrNotOurs) {
				t.Errorf("got %v", err)
			}
			entries, err := os.ReadDir(dir)
			must(t, err)
			if len(entries) != 1 {
				t.Errorf("something was written: %v", entries)
			}
		})
	}
}

// A deploy whose readers get something else takes itself back.
func TestCheckTakesBack(t *testing.T) {
	target, dir := folder(t)
	one, two := sample(5, "1"), sample(5, "2")
	opt := options()
	opt.Check = func(context.Context, publish.Manifest) error { return errors.New("the server answers 500") }
	if _, err := target.Deploy(t.Context(), one, opt); !errors.Is(err, ErrVerify) {
		t.Errorf("first: %v", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "current")); err == nil {
		t.Error("the first deploy stands")
	}
	deployed(t, target, one, options())
	_, err := target.Deploy(t.Context(), two, opt)
	if !errors.Is(err, ErrVerify) || !strings.Contains(err.Error(), "500") {
		t.Errorf("second: %v", err)
	}
	serves(t, dir, one)
	tidy(t, dir)
	if n := len(logged(t, filepath.Join(dir, "releases.jsonl"))); n != 1 {
		t.Errorf("%d lines in the log", n)
	}
	deployed(t, target, two, options())
	serves(t, dir, two)
}

// Published files that are missing or damaged are published anew.
func TestRepair(t *testing.T) {
	target, dir := folder(t)
	one := sample(5, "1")
	deployed(t, target, one, options())
	must(t, os.Remove(filepath.Join(dir, "current", "feed.xml")))
	r := deployed(t, target, one, options())
	if r.Unchanged || r.Sent != 1 || len(r.Notes) != 1 {
		t.Errorf("missing: %+v", r)
	}
	serves(t, dir, one)
	must(t, os.WriteFile(filepath.Join(dir, "current", "feed.xml"), []byte("<feed>X</feed>"), 0o644))
	if r := deployed(t, target, one, options()); !r.Unchanged {
		t.Errorf("a damage of equal length is seen only by rechecking: %+v", r)
	}
	opt := options()
	opt.Recheck = true
	if r := deployed(t, target, one, opt); r.Sent != 1 {
		t.Errorf("damaged: %+v", r)
	}
	serves(t, dir, one)
	tidy(t, dir)
}

func TestRollback(t *testing.T) {
	target, dir := folder(t)
	if _, err := target.Rollback(t.Context(), "", options()); !errors.Is(err, ErrNoSuch) {
		t.Errorf("of nothing: %v", err)
	}
	opt := options()
	one, two, three := sample(5, "1"), sample(5, "2"), sample(5, "3")
	first := deployed(t, target, one, opt)
	if _, err := target.Rollback(t.Context(), "", opt); !errors.Is(err, ErrNoSuch) {
		t.Errorf("of the only one: %v", err)
	}
	second := deployed(t, target, two, opt)
	deployed(t, target, three, opt)
	back := func(id string, want site) *Result {
		t.Helper()
		r, err := target.Rollback(t.Context(), id, opt)
		must(t, err)
		serves(t, dir, want)
		tidy(t, dir)
		return r
	}
	back("", two)
	css, _ := asset("site", ".css", "body{--version:3}")
	if _, err := os.Stat(filepath.Join(dir, "current", css)); err != nil {
		t.Errorf("a page of the third that is half loaded lacks its style: %v", err)
	}
	r := back("", one) // the one before the second, not back and forth
	if r.Record.Previous != second.Record.ID || r.Record.ID != first.Record.ID {
		t.Errorf("%+v", r.Record)
	}
	if r := back(first.Record.ID, one); !r.Unchanged {
		t.Error("to itself")
	}
	back(three.Manifest().Tree().String()[:8], three)
	if _, err := target.Rollback(t.Context(), "20200101T000000Z-00000000", opt); !errors.Is(err, ErrNoSuch) {
		t.Errorf("to none: %v", err)
	}
	must(t, os.Remove(filepath.Join(dir, "releases", first.Record.ID, "feed.xml")))
	if _, err := target.Rollback(t.Context(), first.Record.ID, opt); !errors.Is(err, ErrVerify) {
		t.Errorf("to one that is not whole: %v", err)
	}
	serves(t, dir, three)
	if l := logged(t, filepath.Join(dir, "releases.jsonl")); len(l) != 6 || l[5].Action != "rollback" {
		t.Errorf("%+v", l)
	}
	// After a rollback a deploy goes on as ever.
	back(second.Record.ID, two)
	four := sample(6, "4")
	deployed(t, target, four, opt)
	serves(t, dir, four)
}
