package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"gongkai/internal/sitetest"
)

// TestVerifyEveryReport: for every report of every site a reader computes 文本校验码 from the page alone, as it stands in the data; and finds a
// single character that was changed.
func TestVerifyEveryReport(t *testing.T) {
	sites := map[string]string{"own": "../..", "official": officialSite, "reading": "../../internal/build/testdata/reading"}
	if _, err := os.Stat("../../../shared/reports"); err == nil {
		sites["reports"] = reportsSite(t)
	}
	for name, source := range sites {
		t.Run(name, func(t *testing.T) {
			dest := built(t, source, "--fail-on", "none")
			pages := reportPages(t, dest)
			if len(pages) == 0 {
				t.Fatal("no reports")
			}
			for _, page := range pages {
				code, out, errs := program(t, "verify", "--text", page, "--format", "json")
				var got textJSON
				if err := json.Unmarshal([]byte(out), &got); err != nil || code != exitClean || !got.Genuine || got.Data == nil || !got.Data.Genuine {
					t.Errorf("%s: exit %d, %v\n%s%s", page, code, err, out, errs)
				}
				tamper(t, page)
			}
			t.Logf("%d reports", len(pages))
			if code, out, errs := program(t, "verify", dest); code != exitClean {
				t.Errorf("verify: exit %d\n%s%s", code, out, errs)
			}
		})
	}
}

// reportPages lists the pages that show 文本校验码.
func reportPages(t *testing.T, dest string) []string {
	t.Helper()
	site, err := sitetest.Load(dest)
	if err != nil {
		t.Fatal(err)
	}
	var pages []string
	for _, p := range site.Pages {
		if strings.Contains(p.Text(), "文本校验码") {
			pages = append(pages, filepath.Join(dest, filepath.FromSlash(p.Path)))
		}
	}
	return pages
}

// tamper changes the first and the last character of a report's text in a copy of its page: both must be found.
func tamper(t *testing.T, page string) {
	t.Helper()
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	from := strings.Index(text, `<div class="body">`)
	to := strings.Index(text, `<section class="record"`)
	places := lastOfText.FindAllStringIndex(text[from:to], -1)
	for _, place := range [][]int{places[0], places[len(places)-1]} {
		at := from + place[1] - len("<")
		_, size := utf8.DecodeLastRuneInString(text[:at])
		copied := filepath.Join(t.TempDir(), "page.html")
		if err := os.WriteFile(copied, []byte(text[:at-size]+"某"+text[at:]), 0o644); err != nil {
			t.Fatal(err)
		}
		if code, out, _ := program(t, "verify", "--text", copied); code != exitFindings || !strings.Contains(out, "文本校验码不符") {
			t.Errorf("%s: a change at %q passes: exit %d, %s", page, text[at-size:at+4], code, out)
		}
	}
}

// lastOfText is text up to a tag.
var lastOfText = regexp.MustCompile(`>[^<>]*[^<>\s]<`)

// TestVerifyServed: a site behind a server is verified from its address, below a path of a portal; what the server does differently is
// told, but for old addresses that lead where the site says.
func TestVerifyServed(t *testing.T) {
	dest := built(t, officialSite)
	answers := map[string]http.HandlerFunc{}
	files := http.FileServer(http.Dir(dest))
	srv := httptest.NewServer(http.StripPrefix("/xxgk/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer := answers[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		files.ServeHTTP(w, r)
	})))
	defer srv.Close()
	address := srv.URL + "/xxgk/"
	verify := func() (int, string) {
		code, out, errs := program(t, "verify", address)
		return code, out + errs
	}
	if code, out := verify(); code != exitClean || !strings.Contains(out, address+" 与清单一致") {
		t.Fatalf("exit %d: %s", code, out)
	}
	const old, to = "old/2023/zongjie.shtml", "110102/wjw/2023/zongjie.html"
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/xxgk/"+to, http.StatusMovedPermanently)
		}
	}
	answers[old] = redirect(to)
	if code, out := verify(); code != exitClean {
		t.Errorf("an old address that leads to its report: exit %d: %s", code, out)
	}
	answers[old] = redirect("about.html")
	if code, out := verify(); code != exitFindings || !strings.Contains(out, "转到本站另一网址："+old+"（about.html）") {
		t.Errorf("an old address that leads to another page: exit %d: %s", code, out)
	}
	delete(answers, old)
	answers[to] = redirect("about.html")
	if code, out := verify(); code != exitFindings || !strings.Contains(out, "转到本站另一网址："+to+"（about.html）") {
		t.Errorf("a report that leads to another page: exit %d: %s", code, out)
	}
}

// TestShownIsSafe: names that others have chosen cannot speak to the terminal.
func TestShownIsSafe(t *testing.T) {
	for text, want := range map[string]string{
		"附件 1.pdf": `附件 1.pdf`, "a\x1b[2Jb": `"a\x1b[2Jb"`, "a\nb": `"a\nb"`, "\xff": `"\xff"`, "\u202egpj.exe": `"\u202egpj.exe"`,
	} {
		if got := shown(text); got != want {
			t.Errorf("%q is shown as %s, want %s", text, got, want)
		}
	}
	if got := beginning(strings.Repeat("字", 50)); got != strings.Repeat("字", 40)+"…" {
		t.Error(got)
	}
}
