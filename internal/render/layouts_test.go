package render

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
)

func execute(t testing.TB, l *Layouts, kind string, view any) string {
	t.Helper()
	var b bytes.Buffer
	if d := l.Execute(&b, kind, view); d != nil {
		t.Fatalf("%s: %v", kind, *d)
	}
	return b.String()
}

// TestEveryLayoutWithEveryView is house law 11.
func TestEveryLayoutWithEveryView(t *testing.T) {
	l := mustLayouts(t, nil)
	all := views()
	for _, kind := range pageKinds {
		pair, ok := all[kind]
		if !ok {
			t.Errorf("no view for %s", kind)
			continue
		}
		t.Run(kind, func(t *testing.T) {
			if got := faults(t, execute(t, l, kind, pair[1])); len(got) > 0 {
				t.Errorf("filled: %q", got)
			}
			got := faults(t, execute(t, l, kind, pair[0]))
			got = slices.DeleteFunc(got, func(s string) bool { return s == `<time datetime="">` }) // a day that every report on a page has
			if kind == "redirect" {                                                                // nothing is left of a redirect that leads nowhere, and the program makes none
				got = slices.DeleteFunc(got, func(s string) bool { return s == `<a href="">` })
			}
			if len(got) > 0 {
				t.Errorf("empty: %q", got)
			}
		})
	}
	if len(all) != len(pageKinds) {
		t.Errorf("%d views, %d kinds of pages", len(all), len(pageKinds))
	}
}

// tree writes a page's elements, attributes and texts, white space aside.
func tree(n *html.Node, b *strings.Builder) {
	switch n.Type {
	case html.TextNode:
		b.WriteString(strings.Join(strings.Fields(n.Data), ""))
	case html.ElementNode:
		b.WriteString("\n<" + n.Data)
		attrs := slices.SortedFunc(slices.Values(n.Attr), func(x, y html.Attribute) int { return strings.Compare(x.Key, y.Key) })
		for _, a := range attrs {
			b.WriteString(" " + a.Key + "=" + strings.ReplaceAll(strings.Join(strings.Fields(a.Val), " "), ", ", ","))
		}
		b.WriteString(">")
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		tree(c, b)
	}
	if n.Type == html.ElementNode {
		b.WriteString("</>")
	}
}

// TestMinifyingKeepsTheMeaning compares pages of the minified layouts with those of the layouts as they are written.
func TestMinifyingKeepsTheMeaning(t *testing.T) {
	l := mustLayouts(t, nil)
	for kind, pair := range views() {
		for i, view := range pair {
			long, err := l.parse(kind, nil)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := long.Execute(&b, view); err != nil {
				t.Fatal(err)
			}
			var want, got strings.Builder
			tree(parse(t, b.String()), &want)
			small := execute(t, l, kind, view)
			tree(parse(t, small), &got)
			if got.String() != want.String() {
				t.Errorf("%s, view %d:\n%s\nwant\n%s", kind, i, got.String(), want.String())
			}
			if len(small) >= b.Len() {
				t.Errorf("%s: %d bytes, not smaller than %d", kind, len(small), b.Len())
			}
			if gap := lostBlank(flow(parse(t, b.String())), flow(parse(t, small))); gap != "" {
				t.Errorf("%s, view %d: a blank between words is lost: %s", kind, i, gap)
			}
		}
	}
}

// flow is the text of a page with a line end at the edges of whatever does not stand in a line.
func flow(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	edge := "\n"
	if slices.Contains([]string{"a", "b", "span", "time", "strong", "em", "img", "button"}, n.Data) {
		edge = ""
	}
	var b strings.Builder
	b.WriteString(edge)
	for c := range n.ChildNodes() {
		b.WriteString(flow(c))
	}
	return b.String() + edge
}

// lostBlank finds white space within a line of the long text that the short one lacks; line ends carry no meaning in layouts.
func lostBlank(long, short string) string {
	i := 0
	for at, f := range strings.Fields(long) {
		start := strings.Index(long, f)
		blank := long[:start]
		long = long[start+len(f):]
		rest := strings.TrimLeft(short[i:], " \n\t\u00a0")
		gap := len(short[i:]) - len(rest)
		if at > 0 && gap == 0 && blank != "" && !strings.Contains(blank, "\n") {
			return fmt.Sprintf("%.40q", blank+f+long)
		}
		i += gap
		for _, r := range f { // the short text may have blanks where the long one has none: never
			if !strings.HasPrefix(short[i:], string(r)) {
				return "differs at " + f
			}
			i += len(string(r))
		}
	}
	return ""
}

