package document

import (
	"archive/zip"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// zipOf packs parts in the order of their names; those called "!…" come first, without the mark.
func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(strings.TrimPrefix(name, "!"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordNS   = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"`
	relsHead = xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	relType  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// tinyPNG is a picture of one dot.
const tinyPNG = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"

// docxOf makes a .docx of the content of w:body; more are further parts, whose relations it writes.
func docxOf(t testing.TB, body string, more map[string]string) []byte {
	t.Helper()
	parts := map[string]string{
		"[Content_Types].xml": xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"_rels/.rels":         relsHead + `<Relationship Id="rId1" Type="` + relType + `officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml":   xmlHead + "<w:document " + wordNS + "><w:body>" + body + "</w:body></w:document>",
	}
	rels := relsHead + `<Relationship Id="rLink" Type="` + relType + `hyperlink" Target="http://www.example.gov.cn/a" TargetMode="External"/>`
	for i, name := range slices.Sorted(maps.Keys(more)) {
		parts[name] = more[name]
		kind := strings.TrimSuffix(strings.TrimPrefix(name, "word/"), ".xml")
		if strings.HasPrefix(name, "word/media/") {
			kind = "image"
		}
		kind = strings.TrimRight(kind, "0123456789")
		if strings.HasPrefix(name, "word/") {
			rels += fmt.Sprintf(`<Relationship Id="r%d" Type="%s%s" Target="%s"/>`, i, relType, kind, strings.TrimPrefix(name, "word/"))
		}
	}
	parts["word/_rels/document.xml.rels"] = rels + "</Relationships>"
	return zipOf(t, parts)
}

// p makes a paragraph of one run; r a run.
func p(text string) string { return "<w:p>" + r(text) + "</w:p>" }
func r(text string) string { return `<w:r><w:t xml:space="preserve">` + text + "</w:t></w:r>" }

func stylesPart(styles string) string {
	return xmlHead + "<w:styles " + wordNS + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:eastAsia="仿宋"/><w:sz w:val="32"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>` + styles + "</w:styles>"
}
