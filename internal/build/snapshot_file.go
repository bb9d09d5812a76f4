package build

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// File (文件) is what stands at an address of the site.
type File struct {
	Data   []byte
	Drawn  bool   // a page that a layout drew
	Source string // the file that it shows, as findings name it; "" for what is made of many
	Beside string // of an attachment, in place of Data: its path below content/
	With   []byte // of a page: tells when what it may show besides — pictures — is not what it was, under the same address
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
	f, err := s.file(url)
	if err == nil && f.Drawn {
		f.With = s.with(url)
	}
	return f, err
}

// with stands for the files at addresses that do not name their bytes: attachments of the page, static files outside of assets/.
func (s *Snapshot) with(url string) []byte {
	b := slices.Clone(s.named[:])
	if x := s.Site.Report(url); x != nil && !x.Gone() {
		for _, f := range x.Files {
			if info, err := os.Lstat(s.preview.disk(path.Join("content", path.Dir(x.Head.Rel), f.Name))); err == nil {
				b = fmt.Appendf(b, "%s %v ", f.Name, stampOf(info))
			}
		}
	}
	return b
}

func (s *Snapshot) file(url string) (*File, error) {
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
	src, err := s.read(h)
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

// read returns a file's text as the snapshot knows it. One that has become another since is ErrChanged, so that a page depends on its
// snapshot alone and two answers from one snapshot are equal.
func (s *Snapshot) read(h *report.Head) ([]byte, error) {
	p := s.preview
	d := p.doc(h.Rel)
	switch {
	case d == nil || d.seq > s.Seq && !d.bad:
		return nil, ErrChanged
	case d.bad:
		return p.lastOr(h, d.found)
	}
	raw, err := p.readContent(h.Rel)
	if missing(err) {
		err = ErrChanged
	}
	if err != nil {
		return nil, err
	}
	if !p.known(d, sha256.Sum256(raw)) {
		return nil, ErrChanged
	}
	src, found := report.Normalise(h.Path, raw)
	if found.AtLeast(diag.Error) > 0 {
		return p.lastOr(h, found)
	}
	if !h.SameFrontMatter(src) {
		return nil, ErrChanged
	}
	return src, nil
}

// lastOr is the last text that could be read, or a Fault.
func (p *Preview) lastOr(h *report.Head, found diag.List) ([]byte, error) {
	if src := p.lastGood(h); src != nil {
		return src, nil
	}
	return nil, &Fault{found}
}

// known compares what was read with what a doc was made from; what is read whole for the first time becomes it.
func (p *Preview) known(d *doc, sum [sha256.Size]byte) bool {
	if d.sum != nil {
		return bytes.Equal(d.sum, sum[:])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.docs[d.rel]
	if now == nil || now.sum != nil {
		return now != nil && now.seq == d.seq && bytes.Equal(now.sum, sum[:])
	}
	whole := *now
	whole.sum = sum[:]
	p.docs[d.rel] = &whole
	return now.seq == d.seq
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
		return s.freshBeside(url)
	}
	d := s.preview.doc(h.Rel)
	info, err := os.Lstat(s.preview.disk("content/" + h.Rel))
	return "content/" + h.Rel, d != nil && err == nil && stampOf(info) == d.stamp
}

// freshBeside is Fresh of what stands beside a report, or may stand there since.
func (s *Snapshot) freshBeside(url string) (name string, fresh bool) {
	x := s.Site.Report(path.Dir(url) + ".html")
	if x == nil || x.Gone() || path.Base(x.Head.Rel) != "index.md" {
		return "", true
	}
	i := slices.IndexFunc(x.Files, func(f site.File) bool { return f.Name == path.Base(url) })
	name = path.Join("content", path.Dir(x.Head.Rel), path.Base(url))
	info, err := os.Lstat(s.preview.disk(name))
	if there := err == nil && info.Mode().IsRegular(); !there || i < 0 {
		return name, !there && i < 0
	}
	return name, info.Size() == x.Files[i].Size
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

// Published reads the manifest of the folder that a build would replace, compressed variants left out; it is empty when there is none.
func (p *Preview) Published() (publish.Manifest, error) {
	text, err := os.ReadFile(path.Join(p.Destination, publish.ManifestName))
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m, err := publish.ParseManifest(text)
	return m.Originals(), err
}