func TestLayoutFaults(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		kind             string
		line, column     int
		message, hint    string // a part of each
	}{
		{"a field of the page", "year.html", "{{define \"main\"}}\n<p>年度{{.Headign}}</p>{{end}}", "year", 2, 8, "Headign", "Heading"},
		{"behind Han on the line", "year.html", "{{define \"main\"}}\n<p>年度年度：{{.Headign}}</p>{{end}}", "year", 2, 11, "Headign", "Heading"},
		{"on the first line", "year.html", "{{define \"main\"}}<p>{{.Sbu}}</p>{{end}}", "year", 1, 23, "Sbu", "Sub"},
		{"inside range", "year.html", "{{define \"main\"}}\n\n{{range .Beside}}<a href=\"{{$.Root}}{{.Url}}\">{{.Text}}</a>{{end}}{{end}}", "year", 3, 39, "Url", "URL"},
		{"inside with", "report.html", "{{define \"main\"}}\n{{with .Newer}}\n  {{.Titel}}{{end}}{{end}}", "report", 3, 5, "Titel", "Text"},
		{"of a field", "year.html", "{{define \"main\"}}\n{{.Site.Nmae}}{{end}}", "year", 2, 8, "Nmae", "Name"},
		{"through embedded structs", "home.html", "{{define \"main\"}}\n{{range .Years}}{{.Tetx}}{{end}}{{end}}", "home", 2, 19, "Tetx", "Text"},
		{"in a partial", "_header.html", "<header>\n<p>{{.Site.Nmae}}</p></header>", "year", 2, 11, "Nmae", "Name"},
		{"in the argument of a partial", "_list.html", `{{define "entries"}}` + "\n" + `{{range .Itmes}}{{end}}{{end}}{{define "list"}}{{range .List.Groups}}{{template "entries" (under $.Root .Entries)}}{{end}}{{end}}{{define "counts"}}{{end}}{{define "tree"}}{{end}}{{define "outline"}}{{end}}`,
			"year", 2, 9, "Itmes", "Items"},
		{"of a partial's items", "_list.html", `{{define "entries"}}` + "\n" + `{{range .Items}}{{.Ntoe}}{{end}}{{end}}{{define "list"}}{{range .List.Groups}}{{template "entries" (under $.Root .Entries)}}{{end}}{{end}}{{define "counts"}}{{end}}{{define "tree"}}{{end}}{{define "outline"}}{{end}}`,
			"year", 2, 19, "Ntoe", "Note"},
		{"of a list", "year.html", "{{define \"main\"}}\n{{.Beside.Text}}{{end}}", "year", 2, 10, "Text", ""},
		{"no such partial", "year.html", "{{define \"main\"}}\n\n<p>{{template \"nope\" .}}</p>{{end}}", "year", 3, 0, "nope", ""},
		{"asset", "year.html", "{{define \"main\"}}\n{{asset \"none.css\"}}{{end}}", "year", 2, 3, "none.css", ""},
		{"ssi", "year.html", "{{define \"main\"}}\n{{ssi \"inc/a.html\"}}{{end}}", "year", 2, 3, "ssi", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, found := layouts(t, map[string]string{tt.file: tt.text})
			if len(found) > 0 {
				t.Fatal(found)
			}
			var b bytes.Buffer
			d := l.Execute(&b, tt.kind, views()[tt.kind][1])
			if d == nil {
				t.Fatalf("no finding; drawn: %s", b.String())
			}
			if d.Path != "mysite/layouts/"+tt.file || d.Rule != "layout" || d.Severity != diag.Error {
				t.Errorf("%+v", *d)
			}
			if tt.line > 0 && d.Start.Line != tt.line || tt.column > 0 && d.Start.Column != tt.column {
				t.Errorf("at %v, want %d:%d: %s", d.Start, tt.line, tt.column, d.Message.EN)
			}
			for _, text := range []string{d.Message.ZH, d.Message.EN} {
				if !strings.Contains(text, tt.message) || strings.Contains(text, "%!") {
					t.Errorf("message %q lacks %q", text, tt.message)
				}
			}
			if !slices.Contains(strings.Fields(strings.ReplaceAll(d.Hint.EN, ",", " ")), tt.hint) && tt.hint != "" {
				t.Errorf("hint %q lacks %s", d.Hint.EN, tt.hint)
			}
		})
	}
}

func TestLayoutsThatDoNotParse(t *testing.T) {
	_, found := layouts(t, map[string]string{
		"year.html":    "{{define \"main\"}}\n\n<p>{{.Heading}</p>{{end}}",
		"home.html":    "{{define \"main\"}}\n{{if .Agency}}x{{end}}",
		"_footer.html": "\n{{nofunc 1}}",
	})
	found.Sort()
	var got []string
	for _, d := range found {
		got = append(got, d.Path)
		if d.Start.Line < 2 || d.Rule != "layout" || d.Message.ZH == "" {
			t.Errorf("%+v", d)
		}
	}
	if want := []string{"mysite/layouts/_footer.html", "mysite/layouts/home.html", "mysite/layouts/year.html"}; !slices.Equal(got, want) {
		t.Errorf("findings in %q, want %q", got, want)
	}
}

// TestLayoutWithoutMain: nothing outside of the blocks is ever drawn, so a page's file without one draws an empty page.
func TestLayoutWithoutMain(t *testing.T) {
	_, found := layouts(t, map[string]string{
		"year.html": "<h1>{{.Heading}}</h1>", "home.html": "", "topic.html": `{{define "mian"}}{{end}}`, "kind.html": `{{define "main"}}<h1>{{.Heading}}</h1>{{end}}`,
		"_mine.html": "<p>mine</p>", "other.html": "<p>of no page</p>",
	})
	found.Sort()
	var got []string
	for _, d := range found {
		if d.Rule == "layout" && d.Severity == diag.Error && strings.Contains(d.Message.EN, "does not define main") {
			got = append(got, d.Path)
		}
	}
	if want := []string{"mysite/layouts/home.html", "mysite/layouts/topic.html", "mysite/layouts/year.html"}; !slices.Equal(got, want) {
		t.Errorf("findings in %q, want %q", got, want)
	}
}

