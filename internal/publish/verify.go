package publish

import (
	"cmp"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/andybalholm/brotli"
)

// What a Difference can be.
const (
	Changed    = "changed"    // other bytes than the manifest says
	Missing    = "missing"    // listed, and not there
	Extra      = "extra"      // there, and not listed
	Linked     = "link"       // a symbolic link: what it leads to is not the site's
	Special    = "special"    // neither file nor folder: a pipe, a socket, a device
	Unreadable = "unreadable" // there, and cannot be read (or answers with an error)
	Elsewhere  = "elsewhere"  // the server sends readers to another host
	Moved      = "moved"      // the server sends readers to another file of the site, which is as the manifest says
)

// A Difference (差异) is one path at which a site is not what its manifest says.
type Difference struct {
	Kind string // one of the above
	Path string // below the site, slash-separated
	Why  Text   // the system's or the server's answer, or where it leads to; where there is one
}

// A Verification (核验结果) is what a site was found to be.
type Verification struct {
	Tree        Sum          // the tree hash: the SHA-256 of the manifest
	Files       int          // lines of the manifest
	Same        int          // of these, files that are as it says
	Carried     int          // files of earlier releases, carried along: see carried
	Bytes       int64        // read
	Differences []Difference // sorted by path
	Kept        []byte       // the file that Web.Keep asks for, nil unless it is as the manifest says
}

// VerifyOptions may be zero.
type VerifyOptions struct {
	Progress func(done, all int) // called from several goroutines
	Web      Web                 // for VerifyURL
}

// maxManifest bounds what is read as a manifest, two million files.
const maxManifest = 256 << 20

// VerifyFolder verifies the site in a folder, or in the one that a symbolic link (current) leads to. A folder without a manifest, or with one
// that is not gongkai's, is a *Problem; what differs is no error.
func VerifyFolder(ctx context.Context, folder string, opt VerifyOptions) (*Verification, error) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: folder, Err: cause(err)}
	}
	if info, err := os.Stat(real); err == nil && !info.IsDir() {
		return nil, &Problem{Kind: ErrNoManifest, Path: folder, Message: say("%s 是文件，不是网站的文件夹", "%s is a file and no folder of a site", folder),
			Hint: say("请指定文件夹；只核验一份报告的网页，用 verify --text", "name a folder; for the page of one report use verify --text")}
	}
	disk, err := OpenDisk(real)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: folder, Err: cause(err)}
	}
	v, err := Verify(ctx, disk, ".", opt)
	if err := errors.Join(err, disk.Close()); err != nil {
		return nil, inFolder(folder, err)
	}
	return v, nil
}

// inFolder lets a Problem name the folder as the caller did, and the release that its link leads to where there is one.
func inFolder(folder string, err error) error {
	var no *Problem
	if !errors.As(err, &no) {
		return err
	}
	no = noManifest(folder, no.Err)
	if release := filepath.Join(folder, "current"); no.Err == nil && isFile(filepath.Join(release, ManifestName)) {
		no.Hint = say("请核验其中正在使用的一版：%s", "verify the release in use: %s", release)
	}
	return no
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// Verify verifies the site in a folder of a file system: every file that the manifest lists is read, all cores busy, and the folder is
// searched for others. It follows no symbolic link. Empty folders do not count, nothing can be read in them.
func Verify(ctx context.Context, fsys FS, dir string, opt VerifyOptions) (*Verification, error) {
	text, err := readManifest(fsys, path.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	m, err := ParseManifest(text)
	if err != nil {
		return nil, noManifest(dir, err)
	}
	c := newChecker(text, m, opt)
	c.fs, c.dir = fsys, dir
	var search sync.WaitGroup
	search.Go(func() { c.search(ctx, ".") })
	err = c.each(ctx, runtime.GOMAXPROCS(0), c.file)
	search.Wait()
	return c.finish(ctx, err)
}

// readManifest reads the manifest of a folder that is to be verified.
func readManifest(fsys FS, name string) ([]byte, error) {
	info, err := fsys.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, noManifest(path.Dir(name), nil)
	case err != nil:
		return nil, &fs.PathError{Op: "stat", Path: name, Err: cause(err)}
	case !info.Mode().IsRegular():
		return nil, noManifest(path.Dir(name), errors.New(ManifestName+" is not a regular file"))
	case info.Size() > maxManifest:
		return nil, noManifest(path.Dir(name), errLongManifest)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: cause(err)}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxManifest))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: cause(err)}
	}
	return text, nil
}

