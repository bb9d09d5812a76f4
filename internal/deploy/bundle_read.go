package deploy

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// A Bundle is an archive that OpenBundle has read to its last byte. It is a Source: of a whole site, or of what differs from a base,
// when it cannot open the other files of its manifest.
type Bundle struct {
	Facts    BundleFacts
	name     string
	file     archive
	manifest publish.Manifest
	at       map[string]bundlePlace // of each file
	tapes    sync.Pool              // of *tape
}

// archive is an *os.File, or in tests its bytes.
type archive interface {
	io.ReaderAt
	io.Closer
}

// A bundlePlace is where the member of a file begins, and how many bytes the file has.
type bundlePlace struct{ begin, size int64 }

// OpenBundle reads a bundle and verifies every byte of it: the form, the names, each file against the manifest, the manifest against
// the tree hash. It takes little memory and writes nothing, whatever the archive holds. A refusal is a *publish.Problem of kind
// ErrBundle.
func OpenBundle(ctx context.Context, name string) (*Bundle, error) {
	if info, err := os.Stat(name); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return nil, noBundle(name, nil) // opening one would wait for a writer, deaf to interruptions
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = noBundle(name, nil)
	}
	var b *Bundle
	if err == nil {
		b, err = readBundle(ctx, name, f, info.Size())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return b, nil
}

// readBundle verifies an archive of so many bytes.
func readBundle(ctx context.Context, name string, f archive, size int64) (*Bundle, error) {
	b := &Bundle{name: name, file: f, at: map[string]bundlePlace{}}
	return b, b.verify(ctx, io.NewSectionReader(f, 0, size))
}

// Close closes the file.
func (b *Bundle) Close() error { return b.file.Close() }

// Manifest implements Source.
func (b *Bundle) Manifest() publish.Manifest { return b.manifest }

// CheckBase says whether the bundle can be applied where a site of this manifest stands, nil when there is none: a bundle of changes
// fits its own base only, and what it already led to.
func (b *Bundle) CheckBase(current publish.Manifest) error {
	if b.Facts.Base == "" {
		return nil
	}
	here := ""
	if current != nil {
		here = current.Tree().String()
	}
	if here != b.Facts.Base && here != b.Facts.Tree {
		return wrongBase(b.name, b.Facts.Base, here)
	}
	for _, l := range b.manifest {
		if _, ok := b.at[l.Path]; !ok && !holds(current, l) {
			return damaged(b.name, diag.Say("缺少文件 %s", "%s is missing", l.Path), nil)
		}
	}
	return nil
}

// Size returns a file's size.
func (b *Bundle) Size(name string) (int64, error) {
	at, ok := b.at[name]
	if !ok {
		return 0, outsideBundle(b.name, name)
	}
	return at.size, nil
}

// Open implements Source.
func (b *Bundle) Open(name string) (io.ReadCloser, int64, error) {
	at, ok := b.at[name]
	if !ok {
		return nil, 0, outsideBundle(b.name, name)
	}
	t, ok := b.tapes.Get().(*tape)
	if !ok {
		t = new(tape)
	}
	t.rewind(io.NewSectionReader(b.file, at.begin, math.MaxInt64-at.begin))
	switch m, err := t.member(); {
	case err != nil:
		return nil, 0, damaged(b.name, diag.Say("读不出 %s", "cannot read %s", name), err)
	case m.name != bundleSite+name:
		return nil, 0, damaged(b.name, diag.Say("读不出 %s", "cannot read %s", name), errForm)
	default:
		return &bundleFile{io.LimitReader(t.zip, m.size), t, b}, m.size, nil
	}
}

// A bundleFile is an open file of a bundle.
type bundleFile struct {
	io.Reader
	tape *tape
	of   *Bundle
}

// Close implements io.Closer.
func (f *bundleFile) Close() error {
	if f.tape != nil {
		f.of.tapes.Put(f.tape)
		f.tape, f.Reader = nil, strings.NewReader("")
	}
	return nil
}

// verify reads the archive from the first byte to the last.
func (b *Bundle) verify(ctx context.Context, all io.Reader) error {
	t := new(tape)
	t.rewind(all)
	facts, err := t.small(bundleFacts, maxFacts)
	if err != nil {
		return noBundle(b.name, err)
	}
	if b.Facts, err = parseFacts(b.name, facts); err != nil {
		return err
	}
	manifest, err := t.small(bundleSite+publish.ManifestName, maxManifest)
	if err != nil {
		return damaged(b.name, diag.Say("清单已损坏", "its manifest is damaged"), err)
	}
	if err := b.readManifest(manifest); err != nil {
		return err
	}
	return b.readFiles(ctx, t)
}

