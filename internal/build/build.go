// Package build is the pipeline: read the site's folder, parse the heads, assemble the site, render every page into a stage, switch.
//
// The heads come first because they are small and decide the site's shape; the bodies, which weigh a thousand times as much, are then parsed,
// drawn, written and forgotten one at a time, on all cores. Nothing is published before everything has rendered and no finding stands
// at or above the threshold.
package build

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/site"
)

// Options say what to build and where to.
type Options struct {
	Source      string // the site's folder, as given on the command line; findings point below it
	Destination string // the folder to publish to
	Layouts     fs.FS  // the embedded layouts
	Static      fs.FS  // the embedded static files
	BaseURL     string // overrides base_url; "" keeps it
	Drafts      bool
	AsOf        func(zone *time.Location) time.Time // the only clock: --as-of, or now
	Now         func() time.Time                    // what time it is on the machine, to judge how old files are; nil: none is known by its looks
	FailOn      diag.Severity                       // diag.None publishes whatever was found
	Generator   publish.Info
	Cache       Cache
	Precompress bool                                 // .gz and .br beside text files
	Disk        func(dir string) (publish.FS, error) // nil: the real one
	Progress    func(phase string, done, all int)    // may be nil; called from several goroutines
}

// Result is what a build did.
type Result struct {
	Found     diag.List // sorted
	Published bool
	Blocked   bool // of a check: something leaves no page to write, whatever --fail-on says
	Pages     int  // HTML pages
	Reports   int
	Districts int
	Years     int
	Output    publish.Result
	Site      *site.Site
	Parsed    int         // texts that were read, the others being known from the cache
	Drawn     int         // HTML pages that were made, the others being as they were
	Notes     []diag.Text // what was amiss with the cache, which never changes what a build writes or finds
}

// Run builds a site. An error means that the machine failed; what had been found until then is in the result, which is nil only when
// nothing was read. A build that does not publish leaves the destination as it was.
func Run(ctx context.Context, opt Options) (*Result, error) {
	b, src, result, err := assemble(ctx, opt)
	if err != nil || result.Site == nil {
		return result, err
	}
	if err := b.publish(ctx, src, result); err != nil {
		result.tidy()
		return result, err
	}
	result.Notes = src.memory.notes
	result.tidy()
	return result, nil
}

// assemble is the first half of a build: everything but the texts. The result has no Site when the configuration cannot be read.
func assemble(ctx context.Context, opt Options) (*builder, *source, *Result, error) {
	b := &builder{Options: opt}
	if b.Progress == nil {
		b.Progress = func(string, int, int) {}
	}
	src, err := b.read(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	result := &Result{Found: src.found}
	if src.fatal() {
		result.tidy()
		return b, src, result, nil
	}
	s, found := site.Assemble(src.input(b))
	result.Site, result.Found = s, append(result.Found, found...)
	result.Reports, result.Years = len(s.Reports), len(s.Years)
	for _, d := range s.Districts {
		if d.Own > 0 {
			result.Districts++
		}
	}
	return b, src, result, nil
}

// tidy puts the findings in order; what two stages saw is said once.
func (r *Result) tidy() {
	r.Found.Sort()
	r.Found = slices.CompactFunc(r.Found, func(x, y diag.Diagnostic) bool {
		return x.Path == y.Path && x.Start == y.Start && x.Rule == y.Rule && x.Message == y.Message
	})
}

// builder carries one run.
type builder struct {
	Options
	blocked bool // a finding stands that leaves no page to write, whatever --fail-on says
}

// load reads layouts and static files.
func (b *builder) load(src *source, result *Result) (*render.Layouts, *render.Assets, error) {
	assets, found, err := render.LoadAssets(b.Static, src.static, b.under("static"))
	if err != nil {
		return nil, nil, err
	}
	layouts, more, err := render.LoadLayouts(b.Layouts, src.layouts, b.under("layouts"), assets)
	if err != nil {
		return nil, nil, err
	}
	result.Found = append(append(result.Found, found...), more...)
	b.blocked = b.blocked || found.AtLeast(diag.Error)+more.AtLeast(diag.Error) > 0 || unpublishable(result.Found)
	src.waive(result.Found)
	return layouts, assets, nil
}

// publish renders everything into a stage and switches, or throws the stage away.
func (b *builder) publish(ctx context.Context, src *source, result *Result) (err error) {
	layouts, assets, err := b.load(src, result)
	if err != nil {
		return err
	}
	if b.blocked || result.Found.AtLeast(b.FailOn) > 0 {
		return b.checkBodies(ctx, src, result)
	}
	stage, err := publish.Open(ctx, publish.Options{
		Destination: b.Destination, Open: b.Disk, Generator: b.Generator, Spare: src.memory.on,
		Protected: []string{b.Source}, Inputs: []string{b.disk("content"), b.disk("layouts"), b.disk("static")},
	})
	if err != nil {
		return err
	}
	defer func() {
		if !result.Published {
			if abortErr := stage.Abort(); err == nil && abortErr != nil {
				err = abortErr
			}
		}
	}()
	w := b.writer(src, result, layouts, assets, stage)
	err = w.all(ctx)
	if err == nil && b.Precompress && !w.failed.Load() {
		err = w.precompress(ctx, stage)
	}
	w.tell(result)
	if err != nil {
		return err
	}
	if w.failed.Load() || unpublishable(result.Found) || result.Found.AtLeast(b.FailOn) > 0 {
		src.remember()
		return nil
	}
	b.Progress("switch", 0, 0)
	result.tidy()
	stage.Found(b.account(src, result.Site, result.Found))
	if result.Output, err = stage.Commit(ctx); err != nil {
		return fmt.Errorf("publish %s: %w", b.Destination, err)
	}
	result.Published = true
	src.memory.save(src.entries(), pagesOf(w.ledger.made))
	return nil
}

// unpublishable finds what leaves no page to write: two inputs for one address, a failing layout (contract §4).
func unpublishable(found diag.List) bool {
	for _, d := range found {
		switch d.Rule {
		case "address-collision", "alias-collision", "layout", "layout-missing", "static":
			return true
		}
	}
	return false
}
