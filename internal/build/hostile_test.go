package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// TestHostileSites: what people and machines leave in a site's folder. Each row says what must be found, and whether a build that ignores
// all findings publishes.
func TestHostileSites(t *testing.T) {
	report := func(name string) func(siteDir) { return func(s siteDir) { s.write("content/"+name, goodReport) } }
	file := func(name, text string) func(siteDir) { return func(s siteDir) { s.write(name, text) } }
	none := []string(nil)
	for _, test := range []struct {
		name      string
		spoil     func(siteDir)
		want      []string // the rules that speak up
		publishes bool     // with --fail-on none
		absent    string   // must not be in the output then
	}{
		// names
		{"汉字", report("610112/wjj/2023/总结.md"), []string{"path-slug"}, false, ""},
		{"blank", report("610112/wjj/2023/a b.md"), []string{"path-slug"}, false, ""},
		{"upper case", report("610112/wjj/2023/A.md"), []string{"path-slug"}, false, ""},
		{"dots", report("610112/wjj/2023/a.b.md"), []string{"path-slug"}, false, ""},
		{"trailing dot", report("610112/wjj/2023/a..md"), []string{"path-slug"}, false, ""},
		{"leading hyphen", report("610112/wjj/2023/-rf.md"), []string{"path-slug"}, false, ""},
		{"line feed", report("610112/wjj/2023/a\nb.md"), []string{"path-slug"}, false, ""},
		{"escape", report("610112/wjj/2023/a\x1b[2Jb.md"), []string{"path-slug"}, false, ""},
		{"not UTF-8", report("610112/wjj/2023/a\xff.md"), []string{"path-slug"}, false, ""},
		{"long", report("610112/wjj/2023/" + strings.Repeat("x", 250) + ".md"), []string{"path-slug"}, false, ""},
		{"longest", report("610112/wjj/2023/" + strings.Repeat("x", 200) + ".md"), none, true, ""},
		{"markup", report("610112/wjj/2023/<img src=x>.md"), []string{"path-slug"}, false, ""},
		{"index above", report("610112/index.md"), []string{"path-form"}, false, ""},
		{"index below", report("610112/wjj/2023/a/b/index.md"), []string{"path-form"}, false, ""},
		{"index as a report", report("610112/wjj/2023/index.md"), []string{"path-reserved"}, false, ""},
		{"index as a page", report("index.md"), []string{"path-reserved"}, false, ""},
		{"404 as a page", report("404.md"), []string{"path-reserved"}, false, ""},
		{"reserved district", report("years/wjj/2023/a.md"), []string{"path-reserved"}, false, ""},
		{"reserved agency", report("610112/2023/2023/a.md"), []string{"path-reserved"}, false, ""},
		{"reserved slug", report("610112/wjj/2023/a-compare.md"), []string{"path-reserved"}, false, ""},
		{"file and folder", report("610112/wjj/2023/zongjie/index.md"), []string{"address-collision"}, false, ""},
		{"hidden", report("610112/wjj/2023/.a.md"), none, true, ""},
		{"folder like a file", report("610112/wjj/2023/x.md/readme.txt"), []string{"file-stray"}, true, "readme.txt"},

		// files
		{"empty", file("content/610112/wjj/2023/e.md", ""), []string{"frontmatter-none"}, false, ""},
		{"too large", file("content/610112/wjj/2023/e.md", goodReport+strings.Repeat("x", maxFile)), []string{"file-too-large"}, false, ""},
		{"defaults too large", file("content/610112/_defaults.yaml", "#"+strings.Repeat("x", maxFile)), []string{"file-too-large"}, false, ""},
		{"configuration too large", file("gongkai.yaml", "#"+strings.Repeat("x", maxFile)), []string{"file-too-large"}, false, ""},
		{"NUL", file("content/610112/wjj/2023/e.md", "---\ntitle: a\x00b\n---\n"), []string{"file-nul"}, false, ""},
		{"head of 2 MB", file("content/610112/wjj/2023/e.md", "---\n"+strings.Repeat("k: v\n", 400_000)), []string{"frontmatter-too-large"}, false, ""},
		{"long text behind an em dash", file("content/610112/wjj/2023/e.md", "---\ntitle: a\n———\n"+strings.Repeat("正文。\n\n", 20_000)), []string{"frontmatter-unterminated"}, false, ""},
		{"long text without front matter", file("content/610112/wjj/2023/e.md", strings.Repeat("正文。\n\n", 20_000)), []string{"frontmatter-none"}, false, ""},
		{"head of 1 MB", file("content/610112/wjj/2023/e.md", "---\n"+strings.Repeat("k: v\n", 200_000)+"---\n"), []string{"frontmatter-too-large"}, false, ""},
		{"alias bomb", file("content/610112/wjj/2023/e.md", "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n---\n"), []string{"frontmatter-anchor"}, true, ""},
		{"brackets", file("content/610112/wjj/2023/e.md", "---\ntitle: "+strings.Repeat("[", 30_000)+"\n---\n"), []string{"frontmatter-too-deep"}, false, ""},

		// links
		{"link to a file", func(s siteDir) { s.link("zongjie.md", "content/610112/wjj/2023/l.md") }, []string{"symbolic-link"}, true, "l.html"},
		{"link to a folder", func(s siteDir) { s.link(s.TempDir(), "content/610112/wjj/2023/l") }, []string{"symbolic-link"}, true, ""},
		{"loop", func(s siteDir) { s.link(".", "content/610112/loop") }, []string{"symbolic-link"}, true, ""},
		{"content is a link", func(s siteDir) {
			if err := os.Rename(s.at("content"), s.at("elsewhere")); err != nil {
				s.Fatal(err)
			}
			s.link("elsewhere", "content")
		}, []string{"symbolic-link"}, false, ""},
		{"layout is a link", func(s siteDir) {
			s.write("elsewhere.html", `{{define "main"}}<h1>从外面来</h1>{{end}}`)
			s.link("../elsewhere.html", "layouts/home.html")
		}, []string{"symbolic-link"}, true, "从外面来"},
		{"static is a link", func(s siteDir) {
			s.write("elsewhere.txt", "从外面来")
			s.link("../elsewhere.txt", "static/a.txt")
		}, []string{"symbolic-link"}, true, "从外面来"},

		// attachments
		{"attachments that would run", func(s siteDir) {
			s.write("content/610112/wjj/2023/b/index.md", goodReport)
			for _, name := range []string{"a.svg", "b.html", "c.js", "index.html", "d.HTML", "e.xhtml", "noext", "f.shtml"} {
				s.write("content/610112/wjj/2023/b/"+name, "<script>alert(1)</script>")
			}
		}, []string{"attachment-type"}, true, "<script>alert(1)"},
		{"markup in a text", func(s siteDir) {
			s.write("content/610112/wjj/2023/b/index.md", goodReport)
			s.write("content/610112/wjj/2023/b/<img src=x onerror=y>.txt", "<script>")
			s.write("content/610112/wjj/2023/b/a#b?c%41 中文.csv", "=1+1")
		}, []string{"attachment-unlisted"}, true, ""},
		{"name with a line feed", func(s siteDir) {
			s.write("content/610112/wjj/2023/b/index.md", goodReport)
			s.write("content/610112/wjj/2023/b/a\nb.pdf", "x")
		}, []string{"address-collision"}, false, ""},

		// static
		{"static home", file("static/index.html", "<p>x</p>"), []string{"address-collision"}, false, ""},
		{"static manifest", file("static/manifest.sha256", "x"), []string{"address-collision"}, false, ""},
		{"static report", file("static/610112/wjj/2023/zongjie.html", "<p>x</p>"), []string{"address-collision"}, false, ""},
		{"static in another case", file("static/610112/wjj/2023/ZONGJIE.html", "<p>x</p>"), []string{"address-collision"}, false, ""},
		{"static folder for a file", file("static/index.html/x.txt", "x"), []string{"address-collision"}, false, ""},
		{"style sheet with a fault", file("static/a.css", "}}}{"), none, true, ""},

		// layouts
		{"layout with a fault", file("layouts/home.html", `{{define "main"}}{{if}}`), []string{"layout"}, false, ""},
		{"layout with a wrong field", file("layouts/home.html", `{{define "main"}}<h1>{{.Titel}}</h1>{{end}}`), []string{"layout"}, false, ""},
		{"layout that ranges over a text", file("layouts/home.html", `{{define "main"}}{{range .Title}}x{{end}}{{end}}`), []string{"layout"}, false, ""},
		{"layout that calls itself", file("layouts/home.html", `{{define "main"}}{{template "main" .}}{{end}}`), []string{"layout"}, false, ""},

		// configuration
		{"not a configuration", file("gongkai.yaml", "- a\n"), []string{"config-not-a-mapping"}, false, ""},
		{"empty configuration", file("gongkai.yaml", ""), []string{"config-empty"}, false, ""},
		{"circle of districts", file("gongkai.yaml", "version: 1\nname: x\ndistricts:\n  - {key: a, name: 甲, parent: b}\n  - {key: b, name: 乙, parent: a}\n"), []string{"config-district"}, true, ""},
		{"agency without a name", file("gongkai.yaml", "version: 1\nname: x\nagencies:\n  - {key: wjj}\n"), []string{"config-incomplete"}, false, ""},
		{"agency twice", file("gongkai.yaml", "version: 1\nname: x\nagencies:\n  - {key: jyj, name: 甲}\n  - {key: jyj, name: 乙}\n"), []string{"config-repeated"}, false, ""},
		{"unknown output", file("gongkai.yaml", "version: 1\nname: x\noutputs: [html, exe]\n"), []string{"config-unknown-value"}, false, ""},
		{"hostile words", file("gongkai.yaml", "version: 1\nname: '<script>alert(1)</script>'\nsponsor: '\"><img src=x onerror=y>'\nmenu: [{name: '</a><script>', url: years/}]\n"), none, true, "<script>alert"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSite(t)
			test.spoil(s)
			r, err := s.build(diag.Error)
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range test.want {
				if !slices.Contains(rulesOf(r.Found), rule) {
					t.Errorf("found %v, not %s", rulesOf(r.Found), rule)
				}
			}
			if test.want == nil && len(r.Found) > 0 {
				t.Errorf("found %v", r.Found)
			}
			if r, err = s.build(diag.None); err != nil {
				t.Fatal(err)
			}
			if r.Published != test.publishes {
				t.Fatalf("published: %t; found %v", r.Published, rulesOf(r.Found))
			}
			if !r.Published {
				return
			}
			for name, text := range tree(t, s.at("public")) {
				if test.absent != "" && (strings.HasSuffix(name, test.absent) || strings.Contains(text, test.absent)) {
					t.Errorf("%s: %s came through", name, test.absent)
				}
			}
		})
	}
}

