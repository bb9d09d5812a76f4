//go:build unix

package deploy

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"
)

// A named pipe is refused, not waited for.
func TestBundleIsAPipe(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe.tar.gz")
	must(t, syscall.Mkfifo(name, 0o644))
	if _, err := OpenBundle(t.Context(), name); !errors.Is(err, ErrBundle) {
		t.Errorf("got %v", err)
	}
}
