package main

import (
	"context"
	"fmt"
	"html"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gongkai/internal/report"
	"gongkai/internal/sitetest"
)

// TestRoundTrips is acceptance 4 of import: a report that was published, printed, or sent on as a Word file comes back as the same text
// under the same outline. It takes the reports of testdata/roundtrip and, when they are there, the five shared ones.
func TestRoundTrips(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it starts Chromium and LibreOffice; CI runs without -short")
	}
	source := t.TempDir()
	if err := os.CopyFS(source, os.DirFS(filepath.Join("testdata", "roundtrip"))); err != nil {
		t.Fatal(err)
	}
	t.Run("with the shared reports", func(t *testing.T) {
		shared := sitetest.Require(t, "shared")
		if err := os.CopyFS(filepath.Join(source, "content"), os.DirFS(filepath.Join(shared, "reports", "content"))); err != nil {
			t.Fatal(err)
		}
	})
	roundTrips(t, source)
}

// mill is a published site with what other programs make of its pages.
type mill struct {
	source, public string
	stems          []string          // of its reports: path below content/ without .md
	printed        map[string]string // what prints has made
}

func roundTrips(t *testing.T, source string) {
	m := &mill{source: source, public: built(t, source, "--fail-on", "none")}
	content := filepath.Join(source, "content")
	err := filepath.WalkDir(content, func(name string, e fs.DirEntry, err error) error {
		if rel, relErr := filepath.Rel(content, name); err == nil && relErr == nil && strings.Count(filepath.ToSlash(rel), "/") > 2 && strings.HasSuffix(rel, ".md") {
			m.stems = append(m.stems, strings.TrimSuffix(filepath.ToSlash(rel), ".md"))
		}
		return err
	})
	if err != nil || len(m.stems) == 0 {
		t.Fatalf("%d reports: %v", len(m.stems), err)
	}
	for _, w := range []struct {
		name  string
		bold  bool // bold print comes through: a run-in heading stays in its paragraph
		make  func(m *mill, t *testing.T) map[string]string
		more  []string
		alone bool // no other program helps
	}{
		{name: "page", bold: true, make: (*mill).pages},
		{name: "print", make: (*mill).prints},
		{name: "print without poppler", make: (*mill).prints, alone: true},
		{name: "Word", bold: true, make: (*mill).words},
		{name: "Word of the page", bold: true, make: (*mill).wordsOfPages, more: []string{"--accept"}}, // LibreOffice makes comments of meta tags
	} {
		t.Run(w.name, func(t *testing.T) {
			files := w.make(m, t)
			if w.alone {
				t.Setenv("PATH", t.TempDir())
			}
			for _, stem := range m.stems {
				t.Run(stem, func(t *testing.T) { m.compare(t, stem, files[stem], w.bold, w.more) })
			}
		})
	}
}

// compare imports a file and holds the result against the report that it was made of.
func (m *mill) compare(t *testing.T, stem, file string, bold bool, more []string) {
	out := filepath.Join(t.TempDir(), "x.md")
	code, _, errs := program(t, append([]string{"import", file, "-o", out, "-s", m.source, "-q"}, more...)...)
	if code != exitClean {
		t.Fatalf("import: exit %d\n%s", code, errs)
	}
	before, after := readReport(t, filepath.Join(m.source, "content", stem+".md"), stem+".md"), readReport(t, out, stem+".md")
	if before.title != after.title {
		t.Errorf("title %q, want %q", after.title, before.title)
	}
	differ(t, "paragraph", after.text(bold), before.text(bold))
	differ(t, "heading", after.outline(bold), before.outline(bold))
}

// readBack is a report as its readers know it.
type readBack struct {
	title string
	*report.Body
}

func readReport(t *testing.T, name, rel string) readBack {
	t.Helper()
	src, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, found := report.ParseHead(name, rel, src, false)
	if head == nil {
		t.Fatalf("%s: %v", name, found)
	}
	body, _ := report.ParseBody(head, src)
	return readBack{head.Title, body}
}

