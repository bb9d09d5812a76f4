//go:build !linux && !darwin && !freebsd && !netbsd && !openbsd && !dragonfly && !windows

package publish

import (
	"errors"
	"io/fs"
	"os"
)

// posixModes: file modes mean what they say.
const posixModes = true

// takeLock: without a lock that dies with its process, publishing is refused.
func takeLock(*os.File) error { return errors.ErrUnsupported }

func noLinks(err error) bool { return errors.Is(err, errors.ErrUnsupported) }

func (d *Disk) link(from, to string, _ *folder, _ string, _ *folder, _ string) error {
	return d.root.Link(from, to)
}

// inode is not known here: files are compared by os.SameFile.
func inode(fs.FileInfo) uint64 { return 0 }
