package build

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/site"
)

// made is a published file: the key it was made for, and what it was on the disk then.
type made struct {
	url   string
	key   render.Key
	stamp publish.Stamp
}

// pages are the files that the last build published, sorted by address; a column each, which gob reads fast. Fields are exported for gob.
type pages struct {
	URLs  []string
	Keys  []byte // keySize each
	Sizes []int64
	Times []int64
	Sums  []byte // sumSize each
}

const (
	keySize = len(render.Key{})
	sumSize = len(publish.Sum{})
)

func pagesOf(list []made) pages {
	slices.SortFunc(list, func(x, y made) int { return cmp.Compare(x.url, y.url) })
	n := len(list)
	p := pages{make([]string, 0, n), make([]byte, 0, n*keySize), make([]int64, 0, n), make([]int64, 0, n), make([]byte, 0, n*sumSize)}
	for _, m := range list {
		p.URLs = append(p.URLs, m.url)
		p.Keys = append(p.Keys, m.key[:]...)
		p.Sizes = append(p.Sizes, m.stamp.Size)
		p.Times = append(p.Times, m.stamp.ModTime)
		p.Sums = append(p.Sums, m.stamp.Sum[:]...)
	}
	return p
}

// whole reports whether the columns belong together.
func (p *pages) whole() bool {
	n := len(p.URLs)
	return len(p.Keys) == n*keySize && len(p.Sizes) == n && len(p.Times) == n && len(p.Sums) == n*sumSize && slices.IsSorted(p.URLs)
}

func (p *pages) equal(q pages) bool {
	return slices.Equal(p.URLs, q.URLs) && bytes.Equal(p.Keys, q.Keys) && slices.Equal(p.Sizes, q.Sizes) && slices.Equal(p.Times, q.Times) && bytes.Equal(p.Sums, q.Sums)
}

func (p *pages) has(url string) bool {
	_, ok := slices.BinarySearch(p.URLs, url)
	return ok
}

// stamp returns what a file was when it was made for this very key.
func (p *pages) stamp(url string, key render.Key) (publish.Stamp, bool) {
	i, ok := slices.BinarySearch(p.URLs, url)
	if !ok || render.Key(p.Keys[i*keySize:(i+1)*keySize]) != key {
		return publish.Stamp{}, false
	}
	return publish.Stamp{Size: p.Sizes[i], ModTime: p.Times[i], Sum: publish.Sum(p.Sums[i*sumSize : (i+1)*sumSize])}, true
}

// ledger keeps the files that have a key, or notes for the next build those that are made anew.
type ledger struct {
	last  *pages       // of the build before
	keys  *render.Keys // nil without a cache: then nothing has a key
	stage stage

	mu   sync.Mutex
	made []made
}

func (l *ledger) start(m *memory, r *render.Renderer, to stage) {
	l.last, l.stage = &m.pages, to
	if m.on {
		l.keys = r.Keys(m.program)
	}
}

// kept leaves a file as it stands, if it was made for this key and nobody has touched it since.
func (l *ledger) kept(url string, key render.Key) (bool, error) {
	stamp, ok := l.last.stamp(url, key)
	if !ok {
		return false, nil
	}
	ok, err := l.stage.Keep(url, stamp)
	if ok {
		l.note(url, key, stamp)
	}
	return ok, err
}

func (l *ledger) note(url string, key render.Key, stamp publish.Stamp) {
	l.mu.Lock()
	l.made = append(l.made, made{url, key, stamp})
	l.mu.Unlock()
}

// reportFile is a report's page or a file beside it that must be made.
type reportFile struct {
	output string // html, json, txt, md or fragment
	url    string
	key    *render.Key // nil without a cache
}

// ending is how the file of a report's output is called behind its stem (contract §1).
func ending(output string) (string, bool) {
	switch output {
	case "html", "json", "txt", "md":
		return "." + output, true
	case "fragment":
		return ".fragment.html", true
	}
	return "", false
}

// reportFiles keeps what it can of a report's files and returns the others, the page first.
func (l *ledger) reportFiles(x *site.Report, t *text, outputs []string) (todo []reportFile, err error) {
	var data *render.Key // the same for all but the page
	for i, output := range append([]string{"html"}, outputs...) {
		end, ok := ending(output)
		if !ok || i > 0 && output == "html" {
			continue
		}
		f := reportFile{output: output, url: x.Stem() + end}
		if l.keys != nil {
			if f.key = data; output == "html" {
				f.key = l.pageKey(x, f.url, t)
			} else if data == nil {
				key := l.keys.Data(x, t.sum())
				f.key, data = &key, &key
			}
			kept, err := l.kept(f.url, *f.key)
			if err != nil {
				return nil, err
			}
			if kept {
				continue
			}
		}
		todo = append(todo, f)
	}
	return todo, nil
}

// pageKey is the key under which a page may be kept. One that the last build did not have needs none: it gets its key when it is drawn.
func (l *ledger) pageKey(x *site.Report, url string, t *text) *render.Key {
	var key render.Key
	if l.last.has(url) {
		key = l.keys.Report(x, t.sum())
	}
	return &key
}

// index makes an output that needs no body, unless it can be kept.
func (k *worker) index(o render.Output) error {
	if k.ledger.keys == nil {
		return k.page(o.URL, nil, o.Make)
	}
	view, key, ok := k.ledger.keys.Output(o)
	if !ok {
		return k.page(o.URL, nil, o.Make)
	}
	if kept, err := k.ledger.kept(o.URL, key); kept || err != nil {
		k.count(o.URL)
		return k.refused(err, o.URL)
	}
	return k.page(o.URL, &key, func(b *bytes.Buffer) *diag.Diagnostic { return k.render.Draw(b, o, view) })
}
