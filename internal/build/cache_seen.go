package build

import (
	"io/fs"
	"time"
)

// seen is how a file looked when it was read. The time of change cannot be set by hand, as the time of the last write can, so a file that
// still looks like this has the bytes that were read then. Fields are exported for gob.
type seen struct {
	Size    int64
	Written int64  // nanoseconds since 1970
	Changed int64  // the same; 0 when the system has no such time, or when it was too fresh to tell
	Inode   uint64 // or its like
}

// seenAt is how a file looks at a moment. Within the grain of a file system's clock a second write leaves no trace, so a file that has
// only just been changed must be read again next time.
func seenAt(info fs.FileInfo, now time.Time) seen {
	s := seen{Size: info.Size()}
	changed, inode := changeTime(info)
	if changed != 0 && !now.IsZero() && now.Sub(time.Unix(0, changed)) > racy && now.Sub(info.ModTime()) > racy {
		s.Written, s.Changed, s.Inode = info.ModTime().UnixNano(), changed, inode
	}
	return s
}

// proves reports whether a file that looks so now is the one that was read.
func (s seen) proves(now seen) bool { return s.Changed != 0 && s == now }
