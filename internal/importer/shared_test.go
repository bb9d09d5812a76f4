package importer

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gongkai/internal/document"
)

// shared finds a folder of the real documents beside the checkout. Without them the test is skipped, or fails when GONGKAI_REQUIRE
// holds "shared".
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	dir := filepath.Join(append([]string{"..", "..", "..", "shared"}, parts...)...)
	if _, err := os.Stat(dir); err != nil {
		if strings.Contains(os.Getenv("GONGKAI_REQUIRE"), "shared") {
			t.Fatalf("required: %v", err)
		}
		t.Skipf("needs the real documents beside the checkout: %v", err)
	}
	return dir
}

// importFile reads and imports one file.
func importFile(t testing.TB, im *Importer, name string) *Result {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, found, err := document.Read(context.Background(), filepath.ToSlash(name), data, document.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if doc == nil {
		t.Fatalf("%s is refused: %v", name, found)
	}
	return im.Import(Source{Path: filepath.ToSlash(name), Data: data, Doc: doc})
}

// importText imports a text as a file of its own would be.
func importText(t testing.TB, im *Importer, text string) *Result {
	t.Helper()
	doc, found, err := document.Read(context.Background(), "in/a.txt", []byte(text), document.Options{})
	if err != nil || doc == nil {
		t.Fatalf("%v %v", err, found)
	}
	return im.Import(Source{Path: "in/a.txt", Data: []byte(text), Doc: doc})
}
