package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestLinksAndLogs(t *testing.T) {
	dir := t.TempDir()
	disk, err := OpenDisk(dir)
	must(t, err)
	defer disk.Close()
	var d LinkFS = disk
	must(t, d.Mkdir("a"))
	must(t, d.Symlink("a", "link"))
	if err := d.Symlink("a", "link"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second link: %v", err)
	}
	if to, err := d.Readlink("link"); err != nil || to != "a" {
		t.Errorf("got %q, %v", to, err)
	}
	if _, err := d.Readlink("none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no link: %v", err)
	}
	must(t, d.Symlink("b", "new"))
	must(t, d.Rename("new", "link"))
	if to, err := d.Readlink("link"); err != nil || to != "b" {
		t.Errorf("renamed over: %q, %v", to, err)
	}
	for _, text := range []string{"one\n", "", "two\n"} {
		must(t, d.Append("a/log", []byte(text)))
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a", "log")); err != nil || string(text) != "one\ntwo\n" {
		t.Errorf("got %q, %v", text, err)
	}
	if err := d.Append("../log", []byte("x")); err == nil {
		t.Error("wrote outside of the folder")
	}
}

func TestFaultyLinksAndLogs(t *testing.T) {
	dir := t.TempDir()
	f := &Faulty{At: 2, Err: syscall.ENOSPC}
	opened, err := f.Open(dir)
	must(t, err)
	defer opened.Close()
	d := opened.(LinkFS)
	must(t, d.Symlink("a", "link"))
	if err := d.Append("log", []byte("four")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "log")); err != nil || string(text) != "fo" {
		t.Errorf("a failing append left %q, %v", text, err)
	}
	if to, err := d.Readlink("link"); err != nil || to != "a" {
		t.Errorf("got %q, %v", to, err)
	}
}
