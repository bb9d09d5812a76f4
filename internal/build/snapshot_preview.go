package build

import (
	"context"
	"errors"
	"maps"
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
	moved         inputOf[[]site.RedirectRow]
	asset         inputOf[*render.Assets]
	layout        inputOf[*render.Layouts] // good is nil while they fail
	proven        look
	drawnWith     *render.Assets                          // whose addresses layout knows
	untried       bool                                    // layout has not drawn a page yet
	parsed        map[string]inputOf[*report.FrontMatter] // _defaults.yaml by path
	assembled     diag.List                               // what the last assembly found
	site          *site.Site
	assembledFrom *source
	irregular     map[string]bool // the links and devices that it found
	latest        atomic.Pointer[Snapshot]
	files         []file    // the Markdown files by path, with their heads, as an assembly takes them
	parser        sync.Pool // of *report.Parser

	mu     sync.RWMutex
	docs   map[string]*doc // by path below content/
	recent recent
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
		_, configured := p.tree.leaf(ConfigName)
		err = &NoSiteError{Dir: p.Source, Configured: configured}
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
	config, moved, beside, layouts, static, links bool
	docs, defaults                                []string
	styles                                        bool // all static files that differ are style sheets
	named                                         bool // a static file that keeps its name has come or gone: an address, and the target of links
}

func (p *Preview) sort(files map[string]bool) kinds {
	k := kinds{styles: true}
	for _, name := range sorted(files) {
		top, rest, _ := strings.Cut(name, "/")
		l, there := p.tree.leaf(name)
		k.links = k.links || there && l.kind == leafOther || p.irregular[name]
		switch {
		case top == ConfigName:
			k.config = true
		case top == site.RedirectsName:
			k.moved = true
		case top == "layouts":
			k.layouts = true
		case top == "static":
			k.static = true
			k.styles = k.styles && (!files[name] || path.Ext(name) == ".css")
			k.named = k.named || !strings.HasPrefix(rest, "assets/") && p.assembledFrom.keeps(rest) != (there && l.kind == leafFile)
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
	if k.moved || first {
		if k.moved, err = p.takeRedirects(); err != nil {
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
	// while something fails, what is shown is older than its style sheets: more than these will differ
	styled := k.static && k.styles && !k.layouts && !p.asset.blocked && !p.layout.blocked
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
	reassemble := first || p.owed || k.config || k.moved || k.beside || k.links || k.named || inherited || read.heads
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

// Below lists a folder and those in it; none when the path is no folder of the site.
func (p *Preview) Below(name string) []string {
	if p.tree.branches[name] == nil || name == "." {
		return nil
	}
	var list []string
	for at := range p.tree.branches {
		if at == name || strings.HasPrefix(at, name+"/") {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	return list
}

// Path is a path below the site's folder as findings show it.
func (p *Preview) Path(name string) string { return p.under(name) }
