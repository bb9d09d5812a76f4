// Package render turns a Site and the layouts into the bytes of pages, feeds, sitemaps and data files.
//
// A page is a pure function of the site, the layouts and, for a report, its body. Every page kind has a typed view (views.go) and a layout
// of the same name; views hold addresses below the site's root, which layouts write behind .Root, so that all links are relative.
package render

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// Renderer draws the pages of one site. It is immutable and safe for concurrent use.
type Renderer struct {
	site    *site.Site
	config  *site.Config
	layouts *Layouts
	assets  *Assets
	shared  Site   // the part of all views
	base    string // base_url, "" when unset
	policy  string // of a page's meta element
	codes   codePlans
}

// New prepares drawing a site.
func New(s *site.Site, layouts *Layouts, assets *Assets) *Renderer {
	r := &Renderer{site: s, config: s.Config, layouts: layouts, assets: assets, base: s.Config.BaseURL, policy: s.Config.Policy()}
	r.shared = r.sharedPart()
	return r
}

// Output is a file of the site that needs no report's body.
type Output struct {
	URL  string
	Make func(*bytes.Buffer) *diag.Diagnostic

	kind string     // of what a layout draws: see Keys.Output
	view func() any // nil for feeds, sitemaps and data
}

// Indexes lists every output but the reports' own, by address.
func (r *Renderer) Indexes() []Output {
	out := r.pages()
	out = append(out, r.feeds()...)
	out = append(out, r.sitemaps()...)
	out = append(out, r.machine()...)
	slices.SortFunc(out, func(x, y Output) int { return strings.Compare(x.URL, y.URL) })
	return out
}

func (r *Renderer) wants(output string) bool { return slices.Contains(r.config.Outputs, output) }

// draw is an output made by a layout from a view.
func (r *Renderer) draw(url, kind string, view func() any) Output {
	return Output{url, func(b *bytes.Buffer) *diag.Diagnostic { return r.layouts.Execute(b, kind, view()) }, kind, view}
}

// page is the common part of a view.
func (r *Renderer) page(kind, pageURL, heading string, crumbs ...Link) Page {
	p := Page{
		Spaced: r.config.Features.Paragraphs == "spaced", Kind: kind, Lang: r.config.Language, Heading: heading, URL: pageURL,
		Root:    strings.Repeat("../", strings.Count(pageURL, "/")),
		NoIndex: !r.config.Official || kind == "removed",
		CSP:     r.policy,
		Site:    r.shared,
	}
	p.Canonical = r.absolute(pageURL)
	p.Title = r.title(heading)
	if kind == "home" {
		p.Title = heading
	} else {
		p.Crumbs = append([]Link{{"首页", "index.html"}}, crumbs...)
		p.Crumbs = append(p.Crumbs, Link{Text: heading})
	}
	p.Tags = r.columnTags(kind)
	p.Graph = r.graph(p, "website")
	return p
}

func (r *Renderer) title(heading string) string {
	if r.config.Name == "" {
		return heading
	}
	return heading + "_" + r.config.Name
}

// absolute is an address for the outside: base_url and the path, index.html left out; "" without base_url.
func (r *Renderer) absolute(u string) string {
	if r.base == "" {
		return ""
	}
	u = strings.TrimSuffix(u, "index.html")
	return r.base + (&url.URL{Path: u}).EscapedPath()
}

func (r *Renderer) sharedPart() Site {
	c := r.config
	s := Site{
		Name: r.name(), Official: c.Official,
		HasYears: len(r.site.Years) > 0, HasTopics: len(r.site.Topics) > 0,
		Sponsor: c.Sponsor, Operator: c.Operator, Contact: c.Contact,
		SiteIDCode: c.SiteIDCode, ICP: c.ICP, Police: c.PublicSecurity, PoliceCode: digits(c.PublicSecurity),
		ReportLink: menuLink("我为政府网站找错", c.ReportError), Sitemap: r.base != "", Catalog: r.wants("catalog"),
	}
	if c.Badge.Image != "" || c.Badge.Link != "" {
		s.Badge = &Badge{strings.TrimPrefix(c.Badge.Image, "/"), c.Badge.Link, c.Badge.ID}
	}
	for _, m := range c.Menu {
		s.Menu = append(s.Menu, menuLink(m.Name, m.URL))
	}
	if len(c.Menu) == 0 {
		for _, p := range r.site.Plain {
			s.Menu = append(s.Menu, MenuLink{Link{p.Title, p.URL}, false})
		}
	}
	return s
}

func menuLink(text, url string) MenuLink {
	address, inside := site.LinkAddress(url)
	return MenuLink{Link{text, address}, !inside && url != ""}
}

// name is the site's name; a bare content folder has none, and a page cannot be without a heading.
func (r *Renderer) name() string {
	if r.config.Name == "" {
		return "工作报告"
	}
	return r.config.Name
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

func date(d report.Date, label string) Date { return Date{d.Chinese(), d.ISO(), label} }

// day is a report's day in lists: 发布, or 收录 where no day of publication is known.
func day(x *site.Report) Date {
	if x.Date.IsZero() {
		return date(x.Collected, "收录")
	}
	return date(x.Date, "发布")
}

// entry is a report in a list; note says what the list does not.
func entry(x *site.Report, note string) Entry {
	e := Entry{Link: Link{x.Title, x.URL}, Note: note, Date: day(x)}
	if strings.HasPrefix(x.Title, note) {
		e.Note = "" // the title says it
	}
	switch {
	case x.Withdrawn():
		e.Flag = "已撤下"
	case x.Status.State == "superseded":
		e.Flag = "已被替代"
	case x.Draft:
		e.Flag = "草稿"
	case x.Future:
		e.Flag = "未到发布日期"
	}
	return e
}

// list cuts page n out of a list; group says how its entries stand together.
func list(url string, all []*site.Report, n int, group func([]*site.Report) []Group) List {
	pages := site.Pages(len(all))
	from := (n - 1) * site.PerPage
	l := List{Total: len(all), Number: n, Pages: pages, Groups: group(all[from:min(from+site.PerPage, len(all))])}
	link := func(i int) Link { return Link{strconv.Itoa(i), site.PageURL(url, i)} }
	if n > 1 {
		l.Newer = link(n - 1)
	}
	if n < pages {
		l.Older = link(n + 1)
	}
	for i := 1; i <= pages; i++ {
		if i == 1 || i == pages || i >= n-2 && i <= n+2 {
			x := link(i)
			if i == n {
				x.URL = ""
			}
			l.Every = append(l.Every, x)
		} else if l.Every[len(l.Every)-1].Text != "…" {
			l.Every = append(l.Every, Link{Text: "…"})
		}
	}
	return l
}

// grouped splits neighbours with the same key into groups.
func grouped(all []*site.Report, key func(*site.Report) Group, note func(*site.Report) string) []Group {
	var groups []Group
	for _, x := range all {
		g := key(x)
		if len(groups) == 0 || groups[len(groups)-1].Link != g.Link {
			groups = append(groups, g)
		}
		last := &groups[len(groups)-1]
		last.Entries = append(last.Entries, entry(x, note(x)))
	}
	return groups
}

func count(n int) string { return fmt.Sprintf("%d 份报告", n) }
