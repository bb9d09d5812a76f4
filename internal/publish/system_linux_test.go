package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A parent that cannot be written to. Root may write anywhere, so its test thread becomes another user for the file system.
func TestUnwritableParent(t *testing.T) {
	dir, err := os.MkdirTemp("", "publish") // not t.TempDir: its parents are closed to others
	must(t, err)
	t.Cleanup(func() { os.Chmod(dir, 0o755); os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o555))
	dest := filepath.Join(dir, "public")
	result := make(chan error)
	go func() {
		if os.Getuid() == 0 {
			runtime.LockOSThread() // never unlocked: the thread ends with this function
			if _, err := unix.SetfsuidRetUid(65534); err != nil {
				result <- err
				return
			}
		}
		_, err := Open(context.Background(), Options{Destination: dest})
		result <- err
	}()
	err = <-result
	var at *fs.PathError
	if !errors.Is(err, fs.ErrPermission) || !errors.As(err, &at) || at.Op != "mkdir" || at.Path != filepath.Join(dir, ".public.gongkai") {
		t.Errorf("got %v", err)
	}
	beside(t, dest)
}

// A real mount, in a name space of one thread.
func TestMountPoint(t *testing.T) {
	dir := t.TempDir()
	dest, other := filepath.Join(dir, "public"), filepath.Join(dir, "other")
	mustRun(t, Options{Destination: dest}, first)
	must(t, os.Mkdir(other, 0o755))
	result := make(chan [2]error)
	go func() {
		runtime.LockOSThread() // never unlocked
		err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS)
		if err == nil {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = unix.Mount(other, dest, "", unix.MS_BIND, "")
		}
		if err != nil {
			result <- [2]error{err}
			return
		}
		_, err = Open(context.Background(), Options{Destination: dest})
		result <- [2]error{nil, err}
	}()
	r := <-result
	if r[0] != nil {
		t.Skip("cannot mount here: ", r[0])
	}
	if !errors.Is(r[1], ErrMountPoint) {
		t.Errorf("got %v", r[1])
	}
	holds(t, dest, first)
	beside(t, dest, "other", "public", "public.manifest.json")
}

// A umask is kept to, and old files of another umask are not taken over.
func TestUmask(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	was := unix.Umask(0o077)
	r, err := run(Options{Destination: dest}, second)
	unix.Umask(was)
	must(t, err)
	if r.Unchanged != 0 {
		t.Errorf("%+v", r)
	}
	info, err := os.Stat(filepath.Join(dest, "index.html"))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if r := mustRun(t, Options{Destination: dest}, second); r.Unchanged != 0 {
		t.Errorf("%+v", r)
	}
	holds(t, dest, second)
}
