package render

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tdewolff/minify/v2"
	minhtml "github.com/tdewolff/minify/v2/html"

	"gongkai/internal/diag"
)

// Layouts are the page templates (模板), minified and parsed once.
type Layouts struct {
	sets    map[string]*template.Template // by page kind
	quick   map[string]*quick             // the same, as far as they can be run faster
	sources map[string]layoutFile         // by file name
	funcs   template.FuncMap
}

type layoutFile struct {
	name string // report.html
	path string // where a finding points: layouts/report.html, or the embedded file's name
	text string
}

// pageKinds are the layouts that must exist; each is drawn inside _base.html.
var pageKinds = []string{
	"home", "district", "district-year", "agency", "years", "year", "topics", "topic", "kind", "report", "removed", "plain", "404", "redirect",
}

// LoadLayouts reads the embedded layouts and a site's own over them (nil: none). Assets gives a static file's published address.
func LoadLayouts(embedded, own fs.FS, ownPath string, assets *Assets) (*Layouts, diag.List, error) {
	l := &Layouts{sets: map[string]*template.Template{}, quick: map[string]*quick{}, sources: map[string]layoutFile{}}
	l.funcs = template.FuncMap{
		"asset":   assets.URL,
		"ssi":     ssi,
		"under":   func(root string, items any) Items { return Items{Root: root, Items: items} },
		"bars":    func(root string, items []Count) Items { return Items{root, items, most(items)} },
		"share":   share,
		"phrases": phrases,
	}
	if err := l.read(embedded, "layouts"); err != nil {
		return nil, nil, err
	}
	if own != nil {
		if err := l.read(own, ownPath); err != nil {
			return nil, nil, err
		}
	}
	found := l.unknown(ownPath)
	return l, append(found, l.parseAll()...), nil
}

// unknown warns of a site's layouts that no page uses, mostly misspelt names. Those that begin with _ are partials, of any name.
func (l *Layouts) unknown(ownPath string) diag.List {
	var found diag.List
	for _, name := range l.names() {
		kind := strings.TrimSuffix(name, ".html")
		if strings.HasPrefix(name, "_") || slices.Contains(pageKinds, kind) {
			continue
		}
		found = append(found, diag.Diagnostic{
			Rule: "layout-unknown", Severity: diag.Warning, Path: l.sources[name].path,
			Message: diag.Say("没有哪种页面使用模板 %s", "no page uses the layout %s", name),
			Hint:    diag.Say("可用的名称：%s", "the names are: %s", strings.Join(pageKinds, " ")),
		})
	}
	return found
}

func (l *Layouts) read(files fs.FS, at string) error {
	names, err := fs.Glob(files, "*.html")
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", path.Join(at, name), err)
		}
		l.sources[name] = layoutFile{name, path.Join(at, name), string(b)}
	}
	return nil
}

// parseAll builds a template set for each kind of page: the partials and the kind's own file.
func (l *Layouts) parseAll() diag.List {
	var found diag.List
	bad := map[string]bool{}
	for _, name := range l.names() {
		t, err := template.New(name).Funcs(l.funcs).Parse(l.sources[name].text)
		if err != nil {
			found, bad[name] = append(found, l.finding(err, nil)), true
		} else if slices.Contains(pageKinds, strings.TrimSuffix(name, ".html")) && t.Lookup("main") == nil {
			found, bad[name] = append(found, l.empty(name)), true
		}
	}
	if len(bad) > 0 {
		return found
	}
	min := minifier()
	for _, kind := range pageKinds {
		set, err := l.parse(kind, min)
		if err != nil {
			found = append(found, l.finding(err, nil))
			continue
		}
		l.sets[kind], l.quick[kind] = set, newQuick(set, l.funcs)
	}
	return found
}

// empty is the finding about a page's file without the block main: nothing in it would be drawn, and nothing would say so.
func (l *Layouts) empty(name string) diag.Diagnostic {
	return diag.Diagnostic{
		Rule: "layout", Severity: diag.Error, Path: l.sources[name].path, Start: diag.Pos{Line: 1, Column: 1},
		Message: diag.Say(`模板 %s 没有定义 main，页面会是空的`, `the layout %s does not define main: its pages would be empty`, name),
		Hint:    diag.Say(`请把页面的内容写在 {{define "main"}} 和 {{end}} 之间`, `put the page between {{define "main"}} and {{end}}`),
	}
}

