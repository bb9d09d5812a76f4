package importer

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"

	"gongkai/internal/document"
)

func zipped(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(f, files[i+1])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOriginalLosesItsAuthor(t *testing.T) {
	core := `<cp:coreProperties><dc:creator>王某</dc:creator><cp:lastModifiedBy>李某</cp:lastModifiedBy><dc:title>总结</dc:title></cp:coreProperties>`
	data := zipped(t, "word/document.xml", "<w:t>王某某出席</w:t>", "docProps/core.xml", core, "docProps/app.xml", "<Company>某局</Company>", "docProps/custom.xml", `<Properties><property name="x"><vt:lpwstr>王某</vt:lpwstr></property></Properties>`)
	out, found := Original(Source{Path: "a.docx", Data: data, Doc: &document.Document{}})
	if len(found) > 0 {
		t.Fatal(found)
	}
	z, err := zip.NewReader(bytes.NewReader(out), int64(len(out)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, _ := f.Open()
		io.Copy(&all, r)
	}
	if s := all.String(); strings.Contains(s, "李某") || strings.Contains(s, "某局") || strings.Contains(s, "王某<") || !strings.Contains(s, "王某某出席") || !strings.Contains(s, "总结") {
		t.Errorf("left: %s", s)
	}
	pdf := "%PDF-1.4\n1 0 obj <</Author (Wang \\(x\\)) /Title (T)>> endobj\n<dc:creator><rdf:li>Wang</rdf:li></dc:creator>"
	out, found = Original(Source{Path: "a.pdf", Data: []byte(pdf), Doc: &document.Document{}})
	if len(found) > 0 || bytes.Contains(out, []byte("Wang")) || len(out) != len(pdf) || !bytes.Contains(out, []byte("(T)")) {
		t.Errorf("%q %v", out, found)
	}
}

func TestOriginalIsRefused(t *testing.T) {
	for name, src := range map[string]Source{
		"a comment":          {Path: "a.docx", Data: zipped(t, "x", "y"), Doc: &document.Document{Dropped: []document.Dropped{{Reason: document.ReasonComment}}}},
		"an embedded file":   {Path: "a.docx", Data: zipped(t, "word/embeddings/a.xlsx", "y"), Doc: &document.Document{}},
		"comments unread":    {Path: "a.docx", Data: zipped(t, "word/comments.xml", "y"), Doc: &document.Document{}},
		"an embedded in pdf": {Path: "a.pdf", Data: []byte("%PDF /EmbeddedFile"), Doc: &document.Document{}},
		"a web page":         {Path: "a.html", Data: []byte("<p>"), Doc: &document.Document{}},
		"an old Word file":   {Path: "a.doc", Data: []byte("\xd0\xcf"), Doc: &document.Document{}},
	} {
		if out, found := Original(src); out != nil || len(found) != 1 || found[0].Rule != "import-original" {
			t.Errorf("%s: %d bytes, %v", name, len(out), found)
		}
	}
}
