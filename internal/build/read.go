package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gongkai/internal/diag"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// ConfigName is the configuration's file name in the site's folder.
const ConfigName = "gongkai.yaml"

// maxFile is the largest Markdown file that is read: dependencies.md, "goldmark has no limits".
const maxFile = 2 << 20

// source is a site's folder as read: everything but the bodies.
type source struct {
	config   *site.Config
	moved    []site.RedirectRow // of redirects.csv
	files    []file             // Markdown, by path
	defaults map[string]*report.FrontMatter
	folders  map[string][]site.File // files beside bundles
	layouts  fs.FS                  // the site's own; nil when it has none
	static   fs.FS
	statics  []string // what of it keeps its path: pages may link to it
	found    diag.List
	memory   *memory
	byRel    map[string]*file
	witness  witness
}

// file is a Markdown file below content/.
type file struct {
	rel   string
	seen  seen
	head  *report.Head // nil when it could not be read
	entry *entry       // from the cache, or made as the file is read
}

// fatal reports whether nothing can be assembled.
func (s *source) fatal() bool { return s.config == nil }

// under is a path below the site's folder as findings show it.
func (b *builder) under(name string) string {
	return path.Join(filepath.ToSlash(b.Source), name)
}

func (b *builder) disk(name string) string {
	return filepath.Join(b.Source, filepath.FromSlash(name))
}

// read walks the site's folder and parses configuration, defaults and heads.
func (b *builder) read(ctx context.Context) (*source, error) {
	s := &source{defaults: map[string]*report.FrontMatter{}, folders: map[string][]site.File{}}
	if b.Now != nil {
		s.witness.began = b.Now()
	}
	if err := b.readConfig(s); err != nil || s.config == nil {
		return s, err
	}
	if err := b.readRedirects(s); err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.memory = b.recall() })
	err := b.walk(s)
	if wg.Wait(); err != nil {
		return nil, err
	}
	for name, to := range map[string]*fs.FS{"layouts": &s.layouts, "static": &s.static} {
		if err := b.overlay(s, name, to); err != nil {
			return nil, err
		}
	}
	return s, b.readHeads(ctx, s)
}

func (b *builder) readConfig(s *source) error {
	src, found, err := b.small(ConfigName)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(b.disk("content")); err != nil {
			return &NoSiteError{Dir: b.Source}
		}
		s.config = site.DefaultConfig()
	} else if err != nil {
		return err
	} else if len(found) > 0 {
		s.found = append(s.found, found...)
	} else {
		s.config, found = site.ParseConfig(b.under(ConfigName), src)
		s.found = append(s.found, found...)
		if found.AtLeast(diag.Error) > 0 {
			b.blocked = true
		}
	}
	if s.config != nil {
		if b.BaseURL != "" {
			with, ok := s.config.WithBaseURL(b.BaseURL)
			if !ok {
				return &BaseURLError{b.BaseURL}
			}
			s.config = with
		}
		s.found = append(s.found, s.config.Complete()...)
	}
	return nil
}

// readRedirects reads redirects.csv, which need not be there. What is wrong in it is left out and reported.
func (b *builder) readRedirects(s *source) error {
	src, found, err := b.small(site.RedirectsName)
	if missing(err) {
		return nil
	}
	if err == nil && len(found) == 0 {
		s.moved, found = site.ParseRedirects(b.under(site.RedirectsName), src)
	}
	s.found = append(s.found, found...)
	return err
}

// BaseURLError says that the address given for the site is none.
type BaseURLError struct{ Address string }

func (e *BaseURLError) Error() string { return "not an absolute http(s) address: " + e.Address }

// NoSiteError says that a folder holds no site.
type NoSiteError struct {
	Dir        string
	Configured bool // there is a configuration, but no content/
}

func (e *NoSiteError) Error() string {
	if e.Configured {
		return "no content/ in " + e.Dir
	}
	return "no site in " + e.Dir + ": neither " + ConfigName + " nor content/"
}