func (l *Layouts) names() []string {
	names := make([]string, 0, len(l.sources))
	for name := range l.sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// parse makes the set of one kind; min nil keeps the source's lines, to find the place of an error.
func (l *Layouts) parse(kind string, min *minify.M) (*template.Template, error) {
	set := template.New("_base.html").Funcs(l.funcs).Option("missingkey=error")
	names := slices.DeleteFunc(l.names(), func(n string) bool { return !strings.HasPrefix(n, "_") })
	if own := kind + ".html"; l.sources[own].name != "" {
		names = append(names, own) // behind the partials, so that its blocks stand and theirs give way
	}
	for _, name := range names {
		text := l.sources[name].text
		if min != nil {
			small, err := min.String("text/html", lineEnds.ReplaceAllString(text, "$1$2"))
			if err != nil {
				return nil, fmt.Errorf("template: %s:1: minify: %w", name, err)
			}
			text = small
		}
		t := set
		if name != "_base.html" {
			t = set.New(name)
		}
		if _, err := t.Parse(text); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// lineEnds are the line breaks between elements and actions; the minifier would keep a blank for each, since it cannot know what an
// action prints. They carry no meaning in a layout (docs/layouts.md).
var lineEnds = regexp.MustCompile(`([>}])[ \t]*\r?\n\s*([<{])`)

// minifier minifies layouts when they are loaded, so that no page has to be minified when it is written (house, "what the time goes to").
func minifier() *minify.M {
	m := minify.New()
	m.Add("text/html", &minhtml.Minifier{
		KeepDocumentTags: true,
		KeepEndTags:      true,
		KeepQuotes:       true,
		TemplateDelims:   minhtml.GoTemplateDelims,
	})
	return m
}

// Execute draws a view with the layout of its kind. A fault of the layout comes back as a Diagnostic with its line.
func (l *Layouts) Execute(w *bytes.Buffer, kind string, view any) *diag.Diagnostic {
	set := l.sets[kind]
	if set == nil {
		return &diag.Diagnostic{Rule: "layout-missing", Severity: diag.Error, Path: "layouts/" + kind + ".html",
			Message: diag.Say("没有模板 %s.html", "there is no layout %s.html", kind)}
	}
	if q := l.quick[kind]; q != nil && q.execute(w, view) {
		return nil
	}
	start := w.Len()
	err := set.Execute(&bounded{w, maxPage}, view)
	if err == nil {
		return nil
	}
	w.Truncate(start)
	if long, parseErr := l.parse(kind, nil); parseErr == nil {
		if again := long.Execute(&bounded{io.Discard, maxPage}, view); again != nil {
			err = again
		}
	}
	d := l.finding(err, view)
	if errors.Is(err, errEndless) {
		d.Path, d.Start = l.sources[kind+".html"].path, diag.Pos{Line: 1, Column: 1}
		d.Message = diag.Say("模板 %s.html 生成的页面超过 64 MB", "the layout %s.html makes a page of more than 64 MB", kind)
		d.Hint = diag.Say("请检查其中的 range 和 template，是否没有尽头", "check its range and template actions: one may have no end")
	}
	return &d
}

// maxPage is how large a page may get: a layout that repeats itself without end is stopped there.
const maxPage = 64 << 20

var errEndless = errors.New("page too large")

// bounded passes on so many bytes and then fails.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errEndless
	}
	return b.w.Write(p)
}

var (
	errorPlace = regexp.MustCompile(`(?:html/)?template:\s*"?([^:"]+)"?:(\d+)(?::(\d+))?:\s*(?:executing "[^"]*" at )?`)
	errorField = regexp.MustCompile(`can't evaluate field (\w+) in type \*?([\w.]+)`)
)

// finding turns an error of html/template into a Diagnostic at the layout's line.
func (l *Layouts) finding(err error, view any) diag.Diagnostic {
	d := diag.Diagnostic{Rule: "layout", Severity: diag.Error, Path: "layouts", Hint: diag.Say("各模板可用的字段见 docs/layouts.md", "docs/layouts.md lists the fields of every layout")}
	message := err.Error()
	if m := errorPlace.FindStringSubmatchIndex(message); m != nil {
		name := message[m[2]:m[3]]
		if src, ok := l.sources[name]; ok {
			d.Path = src.path
		} else {
			d.Path = path.Join("layouts", name)
		}
		d.Start.Line, _ = strconv.Atoi(message[m[4]:m[5]])
		d.Start.Column = 1
		if m[6] >= 0 {
			offset, _ := strconv.Atoi(message[m[6]:m[7]])
			d.Start.Column = 1 + utf8.RuneCountInString(l.line(name, d.Start.Line, offset))
		}
		message = message[m[1]:]
	}
	d.Message = diag.Say("模板有误：%s", "the layout fails: %s", message)
	if m := errorField.FindStringSubmatch(message); m != nil {
		fields := fieldsOf(reflect.TypeOf(view), m[2], map[reflect.Type]bool{})
		if fields == nil {
			fields = fieldsOf(reflect.TypeFor[Items](), m[2], map[reflect.Type]bool{})
		}
		d.Message = diag.Say("%[2]s 没有字段 %[1]s", "%[2]s has no field %[1]s", m[1], m[2])
		if len(fields) > 0 {
			d.Hint = diag.Say("可用的字段：%s", "its fields: %s", strings.Join(fields, " "))
		}
	}
	return d
}

// line is the beginning of a layout's line up to a byte offset: html/template counts bytes, findings count characters.
func (l *Layouts) line(name string, n, offset int) string {
	lines := strings.Split(l.sources[name].text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1][:min(max(offset, 0), len(lines[n-1]))]
}

// fieldsOf lists the fields of the named type, found anywhere in the view's type; those of what it embeds in place of that.
func fieldsOf(t reflect.Type, name string, seen map[reflect.Type]bool) []string {
	for t != nil && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice) {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	var names []string
	for _, f := range reflect.VisibleFields(t) {
		if !f.Anonymous {
			names = append(names, f.Name)
		}
	}
	if t.String() == name {
		return names
	}
	for f := range t.Fields() {
		if found := fieldsOf(f.Type, name, seen); found != nil {
			return found
		}
	}
	return nil
}

// ssi writes a server-side include, by which portals frame their pages. The path must be absolute on the server.
func ssi(virtual string) (template.HTML, error) {
	if !strings.HasPrefix(virtual, "/") || strings.ContainsAny(virtual, "\"'<>") || strings.ContainsFunc(virtual, unicode.IsControl) || strings.Contains(virtual, "--") {
		return "", errors.New(`ssi wants an absolute path such as "/inc/header.html"`)
	}
	return template.HTML(`<!--#include virtual="` + virtual + `" -->`), nil
}

// share is n as a part of most in twentieths, for the bars of an overview: a class, since styles are never inline.
func share(n, most int) int {
	if most <= 0 || n <= 0 {
		return 0
	}
	return max(1, (n*20+most-1)/most)
}
