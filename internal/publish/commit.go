package publish

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"
	"sync"
	"syscall"
)

// A Result says what a commit did. The manifest itself is not counted.
type Result struct {
	Written   int // new files, or with other bytes than before
	Unchanged int // files taken over from the folder replaced
	Tree      Sum // the tree hash

	// Gone are the paths that the old manifest had and the new one has not, sorted.
	Gone []string

	// Foreign are files and folders (these with a final slash, for all they held) of the folder replaced that its manifest did not
	// have, sorted. They are gone too.
	Foreign []string

	// Switched is false when nothing differed and the folder was left as it was.
	Switched bool

	// Litter is what hindered the removal of the old tree after the site was published. The next Open will try again.
	Litter error
}

// Commit finishes the site: manifest, switch, removal of the old tree, unlocking. After an error the destination is as it was and
// the stage has ended. Once the new folder stands the site is published, and what goes wrong after that is told in Result.Litter.
func (s *Stage) Commit(ctx context.Context) (Result, error) {
	if err := s.end(); err != nil {
		return Result{}, err
	}
	r, err := s.publish(ctx)
	if err != nil {
		s.clean() // the fault itself is what is reported; what stays is for the next run
		return Result{}, err
	}
	r.Litter = s.clean()
	return r, nil
}

// Abort gives up: the destination stays as it is, the stage goes. After Commit it does nothing, so it can be deferred.
func (s *Stage) Abort() error {
	if s.end() != nil {
		return nil
	}
	return s.clean()
}

func (s *Stage) end() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return errDone
	}
	s.done = true
	return nil
}

func (s *Stage) publish(ctx context.Context) (Result, error) {
	switch {
	case s.err != nil:
		return Result{}, s.err
	case len(s.site) == 0:
		return Result{}, empty(s.place.shown)
	}
	text := s.manifest().Bytes()
	r := Result{Tree: sha256.Sum256(text)}
	var kept []*entry
	for _, e := range s.site {
		if e.kept {
			kept = append(kept, e)
		}
	}
	r.Unchanged = len(kept)
	r.Written = len(s.site) - len(kept)
	for name := range s.old {
		if _, ok := s.site[name]; !ok {
			r.Gone = append(r.Gone, name)
		}
	}
	slices.Sort(r.Gone)
	var err error
	if r.Foreign, err = s.foreign(ctx); err != nil {
		return Result{}, err
	}
	r.Switched = r.Written > 0 || len(r.Foreign) > 0 || !bytes.Equal(text, s.oldText)
	if r.Switched {
		if err := s.linkAll(ctx, kept); err != nil {
			return Result{}, err
		}
		if err := s.prune(ctx); err != nil {
			return Result{}, err
		}
		if err := s.vacate(ManifestName); err != nil {
			return Result{}, err
		}
		if _, err := s.fs.Write(s.place.stage+"/"+ManifestName, bytes.NewReader(text)); err != nil {
			return Result{}, s.fault("write", s.place.stage+"/"+ManifestName, err)
		}
	}
	inform, err := s.inform(r.Tree)
	if err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if err := s.replace(r.Switched, inform); err != nil {
		return Result{}, err
	}
	s.preserve(ctx, r)
	return r, nil
}

// replace is the moment: the folder first, in one step, then the file beside it. If that cannot follow, the folder goes back.
func (s *Stage) replace(folder, info bool) error {
	back := func() error { return nil }
	if folder {
		var err error
		if back, err = s.change(); err != nil {
			return err
		}
	}
	if info {
		if err := s.fs.Rename(s.place.coming, s.place.info); err != nil {
			return errors.Join(s.fault2("rename", s.place.coming, s.place.info, err), back())
		}
	}
	return nil
}

// change puts the new folder into the place of the old and returns how to undo that.
func (s *Stage) change() (back func() error, err error) {
	site, stage, old := s.place.site, s.place.stage, s.place.old
	if !s.exists {
		return func() error { return s.rename(site, stage) }, s.rename(stage, site)
	}
	err = s.fs.Exchange(stage, site)
	if err == nil {
		return func() error { return s.fs.Exchange(stage, site) }, nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return nil, s.fault2("exchange", stage, site, err)
	}
	if err := s.rename(site, old); err != nil {
		return nil, err
	}
	if err := s.rename(stage, site); err != nil {
		return nil, errors.Join(err, s.rename(old, site))
	}
	return func() error { return errors.Join(s.rename(site, stage), s.rename(old, site)) }, nil
}

func (s *Stage) rename(from, to string) error {
	if err := s.fs.Rename(from, to); err != nil {
		return s.fault2("rename", from, to, err)
	}
	return nil
}

