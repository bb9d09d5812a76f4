package deploy

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The pages that the layouts make are understood: what is read here is what the build writes.
func TestPagesOfTheBuild(t *testing.T) {
	root := filepath.Join("..", "build", "testdata", "golden")
	kinds := map[string]int{}
	sums := 0
	must(t, filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, name)
		rel = filepath.ToSlash(rel)
		if !mayBePage(rel) {
			return nil
		}
		f, err := os.Open(name)
		must(t, err)
		defer f.Close()
		p, err := readPage(rel, f)
		must(t, err)
		kinds[p.kind]++
		if p.address() && p.title == "" || strings.ContainsAny(p.title, "<>&") {
			t.Errorf("%s: title %q", rel, p.title)
		}
		if p.kind == kindReport {
			sums++
			if len(p.sum) < 16 {
				t.Errorf("%s: checksum %q", rel, p.sum)
			}
		}
		switch rel {
		case "110102/wjw/2024/zongjie.html":
			if p.title != "2024年工作总结和2025年工作计划" || p.revisions != 2 || p.withdrawn {
				t.Errorf("%s: %+v", rel, p)
			}
		case "110102/wjw/2024/zhuanxiang.html":
			if p.kind != kindRemoved {
				t.Errorf("%s: %+v", rel, p)
			}
		case "old/2023/zongjie.shtml":
			if p.kind != kindRedirect || p.to != "110102/wjw/2023/zongjie.html" {
				t.Errorf("%s: %+v", rel, p)
			}
		}
		return nil
	}))
	if kinds[kindReport] < 3 || kinds[kindRemoved] == 0 || kinds[kindRedirect] == 0 || kinds[kindPlain] == 0 || kinds["district"] == 0 || sums < 3 {
		t.Errorf("pages: %v", kinds)
	}
}

func TestReadPage(t *testing.T) {
	record := func(n, sum string) string {
		return `<section class="record"><ul>` + "\n<li>更正次数：" + n + "</li>\n<li>文本校验码：<code>" + sum + "</code></li>\n</ul></section>"
	}
	const a, b = "0123456789abcdef", "fedcba9876543210"
	for _, c := range []struct {
		name, path, text string
		want             page
	}{
		{"not minified", "x/y/2020/z.html", "<body class=\"report spaced\">\n<h1>\n甲 <wbr>乙&amp;丙</h1>\n" + record("3", a), page{kind: kindReport, title: "甲 乙&丙", sum: a, revisions: 3}},
		{"without quotes", "x/y/2020/z.html", "<body class=report><h1>甲</h1>" + record("0", a), page{kind: kindReport, title: "甲", sum: a}},
		{"the text quotes a record", "x/y/2020/z.html", `<body class="report"><h1>甲</h1>` + record("9", b) + record("1", a), page{kind: kindReport, title: "甲", sum: a, revisions: 1}},
		{"a note quotes half of one", "x/y/2020/z.html", `<body class="report"><h1>甲</h1>` + record("1", a) + "<ul><li>更正次数：7</li></ul>", page{kind: kindReport, title: "甲", sum: a, revisions: 1}},
		{"own layout, by its address", "x/y/2020/z.html", `<body><h1>甲</h1>`, page{kind: kindReport, title: "甲"}},
		{"own layout, plain", "about.html", `<body id=x>`, page{kind: kindPlain}},
		{"own layout, index", "x/y/index.html", `<body>`, page{}},
		{"own layout, own class", "x/y/2020/z.html", `<body class="ours"><h1>甲</h1>` + record("1", a), page{kind: kindReport, title: "甲", sum: a, revisions: 1}},
		{"own layout, removed", "x/y/2020/z.html", `<body class="ours"><h1>甲</h1><p>这份材料已于<time datetime="2024-01-01">2024年1月1日</time>撤下，不再公开。</p>`, page{kind: kindRemoved, title: "甲"}},
		{"several classes", "x/y/2020/z.html", `<body class="wide removed">`, page{kind: kindRemoved}},
		{"nothing", "a.html", "", page{kind: kindPlain}},
		{"withdrawn", "x/y/2020/z.html", `<body class="report"><p class="banner withdrawn">本报告已撤下</p><h1>甲</h1>`, page{kind: kindReport, title: "甲", withdrawn: true}},
		{"redirect", "old/z.aspx", `<meta http-equiv="refresh" content="0; url=../x/y/2020/z.html"><body class="redirect"><h1>移</h1>`, page{kind: kindRedirect, title: "移", to: "x/y/2020/z.html"}},
		{"redirect out of the site", "z.html", `<meta http-equiv="refresh" content="0; url=../../../x.html"><body class="redirect">`, page{kind: kindRedirect, to: "x.html"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readPage(c.path, strings.NewReader(c.text))
			must(t, err)
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWhatBelongsToAReport(t *testing.T) {
	const at = "x/y/2020/z"
	for name, want := range map[string]bool{
		at + ".html": false, at + ".html.gz": false, at + ".html.br": false, at + ".json": true, at + ".json.gz": true, at + ".figures.csv": true, at + ".fragment.html": true, at + "/表.csv": true, at + "-compare.html": false,
		at + "2.html": false, at + ".d/x": false, "x/y/2020": false,
	} {
		if belongs(name, at) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func FuzzReadPage(f *testing.F) {
	f.Add("x/y/2020/z.html", reportPage("甲", "乙", "x.css", 2))
	f.Add("a.html", removedPage)
	f.Add("old/a.shtml", redirectPage("../a.html"))
	f.Add("", "<body class=")
	f.Add("/", `<meta http-equiv=refresh content="0; url="><body class=redirect><h1>`)
	f.Fuzz(func(t *testing.T, name, text string) {
		p, err := readPage(name, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if p.revisions < 0 || strings.ContainsAny(p.title, "\n\t") || strings.HasPrefix(p.to, "/") {
			t.Errorf("%+v", p)
		}
	})
}
