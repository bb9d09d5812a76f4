package publish

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// What a server says of a published file: Content-Type, Cache-Control, Content-Encoding. The same answers go into server
// configurations and into the metadata of objects.

// Forever is the Cache-Control of a file whose name changes with its bytes, Revalidate that of every other: kept, but asked for each time.
const (
	Forever    = "public, max-age=31536000, immutable"
	Revalidate = "no-cache"
)

// Hashed matches the path of a file whose name holds a hash of its bytes, assets/<name>.<10 hexadecimal digits>.<ext>, below folders or not,
// and of its compressed variants: RE2 and PCRE read it alike.
const Hashed = hashedStem + `[0-9a-f]{10}` + hashedEnd + `(?:\.gz|\.br)?`

const (
	hashedStem = `assets/(?:[^?]*[^/?])?\.`
	hashedEnd  = `\.[0-9A-Za-z]+`
)

var hashed = regexp.MustCompile("^" + Hashed + "$")

// CacheControl is what a server says about keeping a file.
func CacheControl(name string) string {
	if hashed.MatchString(name) {
		return Forever
	}
	return Revalidate
}

// ContentType is the type of a file by its name, never asked of the system, whose table differs from machine to machine. Text says that
// it is UTF-8; JSON and XML say so themselves.
func ContentType(name string) string {
	if t := contentTypes[strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")]; t != "" {
		return t
	}
	return "application/octet-stream"
}

// ContentTypes lists the types that ContentType knows, sorted, and the endings of each, sorted and without the dot.
func ContentTypes() (types []string, endings map[string][]string) {
	endings = map[string][]string{}
	for _, ext := range slices.Sorted(maps.Keys(contentTypes)) {
		t := contentTypes[ext]
		endings[t] = append(endings[t], ext)
	}
	return slices.Sorted(maps.Keys(endings)), endings
}

var contentTypes = map[string]string{
	"html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8", "shtml": "text/html; charset=utf-8",
	"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "json": "application/json", "txt": "text/plain; charset=utf-8",
	"md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8", "xml": "application/xml", "sha256": "text/plain; charset=utf-8",
	"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "ico": "image/x-icon",
	"woff2": "font/woff2", "woff": "font/woff", "pdf": "application/pdf", "ofd": "application/ofd", "zip": "application/zip", "gz": "application/gzip",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"wps":  "application/vnd.ms-works", "et": "application/vnd.ms-excel", "dps": "application/vnd.ms-powerpoint",
	"mjs": "text/javascript; charset=utf-8", "jsonl": "application/jsonl", "webmanifest": "application/manifest+json", "map": "application/json",
	"wasm": "application/wasm", "avif": "image/avif", "ttf": "font/ttf", "otf": "font/otf",
}

// Encodings are the compressed variants (预压缩文件) that may stand beside a file, by the ending behind its name, and the
// Content-Encoding of each.
func Encodings() map[string]string { return map[string]string{".br": "br", ".gz": "gzip"} }

// Variant reports whether a name is that of a compressed variant, and of which file: index.html.gz of index.html. Only a name whose
// original is published too is one.
func Variant(name string) (original string, ok bool) {
	for _, end := range []string{".gz", ".br"} {
		if original, ok = strings.CutSuffix(name, end); ok && original != "" && !strings.HasSuffix(original, "/") {
			return original, true
		}
	}
	return "", false
}

// Compressible reports whether a file is text that is worth compressing.
func Compressible(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".html", ".htm", ".shtml", ".css", ".js", ".json", ".txt", ".md", ".csv", ".xml", ".svg":
		return true
	}
	return false
}

// Originals is a manifest without compressed variants.
func (m Manifest) Originals() Manifest {
	known := make(map[string]bool, len(m))
	for _, l := range m {
		known[l.Path] = true
	}
	var out Manifest
	for _, l := range m {
		if original, ok := Variant(l.Path); !ok || !known[original] {
			out = append(out, l)
		}
	}
	return out
}