// ErrNoManifest is the Kind of the Problem that there is nothing to verify by.
var ErrNoManifest = errors.New("no manifest of gongkai's")

var errLongManifest = errors.New(ManifestName + " has more than 256 MB")

// noManifest says that a place has no manifest, or with err one that is not gongkai's.
func noManifest(place string, err error) *Problem {
	p := &Problem{Kind: ErrNoManifest, Path: place, Err: err,
		Message: say("%s 里没有清单 "+ManifestName+"，无从核验", "there is no "+ManifestName+" in %s to verify it by", place),
		Hint:    say("请指定 gongkai build 生成的文件夹，或网站首页的网址", "name the folder that gongkai build made, or the address of the site's home page")}
	if err != nil {
		p.Message = say("%s 的清单 "+ManifestName+" 已损坏，或不是 gongkai 写的（%v）", "the "+ManifestName+" of %s is damaged, or not gongkai's (%v)", place, err)
		p.Hint = say("请从生成网站的机器上重新发布", "publish again from where the site was built")
	}
	return p
}

// checker is one verification.
type checker struct {
	opt      VerifyOptions
	manifest Manifest
	fs       FS
	dir      string
	buffers  sync.Pool // of *[]byte
	done     atomic.Int64
	bytes    atomic.Int64

	mu sync.Mutex
	v  Verification
}

func newChecker(text []byte, m Manifest, opt VerifyOptions) *checker {
	c := &checker{opt: opt, manifest: m, v: Verification{Tree: sha256.Sum256(text), Files: len(m)}}
	c.buffers.New = func() any { b := make([]byte, 128<<10); return &b }
	return c
}

// each lets so many goroutines check the lines of the manifest. Each takes a few at a time, which mostly lie in one folder.
func (c *checker) each(ctx context.Context, workers int, check func(context.Context, Line) error) error {
	const stretch = 16
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				from := min(int(next.Add(stretch))-stretch, len(c.manifest))
				lines := c.manifest[from:min(from+stretch, len(c.manifest))]
				for _, l := range lines {
					if ctx.Err() != nil {
						return
					}
					if err := check(ctx, l); err != nil {
						cancel(err)
						return
					}
					if n := int(c.done.Add(1)); c.opt.Progress != nil {
						c.opt.Progress(n, len(c.manifest))
					}
				}
				if len(lines) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

func (c *checker) finish(ctx context.Context, err error) (*Verification, error) {
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	v := &c.v
	v.Bytes = c.bytes.Load()
	slices.SortFunc(v.Differences, func(a, b Difference) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind)) })
	return v, nil
}

func (c *checker) same() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v.Same++
}

func (c *checker) differs(kind, name string, err error) {
	d := Difference{Kind: kind, Path: name}
	if err != nil {
		d.Why = Text{cause(err).Error(), cause(err).Error()}
	}
	c.add(d)
}

func (c *checker) add(d Difference) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.v.Differences = append(c.v.Differences, d)
}

// file checks one line of the manifest in a folder.
func (c *checker) file(ctx context.Context, l Line) error {
	name := path.Join(c.dir, l.Path)
	info, err := c.fs.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR): // what stands in its way, a file or a link, is found by the search
		c.differs(Missing, l.Path, nil)
	case err != nil:
		c.differs(Unreadable, l.Path, err)
	case info.IsDir():
		c.differs(Missing, l.Path, nil)
		c.search(ctx, l.Path)
	case !info.Mode().IsRegular():
		c.irregular(l.Path, info)
	default:
		sum, err := c.read(ctx, name)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			c.differs(Unreadable, l.Path, err)
		case sum != l.Sum:
			c.differs(Changed, l.Path, nil)
		default:
			c.same()
		}
	}
	return nil
}

