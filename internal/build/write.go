package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
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
	stage   stage // nil: nothing is written
	content fs.FS // content/, for attachments
	ledger  ledger

	mu       sync.Mutex
	found    diag.List
	demands  []site.Demand
	failed   atomic.Bool // a page could not be drawn
	misdrawn atomic.Bool // a report's page could not be drawn: its layout fails
	pages    atomic.Int64
	parsed   atomic.Int64
	drawn    atomic.Int64
}

func (b *builder) checkBodies(ctx context.Context, src *source, result *Result) error {
	w := &writer{builder: b, source: src, site: result.Site}
	if err := w.all(ctx); err != nil {
		return err
	}
	w.tell(result)
	src.remember()
	return nil
}

// tell puts what was found and done into the result.
func (w *writer) tell(r *Result) {
	r.Found = append(r.Found, w.found...)
	w.source.waive(r.Found)
	r.Pages, r.Parsed, r.Drawn = int(w.pages.Load()), int(w.parsed.Load()), int(w.drawn.Load())
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
		if err := w.put(a.URL, nil, a.Data); err != nil {
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
	raw    bytes.Buffer // the present file
	buf    bytes.Buffer // the present output
}

func (w *writer) newWorker() *worker {
	k := &worker{writer: w, parser: report.NewParser()}
	k.parser.Lend = true // each body is written and forgotten
	return k
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

// text makes known what the text of a file holds: from the cache, or by reading it; then source and body are at hand as well.
// ok is false when there is no text.
func (k *worker) text(f *file) (src []byte, body *report.Body, ok bool, err error) {
	if f.entry.Text == nil {
		if src, body, err = k.parse(f); err != nil {
			return nil, nil, false, err
		}
	}
	t := f.entry.Text
	k.add(placed(t.Found, f.head.Path)...)
	if t.Bad {
		k.failed.Store(true)
		return nil, nil, false, nil
	}
	demands, broken := k.site.CheckLinks(f.head, t.body())
	k.add(broken...)
	if len(demands) > 0 {
		k.mu.Lock()
		k.demands = append(k.demands, demands...)
		k.mu.Unlock()
	}
	return src, body, true, nil
}

// parse reads and parses the text of a file whose head is known, and notes what is kept of it. The body is nil when there is no text.
func (k *worker) parse(f *file) (src []byte, body *report.Body, err error) {
	h, p := f.head, k.disk("content/"+f.rel)
	raw, err := k.wholeInto("content/"+f.rel, &k.raw)
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(raw)
	if f.entry.Sum != nil && !bytes.Equal(f.entry.Sum, sum[:]) {
		return nil, nil, changed(p)
	}
	k.parsed.Add(1)
	src, found := report.Normalise(h.Path, raw)
	if found.AtLeast(diag.Error) == 0 {
		if !h.SameFrontMatter(src) {
			return nil, nil, changed(p)
		}
		var more diag.List
		body, more = k.parser.Body(h, src)
		found = append(found, more...)
	}
	if f.entry.Text == nil {
		e := *f.entry
		if e.Seen.Size != int64(len(raw)) { // it has grown since
			e.Seen = seen{Size: int64(len(raw))}
		}
		e.Sum, e.Text = sum[:], readText(src[min(h.BodyOffset, len(src)):], body, unplaced(found))
		if k.source.memory.asked(f.rel) && body != nil {
			e.Text.remember(body) // it will be asked again, as likely as not
		}
		f.entry = &e
	}
	return src, body, nil
}

func changed(p string) error { return &ChangedError{p} }

func (k *worker) report(x *site.Report) error {
	f := k.source.byRel[x.Head.Rel]
	src, body, ok, err := k.text(f)
	if err != nil || !ok || k.stage == nil {
		return err
	}
	todo, err := k.ledger.reportFiles(x, f.entry.Text, k.source.config.Outputs)
	if err != nil {
		return k.refused(err, x.Head.Path)
	}
	if len(todo) > 0 && body == nil {
		if src, body, err = k.parse(f); err != nil {
			return err
		}
	}
	if len(todo) == 0 || todo[0].output != "html" {
		k.pages.Add(1)
	}
	for _, t := range todo {
		if err := k.reportFile(x, t, src, body, f.entry.Text.sum()); err != nil {
			return err
		}
	}
	return k.attach(x)
}

// page draws into the worker's buffer and writes it; a fault of a layout is a finding, and ends the publishing but not the run.
// The key is nil for what has none.
func (k *worker) page(url string, key *render.Key, draw func(*bytes.Buffer) *diag.Diagnostic) error {
	k.buf.Reset()
	ofReport := strings.Count(url, "/") == 3
	if ofReport && k.misdrawn.Load() {
		return nil // the layout of reports fails, and has been reported: thousands of pages would say it again, slowly
	}
	if d := draw(&k.buf); d != nil {
		k.misdrawn.Store(ofReport || k.misdrawn.Load())
		k.failed.Store(true)
		k.add(*d)
		return nil
	}
	k.count(url)
	if strings.HasSuffix(url, ".html") {
		k.drawn.Add(1)
	}
	return k.put(url, key, k.buf.Bytes())
}

func (w *writer) count(url string) {
	if strings.HasSuffix(url, ".html") {
		w.pages.Add(1)
	}
}

// put writes a file, and notes the key that it was made for if it has one.
func (w *writer) put(url string, key *render.Key, data []byte) error {
	stamp, err := w.stage.Write(url, data)
	if err == nil && key != nil {
		w.ledger.note(url, *key, stamp)
	}
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

// reportFile makes a report's page or a file beside it: contract §1 and §3, outputs.
func (k *worker) reportFile(x *site.Report, t reportFile, src []byte, body *report.Body, sum render.TextSum) error {
	k.buf.Reset()
	if t.output == "html" {
		v := k.render.ReportView(x, body)
		if t.key != nil {
			*t.key = k.ledger.keys.Drawn(x, v, sum)
		}
		return k.page(t.url, t.key, func(b *bytes.Buffer) *diag.Diagnostic { return k.render.DrawReport(b, v) })
	}
	if err := dataFile(&k.buf, k.render, x, t.output, src, body); err != nil {
		return fmt.Errorf("write %s: %w", t.url, err)
	}
	return k.put(t.url, t.key, k.buf.Bytes())
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
	f := k.source.byRel[p.Head.Rel]
	_, body, ok, err := k.text(f)
	if err != nil || !ok || k.stage == nil {
		return err
	}
	var key *render.Key
	if k.ledger.keys != nil {
		of := k.ledger.keys.Plain(p, f.entry.Text.sum())
		if kept, err := k.ledger.kept(p.URL, of); kept || err != nil {
			k.count(p.URL)
			return k.refused(err, p.Head.Path)
		}
		key = &of
	}
	if body == nil {
		if _, body, err = k.parse(f); err != nil {
			return err
		}
	}
	return k.page(p.URL, key, func(b *bytes.Buffer) *diag.Diagnostic { return k.render.Plain(b, p, body.HTML) })
}

// fragments answers the links into other files' texts. Ids are kept of those texts only that are asked for them: such a text is parsed
// once more, and from then on its ids are in the cache.
func (w *writer) fragments(ctx context.Context) error {
	byTarget := map[string][]site.Demand{}
	for _, d := range w.demands {
		byTarget[d.To.Rel] = append(byTarget[d.To.Rel], d)
	}
	targets := sorted(byTarget)
	return parallel(ctx, len(targets), func() func(int) error {
		k := w.newWorker()
		return func(i int) error {
			demands := byTarget[targets[i]]
			target, err := k.target(k.source.byRel[targets[i]])
			if err != nil || target == nil {
				return err
			}
			for _, d := range demands {
				if broken, ok := d.CheckFragment(target); !ok {
					k.add(broken)
				}
			}
			return nil
		}
	})
}

// target is the text that links of others lead into, as much of it as answers them; nil when there is none, which has been said then.
func (k *worker) target(f *file) (*report.Body, error) {
	if f.entry.Text == nil || f.entry.Text.Bad {
		return nil, nil
	}
	if !f.entry.Text.Asked {
		_, body, err := k.parse(f)
		if err != nil {
			return nil, err
		}
		e, t := *f.entry, *f.entry.Text
		t.remember(body)
		e.Text = &t
		f.entry = &e
	}
	return f.entry.Text.target(), nil
}

// indexes writes everything that needs no body.
func (w *writer) indexes(ctx context.Context) error {
	outputs := w.render.Indexes()
	var done atomic.Int64
	return parallel(ctx, len(outputs), func() func(int) error {
		k := &worker{writer: w}
		return func(i int) error {
			err := k.index(outputs[i])
			w.Progress("index", int(done.Add(1)), len(outputs))
			return err
		}
	})
}
