package publish

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// posixModes: Windows knows read-only and nothing else.
const posixModes = false

// takeLock takes the lock on an open file, which goes with the file or the process. A lock keeps others from reading what it
// covers, so it covers one byte far behind the text.
func takeLock(f *os.File) error {
	far := windows.Overlapped{OffsetHigh: 1 << 30}
	const how = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errHeld
	}
	return os.NewSyscallError("LockFileEx", err)
}

// noLinks tells a file system that has no hard links, or no more of them for this file, from one at fault.
func noLinks(err error) bool {
	for _, code := range []error{errors.ErrUnsupported, windows.ERROR_INVALID_FUNCTION, windows.ERROR_TOO_MANY_LINKS} {
		if errors.Is(err, code) {
			return true
		}
	}
	return false
}

func (d *Disk) link(from, to string, _ *folder, _ string, _ *folder, _ string) error {
	return d.root.Link(from, to)
}

// inode is not known here: files are compared by os.SameFile.
func inode(fs.FileInfo) uint64 { return 0 }
