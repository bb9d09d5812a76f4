package publish

import (
	"errors"
	"io/fs"
	"path"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lstatAtOnce asks about a file by its whole path, which the kernel follows without leaving the folder and over no symbolic link: three
// system calls where opening a folder that holds one page, as most do, takes ten. ok is false where the kernel (before 5.6) or a sandbox
// does not do it; then nothing is known.
func (d *Disk) lstatAtOnce(name string) (info fs.FileInfo, err error, ok bool) {
	top, err := d.acquire(".")
	if err != nil {
		return nil, nil, false
	}
	defer d.release(top)
	root, err := top.fd()
	if err != nil {
		return nil, nil, false
	}
	fd, err := again(func() (int, error) {
		return unix.Openat2(root, name, &unix.OpenHow{Flags: unix.O_PATH | unix.O_NOFOLLOW | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS})
	})
	switch {
	case errors.Is(err, unix.ENOENT):
		return nil, &fs.PathError{Op: "lstat", Path: name, Err: err}, true
	case err != nil:
		return nil, nil, false
	}
	s := &status{name: path.Base(name)}
	if _, err = again(func() (int, error) { return 0, syscall.Fstat(fd, &s.Stat_t) }); err != nil {
		err = &fs.PathError{Op: "lstat", Path: name, Err: err}
	}
	return s, errors.Join(err, unix.Close(fd)), true
}

// status is an fs.FileInfo.
type status struct {
	syscall.Stat_t
	name string
}

func (s *status) Name() string       { return s.name }
func (s *status) Size() int64        { return s.Stat_t.Size }
func (s *status) ModTime() time.Time { return time.Unix(s.Mtim.Unix()) }
func (s *status) IsDir() bool        { return s.Mode().IsDir() }
func (s *status) Sys() any           { return &s.Stat_t }

// Mode is told as os.Lstat tells it.
func (s *status) Mode() fs.FileMode {
	mode := fs.FileMode(s.Stat_t.Mode & 0o777)
	switch s.Stat_t.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		mode |= fs.ModeDir
	case unix.S_IFLNK:
		mode |= fs.ModeSymlink
	case unix.S_IFIFO:
		mode |= fs.ModeNamedPipe
	case unix.S_IFSOCK:
		mode |= fs.ModeSocket
	case unix.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	case unix.S_IFBLK:
		mode |= fs.ModeDevice
	}
	if s.Stat_t.Mode&unix.S_ISUID != 0 {
		mode |= fs.ModeSetuid
	}
	if s.Stat_t.Mode&unix.S_ISGID != 0 {
		mode |= fs.ModeSetgid
	}
	if s.Stat_t.Mode&unix.S_ISVTX != 0 {
		mode |= fs.ModeSticky
	}
	return mode
}
