//go:build unix

package publish

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestVerifyOddFiles: links, pipes and folders in the place of files, files in the place of folders.
func TestVerifyOddFiles(t *testing.T) {
	dir, x := released(t)
	at := func(name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }
	// A link to the very bytes that belong there: they can change without the site.
	copied := filepath.Join(t.TempDir(), "copy")
	must(t, os.WriteFile(copied, []byte(x["index.html"]), 0o644))
	must(t, os.Remove(at("index.html")))
	must(t, os.Symlink(copied, at("index.html")))
	must(t, os.Symlink("610112", at("more")))
	must(t, os.Symlink("nowhere", at("dangling")))
	must(t, os.Remove(at("610112/index.html")))
	must(t, syscall.Mkfifo(at("610112/index.html"), 0o644)) // reading it would wait for ever
	must(t, syscall.Mkfifo(at("pipe"), 0o644))
	must(t, os.RemoveAll(at("gone/only")))
	must(t, os.WriteFile(at("gone/only"), nil, 0o644))
	must(t, os.Remove(at("empty.txt")))
	must(t, os.MkdirAll(at("empty.txt/deep"), 0o755))
	must(t, os.WriteFile(at("empty.txt/deep/x"), nil, 0o644))
	must(t, os.MkdirAll(at("hollow/folder"), 0o755))
	wantFound(t, verified(t, dir),
		"special 610112/index.html", "link dangling", "missing empty.txt", "extra empty.txt/deep/x", "extra gone/only", "missing gone/only/here.html",
		"link index.html", "link more", "special pipe")
}

// TestVerifyLinkedFolder: the link to the release in use is followed, and only that.
func TestVerifyLinkedFolder(t *testing.T) {
	dir, x := released(t)
	root := filepath.Dir(dir)
	must(t, os.Symlink("public", filepath.Join(root, "current")))
	v := verified(t, filepath.Join(root, "current"))
	wantFound(t, v)
	if v.Same != len(x) {
		t.Errorf("%d files", v.Same)
	}
	_, err := VerifyFolder(t.Context(), root, VerifyOptions{})
	var no *Problem
	if !errors.As(err, &no) || !errors.Is(err, ErrNoManifest) || !strings.Contains(no.Hint.ZH, filepath.Join(root, "current")) {
		t.Errorf("a target's folder: %v", err)
	}
}
