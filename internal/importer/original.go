package importer

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"gongkai/internal/diag"
	"gongkai/internal/document"
	"gongkai/internal/report"
)

// maxOriginal bounds what an office file may unpack to while its metadata is taken out.
const maxOriginal = 256 << 20

var (
	xmlPerson = regexp.MustCompile(`(?s)(<(?:[a-zA-Z]+:)?(?:creator|lastModifiedBy|Manager|Company|Author|Creator|Keywords|HyperlinkBase)(?: [^<>]*)?>)[^<]*(</)`)
	pdfPerson = regexp.MustCompile(`/(?:Author|Creator|Producer|Company|Manager|SourceModified)[ \r\n]*(?:\((?:[^()\\]|\\.)*\)|<[0-9A-Fa-f \r\n]*>)`)
	xmpPerson = regexp.MustCompile(`(?s)<(dc:creator|xmp:CreatorTool|pdf:Producer|pdf:Author)(?:>|\s).*?</(?:dc:creator|xmp:CreatorTool|pdf:Producer|pdf:Author)>`)
	objStream = regexp.MustCompile(`(?s)/Type[ ]*/ObjStm[^>]*>>[ \r\n]*stream\r?\n`)
)

// Original makes of the file as received the one that may be published beside the report: without the names of its authors. It refuses
// (a finding import-original, no bytes) a file that holds comments, tracked changes, hidden text or embedded files, and kinds that the
// site does not publish or whose metadata it cannot remove.
func Original(src Source) ([]byte, diag.List) {
	refuse := func(say diag.Text) ([]byte, diag.List) {
		return nil, diag.List{{Rule: "import-original", Severity: diag.Error, Path: src.Path, Message: diag.Text{ZH: "原件没有随报告保存：" + say.ZH, EN: "the original was not kept: " + say.EN},
			Hint: diag.Say("请清理后另存一份再导入，或不用 --keep-original", "clean it, save it again and import that, or leave out --keep-original")}}
	}
	for _, d := range src.Doc.Dropped {
		if slices.Contains([]document.Reason{document.ReasonComment, document.ReasonDeleted, document.ReasonHidden}, d.Reason) {
			return refuse(diag.Text{ZH: "带有" + d.Reason.Say().ZH, EN: "it holds a " + d.Reason.Say().EN})
		}
	}
	ext := strings.ToLower(strings.TrimPrefix(path.Ext(src.Path), "."))
	if !slices.Contains(report.PublishableTypes(), ext) {
		return refuse(diag.Say("网站不公开 .%s 文件", "the site does not publish .%s files", ext))
	}
	switch {
	case ext == "txt" || ext == "csv":
		return src.Data, nil
	case bytes.HasPrefix(src.Data, []byte("PK")):
		data, why, err := stripZip(src.Data)
		if err != nil {
			return refuse(diag.Say("无法重写：%v", "it cannot be rewritten: %v", err))
		} else if why != (diag.Text{}) {
			return refuse(why)
		}
		return data, nil
	case ext == "doc" || ext == "wps":
		data, why := stripWord(src.Data)
		if why != (diag.Text{}) {
			return refuse(why)
		}
		return data, nil
	case ext == "pdf":
		data, why := stripPDF(src.Data)
		if why != (diag.Text{}) {
			return refuse(why)
		}
		return data, nil
	}
	return refuse(diag.Say("无法清除 .%s 文件里的作者信息", "the author cannot be removed from a .%s file", ext))
}

// stripZip rewrites an office file: the persons in its properties are emptied, the properties that others have added are left out.
func stripZip(data []byte) ([]byte, diag.Text, error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, diag.Text{}, err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	total := int64(0)
	for _, f := range r.File {
		name := strings.ToLower(f.Name)
		if strings.Contains(name, "/embeddings/") || strings.HasSuffix(name, "vbaproject.bin") || strings.Contains(name, "/attachs/") {
			return nil, diag.Say("带有嵌入文件（%s）", "it holds an embedded file (%s)", f.Name), nil
		}
		if strings.HasPrefix(name, "word/comments") || strings.HasPrefix(name, "xl/comments") || strings.HasPrefix(name, "xl/threadedcomments") {
			return nil, diag.Say("带有批注", "it holds comments"), nil
		}
		text, err := readEntry(f, maxOriginal-total)
		if err != nil {
			return nil, diag.Text{}, err
		}
		total += int64(len(text))
		switch {
		case strings.HasPrefix(name, "docprops/custom"), strings.HasPrefix(name, "docprops/thumbnail"):
			text = emptied(name, text)
		case strings.HasPrefix(name, "docprops/"), name == "ofd.xml", name == "word/people.xml":
			text = xmlPerson.ReplaceAll(text, []byte("$1$2"))
		}
		entry, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return nil, diag.Text{}, err
		}
		if _, err := entry.Write(text); err != nil {
			return nil, diag.Text{}, err
		}
	}
	err = w.Close()
	return out.Bytes(), diag.Text{}, err
}

var property = regexp.MustCompile(`(?s)<property .*?</property>`)

func emptied(name string, text []byte) []byte {
	if strings.HasSuffix(name, ".xml") {
		return property.ReplaceAll(text, nil)
	}
	return nil
}

func readEntry(f *zip.File, limit int64) ([]byte, error) {
	rc, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer rc.Close()
	text, err := io.ReadAll(io.LimitReader(rc, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = fmt.Errorf("%s unpacks to more than %d MB", f.Name, maxOriginal>>20)
	}
	return text, err
}

// stripPDF overwrites the persons in a PDF's information with blanks of the same length, so that every offset in the file holds.
func stripPDF(data []byte) ([]byte, diag.Text) {
	if bytes.Contains(data, []byte("/EmbeddedFile")) {
		return nil, diag.Say("带有嵌入文件", "it holds an embedded file")
	}
	if bytes.Contains(data, []byte("/Encrypt")) {
		return nil, diag.Say("文件已加密，无法清除作者信息", "it is encrypted and its author cannot be removed")
	}
	for _, at := range objStream.FindAllIndex(data, -1) {
		z, err := zlib.NewReader(bytes.NewReader(data[at[1]:]))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(z, 16<<20))
		if bytes.Contains(text, []byte("/Author")) {
			return nil, diag.Say("作者信息在压缩的部分里，无法清除", "the author stands in a compressed part and cannot be removed")
		}
	}
	out := pdfPerson.ReplaceAllFunc(bytes.Clone(data), func(m []byte) []byte {
		i := bytes.IndexAny(m, "(<")
		for j := i + 1; j < len(m)-1; j++ {
			m[j] = ' '
		}
		return m
	})
	out = xmpPerson.ReplaceAllFunc(out, func(m []byte) []byte { return bytes.Repeat([]byte(" "), len(m)) })
	return out, diag.Text{}
}
