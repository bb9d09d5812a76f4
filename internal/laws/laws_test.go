// Package laws holds the tests of the repository's own rules: what may import what, what stands in one place only, what must not stand
// anywhere. A rule with a test needs no reviewer. Every law is a function from text to a list of breaches, so that its own test can show
// that it is able to fail; a Test… function applies it to the files of the repository.
package laws

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// mainFile is the one file that touches the process: arguments, standard streams, exit code, clock.
const mainFile = "cmd/gongkai/main.go"

// root is the top of the repository, seen from this package.
func root(name string) string { return filepath.Join("..", "..", filepath.FromSlash(name)) }

// tracked lists the files of the repository, slash-separated and sorted: those of git and those that it would take. Outside a
// clone it lists what is there.
func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "-C", root("."), "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return walked(t)
	}
	var names []string
	for name := range strings.SplitSeq(string(out), "\x00") {
		// A file that was deleted but not yet committed is still in git's list.
		if _, err := os.Lstat(root(name)); name != "" && err == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func walked(t *testing.T) []string {
	t.Helper()
	var names []string
	err := fs.WalkDir(os.DirFS(root(".")), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains([]string{".git", ".gongkai", "public"}, d.Name()) {
			return fs.SkipDir
		}
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// content returns a file's text, and whether it is text at all.
func content(t *testing.T, name string) (text string, ok bool) {
	t.Helper()
	b, err := os.ReadFile(root(name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false // removed since it was listed
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(b), utf8.Valid(b) && !strings.Contains(string(b), "\x00")
}

// texts yields every tracked text file.
func texts(t *testing.T) func(yield func(name, text string) bool) {
	return func(yield func(string, string) bool) {
		for _, name := range tracked(t) {
			if text, ok := content(t, name); ok && !yield(name, text) {
				return
			}
		}
	}
}

// goSources yields the program's own Go files: no tests, no testdata, no programs of scripts/ and bench/, which are no part of it.
func goSources(t *testing.T) func(yield func(name, text string) bool) {
	return func(yield func(string, string) bool) {
		for name, text := range texts(t) {
			if isSource(name) && !yield(name, text) {
				return
			}
		}
	}
}

func isSource(name string) bool {
	return path.Ext(name) == ".go" && !strings.HasSuffix(name, "_test.go") && !strings.Contains(name, "testdata/") &&
		!strings.HasPrefix(name, "scripts/") && !strings.HasPrefix(name, "bench/")
}

// breach is one sentence about one place.
func breach(l *[]string, place, format string, args ...any) {
	*l = append(*l, place+": "+fmt.Sprintf(format, args...))
}

func report(t *testing.T, breaches []string) {
	t.Helper()
	for _, b := range breaches {
		t.Error(b)
	}
}

// wantBreaches compares the breaches that a law finds in a bad example with parts of their sentences, in order.
func wantBreaches(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d breaches, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range got {
		if !strings.Contains(got[i], want[i]) {
			t.Errorf("breach %q, want %q", got[i], want[i])
		}
	}
}
