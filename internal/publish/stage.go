package publish

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path"
)

// A Stamp is what a file was when it was published. It is small and comparable; a build keeps it with a page's key, so that Keep can
// tell next time that the file has not been touched since.
type Stamp struct {
	Size    int64
	ModTime int64 // nanoseconds since 1970; of the file on this disk, never shown
	Sum     Sum
}

// An entry is one file of the site.
type entry struct {
	path  string
	stamp Stamp
	kept  bool   // as in the folder being replaced; linked by Commit, if anything is to be switched at all
	inode uint64 // of a kept one; 0 where that is unknown
}

// keep is the entry of a file of the folder being replaced.
func keep(name string, old fs.FileInfo, sum Sum) entry {
	return entry{name, stampOf(old, sum), true, inode(old)}
}

// Write adds a file. A path is a slash path below the site (see CheckPath) and is written once: a second output of the same path, or
// of one that differs in case only, is a *Problem that names both. Folders are made as needed. A file of equal bytes in the folder
// being replaced is kept.
func (s *Stage) Write(name string, data []byte) (Stamp, error) {
	return s.add(name, func() (entry, error) {
		sum := Sum(sha256.Sum256(data))
		if s.hinted(name, sum) {
			if old, ok := s.usable(name, int64(len(data))); ok && s.equal(name, bytes.NewReader(data)) {
				return keep(name, old, sum), nil
			}
		}
		info, err := s.create(name, bytes.NewReader(data))
		if err != nil {
			return entry{}, err
		}
		return entry{path: name, stamp: stampOf(info, sum)}, nil
	})
}

// Copy adds a file of src, an attachment, without ever holding it in memory: what Write says holds. The file is read once, or twice
// when it must be written and a file of the same size stood in its place before.
func (s *Stage) Copy(name string, src fs.FS, from string) (Stamp, error) {
	return s.add(name, func() (entry, error) {
		if e, ok, err := s.copyOld(name, src, from); ok || err != nil {
			return e, err
		}
		f, _, err := open(src, from)
		if err != nil {
			return entry{}, err
		}
		defer f.Close()
		in := &stream{from: f, sum: sha256.New(), stage: s}
		info, err := s.create(name, in)
		if err != nil {
			return entry{}, err
		}
		return entry{path: name, stamp: stampOf(info, Sum(in.sum.Sum(nil)))}, nil
	})
}

// copyOld keeps the old file if it has the bytes of the source.
func (s *Stage) copyOld(name string, src fs.FS, from string) (entry, bool, error) {
	sum, known := s.old[name]
	if !known {
		return entry{}, false, nil
	}
	f, info, err := open(src, from)
	if err != nil {
		return entry{}, false, err
	}
	defer f.Close()
	old, ok := s.usable(name, info.Size())
	if !ok {
		return entry{}, false, nil
	}
	digest := sha256.New()
	ok = s.equal(name, io.TeeReader(f, digest)) && Sum(digest.Sum(nil)) == sum
	return keep(name, old, sum), ok, nil
}