// TestNoFolders: what stands in the place of a folder, or of the configuration, is a fault of the machine, and nothing is published.
func TestNoFolders(t *testing.T) {
	for _, name := range []string{"content", "layouts", "static"} {
		s := newSite(t)
		s.remove(name)
		s.write(name, "x")
		if _, err := s.build(diag.None); !errors.Is(err, syscall.ENOTDIR) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is a file: %v", name, err)
		}
	}
	s := newSite(t)
	s.remove(ConfigName)
	s.write(ConfigName+"/x", "x")
	if _, err := s.build(diag.None); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("the configuration is a folder: %v", err)
	}
}

// TestHostileMarkdown: 2 MB of each kind of mark. The text stands on the page or is reported; nothing runs away.
func TestHostileMarkdown(t *testing.T) {
	head, _, _ := strings.Cut(goodReport, "\n\n")
	for name, unit := range map[string]string{
		"stars": "*", "bold": "**a ", "crossed": "*a_ ", "quotes": "> ", "lists": "- ", "numbers": "1. ", "brackets": "[", "images": "![a](b) ",
		"links": "[a](b) ", "references": "[a]: b\n", "ticks": "`", "entities": "&amp;", "escapes": `\*`, "tags": "<b>", "angles": "<", "autolinks": "<http://a> ",
		"rows": "|x|y|\n", "columns": "|-", "headings": "# x\n", "lines": "\n", "footnotes": "[^1]: x\n\n", "marks": "[^1]", "run-ins": "**（一）甲。**乙\n\n",
		"indents": "    ", "tabs": "\t- a\n", "underlines": "a\n=\n", "汉字": "工", "CRLF": "甲\r\n", "zero width": "\u200b", "bidi": "\u202e", "comment": "<!-- ", "rules": "***\n",
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			text := head + "\n\n"
			n := (maxFile - len(text)) / len(unit)
			if os.Getenv("GONGKAI_SOAK") == "" {
				n /= 8
			}
			s.write("content/610112/wjj/2023/zongjie.md", text+strings.Repeat(unit, n))
			r, err := s.build(diag.None)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Published {
				t.Errorf("not published: %v", rulesOf(r.Found))
			}
		})
	}
}

