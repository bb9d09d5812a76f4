package document

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"gongkai/internal/diag"
)

// magics are the first bytes of files that are told by them. What begins with "-" is refused by name.
var magics = []struct{ prefix, format string }{
	{"{\\rtf", "rtf"},
	{"\x89PNG", "-png"}, {"\xff\xd8\xff", "-jpeg"}, {"GIF8", "-gif"}, {"BM", "-bmp"}, {"II*\x00", "-tiff"}, {"MM\x00*", "-tiff"},
	{"Rar!", "-rar"}, {"7z\xbc\xaf", "-7z"}, {"\x1f\x8b", "-gzip"}, {"MZ", "-exe"}, {"\x7fELF", "-exe"}, {"SQLite format 3", "-sqlite"},
	{"CAJ", "-caj"}, {"HN\x00\x00", "-caj"}, {"KDH ", "-caj"},
}

var foreignFormats = map[string]diag.Text{
	"-png": diag.Say("图片（PNG）", "a picture (PNG)"), "-jpeg": diag.Say("图片（JPEG）", "a picture (JPEG)"), "-gif": diag.Say("图片（GIF）", "a picture (GIF)"),
	"-bmp": diag.Say("图片（BMP）", "a picture (BMP)"), "-tiff": diag.Say("图片（TIFF）", "a picture (TIFF)"), "-rar": diag.Say("RAR 压缩包", "a RAR archive"),
	"-7z": diag.Say("7z 压缩包", "a 7z archive"), "-gzip": diag.Say("gzip 压缩包", "a gzip archive"), "-exe": diag.Say("程序", "a program"),
	"-sqlite": diag.Say("数据库", "a database"), "-caj": diag.Say("CAJ 文件", "a CAJ file"), "-zip": diag.Say("ZIP 压缩包", "a ZIP archive"),
	"-ppt": diag.Say("演示文稿", "a presentation"), "-uof": diag.Say("UOF 文件", "a UOF file"), "-ole": diag.Say("旧式复合文件，内容不明", "an old compound file of unknown content"),
	"-locked": diag.Say("加密的办公文件", "an encrypted office file"), "-binary": diag.Say("二进制文件", "a binary file"),
}

var htmlStart = regexp.MustCompile(`(?i)^\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|meta|title)\b`)

// Detect says which format a file has: a name of Document.Format; "mht", "doc", "wps", "rtf", "odt", "wordml", "xls", "et"; or, beginning with "-",
// one that Read refuses.
func Detect(name string, data []byte) string {
	ext := strings.ToLower(path.Ext(name))
	head := data[:min(len(data), 4096)]
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return detectZip(data)
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return "pdf"
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return detectOLE(ext, data)
	}
	for _, m := range magics {
		// Two letters are not enough to call a text a picture: such files have control characters too.
		if bytes.HasPrefix(data, []byte(m.prefix)) && (len(m.prefix) > 3 || hasControls(head)) {
			return m.format
		}
	}
	flat := bytes.TrimPrefix(head, []byte("\ufeff"))
	if bytes.HasPrefix(flat, []byte("\xff\xfe")) || bytes.HasPrefix(flat, []byte("\xfe\xff")) {
		flat = bytes.ReplaceAll(flat[2:], []byte{0}, nil)
	}
	switch {
	case bytes.Contains(flat, []byte("progid=\"Word.Document\"")):
		return "wordml"
	case htmlStart.Match(flat):
		return "html"
	case isMHT(flat):
		return "mht"
	case ext == ".html", ext == ".htm", ext == ".shtml", ext == ".xhtml":
		return "html"
	case ext == ".md", ext == ".markdown":
		return "md"
	}
	return "txt"
}

// hasControls tells binary files from texts: control characters that no text holds. UTF-16 holds NULs, so they are no proof.
func hasControls(head []byte) bool {
	n := 0
	for _, c := range head {
		if c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0 {
			n++
		}
	}
	return n > len(head)/100
}

func isMHT(head []byte) bool {
	lower := bytes.ToLower(head)
	return bytes.Contains(lower, []byte("mime-version:")) && bytes.Contains(lower, []byte("multipart/related"))
}

// detectOLE reads the names of streams (UTF-16) in a compound file (doc, xls, wps and the packing of encrypted files).
func detectOLE(ext string, data []byte) string {
	has := func(stream string) bool {
		wide := make([]byte, 0, 2*len(stream))
		for _, c := range []byte(stream) {
			wide = append(wide, c, 0)
		}
		return bytes.Contains(data, wide)
	}
	switch {
	case has("EncryptedPackage"):
		return "-locked"
	case has("WordDocument"):
		if ext == ".wps" {
			return "wps"
		}
		return "doc"
	case has("PowerPoint Document"):
		return "-ppt"
	case has("Workbook"), has("Book"):
		if ext == ".et" {
			return "et"
		}
		return "xls"
	case ext == ".wps", ext == ".doc":
		return ext[1:]
	}
	return "-ole"
}

// detectZip tells the zipped formats by the names of their parts.
func detectZip(data []byte) string {
	z, err := openZip(data)
	if err != nil {
		return "-zip"
	}
	switch mimetype, _ := z.read("mimetype", 200); {
	case z.has("word/document.xml"), z.hasPrefix("word/") && z.has("[content_types].xml"):
		return "docx"
	case z.has("xl/workbook.xml"):
		return "xlsx"
	case z.has("ofd.xml"):
		return "ofd"
	case z.hasPrefix("ppt/"):
		return "-ppt"
	case bytes.Contains(mimetype, []byte("opendocument.text")):
		return "odt"
	case z.has("uof.xml"), z.has("_meta/meta.xml"):
		return "-uof"
	}
	return "-zip"
}
