package publish

import (
	"errors"
	"os"
)

// A LinkFS is an FS that also has symbolic links, and files that grow: what it takes to keep releases and a log. Disk and the file
// systems of a Faulty are.
type LinkFS interface {
	FS
	// Symlink makes a symbolic link that holds target as it stands; fs.ErrExist when something is there. Readlink reads it.
	Symlink(target, name string) error
	Readlink(name string) (string, error)
	// Append adds data to the end of a file in one call of the system, and makes the file where it is missing.
	Append(name string, data []byte) error
}

// Symlink implements LinkFS.
func (d *Disk) Symlink(target, name string) error {
	return d.in(name, func(at *folder, base string) error { return at.root.Symlink(target, base) })
}

// Readlink implements LinkFS.
func (d *Disk) Readlink(name string) (target string, err error) {
	err = d.in(name, func(at *folder, base string) error {
		target, err = at.root.Readlink(base)
		return err
	})
	return target, err
}

// Append implements LinkFS.
func (d *Disk) Append(name string, data []byte) error {
	return d.in(name, func(at *folder, base string) error {
		f, err := at.root.OpenFile(base, os.O_WRONLY|os.O_CREATE|os.O_APPEND, fileMode)
		if err != nil {
			return err
		}
		_, err = f.Write(data)
		return errors.Join(err, f.Close())
	})
}

// links is the real file system, which must be a LinkFS where these methods are called.
func (x *faultyFS) links() (LinkFS, error) {
	if real, ok := x.real.(LinkFS); ok {
		return real, nil
	}
	return nil, errors.ErrUnsupported
}

// Symlink implements LinkFS.
func (x *faultyFS) Symlink(target, name string) error {
	if err := x.f.step(true, nil, "symlink", target, name); err != nil {
		return err
	}
	real, err := x.links()
	if err != nil {
		return err
	}
	return real.Symlink(target, name)
}

// Readlink implements LinkFS.
func (x *faultyFS) Readlink(name string) (string, error) {
	if err := x.f.step(x.f.Reads, nil, "readlink", name); err != nil {
		return "", err
	}
	real, err := x.links()
	if err != nil {
		return "", err
	}
	return real.Readlink(name)
}

// Append implements LinkFS; a failing one leaves half of the data.
func (x *faultyFS) Append(name string, data []byte) error {
	real, err := x.links()
	if err != nil {
		return err
	}
	half := func() { real.Append(name, data[:len(data)/2]) }
	if err := x.f.step(true, half, "append", name); err != nil {
		return err
	}
	return real.Append(name, data)
}

// NoLinks tells a file system that has no hard links, or no more of them for this file, from one at fault.
func NoLinks(err error) bool { return noLinks(err) }
