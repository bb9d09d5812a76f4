package deploy

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"gongkai/internal/publish"
)

// errForm is the cause behind an archive that gongkai has not written.
var errForm = errors.New("not in the form of a bundle")

// maxHead bounds what a reader takes for the header of one file.
const maxHead = 64 << 10

// A tape reads a bundle member by member. Because it is an io.ByteReader, gzip takes no byte of the next one.
type tape struct {
	r   *bufio.Reader
	n   int64 // bytes taken
	zip *gzip.Reader
}

// A member is the beginning of one file of the archive; its data come from the tape's zip. The last one is the archive's end.
type member struct {
	name string
	size int64
	end  bool
}

// rewind begins with another reader.
func (t *tape) rewind(r io.Reader) {
	t.n = 0
	if t.r == nil {
		t.r = bufio.NewReaderSize(r, 16<<10)
		return
	}
	t.r.Reset(r)
}

// Read implements io.Reader.
func (t *tape) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	t.n += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (t *tape) ReadByte() (byte, error) {
	c, err := t.r.ReadByte()
	if err == nil {
		t.n++
	}
	return c, err
}

// member reads the header of the next file. It accepts the one header that a file of this name and size has, so there is neither a
// link nor a device, no owner and no mode.
func (t *tape) member() (member, error) {
	if err := t.unzip(); err != nil {
		return member{}, err
	}
	var head capped
	h, err := tar.NewReader(io.TeeReader(t.zip, &head)).Next()
	switch {
	case errors.Is(err, io.EOF):
		if !bytes.Equal(head.Bytes(), make([]byte, tarEnd)) {
			return member{}, errForm
		}
		return member{end: true}, t.finish(0)
	case err != nil:
		return member{}, err
	}
	want, err := tarHeader(h.Name, h.Size)
	if err == nil && !bytes.Equal(head.Bytes(), want) {
		err = errForm
	}
	return member{name: h.Name, size: h.Size}, err
}

// zipHead is how every member begins: no flags, no time, no name, no system.
const zipHead = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"

// unzip begins the next gzip member.
func (t *tape) unzip() error {
	head, err := t.r.Peek(len(zipHead))
	switch {
	case errors.Is(err, io.EOF):
		return io.ErrUnexpectedEOF
	case err != nil:
		return err
	case string(head) != zipHead:
		return errForm
	}
	if t.zip == nil {
		t.zip, err = gzip.NewReader(t)
	} else {
		err = t.zip.Reset(t)
	}
	if err == nil {
		t.zip.Multistream(false)
	}
	return err
}

// finish reads what follows the data of a file: zeros up to the next block, and no more.
func (t *tape) finish(size int64) error {
	var tail [tarBlock]byte
	n, err := io.ReadFull(t.zip, tail[:])
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return errForm
	}
	// A clean end and one within the compressed data are both io.ErrUnexpectedEOF here; another read tells them apart.
	if _, err := t.zip.Read(tail[n:]); !errors.Is(err, io.EOF) {
		return errForm
	}
	if int64(n) != padding(size) || !bytes.Equal(tail[:n], make([]byte, n)) {
		return errForm
	}
	return nil
}

// sum hashes the data of a file and reads what follows it.
func (t *tape) sum(ctx context.Context, size int64, buf []byte) (publish.Sum, error) {
	h := sha256.New()
	for left := size; left > 0; {
		if err := ctx.Err(); err != nil {
			return publish.Sum{}, err
		}
		n, err := io.ReadFull(t.zip, buf[:min(left, int64(len(buf)))])
		if err != nil {
			return publish.Sum{}, err
		}
		h.Write(buf[:n])
		left -= int64(n)
	}
	return publish.Sum(h.Sum(nil)), t.finish(size)
}

// small reads a whole file that must come next, of at most so many bytes.
func (t *tape) small(name string, most int64) ([]byte, error) {
	m, err := t.member()
	if err != nil {
		return nil, err
	}
	if m.end || m.name != name || m.size > most {
		return nil, errForm
	}
	text, err := io.ReadAll(io.LimitReader(t.zip, m.size))
	if err == nil && int64(len(text)) != m.size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	return text, t.finish(m.size)
}

// capped is a buffer that refuses to grow beyond maxHead.
type capped struct{ bytes.Buffer }

// Write implements io.Writer.
func (c *capped) Write(b []byte) (int, error) {
	if c.Len()+len(b) > maxHead {
		return 0, errForm
	}
	return c.Buffer.Write(b)
}
