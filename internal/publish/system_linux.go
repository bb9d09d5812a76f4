package publish

import (
	"golang.org/x/sys/unix"
)

// exchange lets two folders change places. Old kernels and some file systems cannot.
func exchange(aDir *folder, a string, bDir *folder, b string) error {
	aFD, err := aDir.fd()
	if err != nil {
		return err
	}
	bFD, err := bDir.fd()
	if err != nil {
		return err
	}
	return unsupported(unix.Renameat2(aFD, a, bFD, b, unix.RENAME_EXCHANGE))
}

// isMountPoint asks the kernel (5.8 and later; before, the switch itself fails).
func isMountPoint(name string) bool {
	var info unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, name, unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, 0, &info)
	return err == nil && info.Attributes&info.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0
}
