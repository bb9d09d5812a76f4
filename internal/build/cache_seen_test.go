package build

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestSeen: a file that looks as it did is not read again; one that only pretends to is.
func TestSeen(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system has no time of change")
	}
	name := filepath.Join(t.TempDir(), "a.md")
	writeFile(t, name, "甲")
	look := func(late time.Duration) seen {
		t.Helper()
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return seenAt(info, time.Now().Add(late))
	}
	if fresh := look(0); fresh.Changed != 0 || fresh.Size != 3 {
		t.Errorf("a file just written: %+v", fresh)
	}
	first := look(time.Minute)
	if again := look(time.Minute); first.Changed == 0 || !first.proves(again) {
		t.Errorf("%+v, again %+v", first, again)
	}
	if (seen{Size: 3}).proves(seen{Size: 3}) {
		t.Error("two files that were too fresh to tell prove each other")
	}
	was, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond) // past the grain of the clock
	writeFile(t, name, "乙")
	if err := os.Chtimes(name, time.Time{}, was.ModTime()); err != nil {
		t.Fatal(err)
	}
	if forged := look(time.Minute); first.proves(forged) {
		t.Errorf("same size and time of writing, other bytes: %+v", forged)
	}
}

// TestUnchangedIsNotRead: the second build knows every file by its looks, and a clock is all it takes.
func TestUnchangedIsNotRead(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("this system has no time of change")
	}
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
			if !e.Seen.proves(f.seen) {
				t.Errorf("%s is read again", f.rel)
			}
		}
	}
	if known < 3 {
		t.Errorf("%d of %d files are known", known, len(src.files))
	}
}
