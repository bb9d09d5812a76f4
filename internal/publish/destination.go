package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// place is where a stage works. Its names are slash-separated and below root, as an FS takes them.
type place struct {
	root    string   // absolute, an existing folder
	shown   string   // the destination as the caller named it
	missing []string // folders between root and the destination that do not exist yet, outermost first
	site    string   // the destination
	work    string   // the working folder beside it, and what it holds:
	lock    string
	stage   string
	old     string
	coming  string
	spare   string
	info    string // the file beside the destination that names the generator
}

// path returns the absolute path of a name.
func (p place) path(name string) string { return filepath.Join(p.root, filepath.FromSlash(name)) }

// locate finds the folder that a destination stands for and refuses those that would take other files with them. It only reads.
func locate(opt Options) (place, error) {
	dest, err := filepath.Abs(opt.Destination)
	if err != nil {
		return place{}, err
	}
	if opt.Destination == "" || filepath.Dir(dest) == dest {
		return place{}, protected(dest, "它是根目录", "it is the root of the file system")
	}
	if info, err := os.Lstat(dest); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if dest, err = filepath.EvalSymlinks(dest); err != nil {
			return place{}, notOurs(opt.Destination, "它是符号链接，所指的文件夹不存在", "it is a symbolic link to nothing")
		}
	}
	p := place{shown: opt.Destination, root: filepath.Dir(dest)}
	above := ""
	for {
		real, err := filepath.EvalSymlinks(p.root)
		if err == nil {
			p.root = real
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || filepath.Dir(p.root) == p.root {
			return place{}, err
		}
		above = filepath.Base(p.root) + "/" + above
		p.root = filepath.Dir(p.root)
	}
	for i, c := range above {
		if c == '/' {
			p.missing = append(p.missing, above[:i])
		}
	}
	base := filepath.Base(dest)
	p.site = above + base
	p.work = above + "." + base + ".gongkai"
	p.lock, p.stage, p.old, p.coming, p.spare = p.work+"/lock", p.work+"/stage", p.work+"/old", p.work+"/manifest.json", p.work+"/spare"
	p.info = above + base + infoSuffix
	return p, p.swallows(opt)
}

// swallows refuses a destination that is or holds something that must stay, lies in what the next build reads, or cannot move.
func (p place) swallows(opt Options) error {
	dest := p.path(p.site)
	for i, other := range append(opt.Protected[:len(opt.Protected):len(opt.Protected)], opt.Inputs...) {
		real, err := filepath.Abs(other)
		if err != nil {
			return err
		}
		if followed, err := filepath.EvalSymlinks(real); err == nil {
			real = followed
		}
		if within(real, dest) {
			return protected(opt.Destination, "其中有 "+other, "it is or holds "+other)
		}
		if i >= len(opt.Protected) && within(dest, real) {
			return protected(opt.Destination, "它在 "+other+" 之内，下次构建会把输出当作内容", "it lies in "+other+", which the next build reads")
		}
	}
	if isMountPoint(dest) {
		return mountPoint(opt.Destination, nil)
	}
	return nil
}

// within reports whether a path is a folder or lies in it. Folders are compared as files, for systems that take no notice of case.
func within(name, folder string) bool {
	at, err := os.Stat(folder)
	for ; ; name = filepath.Dir(name) {
		if name == folder {
			return true
		}
		if info, e := os.Stat(name); err == nil && e == nil && os.SameFile(info, at) {
			return true
		}
		if filepath.Dir(name) == name {
			return false
		}
	}
}

// refuseEarly looks before anything is written beside a folder that is not ours. It holds no lock, so what it sees may be on its way
// out: it says no only if nobody is at work, and only after a second look. Whatever else it meets, prepare meets again.
func (s *Stage) refuseEarly() error {
	var no *Problem
	for range 2 {
		if _, err := s.fs.Lstat(s.place.work); !errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.As(s.refuse(), &no) {
			return nil
		}
	}
	return no
}

// refuse looks at the top of the destination, and says no to one that is not ours.
func (s *Stage) refuse() error {
	info, err := s.fs.Lstat(s.place.site)
	if errors.Is(err, fs.ErrNotExist) {
		s.exists = false
		return nil
	}
	if err != nil {
		return s.fault("stat", s.place.site, err)
	}
	if !info.IsDir() {
		return notOurs(s.place.shown, "它是文件，不是文件夹", "it is a file, not a folder")
	}
	names, err := s.fs.List(s.place.site)
	if err != nil {
		return s.fault("read", s.place.site, err)
	}
	s.exists = true
	for _, name := range names {
		if isRepository(name) {
			return notOurs(s.place.shown, "其中有版本库 "+name+"，替换时会丢失", "it holds the repository "+name+", which a switch would lose")
		}
	}
	if len(names) == 0 {
		return nil
	}
	info, err = s.fs.Lstat(s.place.site + "/" + ManifestName)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return s.fault("stat", s.place.site+"/"+ManifestName, err)
	}
	if err != nil || !info.Mode().IsRegular() {
		return notOurs(s.place.shown, "其中已有文件，且没有 gongkai 的清单 "+ManifestName, "it holds files, and no "+ManifestName+" of gongkai's")
	}
	return nil
}

// readOld reads the manifest of the folder to be replaced. One in another form is not gongkai's, nor is its folder.
func (s *Stage) readOld() error {
	s.old, s.oldFolders = map[string]Sum{}, map[string]bool{".": true}
	if !s.exists {
		return nil
	}
	name := s.place.site + "/" + ManifestName
	f, err := s.fs.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // refuse found the folder empty
	}
	if err != nil {
		return s.fault("open", name, err)
	}
	s.oldText, err = readAll(f)
	if err != nil {
		return s.fault("read", name, err)
	}
	lines, err := ParseManifest(s.oldText)
	if err != nil {
		return notOurs(s.place.shown, "其中的 "+ManifestName+" 不是 gongkai 写的清单", "its manifest is not gongkai's: "+err.Error())
	}
	s.old = make(map[string]Sum, len(lines))
	for _, l := range lines {
		s.old[l.Path] = l.Sum
	}
	s.oldFolders = foldersOf(s.old)
	return nil
}
