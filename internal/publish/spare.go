package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// spare is what a stage does with the second tree.
type spare struct {
	wanted  bool
	adopted bool        // the stage began with it
	touched atomic.Bool // and has changed something in it
	ready   string      // where the tree stands that is to be kept when the stage ends; "" for none
}

// adopt begins the stage with the spare, if that is the tree which stands published. mode is that of a folder which this process makes.
func (s *Stage) adopt(mode fs.FileMode) error {
	if !s.spare.wanted {
		return nil
	}
	info, err := s.fs.Lstat(s.place.spare)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return s.fault("stat", s.place.spare, err)
	}
	if s.oldText == nil || !info.IsDir() || info.Mode() != mode || !s.sameManifest() {
		if err := s.fs.RemoveAll(s.place.spare); err != nil {
			return s.fault("remove", s.place.spare, err)
		}
		return nil
	}
	if err := s.fs.Remove(s.place.stage); err != nil {
		return s.fault("remove", s.place.stage, err)
	}
	if err := s.rename(s.place.spare, s.place.stage); err != nil {
		return err
	}
	s.spare.adopted = true
	return nil
}

// sameManifest reports whether the spare says of itself what the published tree says.
func (s *Stage) sameManifest() bool {
	f, err := s.fs.Open(s.place.spare + "/" + ManifestName)
	if err != nil {
		return false
	}
	text, err := readAll(f)
	return err == nil && bytes.Equal(text, s.oldText)
}

// vacate makes room for a file of the new tree: what the spare had there goes.
func (s *Stage) vacate(name string) error {
	if !s.spare.adopted {
		return nil
	}
	s.spare.touched.Store(true)
	return s.removeEach(s.place.stage, []string{name})
}

// newFolder makes a folder of the new tree, unless the spare has it. One that the old site did not call so has another name that differs in
// case, on a disk that takes no notice of it: it would keep that name, and be pruned by it.
func (s *Stage) newFolder(dir string) error {
	at := s.place.stage + "/" + dir
	err := s.fs.Mkdir(at)
	if !s.spare.adopted || !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := s.fs.Lstat(at)
	if err != nil || info.IsDir() && s.oldFolders[dir] {
		return err
	}
	if err := s.vacate(dir); err != nil {
		return err
	}
	return s.fs.Mkdir(at)
}

// inSpare reports whether the spare has a kept file as it stands published: the very file, not one that looks like it.
func (s *Stage) inSpare(e *entry) bool {
	if !s.spare.adopted {
		return false
	}
	info, err := s.fs.Lstat(s.place.stage + "/" + e.path)
	if err != nil || !info.Mode().IsRegular() || stampOf(info, e.stamp.Sum) != e.stamp {
		return false
	}
	if e.inode != 0 {
		return inode(info) == e.inode
	}
	old, err := s.fs.Lstat(s.place.site + "/" + e.path)
	return err == nil && os.SameFile(info, old)
}

// prune removes from an adopted tree what the new site has not.
func (s *Stage) prune(ctx context.Context) error {
	if !s.spare.adopted {
		return nil
	}
	s.spare.touched.Store(true)
	surplus, err := s.surplus(ctx, s.place.stage)
	if err != nil {
		return err
	}
	return s.removeEach(s.place.stage, surplus)
}

// surplus lists what stands below a tree and is no file of the new site, each at the highest place that has none of the site's.
func (s *Stage) surplus(ctx context.Context, tree string) ([]string, error) {
	folders := foldersOf(s.site)
	dirs := slices.Sorted(maps.Keys(folders))
	lists := make([][]string, len(dirs))
	err := each(ctx, len(dirs), func(i int) error {
		names, err := s.fs.List(path.Join(tree, dirs[i]))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s.fault("list", path.Join(tree, dirs[i]), err)
		}
		for _, base := range names {
			name := path.Join(dirs[i], base)
			if _, ours := s.site[name]; !ours && !folders[name] && name != ManifestName {
				lists[i] = append(lists[i], name)
			}
		}
		return nil
	})
	return slices.Concat(lists...), err
}

// foldersOf are the folders in which files stand.
func foldersOf[V any](files map[string]V) map[string]bool {
	folders := map[string]bool{".": true}
	for name := range files {
		for dir := path.Dir(name); !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	return folders
}

func (s *Stage) removeEach(tree string, names []string) error {
	for _, name := range names {
		err := s.fs.Remove(tree + "/" + name)
		if errors.Is(err, fs.ErrExist) { // a folder with something in it
			err = s.fs.RemoveAll(tree + "/" + name)
		}
		if err != nil {
			return s.fault("remove", tree+"/"+name, err)
		}
	}
	return nil
}

// preserve brings the tree that has just been replaced up to date, to be kept as the spare. That it cannot is no fault: then it goes, as
// it would without.
func (s *Stage) preserve(ctx context.Context, r Result) {
	if !s.spare.wanted || !s.exists {
		return
	}
	if !r.Switched {
		if s.spare.adopted && !s.spare.touched.Load() {
			s.spare.ready = s.place.stage
		}
		return
	}
	tree := s.place.stage
	if _, err := s.fs.Lstat(tree); err != nil {
		tree = s.place.old
	}
	if r.Written > len(s.site)/2 || s.renew(ctx, tree, r) != nil { // dearer than another beginning
		return
	}
	s.spare.ready = tree
}

// renew gives the tree that was published before the files of the present one, and takes from it what that has not.
func (s *Stage) renew(ctx context.Context, tree string, r Result) error {
	folders := foldersOf(s.site)
	for _, name := range slices.Concat(r.Gone, r.Foreign) {
		name = strings.TrimSuffix(name, "/")
		for dir := path.Dir(name); !folders[dir]; dir = path.Dir(dir) {
			name = dir // nothing else stands in it either
		}
		if err := s.removeEach(tree, []string{name}); err != nil {
			return err
		}
	}
	changed := []string{ManifestName}
	for name, e := range s.site {
		if !e.kept {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	for _, name := range changed {
		if err := s.second(tree, name); err != nil {
			return err
		}
	}
	return s.untouched(ctx, tree, slices.Collect(maps.Keys(folders)))
}

// untouched makes sure that the folders of a tree are as they were made: one whose mode somebody has changed would come back closed with the
// build after the next.
func (s *Stage) untouched(ctx context.Context, tree string, folders []string) error {
	top, err := s.fs.Lstat(tree)
	if err != nil || !posixModes {
		return cmp.Or(err, ctx.Err())
	}
	return each(ctx, len(folders), func(i int) error {
		info, err := s.fs.Lstat(path.Join(tree, folders[i]))
		if err == nil && info.Mode() != top.Mode() {
			err = changed(s.place.path(tree))
		}
		return err
	})
}

// second gives a published file its second name in a tree.
func (s *Stage) second(tree, name string) error {
	if err := s.removeEach(tree, []string{name}); err != nil {
		return err
	}
	err := s.fs.Link(s.place.site+"/"+name, tree+"/"+name)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for i, c := range name {
		if c == '/' {
			if err := s.fs.Mkdir(tree + "/" + name[:i]); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
	}
	return s.fs.Link(s.place.site+"/"+name, tree+"/"+name)
}

// spared puts the tree away that is to be kept, if there is one, and reports whether the stage's own folder is thereby gone.
func (s *Stage) spared() bool {
	if s.spare.adopted && !s.spare.touched.Load() {
		s.spare.ready = s.place.stage // given up before anything was changed
	}
	ready := s.spare.ready
	return ready != "" && s.fs.Rename(ready, s.place.spare) == nil && ready == s.place.stage
}
