package importer

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// outer finds the lines that can only be headings of the first or the second level, by a rule of its own.
var outer = regexp.MustCompile(`^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[）)])`)

// TestCorpus: every real document is imported, no character is lost (Import refuses it otherwise), and at least 98 of 100 lines that
// are headings of the first or the second level are found.
func TestCorpus(t *testing.T) {
	names, _ := filepath.Glob(filepath.Join(shared(t, "corpus"), "*"))
	im := New(Options{})
	lines, found, files := 0, 0, 0
	for _, name := range names {
		if base := filepath.Base(name); base == "index.json" || base == "README.md" {
			continue
		}
		files++
		r := importFile(t, im, name)
		if r.Markdown == nil {
			t.Errorf("%s is refused: %v", name, r.Found)
			continue
		}
		if r.Rel == "" || r.Head.Title == "" || r.Head.Agency == "" {
			t.Errorf("%s: path %q, title %q, agency %q", filepath.Base(name), r.Rel, r.Head.Title, r.Head.Agency)
		}
		t.Logf("%s → %s: %d headings, %d joined, %d set apart", filepath.Base(name), r.Rel, len(r.Headings), len(r.Joined), len(r.Dropped))
		if filepath.Ext(name) != ".txt" {
			continue
		}
		n, m := headingLines(t, name, r)
		lines, found = lines+n, found+m
	}
	t.Logf("%d files; %d of %d lines of the first two levels are headings", files, found, lines)
	if files != 21 || lines < 250 || found*100 < lines*98 {
		t.Errorf("%d files, %d of %d", files, found, lines)
	}
}

// headingLines counts the lines of a text that are headings of the first two levels, but for those set apart, and those found.
func headingLines(t *testing.T, name string, r *Result) (lines, found int) {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(name, "_gbk") {
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil {
			t.Fatal(err)
		}
	}
	heads, apart := map[int]bool{}, map[int]bool{}
	for _, h := range r.Headings {
		heads[h.Line] = true
	}
	for _, d := range r.Dropped {
		if !strings.HasPrefix(d.Text, "<U+") {
			apart[d.Line] = true
		}
	}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.Trim(strings.ReplaceAll(line, "<U+00A0>", ""), " \t\r\u3000")
		if !outer.MatchString(line) || apart[i+1] {
			continue
		}
		if lines++; heads[i+1] {
			found++
		} else {
			t.Logf("no heading: %s:%d %s", filepath.Base(name), i+1, clip(line, 40))
		}
	}
	return lines, found
}
