//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package publish

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// posixModes: file modes mean what they say.
const posixModes = true

// takeLock takes the lock on an open file, which goes with the file or the process.
func takeLock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EWOULDBLOCK):
			return errHeld
		case !errors.Is(err, unix.EINTR):
			return os.NewSyscallError("flock", err)
		}
	}
}

// link names a file by its folders, which saves the way to both.
func (d *Disk) link(_, _ string, fromDir *folder, from string, toDir *folder, to string) error {
	fromFD, err := fromDir.fd()
	if err != nil {
		return err
	}
	toFD, err := toDir.fd()
	if err != nil {
		return err
	}
	return unix.Linkat(fromFD, from, toFD, to, 0)
}

// inode tells a file from any other of its disk; 0 when it is unknown.
func inode(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Ino)
	}
	return 0
}

// noLinks tells a file system that has no hard links, or no more of them for this file, from one at fault.
func noLinks(err error) bool {
	for _, code := range []error{errors.ErrUnsupported, unix.EPERM, unix.EMLINK, unix.EXDEV} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

// unsupported translates the answers of kernels and file systems that have no exchange.
func unsupported(err error) error {
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ENOTSUP) {
		return errors.Join(errors.ErrUnsupported, err)
	}
	return err
}
