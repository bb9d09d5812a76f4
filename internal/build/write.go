package build

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// writer turns reports into files. Without a stage it only parses and checks: then some finding already forbids publishing.
type writer struct {
	*builder
	source  *source
	site    *site.Site
	render  *render.Renderer
	assets  *render.Assets
	stage   *publish.Stage
	content fs.FS // content/, for attachments

	mu      sync.Mutex
	found   diag.List
	demands []site.Demand
	failed  atomic.Bool // a page could not be drawn
	pages   atomic.Int64
}

func (b *builder) checkBodies(ctx context.Context, src *source, result *Result) error {
	w := &writer{builder: b, source: src, site: result.Site}
	err := w.all(ctx)
	result.Found = append(result.Found, w.found...)
	return err
}

// all parses every body and writes every output.
func (w *writer) all(ctx context.Context) error {
	if err := w.reports(ctx); err != nil {
		return err
	}
	if err := w.fragments(ctx); err != nil {
		return err
	}
	if w.stage == nil {
		return nil
	}
	for _, a := range w.assets.List {
		if err := w.put(a.URL, a.Data); err != nil {
			return err
		}
	}
	return w.indexes(ctx)
}

func (w *writer) add(found ...diag.Diagnostic) {
	if len(found) == 0 {
		return
	}
	w.mu.Lock()
	w.found = append(w.found, found...)
	w.mu.Unlock()
}

// worker is what a goroutine keeps from one report to the next.
type worker struct {
	*writer
	parser *report.Parser
	buf    bytes.Buffer
}

func (w *writer) newWorker() *worker {
	return &worker{writer: w, parser: report.NewParser()}
}

// reports parses, draws and writes the reports and the plain pages, one at a time on each core.
func (w *writer) reports(ctx context.Context) error {
	// by address, so that a folder's pages are written together
	all := slices.SortedFunc(slices.Values(w.site.Reports), func(x, y *site.Report) int { return strings.Compare(x.URL, y.URL) })
	n := len(all) + len(w.site.Plain)
	var done atomic.Int64
	return parallel(ctx, n, func() func(int) error {
		k := w.newWorker()
		return func(i int) error {
			var err error
			if i < len(all) {
				err = k.report(all[i])
			} else {
				err = k.plain(w.site.Plain[i-len(all)])
			}
			w.Progress("render", int(done.Add(1)), n)
			return err
		}
	})
}

// body reads and parses the text of a file whose head is known.
func (k *worker) body(h *report.Head) (src []byte, body *report.Body, err error) {
	p := k.disk("content/" + h.Rel)
	raw, err := os.ReadFile(p)
	if err != nil {
		return nil, nil, err
	}
	src, found := report.Normalise(h.Path, raw)
	k.add(found...)
	if found.AtLeast(diag.Error) > 0 {
		k.failed.Store(true)
		return nil, nil, nil
	}
	if !h.SameFrontMatter(src) {
		return nil, nil, fmt.Errorf("read %s: the file was changed during the build", p)
	}
	body, found = k.parser.Body(h, src)
	k.add(found...)
	demands, broken := k.site.CheckLinks(h, body)
	k.add(broken...)
	if len(demands) > 0 {
		k.mu.Lock()
		k.demands = append(k.demands, demands...)
		k.mu.Unlock()
	}
	return src, body, nil
}

func (k *worker) report(x *site.Report) error {
	src, body, err := k.body(x.Head)
	if err != nil || body == nil || k.stage == nil {
		return err
	}
	if err := k.page(x.URL, func(b *bytes.Buffer) *diag.Diagnostic { return k.render.Report(b, x, body) }); err != nil {
		return err
	}
	if err := k.data(x, src, body); err != nil {
		return err
	}
	return k.attach(x)
}

