package build

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/report"
	"gongkai/internal/site"
)

// Check reads every body that has not been read since it changed, the youngest change first, and returns all findings of the snapshot,
// sorted: those that Run would report. progress may be nil. What was read stays known when the context ends it. A file that is just being
// saved is ErrChanged: the next Update may find that it is what it was.
func (p *Preview) Check(ctx context.Context, s *Snapshot, progress func(done, all int)) (diag.List, error) {
	heads := s.heads()
	var todo []*report.Head
	age := map[*report.Head]uint64{}
	for _, h := range heads {
		if d := p.doc(h.Rel); d != nil && d.text == nil && !d.bad {
			todo, age[h] = append(todo, h), d.seq
		}
	}
	slices.SortStableFunc(todo, func(x, y *report.Head) int { return cmp.Compare(age[y], age[x]) })
	var done atomic.Int64
	done.Store(int64(len(heads) - len(todo)))
	// one core stays free for pages
	err := parallelOn(ctx, max(1, runtime.GOMAXPROCS(0)-1), len(todo), func() func(int) error {
		parser := report.NewParser()
		return func(i int) error {
			err := p.readBody(parser, todo[i], false)
			if n := done.Add(1); progress != nil && err == nil {
				progress(int(n), len(heads))
			}
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	for _, h := range todo {
		if d := p.doc(h.Rel); d == nil || d.text == nil && !d.bad {
			return nil, ErrChanged
		}
	}
	return p.findings(ctx, s, heads)
}

// parallelOn is parallel on a number of cores.
func parallelOn(ctx context.Context, cores, n int, start func() func(int) error) error {
	var next atomic.Int64
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for range min(cores, n) {
		wg.Go(func() {
			work := start()
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := work(i); err != nil {
					cancel(err)
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// heads are the files whose bodies a build reads.
func (s *Snapshot) heads() []*report.Head {
	list := make([]*report.Head, 0, len(s.Site.Reports)+len(s.Site.Plain))
	for _, x := range s.Site.Reports {
		list = append(list, x.Head)
	}
	for _, x := range s.Site.Plain {
		list = append(list, x.Head)
	}
	return list
}

// readBody notes what is to be known of a body; with ids, those too. A file that has changed meanwhile is left to the next Update.
func (p *Preview) readBody(parser *report.Parser, h *report.Head, ids bool) error {
	raw, err := p.readContent(h.Rel)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	sum := sha256.Sum256(raw)
	t := &text{Bad: true}
	src, found := report.Normalise(h.Path, raw)
	if found.AtLeast(diag.Error) == 0 {
		if !h.SameFrontMatter(src) {
			return nil
		}
		body, more := parser.Body(h, src)
		t = readText(src[h.BodyOffset:], body, append(found, more...))
		if ids {
			t.remember(body)
		}
	} else {
		t.Found = found
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.docs[h.Rel]
	if d == nil || d.bad || d.head != h || d.sum != nil && !bytes.Equal(d.sum, sum[:]) {
		return nil
	}
	known := *d
	known.sum, known.text = sum[:], t
	p.docs[h.Rel] = &known
	return nil
}

// findings puts together what the snapshot, the bodies and the links between them are reported for.
func (p *Preview) findings(ctx context.Context, s *Snapshot, heads []*report.Head) (diag.List, error) {
	found := slices.Clone(s.Found)
	asked := map[*report.Head][]site.Demand{}
	for _, h := range heads {
		d := p.doc(h.Rel)
		if d == nil || d.text == nil || d.head != h {
			continue
		}
		found = append(found, d.text.Found...)
		if d.text.Bad {
			continue
		}
		demands, broken := s.Site.CheckLinks(h, d.text.body())
		found = append(found, broken...)
		for _, demand := range demands {
			asked[demand.To] = append(asked[demand.To], demand)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	parser := report.NewParser()
	for h, demands := range asked {
		target, err := p.target(parser, h)
		if err != nil || ctx.Err() != nil {
			return nil, cmp.Or(err, ctx.Err())
		}
		for _, d := range demands {
			if target == nil {
				break
			}
			if broken, ok := d.CheckFragment(target); !ok {
				found = append(found, broken)
			}
		}
	}
	return s.tidied(found), nil
}

// target is as much of a text as links into it ask for; nil when there is none.
func (p *Preview) target(parser *report.Parser, h *report.Head) (*report.Body, error) {
	d := p.doc(h.Rel)
	if d != nil && d.text != nil && !d.text.Bad && !d.text.Asked {
		if err := p.readBody(parser, h, true); err != nil {
			return nil, err
		}
		d = p.doc(h.Rel)
	}
	if d == nil || d.text == nil || !d.text.Asked {
		return nil, nil
	}
	return d.text.target(), nil
}

// Unpublishable reports whether findings leave no page to write, whatever --fail-on says (contract §4).
func (s *Snapshot) Unpublishable(found diag.List) bool { return s.Blocked || unpublishable(found) }

// Sums makes every file of the site and returns the manifest that publishing it would write. progress may be nil. A Fault ends it.
func (s *Snapshot) Sums(ctx context.Context, progress func(done, all int)) (publish.Manifest, error) {
	var mu sync.Mutex
	var m publish.Manifest
	put := func(l publish.Line) {
		mu.Lock()
		defer mu.Unlock()
		m = append(m, l)
	}
	add := func(url string, data []byte) { put(publish.Line{Path: url, Sum: sha256.Sum256(data)}) }
	for _, a := range s.assets.List {
		add(a.URL, a.Data)
	}
	outputs := s.render.Indexes()
	n, all := len(s.Site.Reports), len(s.Site.Reports)+len(s.Site.Plain)+len(outputs)
	var done atomic.Int64
	err := parallelOn(ctx, max(1, runtime.GOMAXPROCS(0)-1), all, func() func(int) error {
		var b bytes.Buffer
		return func(i int) (err error) {
			b.Reset()
			switch {
			case i < n:
				err = s.sumReport(ctx, s.Site.Reports[i], &b, put)
			case i < n+len(s.Site.Plain):
				var f *File
				if f, err = s.plain(s.Site.Plain[i-n]); err == nil {
					add(s.Site.Plain[i-n].URL, f.Data)
				}
			default:
				o := outputs[i-n-len(s.Site.Plain)]
				if d := o.Make(&b); d != nil {
					return &Fault{diag.List{*d}}
				}
				add(o.URL, b.Bytes())
			}
			if k := done.Add(1); progress != nil {
				progress(int(k), all)
			}
			return err
		}
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(m, func(x, y publish.Line) int { return strings.Compare(x.Path, y.Path) })
	return m, nil
}

// sumReport makes a report's page and the files beside it from one reading.
func (s *Snapshot) sumReport(ctx context.Context, x *site.Report, b *bytes.Buffer, add func(publish.Line)) error {
	src, body, err := s.body(x.Head, false)
	if err != nil {
		return err
	}
	if d := s.render.Report(b, x, body); d != nil {
		return &Fault{diag.List{*d}}
	}
	add(publish.Line{Path: x.URL, Sum: sha256.Sum256(b.Bytes())})
	for _, output := range s.Site.Config.Outputs {
		end, ok := ending(output)
		if !ok || output == "html" {
			continue
		}
		b.Reset()
		if err := dataFile(b, s.render, x, output, src, body); err != nil {
			return err
		}
		add(publish.Line{Path: x.Stem() + end, Sum: sha256.Sum256(b.Bytes())})
	}
	for _, f := range x.Files {
		sum, err := s.sumBeside(ctx, x, f.Name)
		if err != nil {
			return err
		}
		add(publish.Line{Path: x.Stem() + "/" + f.Name, Sum: sum})
	}
	return nil
}

// sumBeside reads an attachment, which may be large, a piece at a time.
func (s *Snapshot) sumBeside(ctx context.Context, x *site.Report, name string) (sum publish.Sum, err error) {
	f, _, err := s.Attachment(path.Join(path.Dir(x.Head.Rel), name))
	if missing(err) || errors.Is(err, ErrNoFile) {
		err = ErrChanged
	}
	if err != nil {
		return sum, err
	}
	defer f.Close()
	h := sha256.New()
	for err == nil && ctx.Err() == nil {
		_, err = io.CopyN(h, f, 1<<20)
	}
	if err != io.EOF {
		return sum, cmp.Or(err, ctx.Err())
	}
	return publish.Sum(h.Sum(nil)), nil
}
