package build

import (
	"io/fs"
	"syscall"
)

// changeTime is when a file's bytes or properties last changed, in nanoseconds since 1970, and its inode.
func changeTime(info fs.FileInfo) (nanoseconds int64, inode uint64) {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Ctim.Nano(), s.Ino
	}
	return 0, 0
}