// page draws into the worker's buffer and writes it; a fault of a layout is a finding, and ends the publishing but not the run.
func (k *worker) page(url string, draw func(*bytes.Buffer) *diag.Diagnostic) error {
	k.buf.Reset()
	if d := draw(&k.buf); d != nil {
		k.failed.Store(true)
		k.add(*d)
		return nil
	}
	if strings.HasSuffix(url, ".html") {
		k.pages.Add(1)
	}
	return k.put(url, k.buf.Bytes())
}

func (w *writer) put(url string, data []byte) error {
	_, err := w.stage.Write(url, data)
	return w.refused(err, url)
}

// refused turns the stage's refusal of a path into a finding: it is the content that must change, not the machine.
func (w *writer) refused(err error, at string) error {
	var p *publish.Problem
	if !errors.As(err, &p) || !errors.Is(err, publish.ErrCollision) && !errors.Is(err, publish.ErrPath) {
		return err
	}
	w.failed.Store(true)
	w.add(diag.Diagnostic{Rule: "address-collision", Severity: diag.Error, Path: at, Message: diag.Text(p.Message), Hint: diag.Text(p.Hint)})
	return nil
}

// data writes the files beside a report's page: contract §1 and §3, outputs.
func (k *worker) data(x *site.Report, src []byte, body *report.Body) error {
	for _, output := range k.source.config.Outputs {
		k.buf.Reset()
		name := x.Stem() + "." + output
		switch output {
		case "json":
			if err := k.render.JSON(&k.buf, x, body); err != nil {
				return fmt.Errorf("write %s: %w", name, err)
			}
		case "txt":
			k.render.Text(&k.buf, x, body)
		case "md":
			k.buf.Write(src[x.Head.BodyOffset:])
		case "fragment":
			name = x.Stem() + ".fragment.html"
			k.buf.Write(body.HTML)
		default:
			continue
		}
		if err := k.put(name, k.buf.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

// attach copies the files beside a report.
func (k *worker) attach(x *site.Report) error {
	for _, f := range x.Files {
		to := path.Join(x.Stem(), f.Name)
		if _, err := k.stage.Copy(to, k.content, path.Join(path.Dir(x.Head.Rel), f.Name)); err != nil {
			return k.refused(err, x.Head.Path)
		}
	}
	return nil
}

func (k *worker) plain(p *site.Plain) error {
	_, body, err := k.body(p.Head)
	if err != nil || body == nil || k.stage == nil {
		return err
	}
	return k.page(p.URL, func(b *bytes.Buffer) *diag.Diagnostic { return k.render.Plain(b, p, body.HTML) })
}

// fragments answers the links into other reports' texts: each target is parsed once more, which is cheaper than keeping all ids.
func (w *writer) fragments(ctx context.Context) error {
	byTarget := map[string][]site.Demand{}
	for _, d := range w.demands {
		byTarget[d.To.URL] = append(byTarget[d.To.URL], d)
	}
	targets := sorted(byTarget)
	return parallel(ctx, len(targets), func() func(int) error {
		k := w.newWorker()
		return func(i int) error {
			demands := byTarget[targets[i]]
			h := demands[0].To.Head
			raw, err := os.ReadFile(k.disk("content/" + h.Rel))
			if err != nil {
				return err
			}
			src, found := report.Normalise(h.Path, raw)
			if found.AtLeast(diag.Error) > 0 || !h.SameFrontMatter(src) {
				return nil // said when the target itself was parsed
			}
			body, _ := k.parser.Body(h, src)
			for _, d := range demands {
				if broken, ok := d.CheckFragment(body); !ok {
					k.add(broken)
				}
			}
			return nil
		}
	})
}

// indexes writes everything that needs no body.
func (w *writer) indexes(ctx context.Context) error {
	outputs := w.render.Indexes()
	var done atomic.Int64
	return parallel(ctx, len(outputs), func() func(int) error {
		k := &worker{writer: w}
		return func(i int) error {
			err := k.page(outputs[i].URL, outputs[i].Make)
			w.Progress("index", int(done.Add(1)), len(outputs))
			return err
		}
	})
}
