package report

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/diag"
)

var update = flag.Bool("update-body", false, "write what the bodies are now into testdata/body")

const goldenRule = "\n==========\n"

// TestGolden compares the whole result for every file of testdata/body: the Markdown, then what is made of it. To change the
// expectations, run go test -run TestGolden -update-body and read the difference.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/body/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no files in testdata/body", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txt"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			markdown, want, _ := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), goldenRule)
			b, findings := parse(t, markdown)
			for _, d := range findings {
				if !documented(d) {
					t.Errorf("%s is not among BodyRules with this severity", d.Rule)
				}
			}
			got := dump(b, findings)
			if *update {
				if err := os.WriteFile(name, []byte(markdown+goldenRule+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// dump writes a body for people: blocks on lines of their own.
func dump(b *Body, findings diag.List) string {
	var s strings.Builder
	html := strings.NewReplacer("<p", "\n<p", "<h2", "\n<h2", "<h3", "\n<h3", "<h4", "\n<h4", "<h5", "\n<h5", "<h6", "\n<h6", "<div", "\n<div", "<li", "\n<li", "<tr", "\n<tr", "<figure", "\n<figure", "<blockquote", "\n<blockquote").Replace(string(b.HTML))
	fmt.Fprintln(&s, strings.TrimSpace(html))
	section := func(name string) { fmt.Fprintf(&s, "\n%s\n", name) }
	if len(b.Outline) > 0 {
		section("outline")
	}
	for _, e := range b.Outline {
		runIn := ""
		if e.RunIn {
			runIn = " (run in)"
		}
		fmt.Fprintf(&s, "%d %s [%s] %s%s\n", e.Level, e.ID, e.Number, e.Text, runIn)
	}
	section("paragraphs")
	for _, p := range b.Paragraphs {
		fmt.Fprintf(&s, "%s %s under %q: %q\n", p.ID, p.Kind, p.Section, p.Text)
	}
	if b.Signature.DateText != "" {
		section("signature")
		fmt.Fprintf(&s, "%q %s %q\n", b.Signature.Organs, b.Signature.Date.ISO(), b.Signature.DateText)
	}
	if len(b.Links) > 0 {
		section("links")
		for _, l := range b.Links {
			fmt.Fprintf(&s, "%d:%d-%d:%d %q → %q # %q\n", l.At.Line, l.At.Column, l.End.Line, l.End.Column, l.Written, l.Target, l.Fragment)
		}
	}
	if len(b.Images) > 0 {
		section("images")
		for _, l := range b.Images {
			fmt.Fprintf(&s, "%d:%d-%d:%d %q → %q\n", l.At.Line, l.At.Column, l.End.Line, l.End.Column, l.Written, l.Target)
		}
	}
	if len(findings) > 0 {
		section("findings")
	}
	for _, d := range findings {
		fmt.Fprintf(&s, "%d:%d-%d:%d %s %s [%s] %s %q\n", d.Start.Line, d.Start.Column, d.End.Line, d.End.Column, d.Severity, d.Message.ZH, d.Rule, d.Hint.ZH, d.Span)
	}
	return s.String()
}

// TestEveryRuleHasACase looks for each rule among the files of testdata/body; limits have tests of their own.
func TestEveryRuleHasACase(t *testing.T) {
	files, _ := filepath.Glob("testdata/body/*.txt")
	var all strings.Builder
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, r := range BodyRules() {
		if r.ID != "markdown-limit" && !strings.Contains(all.String(), "["+r.ID+"]") {
			t.Errorf("no case for %s", r.ID)
		}
	}
}

// TestPlaces checks that places count from the file's first line, in characters.
func TestPlaces(t *testing.T) {
	head := "---\ntitle: 报告\n---\n"
	src := []byte(head + "第一段。\n\n第二段，见[附表](javascript:x)与[下文](#wu)。\n")
	h := &Head{Path: "content/a.md", Rel: "a.md", BodyOffset: len(head), BodyLine: 4}
	_, findings := NewParser().Body(h, src)
	if got := fmt.Sprint(rules(findings)); got != "[6:11 link-scheme 6:30 broken-fragment]" {
		t.Error(got)
	}
	for _, d := range findings {
		if d.Path != h.Path || d.End.Line != 6 || d.Span == "" {
			t.Errorf("%+v", d)
		}
	}
}

func TestOrigin(t *testing.T) {
	for _, c := range []struct {
		h         Head
		dir, page string
	}{
		{Head{Rel: "610112/wjj/2021/zongjie.md"}, "610112/wjj/2021", "610112/wjj/2021/zongjie.html"},
		{Head{Rel: "610112/wjj/2021/zongjie/index.md", Bundle: true}, "610112/wjj/2021/zongjie", "610112/wjj/2021/zongjie.html"},
		{Head{Rel: "about.md"}, "", "about.html"},
	} {
		if o := c.h.Origin(); o.Dir != c.dir || o.Page != c.page {
			t.Errorf("%s: %+v", c.h.Rel, o)
		}
	}
}

// TestParserForgets reads a text after another one and expects what a new Parser makes of it.
func TestParserForgets(t *testing.T) {
	first := "## 一、甲\n\n[x](#y) 文[^1]\n\n|a|\n|-|\n|b|\n\n[^1]: 注\n\n某某局\n\n2021年1月2日\n"
	second := "### （二）乙\n\n文\n"
	p := NewParser()
	before, _ := p.Text(aReport, []byte(first))
	html, text := string(before.HTML), before.Paragraphs[0].Text
	got, findings := p.Text(aReport, []byte(second))
	want, _ := NewParser().Text(aReport, []byte(second))
	if dump(got, findings) != dump(want, nil) {
		t.Errorf("got %s\nwant %s", dump(got, findings), dump(want, nil))
	}
	if string(before.HTML) != html || before.Paragraphs[0].Text != text {
		t.Error("the first result has changed")
	}
}
