package importer

import (
	"bytes"
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"gongkai/internal/document"
	"gongkai/internal/sitetest"
)

// oldWord is a .doc as LibreOffice writes it, by an author 欧阳某某.
func oldWord(t *testing.T) []byte {
	t.Helper()
	if testing.Short() {
		t.Skip("starts LibreOffice")
	}
	soffice, err := exec.LookPath("soffice")
	if err != nil {
		sitetest.Missing(t, "libreoffice", "no soffice in PATH")
	}
	const rel = "http://schemas.openxmlformats.org/"
	data := zipped(t,
		"[Content_Types].xml", `<Types xmlns="`+rel+`package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`,
		"_rels/.rels", `<Relationships xmlns="`+rel+`package/2006/relationships"><Relationship Id="a" Type="`+rel+`officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="b" Type="`+rel+`package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`,
		"word/document.xml", `<w:document xmlns:w="`+rel+`wordprocessingml/2006/main"><w:body>`+strings.Repeat(`<w:p><w:r><w:t>一、治水。巡查河道若干。</w:t></w:r></w:p>`, 60)+`</w:body></w:document>`,
		"docProps/core.xml", `<cp:coreProperties xmlns:cp="`+rel+`package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>欧阳某某</dc:creator><cp:lastModifiedBy>欧阳某某</cp:lastModifiedBy></cp:coreProperties>`)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.docx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, soffice, "-env:UserInstallation=file://"+filepath.ToSlash(dir)+"/profile", "--headless", "--convert-to", "doc:MS Word 97", "--outdir", dir, filepath.Join(dir, "a.docx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	made, err := os.ReadFile(filepath.Join(dir, "a.doc"))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// holds looks for a name in both ways in which Word writes text.
func holds(data []byte, name string) bool {
	var wide []byte
	for _, u := range utf16.Encode([]rune(name)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	return bytes.Contains(data, wide) || bytes.Contains(data, []byte(name))
}

func TestOriginalOfOldWord(t *testing.T) {
	before := oldWord(t)
	if !holds(before, "欧阳某某") {
		t.Fatal("the file does not name its author: nothing to show")
	}
	out, found := Original(Source{Path: "a.doc", Data: before, Doc: &document.Document{}})
	if len(found) > 0 || len(out) != len(before) {
		t.Fatalf("%d bytes of %d, %v", len(out), len(before), found)
	}
	if holds(out, "欧阳某某") {
		t.Error("the author is still there")
	}
	doc, list, err := document.Read(t.Context(), "a.doc", out, document.Options{})
	if err != nil || doc == nil {
		t.Fatal(list, err)
	}
	if want := strings.Repeat("\n一、治水。巡查河道若干。", 60)[1:]; doc.Text() != want {
		t.Errorf("the text is not the same: %q", doc.Text())
	}
	// a damaged one is cleaned or refused
	rnd := rand.New(rand.NewPCG(3, 1))
	for range 300 {
		data := bytes.Clone(before)
		for range 1 + rnd.IntN(20) {
			data[rnd.IntN(min(len(data), 2048+rnd.IntN(len(data))))] = byte(rnd.IntN(256))
		}
		if rnd.IntN(4) == 0 {
			data = data[:rnd.IntN(len(data))]
		}
		if out, found := Original(Source{Path: "a.wps", Data: data, Doc: &document.Document{}}); (out == nil) == (len(found) == 0) || out != nil && len(out) != len(data) {
			t.Fatalf("%d bytes of %d, %v", len(out), len(data), found)
		}
	}
}

func FuzzOldWord(f *testing.F) {
	head := make([]byte, 2048)
	copy(head, compoundMagic)
	head[0x1E], head[0x20] = 9, 6
	f.Add(head)
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, why := stripWord(data); (out == nil) == (why.ZH == "") {
			t.Fatalf("%d bytes, %v", len(out), why)
		}
	})
}
