package deploy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"gongkai/internal/publish"
)

// old or new: the target serves one of them whole.
func either(t *testing.T, dir string, a, b site) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "current", publish.ManifestName))
	must(t, err)
	if string(text) == string(a.Manifest().Bytes()) {
		serves(t, dir, a)
	} else {
		serves(t, dir, b)
	}
}

// Every operation (in plain runs every seventh) fails in turn, by an error or by the death of the process: readers have the old release or the new one, and the
// next run ends well and leaves nothing lying about.
func TestEveryOperationFails(t *testing.T) {
	one, two := secretSite("1"), noticeSite("2")
	for _, kind := range []struct {
		name  string
		err   error
		kill  bool
		reads bool
	}{
		{"error", syscall.EIO, false, false},
		{"error while reading", syscall.EIO, false, true},
		{"full", syscall.ENOSPC, false, false},
		{"killed", nil, true, false},
		{"no links", syscall.EPERM, false, false},
	} {
		t.Run(kind.name, func(t *testing.T) {
			for at := 1; ; at += times(7, 3, 1) {
				if !failAt(t, &publish.Faulty{At: at, Err: kind.err, Kill: kind.kill, Reads: kind.reads}, one, two) || t.Failed() {
					break
				}
			}
		})
	}
}

// failAt deploys two over one with a fault, and reports whether the fault was met.
func failAt(t *testing.T, fault *publish.Faulty, one, two site) bool {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "www")
	whole := FolderTarget(FolderOptions{Name: "www", Path: dir})
	opt := options()
	deployed(t, whole, one, opt)
	broken := FolderTarget(FolderOptions{Name: "www", Path: dir, open: fault.Open})
	_, err := broken.Deploy(t.Context(), two, opt)
	hit := fault.Hit()
	if hit == "" {
		must(t, err)
		return false
	}
	where := fmt.Sprintf("operation %d, %s (%v)", fault.At, hit, err)
	if errors.Is(fault.Err, syscall.ENOSPC) && err != nil && errors.Is(err, syscall.ENOSPC) && !errors.Is(err, ErrFull) && !errors.Is(err, ErrVerify) {
		t.Errorf("%s: the message does not say that the disk is full", where)
	}
	either(t, dir, one, two)
	// The lock of a killed process that is this very one looks alive: it is as if time had passed.
	os.Remove(filepath.Join(dir, "lock"))
	if _, err := whole.Deploy(t.Context(), two, opt); err != nil {
		t.Errorf("%s: the next run: %v", where, err)
	}
	serves(t, dir, two)
	vanished(t, dir, secret)
	tidy(t, dir)
	if l := logged(t, filepath.Join(dir, "releases.jsonl")); len(l) < 2 || l[len(l)-1].Tree != two.Manifest().Tree().String() {
		t.Errorf("the log does not end with what is published: %+v", l)
	}
	if t.Failed() {
		t.Log(where)
	}
	return true
}

// A first deploy fails at every operation: there is nothing, or all of it.
func TestFirstDeployFails(t *testing.T) {
	one := sample(3, "1")
	for at := 1; ; at += times(7, 3, 1) {
		dir := filepath.Join(t.TempDir(), "www")
		fault := &publish.Faulty{At: at, Kill: at%2 == 0, Err: syscall.EIO}
		_, err := FolderTarget(FolderOptions{Path: dir, open: fault.Open}).Deploy(t.Context(), one, options())
		if fault.Hit() == "" {
			must(t, err)
			return
		}
		if _, err := os.Lstat(filepath.Join(dir, "current")); err == nil {
			serves(t, dir, one)
		}
		os.Remove(filepath.Join(dir, "lock"))
		deployed(t, FolderTarget(FolderOptions{Path: dir}), one, options())
		serves(t, dir, one)
		tidy(t, dir)
		if t.Failed() {
			t.Fatalf("operation %d, %s", at, fault.Hit())
		}
	}
}

