package build

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"gongkai/internal/site"
)

// watched are the names at the top of a site's folder that it is made of; public/ and whatever else lies there is never looked at.
var watched = []string{ConfigName, site.RedirectsName, "content", "layouts", "static"}

// single reports whether a watched name is a file, which may be a link; the others are folders.
func single(name string) bool { return name == ConfigName || name == site.RedirectsName }

// racy is how long a file's time says little: within the grain of a clock a second write leaves size and time as they are. What is
// younger when it is looked at is read again at the next look.
const racy = 2 * time.Second

// stamp is what tells, without reading it, that a file may have changed.
type stamp struct {
	size  int64
	mtime int64 // nanoseconds since 1970
	inode uint64
}

func stampOf(info fs.FileInfo) stamp {
	return stamp{info.Size(), info.ModTime().UnixNano(), inode(info)}
}

type leafKind uint8

const (
	leafFile leafKind = iota
	leafFolder
	leafOther // links, devices, pipes: nothing that is ever read
)

// leaf is a name in a folder.
type leaf struct {
	stamp stamp
	kind  leafKind
	mode  fs.FileMode // its type
	young bool        // too young to be known by its stamp
}

// branch is a folder.
type branch struct {
	leaf
	leaves map[string]leaf
}

// looked is what stands below the site's folder, as last looked at; "." holds the watched names and nothing else. It belongs to one
// goroutine.
type looked struct {
	root     string
	now      func() time.Time
	branches map[string]*branch // by slash path below the root
	odd      map[string]leaf    // by path: what is no folder, and no Markdown file of content/, as nearly all is
}

func newTree(root string, now func() time.Time) *looked {
	return &looked{root: root, now: now, branches: map[string]*branch{".": {leaves: map[string]leaf{}}}, odd: map[string]leaf{}}
}

// delta is what a look has found to differ.
type delta struct {
	files   map[string]bool // new, changed or gone; false: by its stamp the same, but not to be relied on
	entered []string        // folders that are new, or stand in another's place
	left    []string        // folders that are gone
	doubt   []string        // what is missing, and may be back in a moment
	patient bool            // what is missing gets a second look before it is believed
}

func newDelta(patient bool) *delta { return &delta{files: map[string]bool{}, patient: patient} }

func (t *looked) disk(name string) string { return filepath.Join(t.root, filepath.FromSlash(name)) }

// concerns reports whether a path is part of the site. Office and system files below content/ are none of it.
func concerns(name string) bool {
	top, rest, _ := strings.Cut(name, "/")
	if !slices.Contains(watched, top) || single(top) && rest != "" {
		return false
	}
	return top != "content" || rest == "" || !slices.ContainsFunc(strings.Split(rest, "/"), ignored)
}

// whole looks at everything, reading only folders whose own stamp has changed.
func (t *looked) whole(d *delta) error {
	for _, name := range watched {
		if err := t.look(name, d, false); err != nil {
			return err
		}
	}
	return nil
}

// hinted looks at one path of which something is said to have happened; a file there is taken as changed whatever its stamp says.
func (t *looked) hinted(name string, d *delta) error {
	if !concerns(name) {
		return nil
	}
	if dir := path.Dir(name); t.branches[dir] == nil {
		return t.hinted(dir, d) // a folder not known yet: all that it holds
	}
	return t.look(name, d, true)
}

// look compares one path, whose folder is known, with what was there.
func (t *looked) look(name string, d *delta, sure bool) error {
	stat := os.Lstat
	if single(name) {
		stat = os.Stat
	}
	info, err := stat(t.disk(name))
	if missing(err) {
		t.drop(name, d)
		return nil
	}
	if err != nil {
		return err
	}
	return t.place(name, info, d, sure)
}

