package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// A Preview (预览) is a site held in memory: the heads of all reports, the Site that follows from them, layouts and static files, and no
// body. Update brings it up to date with the folder and makes a new Snapshot; the bytes of a page are made when they are asked for, by the
// functions that Run calls.
//
// It shows what Run would publish with --fail-on none. What Run could publish nothing from — a file whose front matter cannot be read, a
// configuration with errors, a layout that fails — stays as it last was, and the Snapshot says so (Blocked).
//
// Update belongs to one goroutine; everything else may be called from several.
type Preview struct {
	builder
	now           func() time.Time
	owed          bool            // that Update may have taken up a part
	unread        map[string]bool // what a failed Update has left
	tree          *looked
	seq           uint64
	config        inputOf[*site.Config]
	asset         inputOf[*render.Assets]
	layout        inputOf[*render.Layouts] // good is nil while they fail
	proven        look
	drawnWith     *render.Assets                          // whose addresses layout knows
	untried       bool                                    // layout has not drawn a page yet
	parsed        map[string]inputOf[*report.FrontMatter] // _defaults.yaml by path
	assembled     diag.List                               // what the last assembly found
	site          *site.Site
	assembledFrom *source
	latest        atomic.Pointer[Snapshot]
	parser        sync.Pool // of *report.Parser

	mu     sync.RWMutex
	docs   map[string]*doc // by path below content/
	order  []string        // their paths, sorted: what is sorted already is assembled faster
	recent recent
}

// inputOf is something that was read: the last that was good, and what is to be said of the one that is there now.
type inputOf[T any] struct {
	good    T
	found   diag.List
	blocked bool   // the present one is not used
	src     []byte // what it was read from; nil when that is many files
}

// doc is a Markdown file. It is immutable.
type doc struct {
	rel   string
	head  *report.Head // nil when there never was one that could be read
	found diag.List    // of the head
	last  *doc         // what stands for this one, which cannot be read; nil when it is good
	bad   bool
	stamp stamp
	sum   []byte // SHA-256 of the file; nil until it was read whole
	text  *text  // of the body; nil until it was read
	seq   uint64 // of the update that brought it
}

// OpenPreview reads a site's folder. now tells the age of files.
func OpenPreview(ctx context.Context, opt Options, now func() time.Time) (*Preview, error) {
	p := &Preview{builder: builder{Options: opt}, now: now, docs: map[string]*doc{}, parsed: map[string]inputOf[*report.FrontMatter]{}}
	p.Progress = func(string, int, int) {}
	p.parser.New = func() any { return report.NewParser() }
	p.tree = newTree(opt.Source, now)
	p.config.good = site.DefaultConfig()
	_, err := p.Update(ctx, nil, false)
	return p, err
}

// Snapshot returns the latest result.
func (p *Preview) Snapshot() *Snapshot { return p.latest.Load() }

// Change says what an Update has changed.
type Change struct {
	Any     bool          // there is a new Snapshot
	Site    bool          // lists, navigation or layouts may differ: every page may
	Styles  bool          // nothing but style sheets differs
	Edited  string        // the address of the page that was edited, when it was one alone
	Entered []string      // folders below the site's that are new; they want watching, and another look after that
	Left    []string      // folders that are gone
	Doubt   []string      // paths that are missing or cannot be read, perhaps because they are just being saved: look again, without patience
	Paths   []string      // the files that differ
	Took    time.Duration // what reading and assembling took; the rest was looking
}

