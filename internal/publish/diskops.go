package publish

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Lstat implements FS.
func (d *Disk) Lstat(name string) (fs.FileInfo, error) {
	if info, err, ok := d.lstatAtOnce(name); ok {
		return info, err
	}
	return d.lstat(name)
}

// lstat goes by the folders that are open.
func (d *Disk) lstat(name string) (info fs.FileInfo, err error) {
	err = d.in(name, func(at *folder, base string) error {
		info, err = at.root.Lstat(base)
		return err
	})
	return info, err
}

// Open implements FS.
func (d *Disk) Open(name string) (f io.ReadCloser, err error) {
	err = d.in(name, func(at *folder, base string) error {
		f, err = at.root.Open(base)
		return err
	})
	return f, err
}

// List implements FS. Names only: os.Root asks the system about every entry before it gives more.
func (d *Disk) List(name string) ([]string, error) {
	names, err := d.list(name)
	slices.Sort(names)
	return names, err
}

// Mkdir implements FS.
func (d *Disk) Mkdir(name string) error {
	return d.in(name, func(at *folder, base string) error { return at.root.Mkdir(base, folderMode) })
}

// Write implements FS.
func (d *Disk) Write(name string, content io.WriterTo) (info fs.FileInfo, err error) {
	err = d.in(name, func(at *folder, base string) error {
		f, err := at.root.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		if err != nil {
			return err
		}
		_, err = content.WriteTo(f)
		if err == nil {
			info, err = f.Stat()
		}
		return errors.Join(err, f.Close())
	})
	return info, err
}

// Link implements FS.
func (d *Disk) Link(from, to string) error {
	return d.in(from, func(fromDir *folder, fromBase string) error {
		return d.in(to, func(toDir *folder, toBase string) error {
			return d.link(from, to, fromDir, fromBase, toDir, toBase)
		})
	})
}

// Rename implements FS.
func (d *Disk) Rename(from, to string) error {
	d.forget()
	return d.root.Rename(from, to)
}

// Exchange implements FS.
func (d *Disk) Exchange(a, b string) error {
	d.forget()
	return d.in(a, func(aDir *folder, aBase string) error {
		return d.in(b, func(bDir *folder, bBase string) error { return exchange(aDir, aBase, bDir, bBase) })
	})
}

// errFolder says that something is a folder.
var errFolder = errors.New("is a folder")

// Remove implements FS. A file goes from its folder, which stays open; a folder may itself be open.
func (d *Disk) Remove(name string) error {
	err := d.in(name, func(at *folder, base string) error {
		info, err := at.root.Lstat(base)
		switch {
		case err != nil:
			return err
		case info.IsDir():
			return errFolder
		}
		return at.root.Remove(base)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if !errors.Is(err, errFolder) {
		return err
	}
	d.forget()
	if err := d.root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// RemoveAll implements FS.
func (d *Disk) RemoveAll(name string) error {
	d.forget()
	return d.root.RemoveAll(name)
}

// Lock implements FS. Folders opened without the lock may have been replaced by its last holder: they are forgotten.
func (d *Disk) Lock(name, note string) error {
	d.forget()
	err := d.takeLock(name, note)
	if err != nil {
		d.forget()
	}
	return err
}

func (d *Disk) takeLock(name, note string) error {
	return d.in(name, func(at *folder, base string) error {
		f, err := at.root.OpenFile(base, os.O_RDWR|os.O_CREATE, fileMode)
		if err != nil {
			return err
		}
		if err := takeLock(f); err != nil {
			return errors.Join(whoHolds(f, err), f.Close())
		}
		if err := at.found(base, f); err != nil {
			return errors.Join(err, f.Close())
		}
		if err := errors.Join(f.Truncate(0), writeAt(f, note)); err != nil {
			return errors.Join(err, at.root.Remove(base), f.Close())
		}
		d.held, d.lock = f, name
		return nil
	})
}

// found makes sure that a locked file is still the one that others will find: who had the lock before removes it at the end.
func (at *folder) found(base string, f *os.File) error {
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	there, err := at.root.Lstat(base)
	if err == nil && !os.SameFile(mine, there) {
		err = fs.ErrNotExist
	}
	return err
}

func writeAt(f *os.File, text string) error {
	_, err := f.WriteAt([]byte(text), 0)
	return err
}

// errHeld is what takeLock returns when another has the lock.
var errHeld = errors.New("lock is held")

func whoHolds(f *os.File, err error) error {
	if !errors.Is(err, errHeld) {
		return err
	}
	held := &Held{Note: "?"}
	if info, err := f.Stat(); err == nil {
		held.Since = info.ModTime()
	}
	note := make([]byte, 64)
	if n, _ := f.ReadAt(note, 0); n > 0 {
		held.Note = strings.TrimSpace(string(note[:n]))
	}
	return held
}

// Unlock implements FS. The file goes first: once the lock is free, the file may be another's.
func (d *Disk) Unlock() error {
	if d.held == nil {
		return nil
	}
	err := d.Remove(d.lock)
	err = errors.Join(err, d.held.Close())
	d.held = nil
	return err
}
