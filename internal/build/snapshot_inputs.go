package build

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"slices"

	"gongkai/internal/diag"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// inputOf is something that was read: the last that was good, and what is to be said of the one that is there now.
type inputOf[T any] struct {
	good    T
	found   diag.List
	blocked bool   // the present one is not used
	src     []byte // what it was read from; nil when that is many files
}

// takeConfig, takeRedirects, takeDefaults, takeAssets and takeLayouts read one kind of input and report whether it differs.
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

func (p *Preview) takeRedirects() (changed bool, err error) {
	src, _, err := p.small(site.RedirectsName)
	if err != nil && !missing(err) {
		return false, err
	}
	if p.Snapshot() != nil && bytes.Equal(src, p.moved.src) && (src == nil) == (p.moved.src == nil) {
		return false, nil
	}
	s := &source{}
	if err := (&builder{Options: p.Options}).readRedirects(s); err != nil {
		return false, err
	}
	p.moved = inputOf[[]site.RedirectRow]{good: s.moved, found: s.found, src: src}
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