// What has arrived is not sent again.
func TestResume(t *testing.T) {
	one := sample(40, "1")
	count := &publish.Faulty{}
	dir := filepath.Join(t.TempDir(), "www")
	deployed(t, FolderTarget(FolderOptions{Path: dir, open: count.Open}), one, options())
	for _, share := range []int{60, 80} {
		dir := filepath.Join(t.TempDir(), "www")
		fault := &publish.Faulty{At: count.Count() * share / 100, Err: syscall.EPIPE}
		_, err := FolderTarget(FolderOptions{Path: dir, open: fault.Open}).Deploy(t.Context(), one, options())
		if !errors.Is(err, syscall.EPIPE) {
			t.Fatalf("got %v", err)
		}
		r := deployed(t, FolderTarget(FolderOptions{Path: dir}), one, options())
		if r.Sent == 0 || r.Sent > len(one)*(120-share)/100 || len(r.Notes) != 1 {
			t.Errorf("cut after %d %%: sent %d of %d, notes %v", share, r.Sent, len(one), r.Notes)
		}
		serves(t, dir, one)
		tidy(t, dir)
	}
}

// Another site comes instead of the one that was cut off.
func TestAbandoned(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "www")
	fault := &publish.Faulty{At: 40, Err: syscall.EPIPE}
	if _, err := FolderTarget(FolderOptions{Path: dir, open: fault.Open}).Deploy(t.Context(), secretSite("1"), options()); err == nil {
		t.Fatal("nothing failed")
	}
	two := noticeSite("2")
	deployed(t, FolderTarget(FolderOptions{Path: dir}), two, options())
	serves(t, dir, two)
	tidy(t, dir)
	vanished(t, dir, secret)
}

// noLinks is a disk without hard links.
type noLinks struct{ *publish.Disk }

func (noLinks) Link(string, string) error { return syscall.EPERM }

func TestWithoutLinks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "www")
	target := FolderTarget(FolderOptions{Path: dir, open: func(dir string) (publish.FS, error) {
		d, err := publish.OpenDisk(dir)
		return noLinks{d}, err
	}})
	one, two := sample(5, "1"), sample(5, "2")
	deployed(t, target, one, options())
	// A source that holds the changes only: the rest is copied at the target.
	old := sums(one.Manifest())
	part := delta{two, site{}}
	for name, text := range two {
		if sum, ok := old.find(name); !ok || sum != func() publish.Sum { s, _ := sums(two.Manifest()).find(name); return s }() {
			part.site[name] = text
		}
	}
	r := deployed(t, target, part, options())
	if r.Linked != 0 || r.Sent != len(two) || r.Carried != 2 {
		t.Errorf("%+v", r)
	}
	serves(t, dir, two)
	tidy(t, dir)
	_, err := target.Rollback(t.Context(), "", options())
	must(t, err)
	serves(t, dir, one)
}

// delta is a source of all of a site whose files it has only in part.
type delta struct {
	all  site
	site // the part
}

func (d delta) Manifest() publish.Manifest { return d.all.Manifest() }

// noSymlinks is a disk without symbolic links.
type noSymlinks struct{ *publish.Disk }

func (noSymlinks) Symlink(string, string) error { return syscall.EPERM }

func TestWithoutSymlinks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "www")
	target := FolderTarget(FolderOptions{Path: dir, open: func(dir string) (publish.FS, error) {
		d, err := publish.OpenDisk(dir)
		return noSymlinks{d}, err
	}})
	_, err := target.Deploy(t.Context(), sample(5, "1"), options())
	var no *publish.Problem
	if !errors.Is(err, ErrNoLinks) || !errors.As(err, &no) || !strings.Contains(no.Hint.ZH, "in-place") {
		t.Errorf("got %v", err)
	}
	if n := len(releasesOf(t, dir)); n != 0 {
		t.Errorf("%d releases were sent all the same", n)
	}
}
