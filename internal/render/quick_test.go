package render

import (
	"bytes"
	"errors"
	"html/template"
	"strings"
	"testing"
	"time"
)

// TestQuickKnowsTheLayouts: what comes with the program never takes the slow way, and both ways write the same.
func TestQuickKnowsTheLayouts(t *testing.T) {
	l := mustLayouts(t, nil)
	for kind, pair := range views() {
		q := l.quick[kind]
		if kind == "redirect" {
			continue // an address within the content of a meta element: html/template has a way of its own there, and such pages are few
		}
		if q == nil {
			t.Errorf("%s.html holds something that quick does not know", kind)
			continue
		}
		for _, view := range pair {
			var fast, slow bytes.Buffer
			if err := l.sets[kind].Execute(&slow, view); err != nil {
				t.Fatal(err)
			}
			if !q.execute(&fast, view) {
				t.Errorf("%s.html meets a value that quick does not know", kind)
			} else if fast.String() != slow.String() {
				t.Errorf("%s.html:\n got %s\nwant %s", kind, differ(fast.String(), slow.String()), differ(slow.String(), fast.String()))
			}
		}
	}
}

func differ(x, y string) string {
	i := 0
	for i < min(len(x), len(y)) && x[i] == y[i] {
		i++
	}
	return x[max(0, i-60):min(len(x), i+60)]
}

type quickView struct {
	S, T  string
	N     int
	B     bool
	H     template.HTML
	L     []string
	P     *quickView
	Any   any
	Kind  namedText
	When  time.Duration
	Inner struct{ S string }
}

type namedText string

// quickCases are layouts; "!" marks those that must take the slow way and still come out right.
var quickCases = []string{
	`{{.S}}|{{.T}}|{{.N}}|{{.H}}`,
	`<p title="{{.S}}" class='{{.T}}'>{{.Inner.S}}</p>`,
	`<a href="{{.S}}">{{.T}}</a><a href="{{.T}}{{.S}}">x</a><a href="/a/{{.S}}?q={{.T}}&r={{.N}}#{{.S}}">y</a>`,
	`<title>{{.S}}</title>`,
	`<script type="application/ld+json">{{.Any}}</script>`,
	`{{if .B}}b{{else if .N}}n{{else}}none{{end}}{{with .S}}<i>{{.}}{{$.T}}</i>{{else}}no{{end}}`,
	`{{range .L}}<li>{{.}}{{else}}empty{{end}}{{range $x := .L}}{{$x}}{{end}}{{range $i, $x := .L}}{{if $i}}, {{end}}{{$i}}{{$x}}{{end}}`,
	`{{with $x := .S}}{{$x}}{{with $y := $.T}}{{$x}}{{$y}}{{end}}{{$x}}{{end}}{{$n := .N}}{{range .L}}{{$n}}{{$n2 := .}}{{$n2}}{{end}}`,
	`{{define "a"}}[{{.}}{{with $z := .}}{{$z}}{{end}}]{{end}}{{$v := .T}}{{range $i, $x := .L}}{{template "a" $x}}{{$i}}{{$x}}{{$v}}{{end}}{{template "a" .S}}`,
	`{{define "r"}}<b>{{.S}}</b>{{if .P}}{{template "r" .P}}{{end}}{{end}}{{template "r" .}}`,
	`{{if and .S .T}}1{{end}}{{if or .B .N}}2{{end}}{{if not .B}}3{{end}}{{if eq .S "a" .T}}4{{end}}{{if ne .N 3}}5{{end}}{{if gt .N 1}}6{{end}}{{if le .N 1}}7{{end}}{{len .L}}{{len .S}}`,
	`{{if and (eq .S .T) (lt .N 5)}}1{{end}}{{(under "x" .L).Root}}{{range (under .S .L).Items}}{{.}}{{end}}{{up .S | up}}{{.S | up}}`,
	`{{with .P}}{{.S}}{{end}}{{if .P}}{{.P.P}}{{end}}`,
	`{{range .Any}}{{.}}{{end}}`,
	`{{.Kind}}{{.When}}{{.B}}`, `<p title="{{.H}}">`, `<p {{.S}}=1>`, `<p title={{.S}}>`, `<style>p{color:{{.S}}}</style>`, `<script>var x = {{.S}}; "{{.T}}"</script>`,
	`{{printf "%d %s" .N .S}}{{index .L 0}}`, `{{range .L}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}`, `{{$x := .S}}{{$x = .T}}{{$x}}`, `{{.P.S}}`, `{{html .S}}`,
	`{{.Missing}}`, `{{template "none"}}`, `{{fail}}`, `{{range 3}}x{{end}}`, `{{nil}}`, `<a href="{{`, `{{define "x"}}{{end}}`,
}

