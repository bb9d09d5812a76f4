package publish

import (
	"slices"
	"strings"
	"testing"
)

func TestCacheControl(t *testing.T) {
	for name, want := range map[string]string{
		"assets/site.0123456789.css": Forever, "assets/a/b.x.abcdef0123.woff2": Forever, "assets/a/Seal.abcdef0123.PNG": Forever, "assets/site.0123456789.css.br": Forever, "assets/site.0123456789.css.gz": Forever,
		"assets/site.css": Revalidate, "assets/site.012345678.css": Revalidate, "assets/site.0123456789A.css": Revalidate, "index.html": Revalidate,
		"x/assets/site.0123456789.css": Revalidate, "manifest.sha256": Revalidate, "assets/0123456789.css": Revalidate,
	} {
		if got := CacheControl(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

func TestContentType(t *testing.T) {
	for name, want := range map[string]string{
		"a/INDEX.HTML": "text/html; charset=utf-8", "x.json": "application/json", "manifest.sha256": "text/plain; charset=utf-8", "x.et": "application/vnd.ms-excel", "x.unknown": "application/octet-stream",
		"x": "application/octet-stream", "x.html.br": "application/octet-stream", "x.html.gz": "application/gzip", "html": "application/octet-stream",
	} {
		if got := ContentType(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	types, endings := ContentTypes()
	n := 0
	for _, kind := range types {
		for _, end := range endings[kind] {
			if n++; ContentType("x."+end) != kind {
				t.Errorf("%s is %s, not %s", end, ContentType("x."+end), kind)
			}
		}
		if strings.HasPrefix(kind, "text/") && !strings.HasSuffix(kind, "; charset=utf-8") || strings.ContainsAny(kind, "\"\\$`{}\n") {
			t.Errorf("%q", kind)
		}
	}
	if n != len(contentTypes) || !slices.IsSorted(types) {
		t.Errorf("%d endings of %d, %q", n, len(contentTypes), types)
	}
}

func TestOriginals(t *testing.T) {
	var m Manifest
	for _, name := range []string{"a.html", "a.html.br", "a.html.gz", "b.gz", "c/.gz", "d", "d.br"} {
		m = append(m, Line{Path: name})
	}
	var got []string
	for _, l := range m.Originals() {
		got = append(got, l.Path)
	}
	if want := []string{"a.html", "b.gz", "c/.gz", "d"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestStagedIsRead gives back what was staged, kept or new, and refuses what was touched since.
func TestStagedIsRead(t *testing.T) {
	dest := t.TempDir() + "/public"
	for range 2 { // the second time the file is kept
		s, err := Open(t.Context(), Options{Destination: dest})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"b/a.html": "甲乙丙", "c": ""} {
			if _, err := s.Write(name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		files := s.Files()
		if len(files) != 2 || files[0].Path != "b/a.html" {
			t.Fatalf("%v", files)
		}
		var buf []byte
		for i, want := range []string{"甲乙丙", ""} {
			if buf, err = s.Read(files[i], buf); err != nil || string(buf) != want {
				t.Errorf("%q, %v", buf, err)
			}
		}
		wrong := files[0]
		wrong.Sum[0]++
		if _, err := s.Read(wrong, nil); err == nil {
			t.Error("a file with another sum is read")
		}
		if err := s.Abort(); err != nil {
			t.Fatal(err)
		}
		s, err = Open(t.Context(), Options{Destination: dest})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"b/a.html": "甲乙丙", "c": ""} {
			if _, err := s.Write(name, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