// missing reports whether a path is not there, or no longer.
func missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func (t *looked) place(name string, info fs.FileInfo, d *delta, sure bool) error {
	leaves, base := t.branches[path.Dir(name)].leaves, path.Base(name)
	old, known := leaves[base]
	is := leaf{stamp: stampOf(info), kind: kindOf(info), mode: info.Mode().Type()}
	is.young = t.now().Sub(info.ModTime()) < racy
	if known && old.kind != is.kind {
		t.remove(name, d)
		known = false
	}
	leaves[base] = is
	if is.kind == leafFolder {
		return t.folder(name, is, d, sure)
	}
	if is.kind == leafOther || !markdown(name) {
		t.odd[name] = is
	}
	if differs := !known || old.stamp != is.stamp; differs || old.young || sure {
		d.files[name] = differs || d.files[name]
	}
	return nil
}

func kindOf(info fs.FileInfo) leafKind {
	switch {
	case info.IsDir():
		return leafFolder
	case info.Mode().IsRegular():
		return leafFile
	}
	return leafOther
}

// folder looks at all that a folder holds.
func (t *looked) folder(name string, is leaf, d *delta, sure bool) error {
	b := t.branches[name]
	if b != nil && b.stamp.inode != is.stamp.inode { // moved here in place of the one known: watches on that one are void
		d.left = append(d.left, name)
	}
	if b == nil || b.stamp.inode != is.stamp.inode {
		d.entered = append(d.entered, name)
	}
	if b == nil {
		b = &branch{leaves: map[string]leaf{}}
		t.branches[name] = b
		sure = true
	}
	reread := sure || b.young || b.stamp != is.stamp
	b.leaf = is
	if !reread {
		for base := range b.leaves {
			if err := t.look(path.Join(name, base), d, false); err != nil {
				return err
			}
		}
		return nil
	}
	return t.list(name, b, d)
}

// list reads a folder.
func (t *looked) list(name string, b *branch, d *delta) error {
	entries, err := os.ReadDir(t.disk(name))
	if missing(err) {
		t.drop(name, d)
		return nil
	}
	if err != nil {
		return err
	}
	there := make(map[string]bool, len(entries))
	for _, e := range entries {
		at := path.Join(name, e.Name())
		if !concerns(at) {
			continue
		}
		there[e.Name()] = true
		info, err := e.Info()
		if missing(err) {
			delete(there, e.Name())
			continue
		}
		if err != nil {
			return err
		}
		if err := t.place(at, info, d, false); err != nil {
			return err
		}
	}
	for base := range b.leaves {
		if !there[base] {
			t.drop(path.Join(name, base), d)
		}
	}
	return nil
}

// drop takes note that a path is not there: at once, or in doubt.
func (t *looked) drop(name string, d *delta) {
	b := t.branches[path.Dir(name)]
	if b == nil {
		return
	}
	if _, known := b.leaves[path.Base(name)]; !known {
		return
	}
	if d.patient {
		d.doubt = append(d.doubt, name)
		return
	}
	t.remove(name, d)
}

// remove forgets a path and all below it.
func (t *looked) remove(name string, d *delta) {
	b := t.branches[path.Dir(name)]
	is := b.leaves[path.Base(name)]
	delete(b.leaves, path.Base(name))
	delete(t.odd, name)
	if is.kind != leafFolder {
		d.files[name] = true
		return
	}
	if own := t.branches[name]; own != nil {
		for base := range own.leaves {
			t.remove(path.Join(name, base), d)
		}
		delete(t.branches, name)
		d.left = append(d.left, name)
	}
}

// leaf returns what stands at a path.
func (t *looked) leaf(name string) (leaf, bool) {
	b := t.branches[path.Dir(name)]
	if b == nil {
		return leaf{}, false
	}
	l, ok := b.leaves[path.Base(name)]
	return l, ok
}

// markdown reports whether a path is that of a report or a plain page.
func markdown(name string) bool {
	return strings.HasPrefix(name, "content/") && strings.HasSuffix(name, ".md")
}