// TestOverride: a site replaces any single file, and adds partials of its own.
func TestOverride(t *testing.T) {
	l := mustLayouts(t, map[string]string{
		"year.html": `{{define "main"}}<h1>own {{.Heading}}</h1>{{template "mine" .}}{{end}}`, "_mine.html": `{{define "mine"}}<p>mine</p>{{end}}`,
		"_base.html": "<!doctype html><title>{{.Title}}</title>{{block \"head\" .}}<meta name=a content=base>{{end}}<body>{{block \"main\" .}}nothing{{end}}",
	})
	all := views()
	if page := execute(t, l, "year", all["year"][1]); !strings.Contains(page, "own 某Heading") || !strings.Contains(page, "mine") {
		t.Error(page)
	}
	for _, kind := range pageKinds { // the base's own blocks stand only where a page defines none; 404.html sorts before _base.html
		page := execute(t, l, kind, all[kind][1])
		if strings.Contains(page, "nothing") || kind != "redirect" && kind != "report" && !strings.Contains(page, "base") {
			t.Errorf("%s: %s", kind, page)
		}
	}
}

func TestMissingLayout(t *testing.T) {
	l, found, err := LoadLayouts(fstest.MapFS{"_base.html": {Data: []byte("{{block \"main\" .}}{{end}}")}}, nil, "", assets(t))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if d := l.Execute(&b, "nosuchkind", Plain{}); d == nil || d.Rule != "layout-missing" {
		t.Errorf("%v, %v", found, d)
	}
}

func TestSSI(t *testing.T) {
	l := mustLayouts(t, map[string]string{"year.html": "{{define \"main\"}}\n{{ssi \"/inc/header.html\"}}\n<p>a</p>{{end}}"})
	if page := execute(t, l, "year", Listing{}); !strings.Contains(page, `<!--#include virtual="/inc/header.html" -->`) {
		t.Errorf("lost: %s", page)
	}
	for _, bad := range []string{"", "inc/a.html", "http://a.cn/x", "/a\"b", "/a'b", "/a<b", "/a>b", "/a--b", "/a--><script>", "/a\nb", "/a\x00b", "/a\x1bb", "/a\tb"} {
		if got, err := ssi(bad); err == nil {
			t.Errorf("%q gives %s", bad, got)
		}
	}
	for _, good := range []string{"/inc/header.html", "/inc/页首.shtml", "/inc/a.html?x=1&y=2"} {
		if _, err := ssi(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestShare(t *testing.T) {
	for _, tt := range [][3]int{{0, 0, 0}, {0, 9, 0}, {9, 9, 20}, {1, 1000, 1}, {5, 10, 10}, {-1, 9, 0}, {3, -1, 0}, {999, 1000, 20}, {1, 20, 1}} {
		if got := share(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%d of %d is %d, want %d", tt[0], tt[1], got, tt[2])
		}
	}
}

// TestLayoutsNeedNoOwnFolder: a bare content/ folder is enough.
func TestLayoutsNeedNoOwnFolder(t *testing.T) {
	if _, found, err := LoadLayouts(os.DirFS("../../layouts"), nil, "", assets(t)); err != nil || len(found) > 0 {
		t.Error(found, err)
	}
}

func TestAssets(t *testing.T) {
	embedded := fstest.MapFS{"assets/site.css": {Data: []byte("p { margin : 0px }")}, "badge.png": {Data: []byte("\x89PNG")}}
	own := fstest.MapFS{"assets/site.css": {Data: []byte("a { color : red }")}, "assets/deep/x.js": {Data: []byte("let  a = 1 ;")}, ".hidden": {Data: []byte("x")}}
	a, found, err := LoadAssets(embedded, own, "static")
	if err != nil || len(found) > 0 {
		t.Fatal(found, err)
	}
	var got []string
	for _, f := range a.List {
		got = append(got, f.URL+" "+string(f.Data))
	}
	if len(got) != 3 || !strings.HasPrefix(got[0], "assets/deep/x.") || !strings.HasSuffix(got[1], ".css a{color:red}") || got[2] != "badge.png \x89PNG" {
		t.Errorf("%q", got)
	}
	if u, err := a.URL("site.css"); err != nil || u != a.List[1].URL {
		t.Errorf("%s, %v", u, err)
	}
	if _, err := a.URL("none.css"); err == nil {
		t.Error("an asset that is not there")
	}
	_, found, err = LoadAssets(fstest.MapFS{"assets/bad.js": {Data: []byte("let = = 1 {")}}, nil, "static")
	if err != nil || len(found) != 1 || found[0].Path != "static/assets/bad.js" || found[0].Rule != "static" {
		t.Error(found, err)
	}
}
