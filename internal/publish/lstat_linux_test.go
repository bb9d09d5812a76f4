package publish

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLstatAtOnce: what the kernel says in one step is what the way through the folders says, and nothing is reached over a link or above.
func TestLstatAtOnce(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, "in", name) }
	must(t, os.MkdirAll(at("a/b"), 0o750))
	must(t, os.WriteFile(at("a/b/c.html"), []byte("页"), 0o640))
	must(t, os.WriteFile(at("odd"), nil, 0o600))
	must(t, os.Chmod(at("odd"), 0o4711|fs.ModeSetuid|fs.ModeSticky))
	must(t, os.WriteFile(filepath.Join(dir, "outside"), nil, 0o600))
	must(t, os.Symlink("a", at("way")))
	must(t, os.Symlink("../../outside", at("a/out")))
	must(t, unix.Mkfifo(at("pipe"), 0o600))
	d, err := OpenDisk(filepath.Join(dir, "in"))
	must(t, err)
	defer d.Close()
	for _, name := range []string{".", "a", "a/b", "a/b/c.html", "odd", "way", "a/out", "pipe", "none", "a/none/x", "odd/x", "way/b", "way/b/c.html", "a/out/x", "../outside", "a/../../outside", "/etc"} {
		want, wantErr := d.lstat(name)
		got, gotErr := d.Lstat(name)
		if (gotErr == nil) != (wantErr == nil) || os.IsNotExist(gotErr) != os.IsNotExist(wantErr) {
			t.Errorf("%q: %v, want %v", name, gotErr, wantErr)
			continue
		}
		if wantErr != nil {
			continue
		}
		if got.Name() != want.Name() && name != "." || got.Size() != want.Size() || got.Mode() != want.Mode() || got.IsDir() != want.IsDir() || !got.ModTime().Equal(want.ModTime()) || inode(got) != inode(want) {
			t.Errorf("%q: %v %d %v %v %d, want %v %d %v %v %d", name, got.Name(), got.Size(), got.Mode(), got.ModTime(), inode(got), want.Name(), want.Size(), want.Mode(), want.ModTime(), inode(want))
		}
	}
	if _, _, ok := d.lstatAtOnce("a/b/c.html"); !ok {
		t.Log("this kernel or sandbox has no openat2: only the other way was tried")
	}
}
