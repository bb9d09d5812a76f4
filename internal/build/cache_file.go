package build

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/gob"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// The cache is one file, cache-<program>.gob, a stream of gob values: a preamble, as many parcels as it says, and the SHA-256 of all bytes
// before. A parcel is a byte slice that holds a gob stream of its own, so that all cores can read and write. The file is written beside
// its name and renamed. One that is not exactly so counts as absent, with a note.
const (
	cacheFormat  = 2
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
	m.on, m.dir, m.disk, m.program = true, b.Cache.Dir, b.Disk, fmt.Sprintf("%x", sum[:16])
	if m.disk == nil {
		m.disk = func(dir string) (publish.FS, error) { return publish.OpenDisk(dir) }
	}
	switch err := m.load(); {
	case err == nil, errors.Is(err, fs.ErrNotExist):
	case errors.Is(err, errForeign):
		m.note("缓存 %s 不是这个程序写的，已忽略", "the cache %s is not this program's and is ignored", m.shown())
	case errors.Is(err, errDamaged):
		m.note("缓存 %s 已损坏，已忽略", "the cache %s is damaged and is ignored", m.shown())
	default:
		m.note("无法读取缓存，已忽略：%v", "the cache cannot be read and is ignored: %v", err)
	}
	return m
}

func (m *memory) note(zh, en string, args ...any) {
	m.notes = append(m.notes, diag.Say(zh, en, args...))
}

// file is the cache's name in its folder.
func (m *memory) file() string { return cachePrefix + m.program + cacheSuffix }

func (m *memory) shown() string { return filepath.Join(m.dir, m.file()) }

// load reads the file, all of it or nothing.
func (m *memory) load() (err error) {
	disk, err := m.disk(m.dir)
	if err != nil {
		return err
	}
	defer disk.Close()
	info, err := disk.Lstat(m.file())
	if err != nil {
		return err
	}
	m.stale = true
	if !info.Mode().IsRegular() || info.Size() > maxCacheFile {
		return errDamaged
	}
	f, err := disk.Open(m.file())
	if err != nil {
		return err
	}
	defer f.Close()
	defer func() {
		if recover() != nil { // below gob, on bytes that it did not write
			err = errDamaged
		}
	}()
	from := &summed{Reader: bufio.NewReaderSize(f, 64<<10), sum: sha256.New()}
	in := gob.NewDecoder(from)
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
	sum, written := from.sum.Sum(nil), []byte(nil)
	if err := in.Decode(&written); err != nil || !bytes.Equal(sum, written) || in.Decode(&written) != io.EOF {
		return errDamaged
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

// summed sums what is read of it. It is a ByteReader, since gob would read ahead in anything else.
type summed struct {
	*bufio.Reader
	sum hash.Hash
}

func (r *summed) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.sum.Write(b[:n])
	return n, err
}

func (r *summed) ReadByte() (byte, error) {
	c, err := r.Reader.ReadByte()
	if err == nil {
		r.sum.Write([]byte{c})
	}
	return c, err
}

// unpack reads the parcels in turn and opens them on all cores.
func unpack(in *gob.Decoder, n int) ([]contents, error) {
	if n < 0 || n > 1<<20 {
		return nil, errDamaged
	}
	type job struct {
		data []byte
		to   *contents
	}
	jobs := make(chan job)
	all := make([]contents, n)
	errs := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for j := range jobs {
				errs[w] = cmp.Or(errs[w], j.to.unpack(j.data))
			}
		})
	}
	var err error
	for i := range all {
		j := job{to: &all[i]}
		if in.Decode(&j.data) != nil {
			err = errDamaged
			break
		}
		jobs <- j
	}
	close(jobs)
	wg.Wait()
	return all, cmp.Or(append(errs, err)...)
}

func (c *contents) unpack(data []byte) (err error) {
	defer func() {
		if recover() != nil {
			err = errDamaged
		}
	}()
	if err := gob.NewDecoder(bytes.NewReader(data)).Decode(c); err != nil || c.Pages != nil && !c.Pages.whole() {
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
	disk, err := m.disk(m.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, disk.Close()) }()
	temp := fmt.Sprintf("%s%s-%x%s", cachePrefix, m.program, rand.Uint64(), tempSuffix)
	if _, err := disk.Write(temp, packer{m, entries, p}); err != nil {
		return errors.Join(err, disk.Remove(temp))
	}
	if err := disk.Rename(temp, m.file()); err != nil {
		return errors.Join(err, disk.Remove(temp))
	}
	return m.tidy(disk)
}

// packer writes the whole file.
type packer struct {
	*memory
	entries []*entry
	pages   pages
}

// WriteTo writes preamble and parcels; these are filled on all cores, a few at a time. The number of bytes is not told.
func (k packer) WriteTo(f io.Writer) (int64, error) {
	all := []contents{{Pages: &k.pages}}
	for part := range slices.Chunk(k.entries, perParcel) {
		all = append(all, contents{Entries: part})
	}
	sum := sha256.New()
	out := gob.NewEncoder(io.MultiWriter(f, sum))
	head := preamble{Format: cacheFormat, Program: k.program, Options: k.options, Parcels: len(all)}
	head.Sum = head.sum()
	if err := out.Encode(head); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(all, runtime.GOMAXPROCS(0)) {
		parcels := make([]bytes.Buffer, len(some))
		errs := make([]error, len(some))
		var wg sync.WaitGroup
		for i := range some {
			wg.Go(func() { errs[i] = gob.NewEncoder(&parcels[i]).Encode(some[i]) })
		}
		wg.Wait()
		for i := range parcels {
			if err := cmp.Or(errs[i], out.Encode(parcels[i].Bytes())); err != nil {
				return 0, err
			}
		}
	}
	return 0, out.Encode(sum.Sum(nil))
}

// tidy removes what killed runs left, and caches of other programs but the newest.
func (m *memory) tidy(disk publish.FS) error {
	names, err := disk.List(".")
	if err != nil {
		return err
	}
	type other struct {
		name string
		time int64
	}
	var others []other
	for _, name := range names {
		switch {
		case !strings.HasPrefix(name, cachePrefix) || name == m.file():
		case strings.HasSuffix(name, tempSuffix):
			err = errors.Join(err, disk.Remove(name))
		case strings.HasSuffix(name, cacheSuffix):
			if info, err := disk.Lstat(name); err == nil {
				others = append(others, other{name, info.ModTime().UnixNano()})
			}
		}
	}
	slices.SortFunc(others, func(x, y other) int { return cmp.Or(cmp.Compare(y.time, x.time), cmp.Compare(x.name, y.name)) })
	for _, old := range others[min(otherCaches, len(others)):] {
		err = errors.Join(err, disk.Remove(old.name))
	}
	return err
}
