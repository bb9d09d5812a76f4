package build

import (
	"io/fs"
	"os"
	"time"
)

// seen is how a file looked when it was read. On a disk of the machine's own the time of change cannot be set by hand, as the time of the
// last write can, so a file that still looks like this has the bytes that were read then. Fields are exported for gob.
type seen struct {
	Size    int64
	Written int64  // nanoseconds since 1970
	Changed int64  // the same; 0 when what the file looks like proves nothing
	Inode   uint64 // or its like
	Device  uint64
}

// witness says when a file's looks can be relied on.
type witness struct {
	began  time.Time // before the first file was looked at; zero when there is no clock
	device uint64    // the file system of the site's texts, if that is steady; else 0
}

// steadyDevice is the file system of a folder, if it is steady; else 0.
func steadyDevice(dir string) uint64 {
	info, err := os.Stat(dir)
	if err != nil || !steady(dir) {
		return 0
	}
	_, _, device := changeTime(info)
	return device
}

// look is how a file looks.
func (w witness) look(info fs.FileInfo) seen {
	changed, inode, device := changeTime(info)
	if !w.trusts(info.ModTime(), changed, device) {
		return seen{Size: info.Size()}
	}
	return seen{info.Size(), info.ModTime().UnixNano(), changed, inode, device}
}

// trusts reports whether a file's times prove anything. Within the grain of a file system's clock a second write leaves no trace, so a file
// that has only just been changed must be read again next time; so must all on a disk that counts in whole seconds, where a clock that is
// put back may meet the same one.
func (w witness) trusts(written time.Time, changed int64, device uint64) bool {
	return !w.began.IsZero() && w.device != 0 && w.device == device && changed%int64(time.Second) != 0 &&
		w.began.Sub(time.Unix(0, changed)) > racy && w.began.Sub(written) > racy
}

// proves reports whether a file that looks so now is the one that was read.
func (s seen) proves(now seen) bool { return s.Changed != 0 && s == now }
