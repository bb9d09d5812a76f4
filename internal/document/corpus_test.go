package document

import (
	"os"
	"path/filepath"
	"testing"
	"unicode"

	"gongkai/internal/sitetest"
)

// readFile reads a file and fails on machine faults.
func readFile(t testing.TB, name string, opt Options) (*Document, []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, list, err := Read(t.Context(), filepath.Base(name), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		t.Logf("%s: %s: %s [%s]", d.Path, d.Severity, d.Message.ZH, d.Rule)
	}
	return doc, data
}

// figures are what is told of a document.
type figures struct{ blocks, han, headings, items, tables, pictures, notes, dropped int }

func count(doc *Document) (f figures) {
	f.notes, f.dropped = len(doc.Notes), len(doc.Dropped)
	for _, b := range doc.Blocks {
		f.blocks++
		switch b.Kind {
		case KindHeading:
			f.headings++
		case KindListItem:
			f.items++
		case KindTable:
			f.tables++
		case KindPicture:
			f.pictures++
		}
	}
	for _, c := range doc.Text() {
		if unicode.Is(unicode.Han, c) {
			f.han++
		}
	}
	return f
}

func TestCorpus(t *testing.T) {
	shared := sitetest.Require(t, "shared")
	var files []string
	for _, pattern := range []string{"corpus/*.docx", "corpus/*.txt", "seeds/*.txt"} {
		found, err := filepath.Glob(filepath.Join(shared, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 24 {
		t.Fatalf("only %d files", len(files))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			doc, _ := readFile(t, name, Options{})
			if doc == nil {
				t.Fatal("refused")
			}
			f := count(doc)
			t.Logf("%s %s %+v", doc.Format, doc.Encoding, f)
			if f.han < 1500 {
				t.Errorf("%d 汉字", f.han)
			}
		})
	}
}
