package deploy

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"

	"gongkai/internal/publish"
)

// A bundle (离线包) carries a site, or what changed in it, over a gap in the network. It is a .tar.gz that every tar unpacks:
//
//	bundle.json             {"format": 1, "tree": "…", "base": "…", "files": 12, "built": {…}}
//	site/manifest.sha256    the manifest of the whole new site; its SHA-256 is tree
//	site/…                  the files, sorted by path: all of them, or with a base those that differ from the base
//
// base is the tree hash of the site that must stand at the target for the bundle to be applied; a whole site has none. files counts
// the files, the manifest left out. built is what public.manifest.json says of the site. No entry has a time, an owner or a mode
// but 0644, and each is compressed by itself, as one member of the gzip file, the end of the archive too: so equal sites give equal
// bytes, and any file can be read without unpacking the others. A reader takes this form and no other.
const (
	bundleFormat = 1
	bundleFacts  = "bundle.json"
	bundleSite   = "site/"

	// maxFacts and maxManifest bound what a reader takes into memory: a million files have a manifest of about 100 MB.
	maxFacts    = 4 << 20
	maxManifest = 256 << 20
)

// BundleFacts is bundle.json.
type BundleFacts struct {
	Format int          `json:"format"`
	Tree   string       `json:"tree"`
	Base   string       `json:"base,omitempty"`
	Files  int          `json:"files"`
	Built  publish.Info `json:"built"`
}

// name is what the file of the bundle is called: 16 digits of the tree hash, and of its base.
func (b BundleFacts) name() string {
	name := "gongkai-" + b.Tree[:16]
	if b.Base != "" {
		name += "-from-" + b.Base[:16]
	}
	return name + ".tar.gz"
}

// equal tells whether two bundles have the same facts: then they have the same bytes.
func (b BundleFacts) equal(c BundleFacts) bool { return bytes.Equal(b.bytes(), c.bytes()) }

// bytes is the file.
func (b BundleFacts) bytes() []byte {
	text, err := json.Marshal(b)
	if err != nil {
		return nil // strings and numbers only: it does not happen, and no reader takes an empty file
	}
	return append(text, '\n')
}

// A bundleWriter writes the bundle of a source.
type bundleWriter struct {
	ctx   context.Context
	src   Source
	facts BundleFacts
	whole publish.Manifest
	lines publish.Manifest // the files that go along
	zips  sync.Pool        // of *gzip.Writer, which are large
}

// newBundle plans the bundle of a site: all of it, or with a base what differs from it.
func newBundle(ctx context.Context, src Source, base publish.Manifest, built publish.Info) *bundleWriter {
	b := &bundleWriter{ctx: ctx, src: src, whole: src.Manifest()}
	b.zips.New = func() any { return gzip.NewWriter(io.Discard) } // its header has no time, no name and no system
	b.facts = BundleFacts{Format: bundleFormat, Tree: b.whole.Tree().String(), Built: built}
	b.lines = b.whole
	if base != nil {
		b.facts.Base = base.Tree().String()
		b.lines = slices.DeleteFunc(slices.Clone(b.whole), func(l publish.Line) bool { return holds(base, l) })
	}
	b.facts.Files = len(b.lines)
	return b
}

// holds tells whether a manifest has exactly this line.
func holds(m publish.Manifest, l publish.Line) bool {
	sum, found := sums(m).find(l.Path)
	return found && sum == l.Sum
}

// WriteTo implements io.WriterTo. Files up to smallFile are compressed several at once, larger ones pass through.
func (b *bundleWriter) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: w}
	if err := b.entry(out, bundleFacts, memory(b.facts.bytes())); err != nil {
		return out.n, err
	}
	if err := b.entry(out, bundleSite+publish.ManifestName, memory(b.whole.Bytes())); err != nil {
		return out.n, err
	}
	for rest := b.lines; len(rest) > 0; {
		batch := rest[:min(batchFiles, len(rest))]
		rest = rest[len(batch):]
		if err := b.writeBatch(out, batch); err != nil {
			return out.n, err
		}
	}
	return out.n, b.member(out, make([]byte, tarEnd), sized{})
}

const (
	batchFiles = 64
	smallFile  = 1 << 20
	tarBlock   = 512
	tarEnd     = 2 * tarBlock
)

// writeBatch compresses the small files of a batch in parallel, then writes all of them in order.
func (b *bundleWriter) writeBatch(w io.Writer, batch publish.Manifest) error {
	ready := make([]bytes.Buffer, len(batch))
	errs := make([]error, len(batch))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(batch)) {
		wg.Go(func() {
			for i := range next {
				errs[i] = b.file(&ready[i], batch[i], smallFile)
			}
		})
	}
	for i := range batch {
		next <- i
	}
	close(next)
	wg.Wait()
	for i, line := range batch {
		if errs[i] != nil {
			return errs[i]
		}
		if ready[i].Len() == 0 {
			if err := b.file(w, line, -1); err != nil {
				return err
			}
			continue
		}
		if _, err := ready[i].WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// file writes one file as a member, and checks its bytes against the manifest while they pass. Nothing is written of a file larger
// than limit, unless that is negative.
func (b *bundleWriter) file(w io.Writer, line publish.Line, limit int64) (err error) {
	if err := b.ctx.Err(); err != nil {
		return err
	}
	f, size, err := b.src.Open(line.Path)
	if err != nil {
		return err
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if limit >= 0 && size > limit {
		return nil
	}
	sum := sha256.New()
	err = b.entry(w, bundleSite+line.Path, sized{io.TeeReader(f, sum), size})
	if errors.Is(err, io.EOF) || err == nil && publish.Sum(sum.Sum(nil)) != line.Sum {
		return wrongBytes(line.Path)
	}
	return err
}

// sized is so many bytes.
type sized struct {
	data io.Reader
	size int64
}

func memory(data []byte) sized { return sized{bytes.NewReader(data), int64(len(data))} }

// entry writes a file of the archive.
func (b *bundleWriter) entry(w io.Writer, name string, s sized) error {
	head, err := tarHeader(name, s.size)
	if err != nil {
		return err
	}
	return b.member(w, head, s)
}

// member writes one gzip member: a header, the data, and zeros up to the next block.
func (b *bundleWriter) member(w io.Writer, head []byte, s sized) error {
	z := b.zips.Get().(*gzip.Writer)
	defer b.zips.Put(z)
	z.Reset(w)
	if _, err := z.Write(head); err != nil {
		return err
	}
	if s.size > 0 {
		if _, err := io.CopyN(z, s.data, s.size); err != nil {
			return err
		}
	}
	if _, err := z.Write(make([]byte, padding(s.size))); err != nil {
		return err
	}
	return z.Close()
}

// tarHeader is the only header that a file of this name and size may have.
func tarHeader(name string, size int64) ([]byte, error) {
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644}); err != nil {
		return nil, fmt.Errorf("write %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// padding is the number of zero bytes after so many bytes of data.
func padding(size int64) int64 { return -size & (tarBlock - 1) }

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