// inform writes the coming file beside the folder, unless the one that is there says the same.
func (s *Stage) inform(tree Sum) (bool, error) {
	info := s.info
	info.Tree = tree
	text, err := info.Bytes()
	if err != nil {
		return false, err
	}
	if f, err := s.fs.Open(s.place.info); err == nil {
		if there, err := readAll(f); err == nil && bytes.Equal(there, text) {
			return false, nil
		}
	}
	if _, err := s.fs.Write(s.place.coming, bytes.NewReader(text)); err != nil {
		return false, s.fault("write", s.place.coming, err)
	}
	return true, nil
}

// foreign walks the folder being replaced for what its manifest does not have.
func (s *Stage) foreign(ctx context.Context) ([]string, error) {
	if !s.exists {
		return nil, nil
	}
	dirs := slices.Sorted(maps.Keys(s.oldFolders))
	lists := make([][]string, len(dirs))
	err := each(ctx, len(dirs), func(i int) (err error) {
		lists[i], err = s.foreignIn(dirs[i])
		return err
	})
	found := slices.Concat(lists...)
	slices.Sort(found)
	return found, err
}

// foreignIn looks at one folder.
func (s *Stage) foreignIn(dir string) (found []string, err error) {
	at := path.Join(s.place.site, dir)
	names, err := s.fs.List(at)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		return []string{dir}, nil // a file or a link has taken its place
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, s.fault("list", at, err)
	}
	for _, base := range names {
		name := path.Join(dir, base)
		if _, listed := s.old[name]; listed || s.oldFolders[name] || name == ManifestName {
			continue
		}
		if info, err := s.fs.Lstat(s.place.site + "/" + name); err == nil && info.IsDir() {
			name += "/"
		}
		found = append(found, name)
	}
	return found, nil
}

// each calls work for 0…n-1 on all cores, each with a part of its own, until the first error.
func each(ctx context.Context, n int, work func(int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := n * w / workers; i < n*(w+1)/workers && errs[w] == nil; i++ {
				if errs[w] = ctx.Err(); errs[w] == nil {
					errs[w] = work(i)
				}
			}
		})
	}
	wg.Wait()
	return cmp.Or(errs...)
}

// linkAll gives the kept files their second name, in the new tree.
func (s *Stage) linkAll(ctx context.Context, kept []*entry) error {
	slices.SortFunc(kept, func(a, b *entry) int { return cmp.Compare(a.path, b.path) })
	return each(ctx, len(kept), func(i int) error { return s.link(kept[i]) })
}

// link links one file, or copies it where a file system has no links (or no more of them). Between the comparison and the link
// somebody may have touched the file; then nothing is published.
func (s *Stage) link(e *entry) error {
	if s.inSpare(e) {
		return nil
	}
	if err := s.folder(path.Dir(e.path)); err != nil {
		return err
	}
	from, to := s.place.site+"/"+e.path, s.place.stage+"/"+e.path
	if err := s.vacate(e.path); err != nil {
		return err
	}
	switch err := s.fs.Link(from, to); {
	case err == nil:
		info, err := s.fs.Lstat(to)
		if err != nil {
			return s.fault("stat", to, err)
		}
		if stampOf(info, e.stamp.Sum) != e.stamp || !info.Mode().IsRegular() {
			return changed(s.place.path(from))
		}
		return nil
	case !noLinks(err):
		return s.fault2("link", from, to, err)
	}
	f, err := s.fs.Open(from)
	if err != nil {
		return s.fault("open", from, err)
	}
	defer f.Close()
	in := &stream{from: f, sum: sha256.New(), stage: s}
	if _, err := s.create(e.path, in); err != nil {
		return err
	}
	if Sum(in.sum.Sum(nil)) != e.stamp.Sum {
		return changed(s.place.path(from))
	}
	return nil
}

// clean ends a stage: everything in the working folder goes, then the lock, then the folder, then folders made on the way to it that
// are still empty. It goes on after an error and returns all.
func (s *Stage) clean() error {
	var errs []error
	try := func(name string, err error) {
		if err != nil {
			errs = append(errs, s.fault("remove", name, err))
		}
	}
	if !s.spared() {
		try(s.place.stage, s.fs.RemoveAll(s.place.stage))
	}
	if _, err := s.fs.Lstat(s.place.site); err == nil { // else old is all there is, and the next Open puts it back
		try(s.place.old, s.fs.RemoveAll(s.place.old))
	}
	try(s.place.coming, s.fs.Remove(s.place.coming))
	try(s.place.lock, s.fs.Unlock())
	return errors.Join(append(errs, s.leave(), s.fs.Close())...)
}

// leave removes folders that this stage needed, if nothing is in them: another stage may already be there.
func (s *Stage) leave() error {
	var errs []error
	for _, dir := range slices.Backward(s.ours) {
		if err := s.fs.Remove(dir); err != nil && !errors.Is(err, fs.ErrExist) {
			errs = append(errs, s.fault("remove", dir, err))
		}
	}
	return errors.Join(errs...)
}
