package publish

import "golang.org/x/sys/unix"

// exchange lets two folders change places. APFS can, HFS+ cannot.
func exchange(aDir *folder, a string, bDir *folder, b string) error {
	aFD, err := aDir.fd()
	if err != nil {
		return err
	}
	bFD, err := bDir.fd()
	if err != nil {
		return err
	}
	return unsupported(unix.RenameatxNp(aFD, a, bFD, b, unix.RENAME_SWAP))
}

// isMountPoint is not asked here: the switch itself fails.
func isMountPoint(string) bool { return false }
