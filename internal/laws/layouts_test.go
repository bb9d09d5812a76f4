package laws

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

var (
	action   = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	quoted   = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	unquoted = regexp.MustCompile(`=\s*\f`)
)

// hole stands for a template action while the layout is read as HTML: white space between attributes, and like nothing that a
// layout contains of itself.
const hole = "\f"

// layoutLaw reads a layout as HTML with holes. Between tags and in quoted attribute values html/template escapes what is put into a hole;
// in styles, scripts, handlers and srcdoc that is too much to ask, so there are none of these. The one exception is a JSON-LD block
// that holds exactly one value.
func layoutLaw(name, text string) []string {
	var l []string
	z := html.NewTokenizer(strings.NewReader(action.ReplaceAllString(text, hole)))
	blocks := 0
	inside := "" // the raw text element that the next text belongs to: style, script or ld (a data block)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if blocks > 1 {
				breach(&l, name, "%d JSON-LD blocks", blocks)
			}
			return l
		case html.StartTagToken, html.SelfClosingTagToken:
			if unquoted.Match(quoted.ReplaceAll(z.Raw(), []byte(`""`))) {
				breach(&l, name, "an action as an attribute value without quotes")
			}
			tag := z.Token()
			inside = ""
			if strings.Contains(tag.Data, hole) {
				breach(&l, name, "an action in the name of the element %q", tag.Data)
			}
			switch tag.Data {
			case "style":
				breach(&l, name, "style element")
				inside = "style"
			case "script":
				inside = "script"
				if slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "type" && a.Val == "application/ld+json" }) {
					inside = "ld"
					blocks++
				} else if !slices.ContainsFunc(tag.Attr, func(a html.Attribute) bool { return a.Key == "src" }) {
					breach(&l, name, "inline script")
				}
			}
			for _, a := range tag.Attr {
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc":
					breach(&l, name, "attribute %s on %s", a.Key, tag.Data)
				case strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:"):
					breach(&l, name, "script as the address %s of %s", a.Key, tag.Data)
				}
			}
		case html.TextToken:
			raw := string(z.Raw())
			switch {
			case inside == "ld" && (strings.Count(raw, hole) != 1 || strings.TrimSpace(raw) != ""): // a hole is white space
				breach(&l, name, "a JSON-LD block holds one value and nothing else")
			case (inside == "style" || inside == "script") && strings.Contains(raw, hole):
				breach(&l, name, "an action in a %s element", inside)
			}
		case html.EndTagToken:
			inside = ""
		}
	}
}

func TestLayouts(t *testing.T) {
	n := 0
	for name, text := range texts(t) {
		if strings.HasPrefix(name, "layouts/") && path.Ext(name) == ".html" {
			n++
			report(t, layoutLaw(name, text))
		}
	}
	if n == 0 {
		t.Error("no layouts")
	}
}

func TestLayoutLawCanFail(t *testing.T) {
	good := `{{define "head"}}<link rel="canonical" href="{{url "a=" .Path}}"><script src="{{asset "a.js"}}" defer></script>
<script type="application/ld+json">{{.JSONLD}}</script><meta http-equiv="refresh" content="0; url={{.Target}}">
<li{{if eq .Here "x"}} aria-current="page"{{end}} class="a {{.Class}}">{{.Name}}</li>{{ssi "/inc/header.html"}}{{end}}`
	wantBreaches(t, layoutLaw("good.html", good))
	for _, tt := range []struct{ layout, want string }{
		{`<style>a{}</style>`, "style element"},
		{`<script>{{.X}}</script>`, "inline script|an action in a script"},
		{`<script src="a.js">{{.X}}</script>`, "an action in a script"},
		{`<script>let a = 1</script>`, "inline script"},
		{`<p onclick="x()">`, "attribute onclick"},
		{`<p style="color:{{.C}}">`, "attribute style"},
		{`<iframe srcdoc="{{.X}}">`, "attribute srcdoc"},
		{`<a href="javascript:x()">`, "script as the address"},
		{`<p class={{.X}}>`, "without quotes"},
		{`<script type="application/ld+json">{"a":{{.X}}}</script>`, "one value and nothing else"},
		{`<script type="application/ld+json">{{.X}}{{.Y}}</script>`, "one value and nothing else"},
		{`<script type="application/ld+json">{{.X}}</script><script type="application/ld+json">{{.X}}</script>`, "2 JSON-LD blocks"},
		{`<style>a{color:{{.C}}}</style>`, "style element|an action in a style"},
	} {
		t.Run(tt.layout, func(t *testing.T) {
			wantBreaches(t, layoutLaw("bad.html", tt.layout), strings.Split(tt.want, "|")...)
		})
	}
}
