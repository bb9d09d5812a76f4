//go:build unix

package build

import (
	"io/fs"
	"syscall"
)

// inode tells two files apart that follow each other under one name.
func inode(info fs.FileInfo) uint64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(s.Ino)
	}
	return 0
}