// walk lists what lies below content/. Symbolic links are never followed (contract §1).
func (b *builder) walk(s *source) error {
	if ok, err := b.folder(s, "content"); err != nil || !ok {
		if err == nil && !b.blocked {
			return &NoSiteError{Dir: b.Source, Configured: true} // an empty site would replace the one that stands
		}
		return err
	}
	root := b.disk("content")
	s.witness.device = steadyDevice(root)
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || p == root {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		return b.meet(s, filepath.ToSlash(rel), e)
	})
	if err != nil {
		return fmt.Errorf("read %s: %w", root, err)
	}
	b.sortOut(s)
	return nil
}

// ignored are the files that systems and office programs leave behind.
func ignored(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") || name == "Thumbs.db" || name == "desktop.ini"
}

func (b *builder) meet(s *source, rel string, e fs.DirEntry) error {
	name := path.Base(rel)
	switch {
	case ignored(name):
		if e.IsDir() {
			return fs.SkipDir
		}
	case e.IsDir():
	case !e.Type().IsRegular():
		s.found = append(s.found, notAFile(b.under("content/"+rel), e.Type()))
	case name == "_defaults.yaml":
		src, found, err := b.small("content/" + rel)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			src, found = report.Normalise(b.under("content/"+rel), src)
		}
		s.found = append(s.found, found...)
		if found.AtLeast(diag.Error) > 0 {
			b.blocked = true
			return nil
		}
		d, found := report.ParseDefaults(b.under("content/"+rel), src)
		s.found = append(s.found, found...)
		if b.blocked = b.blocked || d == nil; d != nil {
			s.defaults[strings.TrimSuffix(strings.TrimSuffix(rel, name), "/")] = d
		}
	default:
		info, err := e.Info()
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".md") {
			s.files = append(s.files, file{rel: rel, seen: s.witness.look(info)})
		} else {
			dir := path.Dir(rel)
			s.folders[dir] = append(s.folders[dir], site.File{Name: name, Size: info.Size()})
		}
	}
	return nil
}

// sortOut keeps the files beside bundles and reports the others, which no page would show.
func (b *builder) sortOut(s *source) {
	bundles := map[string]bool{}
	for _, f := range s.files {
		if path.Base(f.rel) == "index.md" {
			bundles[path.Dir(f.rel)] = true
		}
	}
	for _, dir := range sorted(s.folders) {
		if bundles[dir] {
			continue
		}
		for _, f := range s.folders[dir] {
			s.found = append(s.found, diag.Diagnostic{
				Rule: "file-stray", Severity: diag.Warning, Path: b.under(path.Join("content", dir, f.Name)),
				Message: diag.Say("这个文件不属于任何报告，不会公开", "this file belongs to no report and is not published"),
				Hint:    diag.Say("附件请放进报告自己的文件夹：<名称>/index.md 旁边", "put attachments into the report's own folder, beside <slug>/index.md"),
			})
		}
		delete(s.folders, dir)
	}
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// overlay opens the site's own layouts or static files, reporting what is no file in them.
func (b *builder) overlay(s *source, name string, to *fs.FS) error {
	if ok, err := b.folder(s, name); err != nil || !ok {
		return err
	}
	dir := b.disk(name)
	*to = regular{os.DirFS(dir)}
	return filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		rel = filepath.ToSlash(rel)
		switch {
		case !e.Type().IsRegular():
			s.found = append(s.found, notAFile(b.under(path.Join(name, rel)), e.Type()))
		case name == "static" && !strings.HasPrefix(rel, "assets/"):
			s.statics = append(s.statics, rel)
		}
		return err
	})
}

