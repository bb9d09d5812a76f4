package sitetest

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// reference is an address that a page names.
type reference struct {
	value string
	from  string // "a href", for messages
	// external says that another site's address is allowed: a link to follow, never a thing to load.
	external bool
}

// resourceAttrs are the attributes whose address a browser loads by itself.
var resourceAttrs = map[string][]string{
	"img": {"src"}, "script": {"src"}, "iframe": {"src"}, "embed": {"src"}, "object": {"data"}, "audio": {"src"}, "video": {"src", "poster"},
	"source": {"src"}, "track": {"src"}, "input": {"src"}, "image": {"href"}, "use": {"href"}, "frame": {"src"}, "body": {"background"},
}

// linkAttrs are the attributes whose address a reader may follow.
var linkAttrs = map[string][]string{
	"a": {"href"}, "area": {"href"}, "form": {"action"}, "button": {"formaction"}, "blockquote": {"cite"}, "q": {"cite"}, "ins": {"cite"}, "del": {"cite"},
}

// linkRels are the relations of a link element that load nothing, so that an absolute address is right there.
var linkRels = []string{"canonical", "alternate", "license", "author", "help", "search", "prev", "next", "up", "contents"}

func (p *Page) references() []reference {
	var refs []reference
	add := func(n *html.Node, name string, external bool) {
		if v, ok := attr(n, name); ok {
			refs = append(refs, reference{v, n.Data + " " + name, external})
		}
	}
	for n := range elements(p.Root) {
		for _, name := range resourceAttrs[n.Data] {
			add(n, name, false)
		}
		for _, name := range linkAttrs[n.Data] {
			add(n, name, n.Data != "form" && n.Data != "button")
		}
		for _, name := range []string{"srcset", "imagesrcset"} {
			v, _ := attr(n, name)
			for candidate := range strings.SplitSeq(v, ",") {
				if f := strings.Fields(candidate); len(f) > 0 {
					refs = append(refs, reference{f[0], n.Data + " " + name, false})
				}
			}
		}
		switch n.Data {
		case "link":
			rel, _ := attr(n, "rel")
			follows := func(r string) bool { return slices.Contains(linkRels, strings.ToLower(r)) }
			add(n, "href", slices.ContainsFunc(strings.Fields(rel), follows))
		case "meta":
			if v, ok := refreshTarget(n); ok {
				refs = append(refs, reference{v, "meta refresh", false})
			}
		}
	}
	return refs
}

var refreshURL = regexp.MustCompile(`(?i)^\s*\d+\s*[;,]\s*url\s*=\s*['"]?([^'"]*)`)

func refreshTarget(n *html.Node) (string, bool) {
	if v, _ := attr(n, "http-equiv"); !strings.EqualFold(v, "refresh") {
		return "", false
	}
	v, _ := attr(n, "content")
	if m := refreshURL.FindStringSubmatch(v); m != nil {
		return strings.TrimSpace(m[1]), true
	}
	return "", true
}

// Links wants every address that a page names to be relative, to name a file of the site and, with a fragment, an id on
// that page. Addresses of other sites may be followed (http, https, mailto, tel), never loaded.
func (s *Site) Links() []string {
	var l problems
	for _, p := range s.Pages {
		for _, r := range p.references() {
			if why := s.resolve(p, r); why != "" {
				l.add(p.Path, "%s %q: %s", r.from, r.value, why)
			}
		}
	}
	return l
}

// resolve returns what is wrong with an address, or "".
func (s *Site) resolve(p *Page, r reference) string {
	u, err := url.Parse(r.value)
	if err != nil {
		return "not an address"
	}
	if u.Scheme != "" || u.Host != "" {
		switch {
		case !slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme):
			return "scheme not allowed"
		case !r.external:
			return "loaded from outside the site"
		}
		return ""
	}
	if r.value == "" {
		return "empty address"
	}
	target := p.Path
	if u.Path != "" {
		var why string
		dir, rel := path.Dir(p.Path), u.Path
		if below, ok := strings.CutPrefix(rel, s.base); ok && s.base != "" && p.Path == "404.html" {
			dir, rel = ".", below // a server shows this page at addresses of any depth, so its links name the site's own path
		}
		if target, why = s.file(dir, rel); why != "" {
			return why
		}
	}
	fragment, _, _ := strings.Cut(u.Fragment, ":~:")
	if fragment == "" {
		if strings.HasSuffix(r.value, "#") {
			return "empty fragment"
		}
		return ""
	}
	if page := s.Page(target); page == nil {
		return "a fragment of what is no page"
	} else if page.ids[fragment] == 0 && fragment != "top" {
		return "no such id in " + target
	}
	return ""
}

