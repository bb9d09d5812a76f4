package sitetest

import (
	"iter"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

// attr returns an attribute of an element.
func attr(n *html.Node, name string) (string, bool) {
	if n.Type != html.ElementNode {
		return "", false
	}
	for _, a := range n.Attr {
		if a.Key == name && (a.Namespace == "" || a.Namespace == "xlink") {
			return a.Val, true
		}
	}
	return "", false
}

// elements yields the elements below n with one of the names, in document order; without names, all of them.
func elements(n *html.Node, names ...string) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && (len(names) == 0 || slices.Contains(names, d.Data)) && !yield(d) {
				return
			}
		}
	}
}

// first returns the first element below n with one of the names, or nil.
func first(n *html.Node, names ...string) *html.Node {
	for d := range elements(n, names...) {
		return d
	}
	return nil
}

// children yields the element children of n with the name.
func children(n *html.Node, name string) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for c := range n.ChildNodes() {
			if c.Type == html.ElementNode && c.Data == name && !yield(c) {
				return
			}
		}
	}
}

// inside says whether an ancestor of n has one of the names.
func inside(n *html.Node, names ...string) bool {
	for a := range n.Ancestors() {
		if a.Type == html.ElementNode && slices.Contains(names, a.Data) {
			return true
		}
	}
	return false
}

func hasClass(n *html.Node, class string) bool {
	v, _ := attr(n, "class")
	return slices.Contains(strings.Fields(v), class)
}

// Text is what a reader sees of n and what is below it: no scripts, styles or templates; white space as written.
func Text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
		case n.Type == html.ElementNode && slices.Contains([]string{"script", "style", "template"}, n.Data):
			return
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

// Text is what a reader sees of the page, the title left out.
func (p *Page) Text() string {
	if body := first(p.Root, "body"); body != nil {
		return Text(body)
	}
	return ""
}

// Title is the text of the title element.
func (p *Page) Title() string {
	if head := first(p.Root, "head"); head != nil {
		if t := first(head, "title"); t != nil {
			return squeeze(Text(t))
		}
	}
	return ""
}

// Meta returns the contents of the meta elements with exactly this name, in order.
func (p *Page) Meta(name string) []string {
	var found []string
	for m := range elements(p.Root, "meta") {
		if n, _ := attr(m, "name"); n == name {
			v, _ := attr(m, "content")
			found = append(found, v)
		}
	}
	return found
}

// accessibleName is a plain reading of what assistive technology says for a link or button.
func accessibleName(n *html.Node) string {
	if v, _ := attr(n, "aria-label"); v != "" {
		return v
	}
	if v, _ := attr(n, "aria-labelledby"); v != "" {
		return v
	}
	name := squeeze(Text(n))
	for img := range elements(n, "img") {
		alt, _ := attr(img, "alt")
		name += alt
	}
	for t := range elements(n, "title") {
		name += Text(t)
	}
	return strings.TrimSpace(name)
}

// squeeze trims and turns every run of white space into one space.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// Bare drops all white space: the ground on which texts are compared, because lines break where a layout likes.
func Bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

// Passages says which of the passages do not stand in the text, each whole and one after the other; white space does not
// count. A passage that stands only before its predecessor is reported too.
func Passages(text string, passages ...string) []string {
	var l []string
	rest := Bare(text)
	all := rest
	for _, p := range passages {
		want := Bare(p)
		i := strings.Index(rest, want)
		switch {
		case i >= 0:
			rest = rest[i+len(want):]
		case strings.Contains(all, want):
			l = append(l, "out of order: "+clip(want))
		default:
			l = append(l, "not there: "+clip(want))
		}
	}
	return l
}

// InOrder says whether every character of want but white space stands in text in the same order, others between them
// allowed; if not, it returns the stretch of want where the text ran out.
func InOrder(text, want string) (missing string, ok bool) {
	have := []rune(Bare(text))
	i := 0
	wanted := []rune(Bare(want))
	for k, r := range wanted {
		j := slices.Index(have[i:], r)
		if j < 0 {
			return clip(string(wanted[max(0, k-10):])), false
		}
		i += j + 1
	}
	return "", true
}

// clip shortens a text for a message.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// Kind is the page's kind, the first class of its body.
func (p *Page) Kind() string {
	class, _ := attr(first(p.Root, "body"), "class")
	kind, _, _ := strings.Cut(class, " ")
	return kind
}
