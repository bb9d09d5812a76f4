package build

import (
	"crypto/sha256"
	"slices"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
	"gongkai/internal/render"
	"gongkai/internal/report"
)

// A Cache (缓存) says where a build remembers what it has read and made, so that the next need not read and make it again. It only saves
// time: with it, without it, or with one that is damaged, a build writes the same bytes and reports the same findings.
//
// What was read of a file depends on the file's bytes (their SHA-256), on what parsing reads besides, which is the site's folder as given
// on the command line, and on the running program. What was made depends on the page's key (see render.Key). Nothing is ever compared
// with the site as a whole, and no text of a report is kept.
type Cache struct {
	Dir     string                 // made when it is missing; "" for no cache
	Program func() (string, error) // the running program's identity: two that may write different bytes never share one
}

// entry is what is known of one Markdown file. It is immutable once its body has been read; fields are exported for gob.
type entry struct {
	Rel   string
	Seen  seen
	Sum   []byte       // SHA-256 of the file; nil while only its beginning has been read
	Head  *report.Head // nil when it could not be read
	Found diag.List    // of the head; paths left out
	Text  *text        // nil while the body has not been read
}

// text is what is known of a body.
type text struct {
	Sum   []byte // SHA-256 of the Markdown, as normalised
	Bad   bool   // no text at all; Found says why
	Found diag.List
	Links []report.Link // to check against the site; pictures too
	Asked bool          // links of other reports asked for the ids,
	IDs   []string      // of headings and paragraphs
}

// readText gathers what is kept of a body; body is nil when the file holds no text.
func readText(markdown []byte, body *report.Body, found diag.List) *text {
	t := &text{Bad: body == nil, Found: found}
	if body != nil {
		sum := sha256.Sum256(markdown)
		t.Sum, t.Links = sum[:], slices.Concat(body.Links, body.Images)
	}
	return t
}

// body is as much of a Body as checking links takes.
func (t *text) body() *report.Body { return &report.Body{Links: t.Links} }

func (t *text) sum() render.TextSum { return render.TextSum(t.Sum) }

// remember keeps the ids of a body for links of other reports.
func (t *text) remember(body *report.Body) {
	t.Asked, t.IDs = true, make([]string, 0, len(body.Outline)+len(body.Paragraphs))
	for _, o := range body.Outline {
		t.IDs = append(t.IDs, o.ID)
	}
	for _, p := range body.Paragraphs {
		t.IDs = append(t.IDs, p.ID)
	}
}

// target is as much of a Body as answering such a link takes.
func (t *text) target() *report.Body {
	b := &report.Body{Outline: make([]report.OutlineEntry, len(t.IDs))}
	for i, id := range t.IDs {
		b.Outline[i].ID = id
	}
	return b
}

// unplaced are the findings of one file without its path, placed the same with it.
func unplaced(found diag.List) diag.List { return placed(found, "") }

func placed(found diag.List, path string) diag.List {
	if len(found) == 0 {
		return nil
	}
	found = slices.Clone(found)
	for i := range found {
		found[i].Path = path
	}
	return found
}

// memory is a cache as loaded, and what became of it.
type memory struct {
	on      bool
	dir     string
	disk    func(dir string) (publish.FS, error)
	program string
	options string // what parsing reads besides files
	entries map[string]*entry
	pages   pages
	notes   []diag.Text // why the cache was of no use
	stale   bool        // there is a file to be replaced, whatever this run learns
}

// find returns what is known of a file, if its size still is what it was.
func (m *memory) find(rel string, size int64) *entry {
	if e := m.entries[rel]; e != nil && e.Seen.Size == size {
		return e
	}
	return nil
}

// asked reports whether links led into a file's text in the last build.
func (m *memory) asked(rel string) bool {
	e := m.entries[rel]
	return e != nil && e.Text.Asked
}

// entries are what this run knows of the files, in their order.
func (s *source) entries() []*entry {
	list := make([]*entry, 0, len(s.files))
	for _, f := range s.files {
		if f.entry != nil && f.entry.Text != nil {
			list = append(list, f.entry)
		}
	}
	return list
}

// remember saves what was read when nothing is published: the files of the site stand as the last build left them.
func (s *source) remember() { s.memory.save(s.entries(), s.memory.pages) }
