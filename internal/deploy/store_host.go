package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gongkai/internal/publish"
)

// hostStore makes a store of a host: a file is written beside its place and renamed over what was there, copied by a hard link where
// the host has them. Its root is the folder above the site, so that the state can lie beside what readers see.
type hostStore struct {
	hostFiles
	parallel int
	state    string // the folder of the state

	mu   sync.Mutex
	made map[string]bool // folders that are there
}

// infoLister is a host that tells names, sizes and times of a folder at once; over a network that saves a round trip a file.
type infoLister interface {
	Infos(folder string) ([]fs.FileInfo, error)
}

// newHostStore takes over a host; state is the folder of the state, below the host's root.
func newHostStore(h host, parallel int, state string) *hostStore {
	s := &hostStore{parallel: parallel, state: state, made: map[string]bool{".": true}}
	s.hostFiles = hostFiles{guarded{h, state}}
	return s
}

// guarded keeps the lock file of the system's kind in the state.
type guarded struct {
	host
	state string
}

// Lock implements publish.FS.
func (g guarded) Lock(name, note string) error { return g.host.Lock(g.state+"/"+name, note) }

// versionOf is what a file's size and time tell.
func versionOf(info fs.FileInfo) string {
	return strconv.FormatInt(info.Size(), 10) + "-" + strconv.FormatInt(info.ModTime().UnixNano(), 10)
}

func listedOf(name string, info fs.FileInfo) Listed {
	if !info.Mode().IsRegular() {
		return Listed{Name: name, Size: -1, Version: "-"} // never to be opened: it may have no end
	}
	return Listed{name, info.Size(), versionOf(info)}
}

// Read implements store.
func (s *hostStore) Read(_ context.Context, name string) (io.ReadCloser, error) { return s.Open(name) }

// Put implements store.
func (s *hostStore) Put(ctx context.Context, f File) (Stored, error) {
	if err := s.folder(path.Dir(f.Name)); err != nil {
		return Stored{}, err
	}
	from, err := f.Open()
	if err != nil {
		return Stored{}, err
	}
	defer from.Close() // it was only read
	return s.write(ctx, f.Name, f.Sum, from)
}

func (s *hostStore) write(ctx context.Context, name string, sum publish.Sum, from io.Reader) (Stored, error) {
	beside := besides(name)
	info, err := s.Write(beside, &checked{ctx: ctx, name: name, want: sum, from: from})
	if err == nil {
		err = s.Rename(beside, name)
	}
	if err != nil {
		return Stored{}, errors.Join(err, s.Remove(beside))
	}
	return Stored{Version: versionOf(info)}, nil
}

// Copy implements store.
func (s *hostStore) Copy(ctx context.Context, from Listed, to string) (Stored, error) {
	switch info, err := s.Lstat(from.Name); {
	case err != nil:
		return Stored{}, err
	case listedOf(from.Name, info) != from || from.Size < 0:
		return Stored{}, fmt.Errorf("copy %s: %w", from.Name, errConflict)
	}
	if err := s.folder(path.Dir(to)); err != nil {
		return Stored{}, err
	}
	beside := besides(to)
	err := s.Link(from.Name, beside)
	if publish.NoLinks(err) || errors.Is(err, errors.ErrUnsupported) {
		return s.duplicate(ctx, from, to)
	}
	if err == nil {
		err = s.Rename(beside, to)
	}
	// Renaming one name of a file over another name of it does nothing, so the first may still be there.
	if err := errors.Join(err, s.Remove(beside)); err != nil {
		return Stored{}, err
	}
	return Stored{Version: from.Version}, nil
}

// duplicate copies byte by byte.
func (s *hostStore) duplicate(ctx context.Context, from Listed, to string) (Stored, error) {
	f, err := s.Open(from.Name)
	if err != nil {
		return Stored{}, err
	}
	sum, err := sumOf(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return Stored{}, err
	}
	if f, err = s.Open(from.Name); err != nil {
		return Stored{}, err
	}
	defer f.Close() // it was only read
	return s.write(ctx, to, sum, f)
}

// Create implements store.
func (s *hostStore) Create(ctx context.Context, name string, data []byte) (string, error) {
	if err := s.folder(path.Dir(name)); err != nil {
		return "", err
	}
	return s.hostFiles.Create(ctx, name, data)
}

// Delete implements store. Folders that are empty afterwards go too, but for the topmost.
func (s *hostStore) Delete(ctx context.Context, names []string) error {
	if err := each(ctx, s.parallel, names, func(_ context.Context, name string) error { return s.Remove(name) }); err != nil {
		return err
	}
	folders := map[string]bool{}
	for _, name := range names {
		for dir := path.Dir(name); strings.Contains(dir, "/"); dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	var deepest []string
	for dir := range folders {
		deepest = append(deepest, dir)
	}
	slices.SortFunc(deepest, func(a, b string) int { return strings.Compare(b, a) }) // what lies in a folder sorts after it
	for _, dir := range deepest {
		if left, err := s.names(dir); err != nil || len(left) > 0 {
			continue
		}
		s.mu.Lock()
		delete(s.made, dir)
		s.mu.Unlock()
		if err := s.Remove(dir); err != nil {
			return err
		}
	}
	return nil
}

// names lists one folder.
func (s *hostStore) names(dir string) ([]string, error) { return s.hostFiles.List(dir) }

// List implements store. A prefix is a folder with a final slash; one that is missing is empty.
func (s *hostStore) List(ctx context.Context, prefix string, _ []string) ([]Listed, error) {
	return s.walk(ctx, strings.TrimSuffix(prefix, "/"))
}

// walk lists all files below a folder, level by level, sorted.
func (s *hostStore) walk(ctx context.Context, root string) ([]Listed, error) {
	var files []Listed
	for level := []string{root}; len(level) > 0; {
		var mu sync.Mutex
		var below []string
		err := each(ctx, s.parallel, level, func(_ context.Context, dir string) error {
			infos, err := s.infos(dir)
			if errors.Is(err, fs.ErrNotExist) && dir == root {
				return nil
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, info := range infos {
				if name := dir + "/" + info.Name(); info.IsDir() {
					below = append(below, name)
				} else {
					files = append(files, listedOf(name, info))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		level = below
	}
	slices.SortFunc(files, func(a, b Listed) int { return strings.Compare(a.Name, b.Name) })
	return files, nil
}

func (s *hostStore) infos(dir string) ([]fs.FileInfo, error) {
	if l, ok := s.host.(guarded).host.(infoLister); ok {
		return l.Infos(dir)
	}
	names, err := s.names(dir)
	if err != nil {
		return nil, err
	}
	infos := make([]fs.FileInfo, 0, len(names))
	for _, name := range names {
		info, err := s.Lstat(dir + "/" + name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // it went between the two
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	return infos, nil
}

// folder makes a folder and those above it, each once.
func (s *hostStore) folder(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.make(dir)
}

func (s *hostStore) make(dir string) error {
	if s.made[dir] {
		return nil
	}
	if err := s.make(path.Dir(dir)); err != nil {
		return err
	}
	if err := s.Mkdir(dir); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	s.made[dir] = true
	return nil
}
