//go:build !linux && !darwin

package publish

import "errors"

// exchange is not to be had: two renames take its place.
func exchange(_ *folder, _ string, _ *folder, _ string) error { return errors.ErrUnsupported }

// isMountPoint is not asked here: the switch itself fails.
func isMountPoint(string) bool { return false }