// Update looks at paths below the site's folder that may have changed, or with nil at everything, and takes up what differs. When patient,
// what is missing or broken is not believed yet, but returned as Doubt. After an error, which is the machine's, the Change still says which
// folders have come and gone, and the next Update takes up what this one could not.
func (p *Preview) Update(ctx context.Context, names []string, patient bool) (*Change, error) {
	d := newDelta(patient)
	var err error
	if names == nil {
		err = p.tree.whole(d)
	}
	for _, name := range names {
		err = errors.Join(err, p.tree.hinted(path.Clean(name), d))
	}
	maps.Copy(d.files, p.unread)
	p.unread = d.files // until it is taken up: a fault of the machine must not make us forget it
	c := &Change{Entered: d.entered, Left: d.left, Doubt: d.doubt}
	p.seq++
	start := p.now()
	if l, ok := p.tree.leaf("content"); err == nil && (!ok || l.kind == leafFile) {
		err = &NoSiteError{Dir: p.Source, Configured: true}
	}
	if err == nil {
		err = p.take(ctx, d, c)
	}
	if err != nil {
		p.owed = true
		return c, err
	}
	p.unread, p.owed = nil, false
	c.Took = p.now().Sub(start)
	return c, nil
}

// Refresh assembles the site anew for the present time, at which reports may have become public.
func (p *Preview) Refresh() {
	p.seq++
	p.publishSnapshot(&Change{Any: true, Site: true})
}

// kinds sorts changed paths by what they mean.
type kinds struct {
	config, beside, layouts, static, links bool
	docs, defaults                         []string
	styles                                 bool // all static files that differ are style sheets
}

func (p *Preview) sort(files map[string]bool) kinds {
	k := kinds{styles: true}
	for _, name := range sorted(files) {
		top, rest, _ := strings.Cut(name, "/")
		l, there := p.tree.leaf(name)
		k.links = k.links || there && l.kind == leafOther
		switch {
		case top == ConfigName:
			k.config = true
		case top == "layouts":
			k.layouts = true
		case top == "static":
			k.static = true
			k.styles = k.styles && (!files[name] || path.Ext(name) == ".css")
		case path.Base(rest) == "_defaults.yaml":
			k.defaults = append(k.defaults, rest)
		case strings.HasSuffix(rest, ".md"):
			k.docs = append(k.docs, rest)
		default:
			k.beside = k.beside || files[name] // of an attachment only the name and the size stand on pages
		}
	}
	return k
}

// take reads what differs and makes a new Snapshot of it.
func (p *Preview) take(ctx context.Context, d *delta, c *Change) (err error) {
	k := p.sort(d.files)
	first := p.Snapshot() == nil
	if k.config || first {
		if k.config, err = p.takeConfig(); err != nil {
			return err
		}
	}
	inherited := false
	for _, rel := range k.defaults {
		changed, err := p.takeDefaults(rel)
		if err != nil {
			return err
		}
		inherited = inherited || changed
	}
	read, err := p.takeDocs(ctx, k.docs, d.patient, c)
	if err != nil {
		return err
	}
	styled := k.static && k.styles && !k.layouts
	if k.static || first {
		if k.static, err = p.takeAssets(); err != nil {
			return err
		}
	}
	if k.layouts || k.static || first {
		if k.layouts, err = p.takeLayouts(); err != nil {
			return err
		}
	}
	reassemble := first || p.owed || k.config || k.beside || k.links || inherited || read.heads
	c.Site = reassemble || k.layouts || k.static
	c.Any = c.Site || len(read.changed) > 0
	c.Styles = styled && k.static && !reassemble && len(read.changed) == 0
	c.Paths = read.paths
	for _, name := range sorted(d.files) {
		if d.files[name] && !strings.HasSuffix(name, ".md") {
			c.Paths = append(c.Paths, name)
		}
	}
	if len(read.changed) == 1 && len(c.Paths) == 1 {
		c.Edited = read.changed[0]
	}
	if !c.Any {
		return nil
	}
	if !reassemble {
		p.follow(c)
		return nil
	}
	p.publishSnapshot(c)
	return nil
}

// takeConfig, takeDefaults, takeAssets and takeLayouts read one kind of input and report whether it differs.
func (p *Preview) takeConfig() (changed bool, err error) {
	src, _, err := p.small(ConfigName)
	if err != nil && !missing(err) {
		return false, err
	}
	if p.Snapshot() != nil && bytes.Equal(src, p.config.src) && (src == nil) == (p.config.src == nil) {
		return false, nil
	}
	b := &builder{Options: p.Options}
	s := &source{}
	err = b.readConfig(s)
	if noSite := (*NoSiteError)(nil); errors.As(err, &noSite) && p.Snapshot() != nil {
		return false, nil // the folder is being moved: what was read stays
	}
	if err != nil {
		return false, err
	}
	p.config.src, p.config.found, p.config.blocked = src, s.found, s.config == nil || b.blocked
	if s.config != nil && (!b.blocked || p.Snapshot() == nil) {
		p.config.good = s.config
	}
	return true, nil
}

