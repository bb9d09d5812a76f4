package build

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
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
	preview *Preview
}

// look is layouts with the static files that they name.
type look struct {
	layouts *render.Layouts
	assets  *render.Assets
}

// publishSnapshot assembles the site and makes it the latest.
func (p *Preview) publishSnapshot(c *Change) {
	s := p.source()
	st, found := site.Assemble(s.input(&p.builder))
	p.assembled = append(s.found, found...)
	p.site, p.assembledFrom = st, s
	p.follow(c)
}

// follow makes a Snapshot of the site as last assembled.
func (p *Preview) follow(*Change) {
	s := &Snapshot{Site: p.site, Seq: p.seq, preview: p, Due: due(p.site), source: p.assembledFrom}
	s.render, s.assets = p.renderer(s)
	s.Found = slices.Concat(p.assembled, p.config.found, p.asset.found, p.layout.found)
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
	s := &source{config: p.config.good, defaults: map[string]*report.FrontMatter{}, folders: map[string][]site.File{}}
	p.mu.RLock()
	for _, rel := range p.order {
		s.files = append(s.files, file{rel: rel, head: p.docs[rel].head})
	}
	p.mu.RUnlock()
	for rel, in := range p.parsed {
		if in.good != nil {
			s.defaults[strings.TrimSuffix(strings.TrimSuffix(rel, path.Base(rel)), "/")] = in.good
		}
	}
	p.tree.each(func(dir, base string, l leaf) {
		if l.kind == leafFile && strings.HasSuffix(base, ".md") && strings.HasPrefix(dir, "content") {
			return // nearly all
		}
		name := path.Join(dir, base)
		top, rest, _ := strings.Cut(name, "/")
		switch {
		case top == ConfigName:
		case l.kind == leafOther:
			s.found = append(s.found, notAFile(p.under(name), l.mode))
		case rest == "":
		case top == "static" && !strings.HasPrefix(rest, "assets/"):
			s.statics = append(s.statics, rest)
		case top == "content" && base != "_defaults.yaml":
			s.folders[path.Dir(rest)] = append(s.folders[path.Dir(rest)], site.File{Name: base, Size: l.stamp.size})
		}
	})
	slices.Sort(s.statics)
	for _, files := range s.folders {
		slices.SortFunc(files, func(x, y site.File) int { return strings.Compare(x.Name, y.Name) })
	}
	p.sortOut(s)
	return s
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
func (p *Preview) renderer(s *Snapshot) (*render.Renderer, *render.Assets) {
	if p.untried {
		p.untried = false
		if p.layout.good != nil {
			found := p.trial(s, render.New(s.Site, p.layout.good, p.asset.good))
			p.layout.found = append(p.layout.found, found...)
			p.layout.blocked = found.AtLeast(diag.Error) > 0
		}
		switch {
		case !p.layout.blocked:
			p.proven = look{p.layout.good, p.asset.good}
		case p.proven.layouts == nil:
			if l, _, err := render.LoadLayouts(p.Layouts, nil, "", p.asset.good); err == nil {
				p.proven = look{l, p.asset.good}
			}
		}
	}
	return render.New(s.Site, p.proven.layouts, p.proven.assets), p.proven.assets
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

// File (文件) is what stands at an address of the site.
type File struct {
	Data   []byte
	Drawn  bool   // a page that a layout drew
	Source string // the file that it shows, as findings name it; "" for what is made of many
	Beside string // of an attachment, in place of Data: its path below content/
}

// Errors of Snapshot.File besides those of the machine.
var (
	ErrNoFile  = errors.New("no such address") // the site holds nothing there
	ErrChanged = errors.New("the file has changed since the preview was brought up to date")
)

// Fault says that a page cannot be made at all, and why.
type Fault struct{ Found diag.List }

func (f *Fault) Error() string { return fmt.Sprintf("%d findings forbid the page", len(f.Found)) }

// File makes the file at an address below the site's root ("610112/index.html").
func (s *Snapshot) File(url string) (*File, error) {
	if i, ok := slices.BinarySearchFunc(s.assets.List, url, func(a render.Asset, url string) int { return strings.Compare(a.URL, url) }); ok {
		return &File{Data: s.assets.List[i].Data}, nil
	}
	if o, ok := s.render.Output(url); ok {
		return s.made(url, "", o.Make)
	}
	if x := s.Site.Report(url); x != nil && !x.Gone() {
		return s.report(x, url, "html")
	}
	for _, p := range s.Site.Plain {
		if p.URL == url {
			return s.plain(p)
		}
	}
	for _, output := range s.Site.Config.Outputs {
		end, ok := ending(output)
		stem, is := strings.CutSuffix(url, end)
		if !ok || !is || output == "html" {
			continue
		}
		if x := s.Site.Report(stem + ".html"); x != nil && !x.Gone() {
			return s.report(x, url, output)
		}
	}
	if x := s.Site.Report(path.Dir(url) + ".html"); x != nil && !x.Gone() {
		if slices.ContainsFunc(x.Files, func(f site.File) bool { return f.Name == path.Base(url) }) {
			return &File{Beside: path.Join(path.Dir(x.Head.Rel), path.Base(url))}, nil
		}
	}
	return nil, ErrNoFile
}

// made runs a maker; what a layout draws is HTML.
func (s *Snapshot) made(url, source string, draw func(*bytes.Buffer) *diag.Diagnostic) (*File, error) {
	var b bytes.Buffer
	if d := draw(&b); d != nil {
		return nil, &Fault{diag.List{*d}}
	}
	return &File{Data: b.Bytes(), Drawn: drawn(url, b.Bytes()), Source: source}, nil
}

// drawn reports whether a file is a page: its name may end in anything, as old addresses do.
func drawn(url string, data []byte) bool {
	switch path.Ext(url) {
	case ".html", ".htm", ".shtml":
		return true
	case ".xml", ".txt", ".json", ".csv":
		return false
	}
	return bytes.HasPrefix(data, []byte("<!doctype html>"))
}

func (s *Snapshot) report(x *site.Report, url, output string) (*File, error) {
	src, body, err := s.body(x.Head, true)
	if err != nil {
		return nil, err
	}
	if output == "html" {
		return s.made(url, x.Head.Path, func(b *bytes.Buffer) *diag.Diagnostic { return s.render.Report(b, x, body) })
	}
	var b bytes.Buffer
	if err := dataFile(&b, s.render, x, output, src, body); err != nil {
		return nil, err
	}
	return &File{Data: b.Bytes(), Source: x.Head.Path}, nil
}

func (s *Snapshot) plain(x *site.Plain) (*File, error) {
	_, body, err := s.body(x.Head, true)
	if err != nil {
		return nil, err
	}
	return s.made(x.URL, x.Head.Path, func(b *bytes.Buffer) *diag.Diagnostic { return s.render.Plain(b, x, body.HTML) })
}

// dataFile makes a file beside a report's page: contract §1 and §3, outputs.
func dataFile(b *bytes.Buffer, r *render.Renderer, x *site.Report, output string, src []byte, body *report.Body) error {
	switch output {
	case "json":
		return r.JSON(b, x, body)
	case "txt":
		r.Text(b, x, body)
	case "md":
		b.Write(src[x.Head.BodyOffset:])
	case "fragment":
		b.Write(body.HTML)
	}
	return nil
}

// body reads and parses a text: the one on the disk, or, while that cannot be read, the last that could, if it was shown of late.
// It is kept for such a time when a reader has asked for it.
func (s *Snapshot) body(h *report.Head, asked bool) ([]byte, *report.Body, error) {
	p := s.preview
	src, err := p.read(h, p.doc(h.Rel))
	if err != nil {
		return nil, nil, err
	}
	if asked {
		p.mu.Lock()
		p.recent.put(h, src)
		p.mu.Unlock()
	}
	parser := p.parser.Get().(*report.Parser)
	defer p.parser.Put(parser)
	body, _ := parser.Body(h, src)
	return src, body, nil
}

func (p *Preview) read(h *report.Head, d *doc) ([]byte, error) {
	if d == nil {
		return nil, ErrChanged
	}
	if d.bad {
		if src := p.lastGood(h); src != nil {
			return src, nil
		}
		return nil, &Fault{d.found}
	}
	raw, err := p.readContent(h.Rel)
	if missing(err) {
		err = ErrChanged
	}
	if err != nil {
		return nil, err
	}
	src, found := report.Normalise(h.Path, raw)
	if found.AtLeast(diag.Error) > 0 {
		if src := p.lastGood(h); src != nil {
			return src, nil
		}
		return nil, &Fault{found}
	}
	if !h.SameFrontMatter(src) {
		return nil, ErrChanged
	}
	return src, nil
}

// readContent reads a Markdown file without leaving content/, whatever has become of the folders on the way.
func (p *Preview) readContent(rel string) ([]byte, error) {
	root, err := os.OpenRoot(p.disk("content"))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return root.ReadFile(rel)
}

// Fresh reports whether the file behind an address is as it was when the preview was last brought up to date, and which file it is.
func (s *Snapshot) Fresh(url string) (name string, fresh bool) {
	h := s.headAt(url)
	if h == nil {
		return "", true
	}
	d := s.preview.doc(h.Rel)
	info, err := os.Lstat(s.preview.disk("content/" + h.Rel))
	return "content/" + h.Rel, d != nil && err == nil && stampOf(info) == d.stamp
}

func (s *Snapshot) headAt(url string) *report.Head {
	if x := s.Site.Report(url); x != nil {
		return x.Head
	}
	for _, p := range s.Site.Plain {
		if p.URL == url {
			return p.Head
		}
	}
	return nil
}

// Attachment opens a file beside a report; it is a regular file below content/ or nothing.
func (s *Snapshot) Attachment(rel string) (fs.File, fs.FileInfo, error) {
	root, err := os.OpenRoot(s.preview.disk("content"))
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	if info, err := root.Lstat(rel); err != nil || !info.Mode().IsRegular() {
		return nil, nil, ErrNoFile
	}
	f, err := root.Open(rel)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, errors.Join(ErrNoFile, err)
	}
	return f, info, nil
}

// recent keeps the sources of the pages shown last, so that they can be shown while their files cannot be read.
type recent struct {
	list []kept
	size int
}

type kept struct {
	head *report.Head
	src  []byte
}

const recentSize = 4 << 20

func (r *recent) put(h *report.Head, src []byte) {
	r.list = slices.DeleteFunc(r.list, func(k kept) bool {
		if k.head.Rel == h.Rel {
			r.size -= len(k.src)
			return true
		}
		return false
	})
	r.list = append(r.list, kept{h, src})
	for r.size += len(src); r.size > recentSize && len(r.list) > 1; r.list = slices.Delete(r.list, 0, 1) {
		r.size -= len(r.list[0].src)
	}
}

func (p *Preview) lastGood(h *report.Head) []byte {
	p.mu.RLock()
	defer p.mu.RUnlock()
	for _, k := range p.recent.list {
		if k.head == h {
			return k.src
		}
	}
	return nil
}

// Styles lists the published addresses of the style sheets.
func (s *Snapshot) Styles() []string {
	var urls []string
	for _, a := range s.assets.List {
		if path.Ext(a.URL) == ".css" {
			urls = append(urls, a.URL)
		}
	}
	return urls
}

// Published reads the manifest of the folder that a build would replace; it is empty when there is none.
func (p *Preview) Published() (publish.Manifest, error) {
	text, err := os.ReadFile(path.Join(p.Destination, publish.ManifestName))
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return publish.ParseManifest(text)
}
