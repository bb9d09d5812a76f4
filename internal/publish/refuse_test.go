package publish

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRefusedDestinations(t *testing.T) {
	const line = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  index.html\n"
	write := func(name, text string) func(string) error {
		return func(dir string) error {
			file := filepath.Join(dir, filepath.FromSlash(name))
			return errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(text), 0o644))
		}
	}
	manifest := "public/" + ManifestName
	cases := []struct {
		label string
		make  func(dir string) error
		dest  string
		kind  error // nil: accepted
	}{
		{"missing", write("x", ""), "public", nil},
		{"empty", func(dir string) error { return os.Mkdir(filepath.Join(dir, "public"), 0o755) }, "public", nil},
		{"manifest", write(manifest, line), "public", nil},
		{"files", write("public/notes.txt", "mine"), "public", ErrNotOurs},
		{"a file", write("public", "mine"), "public", ErrNotOurs},
		{"empty manifest", write(manifest, ""), "public", ErrNotOurs},
		{"manifest without end", write(manifest, strings.TrimSpace(line)), "public", ErrNotOurs},
		{"manifest of another form", write(manifest, "SHA256 (index.html) = e3b0c442"), "public", ErrNotOurs},
		{"binary manifest", write(manifest, strings.Replace(line, "  ", " *", 1)), "public", ErrNotOurs},
		{"capital digits", write(manifest, "E3B0"+line[4:]), "public", ErrNotOurs},
		{"manifest with a way out", write(manifest, line[:66]+"../x\n"), "public", ErrNotOurs},
		{"manifest of itself", write(manifest, line[:66]+ManifestName+"\n"), "public", ErrNotOurs},
		{"same line twice", write(manifest, line+line), "public", ErrNotOurs},
		{"manifest is a folder", write(manifest+"/x", ""), "public", ErrNotOurs},
		{"repository", func(dir string) error {
			return errors.Join(write(manifest, line)(dir), write("public/.git/HEAD", "ref")(dir))
		}, "public", ErrNotOurs},
		{"work tree", func(dir string) error {
			return errors.Join(write(manifest, line)(dir), write("public/.git", "gitdir: x")(dir))
		}, "public", ErrNotOurs},
		{"working folder is a file", write(".public.gongkai", "mine"), "public", ErrNotOurs},
		{"dangling link", func(dir string) error { return os.Symlink("nowhere", filepath.Join(dir, "public")) }, "public", ErrNotOurs},
		{"root", write("x", ""), "/", ErrProtected},
		{"nothing", write("x", ""), "", ErrProtected},
		{"source", write("src/content/a.md", ""), "src", ErrProtected},
		{"above the source", write("src/content/a.md", ""), ".", ErrProtected},
		{"input", write("src/content/a.md", ""), "src/content", ErrProtected},
		{"in an input", write("src/content/a.md", ""), "src/content/public", ErrProtected},
		{"in an input, by a link", func(dir string) error {
			return errors.Join(write("src/content/deep/a.md", "")(dir), os.Symlink(filepath.Join("src", "content", "deep"), filepath.Join(dir, "way")))
		}, "way/public", ErrProtected},
		{"in the source", write("src/content/a.md", ""), "src/public", nil},
		{"neighbour of an input", write("src/content/a.md", ""), "src/content2", nil},
	}
	for _, c := range cases {
		t.Run(c.label, func(t *testing.T) {
			dir := t.TempDir()
			must(t, c.make(dir))
			dest := filepath.Join(dir, c.dest)
			if c.dest == "/" || c.dest == "" {
				dest = c.dest
			}
			opt := Options{Destination: dest, Protected: []string{filepath.Join(dir, "src"), filepath.Join(dir, "none")},
				Inputs: []string{filepath.Join(dir, "src", "content"), filepath.Join(dir, "src", "layouts")}}
			before := tree(t, dir)
			s, err := Open(context.Background(), opt)
			if c.kind == nil {
				must(t, err)
				must(t, s.Abort())
			} else {
				var p *Problem
				if !errors.Is(err, c.kind) || !errors.As(err, &p) {
					t.Fatalf("got %v", err)
				}
				for _, text := range []Text{p.Message, p.Hint} {
					if text.ZH == "" || text.EN == "" || strings.Contains(text.ZH+text.EN, "%!") {
						t.Errorf("message %+v", text)
					}
				}
			}
			if !maps.Equal(before, tree(t, dir)) {
				t.Error("something was touched")
			}
		})
	}
}

