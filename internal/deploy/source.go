package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

// sizer is a Source that knows a file's size without opening it.
type sizer interface {
	Size(name string) (int64, error)
}

// A Folder (生成的网站) is the Source of a built folder.
type Folder struct {
	dir      string
	disk     *publish.Disk
	manifest publish.Manifest
}

// OpenFolder opens a built folder and makes sure that every file of its manifest is there. That their bytes are right is seen when they
// are sent.
func OpenFolder(dir string) (*Folder, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, problem(ErrSource, dir, diag.Say("%s 是文件，不是生成的网站的文件夹", "%s is a file and no folder of a built site", dir),
			diag.Say("请核对 -d，或运行 gongkai build", "check -d, or run gongkai build"), nil)
	}
	disk, err := publish.OpenDisk(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem(ErrSource, dir, diag.Say("没有生成的网站 %s", "there is no built site %s", dir),
			diag.Say("请先运行 gongkai build", "run gongkai build first"), err)
	}
	if err != nil {
		return nil, err
	}
	f := &Folder{dir: dir, disk: disk}
	if err := f.read(); err != nil {
		return nil, errors.Join(err, disk.Close())
	}
	return f, nil
}

func (f *Folder) read() error {
	file, err := f.disk.Open(publish.ManifestName)
	if err != nil {
		return f.fault(diag.Say("%s 里没有清单 %s", "%s has no %s", f.dir, publish.ManifestName), err)
	}
	text, err := io.ReadAll(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return &fs.PathError{Op: "read", Path: filepath.Join(f.dir, publish.ManifestName), Err: err}
	}
	if f.manifest, err = publish.ParseManifest(text); err != nil {
		return f.fault(diag.Say("%s 里的清单不是 gongkai 写的", "the manifest of %s is not gongkai's", f.dir), err)
	}
	for _, l := range f.manifest {
		if _, err := f.Size(l.Path); err != nil {
			return err
		}
	}
	return nil
}

func (f *Folder) fault(message diag.Text, err error) error {
	return problem(ErrSource, f.dir, message, diag.Say("请重新运行 gongkai build", "run gongkai build again"), err)
}

// Manifest implements Source.
func (f *Folder) Manifest() publish.Manifest { return f.manifest }

// Size returns a file's size.
func (f *Folder) Size(name string) (int64, error) {
	info, err := f.disk.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular():
		return 0, f.fault(diag.Say("%s 里缺少清单中的文件 %s", "%s lacks %s, which its manifest has", f.dir, name), err)
	case err != nil:
		return 0, err
	}
	return info.Size(), nil
}

// Open implements Source.
func (f *Folder) Open(name string) (io.ReadCloser, int64, error) {
	size, err := f.Size(name)
	if err != nil {
		return nil, 0, err
	}
	file, err := f.disk.Open(name)
	return file, size, err
}

// Close closes the folder.
func (f *Folder) Close() error { return f.disk.Close() }

// wrongBytes says that a file of a source is not what the manifest says.
func wrongBytes(name string) error {
	return problem(ErrSource, name,
		diag.Say("生成的文件 %s 与清单不符，生成以后被改动过", "%s is not what its manifest says: it was changed after the build", name),
		diag.Say("请重新运行 gongkai build，再发布一次", "run gongkai build again, then deploy"), nil)
}

// sums is a manifest to look paths up in: it is sorted.
type sums publish.Manifest

func (m sums) find(name string) (publish.Sum, bool) {
	i, ok := slices.BinarySearchFunc(m, name, func(l publish.Line, name string) int {
		switch {
		case l.Path < name:
			return -1
		case l.Path > name:
			return 1
		}
		return 0
	})
	if !ok {
		return publish.Sum{}, false
	}
	return m[i].Sum, true
}

// sizeOf asks a source for a file's size.
func sizeOf(src Source, name string) (int64, error) {
	if s, ok := src.(sizer); ok {
		return s.Size(name)
	}
	f, size, err := src.Open(name)
	if err != nil {
		return 0, err
	}
	return size, f.Close()
}

// A checked stream writes a file of a known sum and says at the end whether its bytes had it.
type checked struct {
	ctx  context.Context
	name string
	want publish.Sum
	from io.Reader
	n    int64 // written
}

// WriteTo implements io.WriterTo. A fault of the writer comes back as it is; one of the source is a *Problem or names the file.
func (c *checked) WriteTo(w io.Writer) (int64, error) {
	digest := newDigest()
	buffer := make([]byte, 128<<10)
	for {
		n, err := c.from.Read(buffer)
		digest.Write(buffer[:n])
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return c.n, err
			}
			c.n += int64(n)
		}
		switch {
		case err == io.EOF:
			if digest.sum() != c.want {
				return c.n, wrongBytes(c.name)
			}
			return c.n, nil
		case err != nil:
			return c.n, fmt.Errorf("read %s: %w", c.name, err)
		}
		if err := c.ctx.Err(); err != nil {
			return c.n, err
		}
	}
}
