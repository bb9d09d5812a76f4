package build

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
)

// The cache is one file, cache-<program>.gob: a stream of gob values, a preamble and then as many parcels as it says, each with the SHA-256
// of what it holds, which is a gob stream of its own, so that all cores can read and write. It is written beside its name and renamed.
// A file that is not exactly so counts as absent, with a note.
const (
	cacheFormat  = 1
	cachePrefix  = "cache-"
	cacheSuffix  = ".gob"
	tempSuffix   = ".tmp"
	maxCacheFile = 4 << 30
	perParcel    = 256 // entries
	otherCaches  = 2   // of other programs, the newest, are left, so that versions used in turn keep theirs
)

// preamble is the first value of the file.
type preamble struct {
	Format  int
	Program string
	Options string
	Parcels int
	Sum     []byte // SHA-256 of the fields above
}

func (p preamble) sum() []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %q %q %d", p.Format, p.Program, p.Options, p.Parcels))
	return sum[:]
}

// parcel is every further value.
type parcel struct {
	Sum  []byte
	Data []byte
}

// contents is what a parcel holds: the pages in the first, entries in the others.
type contents struct {
	Pages   *pages
	Entries []*entry
}

var (
	errDamaged = errors.New("damaged")
	errForeign = errors.New("foreign")
)

// recall loads the cache. That there is none, or none of use, is no error.
func (b *builder) recall() *memory {
	m := &memory{options: b.under("content")}
	if b.Cache.Dir == "" || b.Cache.Program == nil {
		return m
	}
	program, err := b.Cache.Program()
	if err != nil {
		m.note("无法确定程序的版本，这次不用缓存：%v", "the program cannot be identified, so no cache is used: %v", err)
		return m
	}
	sum := sha256.Sum256([]byte(program))
	m.on, m.dir, m.program = true, b.Cache.Dir, fmt.Sprintf("%x", sum[:16])
	switch err := m.load(); {
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, errForeign):
		m.note("缓存 %s 不是这个程序写的，已忽略", "the cache %s is not this program's and is ignored", m.file())
	case errors.Is(err, errDamaged):
		m.note("缓存 %s 已损坏，已忽略", "the cache %s is damaged and is ignored", m.file())
	default:
		m.note("无法读取缓存，已忽略：%v", "the cache cannot be read and is ignored: %v", err)
	}
	return m
}

func (m *memory) note(zh, en string, args ...any) {
	m.notes = append(m.notes, diag.Say(zh, en, args...))
}

func (m *memory) file() string { return filepath.Join(m.dir, cachePrefix+m.program+cacheSuffix) }

// load reads the file, all of it or nothing.
func (m *memory) load() (err error) {
	f, err := os.Open(m.file())
	if err != nil {
		return err
	}
	defer f.Close()
	m.stale = true
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxCacheFile {
		return cmp.Or(err, errDamaged)
	}
	defer func() {
		if recover() != nil { // below gob, on bytes that it did not write
			err = errDamaged
		}
	}()
	in := gob.NewDecoder(f)
	var p preamble
	if err := in.Decode(&p); err != nil || !bytes.Equal(p.Sum, p.sum()) {
		return errDamaged
	}
	switch {
	case p.Format != cacheFormat, p.Program != m.program:
		return errForeign
	case p.Options != m.options:
		return nil // the site's folder was named otherwise: nothing is known, and nothing is wrong
	}
	all, err := unpack(in, p.Parcels)
	if err != nil {
		return err
	}
	m.entries = map[string]*entry{}
	for _, c := range all {
		if c.Pages != nil {
			m.pages = *c.Pages
		}
		for _, e := range c.Entries {
			m.entries[e.Rel] = e
		}
	}
	m.stale = false
	return nil
}

// unpack reads the parcels in turn and opens them on all cores.
func unpack(in *gob.Decoder, n int) ([]contents, error) {
	if n < 0 || n > 1<<20 {
		return nil, errDamaged
	}
	type job struct {
		parcel
		to *contents
	}
	jobs := make(chan job)
	all := make([]contents, n)
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for j := range jobs {
				errs[w] = cmp.Or(errs[w], j.open(j.to))
			}
		})
	}
	err := func() error {
		defer close(jobs)
		for i := range all {
			j := job{to: &all[i]}
			if in.Decode(&j.parcel) != nil {
				return errDamaged
			}
			jobs <- j
		}
		if in.Decode(&parcel{}) != io.EOF {
			return errDamaged
		}
		return nil
	}()
	wg.Wait()
	return all, cmp.Or(append(errs, err)...)
}

