package deploy

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// published is what readers have now.
type published struct {
	id       string // "" when nothing is published
	manifest publish.Manifest
	open     func(ctx context.Context, name string) (io.ReadCloser, error)
}

// planner compares what is published with what is to be.
type planner struct {
	old      published
	src      Source
	opt      Options
	parallel int

	plan     Plan
	oldPages map[string]page // of pages that went or differ
	newPages map[string]page // of pages that came or differ
}

// makePlan reads no more than the pages that differ.
func makePlan(ctx context.Context, old published, src Source, opt Options, parallel int) (*Plan, error) {
	p := &planner{old: old, src: src, opt: opt, parallel: parallel, oldPages: map[string]page{}, newPages: map[string]page{}}
	manifest := src.Manifest()
	p.plan = Plan{Tree: manifest.Tree(), Previous: old.id, Total: len(manifest)}
	p.plan.Added, p.plan.Changed, p.plan.Removed = diff(old.manifest, manifest)
	if err := p.readPages(ctx); err != nil {
		return nil, err
	}
	if err := p.measure(ctx); err != nil {
		return nil, err
	}
	p.steps()
	p.refuse()
	return &p.plan, nil
}

// diff merges two sorted manifests.
func diff(old, now publish.Manifest) (added, changed, removed []string) {
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(old) > 0 && old[0].Path < now[0].Path:
			removed = append(removed, old[0].Path)
			old = old[1:]
		case len(old) == 0 || now[0].Path < old[0].Path:
			added = append(added, now[0].Path)
			now = now[1:]
		default:
			if old[0].Sum != now[0].Sum {
				changed = append(changed, now[0].Path)
			}
			old, now = old[1:], now[1:]
		}
	}
	return added, changed, removed
}

// readPages reads the pages that came, went or differ.
func (p *planner) readPages(ctx context.Context) error {
	type task struct {
		name string
		into map[string]page
		open func(name string) (io.ReadCloser, error)
	}
	fresh := func(name string) (io.ReadCloser, error) { f, _, err := p.src.Open(name); return f, err }
	stale := func(name string) (io.ReadCloser, error) { return p.old.open(ctx, name) }
	var tasks []task
	for _, name := range slices.Concat(p.plan.Added, p.plan.Changed) {
		if mayBePage(name) {
			tasks = append(tasks, task{name, p.newPages, fresh})
		}
	}
	for _, name := range slices.Concat(p.plan.Changed, p.plan.Removed) {
		if mayBePage(name) {
			tasks = append(tasks, task{name, p.oldPages, stale})
		}
	}
	var mu sync.Mutex
	meter := p.opt.meter("compare", len(tasks))
	return each(ctx, p.parallel, tasks, func(_ context.Context, t task) error {
		found, err := openPage(t.name, t.open)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		t.into[t.name] = found
		meter.add(1)
		return nil
	})
}

// openPage reads one page. One that is missing where it should be, at a damaged target, is known by its path alone.
func openPage(name string, open func(name string) (io.ReadCloser, error)) (page, error) {
	f, err := open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return page{kind: kindByPath(name)}, nil
	}
	if err != nil {
		return page{}, err
	}
	p, err := readPage(name, f)
	return p, errors.Join(err, f.Close())
}

// measure counts what must be sent: files whose bytes stand nowhere in what is published.
func (p *planner) measure(ctx context.Context) error {
	there := map[publish.Sum]bool{}
	for _, l := range p.old.manifest {
		there[l.Sum] = true
	}
	manifest := sums(p.src.Manifest())
	var send []string
	for _, name := range slices.Concat(p.plan.Added, p.plan.Changed) {
		if sum, _ := manifest.find(name); !there[sum] {
			send = append(send, name)
		}
	}
	p.plan.SendFiles = len(send)
	var mu sync.Mutex
	return each(ctx, p.parallel, send, func(_ context.Context, name string) error {
		size, err := sizeOf(p.src, name)
		mu.Lock()
		defer mu.Unlock()
		p.plan.SendBytes += size
		return err
	})
}

// steps says what happens to each page that holds a text, and counts the other files.
func (p *planner) steps() {
	for _, name := range p.plan.Added {
		switch now := p.newPages[name]; {
		case now.article():
			p.step(Added, name, now.title)
		case now.kind == kindRemoved:
			p.plan.purge = append(p.plan.purge, name) // in a first deploy too: releases may be kept whose current was lost
			if p.old.id == "" {
				p.plan.Others.Added++
				continue
			}
			p.step(Erased, name, now.title)
		default:
			p.plan.Others.Added++
		}
	}
	for _, name := range p.plan.Changed {
		before, now := p.oldPages[name], p.newPages[name]
		if now.kind == kindRemoved && before.kind != kindRemoved {
			p.plan.purge = append(p.plan.purge, name)
		}
		if change := between(before, now); change != "" {
			p.step(change, name, titleOf(change, before, now))
		} else {
			p.plan.Others.Changed++
		}
	}
	for _, name := range p.plan.Removed {
		if before := p.oldPages[name]; before.address() && !p.retired(before) {
			p.step(Gone, name, before.title)
		} else {
			p.plan.Others.Removed++
		}
	}
	sortSteps(p.plan.Reports)
}

// between says what became of a page whose bytes differ; "" when it is none that a plan names.
func between(before, now page) Change {
	switch {
	case now.article() && !before.article():
		return Added
	case now.article():
		switch {
		case now.withdrawn && !before.withdrawn:
			return Withdrawn
		case now.sum != before.sum || now.revisions != before.revisions || now.title != before.title || now.withdrawn != before.withdrawn || now.kind == kindPlain:
			return Edited
		}
		return Redrawn
	case now.kind == kindRemoved && before.kind != kindRemoved:
		return Erased
	case now.kind == kindRedirect && before.article():
		return Moved
	}
	return ""
}

// titleOf is the title by which people know the page.
func titleOf(change Change, before, now page) string {
	if (change == Erased || change == Moved) && before.title != "" {
		return before.title
	}
	return now.title
}

func (p *planner) step(change Change, name, title string) {
	if title == "" {
		title = name
	}
	p.plan.Reports = append(p.plan.Reports, Step{change, name, title})
}

// refuse collects the reasons.
func (p *planner) refuse() {
	var l diag.List
	l = append(l, p.findings()...)
	l = append(l, p.gone()...)
	l = append(l, p.unrecorded()...)
	l = append(l, p.deletions()...)
	l = append(l, p.remains()...)
	l.Sort()
	p.plan.Refused = l
}
