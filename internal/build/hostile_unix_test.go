//go:build unix

package build

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"gongkai/internal/diag"
)

// TestPipes: a pipe or a socket is reported and never opened. With --fail-on none the rest is published, unless the site's shape hangs on it.
func TestPipes(t *testing.T) {
	for name, publishes := range map[string]bool{
		"content/610112/wjj/2023/a.md": true, "content/a.md": true, "content/610112/_defaults.yaml": true, "content/610112/wjj/2022/b/a.pdf": true,
		"layouts/home.html": true, "layouts/_base.html": true, "static/a.css": true, "static/a.txt": true, "gongkai.yaml": false,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.write("content/610112/wjj/2022/b/index.md", goodReport)
			s.remove(name)
			if err := os.MkdirAll(filepath.Dir(s.at(name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(s.at(name), 0o644); err != nil {
				t.Skip("no pipes here:", err)
			}
			for _, failOn := range []diag.Severity{diag.Error, diag.None} {
				r, err := s.build(failOn)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(rulesOf(r.Found), "irregular-file") {
					t.Errorf("found %v", rulesOf(r.Found))
				}
				if want := publishes && failOn == diag.None; r.Published != want {
					t.Errorf("--fail-on %s: published %t", failOn, r.Published)
				}
			}
		})
	}
	t.Run("content", func(t *testing.T) {
		s := newSite(t)
		s.remove("content")
		if err := syscall.Mkfifo(s.at("content"), 0o644); err != nil {
			t.Skip("no pipes here:", err)
		}
		if _, err := s.build(diag.None); err == nil {
			t.Error("content is a pipe, and the build says nothing")
		}
	})
	t.Run("socket", func(t *testing.T) {
		s := newSite(t)
		t.Chdir(s.at("content/610112/wjj/2023")) // the path of a socket is short
		l, err := net.Listen("unix", "a.md")
		if err != nil {
			t.Skip("no sockets here:", err)
		}
		defer l.Close()
		r, err := s.build(diag.Error)
		if err != nil || !slices.Contains(rulesOf(r.Found), "irregular-file") {
			t.Error(err, r)
		}
	})
}
