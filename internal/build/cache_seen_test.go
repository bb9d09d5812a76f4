package build

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// needTimes skips where files have no time of change, and every file is read.
func needTimes(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system has no time of change")
	}
}

// TestSeen: a file that looks as it did is not read again; one that only pretends to is.
func TestSeen(t *testing.T) {
	needTimes(t)
	name := filepath.Join(t.TempDir(), "a.md")
	writeFile(t, name, "甲")
	stat := func() os.FileInfo {
		t.Helper()
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info
	}
	_, _, device := changeTime(stat())
	later := witness{time.Now().Add(time.Minute), device}
	if fresh := (witness{time.Now(), device}).look(stat()); fresh.Changed != 0 || fresh.Size != 3 {
		t.Errorf("a file just written: %+v", fresh)
	}
	was := stat()
	first := later.look(was)
	if again := later.look(stat()); first.Changed == 0 || !first.proves(again) {
		t.Errorf("%+v, again %+v", first, again)
	}
	if (seen{Size: 3}).proves(seen{Size: 3}) {
		t.Error("two files that were too fresh to tell prove each other")
	}
	time.Sleep(20 * time.Millisecond) // past the grain of the clock
	writeFile(t, name, "乙")
	if err := os.Chtimes(name, time.Time{}, was.ModTime()); err != nil {
		t.Fatal(err)
	}
	if forged := later.look(stat()); first.proves(forged) {
		t.Errorf("same size and time of writing, other bytes: %+v", forged)
	}
}

// TestTrust: when a file's times prove nothing.
func TestTrust(t *testing.T) {
	began := time.Date(2026, 11, 22, 8, 0, 0, 5, time.UTC)
	w := witness{began, 7}
	old := began.Add(-time.Hour)
	for _, x := range []struct {
		label            string
		witness          witness
		written, changed time.Time
		device           uint64
		want             bool
	}{
		{"an old file", w, old, old, 7, true},
		{"just changed", w, old, began.Add(-time.Second), 7, false},
		{"just written, with the time of change of another clock", w, began.Add(-time.Second), old, 7, false},
		{"a clock put back", w, old, began.Add(time.Hour), 7, false},
		{"another disk mounted below", w, old, old, 8, false},
		{"a disk that is not steady", witness{began, 0}, old, old, 0, false},
		{"no clock", witness{time.Time{}, 7}, old, old, 7, false},
		{"a disk that counts in whole seconds", w, old, old.Truncate(time.Second), 7, false},
		{"no time of change", w, old, time.Unix(0, 0), 7, false},
	} {
		if got := x.witness.trusts(x.written, x.changed.UnixNano(), x.device); got != x.want {
			t.Errorf("%s: %t", x.label, got)
		}
	}
}

// TestSteady: what is no disk, and what is missing, is not relied on.
func TestSteady(t *testing.T) {
	for _, dir := range []string{"/proc", "/sys", "/dev/null/missing", ""} {
		if steadyDevice(dir) != 0 {
			t.Errorf("%q counts as a disk", dir)
		}
	}
}

// TestUnseenEdits: whatever is done to a text so that it looks as before, the next build has its words.
func TestUnseenEdits(t *testing.T) {
	forge := func(name, text string, was os.FileInfo) {
		t.Helper()
		writeFile(t, name, text)
		if err := os.Chtimes(name, was.ModTime(), was.ModTime()); err != nil {
			t.Fatal(err)
		}
	}
	for _, trick := range []struct {
		label string
		do    func(name, text string, was os.FileInfo)
	}{
		{"in its place", forge},
		{"another in its place", func(name, text string, was os.FileInfo) {
			forge(name+"~", text, was)
			if err := os.Rename(name+"~", name); err != nil {
				t.Fatal(err)
			}
		}},
		{"removed and made again", func(name, text string, was os.FileInfo) {
			if err := os.Remove(name); err != nil {
				t.Fatal(err)
			}
			forge(name, text, was)
		}},
		{"a second name", func(name, text string, was os.FileInfo) {
			forge(name+"~", text, was)
			if err := errors.Join(os.Remove(name), os.Link(name+"~", name)); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		for _, phase := range []string{"", "read", "render", "index"} { // when: between two builds, or in the course of one
			if phase != "" && trick.label != "in its place" {
				continue // seen enough
			}
			source := sampleSite(t)
			name := filepath.Join(source, "content", "110102", "wjw", "2023", "zongjie.md")
			text := strings.Replace(readFile(t, name), "服务", "甲甲", 1)
			opt := withCache(t, source, filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache"), "one")
			opt.Now = func() time.Time { return time.Now().Add(time.Hour) }
			mustBuild(t, opt)
			edit := sync.OnceFunc(func() {
				was, err := os.Stat(name)
				if err != nil {
					t.Fatal(err)
				}
				time.Sleep(20 * time.Millisecond) // past the grain of the clock
				trick.do(name, text, was)
			})
			if phase != "" {
				during := opt
				during.Progress = func(now string, done, all int) {
					if now == phase && done == all {
						edit()
					}
				}
				if _, err := Run(t.Context(), during); err != nil && !errors.As(err, new(*ChangedError)) {
					t.Fatal(err)
				}
			} else {
				edit()
			}
			mustBuild(t, opt)
			fresh := opt
			fresh.Cache, fresh.Destination = Cache{}, filepath.Join(t.TempDir(), "public")
			mustBuild(t, fresh)
			got, want := tree(t, opt.Destination), tree(t, fresh.Destination)
			if !maps.Equal(got, want) || !slices.ContainsFunc(slices.Collect(maps.Values(got)), func(s string) bool { return strings.Contains(s, "甲甲") }) {
				t.Errorf("%s, %q: the site is not that of its texts", trick.label, phase)
			}
		}
	}
}

// TestUnchangedIsNotRead: the second build knows every file by its looks; a clock and a disk of the machine's own are all it takes.
func TestUnchangedIsNotRead(t *testing.T) {
	needTimes(t)
	source := sampleSite(t)
	opt := withCache(t, source, filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "cache"), "one")
	opt.Now = func() time.Time { return time.Now().Add(time.Hour) }
	mustBuild(t, opt)
	b := &builder{Options: opt}
	b.Progress = func(string, int, int) {}
	src, err := b.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, f := range src.files { // what is not built has no text in the cache
		if e := src.memory.find(f.rel, f.seen.Size); e != nil {
			known++
			if e.Seen.proves(f.seen) != steady(source) {
				t.Errorf("%s: known by its looks: %t", f.rel, !steady(source))
			}
		}
	}
	if known < 3 {
		t.Errorf("%d of %d files are known", known, len(src.files))
	}
}
