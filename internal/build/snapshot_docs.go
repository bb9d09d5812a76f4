package build

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/report"
)

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

// docsRead is what became of changed Markdown files.
type docsRead struct {
	heads   bool     // a front matter differs, a file is new or gone: the site must be assembled
	changed []string // the addresses of pages whose file differs
	paths   []string // these files
}

// takeDocs reads the Markdown files at paths that are sorted.
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
	var come []file
	gone := map[string]bool{}
	for i, rel := range rels {
		old, is := p.docs[rel], docs[i]
		switch {
		case is == nil && old == nil:
		case is == nil:
			delete(p.docs, rel)
			gone[rel] = true
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
			if at, ok := p.fileAt(rel); ok {
				p.files[at].head = is.head
			} else {
				come = append(come, file{rel: rel, head: is.head})
			}
			r.note(rel, is)
		}
	}
	p.arrange(come, gone)
	return r, nil
}

// fileAt is where a file stands among those that are known.
func (p *Preview) fileAt(rel string) (at int, ok bool) {
	return slices.BinarySearchFunc(p.files, rel, func(f file, rel string) int { return strings.Compare(f.rel, rel) })
}

// arrange puts new files, which are sorted, among the known and takes out those that are gone; all at once, since a folder that is moved
// may hold tens of thousands.
func (p *Preview) arrange(come []file, gone map[string]bool) {
	if len(come)+len(gone) == 0 {
		return
	}
	list := make([]file, 0, len(p.files)+len(come))
	for _, f := range p.files {
		for len(come) > 0 && come[0].rel < f.rel {
			list, come = append(list, come[0]), come[1:]
		}
		if !gone[f.rel] {
			list = append(list, f)
		}
	}
	p.files = append(list, come...)
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
	head, found, err := p.readHead(&file{rel: d.rel, seen: seen{Size: d.stamp.size}}, buf)
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
