package site

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Move (地址变动) is an old address that a server answers by itself, without a file.
type Move struct {
	From   Address
	Below  bool   // everything below From.Path, which ends with a slash
	Status int    // 301, 302 or 410
	To     string // from the host's root, escaped; "" with 410
	Notice string // with 410: the file below the site's root that says why; "" when there is none
}

// goneEndings are the files that may have stood beside a report's page: contract §1.
var goneEndings = []string{".html", ".json", ".txt", ".md", ".fragment.html", ".figures.csv", ".figures.json", "-compare.html"}

// Moves lists what a server must know of old addresses: redirects.csv, the aliases of reports and plain pages, and reports withdrawn with
// mode removed, with their attachments, data files and aliases. No two are for one address. Sorted by path, those with a query first.
func (s *Site) Moves() []Move {
	m := moves{site: s, seen: map[Move]bool{}}
	for _, r := range s.Redirects {
		move := Move{From: r.From, Status: r.Status}
		if r.To != "" {
			move.To = s.Config.outside(r.To)
		}
		m.add(move)
	}
	for _, r := range s.Redirects {
		if rel, ok := s.Config.inside(r.From.Path); ok && r.From.Query == "" && r.Status != 410 {
			m.folder(rel, Move{Status: r.Status, To: s.Config.outside(r.To)})
		}
	}
	for _, a := range s.Aliases {
		move := Move{Status: 301, To: s.Config.outside(a.To)}
		m.at(a.URL, move)
		m.folder(a.URL, move)
	}
	for _, r := range s.Removed {
		m.removed(r)
	}
	slices.SortFunc(m.list, func(x, y Move) int {
		return cmp.Or(strings.Compare(x.From.Path, y.From.Path), strings.Compare(y.From.Query, x.From.Query))
	})
	return m.list
}

type moves struct {
	site *Site
	list []Move
	seen map[Move]bool // addresses alone
}

func (m *moves) add(x Move) {
	key := Move{From: x.From, Below: x.Below}
	if !m.seen[key] {
		m.seen[key] = true
		m.list = append(m.list, x)
	}
}

// at adds a move of a path below the site's root.
func (m *moves) at(rel string, x Move) {
	x.From = Address{Path: m.site.Config.Root() + rel}
	m.add(x)
}

// folder adds the other names of a folder's page: old/, old, old/index.html.
func (m *moves) folder(rel string, x Move) {
	name, ok := pageName(rel)
	if !ok || path.Base(name) != "index.html" {
		return
	}
	dir := path.Dir(name)
	for _, other := range []string{name, dir, dir + "/"} {
		if other == name || !m.site.Has(other) {
			m.at(other, x)
		}
	}
}

// removed answers for a report of which nothing may remain but its notice.
func (m *moves) removed(r *Report) {
	x := Move{Status: 410, Notice: r.URL}
	for _, end := range goneEndings {
		if rel := r.Stem() + end; rel == r.URL || !m.site.Has(rel) {
			m.at(rel, x)
		}
	}
	below := x
	below.Below = true
	m.at(r.Stem()+"/", below)
	for _, written := range r.Aliases {
		if old := aliasURL(r.URL, written); !m.site.Has(old) {
			m.at(old, x)
			m.folder(old, x)
		}
	}
}

// alias finds an old address among the redirect pages.
func (s *Site) alias(url string) (int, bool) {
	return slices.BinarySearchFunc(s.Aliases, url, func(a Alias, url string) int { return strings.Compare(a.URL, url) })
}

// What an address can be answered with.
const (
	Served     = "served"     // there is a page or a file
	Redirected = "redirected" // the reader is sent on
	Gone       = "gone"       // withdrawn for good
	Missing    = "missing"    // nothing is there
)

// Answer (应答) is what the site answers at an address, with the server configuration that gongkai headers writes.
type Answer struct {
	Kind string
	File string // served: the file below the site's root
	To   string // redirected: from the host's root, escaped
	Err  error  // missing: ErrForeignHost, ErrNoAddress or nil
}

// Answers answers for many addresses. It is immutable.
type Answers struct {
	site  *Site
	exact map[Address]Move
	below map[string]bool // removed reports' folders
	also  func(string) bool
}

// Answers prepares answering; also knows of files of the site besides those that the Site itself knows (hashed static files).
func (s *Site) Answers(also func(rel string) bool) *Answers {
	a := &Answers{site: s, exact: map[Address]Move{}, below: map[string]bool{}, also: also}
	for _, m := range s.Moves() {
		if m.Below {
			a.below[m.From.Path] = true
		} else {
			a.exact[m.From] = m
		}
	}
	return a
}

// Of answers for one address, as written.
func (a *Answers) Of(written string) Answer {
	at, err := a.site.Config.Address(written)
	if err != nil {
		return Answer{Kind: Missing, Err: err}
	}
	for _, key := range []Address{at, {Path: at.Path}} {
		if m, ok := a.exact[key]; ok {
			if m.Status == 410 {
				return Answer{Kind: Gone}
			}
			return Answer{Kind: Redirected, To: m.To}
		}
	}
	rel, inside := a.site.Config.inside(at.Path)
	switch {
	case !inside && at.Path+"/" == a.site.Config.Root():
		return Answer{Kind: Redirected, To: Escape(a.site.Config.Root())}
	case !inside:
		return Answer{Kind: Missing}
	}
	for dir := path.Dir(at.Path); dir != "/"; dir = path.Dir(dir) {
		if a.below[strings.TrimSuffix(dir, "/")+"/"] {
			return Answer{Kind: Gone}
		}
	}
	return a.file(at.Path, rel)
}

// file answers with what stands in the site's folder.
func (a *Answers) file(at, rel string) Answer {
	has := func(name string) bool { return a.site.Has(name) || a.also(name) }
	switch folder := rel == "" || strings.HasSuffix(rel, "/"); {
	case slices.ContainsFunc(strings.Split(rel, "/"), hidden):
		return Answer{Kind: Missing}
	case folder && has(rel+"index.html"):
		return Answer{Kind: Served, File: rel + "index.html"}
	case !folder && has(rel):
		return Answer{Kind: Served, File: rel}
	case !folder && has(rel+"/index.html"):
		return Answer{Kind: Redirected, To: Escape(at + "/")}
	}
	return Answer{Kind: Missing}
}

// hidden names what no server shows.
func hidden(segment string) bool { return strings.HasPrefix(segment, ".") && segment != ".well-known" }
