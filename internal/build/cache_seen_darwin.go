package build

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// changeTime is when a file's bytes or properties last changed, in nanoseconds since 1970, its inode and its file system.
func changeTime(info fs.FileInfo) (nanoseconds int64, inode, device uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctimespec.Nano(), s.Ino, uint64(s.Dev)
	}
	return 0, 0, 0
}

// steady reports whether a folder lies on a disk that keeps the times of change itself, as APFS does. Network disks and FAT do not.
func steady(dir string) bool {
	var s unix.Statfs_t
	return unix.Statfs(dir, &s) == nil && unix.ByteSliceToString(s.Fstypename[:]) == "apfs"
}
