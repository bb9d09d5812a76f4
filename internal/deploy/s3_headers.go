package deploy

import (
	"bytes"
	"errors"
	"io"
	"path"

	"gongkai/internal/publish"
)

// cacheNever is the cache rule of the state, which is no reader's business.
const cacheNever = "private, no-store"

// contentType goes by the ending; feeds are Atom. An old address that leads to a new one can have any ending or none (list.jsp, art_12): what
// begins as a page does is one.
func contentType(name string, open func() (io.ReadCloser, error)) (string, error) {
	const unknown = "application/octet-stream"
	if path.Base(name) == "feed.xml" {
		return "application/atom+xml; charset=utf-8", nil
	}
	if t := publish.ContentType(name); t != unknown || path.Ext(name) == ".br" {
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
		return publish.ContentType(".html"), nil
	}
	return unknown, nil
}
