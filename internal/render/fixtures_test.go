package render

import (
	"bytes"
	"fmt"
	"html/template"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/net/html"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

func assets(t testing.TB) *Assets {
	t.Helper()
	a, found, err := LoadAssets(os.DirFS("../../static"), nil, "static")
	if err != nil || len(found) > 0 {
		t.Fatal(err, found)
	}
	return a
}

// layouts loads the layouts of the repository and own files over them.
func layouts(t testing.TB, own map[string]string) (*Layouts, diag.List) {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range own {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	l, found, err := LoadLayouts(os.DirFS("../../layouts"), files, "mysite/layouts", assets(t))
	if err != nil {
		t.Fatal(err)
	}
	return l, found
}

func mustLayouts(t testing.TB, own map[string]string) *Layouts {
	t.Helper()
	l, found := layouts(t, own)
	if len(found) > 0 {
		t.Fatal(found)
	}
	return l
}

func on(y, m, d int) report.Date { return report.Day(y, m, d) }

func head(t testing.TB, rel string, change ...func(*report.Head)) *report.Head {
	t.Helper()
	place, bundle, found := report.ParsePath("content/"+rel, rel)
	if len(found) > 0 {
		t.Fatal(found)
	}
	h := &report.Head{Path: "content/" + rel, Rel: rel, Bundle: bundle, Place: place}
	h.Title = "工作总结"
	if !h.Plain() {
		h.FrontMatter.Agency, h.Kind, h.Date = []string{"某局"}, report.Summary, on(place.Year+1, 1, 5)
	}
	for _, c := range change {
		c(h)
	}
	return h
}

// full is a head in which every key is written.
func full(h *report.Head) {
	h.FrontMatter.Agency = []string{"某局", "某某局"}
	h.Date = report.Date{Year: 2022, Month: 1, Day: 5, Hour: 9, Minute: 30, Timed: true}
	h.Kind, h.Written, h.Topic, h.Summary = report.SummaryAndPlan, on(2022, 1, 4), `卫生、体育\卫生`, "一年的工作和来年的安排。"
	h.IndexNumber, h.DocumentNumber, h.Keywords = "N-1", "某字〔2022〕1号", []string{"卫生", "健康"}
	h.Department, h.Basis, h.Publicity = "办公室", "条例", "主动公开"
	h.Revisions = []report.Revision{{Date: on(2022, 2, 1), Type: "更正", Note: "改一个数"}}
	h.Source = report.Source{Name: "某网", URL: "https://www.example.gov.cn/x.html?a=1&b=2", File: "x.doc", SHA256: strings.Repeat("0", 64)}
	h.Attachments = []report.Attachment{{File: "表.xlsx", Title: "附表"}}
	h.Aliases = []string{"/old/a.html"}
}

func config(official bool) *site.Config {
	c := site.DefaultConfig()
	c.Name, c.BaseURL, c.Official = "某市信息公开", "https://www.example.gov.cn/zwgk/", official
	c.Sponsor, c.Operator, c.Contact, c.SiteIDCode, c.ICP = "某办", "某中心", "000-0000", "0000000000", "京ICP备00000000号-1"
	c.PublicSecurity, c.Badge, c.ReportError = "京公网安备 00000000000000号", site.ConfigBadge{Image: "b.png", Link: "https://www.example.gov.cn/b", ID: "1"}, "https://www.example.gov.cn/e"
	c.Column = site.ConfigColumn{Name: "工作报告", Type: "信息公开目录", Description: "各年工作报告", Keywords: []string{"总结", "计划"}}
	c.Outputs = append(c.Outputs, "md", "fragment")
	return c
}

func assemble(t testing.TB, c *site.Config, heads ...*report.Head) *site.Site {
	t.Helper()
	in := site.Input{Config: c, AsOf: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC), Drafts: true, Folders: map[string][]site.File{}}
	for _, h := range heads {
		if h.Plain() {
			in.Plain = append(in.Plain, h)
			continue
		}
		in.Heads = append(in.Heads, h)
		if h.Bundle {
			dir := strings.TrimSuffix(h.Rel, "/index.md")
			in.Folders[dir] = []site.File{{Name: "图.png", Size: 10}, {Name: "表.xlsx", Size: 128_400}}
		}
	}
	s, _ := site.Assemble(in)
	return s
}

func renderer(t testing.TB, s *site.Site) *Renderer {
	t.Helper()
	return New(s, mustLayouts(t, nil), assets(t))
}

// outputs draws everything that needs no body.
func outputs(t testing.TB, r *Renderer) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, o := range r.Indexes() {
		var b bytes.Buffer
		if d := o.Make(&b); d != nil {
			t.Fatalf("%s: %v", o.URL, *d)
		}
		if _, twice := out[o.URL]; twice {
			t.Errorf("%s is made twice", o.URL)
		}
		out[o.URL] = b.String()
	}
	return out
}

