package build

import (
	"io/fs"
	"syscall"

	"golang.org/x/sys/unix"
)

// changeTime is when a file's bytes or properties last changed, in nanoseconds since 1970, its inode and its file system.
func changeTime(info fs.FileInfo) (nanoseconds int64, inode, device uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano(), s.Ino, uint64(s.Dev)
	}
	return 0, 0, 0
}

// steady reports whether a folder lies on a disk that keeps the times of change itself. Network file systems answer from memory what another
// machine has changed since; FAT, and servers reached by FUSE, give out the time of the last write in its place; in read-only images all
// files may have one time. There, and wherever nothing is known, files are read again.
func steady(dir string) bool {
	var s unix.Statfs_t
	if unix.Statfs(dir, &s) != nil {
		return false
	}
	switch uint32(s.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		return true
	}
	return false
}
