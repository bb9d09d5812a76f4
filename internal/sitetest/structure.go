package sitetest

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Structure checks every page but redirects for what reading aids and readers rely on: language, one h1, no
// skipped heading level, unique ids, landmarks, skip link, alt texts, th scope, names of links and buttons.
func (s *Site) Structure() []string {
	var l problems
	for _, p := range s.Pages {
		p.language(&l)
		p.uniqueIDs(&l)
		if p.Type == Redirect {
			continue
		}
		p.headings(&l)
		p.landmarks(&l)
		p.skipLink(&l)
		p.alternatives(&l)
	}
	return l
}

func (p *Page) language(l *problems) {
	root := first(p.Root, "html")
	lang, _ := attr(root, "lang")
	if lang == "" {
		l.add(p.Path, "html has no lang")
	}
	charset := false
	for m := range elements(p.Root, "meta") {
		if v, ok := attr(m, "charset"); ok {
			charset = strings.EqualFold(v, "utf-8")
		}
	}
	if !charset {
		l.add(p.Path, "no meta charset utf-8")
	}
}

func (p *Page) uniqueIDs(l *problems) {
	var twice []string
	for id, n := range p.ids {
		switch {
		case n > 1:
			twice = append(twice, id)
		case id == "" || strings.ContainsAny(id, " \t\n"):
			l.add(p.Path, "id %q is empty or has white space", id)
		}
	}
	slices.Sort(twice)
	for _, id := range twice {
		l.add(p.Path, "id %q stands %d times", id, p.ids[id])
	}
}

func (p *Page) headings(l *problems) {
	ones, level := 0, 0
	for h := range elements(p.Root, "h1", "h2", "h3", "h4", "h5", "h6") {
		now := int(h.Data[1] - '0')
		if now == 1 {
			ones++
		}
		if now > level+1 {
			l.add(p.Path, "heading level skipped: %s %q after level %d", h.Data, clip(squeeze(Text(h))), level)
		}
		level = now
		if accessibleName(h) == "" {
			l.add(p.Path, "empty %s", h.Data)
		}
	}
	if ones != 1 {
		l.add(p.Path, "%d h1, want one", ones)
	}
}

func (p *Page) landmarks(l *problems) {
	count := map[string]int{}
	var navs []string
	for n := range elements(p.Root, "header", "main", "footer", "nav") {
		switch n.Data {
		case "nav":
			label, _ := attr(n, "aria-label")
			by, _ := attr(n, "aria-labelledby")
			navs = append(navs, label+by)
		case "main":
			count["main"]++
		default:
			// Within these a header or footer belongs to the section and is no landmark.
			if !inside(n, "main", "article", "section", "aside", "nav") {
				count[n.Data]++
			}
		}
	}
	for _, name := range []string{"header", "main", "footer"} {
		if count[name] != 1 {
			l.add(p.Path, "%d landmarks %s, want one", count[name], name)
		}
	}
	if len(navs) == 0 {
		l.add(p.Path, "no nav")
	}
	slices.Sort(navs)
	if len(navs) > 1 && (navs[0] == "" || len(slices.Compact(slices.Clone(navs))) != len(navs)) {
		l.add(p.Path, "several nav need a label each, all different: %q", navs)
	}
}

// skipLink wants the first link of the page to lead to the main part.
func (p *Page) skipLink(l *problems) {
	body := first(p.Root, "body")
	var link *html.Node
	for a := range elements(body, "a", "button", "input", "select", "textarea", "summary") {
		if _, ok := attr(a, "href"); ok || a.Data != "a" {
			link = a
			break
		}
	}
	target := ""
	if link != nil {
		target, _ = attr(link, "href")
	}
	id, ok := strings.CutPrefix(target, "#")
	if !ok {
		l.add(p.Path, "no skip link: the first control is no link to a part of the page")
		return
	}
	for n := range elements(body) {
		if v, _ := attr(n, "id"); v == id && id != "" {
			if n.Data != "main" && !inside(n, "main") {
				l.add(p.Path, "skip link leads to %s #%s, outside main", n.Data, id)
			}
			return
		}
	}
	l.add(p.Path, "skip link leads nowhere: #%s", id)
}

func (p *Page) alternatives(l *problems) {
	scopes := []string{"row", "col", "rowgroup", "colgroup"}
	for n := range elements(p.Root, "img", "th", "a", "button", "area") {
		switch n.Data {
		case "img", "area":
			if _, ok := attr(n, "alt"); !ok {
				src, _ := attr(n, "src")
				l.add(p.Path, "%s %q has no alt", n.Data, src)
			}
		case "th":
			if v, _ := attr(n, "scope"); !slices.Contains(scopes, v) {
				l.add(p.Path, "th %q has no scope", clip(squeeze(Text(n))))
			}
		default:
			href, isLink := attr(n, "href")
			if (isLink || n.Data == "button") && accessibleName(n) == "" {
				l.add(p.Path, "%s %q has no text", n.Data, href)
			}
		}
	}
}

// Titles wants a title on every page, and no title twice among the pages that are no redirects.
func (s *Site) Titles() []string {
	var l problems
	seen := map[string]string{}
	for _, p := range s.Pages {
		title := p.Title()
		if title == "" {
			l.add(p.Path, "no title")
			continue
		}
		if p.Type == Redirect {
			continue
		}
		if other, ok := seen[title]; ok {
			l.add(p.Path, "title %q is also that of %s", title, other)
		}
		seen[title] = p.Path
	}
	return l
}

// Inline wants no inline script, style, event handler or srcdoc anywhere, but one JSON-LD data block a page, so that a site runs under
// "default-src 'self'".
func (s *Site) Inline() []string {
	var l problems
	for _, p := range s.Pages {
		blocks := 0
		for n := range elements(p.Root) {
			switch n.Data {
			case "style":
				l.add(p.Path, "inline style element")
			case "base":
				if p.Type != NotFound {
					l.add(p.Path, "base element")
				}
			case "script":
				kind, _ := attr(n, "type")
				_, external := attr(n, "src")
				if kind == jsonLD {
					blocks++
				} else if !external || n.FirstChild != nil {
					l.add(p.Path, "inline script")
				}
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
					l.add(p.Path, "attribute %s on %s", a.Key, n.Data)
				}
				if isScriptURL(a.Val) {
					l.add(p.Path, "script as an address: %s of %s", a.Key, n.Data)
				}
			}
		}
		if blocks > 1 {
			l.add(p.Path, "%d JSON-LD blocks", blocks)
		}
	}
	return l
}

func isScriptURL(v string) bool {
	v = strings.ToLower(Bare(v))
	return strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "vbscript:")
}