func reportPage(t testing.TB, r *Renderer, url string, body *report.Body) string {
	t.Helper()
	x := r.site.Report(url)
	if x == nil {
		t.Fatalf("no report %s", url)
	}
	var b bytes.Buffer
	if d := r.Report(&b, x, body); d != nil {
		t.Fatal(*d)
	}
	return b.String()
}

func someBody() *report.Body {
	return &report.Body{
		HTML:       []byte(`<h2 id="s1">一、工作</h2><p id="p-00000000">正文。</p>`),
		Outline:    []report.OutlineEntry{{ID: "s1", Level: 1, Number: "一、", Text: "工作"}, {ID: "s1-2", Level: 2, Number: "（二）", Text: "细节", RunIn: true}},
		Paragraphs: []report.Paragraph{{ID: "s1", Kind: "heading", Text: "一、工作"}, {ID: "p-00000000", Kind: "paragraph", Section: "s1", Text: "正文。"}},
		TextSHA256: strings.Repeat("ab", 32),
	}
}

// views are all views by kind: each empty, and each with something in every field.
func views() map[string][2]any {
	list := map[string][2]any{}
	for kind, empty := range map[string]any{
		"home": Home{}, "district": District{}, "district-year": Listing{}, "agency": Listing{}, "years": Overview{}, "year": Listing{}, "topics": Overview{}, "topic": Listing{},
		"kind": Listing{}, "report": &Report{}, "removed": Removed{}, "plain": Plain{}, "404": Plain{}, "redirect": Redirect{},
	} {
		filled := reflect.New(reflect.Indirect(reflect.ValueOf(empty)).Type()).Elem()
		fill(filled, "", 0)
		list[kind] = [2]any{empty, filled.Interface()}
	}
	return list
}

// fill puts something into every field of a view: two of what is a list, addresses into what is called an address.
func fill(v reflect.Value, name string, depth int) {
	switch v.Kind() {
	case reflect.String:
		switch {
		case v.Type() == reflect.TypeFor[template.HTML]():
			v.SetString("<p>正文</p>")
		case strings.Contains("URL Link Image ReportLink Canonical", name) && name != "":
			v.SetString("a/b.html")
		case name == "Root":
			v.SetString("../")
		case name == "ISO":
			v.SetString("2021-11-03")
		case name == "Lang":
			v.SetString("zh-CN")
		default:
			v.SetString("某" + name)
		}
	case reflect.Int, reflect.Int8, reflect.Int16:
		v.SetInt(3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"a": []string{"b"}}))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name, depth+1)
	case reflect.Slice:
		if depth > 8 || v.Type() == reflect.TypeFor[[]Place]() && depth > 4 || v.Type() == reflect.TypeFor[[]Heading]() && depth > 4 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), name, depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), v.Type().Field(i).Name, depth+1)
			}
		}
	default:
		panic(fmt.Sprintf("a view with a %v", v.Kind()))
	}
}

func parse(t testing.TB, text string) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// find lists the elements of a name.
func find(n *html.Node, name string) []*html.Node {
	var list []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == name {
			list = append(list, d)
		}
	}
	return list
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// meta are the values of the meta elements by name or property.
func meta(n *html.Node) map[string][]string {
	all := map[string][]string{}
	for _, m := range find(n, "meta") {
		key := attr(m, "name") + attr(m, "property")
		all[key] = append(all[key], attr(m, "content"))
	}
	return all
}

// faults lists what no page may hold: addresses and tags without a value, marks of a template that failed.
func faults(t testing.TB, page string) []string {
	t.Helper()
	var list []string
	for _, mark := range []string{"<no value>", "&lt;no value&gt;", "ZgotmplZ", "{{", "%!", "<nil>"} {
		if strings.Contains(page, mark) {
			list = append(list, mark)
		}
	}
	for d := range parse(t, page).Descendants() {
		for _, a := range d.Attr {
			if slices.Contains([]string{"href", "src", "content", "id", "datetime", "action", "name", "property"}, a.Key) && strings.TrimSpace(a.Val) == "" {
				list = append(list, fmt.Sprintf("<%s %s=\"\">", d.Data, a.Key))
			}
		}
	}
	return list
}
