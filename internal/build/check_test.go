package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/site"
)

// sameFindings compares a check with a build that publishes whatever it finds.
func sameFindings(t *testing.T, what string, opt Options) *Result {
	t.Helper()
	checked, err := Check(t.Context(), opt)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	opt.Destination, opt.FailOn, opt.Cache = filepath.Join(t.TempDir(), "public"), diag.None, Cache{}
	built, err := Run(t.Context(), opt)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if diff := cmp.Diff(built.Found, checked.Found); diff != "" {
		t.Errorf("%s: findings differ (-build +check):\n%s", what, diff)
	}
	if checked.Published || checked.Blocked == built.Published {
		t.Errorf("%s: check says blocked %t, the build published %t", what, checked.Blocked, built.Published)
	}
	return checked
}

// TestCheckFindsWhatBuildFinds holds for good sites and bad ones, with a cache and without, and check writes nothing.
func TestCheckFindsWhatBuildFinds(t *testing.T) {
	for _, source := range []string{"testdata/official", "testdata/reading"} {
		sameFindings(t, source, options(t, source, "-"))
	}
	bad := map[string]string{
		"layouts/plain.html":              `{{define "main"}}{{.NoSuchField}}{{end}}`,
		"layouts/report.html":             `{{define "main"}}{{index .Outline 99}}{{end}}`,
		"static/assets/view.js":           "function {",
		"static/years/index.html":         "x",
		"static/INDEX.html":               "x",
		"content/110102/wjw/2022/leer.md": "---\ntitle: 空\n",
		"content/110102/wjw/2022/link.md": "---\ntitle: 2022年链接总结\nkind: summary\ndate: 2023-01-01\n---\n\n[无](../2024/no.md)\n",
		"content/110102/wjw/2022/x.docx":  "x",
		"redirects.csv":                   "from,to\n/a.html,no.html\n/b.aspx?id=1,about.html\nc.html,about.html\n",
		"gongkai.yaml":                    "version: 1\nnmae: x\n",
	}
	for name, text := range bad {
		source, cache := sampleSite(t), t.TempDir()
		dest := filepath.Join(t.TempDir(), "public")
		mustBuild(t, withCache(t, source, dest, cache, "p"))
		writeFile(t, filepath.Join(source, filepath.FromSlash(name)), text)
		before, own := tree(t, dest), tree(t, source)
		for range 2 { // the second time from the cache
			opt := withCache(t, source, dest, cache, "p")
			opt.FailOn = diag.Error
			if r := sameFindings(t, name, opt); len(r.Found) == 0 {
				t.Errorf("%s: nothing found", name)
			}
		}
		equalTrees(t, name, tree(t, dest), before)
		equalTrees(t, name, tree(t, source), own)
	}
}

// TestCheckIsQuick: a page that the last build drew is not drawn again.
func TestCheckIsQuick(t *testing.T) {
	source, cache := sampleSite(t), t.TempDir()
	opt := withCache(t, source, filepath.Join(t.TempDir(), "public"), cache, "p")
	mustBuild(t, opt)
	r, err := Check(t.Context(), opt)
	if err != nil || r.Drawn != 0 || r.Parsed != 0 {
		t.Errorf("%d pages drawn, %d texts read, %v", r.Drawn, r.Parsed, err)
	}
	if r := mustBuild(t, opt); r.Output.Written != 0 || r.Drawn != 0 {
		t.Errorf("the cache is spoilt: %d files written", r.Output.Written)
	}
}

// TestAnswersAreTheSite: every file that a build writes is served, but old addresses, which lead on, and notices.
func TestAnswersAreTheSite(t *testing.T) {
	for _, source := range []string{"testdata/official", "testdata/reading"} {
		dest := filepath.Join(t.TempDir(), "public")
		opt := options(t, source, dest)
		r := mustBuild(t, opt)
		a, err := Assemble(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		answers := a.Answers()
		old := map[string]bool{}
		for _, x := range r.Site.Aliases {
			old[x.URL] = true
		}
		for name := range tree(t, dest) {
			want := site.Served
			if x := r.Site.Report(name); x != nil && x.Gone() {
				want = site.Gone
			} else if old[name] {
				want = site.Redirected
			}
			if got := answers.Of(site.Escape(r.Site.Config.Root() + name)); got.Kind != want {
				t.Errorf("%s: %s is %s, want %s", source, name, got.Kind, want)
			}
		}
		if got := answers.Of("no/such.html"); got.Kind != site.Missing {
			t.Errorf("%+v", got)
		}
	}
}

// TestRedirectsFollowEdits: the preview takes up redirects.csv as it is made, changed, spoilt and removed, and shows what a build writes.
func TestRedirectsFollowEdits(t *testing.T) {
	source := sampleSite(t)
	opt := options(t, source, "-")
	p := openPreview(t, opt)
	name := filepath.Join(source, site.RedirectsName)
	for _, text := range []string{
		"from,to\nart/1.html,about.html\n", "from,to\nart/2.html,about.html\nart/1.html,about.html\n", "from,to\nart/3.html,no.html\n", "from;to\n", "\xff", "from,to\n/x.aspx?id=1,about.html\n", "",
	} {
		if text == "" {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
		} else {
			writeFile(t, name, text)
		}
		c, err := p.Update(t.Context(), nil, false)
		if err != nil || !c.Any {
			t.Fatalf("%q: changed %t, %v", text, c.Any, err)
		}
		sameAsBuild(t, p)
	}
	for url := range tree(t, source) {
		if strings.HasPrefix(url, "art/") {
			t.Errorf("%s was written into the source", url)
		}
	}
}

// TestPublishedLeavesVariantsOut: a preview compares with what was published before it was compressed.
func TestPublishedLeavesVariantsOut(t *testing.T) {
	source := sampleSite(t)
	opt := options(t, source, filepath.Join(t.TempDir(), "public"))
	opt.Precompress = true
	mustBuild(t, opt)
	p := openPreview(t, opt)
	want, err := p.Snapshot().Sums(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.Published()
	if err != nil || string(got.Bytes()) != string(want.Bytes()) {
		t.Errorf("%d files published, %d of the site, %v", len(got), len(want), err)
	}
}

// TestRehearsal refuses what a stage refuses.
func TestRehearsal(t *testing.T) {
	r := publish.Rehearse()
	for _, tt := range []struct {
		name string
		ok   bool
	}{{"a.html", true}, {"a.html", false}, {"A.HTML", false}, {"a.html/b", false}, {"../x", false}, {"manifest.sha256", false}, {"b/c", true}, {"b", false}} {
		if _, err := r.Write(tt.name, nil); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := r.Copy("c", os.DirFS(t.TempDir()), "none"); err == nil {
		t.Error("a missing source is copied")
	}
}
