package deploy

import (
	"bytes"
	"errors"
	"io"
	"path"
	"strings"
)

// Cache rules. What has its hash in its name never changes; everything else is asked for again each time, and answered by "unchanged" as
// long as its ETag is the same.
const (
	cacheForever = "public, max-age=31536000, immutable"
	cacheAsk     = "no-cache"
	cacheNever   = "private, no-store" // of the state, which is no reader's business
)

func cacheRule(name string) string {
	if hashedName.MatchString(name) {
		return cacheForever
	}
	return cacheAsk
}

// contentTypes are those of everything that a site has: what gongkai writes, attachments, and what usually lies in static/.
var contentTypes = map[string]string{
	"html": "text/html; charset=utf-8", "htm": "text/html; charset=utf-8", "css": "text/css; charset=utf-8",
	"js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8", "json": "application/json; charset=utf-8",
	"jsonl": "application/jsonl; charset=utf-8", "xml": "application/xml; charset=utf-8", "txt": "text/plain; charset=utf-8",
	"md": "text/markdown; charset=utf-8", "csv": "text/csv; charset=utf-8", "sha256": "text/plain; charset=utf-8",
	"svg": "image/svg+xml; charset=utf-8", "webmanifest": "application/manifest+json; charset=utf-8", "map": "application/json; charset=utf-8",
	"wasm": "application/wasm", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp",
	"avif": "image/avif", "ico": "image/x-icon", "woff": "font/woff", "woff2": "font/woff2", "ttf": "font/ttf", "otf": "font/otf",
	"pdf": "application/pdf", "ofd": "application/ofd", "zip": "application/zip", "gz": "application/gzip", "br": "application/octet-stream",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	"wps":  "application/vnd.ms-works", "et": "application/vnd.ms-excel", "dps": "application/vnd.ms-powerpoint",
}

// contentType goes by the ending; feeds are Atom. An old address that leads to a new one can have any ending or none (list.jsp, art_12): what
// begins as a page does is one.
func contentType(name string, open func() (io.ReadCloser, error)) (string, error) {
	if path.Base(name) == "feed.xml" {
		return "application/atom+xml; charset=utf-8", nil
	}
	if t, ok := contentTypes[strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))]; ok {
		return t, nil
	}
	f, err := open()
	if err != nil {
		return "", err
	}
	head := make([]byte, 64)
	n, err := io.ReadFull(f, head)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", err
	}
	if bytes.HasPrefix(bytes.ToLower(bytes.TrimLeft(head[:n], " \r\n\t\ufeff")), []byte("<!doctype html")) {
		return contentTypes["html"], nil
	}
	return "application/octet-stream", nil
}