func (p parcel) open(to *contents) (err error) {
	defer func() {
		if recover() != nil {
			err = errDamaged
		}
	}()
	if sum := sha256.Sum256(p.Data); !bytes.Equal(sum[:], p.Sum) {
		return errDamaged
	}
	if err := gob.NewDecoder(bytes.NewReader(p.Data)).Decode(to); err != nil || to.Pages != nil && !to.Pages.whole() {
		return errDamaged
	}
	return nil
}

// save writes the cache anew, unless it already says all this. A cache that cannot be saved costs the next build time and nothing else.
func (m *memory) save(entries []*entry, p pages) {
	if !m.on || !m.changed(entries, p) {
		return
	}
	if err := m.write(entries, p); err != nil {
		m.note("缓存未能保存，下次生成会慢一些：%v", "the cache could not be saved; the next build will be slower: %v", err)
	}
}

// changed reports whether anything was learnt in this run.
func (m *memory) changed(entries []*entry, p pages) bool {
	if m.stale || m.entries == nil || len(entries) != len(m.entries) || !m.pages.equal(p) {
		return true
	}
	return slices.ContainsFunc(entries, func(e *entry) bool { return m.entries[e.Rel] != e })
}

func (m *memory) write(entries []*entry, p pages) (err error) {
	if err := os.MkdirAll(m.dir, 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(m.dir, cachePrefix+m.program+"-*"+tempSuffix)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, gone(os.Remove(f.Name())))
		}
	}()
	if err := errors.Join(m.pack(f, entries, p), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), m.file()); err != nil {
		return err
	}
	return m.tidy()
}

// pack writes preamble and parcels; these are filled on all cores, a few at a time.
func (m *memory) pack(f io.Writer, entries []*entry, p pages) error {
	all := []contents{{Pages: &p}}
	for part := range slices.Chunk(entries, perParcel) {
		all = append(all, contents{Entries: part})
	}
	out := gob.NewEncoder(f)
	head := preamble{Format: cacheFormat, Program: m.program, Options: m.options, Parcels: len(all)}
	head.Sum = head.sum()
	if err := out.Encode(head); err != nil {
		return err
	}
	for some := range slices.Chunk(all, runtime.GOMAXPROCS(0)) {
		parcels := make([]parcel, len(some))
		errs := make([]error, len(some))
		var wg sync.WaitGroup
		for i := range some {
			wg.Go(func() { parcels[i], errs[i] = some[i].pack() })
		}
		wg.Wait()
		for i := range parcels {
			if err := cmp.Or(errs[i], out.Encode(parcels[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c contents) pack() (parcel, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(c)
	sum := sha256.Sum256(b.Bytes())
	return parcel{sum[:], b.Bytes()}, err
}

// tidy removes what killed runs left, and caches of other programs but the newest.
func (m *memory) tidy() error {
	names, err := os.ReadDir(m.dir)
	if err != nil {
		return err
	}
	var others []fs.FileInfo
	for _, e := range names {
		name := e.Name()
		switch {
		case !strings.HasPrefix(name, cachePrefix) || name == filepath.Base(m.file()):
		case strings.HasSuffix(name, tempSuffix):
			err = errors.Join(err, gone(os.Remove(filepath.Join(m.dir, name))))
		case strings.HasSuffix(name, cacheSuffix):
			if info, err := e.Info(); err == nil {
				others = append(others, info)
			}
		}
	}
	slices.SortFunc(others, func(x, y fs.FileInfo) int { return y.ModTime().Compare(x.ModTime()) })
	for _, old := range others[min(otherCaches, len(others)):] {
		err = errors.Join(err, gone(os.Remove(filepath.Join(m.dir, old.Name()))))
	}
	return err
}

// gone takes it as done when somebody else has removed the file.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