// open opens a source. Only a regular file has an end.
func open(src fs.FS, from string) (fs.File, fs.FileInfo, error) {
	f, err := src.Open(from)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "copy", Path: from, Err: errors.New("not a regular file")}
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// Keep adds a file as it stands in the folder being replaced, without its bytes being at hand: for a page whose key is that of the
// last build, with the stamp that Write returned then. It answers false, and has done nothing, when the old manifest knows the file
// otherwise, or when its size, time, type or mode are not what they were; then the page must be rendered and written.
func (s *Stage) Keep(name string, stamp Stamp) (bool, error) {
	if err := s.claim(name); err != nil {
		return false, err
	}
	if s.hinted(name, stamp.Sum) {
		if old, ok := s.usable(name, stamp.Size); ok && stampOf(old, stamp.Sum) == stamp {
			e := keep(name, old, stamp.Sum)
			s.put(&e)
			return true, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names.release(name)
	return false, nil
}

// add claims a path, lets make bring its file about and enters it.
func (s *Stage) add(name string, make func() (entry, error)) (Stamp, error) {
	if err := s.claim(name); err != nil {
		return Stamp{}, err
	}
	e, err := make()
	if err == nil {
		s.put(&e)
		return e.stamp, nil
	}
	return Stamp{}, s.fail(err)
}

// fail remembers the first error: a site that lacks a file is never switched in.
func (s *Stage) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return err
}

func (s *Stage) claim(name string) error {
	if err := CheckPath(name); err != nil {
		return s.fail(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return errDone
	}
	err := s.names.claim(name)
	if s.err == nil {
		s.err = err
	}
	return err
}

func (s *Stage) put(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.site[e.path] = e
}

// hinted reports whether the old manifest gives a file this sum: only then is it worth a look.
func (s *Stage) hinted(name string, sum Sum) bool {
	old, ok := s.old[name]
	return ok && old == sum
}

// usable reports whether an old file can be linked as it is, its bytes apart.
func (s *Stage) usable(name string, size int64) (fs.FileInfo, bool) {
	info, err := s.fs.Lstat(s.place.site + "/" + name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != size {
		return nil, false
	}
	special := info.Mode() & (fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	return info, !posixModes || special == 0 && info.Mode().Perm() == s.mode
}

func stampOf(info fs.FileInfo, sum Sum) Stamp {
	return Stamp{info.Size(), info.ModTime().UnixNano(), sum}
}

// equal compares an old file with what want gives, to the end of both.
func (s *Stage) equal(name string, want io.Reader) bool {
	f, err := s.fs.Open(s.place.site + "/" + name)
	if err != nil {
		return false
	}
	defer f.Close()
	a, b := s.buffers.Get().(*[]byte), s.buffers.Get().(*[]byte)
	defer s.buffers.Put(a)
	defer s.buffers.Put(b)
	for {
		n, err := io.ReadFull(want, *a)
		m, err2 := io.ReadFull(f, *b)
		if n != m || !bytes.Equal((*a)[:n], (*b)[:m]) {
			return false
		}
		if err != nil || err2 != nil {
			return ended(err) && ended(err2)
		}
	}
}

func ended(err error) bool { return err == io.EOF || err == io.ErrUnexpectedEOF }

// create writes a file of the new tree, its folder first.
func (s *Stage) create(name string, content io.WriterTo) (fs.FileInfo, error) {
	if err := s.folder(path.Dir(name)); err != nil {
		return nil, err
	}
	if err := s.vacate(name); err != nil {
		return nil, err
	}
	info, err := s.fs.Write(s.place.stage+"/"+name, content)
	var source *sourceError
	if errors.As(err, &source) {
		return nil, source.err
	}
	if err != nil {
		return nil, s.fault("write", s.place.stage+"/"+name, err)
	}
	return info, nil
}

// folder makes a folder of the new tree and those above it, each once.
func (s *Stage) folder(dir string) error {
	s.folders.RLock()
	made := s.made[dir]
	s.folders.RUnlock()
	if made {
		return nil
	}
	s.folders.Lock()
	defer s.folders.Unlock()
	return s.makeFolder(dir)
}

func (s *Stage) makeFolder(dir string) error {
	if s.made[dir] {
		return nil
	}
	if err := s.makeFolder(path.Dir(dir)); err != nil {
		return err
	}
	if err := s.newFolder(dir); err != nil {
		return s.fault("mkdir", s.place.stage+"/"+dir, err)
	}
	s.made[dir] = true
	return nil
}

// A stream writes what it reads, and sums it on the way.
type stream struct {
	from  io.Reader
	sum   hash.Hash
	stage *Stage
}

// A sourceError is a fault of reading, not of writing.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return fmt.Sprintf("read: %v", e.err) }

// WriteTo implements io.WriterTo.
func (in *stream) WriteTo(w io.Writer) (int64, error) {
	buffer := in.stage.buffers.Get().(*[]byte)
	defer in.stage.buffers.Put(buffer)
	var total int64
	for {
		n, err := in.from.Read(*buffer)
		in.sum.Write((*buffer)[:n])
		if _, err := w.Write((*buffer)[:n]); err != nil {
			return total, err
		}
		total += int64(n)
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, &sourceError{err}
		}
	}
}
