package build

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/site"
)

// Check is Run stopped before publishing: it reads, assembles, parses and draws everything, and writes nothing but the cache. Its findings
// are those of Run with --fail-on none. Result.Published stays false.
func Check(ctx context.Context, opt Options) (*Result, error) {
	b, src, result, err := assemble(ctx, opt)
	if err != nil || result.Site == nil {
		if result != nil {
			result.Blocked = true
		}
		return result, err
	}
	err = b.rehearse(ctx, src, result)
	result.Notes = src.memory.notes
	result.tidy()
	return result, err
}

// rehearse is publish without a folder.
func (b *builder) rehearse(ctx context.Context, src *source, result *Result) error {
	layouts, assets, err := b.load(src, result)
	if err != nil {
		return err
	}
	if result.Blocked = b.blocked; b.blocked {
		return b.checkBodies(ctx, src, result)
	}
	w := b.writer(src, result, layouts, assets, publish.Rehearse())
	if err := w.all(ctx); err != nil {
		return err
	}
	w.tell(result)
	result.Blocked = w.failed.Load() || unpublishable(result.Found)
	src.remember()
	return nil
}

// Addresses (网址) is what a build would answer at addresses, without the reports' texts having been read.
type Addresses struct {
	Site  *site.Site // nil when the configuration cannot be read
	Found diag.List  // sorted
	files []string   // hashed static files
}

// Assemble reads configuration, redirects.csv and the heads of all reports, and no text.
func Assemble(ctx context.Context, opt Options) (*Addresses, error) {
	opt.Cache = Cache{}
	b, src, result, err := assemble(ctx, opt)
	if err != nil {
		return nil, err
	}
	a := &Addresses{Site: result.Site}
	if result.Site != nil {
		assets, found, err := render.LoadAssets(b.Static, src.static, b.under("static"))
		if err != nil {
			return nil, err
		}
		for _, x := range assets.List {
			a.files = append(a.files, x.URL)
		}
		result.Found = append(result.Found, found...)
		src.waive(result.Found)
	}
	result.tidy()
	a.Found = result.Found
	return a, nil
}

// Answers answers for addresses of the site.
func (a *Addresses) Answers() *site.Answers {
	return a.Site.Answers(func(rel string) bool { // render.LoadAssets sorts by address
		_, ok := slices.BinarySearchFunc(a.files, rel, strings.Compare)
		return ok
	})
}

// stage takes the files of a site: a publish.Stage, or a publish.Rehearsal that keeps none.
type stage interface {
	Write(name string, data []byte) (publish.Stamp, error)
	Keep(name string, stamp publish.Stamp) (bool, error)
	Copy(name string, src fs.FS, from string) (publish.Stamp, error)
}

// writer writes all pages into a stage.
func (b *builder) writer(src *source, result *Result, layouts *render.Layouts, assets *render.Assets, to stage) *writer {
	w := &writer{builder: b, source: src, site: result.Site, render: render.New(result.Site, layouts, assets), assets: assets, stage: to, content: os.DirFS(b.disk("content"))}
	w.ledger.start(src.memory, w.render, to)
	return w
}
