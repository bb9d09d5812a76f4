package deploy

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"gongkai/internal/publish"
	"gongkai/internal/sitetest"
)

// TestSFTPFullDisk publishes to a disk of one megabyte.
func TestSFTPFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=1m"); err != nil {
		sitetest.Missing(t, "mount", "a small disk needs the right to mount one: "+err.Error())
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	servers(t, func(t *testing.T, s server) {
		dir, err := os.MkdirTemp(disk, "www")
		if err != nil {
			t.Fatal(err)
		}
		o := s.SFTPOptions
		o.Path = dir
		target := SFTPTarget(o)
		opt := options()
		deployed(t, target, sample(3, "1"), opt)
		large := sample(3, "2").with(site{"large.txt": strings.Repeat("x", 2<<20)})
		_, err = target.Deploy(t.Context(), large, opt)
		var problem *publish.Problem
		if !errors.Is(err, ErrFull) || !errors.As(err, &problem) || !strings.Contains(problem.Message.ZH, "已满") {
			t.Errorf("%v", err)
		}
		serves(t, dir, sample(3, "1"))
		deployed(t, target, sample(3, "2"), later(opt, 2*leaseTime))
		serves(t, dir, sample(3, "2"))
		tidy(t, dir)
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	})
}