func (c *checker) irregular(name string, info fs.FileInfo) {
	kind := Special
	if info.Mode()&fs.ModeSymlink != 0 {
		kind = Linked
	}
	c.differs(kind, name, nil)
}

func (c *checker) read(ctx context.Context, name string) (Sum, error) {
	f, err := c.fs.Open(name)
	if err != nil {
		return Sum{}, err
	}
	sum, err := c.sum(ctx, f)
	return sum, errors.Join(err, f.Close())
}

// sum reads to the end.
func (c *checker) sum(ctx context.Context, r io.Reader) (sum Sum, err error) {
	buffer := c.buffers.Get().(*[]byte)
	defer c.buffers.Put(buffer)
	hash := sha256.New()
	for err == nil {
		if err := ctx.Err(); err != nil {
			return sum, err
		}
		var n int
		n, err = r.Read(*buffer)
		hash.Write((*buffer)[:n])
		c.bytes.Add(int64(n))
	}
	if err == io.EOF {
		err = nil
	}
	hash.Sum(sum[:0])
	return sum, err
}

// search looks below a folder for what the manifest does not list.
func (c *checker) search(ctx context.Context, from string) {
	open := []string{from}
	for len(open) > 0 && ctx.Err() == nil {
		dir := open[len(open)-1]
		open = open[:len(open)-1]
		names, err := c.fs.List(path.Join(c.dir, dir))
		if err != nil {
			c.differs(Unreadable, dir, err)
			continue
		}
		for _, base := range names {
			name := path.Join(dir, base)
			if _, listed := slices.BinarySearchFunc(c.manifest, name, byPath); !listed && name != ManifestName && c.unlisted(ctx, name) {
				open = append(open, name)
			}
		}
	}
}

func byPath(l Line, name string) int { return strings.Compare(l.Path, name) }

// unlisted enters what the manifest does not list, and reports whether it is a folder.
func (c *checker) unlisted(ctx context.Context, name string) (folder bool) {
	info, err := c.fs.Lstat(path.Join(c.dir, name))
	switch {
	case errors.Is(err, fs.ErrNotExist): // removed since it was listed
	case err != nil:
		c.differs(Unreadable, name, err)
	case info.IsDir():
		return true
	case !info.Mode().IsRegular():
		c.irregular(name, info)
	case c.carried(ctx, name):
		c.mu.Lock()
		c.v.Carried++
		c.mu.Unlock()
	default:
		c.differs(Extra, name, nil)
	}
	return false
}

// carriedName is Hashed; the digits are the first of the file's SHA-256.
var carriedName = regexp.MustCompile("^" + hashedStem + `([0-9a-f]{10})` + hashedEnd + `(\.gz|\.br)?$`)

// maxAsset bounds what a compressed variant is unpacked to.
const maxAsset = 256 << 20

// carried reports whether a file is an asset of an earlier release, which a deploy carries along so that pages that are half loaded stay
// whole: its bytes, unpacked where they are compressed, are what its name says.
func (c *checker) carried(ctx context.Context, name string) bool {
	m := carriedName.FindStringSubmatch(name)
	if m == nil {
		return false
	}
	f, err := c.fs.Open(path.Join(c.dir, name))
	if err != nil {
		return false
	}
	defer f.Close()
	var r io.Reader = f
	switch m[2] {
	case ".gz":
		z, err := gzip.NewReader(f)
		if err != nil {
			return false
		}
		r = io.LimitReader(z, maxAsset)
	case ".br":
		r = io.LimitReader(brotli.NewReader(f), maxAsset)
	}
	sum, err := c.sum(ctx, r)
	return err == nil && strings.HasPrefix(sum.String(), m[1])
}