// readHeads parses the front matter of all files, on all cores, reading only as much of each file as it takes.
func (b *builder) readHeads(ctx context.Context, s *source) error {
	lists := make([]diag.List, len(s.files))
	var done atomic.Int64
	err := parallel(ctx, len(s.files), func() func(int) error {
		buf := make([]byte, 64<<10)
		return func(i int) error {
			f := &s.files[i]
			known, err := b.unchanged(s.memory.find(f.rel, f.seen.Size), f.seen, buf)
			if err != nil {
				return err
			}
			if known == nil {
				head, found, err := b.readHead(f, buf[:8<<10])
				if err != nil {
					return err
				}
				known = &entry{Rel: f.rel, Seen: f.seen, Head: head, Found: unplaced(found)}
			}
			f.entry, f.head, lists[i] = known, known.Head, placed(known.Found, b.under("content/"+f.rel))
			b.Progress("read", int(done.Add(1)), len(s.files))
			return nil
		}
	})
	if err != nil {
		return err
	}
	s.byRel = make(map[string]*file, len(s.files))
	for i := range s.files {
		f := &s.files[i]
		s.byRel[f.rel] = f
		s.found = append(s.found, lists[i]...)
		if f.head == nil {
			b.blocked = true
		}
	}
	return nil
}

// unchanged returns a cache entry if the file still has the bytes that it was made from.
func (b *builder) unchanged(e *entry, now seen, buf []byte) (*entry, error) {
	if e == nil || e.Seen.proves(now) {
		return e, nil
	}
	f, err := os.Open(b.disk("content/" + e.Rel))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	sum := sha256.New()
	for {
		n, err := f.Read(buf)
		sum.Write(buf[:n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(sum.Sum(nil), e.Sum) {
		return nil, nil
	}
	if now.Changed != 0 && now != e.Seen { // next time its looks will do
		known := *e
		known.Seen = now
		e = &known
	}
	return e, nil
}

func (b *builder) readHead(f *file, buf []byte) (*report.Head, diag.List, error) {
	p := b.under("content/" + f.rel)
	if f.seen.Size > maxFile {
		return nil, diag.List{tooLarge(p, f.seen.Size)}, nil
	}
	r, err := os.Open(b.disk("content/" + f.rel))
	if err != nil {
		return nil, nil, err
	}
	defer r.Close()
	n, err := io.ReadFull(r, buf)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return nil, nil, err
	}
	src, complete := buf[:n], n < len(buf)
	// an end of 0 means that there is none within reach: why not, the rest of the file tells
	if end, ok := report.HeadEnd(src); ok && end > 0 {
		src, complete = src[:end], complete && end == n
	} else if !complete {
		rest, err := io.ReadAll(io.LimitReader(r, maxFile))
		if err != nil {
			return nil, nil, err
		}
		src, complete = append(bytes.Clone(src), rest...), true
		if end, ok := report.HeadEnd(src); ok && end > 0 {
			src, complete = src[:end], end == len(src)
		}
	}
	src, found := report.Normalise(p, src)
	if found.AtLeast(diag.Error) > 0 {
		return nil, found, nil
	}
	head, more := report.ParseHead(p, f.rel, src, complete)
	return head, append(found, more...), nil
}

// input gathers what assembling needs.
func (s *source) input(b *builder) site.Input {
	in := site.Input{Config: s.config, ConfigPath: b.under(ConfigName), Defaults: s.defaults, Folders: s.folders, Static: s.statics, Redirects: s.moved, RedirectsPath: b.under(site.RedirectsName), AsOf: b.AsOf(s.config.Location), Drafts: b.Drafts}
	for _, f := range s.files {
		switch {
		case f.head == nil:
		case f.head.Plain():
			in.Plain = append(in.Plain, f.head)
		default:
			in.Heads = append(in.Heads, f.head)
		}
	}
	return in
}

// parallel calls work for 0…n-1 on all cores. Each goroutine has its own worker, which start makes. The first error ends the run.
func parallel(ctx context.Context, n int, start func() func(i int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			work := start()
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := work(i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}