// TestManyFiles: one folder with very many files.
func TestManyFiles(t *testing.T) {
	reports, attachments := 500, 1000
	if os.Getenv("GONGKAI_SOAK") != "" {
		reports, attachments = 10_000, 5_000
	}
	s := newSite(t)
	for i := range reports {
		s.write(fmt.Sprintf("content/610112/wjj/2023/r%d.md", i), strings.Replace(goodReport, "工作总结", fmt.Sprintf("第%d项工作总结", i), 1))
	}
	s.write("content/610112/wjj/2022/b/index.md", strings.ReplaceAll(goodReport, "2023年", "2022年"))
	for i := range attachments {
		s.write(fmt.Sprintf("content/610112/wjj/2022/b/f%d.pdf", i), "x")
	}
	r, err := s.build(diag.Error)
	if err != nil || !r.Published || r.Reports != reports+2 {
		t.Fatal(err, r.Reports, rulesOf(r.Found))
	}
	if n := r.Found.Count(diag.Warning); n != attachments {
		t.Errorf("%d warnings", n)
	}
}

// TestConcurrentBuilds: of two builds into one folder one has the lock; what stands there in the end is whole.
func TestConcurrentBuilds(t *testing.T) {
	s := newSite(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	published := 0
	for range 6 {
		wg.Go(func() {
			r, err := Run(context.Background(), options(t, s.dir, s.at("public")))
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil && r.Published:
				published++
			case !errors.Is(err, publish.ErrLocked):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if published == 0 {
		t.Fatal("none of six builds published")
	}
	want := filepath.Join(t.TempDir(), "public")
	mustBuild(t, options(t, s.dir, want))
	equalTrees(t, "after six builds", tree(t, s.at("public")), tree(t, want))
	left, err := os.ReadDir(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), ".public") {
			t.Errorf("%s is left", e.Name())
		}
	}
}

// TestInterrupted: a build that is told to stop, at any stage, changes nothing.
func TestInterrupted(t *testing.T) {
	for _, phase := range []string{"read", "render", "index", "switch"} {
		s := newSite(t)
		mustBuild(t, options(t, s.dir, s.at("public")))
		before := tree(t, s.dir)
		s.write("content/610112/wjj/2022/zongjie.md", goodReport)
		ctx, stop := context.WithCancel(context.Background())
		opt := options(t, s.dir, s.at("public"))
		opt.Progress = func(at string, _, _ int) {
			if at == phase {
				stop()
			}
		}
		if _, err := Run(ctx, opt); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %s: %v", phase, err)
		}
		s.remove("content/610112/wjj/2022")
		equalTrees(t, phase, tree(t, s.dir), before)
		stop()
	}
}

// TestChangedDuringTheBuild: a front matter that is another when the text is read ends the run, which names the file.
func TestChangedDuringTheBuild(t *testing.T) {
	for name, change := range map[string]func(siteDir){
		"changed": func(s siteDir) {
			s.write("content/610112/wjj/2023/zongjie.md", strings.Replace(goodReport, "总结", "计划", 1))
		},
		"grown": func(s siteDir) {
			s.write("content/610112/wjj/2023/zongjie.md", goodReport+strings.Repeat("x", maxFile))
		},
		"gone": func(s siteDir) { s.remove("content/610112/wjj/2023/zongjie.md") },
	} {
		s := newSite(t)
		mustBuild(t, options(t, s.dir, s.at("public")))
		before := tree(t, s.at("public"))
		opt := options(t, s.dir, s.at("public"))
		opt.Progress = func(at string, done, all int) {
			if at == "read" && done == all {
				change(s)
			}
		}
		_, err := Run(context.Background(), opt)
		var changed *ChangedError
		if err == nil || !strings.Contains(err.Error(), "zongjie.md") || errors.As(err, &changed) == (name == "gone") {
			t.Errorf("%s: %v", name, err)
		}
		equalTrees(t, name, tree(t, s.at("public")), before)
	}
}

// TestFindingsOutliveTheMachine: when the machine fails, what was found before is not lost.
func TestFindingsOutliveTheMachine(t *testing.T) {
	s := newSite(t)
	s.write("content/610112/wjj/2023/zongjie.md", strings.Replace(goodReport, "kind: summary", "kind: summary\ncolour: red", 1))
	s.write("public/mine.txt", "x") // not a folder of ours
	r, err := s.build(diag.None)
	if !errors.Is(err, publish.ErrNotOurs) {
		t.Fatal(err)
	}
	if r == nil || !slices.Contains(rulesOf(r.Found), "frontmatter-unknown-key") {
		t.Errorf("the findings are lost: %+v", r)
	}
}

// TestMidnight: a report appears at the first moment of its day, or at its minute, in the site's zone and in no other.
func TestMidnight(t *testing.T) {
	for _, test := range []struct {
		zone, date, moment string
		built              bool
	}{
		{"Asia/Shanghai", "2024-01-05", "2024-01-04T15:59:59Z", false},
		{"Asia/Shanghai", "2024-01-05", "2024-01-04T16:00:00Z", true},
		{"Asia/Urumqi", "2024-01-05", "2024-01-04T17:59:59Z", false},
		{"Asia/Urumqi", "2024-01-05", "2024-01-04T18:00:00Z", true},
		{"America/New_York", "2024-01-05", "2024-01-05T04:59:59Z", false},
		{"America/New_York", "2024-01-05", "2024-01-05T05:00:00Z", true},
		{"America/New_York", "2024-03-10 02:30", "2024-03-10T05:00:00Z", false}, // an hour that this night has not
		{"Asia/Shanghai", "2024-01-05 09:30", "2024-01-05T01:29:59Z", false},
		{"Asia/Shanghai", "2024-01-05 09:30", "2024-01-05T01:30:00Z", true},
		{"Asia/Shanghai", "2024-01-05", "1970-01-01T00:00:00Z", false},
		{"Asia/Shanghai", "2024-01-05", "9999-12-31T00:00:00Z", true},
	} {
		s := newSite(t)
		s.write("gongkai.yaml", "version: 1\nname: x\ntimezone: "+test.zone+"\n")
		s.write("content/610112/wjj/2023/zongjie.md", strings.Replace(goodReport, "2024-01-05", test.date, 1))
		moment, err := time.Parse(time.RFC3339, test.moment)
		if err != nil {
			t.Fatal(err)
		}
		opt := options(t, s.dir, s.at("public"))
		opt.AsOf = func(*time.Location) time.Time { return moment }
		r := mustBuild(t, opt)
		if (r.Reports == 1) != test.built {
			t.Errorf("%s in %s at %s: %d reports", test.date, test.zone, test.moment, r.Reports)
		}
		if held := bytes.Contains([]byte(fmt.Sprint(rulesOf(r.Found))), []byte("held-future")); held == test.built {
			t.Errorf("%s in %s at %s: found %v", test.date, test.zone, test.moment, rulesOf(r.Found))
		}
	}
}

// TestDestinations: no folder is ever swallowed.
func TestDestinations(t *testing.T) {
	for dest, want := range map[string]error{
		".": publish.ErrProtected, "..": publish.ErrProtected, "content": publish.ErrProtected, "content/x": publish.ErrProtected,
		"static/x": publish.ErrProtected, "gongkai.yaml": publish.ErrNotOurs, "mine": publish.ErrNotOurs,
	} {
		s := newSite(t)
		s.write("mine/letter.txt", "x")
		s.write("static/a.txt", "x")
		before := tree(t, s.dir)
		if _, err := Run(context.Background(), options(t, s.dir, s.at(dest))); !errors.Is(err, want) {
			t.Errorf("into %s: %v", dest, err)
		}
		equalTrees(t, dest, tree(t, s.dir), before)
	}
}
