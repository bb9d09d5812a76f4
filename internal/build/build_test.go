package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gongkai"
	"gongkai/internal/diag"
	"gongkai/internal/publish"
)

func options(t testing.TB, source, dest string) Options {
	t.Helper()
	layouts, static, err := gongkai.Files()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Source: source, Destination: dest, Layouts: layouts, Static: static, FailOn: diag.Error,
		AsOf: func(zone *time.Location) time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, zone) },
	}
}

func mustBuild(t testing.TB, opt Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), opt)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Published {
		t.Fatalf("not published: %v", r.Found)
	}
	return r
}

// tree is a folder's files and what stands in them.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(dir, p)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func equalTrees(t testing.TB, what string, got, want map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("%s: %s is extra", what, name)
		}
	}
}

// TestEqualBytes is acceptance 4, first half: other folder, zone, locale and order of files, same tree.
func TestEqualBytes(t *testing.T) {
	first := filepath.Join(t.TempDir(), "public")
	r := mustBuild(t, options(t, "testdata/official", first))
	elsewhere := t.TempDir()
	copyReversed(t, "testdata/official", elsewhere)
	t.Setenv("TZ", "America/St_Johns")
	t.Setenv("LANG", "tr_TR.UTF-8")
	t.Setenv("LC_ALL", "tr_TR.UTF-8")
	local := time.Local
	time.Local = time.FixedZone("far", -12*3600)
	defer func() { time.Local = local }()
	second := filepath.Join(t.TempDir(), "other", "place")
	r2 := mustBuild(t, options(t, elsewhere, second))
	equalTrees(t, "second build", tree(t, second), tree(t, first))
	if r.Output.Tree != r2.Output.Tree {
		t.Errorf("tree hashes differ: %v, %v", r.Output.Tree, r2.Output.Tree)
	}
}

// copyReversed copies a site so that its files are made in the opposite order.
func copyReversed(t testing.TB, from, to string) {
	t.Helper()
	var names []string
	for name := range tree(t, from) {
		names = append(names, name)
	}
	files := tree(t, from)
	for i := len(names) - 1; i >= 0; i-- {
		p := filepath.Join(to, filepath.FromSlash(names[i]))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(files[names[i]]), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryWriteFailed is acceptance 4, second half: each operation on the disk fails in turn, and the old site stays as it was.
func TestEveryWriteFailed(t *testing.T) {
	for _, cause := range []error{syscall.ENOSPC, syscall.EIO, syscall.EACCES} {
		t.Run(fmt.Sprint(cause), func(t *testing.T) {
			dest := filepath.Join(t.TempDir(), "public")
			mustBuild(t, options(t, "testdata/official", dest))
			source := t.TempDir()
			copyReversed(t, "testdata/official", source)
			change(t, filepath.Join(source, "content/110102/wjw/2023/zongjie.md"))
			before := tree(t, dest)
			n, step := 0, 1
			if cause != syscall.ENOSPC && os.Getenv("GONGKAI_SOAK") == "" {
				step = 7 // one cause at every operation, the others at every seventh
			}
			for at := 1; ; at += step {
				faulty := &publish.Faulty{At: at, Err: cause}
				opt := options(t, source, dest)
				opt.Disk = faulty.Open
				r, err := Run(context.Background(), opt)
				if faulty.Hit() == "" {
					break
				}
				n++
				if err == nil && r.Published && r.Output.Litter != nil {
					before = tree(t, dest) // failed after the switch: the new site stands
					continue
				}
				if err == nil {
					t.Errorf("operation %d (%s) failed, and the build says nothing", at, faulty.Hit())
					continue
				}
				if !errors.Is(err, cause) || !strings.Contains(err.Error(), filepath.Dir(dest)) {
					t.Errorf("operation %d (%s): the message lacks path or cause: %v", at, faulty.Hit(), err)
				}
				equalTrees(t, faulty.Hit(), tree(t, dest), before)
				if t.Failed() {
					t.FailNow()
				}
			}
			t.Logf("%d operations failed in turn", n)
			if n < 20 {
				t.Errorf("only %d operations were met", n)
			}
		})
	}
}

func change(t testing.TB, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteString("\n补充一段说明。\n")
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