// file resolves a relative path from a folder of the site.
func (s *Site) file(dir, rel string) (target, why string) {
	if strings.HasPrefix(rel, "/") {
		return "", "not relative"
	}
	target = path.Join(dir, rel)
	switch {
	case target == ".." || strings.HasPrefix(target, "../"):
		return "", "leaves the site"
	case strings.HasSuffix(rel, "/") || rel == "." || rel == ".." || strings.HasSuffix(rel, "/.."):
		return "", "names a folder, not a file"
	case !s.Files[target]:
		return "", "no such file"
	}
	return target, ""
}

var cssURL = regexp.MustCompile(`(?i)url\(\s*['"]?([^'")]*)['"]?\s*\)|@import\s+['"]([^'"]*)['"]`)

// Styles wants every address in the site's own style sheets to be relative and to name a file.
func (s *Site) Styles() []string {
	var l problems
	for _, name := range s.names(".css") {
		css, err := s.read(name)
		if err != nil {
			l.add(name, "%v", err)
			continue
		}
		for _, m := range cssURL.FindAllStringSubmatch(string(css), -1) {
			ref := m[1] + m[2]
			u, err := url.Parse(ref)
			switch {
			case err != nil:
				l.add(name, "%q: not an address", ref)
			case u.Scheme != "" || u.Host != "":
				l.add(name, "%q: loaded from outside the site", ref)
			case u.Path == "": // a fragment of the page that uses the sheet
			default:
				if _, why := s.file(path.Dir(name), u.Path); why != "" {
					l.add(name, "%q: %s", ref, why)
				}
			}
		}
	}
	return l
}

// names are the files with an extension, sorted.
func (s *Site) names(ext string) []string {
	var found []string
	for name := range s.Files {
		if path.Ext(name) == ext {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// Canonical wants the canonical address and og:url of a page, where they stand, to be its own below the base URL, without index.html; a
// redirect names its target instead. An empty base checks nothing.
func (s *Site) Canonical(base string) []string {
	var l problems
	if base == "" {
		return nil
	}
	for _, p := range s.Pages {
		own := strings.TrimSuffix(base, "/") + "/" + strings.TrimSuffix(p.Path, "index.html")
		for n := range elements(p.Root, "link", "meta") {
			var have string
			if rel, _ := attr(n, "rel"); rel == "canonical" {
				have, _ = attr(n, "href")
			} else if prop, _ := attr(n, "property"); prop == "og:url" {
				have, _ = attr(n, "content")
			} else {
				continue
			}
			if p.Type != Redirect && decoded(have) != own {
				l.add(p.Path, "canonical address %q, want %q", have, own)
			} else if why := s.absolute(base, "", have); why != "" {
				l.add(p.Path, "canonical address %q: %s", have, why)
			}
		}
	}
	return l
}

func decoded(address string) string {
	if u, err := url.PathUnescape(address); err == nil {
		return u
	}
	return address
}

// absolute returns what is wrong with an address that a machine reads: below the base URL it must name a file, with
// index.html left out; a relative one is resolved from the folder dir.
func (s *Site) absolute(base, dir, address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return "not an address"
	}
	b, err := url.Parse(strings.TrimSuffix(base, "/") + "/")
	if err != nil {
		return "base URL: " + err.Error()
	}
	rel := path.Join(dir, u.Path)
	if u.IsAbs() {
		after, ok := strings.CutPrefix(u.Path, b.Path)
		if u.Scheme != b.Scheme || u.Host != b.Host || !ok {
			return "not below the base URL " + base
		}
		rel = after
	}
	if strings.HasSuffix(u.Path, "/") || rel == "" {
		rel = path.Join(rel, "index.html")
	}
	if !s.Files[rel] {
		return "no such file: " + rel
	}
	return ""
}