// readBundleFacts reads the beginning of a bundle.
func readBundleFacts(name string) (BundleFacts, error) {
	f, err := os.Open(name)
	if err != nil {
		return BundleFacts{}, err
	}
	defer f.Close() // it was only read
	t := new(tape)
	t.rewind(f)
	text, err := t.small(bundleFacts, maxFacts)
	if err != nil {
		return BundleFacts{}, noBundle(name, err)
	}
	return parseFacts(name, text)
}

// parseFacts takes bundle.json in exactly the form in which it is written.
func parseFacts(name string, text []byte) (BundleFacts, error) {
	var format struct{ Format int }
	if err := json.Unmarshal(text, &format); err == nil && format.Format > bundleFormat {
		return BundleFacts{}, newerBundle(name)
	}
	var f BundleFacts
	err := json.Unmarshal(text, &f)
	if err == nil && (f.Format != bundleFormat || !isSum(f.Tree) || f.Base != "" && !isSum(f.Base) || !bytes.Equal(f.bytes(), text)) {
		err = errForm
	}
	if err != nil {
		return BundleFacts{}, damaged(name, diag.Say("%s 已损坏", "its %s is damaged", bundleFacts), err)
	}
	return f, nil
}

// isSum knows 64 lower-case hexadecimal digits.
func isSum(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// readManifest takes a manifest that agrees with the tree hash and that a folder can hold: no path may be a folder of another.
func (b *Bundle) readManifest(text []byte) (err error) {
	if b.manifest, err = publish.ParseManifest(text); err != nil {
		return damaged(b.name, diag.Say("清单已损坏", "its manifest is damaged"), err)
	}
	if tree := publish.Sum(sha256.Sum256(text)).String(); tree != b.Facts.Tree {
		return damaged(b.name, diag.Say("清单与校验值不符", "its manifest does not agree with the checksum"), nil)
	}
	for i, l := range b.manifest {
		for dir := path.Dir(l.Path); dir != "."; dir = path.Dir(dir) {
			if _, isFile := slices.BinarySearchFunc(b.manifest[:i], dir, func(l publish.Line, p string) int { return strings.Compare(l.Path, p) }); isFile {
				return damaged(b.name, diag.Say("%s 既是文件又是文件夹", "%s is a file and a folder", dir), nil)
			}
		}
	}
	return nil
}

// readFiles reads the files in the order of the manifest, which it may skip lines of when there is a base, and the end.
func (b *Bundle) readFiles(ctx context.Context, t *tape) error {
	rest := b.manifest
	buf := make([]byte, 64<<10)
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		begin := t.n
		m, err := t.member()
		switch {
		case err != nil:
			return damaged(b.name, diag.Say("在第 %d 个文件处中断或损坏", "it is cut off or damaged at file %d", len(b.at)+1), err)
		case m.end:
			return b.ended(t)
		}
		name, inSite := strings.CutPrefix(m.name, bundleSite)
		i, known := slices.BinarySearchFunc(rest, name, func(l publish.Line, p string) int { return strings.Compare(l.Path, p) })
		if !inSite || !known {
			return damaged(b.name, diag.Say("文件 %q 不在清单里，或次序不对", "%q is not in the manifest, or out of order", m.name), nil)
		}
		sum, err := t.sum(ctx, m.size, buf)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || sum != rest[i].Sum {
			return damaged(b.name, diag.Say("%s 的内容与清单不符", "%s does not agree with the manifest", name), err)
		}
		rest = rest[i+1:]
		b.at[name] = bundlePlace{begin, m.size}
	}
}

// ended checks the number of files, and that nothing follows.
func (b *Bundle) ended(t *tape) error {
	if _, err := t.ReadByte(); !errors.Is(err, io.EOF) {
		return damaged(b.name, diag.Say("末尾有多余的内容", "something follows its end"), err)
	}
	if len(b.at) != b.Facts.Files || b.Facts.Base == "" && len(b.at) != len(b.manifest) {
		return damaged(b.name, diag.Say("应有 %d 个文件，实有 %d 个", "it should hold %d files, but holds %d", b.Facts.Files, len(b.at)), nil)
	}
	return nil
}