var quickViews = []*quickView{
	{},
	{S: "a", T: "a", N: 3, B: true, H: "<b>x</b>", L: []string{"a", "b", "c"}, Any: []string{"x", "<y>"}, Kind: "k<", When: time.Second},
	{S: `<a href="x">&amp;'+` + "\x00`=", T: "javascript:alert(1)", N: -4, L: []string{"<", "&"}, Any: map[string]string{"a": "</script><!--"}, P: &quickView{S: "p"}},
	{S: "http://例.cn/路径/a b?x=1&y=%41%zz#片段", T: "MAILTO:a@b", L: []string{""}, Any: 3.5, P: &quickView{P: &quickView{S: "deep"}}},
	{S: "\xff\xfe\ufdd0\uffff\ufffd", T: "HTTP://x/'(!)*~", N: 1 << 40, Any: (*quickView)(nil), H: "<i>1"},
	{S: "a/b:c", T: "x:y/z", Any: "text", N: 1},
	{S: "data:text/html,x", T: " javascript:x", Any: quickView{S: "s"}},
}

func quickLayouts() *Layouts {
	l := &Layouts{sets: map[string]*template.Template{}, quick: map[string]*quick{}, sources: map[string]layoutFile{}}
	l.funcs = template.FuncMap{
		"under": func(root string, items any) Items { return Items{Root: root, Items: items} },
		"up":    strings.ToUpper,
		"asset": func(name string) (string, error) { return "assets/" + name, nil },
		"fail":  func() (string, error) { return "", errQuick },
	}
	return l
}

var errQuick = errors.New("no")

// sameBothWays draws a view with html/template alone and as the program does.
func sameBothWays(t *testing.T, text string, view any) {
	t.Helper()
	l := quickLayouts()
	parse := func() *template.Template {
		set, err := template.New("x").Funcs(l.funcs).Parse(text)
		if err != nil {
			return nil
		}
		return set
	}
	set, ready := parse(), parse()
	if set == nil {
		return
	}
	var want, got bytes.Buffer
	err := set.Execute(&want, view)
	q := newQuick(ready, l.funcs)
	if q == nil {
		return
	}
	switch ok := q.execute(&got, view); {
	case !ok && got.Len() > 0:
		t.Errorf("%q gave up and left %q", text, got.String())
	case ok && err != nil:
		t.Errorf("%q with %+v: html/template says %v, quick writes %q", text, view, err, got.String())
	case ok && got.String() != want.String():
		t.Errorf("%q with %+v:\n got %q\nwant %q", text, view, got.String(), want.String())
	}
}

func TestQuickWritesTheSame(t *testing.T) {
	for _, text := range quickCases {
		for _, view := range quickViews {
			sameBothWays(t, text, view)
			sameBothWays(t, text, *view)
		}
		sameBothWays(t, text, nil)
	}
	// so much at least is not left to html/template
	for _, text := range quickCases[:14] {
		set := template.Must(template.New("x").Funcs(quickLayouts().funcs).Parse(text))
		if newQuick(set, quickLayouts().funcs) == nil {
			t.Errorf("quick does not know %s", text)
		}
	}
}

// FuzzQuick: any layout with any text in its view comes out as html/template writes it.
func FuzzQuick(f *testing.F) {
	for i, text := range quickCases {
		f.Add(text, quickViews[i%len(quickViews)].S, quickViews[i%len(quickViews)].T, i)
	}
	f.Fuzz(func(t *testing.T, text, a, b string, n int) {
		if strings.Contains(text, "template") && strings.Count(text, "{{") > 40 {
			t.Skip("a layout that calls itself for ever takes for ever")
		}
		view := &quickView{S: a, T: b, N: n, B: n%2 == 0, H: template.HTML(a), L: []string{a, b}, Any: a, P: &quickView{S: b}, Kind: namedText(a)}
		sameBothWays(t, text, view)
	})
}