func (p *Preview) takeDefaults(rel string) (changed bool, err error) {
	was, known := p.parsed[rel]
	l, there := p.tree.leaf("content/" + rel)
	var raw []byte
	var found diag.List
	if there = there && l.kind == leafFile; there {
		raw, found, err = p.small("content/" + rel)
	}
	if !there || missing(err) {
		delete(p.parsed, rel)
		return known, nil
	}
	if err != nil {
		return false, err
	}
	if known && bytes.Equal(raw, was.src) {
		return false, nil
	}
	in := inputOf[*report.FrontMatter]{good: was.good, src: raw}
	src := raw
	if len(found) == 0 {
		src, found = report.Normalise(p.under("content/"+rel), raw)
	}
	in.found, in.blocked = found, found.AtLeast(diag.Error) > 0
	if !in.blocked {
		d, found := report.ParseDefaults(p.under("content/"+rel), src)
		in.found = append(in.found, found...)
		if in.blocked = d == nil; d != nil {
			in.good = d
		}
	}
	p.parsed[rel] = in
	return true, nil
}

// own is the site's folder of layouts or static files; nil when it has none. A link in its place is not followed.
func (p *Preview) own(name string) fs.FS {
	if l, ok := p.tree.leaf(name); !ok || l.kind != leafFolder {
		return nil
	}
	return regular{os.DirFS(p.disk(name))}
}

func (p *Preview) takeAssets() (changed bool, err error) {
	a, found, err := render.LoadAssets(p.Static, p.own("static"), p.under("static"))
	if missing(err) {
		return false, nil // removed as it was read: the next look knows
	}
	if err != nil {
		return false, err
	}
	was := p.asset
	p.asset.found, p.asset.blocked = found, found.AtLeast(diag.Error) > 0
	switch {
	case !p.asset.blocked:
		p.asset.good = a
	case was.good == nil:
		if p.asset.good, _, err = render.LoadAssets(p.Static, nil, ""); err != nil {
			return false, err
		}
	}
	same := was.good != nil && was.blocked == p.asset.blocked && slices.EqualFunc(was.good.List, p.asset.good.List, func(x, y render.Asset) bool {
		return x.URL == y.URL && bytes.Equal(x.Data, y.Data)
	})
	if same {
		p.asset.good = was.good
	}
	return !same || p.asset.blocked, nil
}

func (p *Preview) takeLayouts() (changed bool, err error) {
	own := p.own("layouts")
	src, err := layoutSource(own)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if p.layout.src != nil && bytes.Equal(src, p.layout.src) && p.drawnWith == p.asset.good {
		return false, nil
	}
	l, found, err := render.LoadLayouts(p.Layouts, own, p.under("layouts"), p.asset.good)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.layout = inputOf[*render.Layouts]{good: l, found: found, blocked: found.AtLeast(diag.Error) > 0, src: src}
	if p.layout.blocked {
		p.layout.good = nil
	}
	p.untried, p.drawnWith = true, p.asset.good
	return true, nil
}

// layoutSource is all that layouts are made of, to tell whether any differs.
func layoutSource(own fs.FS) ([]byte, error) {
	all := []byte{}
	if own == nil {
		return all, nil
	}
	names, err := fs.Glob(own, "*.html")
	for _, name := range names {
		text, readErr := fs.ReadFile(own, name)
		all = append(append(append(append(all, name...), 0), text...), 0)
		err = errors.Join(err, readErr)
	}
	return all, err
}

// docsRead is what became of changed Markdown files.
type docsRead struct {
	heads   bool     // a front matter differs, a file is new or gone: the site must be assembled
	changed []string // the addresses of pages whose file differs
	paths   []string // these files
}

