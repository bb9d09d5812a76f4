// Package sitetest reads a built site from its folder and says what is wrong with it. Only tests import it; the program
// never does (internal/laws checks that).
//
// Every check returns problems as strings that begin with the path of the file: "610112/index.html: two h1". A site is
// good when the list is empty. Site.Check runs them all. The IDs in the messages (M-17, F-04, N-02 …) are those of the
// rules on page tags, footer and navigation of government sites that the generator follows.
//
// What layouts must write so that the checks can see it:
//
//	footer [data-f="F-01"] … [data-f="F-08"]      the items of the footer
//	nav[aria-label="当前位置"] > ol > li           the breadcrumb, links but the last, which has aria-current="page"
//	ol.reports > li, ul.reports > li              an entry of a list, holding <time datetime>
//	meta[http-equiv="refresh"]                    a redirect page, which needs no landmarks, tags or footer
//
// Tools that are not on every machine (Chromium, Java, the Nu checker, axe-core) and the texts beside the checkout are asked for
// with Require: without the tool a test skips and says why, unless GONGKAI_REQUIRE names it.
package sitetest

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Site is a built site, read whole.
type Site struct {
	Dir   string
	Pages []*Page         // every .html file but attachments, by path
	Files map[string]bool // every file, slash-separated, relative to Dir
	base  string          // path of the base URL, "/xxgk/"; "" when none was given
}

// Page is one parsed .html file.
type Page struct {
	Path string // relative to the site's root: "610112/index.html"
	Type PageType
	Root *html.Node
	Raw  []byte

	ids map[string]int
}

// PageType is what the address says a page is.
type PageType int

// The page types. A Column (栏目) is any list; a Content page (内容页) a report; a Plain page one like about.html.
const (
	Column PageType = iota
	Home
	Content
	Plain
	NotFound
	Redirect
)

// reportPath is the address of a report: district, agency, year, slug; a comparison is not a report.
var reportPath = regexp.MustCompile(`^[^/]+/[a-z0-9-]+/\d{4}/[a-z0-9-]+\.html$`)

// Load reads every file below dir. HTML is read as a browser without JavaScript reads it, so that noscript counts.
func Load(dir string) (*Site, error) {
	s := &Site{Dir: dir, Files: map[string]bool{}}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		s.Files[rel] = true
		if !isPage(rel) {
			return nil
		}
		p, err := s.parse(rel)
		if err != nil {
			return err
		}
		s.Pages = append(s.Pages, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load site: %w", err)
	}
	slices.SortFunc(s.Pages, func(a, b *Page) int { return strings.Compare(a.Path, b.Path) })
	return s, nil
}

// isPage leaves out fragments, which are no documents of their own.
func isPage(rel string) bool {
	return path.Ext(rel) == ".html" && !strings.HasSuffix(rel, ".fragment.html")
}

func (s *Site) parse(rel string) (*Page, error) {
	raw, err := s.read(rel)
	if err != nil {
		return nil, err
	}
	root, err := html.ParseWithOptions(bytes.NewReader(raw), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", rel, err)
	}
	p := &Page{Path: rel, Root: root, Raw: raw, ids: map[string]int{}}
	for n := range root.Descendants() {
		if id, ok := attr(n, "id"); ok {
			p.ids[id]++
		}
	}
	p.Type = pageType(rel, root)
	return p, nil
}

func pageType(rel string, root *html.Node) PageType {
	for m := range elements(root, "meta") {
		if v, _ := attr(m, "http-equiv"); strings.EqualFold(v, "refresh") {
			return Redirect
		}
	}
	switch {
	case rel == "index.html":
		return Home
	case rel == "404.html":
		return NotFound
	case reportPath.MatchString(rel) && !strings.HasSuffix(rel, "-compare.html") && !strings.Contains(rel, "/page/"):
		return Content
	case !strings.Contains(rel, "/"):
		return Plain
	}
	return Column
}

func (s *Site) read(rel string) ([]byte, error) {
	return os.ReadFile(filepath.Join(s.Dir, filepath.FromSlash(rel)))
}

// Page returns a page by its path, or nil.
func (s *Site) Page(rel string) *Page {
	i, ok := slices.BinarySearchFunc(s.Pages, rel, func(p *Page, rel string) int { return strings.Compare(p.Path, rel) })
	if !ok {
		return nil
	}
	return s.Pages[i]
}

// Options say what a site must fulfil.
type Options struct {
	Mode    Mode
	BaseURL string // with it, the addresses of sitemap, feeds and canonical links are resolved
	// Exempt names pages that carry no article tags although their address is a report's: withdrawn ones.
	Exempt []string
}

// Check runs every check that needs nothing but the folder.
func (s *Site) Check(o Options) []string {
	var l problems
	if u, err := url.Parse(o.BaseURL); err == nil {
		s.base = u.Path
	}
	if len(s.Pages) == 0 {
		l.add(s.Dir, "no pages")
	}
	for _, found := range [][]string{
		s.Structure(), s.Titles(), s.Inline(), s.Links(), s.Styles(), s.Canonical(o.BaseURL),
		s.PageTags(o.Mode, o.Exempt...), s.Footer(o.Mode), s.Breadcrumbs(), s.ListDates(),
		s.JSONLD(), s.Placeholders(), s.Data(), s.Sitemap(o.BaseURL), s.Feeds(o.BaseURL), s.Manifest(),
	} {
		l = append(l, found...)
	}
	return l
}

// problems is a list of findings.
type problems []string

func (l *problems) add(file, format string, args ...any) {
	*l = append(*l, file+": "+fmt.Sprintf(format, args...))
}