// A destination that is a link stands for its target: the target is switched, the link stays.
func TestLinkedDestination(t *testing.T) {
	dir := t.TempDir()
	real, link := filepath.Join(dir, "srv", "real"), filepath.Join(dir, "public")
	must(t, os.MkdirAll(real, 0o755))
	if err := os.Symlink(filepath.Join("srv", "real"), link); err != nil {
		t.Skip(err)
	}
	mustRun(t, Options{Destination: link}, first)
	mustRun(t, Options{Destination: link}, second)
	holds(t, real, second)
	beside(t, real, "real", "real.manifest.json")
	if to, err := os.Readlink(link); err != nil || to != filepath.Join("srv", "real") {
		t.Errorf("the link is %q %v", to, err)
	}
}

func TestRefusedPaths(t *testing.T) {
	s := mustOpen(t, Options{Destination: filepath.Join(t.TempDir(), "public")})
	for _, name := range []string{"", ".", "..", "../a", "a/../b", "/a", "a/", "a//b", "./a", `a\b`, "a\x00b", "a\nb", "a\x7f", "\xff", ManifestName, ".git/config", ".GIT/x"} {
		if _, err := s.Write(name, nil); !errors.Is(err, ErrPath) {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"..a", "a..b", ".well-known/x", "汉字/空 格.html", "a:b", "~", ".gitignore"} {
		if err := CheckPath(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestCollisions(t *testing.T) {
	for _, c := range [][2]string{
		{"a.html", "a.html"},
		{"a.html", "A.html"},
		{"d/a.html", "D/b.html"},
		{"d/e/a.html", "d/E/f/b.html"},
		{"a", "a/b.html"},
		{"a/b.html", "a"},
		{"a/b/c.html", "A"},
		{"x", "X/y/z"},
		{"é.html", "É.html"},
		{"K.html", "\u212a.html"}, // the Kelvin sign
	} {
		s := mustOpen(t, Options{Destination: filepath.Join(t.TempDir(), "public")})
		_, err := s.Write(c[0], nil)
		must(t, err)
		_, err = s.Write(c[1], nil)
		if !errors.Is(err, ErrCollision) || !strings.Contains(err.Error(), c[0]) || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%q: %v", c, err)
		}
		if _, err := s.Commit(context.Background()); !errors.Is(err, ErrCollision) {
			t.Errorf("%q: committed: %v", c, err)
		}
	}
	s := mustOpen(t, Options{Destination: filepath.Join(t.TempDir(), "public")})
	if _, err := s.Write("Manifest.SHA256", nil); !errors.Is(err, ErrCollision) {
		t.Errorf("the manifest in capitals: %v", err)
	}
}

func TestEmptySite(t *testing.T) {
	dest := filepath.Join(t.TempDir(), "public")
	mustRun(t, Options{Destination: dest}, first)
	if _, err := run(Options{Destination: dest}, nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("got %v", err)
	}
	holds(t, dest, first)
}

func FuzzManifest(f *testing.F) {
	f.Add([]byte("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a/b.html\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := ParseManifest(text)
		if err != nil {
			return
		}
		if string(m.Bytes()) != string(text) {
			t.Errorf("%q is read, but written as %q", text, m.Bytes())
		}
		for _, l := range m {
			if !filepath.IsLocal(filepath.FromSlash(l.Path)) {
				t.Errorf("%q leads out", l.Path)
			}
		}
	})
}