func (p *Preview) takeDocs(ctx context.Context, rels []string, patient bool, c *Change) (docsRead, error) {
	var r docsRead
	docs := make([]*doc, len(rels))
	err := parallel(ctx, len(rels), func() func(int) error {
		buf := make([]byte, 8<<10)
		return func(i int) (err error) {
			docs[i], err = p.readDoc(rels[i], buf)
			return err
		}
	})
	if err != nil {
		return r, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, rel := range rels {
		old, is := p.docs[rel], docs[i]
		switch {
		case is == nil && old == nil:
		case is == nil:
			delete(p.docs, rel)
			if at, ok := slices.BinarySearch(p.order, rel); ok {
				p.order = slices.Delete(p.order, at, at+1)
			}
			r.heads = true
			r.note(rel, old)
		case is.bad && patient && (old == nil || !old.bad):
			c.Doubt = append(c.Doubt, "content/"+rel)
		case old != nil && old.sum != nil && bytes.Equal(old.sum, is.sum):
			same := *old
			same.stamp = is.stamp
			p.docs[rel] = &same
		default:
			r.heads = r.heads || old == nil || old.head != is.head || old.bad || is.bad
			p.docs[rel] = is
			if at, ok := slices.BinarySearch(p.order, rel); !ok {
				p.order = slices.Insert(p.order, at, rel)
			}
			r.note(rel, is)
		}
	}
	return r, nil
}

func (r *docsRead) note(rel string, d *doc) {
	r.changed, r.paths = append(r.changed, address(d)), append(r.paths, "content/"+rel)
}

// address is where a file's page stands; "" for one that has none.
func address(d *doc) string {
	if d.head == nil {
		return ""
	}
	return d.head.Origin().Page
}

// readDoc reads a changed file. At the start, when nothing is known, it reads the head only. The doc is nil when the file is gone.
func (p *Preview) readDoc(rel string, buf []byte) (*doc, error) {
	name := "content/" + rel
	l, ok := p.tree.leaf(name)
	if !ok || l.kind != leafFile {
		return nil, nil
	}
	d := &doc{rel: rel, stamp: l.stamp, seq: p.seq}
	var old *doc
	if (p.Snapshot() != nil || l.young) && l.stamp.size <= maxFile {
		raw, err := p.whole(name)
		if missing(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(raw)
		d.sum = sum[:]
		if old = p.doc(rel); old != nil && old.bad && old.last != nil && !bytes.Equal(old.sum, d.sum) {
			old = old.last
		}
		if old != nil && bytes.Equal(old.sum, d.sum) {
			same := *old
			same.stamp, same.seq = d.stamp, d.seq
			return &same, nil
		}
		src, found := report.Normalise(p.under(name), raw)
		if found.AtLeast(diag.Error) == 0 && old != nil && !old.bad && old.head.SameFrontMatter(src) {
			d.head, d.found = old.head, old.found
			return d, nil
		}
	}
	return p.readNewHead(d, old, buf)
}

func (p *Preview) readNewHead(d, old *doc, buf []byte) (*doc, error) {
	head, found, err := p.readHead(&file{rel: d.rel, size: d.stamp.size}, buf)
	if missing(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	d.head, d.found = head, found
	if head != nil && old != nil && !old.bad && head.Sum == old.head.Sum {
		d.head = old.head // only the text is amiss
	}
	if d.bad = head == nil; d.bad && old != nil {
		if d.last = old; old.bad {
			d.last = old.last
		}
		if d.last != nil {
			d.head = d.last.head
		}
	}
	return d, nil
}

func (p *Preview) doc(rel string) *doc {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.docs[rel]
}

// Folders lists the folders below the site's that hold it, content, layouts and static among them.
func (p *Preview) Folders() []string {
	list := make([]string, 0, len(p.tree.branches))
	for name := range p.tree.branches {
		if name != "." {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// Path is a path below the site's folder as findings show it.
func (p *Preview) Path(name string) string { return p.under(name) }
