package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gongkai/internal/publish"
)

// comingFolder is where a site of this tree hash arrives.
func comingFolder(tree publish.Sum) string {
	return releasesName + "/" + comingMark + tree.String()[:16]
}

// A journal (传输记录) notes what has arrived whole, so that a deploy that is cut off goes on where it was.
type journal struct {
	h    host
	name string

	mu      sync.Mutex
	waiting []byte // lines
	bytes   int64  // of the files that they name, as far as they were sent
	out     sync.Mutex
}

// An append is several round trips over a network, during which the other files go on. It waits for so many bytes of lines, or for lines
// of files of so many bytes: at most that much is sent again after a cut.
const (
	journalLines = 16 << 10
	journalFiles = 1 << 20
)

// add notes a file; size is how many bytes were sent for it.
func (j *journal) add(name string, sum publish.Sum, size int64) error {
	line := publish.Manifest{{Path: name, Sum: sum}}.Bytes()
	j.mu.Lock()
	j.waiting = append(j.waiting, line...)
	j.bytes += size
	full := len(j.waiting) >= journalLines || j.bytes >= journalFiles
	j.mu.Unlock()
	if !full {
		return nil
	}
	return j.flush()
}

// flush notes what waits; one append at a time.
func (j *journal) flush() error {
	j.out.Lock()
	defer j.out.Unlock()
	j.mu.Lock()
	lines := j.waiting
	j.waiting, j.bytes = nil, 0
	j.mu.Unlock()
	if len(lines) == 0 {
		return nil
	}
	return j.h.Append(j.name, lines)
}

// readJournal returns what an earlier run brought whole. Lines that are torn count for nothing.
func (s *session) readJournal(name string) (map[string]publish.Sum, error) {
	text, err := s.files.read(name)
	if err != nil {
		return nil, err
	}
	whole := map[string]publish.Sum{}
	for line := range bytes.Lines(text) {
		if m, err := publish.ParseManifest(line); err == nil {
			whole[m[0].Path] = m[0].Sum
		}
	}
	return whole, nil
}

// send fills the coming folder.
func (d *deployment) send(ctx context.Context) error {
	whole, err := d.resume(ctx)
	if err != nil {
		return err
	}
	if err := d.folders(ctx, d.coming, d.manifest); err != nil {
		return err
	}
	j := &journal{h: d.h, name: d.coming + journalMark}
	meter := d.opt.meter("send", len(d.manifest))
	var noLinks atomic.Bool
	var mu sync.Mutex // result, sends
	err = each(ctx, d.parallel, d.manifest, func(ctx context.Context, l publish.Line) error {
		defer meter.add(1)
		from := d.links[l.Path]
		if whole[l.Path] == l.Sum {
			return nil
		}
		linked, size := false, int64(0)
		if from != "" && !noLinks.Load() {
			var err error
			linked, err = d.link(l, from)
			if publish.NoLinks(err) {
				noLinks.Store(true)
			} else if err != nil {
				return err
			}
		}
		if !linked {
			var err error
			if size, err = d.bring(ctx, l, from); err != nil {
				return err
			}
		}
		mu.Lock()
		switch {
		case linked:
			d.result.Linked++
		default:
			d.result.Sent++
			if from != "" {
				d.sends = append(d.sends, l.Path) // to be read back too
			}
		}
		mu.Unlock()
		return j.add(l.Path, l.Sum, size)
	})
	if err := errors.Join(err, j.flush()); err != nil {
		return err
	}
	if err := d.carry(ctx, noLinks.Load()); err != nil {
		return err
	}
	_, err = d.h.Write(d.coming+"/"+publish.ManifestName, bytes.NewReader(d.manifest.Bytes()))
	return err
}