// text lists the paragraphs. Without bold print nobody can tell whether a heading runs into its paragraph: it is parted from it then.
// Print has no blanks at the ends of its lines either: all white space is left out.
func (r readBack) text(bold bool) []string {
	var list []string
	for _, p := range r.Paragraphs {
		if bold {
			list = append(list, p.Text)
			continue
		}
		text := sitetest.Bare(p.Text)
		for _, o := range r.Outline {
			head := sitetest.Bare(o.Number + o.Text)
			if rest, runsIn := strings.CutPrefix(text, head); o.RunIn && o.ID == p.Section && runsIn {
				rest, stop := strings.CutPrefix(rest, "。")
				if stop {
					head += "。"
				}
				list, text = append(list, head), rest
			}
		}
		list = append(list, text)
	}
	return list
}

// outline lists the headings: level, number, text.
func (r readBack) outline(bold bool) []string {
	var list []string
	for _, o := range r.Outline {
		if !bold {
			o.Text = sitetest.Bare(strings.TrimSuffix(o.Text, "。"))
		}
		list = append(list, fmt.Sprint(o.Level, " ", o.Number, o.Text, " ", o.RunIn && bold))
	}
	return list
}

// differ reports the first place where two lists differ.
func differ(t *testing.T, what string, got, want []string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var a, b string
		if i < len(got) {
			a = got[i]
		}
		if i < len(want) {
			b = want[i]
		}
		if a != b {
			t.Errorf("%s %d of %d (%d wanted):\ngot  %q\nwant %q", what, i+1, len(got), len(want), a, b)
			return
		}
	}
}

func (m *mill) pages(*testing.T) map[string]string {
	files := map[string]string{}
	for _, stem := range m.stems {
		files[stem] = filepath.Join(m.public, filepath.FromSlash(stem)+".html")
	}
	return files
}

// prints prints the pages as readers do, once.
func (m *mill) prints(t *testing.T) map[string]string {
	if m.printed != nil {
		return m.printed
	}
	dir := filepath.Join(filepath.Dir(m.public), "prints")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	address := sitetest.Serve(t, m.public)
	tab := sitetest.OpenTab(t, sitetest.Chromium(t), address)
	files := map[string]string{}
	for i, stem := range m.stems {
		tab.Go(t, address+stem+".html")
		files[stem] = filepath.Join(dir, fmt.Sprint(i, ".pdf"))
		if err := os.WriteFile(files[stem], tab.PDF(t), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m.printed = files
	return files
}

// words are the reports as Word files: title and text.
func (m *mill) words(t *testing.T) map[string]string {
	return m.office(t, func(stem string) string {
		r := readReport(t, filepath.Join(m.source, "content", stem+".md"), stem+".md")
		return `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"></head><body><h1 align="center">` + html.EscapeString(r.title) + "</h1>" + string(r.HTML) + "</body></html>"
	})
}

// wordsOfPages are the pages as a word processor opens them: with everything that stands round the text.
func (m *mill) wordsOfPages(t *testing.T) map[string]string {
	return m.office(t, func(stem string) string {
		page, err := os.ReadFile(filepath.Join(m.public, filepath.FromSlash(stem)+".html"))
		if err != nil {
			t.Fatal(err)
		}
		return string(page)
	})
}

// office lets LibreOffice make Word files of HTML, all at once: starting it takes longer than the work.
func (m *mill) office(t *testing.T, page func(stem string) string) map[string]string {
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		sitetest.Missing(t, "libreoffice", "no soffice in PATH")
	}
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.ToSlash(filepath.Join(dir, "profile")), "--headless", "--convert-to", "docx:MS Word 2007 XML", "--outdir", dir}
	files := map[string]string{}
	for i, stem := range m.stems {
		name := filepath.Join(dir, fmt.Sprint(i, ".html"))
		if err := os.WriteFile(name, []byte(page(stem)), 0o600); err != nil {
			t.Fatal(err)
		}
		args, files[stem] = append(args, name), filepath.Join(dir, fmt.Sprint(i, ".docx"))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, soffice, args...).CombinedOutput(); err != nil {
		t.Fatalf("convert by LibreOffice: %v\n%s", err, out)
	}
	return files
}
