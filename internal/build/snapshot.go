package build

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// A Snapshot is a site as it stands after an Update. It is immutable; the bytes of its files are made when they are asked for.
type Snapshot struct {
	Site    *site.Site
	Found   diag.List // of everything but the bodies, sorted
	Blocked bool      // something cannot be published at all: its last good state is shown
	Due     time.Time // when the next report becomes public; zero when none is waiting
	Seq     uint64    // of the Update that made it

	source  *source // whose waivers hold
	render  *render.Renderer
	assets  *render.Assets
	named   [sha256.Size]byte // of the static files that keep their names
	preview *Preview
}

// look is layouts with the static files that they name.
type look struct {
	layouts *render.Layouts
	assets  *render.Assets
	named   [sha256.Size]byte
}

func newLook(l *render.Layouts, a *render.Assets) look {
	h := sha256.New()
	for _, x := range a.List {
		if !asset(x.URL) {
			fmt.Fprintf(h, "%s %d ", x.URL, len(x.Data))
			h.Write(x.Data)
		}
	}
	return look{l, a, [sha256.Size]byte(h.Sum(nil))}
}

// publishSnapshot assembles the site and makes it the latest.
func (p *Preview) publishSnapshot(c *Change) {
	s := p.source()
	in := s.input(&p.builder)
	in.Before = p.site
	st, found := site.Assemble(in)
	p.assembled = append(s.found, found...)
	p.site, p.assembledFrom = st, s
	p.follow(c)
}

// follow makes a Snapshot of the site as last assembled.
func (p *Preview) follow(*Change) {
	s := &Snapshot{Site: p.site, Seq: p.seq, preview: p, Due: due(p.site), source: p.assembledFrom}
	s.render, s.assets, s.named = p.renderer(s), p.proven.assets, p.proven.named
	s.Found = slices.Concat(p.assembled, p.config.found, p.moved.found, p.asset.found, p.layout.found)
	s.Blocked = p.config.blocked || p.asset.blocked || p.layout.blocked || unpublishable(s.Found)
	for _, in := range p.parsed {
		s.Found = append(s.Found, in.found...)
		s.Blocked = s.Blocked || in.blocked
	}
	p.mu.RLock()
	for _, d := range p.docs {
		s.Found = append(s.Found, d.found...)
		s.Blocked = s.Blocked || d.bad
	}
	p.mu.RUnlock()
	for _, name := range []string{"content", "layouts", "static"} { // a link in its place would make a site without contents
		l, ok := p.tree.leaf(name)
		s.Blocked = s.Blocked || ok && l.kind == leafOther
	}
	s.Found = s.tidied(s.Found)
	p.latest.Store(s)
}

// tidied puts findings in order and marks those that are waived.
func (s *Snapshot) tidied(found diag.List) diag.List {
	r := Result{Found: found}
	s.source.waive(r.Found)
	r.tidy()
	return r.Found
}

// source is the folder as read, in the form from which Run assembles.
func (p *Preview) source() *source {
	s := &source{config: p.config.good, moved: p.moved.good, defaults: map[string]*report.FrontMatter{}, folders: map[string][]site.File{}}
	p.irregular = map[string]bool{}
	s.files = slices.Clone(p.files)
	for rel, in := range p.parsed {
		if in.good != nil {
			s.defaults[strings.TrimSuffix(strings.TrimSuffix(rel, path.Base(rel)), "/")] = in.good
		}
	}
	for name, l := range p.tree.odd {
		top, rest, _ := strings.Cut(name, "/")
		switch {
		case single(top):
		case l.kind == leafOther:
			p.irregular[name] = true
			s.found = append(s.found, notAFile(p.under(name), l.mode))
		case rest == "":
		case top == "static" && !strings.HasPrefix(rest, "assets/"):
			s.statics = append(s.statics, rest)
		case top == "content" && path.Base(rest) != "_defaults.yaml":
			s.folders[path.Dir(rest)] = append(s.folders[path.Dir(rest)], site.File{Name: path.Base(rest), Size: l.stamp.size})
		}
	}
	slices.Sort(s.statics)
	for _, files := range s.folders {
		slices.SortFunc(files, func(x, y site.File) int { return strings.Compare(x.Name, y.Name) })
	}
	p.sortOut(s)
	return s
}

// keeps reports whether a file of static/ keeps its path; a nil source has none.
func (s *source) keeps(rel string) bool {
	if s == nil {
		return false
	}
	_, ok := slices.BinarySearch(s.statics, rel)
	return ok
}

// due is the first day on which a report that waits, or is shown as waiting, becomes public.
func due(s *site.Site) (first time.Time) {
	soon := func(day report.Date) {
		if at := day.In(s.Config.Location); first.IsZero() || at.Before(first) {
			first = at
		}
	}
	for _, h := range s.Held {
		if h.Reason == "future" {
			day := h.Head.Date
			if day.IsZero() {
				day = h.Head.Collected
			}
			soon(day)
		}
	}
	for _, x := range s.Reports {
		if x.Future {
			soon(x.Day())
		}
	}
	return first
}

// renderer draws with the layouts that are there if they can draw, else with the last that could, or at the start with our own.
func (p *Preview) renderer(s *Snapshot) *render.Renderer {
	if p.untried {
		p.untried = false
		if p.layout.good != nil {
			found := p.trial(s, render.New(s.Site, p.layout.good, p.asset.good))
			p.layout.found = append(p.layout.found, found...)
			p.layout.blocked = found.AtLeast(diag.Error) > 0
		}
		switch {
		case !p.layout.blocked:
			p.proven = newLook(p.layout.good, p.asset.good)
		case p.proven.layouts == nil:
			if l, _, err := render.LoadLayouts(p.Layouts, nil, "", p.asset.good); err == nil {
				p.proven = newLook(l, p.asset.good)
			}
		}
	}
	return render.New(s.Site, p.proven.layouts, p.proven.assets)
}

// trial draws one page of each kind.
func (p *Preview) trial(s *Snapshot, r *render.Renderer) (found diag.List) {
	st, seen := s.Site, map[string]bool{}
	urls := []string{"index.html", "404.html", "years/index.html", "topics/index.html"}
	for _, d := range st.Districts[:min(1, len(st.Districts))] {
		urls = append(urls, d.URL, d.Years[0].URL)
	}
	for _, list := range [][]*site.Index{st.Years, st.Topics, st.Kinds} {
		for _, x := range list[:min(1, len(list))] {
			urls = append(urls, x.URL)
		}
	}
	for _, ag := range st.Agencies[:min(1, len(st.Agencies))] {
		urls = append(urls, ag.URL)
	}
	for _, a := range st.Aliases[:min(1, len(st.Aliases))] {
		urls = append(urls, a.URL)
	}
	for _, x := range st.Removed[:min(1, len(st.Removed))] {
		urls = append(urls, x.URL)
	}
	var b bytes.Buffer
	note := func(d *diag.Diagnostic) {
		if b.Reset(); d != nil && !seen[d.Path+d.Message.EN] {
			seen[d.Path+d.Message.EN] = true
			found = append(found, *d)
		}
	}
	for _, u := range urls {
		if o, ok := r.Output(u); ok {
			note(o.Make(&b))
		}
	}
	for _, x := range st.Reports[:min(1, len(st.Reports))] {
		note(r.Report(&b, x, &report.Body{HTML: []byte("<p></p>"), Outline: []report.OutlineEntry{{ID: "s1", Level: 1, Text: "一"}}}))
	}
	for _, x := range st.Plain[:min(1, len(st.Plain))] {
		note(r.Plain(&b, x, []byte("<p></p>")))
	}
	return found
}