// link gives a published file a second name. It answers false when the published file is not there or not as long as it should be:
// then it is brought.
func (d *deployment) link(l publish.Line, from string) (bool, error) {
	to := d.coming + "/" + l.Path
	switch err := d.files.link(from, to); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	src, ok := d.src.(sizer)
	if !ok {
		return true, nil
	}
	want, err := src.Size(l.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	info, err := d.h.Lstat(to)
	if err != nil {
		return false, err
	}
	if info.Mode().IsRegular() && info.Size() == want {
		return true, nil
	}
	return false, d.h.Remove(to)
}

// bring sends a file. A source that holds changes only has not all of them: then the published file is copied.
func (d *deployment) bring(ctx context.Context, l publish.Line, from string) (size int64, err error) {
	f, size, err := d.src.Open(l.Path)
	if errors.Is(err, fs.ErrNotExist) && from != "" {
		f, err = d.h.Open(from)
	}
	if err != nil {
		return 0, err
	}
	defer f.Close() // it was only read
	content := &checked{ctx: ctx, name: l.Path, want: l.Sum, from: f}
	_, err = d.h.Write(d.coming+"/"+l.Path, content)
	return size, err
}

// resume keeps what an earlier run has brought whole and clears away the rest.
func (d *deployment) resume(ctx context.Context) (map[string]publish.Sum, error) {
	whole, err := d.readJournal(d.coming + journalMark)
	if errors.Is(err, fs.ErrNotExist) {
		if err := d.h.RemoveAll(d.coming); err != nil {
			return nil, err
		}
		if err := d.h.Append(d.coming+journalMark, nil); err != nil {
			return nil, err
		}
		return nil, d.h.Mkdir(d.coming)
	}
	if err != nil {
		return nil, err
	}
	there, err := d.tree(ctx, d.coming)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, d.h.Mkdir(d.coming)
	}
	if err != nil {
		return nil, err
	}
	var torn []string
	have := map[string]publish.Sum{}
	want := sums(d.manifest)
	for _, name := range there {
		sum, ok := whole[name]
		if wanted, _ := want.find(name); ok && wanted == sum {
			have[name] = sum
		} else {
			torn = append(torn, name)
		}
	}
	return have, each(ctx, d.parallel, torn, func(_ context.Context, name string) error { return d.h.Remove(d.coming + "/" + name) })
}

// tree lists the files below a folder of the host, with paths below it.
func (s *session) tree(ctx context.Context, root string) ([]string, error) {
	var files []string
	for level := []string{"."}; len(level) > 0; {
		var mu sync.Mutex
		var below []string
		err := each(ctx, s.parallel, level, func(_ context.Context, dir string) error {
			names, err := s.h.List(path.Join(root, dir))
			if err != nil {
				return err
			}
			for _, base := range names {
				name := path.Join(dir, base)
				info, err := s.h.Lstat(root + "/" + name)
				if err != nil {
					return err
				}
				mu.Lock()
				if info.IsDir() {
					below = append(below, name)
				} else {
					files = append(files, name)
				}
				mu.Unlock()
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		level = below
	}
	slices.Sort(files)
	return files, nil
}

// foldersOf are the folders of a manifest, level by level.
func foldersOf(m publish.Manifest) [][]string {
	var levels [][]string
	seen := map[string]bool{".": true}
	for _, l := range m {
		for dir := path.Dir(l.Path); !seen[dir]; dir = path.Dir(dir) {
			seen[dir] = true
			depth := strings.Count(dir, "/")
			for len(levels) <= depth {
				levels = append(levels, nil)
			}
			levels[depth] = append(levels[depth], dir)
		}
	}
	return levels
}

// folders makes the folders of files below a folder, those of one level at a time.
func (s *session) folders(ctx context.Context, below string, m publish.Manifest) error {
	for _, level := range foldersOf(m) {
		err := each(ctx, s.parallel, level, func(_ context.Context, dir string) error {
			if err := s.h.Mkdir(below + "/" + dir); err != nil && !errors.Is(err, fs.ErrExist) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// carry takes the hashed assets of the kept releases along. With a removed report only those that hold no text.
func (d *deployment) carry(ctx context.Context, copies bool) error {
	now := sums(d.manifest)
	var lines publish.Manifest
	from := map[string]string{}
	for _, f := range d.kept {
		for _, name := range f.Assets {
			_, own := now.find(name)
			if own || from[name] != "" || !hashedName.MatchString(name) || len(d.plan.purge) > 0 && !harmless(name) {
				continue
			}
			from[name] = folderOf(f.ID) + "/" + name
			lines = append(lines, publish.Line{Path: name})
		}
	}
	if err := d.folders(ctx, d.coming, lines); err != nil {
		return err
	}
	var n atomic.Int64
	err := each(ctx, d.parallel, lines, func(_ context.Context, l publish.Line) error {
		to := d.coming + "/" + l.Path
		err := d.files.link(from[l.Path], to)
		if publish.NoLinks(err) || copies {
			err = d.copy(from[l.Path], to)
		}
		switch {
		case err == nil:
			n.Add(1)
		case errors.Is(err, fs.ErrNotExist): // no longer there: it cannot be missed
			return nil
		}
		return err
	})
	d.result.Carried = int(n.Load())
	return err
}

// copy copies within the host where it has no links.
func (s *session) copy(from, to string) error {
	text, err := s.files.read(from)
	if err != nil {
		return err
	}
	if _, err := s.h.Write(to, bytes.NewReader(text)); err != nil {
		return fmt.Errorf("copy to %s: %w", to, err)
	}
	return nil
}
